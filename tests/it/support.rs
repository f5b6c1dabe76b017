//! Runs the program and reads what it wrote.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::generate::{self, Entry, Packing};

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The program in the root of the repository, so that `fixtures/…` are paths as a user types them, and without what a
/// developer's environment says of colour and width.
pub(crate) fn taureport() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taureport"));
    command.current_dir(repository()).timeout(Duration::from_mins(2));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS"] {
        command.env_remove(name);
    }
    command
}

/// Runs the program; a crash of any kind fails the test.
pub(crate) fn run(arguments: &[&str]) -> Output {
    run_in(&repository(), arguments)
}

/// As [`run`], in another folder.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    let output = taureport().current_dir(folder).args(arguments).output().expect("the program can be started");
    let code = output.status.code();
    let words = text(&output.stderr);
    assert!(code.is_some_and(|code| code < 101), "{arguments:?} ended with {:?}:\n{words}", output.status);
    output
}

/// Text of a stream.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program writes UTF-8")
}

/// A run as one text: stdout, stderr and exit status.
pub(crate) fn shown(output: &Output) -> String {
    let code = output.status.code().map_or_else(|| "none".to_owned(), |code| code.to_string());
    format!("{}------- stderr -------\n{}[exit status: {code}]\n", text(&output.stdout), text(&output.stderr))
}

/// A folder that goes away after the test.
pub(crate) fn temporary() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A path as an argument.
pub(crate) fn argument(path: &Path) -> String {
    path.to_str().expect("temporary paths are UTF-8").to_owned()
}

/// A report: the files by path, and what was printed.
pub(crate) struct Report {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) output: Output,
}

impl Report {
    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> String {
        let bytes = self.files.get(path).unwrap_or_else(|| panic!("no {path} among {:?}", self.files.keys()));
        text(bytes)
    }

    /// metrics.json.
    pub(crate) fn metrics(&self) -> Value {
        serde_json::from_str(&self.text("metrics.json")).expect("metrics.json is JSON")
    }

    /// The rows of a table, header first.
    pub(crate) fn table(&self, id: &str) -> Vec<Vec<String>> {
        rows(&self.text(&format!("tables/{id}.csv")))
    }
}

/// Rows of a CSV text, header first.
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let records = reader.records().map(|record| record.expect("every row has as many fields as the first"));
    records.map(|record| record.iter().map(str::to_owned).collect()).collect()
}

/// Runs `analyze` in the root of the repository into a folder of its own.
pub(crate) fn analyze(arguments: &[&str]) -> Report {
    analyze_in(&repository(), arguments)
}

/// As [`analyze`], in another folder.
pub(crate) fn analyze_in(folder: &Path, arguments: &[&str]) -> Report {
    let out = temporary();
    let out_argument = argument(out.path());
    let output = run_in(folder, &[&["analyze", "-o", &out_argument], arguments].concat());
    Report { files: read_tree(out.path()), output }
}

/// Reads all files below a folder, by path with `/`.
pub(crate) fn read_tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("the folder can be listed");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).expect("walkdir stays below its root");
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"), fs::read(entry.path()).expect("a listed file can be read"));
        }
    }
    files
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("folders can be made");
    fs::write(path, content).expect("a file can be written");
}

/// The invented sweep, by path below `fixtures/sweep/`, unpacked and with names that say so.
pub(crate) fn unpacked_sweep() -> BTreeMap<String, Vec<u8>> {
    let plain = |(path, entry): (String, Entry)| {
        let path = path.strip_prefix("sweep/")?.to_owned();
        let ending = match entry.packing {
            Packing::Plain => "",
            Packing::Gzip => ".gz",
            Packing::Zstd => ".zst",
        };
        Some((path.strip_suffix(ending).expect("the generator names packed files so").to_owned(), entry.content))
    };
    generate::tree().into_iter().filter_map(plain).collect()
}

/// Fails unless two numbers agree to nine digits, or both are missing.
#[track_caller]
pub(crate) fn assert_near(what: &str, found: Option<f64>, wanted: Option<f64>) {
    let agree = match (found, wanted) {
        (Some(found), Some(wanted)) => (found - wanted).abs() <= 1e-9 * wanted.abs().max(1e-3),
        (None, None) => true,
        _ => false,
    };
    assert!(agree, "{what}: found {found:?}, wanted {wanted:?}");
}
