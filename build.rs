//! Tells the tests whether the real, public result files are there: without them, tests on real data show as ignored.

use std::{env, path::PathBuf};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(real_data)");
    println!("cargo::rerun-if-env-changed=TAUREPORT_REAL_DATA");
    // A path that is missing would be looked for, and the crate built anew, at every build.
    println!("cargo::rerun-if-changed=build.rs");
    let own = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let data = env::var_os("TAUREPORT_REAL_DATA").map_or_else(|| own.join("../shared/data"), PathBuf::from);
    if data.join("expected.json").is_file() {
        println!("cargo::rustc-cfg=real_data");
    }
}
