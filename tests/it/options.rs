//! What each option does to the figures.

use serde_json::Value;

use crate::support::{analyze, argument, assert_near, temporary, write};

/// The only cell of a folder of the invented sweep.
fn cell(folder: &str, options: &[&str]) -> Value {
    let input = format!("fixtures/sweep/results/{folder}");
    let metrics = analyze(&[&[&input, "--no-charts", "-qq"], options].concat()).metrics();
    assert_eq!(metrics["cells"].as_array().map(Vec::len), Some(1), "{metrics}");
    metrics["cells"][0].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

/// 40 records, of which 13 are infrastructure errors, 13 successes, ten tasks.
const LOST_SERVER: &str = "airline/act/quill-7b";
/// A resumed run with two conflicting attempts.
const RESUMED: &str = "retail/act/quill-7b";

#[test]
fn errors() {
    for (policy, counted, pass_1) in
        [("exclude", 27, 47.0 / 108.0), ("exclude-all", 27, 47.0 / 108.0), ("fail", 40, 0.325), ("upstream", 40, 0.325)]
    {
        let cell = cell(LOST_SERVER, &["--errors", policy]);
        assert_eq!(cell["episodes"]["counted"], counted, "{policy}");
        assert_near(policy, cell["pass_hat"][0]["value"].as_f64(), Some(pass_1));
        assert_eq!(cell["episodes"]["infrastructure_errors"], 13, "{policy}");
    }
    // Two of 30 are the agent's own: failures by default, and out only where all errors are.
    let agent = "airline/act-tern-70b-0.0_range_0--1_user-plover-32b-llm_0413101500.json.gz";
    assert_eq!(cell(agent, &[])["episodes"]["counted"], 30);
    assert_eq!(cell(agent, &["--errors", "exclude-all"])["episodes"]["counted"], 28);
}

/// The first attempt at (9, 2) succeeded, the second failed; of those at (7, 1) only the second reached the server.
#[test]
fn attempts() {
    let of = |attempts: &str| {
        let episodes = &cell(RESUMED, &["--attempts", attempts])["episodes"];
        ["counted", "successes", "repeated_attempts_dropped", "infrastructure_errors"]
            .map(|name| episodes[name].as_u64().expect("a count"))
    };
    let [counted, successes, dropped, errors] = of("first");
    assert_eq!([dropped, errors], [2, 0]);
    assert_eq!(of("last"), [counted, successes - 1, dropped, errors]);
    assert_eq!(of("all"), [counted + 1, successes, 0, 1]);
}

#[test]
fn the_largest_k() {
    let ks = |options: &[&str]| cell(LOST_SERVER, options)["pass_hat"].as_array().map(Vec::len);
    assert_eq!((ks(&[]), ks(&["--k", "2"]), ks(&["--k", "99"])), (Some(4), Some(2), Some(4)));
}

#[test]
fn planned_trials() {
    assert_near("four trials", cell(LOST_SERVER, &[])["coverage"].as_f64(), Some(27.0 / 40.0));
    assert_near("eight trials", cell(LOST_SERVER, &["--planned-trials", "8"])["coverage"].as_f64(), Some(27.0 / 80.0));
}

/// Tasks with one to four trials.
#[test]
fn estimators() {
    let values = |ragged: &str| -> Vec<Option<f64>> {
        let points = cell(LOST_SERVER, &["--ragged", ragged])["pass_hat"].clone();
        points.as_array().into_iter().flatten().map(|point| point["value"].as_f64()).collect()
    };
    let chained = values("chained");
    assert_near("available pass^2", values("available")[1], Some(7.0 / 24.0));
    assert_eq!(values("strict").iter().flatten().count(), 1, "one task has one trial");
    assert_near("strict pass^1", values("strict")[0], chained[0]);
    for (k, (zero_fill, chained)) in values("zero-fill").iter().zip(&chained).enumerate() {
        assert!(zero_fill <= chained, "pass^{}: {zero_fill:?} {chained:?}", k + 1);
    }
}

#[test]
fn intervals_widen_with_the_level() {
    let width = |options: &[&str]| {
        let interval = cell(LOST_SERVER, options)["pass_hat"][0]["interval"].clone();
        number(&interval[1]) - number(&interval[0])
    };
    let (narrow, usual, wide) = (width(&["--confidence", "0.5"]), width(&[]), width(&["--confidence", "0.99"]));
    assert!(narrow < usual && usual < wide, "{narrow} {usual} {wide}");
    assert!(width(&["--ci", "conservative"]) > usual);
}

#[test]
fn error_rules_come_before_the_built_in_ones() {
    let folder = temporary();
    let path = folder.path().join("rules.toml");
    write(&path, "[[rule]]\nname = \"flaky\"\nclass = \"agent\"\npattern = \"connection error\"\nwhy = \"ours\"\n");
    let cell = cell(LOST_SERVER, &["--error-rules", &argument(&path)]);
    let episodes = &cell["episodes"];
    assert_eq!((number(&episodes["agent_errors"]), number(&episodes["infrastructure_errors"])), (3.0, 10.0));
    assert_eq!(episodes["counted"], 30);
}

#[test]
fn identity_by_hand() {
    let map = "act/(\\w+)-7b/=>model=$1,env=mars,strategy=guessing";
    let mapped = cell(LOST_SERVER, &["--map", map, "--map", ".=>user_model=plover"]);
    let parts = ["env", "model", "strategy", "user_model"].map(|part| mapped[part].as_str().unwrap_or("?").to_owned());
    assert_eq!(parts, ["mars", "quill", "guessing", "plover"]);
    let laid = cell(LOST_SERVER, &["--layout", "{model}/{env}/{strategy}/{_}/{_}.json"]);
    let parts = ["model", "env", "strategy"].map(|part| laid[part].as_str().unwrap_or("?").to_owned());
    assert_eq!(parts, ["results", "airline", "act"]);
    // A map beats a layout.
    let both = cell(LOST_SERVER, &["--layout", "{model}/{env}/{strategy}/{_}/{_}.json", "--map", ".=>model=mine"]);
    assert_eq!(both["model"], "mine");
}

/// Two configurations said to be one are one cell.
#[test]
fn cells_can_be_pooled() {
    let pooled =
        cell("airline", &["--pool", "--map", ".=>model=any,strategy=any,user_model=any,user_strategy=any,temperature=0"]);
    let single = analyze(&["fixtures/sweep/results/airline", "--no-charts", "-qq"]).metrics();
    let sum = |name: &str| -> f64 {
        single["cells"].as_array().into_iter().flatten().map(|cell| number(&cell["episodes"][name])).sum()
    };
    for name in ["records", "kept", "counted", "successes", "infrastructure_errors", "exact_copies_dropped"] {
        assert_near(name, pooled["episodes"][name].as_f64(), Some(sum(name)));
    }
}

/// Six episodes solve a task, one that names no task fails: both rates by episode count all seven.
#[test]
fn rates_by_episode_count_the_same_episodes() {
    let record = |task: Value, reward: f64| {
        let talk =
            serde_json::json!([{"role": "user", "content": format!("Hello {task}")}, {"role": "assistant", "content": "Yes."}]);
        let mut record = serde_json::json!({"reward": reward, "info": {"user_cost": 0.25}, "traj": talk, "trial": 0});
        if !task.is_null() {
            record["task_id"] = task;
        }
        record
    };
    let mut records: Vec<Value> = (0..6).map(|task| record(task.into(), 1.0)).collect();
    records.push(record(Value::Null, 0.0));
    let folder = temporary();
    write(&folder.path().join("airline/act/heron-8b/results.json"), Value::from(records).to_string());
    let metrics = analyze(&[&argument(folder.path()), "--no-charts", "-qq"]).metrics();
    let cell = &metrics["cells"][0];
    assert_eq!(cell["episodes"]["without_task"], 1, "{cell}");
    for (figure, wanted) in [("by_task", 1.0), ("by_episode", 6.0 / 7.0)] {
        assert_near(figure, cell[format!("success_rate_{figure}")].as_f64(), Some(wanted));
        assert_near(figure, cell[format!("mean_reward_{figure}")].as_f64(), Some(wanted));
    }
}

/// A repeated trial id makes τ-bench's formula exceed 1; the mean over the tasks that have k trials stays what it is.
#[test]
fn available_is_that_under_every_estimator() {
    let folder = temporary();
    let record = |trial: u32, reward: u32| {
        format!(
            r#"{{"task_id": 0, "trial": {trial}, "reward": {reward}, "info": {{}}, "traj": [{{"role": "user", "content": "{reward} {trial}"}}]}}"#
        )
    };
    let twice = record(0, 1).replace("1 0", "again");
    write(&folder.path().join("a.json"), format!("[{}, {twice}, {}]", record(0, 1), record(0, 0)));
    let input = argument(folder.path());
    let report = analyze(&[&input, "--attempts", "all", "--ragged", "upstream-v1"]);
    let point = &report.metrics()["cells"][0]["pass_hat"][0];
    assert_near("value", point["value"].as_f64(), Some(2.0));
    assert_near("available", point["available"].as_f64(), Some(2.0 / 3.0));
}
