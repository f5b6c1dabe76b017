//! `taureport verify`: submissions against trajectories, invented and real.

use std::{env, fs, io::Write, path::PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{argument, repository, rows, run, run_in, shown, temporary, text, write};

/// One simulation of a made-up run: task, trial, reward (`None`: the machinery failed), agent cost.
type Sim = (&'static str, u32, Option<f64>, Option<f64>);

/// A τ²-bench results file.
fn results(domain: &str, model: &str, sims: &[Sim]) -> String {
    let simulation = |(task, trial, reward, cost): &Sim| {
        json!({
            "id": format!("{domain}-{task}-{trial}"), "task_id": task, "trial": trial, "seed": 300,
            "start_time": format!("2026-01-02T03:0{trial}:0{task}"), "end_time": "2026-01-02T04:00:00", "duration": 60.5,
            "termination_reason": if reward.is_some() { "user_stop" } else { "infrastructure_error" },
            "reward_info": reward.map(|reward| json!({"reward": reward, "reward_basis": ["DB"]})),
            "agent_cost": cost, "user_cost": null,
            "messages": [
                {"role": "assistant", "content": "Hello."},
                {"role": "user", "content": format!("I have question {task}, for the {trial}th time.")},
                {"role": "assistant", "content": "Done."},
            ],
        })
    };
    let tasks: Vec<Value> = ["0", "1"].iter().map(|id| json!({"id": id, "evaluation_criteria": null})).collect();
    let whole = json!({
        "timestamp": "2026-01-02T03:04:05",
        "info": {
            "git_commit": "0123456789", "num_trials": 2, "max_steps": 200, "seed": 300,
            "agent_info": {"implementation": "llm_agent", "llm": model, "llm_args": {"temperature": 0.0}},
            "user_info": {"implementation": "user_simulator", "llm": "plover-32b", "llm_args": {"temperature": 0.0}},
            "environment_info": {"domain_name": domain, "policy": "Be brief."},
        },
        "tasks": tasks,
        "simulations": sims.iter().map(simulation).collect::<Vec<_>>(),
    });
    whole.to_string()
}

/// Three of four trials won; one more failed for reasons of its own. pass^1 = 75, pass^2 = 50, mean cost 0.2.
const RETAIL: [Sim; 5] = [
    ("0", 0, Some(1.0), Some(0.1)),
    ("0", 1, Some(1.0), Some(0.3)),
    ("1", 0, Some(1.0), None),
    ("1", 1, Some(0.0), None),
    ("1", 2, None, Some(7.0)),
];

/// A folder with `submission.json` and trajectories of retail below `trajectories/`.
fn folder(results_of: &Value) -> TempDir {
    let folder = temporary();
    let submission = json!({
        "model_name": "Quill 7B", "model_organization": "Invented", "submission_date": "2026-01-03",
        "methodology": {"user_simulator": "plover-32b"}, "results": results_of,
    });
    write(&folder.path().join("submission.json"), submission.to_string());
    write(&folder.path().join("trajectories/retail.json"), results("retail", "acme/quill-7b", &RETAIL));
    folder
}

fn verify(folder: &TempDir, more: &[&str]) -> String {
    shown(&run_in(folder.path(), &[&["verify", "submission.json", "trajectories"], more].concat()))
}

#[test]
fn equal_claims_end_with_0() {
    let folder = folder(&json!({
        "retail": {"pass_1": 75.0, "pass_2": 50.0, "pass_3": null, "pass_4": 12.5, "cost": 0.2},
        "airline": null,
        "telecom": {"pass_1": 34.0},
    }));
    insta::assert_snapshot!(verify(&folder, &[]), @"
    Claimed and recomputed: Quill 7B
    domain   figure  unit  claimed  recomputed  difference  result         tasks  trials
    ────────────────────────────────────────────────────────────────────────────────────
    retail   pass^1  %        75.0       75.00        0.00  equal              2       4
    retail   pass^2  %        50.0       50.00        0.00  equal              2       4
    retail   pass^4  %        12.5         n/a         n/a  not checkable      2       4
    retail   cost    USD       0.2        0.20        0.00  equal              2       4
    telecom  pass^1  %        34.0         n/a         n/a  not checkable    n/a     n/a
    equal: the recomputed figure lies within half a unit of the last decimal claimed (84.2 stands for
    84.15 to 84.25).
    Recomputed as τ²-bench does: infrastructure errors are left out, pass^k goes up to the fewest trials
    of any task, cost is what the agent cost, the mean over the trajectories that record it.
    retail: from trajectories/retail.json (agent acme/quill-7b, user plover-32b).
    ------- stderr -------
    warning: retail: pass^k can be checked up to k = 2 only, the fewest evaluated trials of any task
    warning: retail: simulations whose agent cost is known: 2 of 4
    warning: retail: 1 infrastructure error left out; counted as failures, they would make pass^1 66.67
    warning: telecom: not checked, no trajectories of this domain are among the paths
    done: claims equal: 3 of 3 checked; not checkable: 2
    [exit status: 0]
    ");
}

#[test]
fn a_differing_claim_ends_with_1() {
    let folder = folder(&json!({"retail": {"pass_1": 76, "pass_2": 50.2, "cost": 0.21}}));
    insta::assert_snapshot!(verify(&folder, &["-q", "--format", "csv"]), @"
    domain,figure,unit,claimed,recomputed,difference,result,tasks,trials
    retail,pass^1,%,76.0,75.0,-1.0,differs,2,4
    retail,pass^2,%,50.2,50.0,-0.20000000000000284,differs,2,4
    retail,cost,USD,0.21,0.2,-0.009999999999999981,differs,2,4
    ------- stderr -------
    warning: retail: simulations whose agent cost is known: 2 of 4
    warning: retail: 1 infrastructure error left out; counted as failures, they would make pass^1 66.67
    warning: claims equal: 0 of 3 checked
    [exit status: 1]
    ");
}

#[test]
fn copies_count_once() {
    let folder = folder(&json!({"retail": {"pass_2": 50.0}}));
    write(&folder.path().join("trajectories/again.json"), results("retail", "acme/quill-7b", &RETAIL));
    let output = run_in(folder.path(), &["verify", "submission.json", ".", "--format", "csv"]);
    let table = rows(&text(&output.stdout));
    assert_eq!(table[2], ["retail", "pass^2", "%", "50.0", "50.0", "0.0", "equal", "2", "4"], "{}", shown(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn nothing_to_check_ends_with_4() {
    // A template: claims of domains nobody ran.
    let template = folder(&json!({"banking_knowledge": {"pass_1": 22.3, "cost": 1.23456, "retrieval_config": "terminal"}}));
    insta::assert_snapshot!(verify(&template, &["--format", "md"]), @"
    | domain            | figure | unit | claimed | recomputed | difference | result        | tasks | trials |
    | ----------------- | ------ | ---- | ------: | ---------: | ---------: | ------------- | ----: | -----: |
    | banking_knowledge | pass^1 | %    |    22.3 |        n/a |        n/a | not checkable |   n/a |    n/a |
    | banking_knowledge | cost   | USD  | 1.23456 |        n/a |        n/a | not checkable |   n/a |    n/a |
    ------- stderr -------
    warning: banking_knowledge: not checked, no trajectories of this domain are among the paths
    warning: not looked at, since the submission claims nothing of it: retail
    warning: no claim could be checked
    [exit status: 4]
    ");
    for empty in [json!({}), json!({"retail": null}), json!({"retail": {"pass_1": null}})] {
        let shown = verify(&folder(&empty), &[]);
        assert!(shown.ends_with("warning: no claim could be checked\n[exit status: 4]\n"), "{shown}");
    }
}

#[test]
fn candidates_that_nothing_tells_apart_end_with_4() {
    let folder = folder(&json!({"retail": {"pass_1": 75.0}}));
    let other: [Sim; 1] = [("0", 0, Some(0.0), None)];
    write(&folder.path().join("trajectories/x.json"), results("retail", "heron-3b", &other));
    assert!(verify(&folder, &[]).ends_with("[exit status: 0]\n"), "the model's name decides");
    write(&folder.path().join("trajectories/retail.json"), results("retail", "tern-70b", &RETAIL));
    insta::assert_snapshot!(verify(&folder, &["--format", "csv"]), @"
    domain,figure,unit,claimed,recomputed,difference,result,tasks,trials
    retail,pass^1,%,75.0,,,not checkable,,
    ------- stderr -------
    warning: retail: not checked, nothing tells which of 2 configurations is meant; give the path of one alone: heron-3b in trajectories/x.json; tern-70b in trajectories/retail.json
    warning: no claim could be checked
    [exit status: 4]
    ");
}

#[test]
fn a_file_that_is_no_submission_ends_with_2() {
    let folder = folder(&json!({"retail": {"pass_1": "75.0"}}));
    insta::assert_snapshot!(verify(&folder, &[]), @r#"
    ------- stderr -------
    error: submission.json: `results.retail.pass_1` is "75.0"; write a percentage between 0 and 100, or null where it is not claimed
    [exit status: 2]
    "#);
    write(&folder.path().join("submission.json"), "{");
    insta::assert_snapshot!(verify(&folder, &[]), @"
    ------- stderr -------
    error: submission.json: not JSON: EOF while parsing an object at line 1 column 1; write null where a figure is missing (Python's NaN is no JSON)
    [exit status: 2]
    ");
    let swapped = run_in(folder.path(), &["verify", "trajectories/retail.json", "submission.json"]);
    insta::assert_snapshot!(shown(&swapped), @"
    ------- stderr -------
    error: trajectories/retail.json: no submission: it has no `results`; give the submission first and its trajectories after it
    [exit status: 2]
    ");
    let missing = run_in(folder.path(), &["verify", "submission.json"]);
    assert_eq!(missing.status.code(), Some(2), "{}", shown(&missing));
}

#[test]
fn json_holds_raw_values() {
    let folder = folder(&json!({"retail": {"pass_1": 75.0, "pass_3": 1.5}}));
    let output = run_in(folder.path(), &["verify", "submission.json", "trajectories", "--format", "json"]);
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&value["rows"][0]["recomputed"], &value["rows"][0]["result"]), (&json!(75.0), &json!("equal")), "{value}");
    assert_eq!((&value["rows"][2]["recomputed"], &value["rows"][2]["result"]), (&json!(null), &json!("not checkable")));
}

#[test]
fn help_names_the_exit_codes() {
    let help = text(&run(&["verify", "--help"]).stdout);
    let codes: Vec<&str> = help.lines().skip_while(|line| *line != "Exit codes:").skip(1).collect();
    let first: Vec<&str> = codes.iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(first, ["0", "1", "2", "4"], "{help}");
}

/// The real submissions and trajectories, if they are there (see `real.rs`).
fn real() -> Option<PathBuf> {
    let root = env::var_os("TAUREPORT_REAL_DATA").map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    if root.join("oracles/submissions").is_dir() && root.join("tau2").is_dir() {
        return Some(root);
    }
    let line = "skipped: no real submissions; set TAUREPORT_REAL_DATA to the folder that holds oracles/submissions and tau2\n";
    std::io::stderr().write_all(line.as_bytes()).expect("stderr takes text");
    None
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn a_published_submission_verifies() {
    let Some(root) = real() else { return };
    let name = "toolorchestra_nvidia_2025-12-02";
    let submission = argument(&root.join(format!("oracles/submissions/{name}.json")));
    let trajectories = argument(&root.join(format!("tau2/sierra/*/web/leaderboard/public/submissions/{name}")));
    let output = run(&["verify", &submission, &trajectories, "--format", "csv"]);
    let expected = [
        ["airline", "pass^1", "%", "56.0", "56.0", "0.0", "equal", "50", "50"],
        ["retail", "pass^1", "%", "84.2", "84.21", "0.01", "equal", "114", "114"],
        ["telecom", "pass^1", "%", "88.6", "", "", "not checkable", "", ""],
    ];
    let cut = |field: String| match field.split_once('.') {
        Some((whole, decimals)) if decimals.len() > 2 => format!("{whole}.{}", &decimals[..2]),
        _ => field,
    };
    let found: Vec<Vec<String>> =
        rows(&text(&output.stdout)).into_iter().skip(1).map(|row| row.into_iter().map(cut).collect()).collect();
    assert_eq!(found, expected, "{}", shown(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn every_published_submission_is_read() {
    let Some(root) = real() else { return };
    let folder = folder(&json!({}));
    for entry in fs::read_dir(root.join("oracles/submissions")).expect("the submissions can be listed") {
        let path = argument(&entry.expect("the submissions can be listed").path());
        let output = run_in(folder.path(), &["verify", &path, "trajectories"]);
        assert!(matches!(output.status.code(), Some(0 | 1 | 4)), "{path}: {}", shown(&output));
    }
}
