//! The same input gives the same bytes, whatever the machine, the threads and the order of anything.

use std::{collections::BTreeMap, path::Path};

use regex::Regex;
use serde_json::Value;

use crate::support::{
    Report, analyze, analyze_in, argument, assert_near, read_tree, run_in, taureport, temporary, text, unpacked_sweep, write,
};

/// Fails, with the names of what differs, unless two reports are the same bytes, words on the terminal included.
#[track_caller]
fn assert_same(a: &Report, b: &Report) {
    let names: Vec<&String> = a.files.keys().collect();
    assert_eq!(names, b.files.keys().collect::<Vec<_>>());
    let differing: Vec<&&String> = names.iter().filter(|name| a.files[**name] != b.files[**name]).collect();
    assert!(differing.is_empty(), "{differing:?} differ");
    assert_eq!(text(&a.output.stdout), text(&b.output.stdout));
    let words = |report: &Report| {
        text(&report.output.stderr).lines().filter(|line| !line.starts_with("done")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(words(a), words(b));
}

#[test]
fn two_runs_are_the_same_bytes() {
    let arguments = ["fixtures/sweep", "fixtures/tau2", "fixtures/logs", "--svg", "--explain-passk", "-v"];
    assert_same(&analyze(&arguments), &analyze(&arguments));
}

#[test]
fn threads_do_not_matter() {
    let out = temporary();
    let mut one = taureport();
    one.args(["analyze", "fixtures", "--svg", "-v", "-o", &argument(out.path())]);
    let output = one.env("RAYON_NUM_THREADS", "1").env("POLARS_MAX_THREADS", "1").output().expect("it can be started");
    let single = Report { files: read_tree(out.path()), output };
    let mut many = taureport();
    let out = temporary();
    many.args(["analyze", "fixtures", "--svg", "-v", "-o", &argument(out.path())]);
    let output = many.env("RAYON_NUM_THREADS", "7").env("POLARS_MAX_THREADS", "5").output().expect("it can be started");
    assert_same(&single, &Report { files: read_tree(out.path()), output });
    assert_same(&single, &analyze(&["fixtures", "--svg", "-v"]));
}

#[test]
fn the_order_of_arguments_does_not_matter() {
    let parts = ["fixtures/sweep/results/retail", "fixtures/broken", "fixtures/sweep/results/airline"];
    let reversed: Vec<&str> = parts.iter().rev().copied().collect();
    let run = |parts: &[&str]| analyze(&[parts, &["--no-charts", "-v"]].concat());
    assert_same(&run(&parts), &run(&reversed));
    // A file named twice, once by its folder, is read once.
    let file = "fixtures/sweep/results/retail/act/tern-70b/episodes.jsonl";
    assert_same(&run(&parts), &run(&[&[file], &parts[..]].concat()));
}

#[test]
fn the_order_of_logs_does_not_matter() {
    let parts = ["fixtures/logs/logs/tau2_retail.log", "fixtures/logs/logs/eval_retail.log", "fixtures/logs/results"];
    let reversed: Vec<&str> = parts.iter().rev().copied().collect();
    assert_same(&analyze(&[&parts, &["-v"][..]].concat()), &analyze(&[&reversed[..], &["-v"]].concat()));
}

#[test]
fn the_order_of_labels_does_not_matter() {
    let (a, b) = ("b=fixtures/sweep/results/retail/act", "a=fixtures/sweep/results/airline/act");
    assert_same(&analyze(&[a, b, "--no-charts"]), &analyze(&[b, a, "--no-charts"]));
}

fn create<'a>(folder: &Path, files: impl Iterator<Item = (&'a String, &'a Vec<u8>)>) {
    for (path, content) in files {
        write(&folder.join("in").join(path), content);
    }
}

#[test]
fn the_order_in_which_files_were_made_does_not_matter() {
    let files = unpacked_sweep();
    let (forward, backward) = (temporary(), temporary());
    create(forward.path(), files.iter());
    create(backward.path(), files.iter().rev());
    assert_same(&analyze_in(forward.path(), &["in"]), &analyze_in(backward.path(), &["in"]));
}

#[test]
fn the_place_of_the_tree_does_not_matter() {
    let folder = temporary();
    create(folder.path(), unpacked_sweep().iter());
    let relative = analyze_in(folder.path(), &["in", "--no-charts"]);
    let absolute = analyze(&[&argument(&folder.path().join("in")), "--no-charts"]);
    assert_eq!(without(&relative.metrics(), &["files"]), without(&absolute.metrics(), &["files"]));
}

#[test]
fn packing_does_not_matter() {
    let folder = temporary();
    create(folder.path(), unpacked_sweep().iter());
    let plain = analyze_in(folder.path(), &["in", "--no-charts"]);
    let packed = analyze(&["fixtures/sweep", "--no-charts"]);
    assert_eq!(without(&plain.metrics(), &["files"]), without(&packed.metrics(), &["files"]));
}

/// Without the members of these names, at any depth.
fn without(value: &Value, names: &[&str]) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !names.contains(&name.as_str()));
            kept.map(|(name, value)| (name.clone(), without(value, names))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| without(item, names)).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

