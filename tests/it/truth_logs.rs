//! What is read of the invented logs is what is true of them: metrics.json and the tables against `logs_truth.json`.

mod options;

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};

use crate::{
    fixtures,
    support::{Report, analyze, analyze_in, assert_near, temporary, text, write},
};

fn truth() -> Value {
    let bytes = fs::read(fixtures::root().join("logs_truth.json")).expect("the truth can be read");
    serde_json::from_slice(&bytes).expect("the truth is JSON")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

/// Fails unless two values agree; numbers may differ in the last digits.
#[track_caller]
fn assert_alike(what: &str, found: &Value, wanted: &Value) {
    match (found, wanted) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{what}");
            a.iter().for_each(|(key, value)| assert_alike(&format!("{what}/{key}"), value, &b[key]));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{what}");
            a.iter().zip(b).enumerate().for_each(|(at, (a, b))| assert_alike(&format!("{what}/{at}"), a, b));
        }
        (Value::Number(a), Value::Number(b)) => assert_near(what, a.as_f64(), b.as_f64()),
        _ => assert_eq!(found, wanted, "{what}"),
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

/// The percentile of a level, in milliseconds.
pub(crate) fn percentile(summary: &Value, level: f64) -> Value {
    let is_level = |one: &&Value| (number(&one["level"]) - level).abs() < 1e-12;
    list(summary, "percentiles").iter().find(is_level).map_or(Value::Null, |one| one["value_ms"].clone())
}

/// A series of metrics.json in the words of the truth.
fn said(series: &Value) -> Value {
    let duration = &series["duration"];
    let calls = number(&duration["calls"]);
    let sum = |part: &str| json!(number(&series[part]["mean_ms"]) * number(&series[part]["calls"]));
    json!({
        "role": series["role"],
        "name": series["name"],
        "domain": series["domain"],
        "calls": duration["calls"],
        "errors": series["errors"],
        "untimed": series["untimed"],
        "mean_ms": duration["mean_ms"],
        "min_ms": duration["min_ms"],
        "max_ms": duration["max_ms"],
        "p50_ms": percentile(duration, 0.5),
        "under_5s": (number(&series["share_under_limit"]) * calls).round(),
        "phases": series["prefill"]["calls"].as_u64().unwrap_or(0),
        "prefill_sum_ms": sum("prefill"),
        "decode_sum_ms": sum("decode"),
        "tokens_in": series["tokens"]["input"].as_u64().unwrap_or(0),
        "tokens_out": series["tokens"]["output"].as_u64().unwrap_or(0),
    })
}

/// Values by a few of their members.
fn by(all: &[Value], keys: &[&str]) -> BTreeMap<String, Value> {
    let name = |one: &Value| keys.iter().map(|key| one[*key].to_string()).collect::<Vec<_>>().join(" ");
    let found: BTreeMap<String, Value> = all.iter().map(|one| (name(one), one.clone())).collect();
    assert_eq!(found.len(), all.len(), "two of one {keys:?}");
    found
}

#[track_caller]
fn assert_same_sets(found: &[Value], wanted: &[Value], keys: &[&str]) {
    let (found, wanted) = (by(found, keys), by(wanted, keys));
    assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    for (name, value) in &found {
        assert_alike(name, value, &wanted[name]);
    }
}

fn report() -> Report {
    let report = analyze(&["fixtures/logs", "--no-charts", "-qq"]);
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    report
}

#[test]
fn every_series_is_true() {
    let metrics = report().metrics();
    let series: Vec<Value> = list(&metrics["latency"], "series").iter().map(said).collect();
    assert_same_sets(&series, list(&truth(), "series"), &["role", "name", "domain"]);
    // Over all domains nothing is added or lost.
    let sum = |part: &str, of: &dyn Fn(&Value) -> u64| list(&metrics["latency"], part).iter().map(of).sum::<u64>();
    let calls = |one: &Value| one["duration"]["calls"].as_u64().expect("a count");
    let errors = |one: &Value| one["errors"].as_u64().expect("a count");
    assert_eq!((sum("series", &calls), sum("series", &errors)), (sum("pooled", &calls), sum("pooled", &errors)));
}

#[test]
fn calls_are_attached_and_times_taken_apart() {
    let metrics = report().metrics();
    let (latency, truth) = (&metrics["latency"], truth());
    assert_eq!(latency["attachment"], truth["attachment"]);
    let cells = by(list(&metrics, "cells"), &["id"]);
    let named = |row: &Value| {
        let mut row = row.clone();
        let cell = &cells[&row["cell"].to_string()];
        let members = row.as_object_mut().expect("a row is an object");
        members.remove("cell");
        members.extend(["env", "model"].map(|key| (key.to_owned(), cell[key].clone())));
        row
    };
    let found: Vec<Value> = list(latency, "time").iter().map(named).collect();
    assert_same_sets(&found, list(&truth, "time"), &["env", "model", "solved"]);
    for row in &found {
        let parts: f64 = row["parts_s"].as_object().expect("parts by name").values().map(number).sum();
        assert_near("parts and the rest", Some(parts + number(&row["unexplained_s"])), row["span_s"].as_f64());
    }
}

#[test]
fn the_types_of_every_log_are_counted() {
    let report = report();
    let mut found: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for row in report.table("latency_fields").into_iter().skip(1) {
        let log = row[0].rsplit_once("fixtures/").expect("paths begin there").1.to_owned();
        found.entry(log).or_default().insert(row[1].clone(), row[2].parse().expect("a count"));
    }
    assert_eq!(json!(found), truth()["types"]);
    for log in list(&report.metrics()["latency"], "logs") {
        assert_eq!(log["records"], log["understood"], "{log}");
    }
}

#[test]
fn servers_say_what_they_said() {
    let metrics = report().metrics();
    let said = |one: &Value| {
        let log = one["log"].as_str().and_then(|log| log.split_once("fixtures/")).expect("paths begin there").1;
        let names = one["mean"].as_object().expect("means by name").keys();
        let pairs: BTreeMap<&String, Value> = names.map(|name| (name, json!([one["mean"][name], one["peak"][name]]))).collect();
        json!({"log": log, "serves": one["serves"], "job": one["job"], "node": one["node"], "model": one["model"],
               "status_lines": one["status_lines"], "errors": one["errors"], "mean_and_peak": pairs})
    };
    let found: Vec<Value> = list(&metrics["latency"], "servers").iter().map(said).collect();
    assert_same_sets(&found, list(&truth(), "servers"), &["log"]);
}

/// Copies the results and some of the logs into a folder and analyses that.
fn analyze_with(logs: &[&str]) -> Value {
    let folder = temporary();
    let results = ["results/retail_heron.json", "results/run_77.json"].map(str::to_owned);
    for path in results.into_iter().chain(logs.iter().map(|name| format!("logs/{name}"))) {
        let bytes = fs::read(fixtures::root().join("logs").join(&path)).expect("a fixture can be read");
        write(&folder.path().join("in").join(path), bytes);
    }
    analyze_in(folder.path(), &["in", "--no-charts", "-qq"]).metrics()
}

/// What must not depend on which file a run is read from.
fn figures(metrics: &Value) -> Value {
    let latency = &metrics["latency"];
    let mut runs = latency["runs"].clone();
    for run in runs.as_array_mut().expect("runs are a list") {
        run["log"] = Value::Null;
    }
    json!({"series": latency["series"], "pooled": latency["pooled"], "attachment": latency["attachment"],
           "time": latency["time"], "runs": runs})
}

#[test]
fn each_rendering_says_the_same_and_both_say_it_once() {
    let plain = analyze_with(&["tau2_retail.log"]);
    let noisy = analyze_with(&["eval_retail.log"]);
    let both = analyze_with(&["tau2_retail.log", "eval_retail.log"]);
    assert_eq!(
        list(&plain["latency"], "series").len(),
        list(&truth(), "series").iter().filter(|one| one["domain"] == "retail").count()
    );
    assert_eq!(figures(&plain), figures(&noisy));
    assert_eq!(figures(&plain), figures(&both));
    let copies =
        |metrics: &Value| list(&metrics["latency"], "logs").iter().map(|log| number(&log["copies_dropped"])).sum::<f64>();
    assert_eq!((copies(&plain), copies(&noisy)), (0.0, 0.0));
    assert_near("copies", Some(copies(&both)), truth()["copies"].as_f64());
    let runs = list(&both["latency"], "runs");
    // Four at a time, whatever the lines cut off of a moment.
    assert_eq!(runs[0]["peak_concurrency"], json!(4));
    assert_eq!((runs.len(), &runs[0]["tasks_completed"]), (1, &truth()["tasks_completed"]["retail"]));
}

#[test]
fn the_console_tells_what_the_checkpoint_does_not() {
    let cell = |metrics: &Value| {
        let own = |one: &&Value| {
            list(one, "files").iter().any(|file| file.as_str().is_some_and(|file| file.ends_with("run_77.json")))
        };
        list(metrics, "cells").iter().find(own).expect("the checkpoint has a cell").clone()
    };
    let parts = |cell: &Value| ["env", "model", "strategy", "user_model"].map(|key| cell[key].clone());
    let wanted = &truth()["console"];
    assert_eq!(parts(&cell(&analyze_with(&["slurm_77_1.out"]))), parts(wanted));
    let alone = cell(&analyze_with(&[]));
    assert_eq!(parts(&alone)[1..], [Value::Null, Value::Null, Value::Null], "the checkpoint tells it by itself");

    let table = report().table("latency_console");
    let column = |name: &str| {
        let at = table[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name} in {:?}", table[0]));
        table[1][at].clone()
    };
    assert_near("printed", column("printed_pass_1").parse().ok(), wanted["printed_pass_1"].as_f64());
    assert_near("ours", column("ours").parse().ok(), wanted["pass_1"].as_f64());
    assert!(column("why").contains("infrastructure errors"), "{}", column("why"));
    assert_eq!(
        (column("started"), column("finished"), column("solved"), column("complete")),
        ("6".into(), "6".into(), "3".into(), "true".into())
    );
}

#[test]
fn logs_alone_make_a_report() {
    let report = analyze(&["fixtures/logs/logs"]);
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let markdown = report.text("experiment_report.md");
    let headings: Vec<&str> = markdown.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(headings.contains(&"Latency"), "{headings:?}");
    for of_results in ["Reliability", "Per task", "Cost and length", "Where the time goes"] {
        assert!(!headings.contains(&of_results), "{headings:?}");
    }
    let metrics = report.metrics();
    assert_eq!(metrics["cells"], json!([]));
    let series: Vec<Value> = list(&metrics["latency"], "series").iter().map(said).collect();
    assert_same_sets(&series, list(&truth(), "series"), &["role", "name", "domain"]);
    for format in ["table", "md", "csv", "json"] {
        let report = analyze(&["fixtures/logs/logs", "--no-charts", "--format", format]);
        assert_eq!(report.output.status.code(), Some(0), "{format}: {}", text(&report.output.stderr));
    }
}

#[test]
fn consoles_alone_are_shown_too() {
    let report = analyze(&["fixtures/logs/logs/slurm_77_1.out", "fixtures/logs/results/run_77.json", "--no-charts"]);
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let markdown = report.text("experiment_report.md");
    assert!(markdown.contains("## Logs\n") && !markdown.contains("## Latency\n"));
    assert_eq!((report.table("latency_console").len(), &report.metrics()["latency"]), (2, &Value::Null));
}

#[test]
fn a_success_costs_the_time_of_failures_too() {
    let report = report();
    for row in report.table("latency_per_solved").into_iter().skip(1) {
        let own = |one: &&Value| one["env"] == row[0].as_str();
        let truth = truth();
        let rows: Vec<&Value> = list(&truth, "time").iter().filter(own).collect();
        let sum: f64 = rows.iter().map(|one| number(&one["span_s"]) * number(&one["episodes"])).sum();
        let solved: f64 = rows.iter().filter(|one| one["solved"] == true).map(|one| number(&one["episodes"])).sum();
        assert_near("per solved", row[5].parse().ok(), Some(sum / solved));
    }
}

#[test]
fn what_counts_as_solved_follows_the_policy_for_errors() {
    let failed = |policy: &str| {
        let report = analyze(&["fixtures/logs", "--errors", policy, "--no-charts"]);
        let row = report.table("latency_time").into_iter().find(|row| row[0] == "airline" && row[2] == "failed");
        row.map(|row| row[3].clone())
    };
    // One airline episode was lost to an error of the machinery.
    assert_eq!((failed("exclude"), failed("fail")), (Some("2".to_owned()), Some("3".to_owned())));
}

#[test]
fn slow_calls_in_error_are_marked() {
    let table = report().table("latency_slowest");
    let marked: Vec<&Vec<String>> = table[1..].iter().filter(|row| row[3] == "true").collect();
    assert_eq!(marked.len(), 2, "{table:?}");
    assert!(marked.iter().all(|row| row[2] == "60000.0"), "{marked:?}");
    assert_eq!(table[1][2], "426958.6");
}

/// A log of so many calls of one model, each of a task of its own.
pub(crate) fn log_of(model: &str, durations: &[f64]) -> String {
    let line = |(at, ms): (usize, &f64)| {
        let second = at % 60;
        format!(
            "[PROFILE] 2026-03-05 10:{:02}:{second:02}.000 task={at} thread=1 type=llm_call model={model} call_type=vllm duration_ms={ms:.2}\n",
            at / 60 % 60
        )
    };
    durations.iter().enumerate().map(line).collect()
}

/// The latency of a log of so many calls of one model.
fn latency_of(durations: &[f64], options: &[&str]) -> Value {
    let folder = temporary();
    write(&folder.path().join("in/run.log"), log_of("m", durations));
    let report = analyze_in(folder.path(), &[&["in", "--no-charts", "-qq"], options].concat());
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    report.metrics()["latency"].clone()
}

#[test]
fn percentiles_are_those_of_numpy() {
    // From numpy.percentile and numpy.mean.
    let values = [
        234.1, 655.1, 886.7, 1015.1, 1145.6, 1462.4, 1774.2, 2096.5, 2328.7, 2601.1, 2921.0, 3468.5, 3932.6, 4020.2, 4752.6,
        5000.0, 5702.0, 7169.6, 9700.0, 13_301.1, 70_584.2, 426_958.6,
    ];
    let wanted =
        [(0.1, 899.54), (0.25, 1540.35), (0.4, 2437.66), (0.5, 3194.75), (0.75, 5526.5), (0.9, 12_940.99), (0.95, 67_720.045)];
    let latency = latency_of(&values, &["--percentiles", "10,25,40,50,75,90,95,99"]);
    let duration = &latency["series"][0]["duration"];
    for (level, value) in wanted {
        assert_near(&format!("P{}", level * 100.0), percentile(duration, level).as_f64(), Some(value));
    }
    assert_eq!(percentile(duration, 0.99), Value::Null, "22 calls have no P99");
    let near = |what: &str, found: &Value, wanted: f64| assert!((number(found) - wanted).abs() < 1e-4, "{what}: {found}");
    near("mean", &duration["mean_ms"], 25_986.813_64);
    near("strictly under 5 s", &latency["series"][0]["share_under_limit"], 15.0 / 22.0);
    assert_eq!((number(&duration["min_ms"]), number(&duration["max_ms"])), (234.1, 426_958.6));

    // By the definition, on squares: P99 lies 0.51 of the way from the 148th of 150 values to the next.
    let squares: Vec<f64> = (0..150).map(|n| f64::from(n * n) + 0.25).collect();
    let latency = latency_of(&squares, &["--percentiles", "1,50,90,95,99,99.9"]);
    let wanted = [(0.01, 2.72), (0.5, 5550.75), (0.9, 17_983.15), (0.95, 20_036.9), (0.99, 21_759.7)];
    for (level, value) in wanted {
        assert_near(&format!("P{}", level * 100.0), percentile(&latency["series"][0]["duration"], level).as_f64(), Some(value));
    }
}
