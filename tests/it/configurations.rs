//! Which episodes are put together: settings, variants, repetitions, renderings, what was discarded. Through the whole program.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Report, analyze_in, run_in, temporary, text, write};

/// What a run is.
struct Run<'a> {
    /// Distinguishes its conversations.
    name: &'a str,
    /// `info`, over the usual one.
    info: Value,
    /// How many of the five tasks it solves.
    solved: usize,
}

fn usual_info() -> Value {
    json!({
        "num_trials": 1, "max_steps": 200, "max_errors": 10, "seed": 300,
        "agent_info": {"implementation": "llm_agent", "llm": "quill-7b", "llm_args": {"temperature": 0.0}},
        "user_info": {"implementation": "user_simulator", "llm": "plover-32b", "llm_args": {"temperature": 0.0}},
        "environment_info": {"domain_name": "airline", "policy": "# Policy\nBe kind."}
    })
}

fn merge(into: &mut Value, over: &Value) {
    match (into.as_object_mut(), over.as_object()) {
        (Some(own), Some(over)) => over.iter().for_each(|(key, value)| merge(own.entry(key).or_insert(Value::Null), value)),
        _ => *into = over.clone(),
    }
}

fn simulation(run: &Run<'_>, task: usize) -> Value {
    let talk = |text: &str| json!([{"role": "assistant", "content": text}, {"role": "user", "content": "yes"}]);
    let mut messages = talk(&format!("{} {task} hello", run.name));
    let more = talk(&format!("{} {task} done", run.name));
    messages.as_array_mut().expect("the form is known").extend(more.as_array().expect("the form is known").iter().cloned());
    json!({
        "id": format!("{}-{task}", run.name), "task_id": task.to_string(), "trial": 0, "termination_reason": "user_stop",
        "reward_info": {"reward": if task < run.solved { 1.0 } else { 0.0 }}, "messages": messages
    })
}

fn results(run: &Run<'_>) -> String {
    let mut info = usual_info();
    merge(&mut info, &run.info);
    let tasks: Vec<Value> = (0..5).map(|task| json!({"id": task.to_string()})).collect();
    let simulations: Vec<Value> = (0..5).map(|task| simulation(run, task)).collect();
    json!({"timestamp": "x", "info": info, "tasks": tasks, "simulations": simulations}).to_string()
}