#[test]
fn a_report_among_the_inputs_is_not_read_back() {
    let folder = temporary();
    create(folder.path(), unpacked_sweep().iter());
    let reports = [".", "in", "in/results/airline"].map(|place| format!("{place}/reports"));
    let mut first = None;
    // The second run of each finds its own first report, and those of the runs before.
    for out in reports.iter().flat_map(|out| [out, out]) {
        let output = run_in(folder.path(), &["analyze", "in", ".", "-o", out, "--no-charts"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let metrics = read_tree(&folder.path().join(out)).remove("metrics.json").expect("it is written");
        let metrics: Value = serde_json::from_slice(&metrics).expect("JSON");
        assert_eq!(first.get_or_insert_with(|| metrics.clone()), &metrics, "{out}");
    }
}

/// Gives every task another id: 0…5 ↔ 5…0 and 6…11 ↔ 11…6, within the task ranges that file names give.
fn relabelled(content: &[u8]) -> Vec<u8> {
    let id = Regex::new(r#""task_id": ("?)(\d+)("?)"#).expect("a constant");
    let other = |id: usize| if id < 6 { 5 - id } else { 17 - id };
    let swap = |found: &regex::Captures<'_>| {
        let number: usize = found[2].parse().expect("digits");
        format!("\"task_id\": {}{}{}", &found[1], other(number), &found[3])
    };
    id.replace_all(std::str::from_utf8(content).expect("the sweep is UTF-8"), swap).into_owned().into_bytes()
}

#[test]
fn the_names_of_tasks_do_not_matter() {
    let files = unpacked_sweep();
    let renamed: BTreeMap<String, Vec<u8>> = files.iter().map(|(path, bytes)| (path.clone(), relabelled(bytes))).collect();
    assert_ne!(files, renamed);
    let (before, after) = (temporary(), temporary());
    create(before.path(), files.iter());
    create(after.path(), renamed.iter());
    let figures = |folder: &Path| {
        let metrics = analyze_in(folder, &["in", "--no-charts"]).metrics();
        without(&metrics, &["tasks_lost", "warnings", "solved_by_none", "solved_by_all"])
    };
    assert_alike("", &figures(before.path()), &figures(after.path()));
}

/// Fails unless two values agree; numbers may differ in the last digits, since the order of a sum changes.
fn assert_alike(path: &str, a: &Value, b: &Value) {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            assert_eq!(x.keys().collect::<Vec<_>>(), y.keys().collect::<Vec<_>>(), "{path}");
            x.iter().for_each(|(name, value)| assert_alike(&format!("{path}/{name}"), value, &y[name]));
        }
        (Value::Array(x), Value::Array(y)) => {
            assert_eq!(x.len(), y.len(), "{path}");
            x.iter().zip(y).enumerate().for_each(|(index, (x, y))| assert_alike(&format!("{path}/{index}"), x, y));
        }
        (Value::Number(x), Value::Number(y)) => assert_near(path, x.as_f64(), y.as_f64()),
        _ => assert_eq!(a, b, "{path}"),
    }
}
