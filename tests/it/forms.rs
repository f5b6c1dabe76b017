//! Every output has the form that its name promises, whatever the names in it: secrets are taken out of values, not of documents.

use std::{collections::BTreeSet, path::Path};

use resvg::usvg::roxmltree::{Document, ParsingOptions};
use serde_json::{Value, json};

use crate::support::{Report, analyze, analyze_in, argument, read_tree, rows, run, run_in, taureport, temporary, text, write};

/// A τ²-bench results file: two tasks, two trials.
fn results(domain: &str, agent: &str, user: &str, implementation: &str, tasks: [&str; 2]) -> String {
    let simulations: Vec<Value> = tasks
        .iter()
        .flat_map(|task| [0, 1].map(|trial| (*task, trial)))
        .map(|(task, trial)| {
            json!({"id": format!("{task}.{trial}"), "task_id": task, "trial": trial, "termination_reason": "user_stop",
                "reward_info": {"reward": f64::from(trial)}, "messages": [{"role": "user", "content": task}]})
        })
        .collect();
    json!({"timestamp": "x", "tasks": [], "simulations": simulations, "info": {
        "num_trials": 2, "max_steps": 10, "environment_info": {"domain_name": domain},
        "agent_info": {"implementation": "llm_agent", "llm": agent, "llm_args": {"temperature": 0.0}},
        "user_info": {"implementation": implementation, "llm": user}}})
    .to_string()
}

/// Names that made one pattern run across several values, or that drive what shows them.
fn hostile(folder: &Path) {
    let id = "66ea1b2c3d4e5f60718293a4";
    let files = [
        ("runpod.json", results("airline", "runpod/pod123/acme/quill-7b", "openai/gpt-4o", "user@sim", ["a", id])),
        ("together.json", results("airline", "together/Mixtral8x22BInstructv01fp8", "gpt-4o", "user@sim", ["a", id])),
        ("address.json", results("airline", "http://localhost:8000", "qwen@ollama", "user@sim", ["a", "b"])),
        ("comma.json", results("a,b\"c", "m,\"x\"", "token=\"a", "password: \"", ["\",\n", "api_key="])),
        (
            "command.json",
            results("::error file=README.md::pwned", "##[error]x", "u", "u", ["::stop-commands::t", "\n::error ::x"]),
        ),
        ("links.json", results("[x](http://evil.example) ![i](http://e/p.png) <img src=x>", "m", "u", "u", ["|", "<b>"])),
        (
            "control.json",
            results("\u{1b}]8;;http://evil.example\u{1b}\\", "\u{9b}31m\u{7}", "\u{202e}u", "u", ["\u{1b}[2J", "\u{85}"]),
        ),
        ("slash.json", results("runpod/", "https://", "://a:b", "Bearer ", ["sk-", "@host"])),
    ];
    for (name, content) in files {
        write(&folder.join(name), content);
    }
}

/// Fails unless every file can be read back in its form.
#[track_caller]
fn assert_forms(what: &str, report: &Report) {
    assert!(!report.files.is_empty(), "{what}: {}", text(&report.output.stderr));
    for (name, bytes) in &report.files {
        let content = || text(bytes);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("json") => {
                let value: Value = serde_json::from_slice(bytes).unwrap_or_else(|cause| panic!("{what}: {name}: {cause}"));
                if name == "metrics.json" {
                    assert_eq!(crate::schema::metrics_errors(&value), [""; 0], "{what}: {name}");
                }
            }
            Some("csv") => assert!(rows(&content()).iter().all(|row| !row.is_empty()), "{what}: {name}"),
            Some("svg") => assert_svg(&format!("{what}: {name}"), &content()),
            Some("md") => assert_pipe_tables(&format!("{what}: {name}"), &content()),
            Some("png") => assert!(bytes.starts_with(b"\x89PNG"), "{what}: {name}"),
            other => panic!("{what}: {name} has the ending {other:?}"),
        }
    }
}

#[track_caller]
fn assert_svg(what: &str, content: &str) {
    let options = ParsingOptions::default();
    let document = Document::parse_with_options(content, options).unwrap_or_else(|cause| panic!("{what}: {cause}"));
    assert_eq!(document.root_element().tag_name().name(), "svg", "{what}");
}

