//! Options of latency, and the files of the old script.

use serde_json::{Map, Value, json};

use super::{latency_of, list, log_of, number, percentile};
use crate::support::{analyze, analyze_in, argument, assert_near, read_tree, temporary, text, write};

/// Durations of successful calls of a type in the plain log, read the simplest way.
fn durations(kind: &str) -> Vec<f64> {
    let log = std::fs::read_to_string(crate::fixtures::root().join("logs/logs/tau2_retail.log")).expect("the log can be read");
    let own = log
        .lines()
        .filter(|line| line.starts_with('[') && line.contains(&format!("type={kind} ")) && !line.contains(" error="));
    let duration = |line: &str| line.split_once(" duration_ms=")?.1.split(' ').next()?.parse().ok();
    let mut all: Vec<f64> = own.filter_map(duration).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// The series of metrics.json of the agent in retail.
fn agent(latency: &Value) -> &Value {
    let is_own = |one: &&Value| one["role"] == "agent" && one["domain"] == "retail";
    list(latency, "series").iter().find(is_own).expect("the agent called in retail")
}

#[test]
fn limits_percentiles_and_quantiles() {
    let options = ["--slo", "agent=2s", "--percentiles", "50,99.9", "--quantile", "nearest-rank"];
    let report = analyze(&[&["fixtures/logs", "--no-charts", "-qq"], &options[..]].concat());
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let metrics = report.metrics();
    let latency = &metrics["latency"];
    assert_eq!(latency["quantile"], "nearest-rank");
    let flags = &metrics["options"]["flags"];
    assert_eq!(flags, &json!({"--slo": ["agent=2000ms"], "--percentiles": ["50,99.9"], "--quantile": ["nearest-rank"]}));
    for series in list(latency, "series") {
        let limit = if series["role"] == "agent" { 2000.0 } else { 5000.0 };
        assert_near("limit", series["limit_ms"].as_f64(), Some(limit));
        let levels: Vec<f64> = list(&series["duration"], "percentiles").iter().map(|one| number(&one["level"])).collect();
        assert_eq!(levels, [0.5, 0.999]);
    }
    let (all, series) = (durations("llm_call"), agent(latency));
    assert_eq!(all.len(), 111);
    // The smallest value at or beyond the level: the 56th of 111; too few calls for one beyond P99.9.
    assert_near("P50", percentile(&series["duration"], 0.5).as_f64(), Some(all[55]));
    assert_eq!(percentile(&series["duration"], 0.999), Value::Null);
    let quick = all.iter().filter(|ms| **ms < 2000.0).count() as f64;
    assert_near("under 2 s", series["share_under_limit"].as_f64(), Some(quick / 111.0));
    let header = &report.table("latency_calls")[0];
    assert!(header.contains(&"p99.9_ms".to_owned()) && !header.contains(&"p90_ms".to_owned()), "{header:?}");
}

#[test]
fn percentiles_have_intervals_where_tasks_are_enough() {
    let metrics = super::report().metrics();
    let series = list(&metrics["latency"], "series");
    for figures in
        series.iter().flat_map(|one| [&one["duration"], &one["prefill"], &one["decode"]]).filter(|one| !one.is_null())
    {
        for one in list(figures, "percentiles") {
            let (value, interval) = (one["value_ms"].as_f64(), one["interval_ms"].as_array());
            if let Some((value, ends)) = value.zip(interval) {
                assert!(number(&ends[0]) <= value && value <= number(&ends[1]), "{one}");
            }
            let few = figures["intervals"] == "none, fewer than eight tasks";
            assert!(!few || interval.is_none(), "{figures}");
        }
    }
    // Prefill and decode have intervals like the whole call.
    let has = |part: &str| series.iter().any(|one| one[part]["percentiles"][2]["interval_ms"].is_array());
    assert!(has("duration") && has("prefill") && has("decode"), "{series:?}");
}

#[test]
fn what_is_no_limit_is_refused() {
    for bad in [["--slo", "agent=5"], ["--slo", "oracle=5s"], ["--percentiles", "101"], ["--quantile", "mean"]] {
        let report = analyze(&[&["fixtures/logs"], &bad[..]].concat());
        assert_eq!(report.output.status.code(), Some(2), "{bad:?}");
        assert!(report.files.is_empty(), "{bad:?}");
    }
}

/// An entry of the old script's file.
fn entry<'a>(profile: &'a Map<String, Value>, key: &str) -> &'a Value {
    profile.get(key).unwrap_or_else(|| panic!("no {key} among {:?}", profile.keys()))
}

