//! Real, public result files, against what an independent program says of them.
//!
//! The files are not part of the repository: they are looked for beside it, or where `TAUREPORT_REAL_DATA` says. Without
//! them these tests are ignored (`build.rs` looks when it is built). `README.md` there defines every expected figure.

mod dialects;
mod files;
mod logs;
mod published;
mod sweeps;
mod tau2;
mod turns;

use std::{collections::BTreeMap, env, fs, io::Write, path::PathBuf, sync::OnceLock};

use serde_json::Value;
use taureport::{
    analysis::{self, CellStats, Options, RaggedChoice},
    metrics::ragged::CurvePoint,
    records::Loaded,
    redact::veil,
    sources::{Input, ReadOptions, discover, load_all},
    sweep::{Attempts, ErrorPolicy, Sweep, assemble},
};

use crate::support::{argument, repository};

/// The files, each read once.
struct Data {
    root: PathBuf,
    /// By path from the root.
    files: BTreeMap<String, Loaded>,
}

/// Returns the folder of real data, if it is there.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let root = env::var_os("TAUREPORT_REAL_DATA").map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    root.join("expected.json").is_file().then_some(root)
}

/// Reads everything, or says that there is nothing.
fn data() -> Option<&'static Data> {
    static DATA: OnceLock<Option<Data>> = OnceLock::new();
    let data = DATA.get_or_init(|| {
        if let Some(root) = data_folder() {
            return Some(read(root));
        }
        // Written past the test harness, which shows what is printed of failed tests only.
        let line = "skipped: no real data; set TAUREPORT_REAL_DATA to the folder that holds expected.json\n";
        std::io::stderr().write_all(line.as_bytes()).expect("stderr takes text");
        None
    });
    data.as_ref()
}

fn read(root: PathBuf) -> Data {
    let found = discover(&[argument(&root)]);
    let loaded = load_all(&found.inputs, &ReadOptions::builtin(), &|_| ());
    // By what is shown, not by position: the simulations of a directory run become part of its results.
    let name = |input: &Input| {
        let parts = input.path.strip_prefix(&root).expect("found below the root").iter();
        (veil(&input.shown).into_owned(), parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"))
    };
    let names: BTreeMap<String, String> = found.inputs.iter().map(name).collect();
    assert_eq!(names.len(), found.inputs.len(), "paths that differ in nothing but a secret");
    let path = |one: &Loaded| match one {
        Loaded::Results(file) => file.source.path.clone(),
        Loaded::PassedOver(passed) => passed.path.clone(),
    };
    let files = loaded.into_iter().map(|one| (names[&path(&one)].clone(), one)).collect();
    Data { root, files }
}

impl Data {
    /// Reads a file of expectations.
    fn expected(&self, name: &str) -> serde_json::Map<String, Value> {
        let bytes = fs::read(self.root.join(name)).expect("the expectations can be read");
        match serde_json::from_slice(&bytes).expect("the expectations are JSON") {
            Value::Object(entries) => entries,
            other => panic!("an object is expected, not {other}"),
        }
    }

    /// Assembles the files whose paths begin so.
    fn sweep(&self, prefixes: &[&str], attempts: Attempts) -> Sweep {
        let own = |path: &&String| prefixes.iter().any(|prefix| path.starts_with(prefix));
        let chosen: Vec<Loaded> = self.files.keys().filter(own).map(|path| self.files[path].clone()).collect();
        assert!(!chosen.is_empty(), "no files {prefixes:?}");
        assemble(chosen, attempts)
    }
}

/// Figures of the cells of a sweep.
fn stats(sweep: &Sweep, errors: ErrorPolicy, ragged: RaggedChoice) -> Vec<CellStats> {
    let options = Options { errors, ragged, ..Options::default() };
    analysis::analyze(sweep, &options).cells
}

/// The figures of the only cell.
fn only(sweep: &Sweep, errors: ErrorPolicy, ragged: RaggedChoice) -> CellStats {
    let mut cells = stats(sweep, errors, ragged);
    assert_eq!(cells.len(), 1, "cells: {:?}", sweep.cells.iter().map(|cell| &cell.key).collect::<Vec<_>>());
    cells.remove(0)
}

/// Compares a curve with `{"1": {"chained": …, "available": …, "tasks": …}, …}`; only the k that are listed.
fn curve_errors(what: &str, chained: &[CurvePoint], available: &[CurvePoint], wanted: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (k, wanted) in wanted.as_object().expect("values by k") {
        let index = k.parse::<usize>().expect("k is a number") - 1;
        let value = |curve: &[CurvePoint]| curve.get(index).and_then(|point| point.value);
        for (name, found) in [("chained", value(chained)), ("available", value(available))] {
            if !near(found, wanted[name].as_f64()) {
                wrong.push(format!("{what}: {name} pass^{k} is {found:?}, not {}", wanted[name]));
            }
        }
        let tasks = available.get(index).map(|point| point.tasks_used as u64);
        if tasks != wanted["tasks"].as_u64() {
            wrong.push(format!("{what}: {tasks:?} tasks at k = {k}, not {}", wanted["tasks"]));
        }
    }
    wrong
}

/// Equal to nine digits, or both missing.
fn near(found: Option<f64>, wanted: Option<f64>) -> bool {
    match (found, wanted) {
        (Some(found), Some(wanted)) => (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
        (None, None) => true,
        _ => false,
    }
}
