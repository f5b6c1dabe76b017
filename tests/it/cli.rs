//! Whole runs as a user sees them: stdout, stderr and exit status.

mod color;
mod output;
mod pipes;
mod usage;

use std::path::Path;

use crate::support::{argument, run, shown, temporary};

/// Runs the program and shows everything it printed, with what differs between machines taken out. `{out}` in an argument
/// is an empty folder.
fn screen(arguments: &[&str]) -> String {
    let out = temporary();
    screen_into(out.path(), arguments)
}

/// As [`screen`], with the folder given.
fn screen_into(out: &Path, arguments: &[&str]) -> String {
    let path = argument(out);
    let arguments: Vec<String> = arguments.iter().map(|one| one.replace("{out}", &path)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    portable(&shown(&run(&arguments)), out)
}

/// Takes out what differs between machines and versions.
fn portable(text: &str, out: &Path) -> String {
    let text = text.replace(&argument(out), "{out}").replace("taureport.exe", "taureport").replace('\r', "");
    text.replace(env!("CARGO_PKG_VERSION"), "{version}")
}

#[test]
fn analyze_prints_a_table() {
    insta::assert_snapshot!(screen(&["analyze", "fixtures/sweep", "-o", "{out}"]));
}

#[test]
fn analyze_prints_markdown() {
    insta::assert_snapshot!(screen(&["analyze", "fixtures/sweep", "-o", "{out}", "--no-charts", "-qq", "--format", "md"]));
}

#[test]
fn analyze_prints_csv() {
    insta::assert_snapshot!(screen(&["analyze", "fixtures/sweep", "-o", "{out}", "--no-charts", "-qq", "--format", "csv"]));
}

#[test]
fn analyze_explains_the_conventions() {
    let one = "fixtures/sweep/results/airline/act/quill-7b";
    insta::assert_snapshot!(screen(&["analyze", one, "-o", "{out}", "--no-charts", "--explain-passk"]));
}

#[test]
fn analyze_lists_everything_when_verbose() {
    insta::assert_snapshot!(screen(&["analyze", "fixtures/broken", "-o", "{out}", "--no-charts", "-v"]));
}

#[test]
fn labels_keep_groups_apart() {
    let (before, after) = ("before=fixtures/sweep/results/airline/act", "after=fixtures/sweep/results/airline/act");
    insta::assert_snapshot!(screen(&["analyze", before, after, "-o", "{out}", "--no-charts"]));
}

#[test]
fn compare_prints_a_table() {
    let gates = ["--fail-on", "pass^1 < -2pp", "--min", "[airline] pass^1=0.5"];
    let arguments = ["compare", "fixtures/tau2/results", "--across", "model", "-o", "{out}", "--no-charts"];
    insta::assert_snapshot!(screen(&[&arguments[..], &gates].concat()));
}

#[test]
fn compare_prints_a_comment() {
    let arguments = ["compare", "fixtures/sweep/results/retail", "--across", "strategy", "-o", "{out}", "--no-charts", "-qq"];
    insta::assert_snapshot!(screen(&[&arguments[..], &["--format", "github", "--min", "pass^1=0.5"]].concat()));
}

#[test]
fn power_prints_a_table() {
    insta::assert_snapshot!(screen(&["power", "--from", "fixtures/sweep", "--delta", "10pp"]));
}

const INSPECTED: [&str; 7] = [
    "fixtures/sweep/results/airline/tool-calling/quill-7b/num_trials-1.json",
    "fixtures/sweep/results/airline/tool-calling-tern-70b-0.0_range_0--1_user-plover-32b-llm_0412093015.json",
    "fixtures/sweep/results/retail/act/tern-70b/episodes.jsonl",
    "fixtures/sweep/results/sweep_config.json",
    "fixtures/secret",
    "fixtures/broken/truncated.json",
    "fixtures/broken/no_task_id.json",
];

#[test]
fn inspect_says_what_each_file_is() {
    insta::assert_snapshot!(screen(&[&["inspect"], &INSPECTED[..]].concat()));
}

#[test]
fn inspect_prints_csv() {
    insta::assert_snapshot!(screen(&[&["inspect", "--format", "csv"], &INSPECTED[..]].concat()));
}

#[test]
fn inspect_prints_markdown() {
    insta::assert_snapshot!(screen(&[&["inspect", "--format", "md"], &INSPECTED[..2]].concat()));
}

#[test]
fn inspect_prints_json() {
    let output = run(&[&["inspect", "--format", "json"], &INSPECTED[..]].concat());
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rows = value["rows"].as_array().expect("a list of rows");
    assert_eq!(rows.len(), INSPECTED.len(), "{value}");
    let columns: Vec<&str> =
        value["columns"].as_array().expect("a list of names").iter().filter_map(|name| name.as_str()).collect();
    for row in rows {
        let keys: Vec<&String> = row.as_object().expect("an object").keys().collect();
        assert!(keys.len() == columns.len() && columns.iter().all(|name| row.get(name).is_some()), "{columns:?} {keys:?}");
    }
}

#[test]
fn help_is_complete() {
    insta::assert_snapshot!("help", screen(&["--help"]));
    insta::assert_snapshot!("help_short", screen(&["-h"]));
    insta::assert_snapshot!("help_analyze", screen(&["analyze", "--help"]));
    insta::assert_snapshot!("help_analyze_short", screen(&["analyze", "-h"]));
    insta::assert_snapshot!("help_inspect", screen(&["inspect", "--help"]));
    insta::assert_snapshot!("help_compare", screen(&["compare", "--help"]));
    insta::assert_snapshot!("help_power", screen(&["power", "--help"]));
}

#[test]
fn the_version_is_printed() {
    insta::assert_snapshot!(screen(&["--version"]), @"
    taureport {version}
    ------- stderr -------
    [exit status: 0]
    ");
}
