//! Latency of calls: two small logs whose ratio is known.

use std::{fmt::Write as _, fs};

use serde_json::Value;
use tempfile::TempDir;

use super::{code, compare, comparison};
use crate::{
    schema::errors,
    support::{argument, repository, run, temporary, text},
};

/// A run of ten tasks with ten calls each by the agent, whose calls take `factor` times as long, and by the user simulator, whose calls
/// always take alike; with results of two tasks.
fn write(folder: &TempDir, name: &str, model: &str, factor: f64) -> String {
    let own = folder.path().join(name);
    fs::create_dir(&own).expect("a folder can be made");
    let results = repository().join("fixtures/logs/results/retail_heron.json");
    fs::copy(results, own.join("retail_heron.json")).expect("results can be copied");
    let mut log = String::new();
    for task in 0..10_u32 {
        for call in 0..10_u32 {
            let stamp = format!("2026-03-05 10:{task:02}:{call:02}");
            let ms = f64::from(100 * (task + 1) + 3 * call);
            for line in [
                format!(
                    "{stamp}.100 task={task} thread=1 type=llm_call step={call} model={model} duration_ms={:.2}",
                    factor * ms
                ),
                format!("{stamp}.200 task={task} thread=1 type=user_sim step={call} model=quill-7b duration_ms={ms:.2}"),
            ] {
                writeln!(log, "[PROFILE] {line}").expect("a text can be written");
            }
        }
    }
    fs::write(own.join("tau2_retail.log"), log).expect("a log can be written");
    format!("{name}={}", argument(&own))
}

/// The rows of the calls by role.
fn row(comparison: &Value, role: &str) -> Value {
    let rows = comparison["latency"]["rows"].as_array().expect("a list");
    let own: Vec<&Value> = rows.iter().filter(|row| row["role"] == role).collect();
    assert_eq!(own.len(), 1, "{rows:?}");
    own[0].clone()
}

fn near(value: &Value, wanted: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - wanted).abs() < 1e-9)
}

#[test]
fn twice_as_slow_is_worse_and_swapping_inverts() {
    let folder = temporary();
    let (a, b) = (write(&folder, "a", "/ckpt/heron-8b", 1.0), write(&folder, "b", "/ckpt/heron-9b", 2.0));
    let report = compare(&[&a, &b]);
    let (one, other) = (comparison(&report), comparison(&compare(&[&b, &a, "--no-charts"])));
    let (x, y) = (row(&one, "agent"), row(&other, "agent"));
    assert!(near(&x["ratio"], 2.0) && near(&y["ratio"], 0.5), "{x} {y}");
    assert_eq!((&x["verdict"], &y["verdict"]), (&Value::from("worse"), &Value::from("better")));
    assert_eq!((&x["tasks"], &x["calls_base"], &x["calls_new"]), (&Value::from(10), &Value::from(100), &Value::from(100)));
    // Ten tasks that all differ alike: 2 of 1,024 sign flips are as far from 0 and count half; of two rows this is the smaller p.
    assert!(near(&x["p"], 1.0 / 1024.0) && near(&x["p_holm"], 2.0 / 1024.0) && x["p"] == y["p"], "{x} {y}");
    assert_eq!((&x["base_name"], &x["new_name"]), (&Value::from("/ckpt/heron-8b"), &Value::from("/ckpt/heron-9b")));
    let percentiles = x["percentiles"].as_array().expect("a list");
    assert_eq!(percentiles.len(), 4);
    for one in percentiles {
        let base = one["base_s"].as_f64().expect("a number");
        assert!(near(&one["new_s"], 2.0 * base) && near(&one["difference_s"], base), "{one}");
    }
    let same = row(&one, "user simulator");
    assert!(near(&same["ratio"], 1.0) && near(&same["p"], 1.0) && same["verdict"] == "inconclusive", "{same}");
    let printed = text(&report.output.stdout);
    assert!(
        printed.contains("Latency of calls") && printed.contains("2.00×") && !printed.contains("[2.00, 2.00]"),
        "{printed}"
    );
    for path in ["charts/call_latency_ratio.png", "tables/latency.csv", "tables/latency_percentiles.csv"] {
        assert!(report.files.contains_key(path), "{path}");
    }
    assert!(report.text("comparison_report.md").contains("## Latency of calls"));
    assert!(report.text("manifest.json").contains("tau2_retail.log"));
    let schema = fs::read(repository().join("docs/comparison.schema.json")).expect("the schema can be read");
    let schema = serde_json::from_slice(&schema).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    assert_eq!(errors(&validator, &one), [""; 0]);
    let mut spoilt = one;
    spoilt["latency"]["rows"][0]["ratio"] = Value::from(-2.0);
    assert!(!validator.is_valid(&spoilt));
}