#[test]
fn the_old_scripts_file_has_its_structure() {
    let folder = temporary();
    let legacy = folder.path().join("old");
    let report = analyze(&["fixtures/logs", "--no-charts", "-qq", "--legacy-profile", &argument(&legacy)]);
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let bytes = read_tree(&legacy).remove("profile_analysis.json").expect("it is written");
    let profile: Map<String, Value> = serde_json::from_slice(&bytes).expect("JSON");
    let names: Vec<&String> = profile.keys().collect();
    assert_eq!(names, ["evaluator:quill-7b", "expert:plover-32b", "expert:tern-70b", "orchestrator", "user_sim:quill-7b"]);
    for (name, one) in &profile {
        let keys: Vec<&String> = one.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["decode_stats", "histogram", "prefill_stats", "stats"], "{name}");
        let histogram = &one["histogram"];
        let counts: u64 = list(histogram, "counts").iter().filter_map(Value::as_u64).sum();
        assert_eq!((list(histogram, "bins").len(), list(histogram, "edges").len()), (10, 11), "{name}");
        assert_eq!(Some(counts), one["stats"]["count"].as_u64(), "{name}: every call is in a bin");
    }
    // Domains are pooled, as the script does: the judge of all three, told apart from the user simulator.
    let judged = |one: &&Value| one["role"] == "judge";
    let metrics = report.metrics();
    let judge = list(&metrics["latency"], "pooled").iter().find(judged).expect("there is a judge");
    assert_eq!(entry(&profile, "evaluator:quill-7b")["stats"]["count"], judge["duration"]["calls"]);
    let keys: Vec<String> = profile["orchestrator"]["stats"].as_object().expect("an object").keys().cloned().collect();
    let mut wanted: Vec<String> = ["count", "mean", "std", "min", "max", "under_5s_pct"].map(str::to_owned).to_vec();
    wanted.extend([10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 99].map(|percent| format!("p{percent}")));
    wanted.sort();
    let mut keys = keys;
    keys.sort();
    assert_eq!(keys, wanted);
    assert_eq!(entry(&profile, "expert:tern-70b")["prefill_stats"], json!({"count": 0}));
}

#[test]
fn the_old_scripts_deviation_is_that_of_the_population() {
    let folder = temporary();
    write(&folder.path().join("in/run.log"), log_of("m", &[1.0, 2.0, 3.0, 4.0, 10_000.0]));
    let report = analyze_in(folder.path(), &["in", "--no-charts", "-qq", "--legacy-profile", "old"]);
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let bytes = read_tree(&folder.path().join("old")).remove("profile_analysis.json").expect("it is written");
    let profile: Map<String, Value> = serde_json::from_slice(&bytes).expect("JSON");
    let stats = &profile["orchestrator"]["stats"];
    // numpy.std of these, with its default ddof of 0.
    assert_near("std", stats["std"].as_f64(), Some(3_999.000_125_031_255_7));
    assert_near("p99", stats["p99"].as_f64(), Some(9_600.16));
}

#[test]
fn files_of_others_stay() {
    let folder = temporary();
    let (old, new) = (folder.path().join("old/profile_analysis.json"), folder.path().join("out"));
    write(&old, "not yours");
    write(&folder.path().join("in/run.log"), log_of("m", &[1.0]));
    let arguments = ["in", "--no-charts", "-qq", "--legacy-profile", "old"];
    let report = analyze_in(folder.path(), &arguments);
    assert_eq!(report.output.status.code(), Some(1), "{}", text(&report.output.stderr));
    assert_eq!(std::fs::read_to_string(&old).expect("it is there"), "not yours");
    // One's own is replaced.
    let own = ["in", "--no-charts", "-qq", "--legacy-profile", "own"];
    for _ in 0..2 {
        assert_eq!(analyze_in(folder.path(), &own).output.status.code(), Some(0));
    }
    assert!(!new.exists());
}

#[test]
fn invalid_durations_are_in_no_figure() {
    let good = latency_of(&[100.0, 300.0], &[]);
    let mixed = latency_of(&[100.0, -5.0, 300.0], &[]);
    let duration = |latency: &Value| latency["series"][0]["duration"].clone();
    assert_eq!(duration(&mixed)["invalid"], json!(1));
    assert_eq!(duration(&mixed)["mean_ms"], duration(&good)["mean_ms"]);
}