/// Fails unless the rows of every pipe table have as many cells as its heading.
#[track_caller]
fn assert_pipe_tables(what: &str, content: &str) {
    let mut cells = None;
    for line in content.lines() {
        let is_row = line.starts_with('|') && line.ends_with('|');
        let count = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        match cells {
            _ if !is_row => cells = None,
            None => cells = Some(count),
            Some(first) => assert_eq!(count, first, "{what}: {line}"),
        }
    }
}

const EVERYTHING: [&str; 4] = ["--svg", "--explain-passk", "-v", "--force"];

#[test]
fn of_every_fixture() {
    for input in ["fixtures/sweep", "fixtures/tau2", "fixtures/logs", "fixtures/secret", "fixtures/broken"] {
        assert_forms(input, &analyze(&[&[input], &EVERYTHING[..]].concat()));
    }
}

#[test]
fn of_hostile_names() {
    let folder = temporary();
    hostile(folder.path());
    let report = analyze_in(folder.path(), &[&["."], &EVERYTHING[..]].concat());
    assert_forms("hostile", &report);
    // The cells of three kinds of address are as they were read.
    let names: BTreeSet<String> = report.table("summary").into_iter().skip(1).map(|row| row[1].clone()).collect();
    for model in ["runpod/pod123/acme/quill-7b", "together/Mixtral8x22BInstructv01fp8", "http://localhost:8000"] {
        assert!(names.iter().any(|name| name.contains(model)), "{model} among {names:?}");
    }
    let tasks: BTreeSet<String> = report.table("tasks").into_iter().map(|row| row[2].clone()).collect();
    assert!(tasks.contains("66ea1b2c3d4e5f60718293a4"), "{tasks:?}");
}

#[test]
fn of_comparisons_of_hostile_names() {
    let (folder, out) = (temporary(), temporary());
    hostile(&folder.path().join("a,b"));
    hostile(&folder.path().join("[n](http://evil.example)"));
    let active = regex::Regex::new(r"(?:^|[^\\])(?:\[[^\]]*\]\(|<img|://)").expect("a pattern");
    for format in ["table", "md", "csv", "json", "github", "junit"] {
        let gates = ["--fail-on", "pass^1 < 100pp", "--min", "pass^1=1", "--format", format, "--svg", "-o"];
        let output = run_in(
            folder.path(),
            &[&["compare", "a,b", "[n](http://evil.example)"], &gates[..], &[&argument(out.path())]].concat(),
        );
        let stdout = text(&output.stdout);
        match format {
            "json" => drop(serde_json::from_str::<Value>(&stdout).expect("JSON")),
            "csv" => drop(rows(&stdout)),
            "junit" => drop(Document::parse(&stdout).expect("XML")),
            "md" | "github" => {
                assert_pipe_tables(format, &stdout);
                assert_eq!(active.find(&stdout).map(|found| found.as_str()), None, "{format}: {stdout}");
            }
            _ => {}
        }
        assert_forms(format, &Report { files: read_tree(out.path()), output });
    }
}

#[test]
fn a_line_is_no_command_to_a_ci_system() {
    let (folder, out) = (temporary(), temporary());
    hostile(folder.path());
    for format in ["table", "md", "csv", "json"] {
        let output = taureport()
            .current_dir(folder.path())
            .env("GITHUB_ACTIONS", "true")
            .args(["analyze", ".", "-v", "--no-charts", "--format", format, "-o", &argument(out.path())])
            .output()
            .expect("the program can be started");
        for stream in [&output.stdout, &output.stderr] {
            let stream = text(stream);
            let obeyed = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
            assert_eq!(stream.split(['\n', '\r']).find(|line| obeyed(line)), None, "{format}");
        }
        if format == "json" {
            let file: Value = serde_json::from_slice(&read_tree(out.path())["metrics.json"]).expect("JSON");
            assert_eq!(serde_json::from_slice::<Value>(&output.stdout).expect("JSON"), file);
        }
    }
}

#[test]
fn csv_to_a_pipe_is_the_file() {
    let (folder, out) = (temporary(), temporary());
    hostile(folder.path());
    let output = run_in(folder.path(), &["analyze", ".", "--no-charts", "--format", "csv", "-o", &argument(out.path())]);
    assert_eq!(output.stdout, read_tree(out.path())["tables/summary.csv"]);
}

