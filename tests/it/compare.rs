//! `taureport compare` and `taureport power`: whole runs on invented and real results.

mod form;
mod gates;
mod logs;
mod real;

use std::process::Output;

use serde_json::Value;

use crate::support::{Report, analyze, argument, read_tree, run, temporary, text};

/// Runs `compare` in the root of the repository into a folder of its own.
pub(crate) fn compare(arguments: &[&str]) -> Report {
    let out = temporary();
    let output = run(&[&["compare", "-o", &argument(out.path())], arguments].concat());
    Report { files: read_tree(out.path()), output }
}

/// comparison.json.
pub(crate) fn comparison(report: &Report) -> Value {
    serde_json::from_str(&report.text("comparison.json")).expect("comparison.json is JSON")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// Every figure of every cell with its path, expenses and durations too.
fn figures(comparison: &Value) -> Vec<&Value> {
    let cells = comparison["cells"].as_array().expect("a list");
    cells.iter().flat_map(|cell| cell["figures"].as_array().expect("a list")).collect()
}

const SWEEP: &str = "fixtures/sweep";

#[test]
fn results_against_themselves_are_inconclusive() {
    let report = compare(&["a=fixtures/sweep", "b=fixtures/sweep", "--no-charts"]);
    assert_eq!(code(&report.output), Some(0));
    let found = comparison(&report);
    assert_eq!(found["cells"].as_array().map(Vec::len), Some(12), "every cell finds itself");
    for figure in figures(&found) {
        assert!(figure["difference"].as_f64().is_some_and(|difference| difference.abs() < 1e-12), "{figure}");
        assert_eq!((&figure["p"], &figure["verdict"]), (&Value::from(1.0), &Value::from("inconclusive")), "{figure}");
    }
    for cell in found["cells"].as_array().expect("a list") {
        assert_eq!((&cell["regressed"], &cell["improved"]), (&Value::Array(Vec::new()), &Value::Array(Vec::new())));
    }
    // Nothing is warned of but what `analyze` warns of, and all of that but what it says of cells side by side.
    let mut wanted = Vec::new();
    for side in ["a=fixtures/sweep", "b=fixtures/sweep"] {
        let metrics = analyze(&[side, "--no-charts"]).metrics();
        let all = metrics["warnings"].as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned);
        wanted.extend(all.filter(|line| !line.contains("differences may come from there")));
    }
    let mut warnings: Vec<&str> = found["warnings"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(wanted.len() > 10, "{wanted:?}");
    wanted.sort();
    wanted.dedup();
    warnings.sort_unstable();
    assert_eq!(warnings, wanted);
}

#[test]
fn swapping_sides_flips_signs_and_changes_no_p() {
    let (a, b) = ("a=fixtures/sweep/results/airline/act", "b=fixtures/sweep/results/airline/react");
    let (one, other) = (comparison(&compare(&[a, b, "--no-charts"])), comparison(&compare(&[b, a, "--no-charts"])));
    let (x, y) = (figures(&one), figures(&other));
    assert!(!x.is_empty() && x.len() == y.len());
    for (x, y) in x.into_iter().zip(y) {
        let number = |figure: &Value, key: &str| figure[key].as_f64().expect("a number");
        assert!((number(x, "difference") + number(y, "difference")).abs() < 1e-12, "{x} {y}");
        assert!((number(x, "p") - number(y, "p")).abs() < 1e-9, "{x} {y}");
        assert_eq!((&x["wins"], &x["losses"]), (&y["losses"], &y["wins"]));
    }
    assert_eq!(one["cells"][0]["regressed"].as_array().map(Vec::len), other["cells"][0]["improved"].as_array().map(Vec::len));
}

#[test]
fn the_values_of_a_column_are_sides() {
    let found = comparison(&compare(&[SWEEP, "--across", "strategy", "--no-charts"]));
    assert_eq!((found["base"].as_str(), found["across"].as_str()), (Some("act"), Some("strategy")));
    assert_eq!(found["new"], serde_json::json!(["react", "tool-calling"]));
    // Two models in two environments, against each NEW.
    assert_eq!(found["cells"].as_array().map(Vec::len), Some(8));
    assert_eq!(found["rankings"].as_array().map(Vec::len), Some(4));
    let other = comparison(&compare(&[SWEEP, "--across", "strategy", "--base", "react", "--no-charts"]));
    assert_eq!((other["base"].as_str(), other["new"][0].as_str()), (Some("react"), Some("act")));
    let groups = comparison(&compare(&[SWEEP, "--across", "strategy", "--sides", "act+react,tool-calling", "--no-charts"]));
    assert_eq!(groups["base"].as_str(), Some("act+react"));
    // quill-7b talks to a user model on record in some cells only: these are not pooled, and nothing tells which is meant.
    let names: Vec<Option<&str>> =
        groups["cells"].as_array().expect("a list").iter().map(|cell| cell["env"].as_str()).collect();
    assert_eq!(names, [Some("airline"), Some("retail")]);
    assert!(groups["warnings"].to_string().contains("several cells have this configuration"), "{}", groups["warnings"]);
}

#[test]
fn two_runs_are_the_same_bytes() {
    let arguments = ["a=fixtures/tau2/results", "b=fixtures/tau2/results", "c=fixtures/tau2/directory", "--svg", "-v"];
    let (one, other) = (compare(&arguments), compare(&arguments));
    assert!(one.files.keys().any(|path| path.starts_with("charts/")));
    assert_eq!(one.files.keys().collect::<Vec<_>>(), other.files.keys().collect::<Vec<_>>());
    let differing: Vec<&String> = one.files.keys().filter(|path| one.files[*path] != other.files[*path]).collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert_eq!(text(&one.output.stdout), text(&other.output.stdout));
}

#[test]
fn a_baseline_stands_for_what_it_was_made_from() {
    let folder = temporary();
    let file = argument(&folder.path().join("deep/base.json"));
    let (a, b) = ("fixtures/tau2/results/ollama_chat", "new=fixtures/tau2/results/ollama_chat");
    let saved = run(&["compare", a, "--save-baseline", &file]);
    assert_eq!(code(&saved), Some(0), "{}", text(&saved.stderr));
    let direct = compare(&[a, b, "--no-charts"]);
    for arguments in [["--baseline", &file, b, "--no-charts"].as_slice(), &[&file, b, "--no-charts"]] {
        let from_file = compare(arguments);
        assert_eq!(direct.text("comparison.json"), from_file.text("comparison.json"), "{arguments:?}");
    }
    // Ours may be replaced, another's file not.
    assert_eq!(code(&run(&["compare", a, "--save-baseline", &file])), Some(0));
    std::fs::write(&file, "{}").expect("it can be written");
    assert_eq!(code(&run(&["compare", a, "--save-baseline", &file])), Some(1));
    assert_eq!(code(&run(&["compare", "--baseline", &file, b])), Some(2));
}

#[test]
fn secrets_stay_out_of_a_baseline() {
    let folder = temporary();
    let file = folder.path().join("base.json");
    run(&["compare", "fixtures/secret", "--save-baseline", &argument(&file)]);
    let saved = std::fs::read_to_string(&file).expect("it is written");
    assert!(saved.contains("\"kind\": \"baseline\"") && !saved.contains("sk-INVENTED"), "{saved}");
    let report = compare(&["a=fixtures/secret", "b=fixtures/secret"]);
    for (path, bytes) in &report.files {
        assert!(!String::from_utf8_lossy(bytes).contains("sk-INVENTED"), "{path}");
    }
}

#[test]
fn metrics_json_is_refused_with_a_remedy() {
    let out = temporary();
    run(&["analyze", "fixtures/secret", "-o", &argument(out.path()), "--no-charts", "-qq"]);
    let metrics = argument(&out.path().join("metrics.json"));
    let output = run(&["compare", &metrics, "fixtures/secret"]);
    assert_eq!(code(&output), Some(2));
    assert!(text(&output.stderr).contains("--save-baseline"), "{}", text(&output.stderr));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let cases: [(&[&str], i32, &str); 6] = [
        (&["fixtures/sweep"], 2, "nothing to compare with"),
        (&["fixtures/sweep", "fixtures/nowhere"], 2, "no such file"),
        (&["fixtures/sweep", "--across", "modle"], 2, "no column or setting \"modle\""),
        (&["fixtures/sweep", "--across", "strategy", "--base", "cot"], 2, "there are act, react, tool-calling"),
        (&["fixtures/sweep", "--across", "strategy", "--sides", "cot,act"], 2, "no strategy is \"cot\""),
        (
            &[
                "fixtures/sweep/results/retail",
                "fixtures/tau2/results/ollama_chat/quill-7b_airline_default_plover-32b_4trials.json",
            ],
            4,
            "has nothing of this environment",
        ),
    ];
    for (arguments, wanted, words) in cases {
        let out = temporary();
        let output = run(&[&["compare", "-o", &argument(&out.path().join("new"))], arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(code(&output), Some(wanted), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(!out.path().join("new").exists(), "{arguments:?} wrote a report");
    }
}

#[test]
fn benchmarks_are_compared_on_demand_only() {
    let paths = [
        "fixtures/sweep/results/airline/tool-calling",
        "fixtures/tau2/results/ollama_chat/quill-7b_airline_default_plover-32b_4trials.json",
    ];
    let refused = compare(&[&paths[..], &["--no-charts"]].concat());
    assert_eq!(code(&refused.output), Some(4));
    assert!(text(&refused.output.stderr).contains("--allow-mismatch"), "{}", text(&refused.output.stderr));
    let allowed = compare(&[&paths[..], &["--no-charts", "--allow-mismatch"]].concat());
    assert_eq!(code(&allowed.output), Some(0));
    let warnings = comparison(&allowed)["warnings"].to_string();
    assert!(warnings.contains("the same id is not the same task"), "{warnings}");
}

#[test]
fn power_answers_from_results() {
    let output = run(&["power", "--from", "fixtures/sweep/results/airline/react", "--delta", "5pp", "--format", "json"]);
    assert_eq!(code(&output), Some(0));
    let table: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let row = &table["rows"][0];
    let needed = |n: u32| row[format!("tasks_needed_{n}")].as_f64().expect("known");
    assert!(needed(1) > needed(4) && needed(4) > needed(16), "{row}");
    assert!(row["tasks_at_least"].as_f64().is_some_and(|tasks| tasks <= needed(16)), "{row}");
    for (delta, ok) in [("5%", true), ("0.05", true), ("5", false), ("-1pp", false), ("x", false)] {
        let output = run(&["power", "--from", "fixtures/sweep", &format!("--delta={delta}")]);
        assert_eq!(code(&output), Some(if ok { 0 } else { 2 }), "{delta}");
    }
}