/// A report on runs, each written to its path.
fn report(runs: &[(&str, Run<'_>)], more: &[&str]) -> Report {
    let folder = temporary();
    for (path, run) in runs {
        write(&folder.path().join("in").join(path), results(run));
    }
    analyze(folder.path(), more)
}

fn analyze(folder: &Path, more: &[&str]) -> Report {
    analyze_in(folder, &[&["in", "--no-charts"], more].concat())
}

/// Each cell: what sets it apart, tasks × trials, pass^1 in percent.
fn cells(report: &Report) -> Vec<String> {
    let metrics = report.metrics();
    let cell = |cell: &Value| {
        let name = cell["name"].as_str().expect("the form is known").replace("airline / quill-7b · llm_agent", "");
        let pass = (cell["success_rate_by_task"].as_f64().expect("the form is known") * 100.0).round();
        format!("{}:{}x{}:{pass}", name.trim_start_matches(" · "), cell["tasks_scored"], cell["trials_max"])
    };
    metrics["cells"].as_array().expect("the form is known").iter().map(cell).collect()
}

fn warnings(report: &Report) -> String {
    report.metrics()["warnings"].to_string()
}

fn run(name: &str, solved: usize, info: Value) -> Run<'_> {
    Run { name, info, solved }
}

#[test]
fn cells_that_differ_in_a_setting_are_named_by_it_and_only_by_it() {
    let effort = |effort: Value| json!({"agent_info": {"llm_args": {"reasoning_effort": effort, "seed": 4}}});
    let report_of = |a: Value, b: Value| report(&[("run_1.json", run("a", 2, a)), ("run_2.json", run("b", 4, b))], &[]);
    let efforts = report_of(effort(json!("high")), effort(json!("none")));
    assert_eq!(cells(&efforts), ["reasoning_effort=high:5x1:40", "reasoning_effort=none:5x1:80"]);
    assert_eq!(efforts.metrics()["cells"][0]["settings"]["agent.reasoning_effort"], "high");
    let thinking =
        |on: bool| json!({"agent_info": {"llm_args": {"extra_body": {"chat_template_kwargs": {"enable_thinking": on}}}}});
    assert_eq!(
        cells(&report_of(thinking(false), thinking(true))),
        ["enable_thinking=false:5x1:40", "enable_thinking=true:5x1:80"]
    );
    let user = |top_p: f64| json!({"user_info": {"llm_args": {"top_p": top_p}}});
    assert_eq!(cells(&report_of(user(0.5), user(0.9))), ["user.top_p=0.5:5x1:40", "user.top_p=0.9:5x1:80"]);
    let policies = report_of(json!({}), json!({"environment_info": {"policy": "# Policy\nBe strict."}}));
    assert!(cells(&policies).iter().all(|cell| cell.starts_with("policy=#")), "{:?}", cells(&policies));
    let unset = report_of(json!({}), effort(json!("high")));
    assert_eq!(cells(&unset), ["reasoning_effort=high:5x1:80", "reasoning_effort=default:5x1:40"]);
}

#[test]
fn seeds_transport_and_what_says_nothing_make_no_cell() {
    let node = |node: &str| {
        json!({"seed": node.len(), "agent_info": {"llm_args": {"api_base": format!("http://{node}:8000/v1"), "timeout": node.len(),
            "num_retries": node.len(), "api_key": "none", "extra_headers": {"x-node": node}}}})
    };
    for [a, b] in [
        [node("node7"), node("node12.cluster")],
        [
            json!({}),
            json!({"agent_info": {"llm_args": {"reasoning_effort": null, "extra_body": {}}}, "retrieval_config": null}),
        ],
        [
            json!({"agent_info": {"llm_args": {"temperature": 0, "top_p": 1}}}),
            json!({"agent_info": {"llm_args": {"top_p": 1.0}}}),
        ],
        [json!({"user_info": {"llm_args": null}}), json!({"user_info": {"llm_args": {"temperature": null}}})],
    ] {
        let report = report(&[("run_1.json", run("a", 2, a.clone())), ("run_2.json", run("b", 4, b))], &[]);
        assert_eq!(cells(&report), [":5x2:60"], "{a}");
        assert!(warnings(&report).contains("only in counters, dates or hashes"), "{}", warnings(&report));
    }
}

#[test]
fn settings_make_cells_on_request_and_a_typo_is_told() {
    let effort = |effort: &str| json!({"agent_info": {"llm_args": {"reasoning_effort": effort}}});
    let runs = || [("run_1.json", run("a", 2, effort("high"))), ("run_2.json", run("b", 4, effort("low")))];
    assert_eq!(report(&runs(), &["--by", "model"]).metrics()["cells"].as_array().expect("the form is known").len(), 1);
    assert_eq!(
        report(&runs(), &["--by", "model,reasoning_effort"]).metrics()["cells"].as_array().expect("the form is known").len(),
        2
    );
    let folder = temporary();
    for (path, run) in runs() {
        write(&folder.path().join(path), results(&run));
    }
    let output = run_in(folder.path(), &["analyze", ".", "--by", "model,reasonin_effort"]);
    let words = text(&output.stderr);
    assert!(output.status.code() == Some(2) && words.contains("did you mean agent.reasoning_effort?"), "{words}");
}

#[test]
fn paths_that_differ_in_words_are_variants_and_pooled_on_request() {
    let two = |paths: [&'static str; 2]| [(paths[0], run("a", 2, json!({}))), (paths[1], run("b", 4, json!({})))];
    for (paths, names) in [
        (["baseline/airline.json", "with_memory/airline.json"], ["baseline", "with_memory"]),
        (["airline_policy_v1.json", "airline_policy_v2.json"], ["v1", "v2"]),
        (["airline-wiki_random.json", "airline.json"], ["wiki_random", "plain"]),
    ] {
        let split = report(&two(paths), &[]);
        assert_eq!(cells(&split), [format!("{}:5x1:40", names[0]), format!("{}:5x1:80", names[1])]);
        assert!(warnings(&split).contains("--pool"), "{}", warnings(&split));
        let pooled = report(&two(paths), &["--pool"]);
        assert_eq!(cells(&pooled), [":5x2:60"]);
        assert!(warnings(&pooled).contains("as --pool says"), "{}", warnings(&pooled));
    }
    for paths in [["trial_2/a.json", "trial_3/a.json"], ["run-3.json", "run-4.json"], ["seed42.json", "seed43.json"]] {
        assert_eq!(cells(&report(&two(paths), &[])), [":5x2:60"], "{paths:?}");
    }
}

#[test]
fn every_command_says_what_was_done() {
    let folder = temporary();
    write(&folder.path().join("in/baseline/a.json"), results(&run("a", 2, json!({}))));
    write(&folder.path().join("in/with_memory/a.json"), results(&run("b", 4, json!({}))));
    for (arguments, told) in [
        (vec!["inspect", "in"], true),
        (vec!["analyze", "in", "--no-charts"], true),
        (vec!["compare", "in", "in", "--no-charts"], true),
        (vec!["power", "--from", "in", "--delta", "5pp"], true),
        (vec!["inspect", "in/baseline"], false),
    ] {
        let words = text(&run_in(folder.path(), &arguments).stderr);
        assert_eq!(words.contains("paths differ in words"), told, "{arguments:?}: {words}");
    }
}

#[test]
fn one_run_in_several_renderings_counts_once() {
    let folder = temporary();
    let versions = [("20260915T010203Z_airline_v0_train", "a", 2), ("20260918T010203Z_airline_v1_train", "b", 4)];
    for (place, name, solved) in versions {
        let one = run(name, solved, json!({}));
        let at = folder.path().join("in").join(place);
        write(&at.join("tau2_results.json"), results(&one));
        for task in 0..5 {
            write(&at.join(format!("traces/{task}.json")), simulation(&one, task).to_string());
        }
        let flat = (0..5).map(|task| {
            let reward = if task < solved { 1.0 } else { 0.0 };
            json!({"task_id": task.to_string(), "trial": 1, "reward": reward, "termination_reason": "user_stop", "n_messages": 4}).to_string()
        });
        write(&at.join("results.jsonl"), flat.collect::<Vec<_>>().join("\n"));
    }
    let report = analyze(folder.path(), &[]);
    assert_eq!(cells(&report), ["v0:5x1:40", "v1:5x1:80"]);
    let metrics = report.metrics();
    let copies = metrics["cells"]
        .as_array()
        .expect("the form is known")
        .iter()
        .map(|cell| cell["episodes"]["exact_copies_dropped"].as_u64().expect("the form is known"));
    assert_eq!(copies.collect::<Vec<_>>(), [10, 10]);
}

#[test]
fn what_the_benchmark_discarded_is_counted_as_such() {
    let folder = temporary();
    let at = folder.path().join("in/run");
    write(&at.join("results.json"), results(&run("a", 4, json!({}))));
    write(&at.join("hallucination_discarded/results_user_hallucination.json"), results(&run("d", 0, json!({}))));
    for (task, status) in [(0, "used"), (1, "discarded"), (2, "failed")] {
        let path = format!("artifacts/task_{task}/sim_a-{task}/sim_status.json");
        write(&at.join(path), json!({"status": status, "reason": "x"}).to_string());
    }
    let report = analyze(folder.path(), &[]);
    let metrics = report.metrics();
    let episodes = &metrics["cells"][0]["episodes"];
    assert_eq!(metrics["cells"].as_array().expect("the form is known").len(), 1);
    assert_eq!(
        (&episodes["records"], &episodes["discarded_by_benchmark"], &episodes["counted"]),
        (&json!(10), &json!(7), &json!(3))
    );
    assert!(!report.text("experiment_report.md").contains("sim_status.json"));
}
