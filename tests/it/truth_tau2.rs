//! What is read of the invented τ²-bench results is what is true of them: records, files and cells against `tau2_truth.json`.

mod cells;
mod files;
mod report;

use std::{fs, sync::OnceLock};

use serde_json::{Value, json};
use taureport::{
    records::{Episode, Loaded, Tau2Facts},
    sources::{ReadOptions, discover, load_all},
    sweep::{Attempts, Cell, Sweep, assemble},
};

use crate::{fixtures, support::argument};

fn truth() -> Value {
    let bytes = fs::read(fixtures::root().join("tau2_truth.json")).expect("the truth can be read");
    serde_json::from_slice(&bytes).expect("the truth is JSON")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

/// Everything under `fixtures/tau2`, read once.
fn loaded() -> &'static [Loaded] {
    static LOADED: OnceLock<Vec<Loaded>> = OnceLock::new();
    LOADED.get_or_init(|| {
        let found = discover(&[argument(&fixtures::root().join("tau2"))]);
        load_all(&found.inputs, &ReadOptions::builtin(), &|_| ())
    })
}

fn sweep() -> &'static Sweep {
    static SWEEP: OnceLock<Sweep> = OnceLock::new();
    SWEEP.get_or_init(|| assemble(loaded().to_vec(), Attempts::First))
}

/// A path below `fixtures/tau2/`.
fn below(path: &str) -> &str {
    path.rsplit_once("fixtures/tau2/").map_or(path, |(_, rest)| rest)
}

/// Says where found values differ from the truth.
fn differences(what: &str, found: &Value, wanted: &Value) -> Vec<String> {
    let agree = match (found.as_f64(), wanted.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1e-3),
        _ => found == wanted,
    };
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) if found.len() == wanted.len() => {
            let each = |(key, wanted): (&String, &Value)| match found.get(key) {
                Some(found) => differences(&format!("{what}.{key}"), found, wanted),
                None => vec![format!("{what}.{key} is missing")],
            };
            wanted.iter().flat_map(each).collect()
        }
        (Value::Array(found), Value::Array(wanted)) if found.len() == wanted.len() => {
            let pairs = found.iter().zip(wanted).enumerate();
            pairs.flat_map(|(at, (found, wanted))| differences(&format!("{what}[{at}]"), found, wanted)).collect()
        }
        _ if agree => Vec::new(),
        _ => vec![format!("{what} is {found}, not {wanted}")],
    }
}

/// Compares every key of `found` with the truth.
fn compare(name: &str, found: &Value, truth: &Value) -> Vec<String> {
    let found = found.as_object().expect("an object of figures");
    found.iter().flat_map(|(key, value)| differences(&format!("{name}: {key}"), value, &truth[key])).collect()
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} figures differ from fixtures/tau2_truth.json:\n{}", wrong.len(), wrong.join("\n"));
}

fn facts(episode: &Episode) -> &Tau2Facts {
    episode.tau2.as_deref().expect("every τ² episode has them")
}

/// Every cell of the truth, with its index among the cells found.
fn cells() -> Vec<(String, usize, Value)> {
    let truth = truth();
    let key = |cell: &Cell| {
        let own = &cell.key;
        let folder = own.place.as_deref().map(|place| below(place).to_owned());
        json!([
            own.env,
            own.model,
            own.strategy,
            own.user_model,
            own.user_strategy,
            own.temperature,
            own.mode,
            own.max_steps,
            folder
        ])
    };
    let found: Vec<Value> = sweep().cells.iter().map(key).collect();
    let names = ["env", "model", "strategy", "user_model", "user_strategy", "temperature", "mode", "max_steps", "folder"];
    let mut cells = Vec::new();
    for wanted in list(&truth, "cells") {
        let key = Value::from(names.map(|name| wanted[name].clone()).to_vec());
        let index = found.iter().position(|one| *one == key);
        let index = index.unwrap_or_else(|| {
            panic!("no cell {key} among\n{}", found.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"))
        });
        cells.push((key.to_string(), index, wanted.clone()));
    }
    assert_eq!(found.len(), cells.len(), "cells: {found:?}");
    cells
}