#[test]
fn logs_against_themselves_are_inconclusive() {
    let found = comparison(&compare(&["a=fixtures/logs", "b=fixtures/logs", "--no-charts"]));
    let rows = found["latency"]["rows"].as_array().expect("a list");
    assert!(rows.len() > 4, "{rows:?}");
    for row in rows {
        assert!(near(&row["ratio"], 1.0) && near(&row["p"], 1.0) && row["verdict"] == "inconclusive", "{row}");
    }
}

#[test]
fn gates_look_at_the_calls_of_a_role() {
    let folder = temporary();
    let (a, b) = (write(&folder, "a", "heron-8b", 1.0), write(&folder, "b", "heron-8b", 2.0));
    let cases: [(&str, &str, i32); 15] = [
        ("--max", "p95_latency:agent=8s", 0),
        ("--max", "p95_latency:agent=1500ms", 1),
        ("--max", "p95_latency:user=1500ms", 0),
        ("--max", "retail: p95_latency:agent=8s", 0),
        ("--max", "[b] p95_latency:agent=8s", 0),
        ("--max", "airline: p95_latency:agent=8s", 1),
        ("--max", "p95_latency:judge=8s", 1),
        ("--max", "p95_latency:agnet=8s", 2),
        // Ten tasks give no interval of P95, so that nothing is shown of it.
        ("--fail-on", "p95_latency:agent > +10%", 0),
        ("--fail-on", "p50_latency:agent > +10%", 1),
        ("--fail-on", "p50_latency:agent > +500%", 0),
        ("--fail-on", "p50_latency:agent > +100ms", 1),
        ("--fail-on", "p99_latency:user > +10%", 0),
        ("--fail-on", "p95_latency:user > +0%", 0),
        ("--fail-on", "p90_latency:tool > +10%", 1),
    ];
    for (flag, gate, wanted) in cases {
        let report = compare(&[&a, &b, "--no-charts", flag, gate]);
        let said = text(&report.output.stdout);
        assert_eq!(code(&report.output), Some(wanted), "{gate}: {said}");
        let missing = ["judge", "tool"].iter().any(|role| gate.contains(role));
        assert_eq!(said.contains("no such calls in logs"), missing, "{gate}: {said}");
    }
    let unknown = compare(&[&a, &b, "--no-charts", "--fail-on", "p95_latency:agent > +10%", "--fail-on-inconclusive"]);
    assert_eq!(code(&unknown.output), Some(1), "{}", text(&unknown.output.stdout));
    let relative = comparison(&compare(&[&a, &b, "--no-charts", "--fail-on", "p50_latency:agent > +10%"]));
    let check = &relative["gates"][0];
    assert!(near(&check["value"], 1.0) && check["cell"] == "calls in logs" && check["new_side"] == "b", "{check}");
    let ends: Vec<f64> = check["interval"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
    assert!(ends[0] > 0.1 && ends[0] < 1.0 && ends[1] >= 1.0, "{check}");
}

#[test]
fn a_baseline_has_the_calls_and_labels_split_them() {
    let folder = temporary();
    let (a, b) = (write(&folder, "a", "heron-8b", 1.0), write(&folder, "b", "heron-8b", 2.0));
    let file = argument(&folder.path().join("base.json"));
    assert_eq!(code(&run(&["compare", &a, "--save-baseline", &file])), Some(0));
    let direct = compare(&[&a, &b, "--no-charts"]);
    let from_file = compare(&["--baseline", &file, &b, "--no-charts"]);
    assert_eq!(direct.text("comparison.json"), from_file.text("comparison.json"));
    // A file of the form before has no calls, and is still one.
    let saved = fs::read_to_string(&file).expect("it is written");
    let (before, _) = saved.split_once(",\n    \"calls\": [").expect("the calls come last");
    let old = format!("{before}\n  }}\n}}\n").replace("\"schema_version\": \"1.1\"", "\"schema_version\": \"1.0\"");
    fs::write(&file, old).expect("it can be written");
    let without = comparison(&compare(&["--baseline", &file, &b, "--no-charts"]));
    assert_eq!(without["latency"]["rows"].as_array().map(Vec::len), Some(0));
    assert!(without["latency"]["notes"].to_string().contains("a has none"), "{}", without["latency"]);
    let by_label = comparison(&compare(&[&a, &b, "--across", "label", "--no-charts"]));
    assert_eq!(by_label["latency"], comparison(&direct)["latency"]);
    let by_trial = compare(&[&a, "--across", "trial", "--no-charts"]);
    assert!(text(&by_trial.output.stderr).contains("Logs are not split"), "{}", text(&by_trial.output.stderr));
    assert!(by_trial.text("comparison_report.md").contains("Logs are not split"));
    assert_eq!(comparison(&by_trial)["latency"]["rows"].as_array().map(Vec::len), Some(0));
}