#[test]
fn one_long_name_does_not_widen_every_row() {
    let folder = temporary();
    let record = |task: String| json!({"task_id": task, "trial": 0, "reward": 1.0, "info": {}, "traj": []});
    let long = ["x", "y"].map(|middle| format!("{}{middle}{}", "a".repeat(100_000), "b".repeat(100_000)));
    let records: Vec<Value> = (0..1000).map(|number| number.to_string()).chain(long.clone()).map(record).collect();
    write(&folder.path().join("run.json"), Value::from(records).to_string());
    let report = analyze_in(folder.path(), &[".", "--no-charts"]);
    assert_eq!(report.metrics()["cells"][0]["tasks_scored"], 1002);
    let size: usize = report.files.values().map(Vec::len).sum();
    assert!(size < 2_000_000, "{size} bytes");
    let names: BTreeSet<String> = report.table("tasks").into_iter().map(|row| row[2].clone()).collect();
    assert_eq!(names.iter().filter(|name| name.starts_with("aaaa")).count(), 2, "they stay different");
    assert!(names.iter().all(|name| name.chars().count() <= 200));
}

#[test]
fn names_that_hold_secrets_stay_as_many() {
    let folder = temporary();
    let record = |task: &str, reward: u8| json!({"task_id": task, "trial": 0, "reward": reward, "info": {}, "traj": [{"role": "user", "content": task}]});
    // The first three only look like keys; the last two are shown alike, which a search found.
    let ids = ["task-admin-reset-20240101T000000A", "task-admin-reset-20240101T000000B", "task-admin-reset-20240101T000000C"];
    let [one, other] = shown_alike();
    let ids = [&ids[..], &[&*one, &*other]].concat();
    let records: Vec<Value> = ids.iter().zip([0, 1, 0, 1, 1]).map(|(id, reward)| record(id, reward)).collect();
    write(&folder.path().join("run.json"), Value::from(records).to_string());
    let report = analyze_in(folder.path(), &[".", "--no-charts"]);
    let cell = &report.metrics()["cells"][0];
    assert_eq!((&cell["tasks_scored"], &cell["episodes"]["kept"]), (&json!(5), &json!(5)));
    let shown: Vec<String> = report.table("tasks").into_iter().skip(1).map(|row| row[2].clone()).collect();
    assert_eq!(shown.iter().filter(|name| name.starts_with("[redacted:")).count(), 2, "{shown:?}");
    assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), 4, "{shown:?}");
    // A baseline holds what is shown, so it refuses.
    let output = run(&["compare", &argument(folder.path()), "--save-baseline", &argument(&folder.path().join("base.json"))]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("shown alike"), "{}", text(&output.stderr));
}

/// Two invented keys with the same four digits.
fn shown_alike() -> [String; 2] {
    let mut seen = std::collections::BTreeMap::new();
    let keys = (0..10_000).map(|number| format!("sk-abcDEF123456ghi{number:04}"));
    let mut pairs = keys.filter_map(|key| Some([seen.insert(taureport::redact::redact(&key).into_owned(), key.clone())?, key]));
    pairs.next().expect("16 bits are soon used up")
}

#[test]
fn a_secret_is_compared_with_a_baseline() {
    let (folder, out) = (temporary(), temporary());
    for name in ["old", "new"] {
        let path = folder.path().join(name).join("run.json");
        write(&path, results("airline", "acme/sk-abcDEF123456ghiJKL", "gpt-4o", "user", ["sk-abcDEF123456ghiJKM", "b"]));
    }
    let saved = run_in(folder.path(), &["compare", "old", "--save-baseline", "base.json"]);
    assert_eq!(saved.status.code(), Some(0), "{}", text(&saved.stderr));
    let base = std::fs::read_to_string(folder.path().join("base.json")).expect("it is saved");
    assert!(base.contains("[redacted:") && !base.contains("sk-abc"), "{base}");
    let output = run_in(folder.path(), &["compare", "base.json", "new", "--format", "json", "-o", &argument(out.path())]);
    let comparison: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(comparison["cells"][0]["figures"][0]["tasks"], 2, "{comparison:#}");
}
