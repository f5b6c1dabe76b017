//! comparison.json has the form that docs/comparison.schema.json says, and the report refers to nothing that is not there.

use std::fs;

use serde_json::{Value, json};

use super::{compare, comparison};
use crate::{
    schema::{errors, inspect},
    support::repository,
};

fn schema() -> Value {
    let bytes = fs::read(repository().join("docs/comparison.schema.json")).expect("the schema can be read");
    serde_json::from_slice(&bytes).expect("the schema is JSON")
}

const RUNS: [&[&str]; 5] = [
    &["fixtures/sweep", "--across", "strategy", "--min", "pass^1=0.5", "--fail-on", "[overall] pass^1 < -2pp"],
    &["fixtures/sweep", "--across", "model", "--confidence", "0.9", "--k", "2", "--max-regressed-tasks", "3"],
    &["a=fixtures/tau2", "b=fixtures/tau2/results", "--max", "p95_latency=1s", "--fail-on", "cost_per_success > +10%"],
    &["fixtures/tau2/results", "--across", "trial", "--errors", "fail"],
    &["fixtures/tau2/results/ollama_chat", "fixtures/sweep/results/airline/tool-calling", "--allow-mismatch"],
];

#[test]
fn real_output_has_the_form() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap_or_else(|error| panic!("{error}"));
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is a schema");
    for run in RUNS {
        let found = comparison(&compare(&[run, &["--no-charts", "-qq"]].concat()));
        assert_eq!(errors(&validator, &found), [""; 0], "{run:?}");
    }
}

#[test]
fn every_object_is_closed_and_everything_is_described() {
    let mut wrong = Vec::new();
    inspect("", &schema(), &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A mutation and what it does to a sound document.
type Mutation = (&'static str, fn(&mut Value));

#[test]
fn a_spoilt_document_is_refused() {
    let validator = jsonschema::draft202012::new(&schema()).expect("the schema is a schema");
    let sound = comparison(&compare(&[RUNS[0], &["--no-charts", "-qq"]].concat()));
    assert!(validator.is_valid(&sound));
    let mutations: [Mutation; 6] = [
        ("a figure too many", |all| all["surprise"] = json!(1)),
        ("an unknown verdict", |all| all["cells"][0]["figures"][0]["verdict"] = json!("equal")),
        ("a p above 1", |all| all["cells"][0]["figures"][0]["p"] = json!(1.5)),
        ("an interval of one end", |all| all["cells"][0]["figures"][0]["interval"] = json!([0.5])),
        ("no cells", |all| all["cells"] = json!([])),
        ("a figure left out", |all| drop(all["cells"][0].as_object_mut().and_then(|cell| cell.remove("regressed")))),
    ];
    for (what, spoil) in mutations {
        let mut document = sound.clone();
        spoil(&mut document);
        assert!(document != sound && !validator.is_valid(&document), "{what} is not noticed");
    }
}

#[test]
fn what_the_report_refers_to_is_there() {
    let report = compare(&["fixtures/tau2/results", "--across", "model", "--allow-mismatch"]);
    let markdown = report.text("comparison_report.md");
    let links = regex::Regex::new(r"\]\((charts/[^)]+)\)").expect("a constant");
    let targets: Vec<&str> = links.captures_iter(&markdown).filter_map(|found| Some(found.get(1)?.as_str())).collect();
    assert!(!targets.is_empty(), "{markdown}");
    for target in targets {
        assert!(report.files.contains_key(target), "{target}");
    }
    for table in ["comparison", "evidence", "task_pairs", "matched"] {
        assert!(report.files.contains_key(&format!("tables/{table}.csv")), "{table}: {:?}", report.files.keys());
    }
}
