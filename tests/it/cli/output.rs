//! What is written, and what is never overwritten.

use std::fs;

use super::{portable, screen_into};
use crate::support::{analyze, argument, read_tree, run, shown, temporary, write};

const INTO: [&str; 5] = ["analyze", "fixtures/secret", "-o", "{out}", "--no-charts"];

#[test]
fn stdout_as_json_is_the_whole_of_metrics_json() {
    let report = analyze(&["fixtures/secret", "--no-charts", "--format", "json"]);
    assert_eq!(report.output.stdout, report.files["metrics.json"]);
}

#[test]
fn stdout_as_csv_is_the_summary_table() {
    let report = analyze(&["fixtures/sweep", "--no-charts", "--format", "csv"]);
    assert_eq!(crate::support::rows(&crate::support::text(&report.output.stdout)), report.table("summary"));
}

#[test]
fn turn_times_are_printed_where_times_are_asked_for() {
    let analyzed = |more: &[&str]| {
        let report = analyze(&[&["fixtures/tau2/reviewed", "--no-charts", "-qq"], more].concat());
        let limits = report.metrics()["turn_times"]["turns"].as_array().cloned().unwrap_or_default();
        let limits: Vec<Option<f64>> = limits.iter().map(|row| row["limit_ms"].as_f64()).collect();
        (crate::support::text(&report.output.stdout).contains("turn gap"), limits)
    };
    let [ours, others] = [9000.0, 5000.0].map(Some);
    assert_eq!(analyzed(&[]), (false, vec![others; 3]));
    assert_eq!(analyzed(&["--slo", "agent=9s"]), (true, vec![ours, ours, others]));
}

#[test]
fn a_file_of_someone_else_is_left_alone() {
    let out = temporary();
    write(&out.path().join("metrics.json"), "mine");
    write(&out.path().join("tables/tasks.csv"), "mine too");
    let before = read_tree(out.path());
    insta::assert_snapshot!(screen_into(out.path(), &INTO), @"
    ------- stderr -------
    error: cannot write the report to {out}: {out}/metrics.json exists and was not written by taureport (nor were 1 more): choose another directory with -o, or replace it with --force
    [exit status: 1]
    ");
    assert_eq!(read_tree(out.path()), before, "nothing is written");
    let shown = screen_into(out.path(), &[&INTO[..], &["--force", "-qq"]].concat());
    assert!(shown.ends_with("[exit status: 0]\n"), "{shown}");
    let after = read_tree(out.path());
    assert!(after["metrics.json"].starts_with(b"{") && after["tables/tasks.csv"].starts_with(b"env,"), "replaced");
}

#[test]
fn a_file_where_the_folder_should_be() {
    let folder = temporary();
    let out = folder.path().join("reports");
    write(&out, "mine");
    insta::assert_snapshot!(screen_into(&out, &INTO), @"
    ------- stderr -------
    error: {out} is a file, not a folder; choose another with -o
    [exit status: 2]
    ");
    insta::assert_snapshot!(screen_into(&out, &[&INTO[..], &["--force"]].concat()), @"
    ------- stderr -------
    error: {out} is a file, not a folder; choose another with -o
    [exit status: 2]
    ");
    assert_eq!(fs::read(&out).expect("it is still there"), b"mine");
}

#[test]
fn the_reason_of_a_failed_write_is_said_once() {
    let folder = temporary();
    let out = folder.path().join("reports");
    write(&out, "mine");
    let shown = screen_into(&out.join("inner"), &INTO);
    assert_eq!(shown.matches("os error").count(), 1, "{shown}");
}

#[test]
fn a_folder_where_a_file_should_be() {
    let out = temporary();
    write(&out.path().join("metrics.json/mine.txt"), "mine");
    let before = read_tree(out.path());
    for more in [&[][..], &["--force"]] {
        let shown = screen_into(out.path(), &[&INTO[..], more].concat());
        assert!(shown.ends_with("[exit status: 1]\n") && shown.contains("metrics.json"), "{shown}");
        assert_eq!(read_tree(out.path()), before);
    }
}

#[test]
fn a_second_run_replaces_the_first() {
    let out = temporary();
    let path = argument(out.path());
    run(&["analyze", "fixtures/sweep", "-o", &path]);
    assert!(out.path().join("charts").is_dir());
    let output = run(&["analyze", "fixtures/secret", "-o", &path, "--no-charts", "-qq"]);
    assert_eq!(output.status.code(), Some(0), "{}", portable(&shown(&output), out.path()));
    let left: Vec<String> = read_tree(out.path()).into_keys().filter(|name| name.starts_with("charts/")).collect();
    assert!(left.is_empty(), "stale charts: {left:?}");
    assert_eq!(read_tree(out.path()), analyze(&["fixtures/secret", "--no-charts"]).files);
}

#[test]
fn a_changed_file_of_an_earlier_report_is_kept() {
    let out = temporary();
    let path = argument(out.path());
    run(&["analyze", "fixtures/sweep", "-o", &path, "--no-charts"]);
    write(&out.path().join("tables/ranking.csv"), "with my notes");
    let shown = screen_into(out.path(), &INTO);
    assert!(shown.contains("tables/ranking.csv was changed since the last report"), "{shown}");
    assert_eq!(fs::read(out.path().join("tables/ranking.csv")).expect("it is still there"), b"with my notes");
}

#[test]
fn quiet_says_less() {
    let stderr = |more: &[&str]| {
        let report = analyze(&[&["fixtures/sweep", "--no-charts"], more].concat());
        (report.output.stdout.clone(), crate::support::text(&report.output.stderr))
    };
    let ((all, notes), (quiet, warnings), (silent, nothing)) = (stderr(&[]), stderr(&["-q"]), stderr(&["-qq"]));
    assert_eq!((&all, &all), (&quiet, &silent), "stdout is the same");
    assert!(notes.contains("done: ") && notes.contains("warning: "), "{notes}");
    assert!(!warnings.is_empty() && warnings.lines().all(|line| line.starts_with("warning: ")), "{warnings}");
    assert_eq!(nothing, "");
}

#[test]
fn inputs_are_never_changed() {
    let folder = temporary();
    for (path, content) in crate::support::unpacked_sweep() {
        write(&folder.path().join("in").join(path), content);
    }
    let before = read_tree(&folder.path().join("in"));
    run(&["analyze", &argument(&folder.path().join("in")), "-o", &argument(&folder.path().join("out"))]);
    assert!(read_tree(&folder.path().join("in")) == before);
}
