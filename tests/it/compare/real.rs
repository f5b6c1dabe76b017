//! Real results, against values worked out by hand. Without the files these tests are ignored.

use std::{env, io::Write, path::PathBuf};

use serde_json::Value;

use super::{compare, comparison};
use crate::support::{argument, repository};

/// The folder of real results, if it is there.
fn root() -> Option<PathBuf> {
    let root = env::var_os("TAUREPORT_REAL_DATA").map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    if root.join("expected.json").is_file() {
        return Some(root);
    }
    // Written past the test harness, which shows what is printed of failed tests only.
    let line = "skipped: no real data; set TAUREPORT_REAL_DATA to the folder that holds expected.json\n";
    std::io::stderr().write_all(line.as_bytes()).expect("stderr takes text");
    None
}

/// Runs `compare` on paths below the root, each with an optional label before `=`.
fn found(root: &std::path::Path, paths: &[(&str, &str)], options: &[&str]) -> Value {
    let paths: Vec<String> = paths
        .iter()
        .map(|(label, path)| {
            let path = argument(&root.join(path));
            if label.is_empty() { path } else { format!("{label}={path}") }
        })
        .collect();
    let mut arguments: Vec<&str> = paths.iter().map(String::as_str).collect();
    arguments.extend(options);
    arguments.push("--no-charts");
    comparison(&compare(&arguments))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Exact two-sided binomial p of `b` against `c`: `scipy.stats.binomtest(min(b, c), b + c).pvalue`.
fn mcnemar(b: u64, c: u64) -> f64 {
    let cases = b + c;
    let choose = |k: u64| (0..k).fold(1.0, |product, i| product * (cases - i) as f64 / (i + 1) as f64);
    let tail: f64 = (0..=b.min(c)).map(choose).sum();
    let halves = (0..cases).fold(1.0, |half: f64, _| half / 2.0);
    (2.0 * tail * halves).min(1.0)
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn fine_tuning_gpt_4_1_shows_no_gain_in_quality() {
    let Some(root) = root() else { return };
    let results = "tau2/sierra/*/src/experiments/model_training/results";
    let path = |name: &str| format!("{results}/{name}");
    let paths = [
        ("gpt-4.1", path("gpt-4.1_airline_default_gpt-4.1_1trials.json")),
        ("gpt-4.1", path("gpt-4.1_retail_defautl_gpt-4.1_1trials.json")),
        ("sft", path("ft:*_airline_default_*")),
        ("sft", path("ft:*_retail_default_*")),
    ];
    let found = found(&root, &paths.each_ref().map(|(label, path)| (*label, path.as_str())), &[]);
    let cells = found["cells"].as_array().expect("a list");
    assert_eq!(cells.iter().map(|cell| cell["name"].as_str()).collect::<Vec<_>>(), [Some("airline"), Some("retail")]);
    // Airline: 6 tasks won, 3 lost: scipy gives 0.5078125. Retail: 6 and 6: 1.
    for (cell, (wins, losses)) in cells.iter().zip([(6, 3), (6, 6)]) {
        let figure = &cell["figures"][0];
        assert_eq!((figure["wins"].as_u64(), figure["losses"].as_u64()), (Some(wins), Some(losses)), "{figure}");
        assert!((number(&figure["p_exact"]) - mcnemar(wins, losses)).abs() < 1e-12, "{figure}");
        assert!((number(&figure["p_sign_test"]) - mcnemar(wins, losses)).abs() < 1e-12, "{figure}");
        assert_eq!((&figure["verdict"], &cell["single_trial"]), (&Value::from("inconclusive"), &Value::from(true)));
    }
    assert!((mcnemar(6, 3) - 0.507_812_5).abs() < 1e-15);
    assert_eq!(cells[0]["figures"][0]["decided_by"], "McNemar, mid-p");
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn react_is_worse_than_act_with_uneven_trials() {
    let Some(root) = root() else { return };
    let found = found(&root, &[("", "tau1/agent-project/results/airline")], &["--across", "strategy"]);
    assert_eq!((found["base"].as_str(), &found["new"]), (Some("act"), &serde_json::json!(["react", "tool-calling"])));
    let verdicts: Vec<Option<&str>> =
        found["cells"].as_array().expect("a list").iter().map(|cell| cell["figures"][0]["verdict"].as_str()).collect();
    assert_eq!(verdicts, [Some("worse"), Some("inconclusive")]);
    let standings: Vec<Option<&str>> =
        found["rankings"][0]["places"].as_array().expect("a list").iter().map(|place| place["standing"].as_str()).collect();
    let wanted = ["leader", "not distinguishable from the leader", "worse than the leader"];
    assert_eq!(standings, wanted.map(Some));
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_imitation_checkpoint_is_worse() {
    let Some(root) = root() else { return };
    let base = "tau1/wrapped-metrics/results/Llama-3.1-8B-Instruct/airline-temperature-0.0_0717023520.json";
    let new = "tau1/wrapped-metrics/results/Llama-3.1-8B-Instruct_IL_checkpoint-30";
    let found = found(&root, &[("base", base), ("il", new)], &[]);
    let figure = &found["cells"][0]["figures"][0];
    assert_eq!((figure["verdict"].as_str(), figure["tasks"].as_u64()), (Some("worse"), Some(50)), "{figure}");
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn halves_of_one_run_are_inconclusive() {
    let Some(root) = root() else { return };
    let options = ["--across", "trial", "--sides", "0+1,2+3"];
    let found = found(&root, &[("", "tau1/tau-bench/historical_trajectories/gpt-4o-airline.json")], &options);
    let figure = &found["cells"][0]["figures"][0];
    // The file's trials have .42 .44 .40 .42.
    assert!((number(&figure["base"]) - 0.43).abs() < 1e-12 && (number(&figure["new"]) - 0.41).abs() < 1e-12, "{figure}");
    assert_eq!(figure["verdict"], "inconclusive");
}
