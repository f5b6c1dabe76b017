//! Modules use each other in one direction, and outside crates stay where they belong.

mod scan;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use scan::{Mention, scan};

/// Each module with the modules it may use besides itself. A module may only use modules that stand above it.
const LAYERS: [(&str, &[&str]); 17] = [
    ("words", &[]),
    ("redact", &[]),
    ("records", &["words", "redact"]),
    ("bundle", &["redact"]),
    ("fsio", &["bundle"]),
    ("rules", &["records"]),
    ("identity", &["words", "records", "redact"]),
    ("sources", &["words", "records", "identity", "redact", "rules", "fsio", "bundle"]),
    ("sweep", &["records", "identity"]),
    ("frames", &["records", "bundle", "sweep"]),
    ("metrics", &["records"]),
    ("gates", &["records", "metrics"]),
    ("analysis", &["records", "sweep", "frames", "metrics", "gates"]),
    ("views", &["words", "redact", "records", "sweep", "metrics", "gates", "analysis"]),
    ("charts", &["views", "redact"]),
    ("report", &["views", "bundle", "redact"]),
    (
        "cli",
        &[
            "words", "redact", "records", "bundle", "fsio", "rules", "identity", "sources", "sweep", "frames", "metrics",
            "gates", "analysis", "views", "charts", "report",
        ],
    ),
];

/// Names of the outside and the one module that may speak them.
const OWNERS: [(&[&str], &str); 9] = [
    (&["polars"], "frames"),
    (&["polars_io"], "frames"),
    (&["clap"], "cli"),
    (&["indicatif"], "cli"),
    (&["plotters"], "charts"),
    (&["resvg"], "charts"),
    (&["minijinja"], "report"),
    (&["comfy_table"], "report"),
    (FILES, "fsio"),
];

/// The one name that tests may speak anywhere: they need files to read.
const FILES: &[&str] = &["std", "fs"];

#[test]
fn modules_keep_their_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root.join("src")) {
        let entry = entry.expect("the sources can be listed");
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            let path = entry.path().strip_prefix(root).expect("walkdir stays below its root");
            let path = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            files.insert(path, fs::read_to_string(entry.path()).expect("a source file is text"));
        }
    }
    assert!(files.len() > 1, "no sources found under {}", root.display());
    let findings = check_all(&files);
    assert!(findings.is_empty(), "{}", listing(&findings));
}

/// Checks files, by path from the package root.
fn check_all(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut tests = BTreeSet::new();
    for (path, text) in files {
        for name in scan(text).test_modules {
            tests.insert([module_path(path), vec![&name]].concat().join("::"));
        }
    }
    let is_test = |path: &str| {
        let module = module_path(path);
        (1..=module.len()).any(|length| tests.contains(&module[..length].join("::")))
    };
    files.iter().flat_map(|(path, text)| check(path, text, is_test(path))).collect()
}

fn listing(findings: &[String]) -> String {
    let mut text = format!("{} uses against the layers (tests/it/layers.rs has the table):\n", findings.len());
    for finding in findings {
        writeln!(text, "  {finding}").expect("a string takes all text");
    }
    text
}

/// Checks one file; returns one line for each use against the rules.
fn check(path: &str, text: &str, is_test_file: bool) -> Vec<String> {
    let module = module_path(path);
    let mut findings = Vec::new();
    if let Some(top) = module.first()
        && !LAYERS.iter().any(|(name, _)| name == top)
    {
        findings.push(format!("{path}:1: module `{top}` is not in the table: give it a layer"));
    }
    for mention in scan(text).mentions {
        let broken = broken_layer(&module, &mention).or_else(|| broken_owner(&module, &mention, is_test_file));
        findings.extend(broken.map(|rule| format!("{path}:{}: `{}`: {rule}", mention.line, mention.path.join("::"))));
    }
    findings
}

/// `src/a/b.rs` and `src/a/b/mod.rs` → `a`, `b`; the crate root and `main.rs` → nothing.
fn module_path(path: &str) -> Vec<&str> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    match inner {
        "lib" | "main" => Vec::new(),
        _ => inner.trim_end_matches("/mod").split('/').collect(),
    }
}

/// Says which layer rule a path into this crate breaks.
fn broken_layer(module: &[&str], mention: &Mention) -> Option<String> {
    let from = *module.first()?;
    let to = target(module, mention)?;
    if to == from {
        return None;
    }
    let Some((_, may)) = LAYERS.iter().find(|(name, _)| *name == from) else {
        return None; // Reported once for the file.
    };
    if !LAYERS.iter().any(|(name, _)| *name == to) {
        return Some(format!("`{to}` is not a module of the table"));
    }
    if may.contains(&to) {
        return None;
    }
    let allowed = if may.is_empty() { "nothing but itself".to_owned() } else { may.join(", ") };
    Some(format!("`{from}` may use {allowed}"))
}

/// Returns the top module a path leads to; `None` where it stays inside or leads outside the crate.
fn target<'a>(module: &[&str], mention: &'a Mention) -> Option<&'a str> {
    let path: Vec<&str> = mention.path.iter().map(String::as_str).collect();
    if path[0] == "crate" {
        return path.get(1).copied();
    }
    let ups = path.iter().take_while(|part| **part == "super").count();
    (ups > 0 && ups == module.len() + mention.inner_modules).then(|| path.get(ups).copied())?
}

