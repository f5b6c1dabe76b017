//! Gates: exit codes, and what is printed of them.

use super::{code, compare, comparison};
use crate::support::text;

/// act against react in airline: pass^1 falls for quill-7b, stays for tern-70b.
const SIDES: [&str; 4] = ["fixtures/sweep/results/airline", "--across", "strategy", "--no-charts"];

fn with(arguments: &[&str]) -> crate::support::Report {
    compare(&[&SIDES[..], arguments].concat())
}

#[test]
fn exit_codes_follow_the_gates() {
    let cases: [(&[&str], i32); 14] = [
        (&[], 0),
        (&["--min", "pass^1=0"], 0),
        (&["--min", "pass^1=1"], 1),
        (&["--max", "error_rate=100%"], 0),
        (&["--max", "error_rate=0%"], 1),
        (&["--fail-on", "pass^1 < -99pp"], 0),
        // The whole interval would have to be below +50 points, and it is.
        (&["--fail-on", "pass^1 < 100pp"], 1),
        // Five tasks of seven lost and none won: mid-p 1/32, and the interval ends below.
        (&["--fail-on", "pass^1 < -1pp"], 1),
        (&["--fail-on", "pass^1 < -50pp"], 0),
        (&["--fail-on", "pass^1 < -50pp", "--fail-on-inconclusive"], 1),
        (&["--max-regressed-tasks", "1000"], 0),
        (&["--max-regressed-tasks", "0"], 1),
        (&["--min", "nowhere: pass^1=0"], 1),
        (&["--max", "p95_latency:agent=8s"], 1),
    ];
    for (arguments, wanted) in cases {
        // One cell of NEW lacks two of nine tasks.
        let report = with(&[arguments, &["--allow-missing"]].concat());
        assert_eq!(code(&report.output), Some(wanted), "{arguments:?}\n{}", text(&report.output.stdout));
    }
    for arguments in [["--min", "pass^0=1"], ["--fail-on", "pass^1 < 2%"], ["--max", "latency"]] {
        assert_eq!(code(&with(&arguments).output), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_new_lacks_fails_unless_it_may_be_missing() {
    let lacking = with(&["--min", "pass^1=0"]);
    assert_eq!(code(&lacking.output), Some(1));
    let printed = text(&lacking.output.stdout);
    assert!(printed.contains("NEW lacks more than a tenth of BASE's tasks"), "{printed}");
    // A whole environment that NEW has not fails every gate that names no cell.
    let airline = "b=fixtures/sweep/results/airline/act";
    let gate = ["--min", "pass^1=0", "--max-regressed-tasks", "1000", "--no-charts"];
    let both =
        [&["compare", "a=fixtures/sweep/results/retail/act", "a=fixtures/sweep/results/airline/act", airline], &gate[..]]
            .concat();
    let out = tempfile::tempdir().expect("a temporary folder");
    let path = out.path().to_string_lossy().into_owned();
    let found = crate::support::run(&[&both[..], &["-o", &path]].concat());
    assert_eq!(code(&found), Some(1), "{}", text(&found.stdout));
    assert!(text(&found.stdout).contains("NEW has nothing to set against it"), "{}", text(&found.stdout));
    let allowed = crate::support::run(&[&both[..], &["-o", &path, "--allow-missing"]].concat());
    assert_eq!(code(&allowed), Some(0), "{}", text(&allowed.stdout));
}

#[test]
fn failed_gates_come_last_on_stdout() {
    let report = with(&["--min", "pass^1=1", "--max", "p95_latency:agent=8s"]);
    let printed = text(&report.output.stdout);
    let last = printed.trim_end().lines().last().expect("something is printed");
    assert!(last.starts_with("gate failed: --max 'p95_latency:agent=8s'") && last.contains("no such calls in logs"), "{last}");
    let found = comparison(&report);
    assert_eq!(found["gates_failed"].as_u64(), found["gates"].as_array().map(|gates| gates.len() as u64));
}

#[test]
fn a_gate_may_name_an_environment_a_model_or_the_averages() {
    let paths = ["a=fixtures/sweep/results", "b=fixtures/sweep/results", "--no-charts"];
    for (cell, checks) in [("airline", 6), ("tern-70b", 6), ("overall", 6), ("b", 12)] {
        let gate = format!("[{cell}] pass^1 < -99pp");
        let report = compare(&[&paths[..], &["--fail-on", &gate]].concat());
        assert_eq!(comparison(&report)["gates"].as_array().map(Vec::len), Some(checks), "{cell}");
    }
}

#[test]
fn github_and_junit_say_the_same() {
    let report = with(&["--min", "pass^1=1", "--format", "junit"]);
    let xml = text(&report.output.stdout);
    let failed = comparison(&report)["gates_failed"].as_u64().expect("a count");
    assert!(failed > 0 && xml.contains(&format!("failures=\"{failed}\"")), "{xml}");
    assert_eq!(xml.matches("<testcase").count(), xml.matches("</testcase>").count());
    let comment = text(&with(&["--min", "pass^1=1", "--format", "github"]).output.stdout);
    assert_eq!(comment.matches("> gate failed").count() as u64, failed, "{comment}");
    assert!(comment.starts_with("### Comparison") && comment.lines().count() < 60, "{comment}");
}

#[test]
fn stdout_is_comparison_json_on_demand() {
    let report = with(&["--format", "json", "--min", "pass^1=1"]);
    assert_eq!(text(&report.output.stdout), report.text("comparison.json"));
}
