//! metrics.json has the form that docs/metrics.schema.json says, and the schema says enough.

use std::fs;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{analyze, repository};

fn schema() -> Value {
    let bytes = fs::read(repository().join("docs/metrics.schema.json")).expect("the schema can be read");
    serde_json::from_slice(&bytes).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is a schema")
}

/// Lists what is wrong with a document.
pub(crate) fn errors(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Lists what is wrong with a metrics.json.
pub(crate) fn metrics_errors(document: &Value) -> Vec<String> {
    errors(&validator(), document)
}

#[test]
fn the_schema_is_sound() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap_or_else(|error| panic!("{error}"));
}

/// Options that lead to other figures.
const OPTIONS: [&[&str]; 8] = [
    &["--errors", "fail", "--attempts", "last"],
    &["--errors", "exclude-all", "--ci", "conservative"],
    &["--errors", "upstream", "--attempts", "all"],
    &["--ragged", "available", "--ci", "t"],
    &["--ragged", "strict", "--k", "2"],
    &["--ragged", "upstream-v1", "--confidence", "0.5"],
    &["--ragged", "zero-fill", "--planned-trials", "9"],
    &["--map", ".=>model=one,env=one,strategy=one,temperature=1,user_model=u,user_strategy=llm"],
];

const INPUTS: [&str; 8] = [
    "fixtures/sweep",
    "fixtures/tau2",
    "fixtures/logs",
    "fixtures/logs/logs/user_vllm_4242.out",
    "fixtures/secret",
    "fixtures/broken",
    "fixtures/broken/no_task_id.json",
    "group=fixtures/broken/bom.json",
];

#[test]
fn real_output_has_the_form() {
    let validator = validator();
    let of_logs: &[&str] = &["--quantile", "nearest-rank", "--percentiles", "0,50,99.9,100", "--slo", "1ms"];
    let others = OPTIONS.map(|options| ("fixtures/sweep", options)).into_iter().chain([("fixtures/logs", of_logs)]);
    let runs = INPUTS.map(|input| (input, &[][..])).into_iter().chain(others);
    for (input, options) in runs {
        let metrics = analyze(&[&[input, "--no-charts", "-qq"], options].concat()).metrics();
        assert_eq!(errors(&validator, &metrics), [""; 0], "{input} {options:?}");
    }
}

#[test]
fn every_object_is_closed_and_everything_is_described() {
    let mut wrong = Vec::new();
    inspect("", &schema(), &mut wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Walks a schema: objects are closed, all their properties required and described.
pub(crate) fn inspect(path: &str, schema: &Value, wrong: &mut Vec<String>) {
    let Value::Object(members) = schema else {
        return schema.as_array().into_iter().flatten().for_each(|item| inspect(path, item, wrong));
    };
    if let Some(Value::Object(properties)) = members.get("properties").filter(|_| members.contains_key("type")) {
        let names: Vec<&String> = properties.keys().collect();
        let mut required: Vec<&str> = members["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        required.sort_unstable();
        let mut sorted = names.clone();
        sorted.sort();
        if members.get("additionalProperties") != Some(&Value::Bool(false)) {
            wrong.push(format!("{path}: open"));
        }
        if !sorted.iter().eq(&required) {
            wrong.push(format!("{path}: required {required:?}"));
        }
        let described = |property: &Value| property["description"].as_str().is_some_and(|text| text.ends_with('.'));
        wrong.extend(
            properties.iter().filter(|(_, one)| !described(one)).map(|(name, _)| format!("{path}/{name}: undescribed")),
        );
    }
    for (name, value) in members {
        inspect(&format!("{path}/{name}"), value, wrong);
    }
}

/// A mutation and what it does to a sound document.
type Mutation = (&'static str, fn(&mut Value));

const MUTATIONS: [Mutation; 19] = [
    ("a figure too many", |all| all["surprise"] = json!(1)),
    ("a cell's figure too many", |all| all["cells"][0]["surprise"] = json!(1)),
    ("a figure left out", |all| drop(all["cells"][0].as_object_mut().and_then(|cell| cell.remove("coverage")))),
    ("a number as text", |all| all["cells"][0]["coverage"] = json!("0.5")),
    ("a probability above 1", |all| all["cells"][0]["coverage"] = json!(1.5)),
    ("an interval of one end", |all| all["cells"][0]["pass_hat"][0]["interval"] = json!([0.5])),
    ("an interval of three ends", |all| all["cells"][0]["pass_hat"][0]["interval"] = json!([0.1, 0.2, 0.3])),
    ("an interval without an end", |all| all["cells"][0]["pass_hat"][0]["interval"] = json!([null, 0.5])),
    ("half an episode", |all| all["cells"][0]["episodes"]["kept"] = json!(1.5)),
    ("fewer than no episodes", |all| all["cells"][0]["episodes"]["kept"] = json!(-1)),
    ("k of 0", |all| all["cells"][0]["pass_hat"][0]["k"] = json!(0)),
    ("an unknown verdict", |all| all["rankings"][0]["against_leader"][0]["verdict"] = json!("equal")),
    ("an unknown option", |all| all["options"]["errors"] = json!("ignore")),
    ("a call's figure too many", |all| all["latency"]["series"][0]["surprise"] = json!(1)),
    ("a role of a guess", |all| all["latency"]["series"][0]["role"] = json!("orchestrator")),
    ("a mean of no time", |all| all["latency"]["series"][0]["duration"]["mean_ms"] = json!(-1.0)),
    ("a part of an episode left out", |all| {
        drop(all["latency"]["time"][0]["parts_s"].as_object_mut().and_then(|parts| parts.remove("judge")));
    }),
    ("half a copy", |all| all["latency"]["logs"][0]["copies_dropped"] = json!(0.5)),
    ("another major version", |all| all["schema_version"] = json!("3.0")),
];

#[test]
fn a_spoilt_document_is_refused() {
    let validator = validator();
    let mut sound = analyze(&["fixtures/sweep", "--no-charts"]).metrics();
    sound["latency"] = analyze(&["fixtures/logs", "--no-charts"]).metrics()["latency"].take();
    assert!(validator.is_valid(&sound));
    for (what, spoil) in MUTATIONS {
        let mut document = sound.clone();
        spoil(&mut document);
        assert_ne!(document, sound, "{what} changes nothing");
        assert!(!validator.is_valid(&document), "{what} is not noticed");
    }
}