/// Says which outside name stands in a module that does not own it.
fn broken_owner(module: &[&str], mention: &Mention, is_test_file: bool) -> Option<String> {
    let (name, owner) =
        OWNERS.iter().find(|(name, _)| mention.path.iter().zip(*name).filter(|(a, b)| a == b).count() == name.len())?;
    let is_exempt = *name == FILES && (mention.in_test || is_test_file);
    (module.first() != Some(owner) && !is_exempt).then(|| format!("`{}` belongs in `{owner}` alone", name.join("::")))
}

#[test]
fn the_table_has_one_direction() {
    for (index, (module, may)) in LAYERS.iter().enumerate() {
        for used in *may {
            assert!(LAYERS[..index].iter().any(|(above, _)| above == used), "{module} uses {used}, which is not above it");
        }
    }
}

#[test]
fn a_use_against_the_layers_is_found() {
    // Invented; strings, comments, fields and the test module must not confuse the reader.
    let text = r##"//! Reads crate::cli::args in a comment.
use std::{collections::BTreeMap, fs::{self, File}, io};
use crate::{records::TaskId, frames::{self, Table}, metrics};
use super::super::views::Cell;
use super::{pass_hat, sibling::Thing};
use polars;

fn read<'a>(polars: &'a str, c: char) -> bool {
    let text = "crate::report::write"; let quote = '"'; let raw = r#"clap::Parser " std::fs::read"#;
    let x = crate::sweep::load(c == '\''); /* crate::cli /* nested */ resvg::render */
    ::plotters::draw::<crate::charts::Style>(polars, crate::nowhere::X) && std::fs::exists(text)
}

#[cfg(test)]
mod tests {
    use super::{super::super::analysis::Group, read};
    use std::fs;
    fn table() { comfy_table::Table::new(); }
}
fn after() { std::fs::read("x"); }
"##;
    assert_eq!(
        check("src/metrics/interval.rs", text, false),
        [
            "src/metrics/interval.rs:2: `std::fs`: `std::fs` belongs in `fsio` alone",
            "src/metrics/interval.rs:2: `std::fs::File`: `std::fs` belongs in `fsio` alone",
            "src/metrics/interval.rs:3: `crate::frames`: `metrics` may use records",
            "src/metrics/interval.rs:3: `crate::frames::Table`: `metrics` may use records",
            "src/metrics/interval.rs:4: `super::super::views::Cell`: `metrics` may use records",
            "src/metrics/interval.rs:6: `polars`: `polars` belongs in `frames` alone",
            "src/metrics/interval.rs:10: `crate::sweep::load`: `metrics` may use records",
            "src/metrics/interval.rs:11: `plotters::draw`: `plotters` belongs in `charts` alone",
            "src/metrics/interval.rs:11: `crate::charts::Style`: `metrics` may use records",
            "src/metrics/interval.rs:11: `crate::nowhere::X`: `nowhere` is not a module of the table",
            "src/metrics/interval.rs:11: `std::fs::exists`: `std::fs` belongs in `fsio` alone",
            "src/metrics/interval.rs:16: `super::super::super::analysis::Group`: `metrics` may use records",
            "src/metrics/interval.rs:18: `comfy_table::Table::new`: `comfy_table` belongs in `report` alone",
            "src/metrics/interval.rs:20: `std::fs::read`: `std::fs` belongs in `fsio` alone",
        ]
    );
}

#[test]
fn a_use_along_the_layers_is_not() {
    let text = "use crate::{bundle, redact::redact, views::Cell};\nuse self::table;\nuse minijinja::Environment;\npub(crate) fn f() {}\n";
    assert_eq!(check("src/report/mod.rs", text, false), [""; 0]);
    assert_eq!(check("src/fsio.rs", "use std::fs;\nuse super::fsio;", false), [""; 0]);
    assert_eq!(
        check("src/redact/mod.rs", "use crate::records::TaskId;", false),
        ["src/redact/mod.rs:1: `crate::records::TaskId`: `redact` may use nothing but itself"]
    );
    assert_eq!(check("src/main.rs", "use taureport::cli;\nfn main() { cli::run(); }", false), [""; 0]);
    assert_eq!(check("src/cli/mod.rs", "use crate::{records, sources, report};\nuse clap::Parser;", false), [""; 0]);
    assert_eq!(check("src/extra.rs", "", false), ["src/extra.rs:1: module `extra` is not in the table: give it a layer"]);
    assert_eq!(
        check("src/main.rs", "use clap::Parser;", false),
        ["src/main.rs:1: `clap::Parser`: `clap` belongs in `cli` alone"]
    );
}

#[test]
fn test_modules_in_files_of_their_own_may_read_files() {
    let files = [
        ("src/charts/mod.rs", "#[cfg(test)]\nmod check;\nmod draw;\n"),
        ("src/charts/check/mod.rs", "use std::fs;\nuse clap::Parser;"),
        ("src/charts/draw.rs", "#[cfg(test)]\nuse std::fs;\nuse std::fs;"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    assert_eq!(
        check_all(&files),
        [
            "src/charts/check/mod.rs:2: `clap::Parser`: `clap` belongs in `cli` alone",
            "src/charts/draw.rs:3: `std::fs`: `std::fs` belongs in `fsio` alone",
        ]
    );
}
