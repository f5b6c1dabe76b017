//! The report on the invented sweep says what is true of it, figure by figure.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use taureport::{
    analysis::{self, Analysis},
    records::{Conversation, IssueKind, Loaded, Outcome, episode::is_success},
    sources::{ReadOptions, discover, load_all},
    sweep::{Attempts, Sweep, assemble},
};

use crate::{
    fixtures,
    support::{Report, analyze, argument, assert_near},
};

fn truth() -> Value {
    read("truth.json")
}

fn read(path: &str) -> Value {
    let bytes = fs::read(fixtures::root().join(path)).expect("the truth can be read");
    serde_json::from_slice(&bytes).expect("the truth is JSON")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

/// `airline / quill-7b / act`, of a cell of the truth or of metrics.json. Of a model name the last part tells.
fn name(cell: &Value) -> String {
    let part = |key: &str| cell[key].as_str().unwrap_or("unknown").to_owned();
    let model = part("model");
    format!("{} / {} / {}", part("env"), model.rsplit('/').next().unwrap_or_default(), part("strategy"))
}

/// Pairs each cell of the truth with the cell of the report.
fn pairs<'a>(report: &'a Value, truth: &'a [Value]) -> Vec<(String, &'a Value, &'a Value)> {
    let found: BTreeMap<String, &Value> = list(report, "cells").iter().map(|cell| (name(cell), cell)).collect();
    let wanted: Vec<String> = truth.iter().map(name).collect();
    assert_eq!(found.len(), truth.len(), "cells found: {:?}", found.keys());
    let find = |name: &String| *found.get(name).unwrap_or_else(|| panic!("no cell {name}: {:?}", found.keys()));
    wanted.into_iter().zip(truth).map(|(name, truth)| (name.clone(), find(&name), truth)).collect()
}

/// Checks every cell and collects what differs, so that one run shows all of it.
fn each_cell(check: impl Fn(&Report, &Value, &Value) -> Vec<String>) {
    each_cell_of(|_, report, found, truth| check(report, found, truth));
}

/// As [`each_cell`], with the folder the cell lies in.
fn each_cell_of(check: impl Fn(&str, &Report, &Value, &Value) -> Vec<String>) {
    let (truth, mut wrong) = (truth(), Vec::new());
    for (root, key) in [("fixtures/sweep", "cells"), ("fixtures/secret", "secret")] {
        let report = analyze(&["--no-charts", root]);
        for (name, found, wanted) in pairs(&report.metrics(), list(&truth, key)) {
            wrong.extend(check(root, &report, found, wanted).into_iter().map(|text| format!("{name}: {text}")));
        }
    }
    assert!(wrong.is_empty(), "{} figures differ from fixtures/truth.json:\n{}", wrong.len(), wrong.join("\n"));
}

/// Says where two values differ.
fn differ(what: &str, found: &Value, wanted: &Value) -> Option<String> {
    let agree = match (found.as_f64(), wanted.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs(),
        _ => found == wanted,
    };
    (!agree).then(|| format!("{what} is {found}, not {wanted}"))
}

#[test]
fn episodes_are_counted_as_they_were_made() {
    each_cell(|_, found, truth| {
        let episodes = &found["episodes"];
        let pairs = [
            ("records", "records_read"),
            ("exact_copies_dropped", "exact_duplicates"),
            ("repeated_attempts_dropped", "conflicts"),
            ("kept", "episodes"),
            ("counted", "valid_trials"),
            ("successes", "successes"),
            ("infrastructure_errors", "infrastructure_errors"),
            ("agent_errors", "agent_errors"),
            ("context_window_errors", "context_window_errors"),
            ("invalid_rewards", "invalid_rewards"),
        ];
        let zero = differ("without_task", &episodes["without_task"], &Value::from(0));
        pairs.iter().filter_map(|(ours, theirs)| differ(ours, &episodes[*ours], &truth[*theirs])).chain(zero).collect()
    });
}

#[test]
fn tasks_and_trials_are_counted_as_they_were_made() {
    each_cell(|report, found, truth| {
        let pairs = [
            ("tasks_scored", "tasks"),
            ("trials_min", "trials_min"),
            ("trials_max", "trials_max"),
            ("tasks_lost", "tasks_without_valid_trial"),
        ];
        let mut wrong: Vec<String> =
            pairs.iter().filter_map(|(ours, theirs)| differ(ours, &found[*ours], &truth[*theirs])).collect();
        for class in ["always", "sometimes", "never"] {
            wrong.extend(differ(class, &found["solved"][class]["tasks"], &truth[class]));
        }
        let rows = task_rows(report, found);
        for task in list(truth, "per_task") {
            let id = task["task"].as_str().expect("ids are text").to_owned();
            let wanted = (task["n"].to_string(), task["c"].to_string());
            if rows.get(&id) != Some(&wanted) {
                wrong.push(format!("task {id} has (n, c) {:?}, not {wanted:?}", rows.get(&id)));
            }
        }
        // Tasks of other cells of the environment are planned here too, and have no trials.
        let known: Vec<&str> = list(truth, "per_task").iter().filter_map(|task| task["task"].as_str()).collect();
        let more = rows.iter().filter(|(id, counts)| !known.contains(&id.as_str()) && counts.0 != "0");
        wrong.extend(more.map(|(id, counts)| format!("task {id} was never run but has {counts:?}")));
        wrong
    });
}

/// (trials, successes) by task, of one cell of tables/tasks.csv.
fn task_rows(report: &Report, cell: &Value) -> BTreeMap<String, (String, String)> {
    let table = report.table("tasks");
    let at = |name: &str| table[0].iter().position(|heading| heading == name).unwrap_or_else(|| panic!("no column {name}"));
    let (env, short) = cell["name"].as_str().and_then(|name| name.split_once(" / ")).expect("env / cell");
    let own = table.iter().filter(|row| row[at("env")] == env && row[at("cell")] == short);
    own.map(|row| (row[at("task")].clone(), (row[at("trials")].clone(), row[at("successes")].clone()))).collect()
}

#[test]
fn pass_k_is_what_exact_arithmetic_gives() {
    each_cell(|_, found, truth| {
        let points = list(found, "pass_hat");
        let mut wrong = Vec::new();
        wrong.extend(differ("points", &Value::from(points.len()), &truth["trials_max"]));
        for (point, wanted) in points.iter().zip(list(truth, "pass_hat_chained")) {
            let what = format!("chained pass^{} ({})", wanted["k"], wanted["exact"]);
            wrong.extend(differ("k", &point["k"], &wanted["k"]));
            wrong.extend(differ(&what, &point["value"], &wanted["value"]));
        }
        for (point, wanted) in points.iter().zip(list(truth, "pass_hat_complete")) {
            // As far as every task goes, all definitions agree.
            let what = format!("simple pass^{} ({})", wanted["k"], wanted["exact"]);
            wrong.extend(differ(&what, &point["available"], &wanted["value"]));
            wrong.extend(differ(&what, &point["value"], &wanted["value"]));
        }
        wrong.extend(differ("success_rate_by_task", &found["success_rate_by_task"], &points[0]["value"]));
        let pooled = truth["successes"].as_f64().zip(truth["valid_trials"].as_f64()).map(|(c, n)| c / n);
        wrong.extend(differ("success_rate_by_episode", &found["success_rate_by_episode"], &pooled.into()));
        wrong
    });
}

/// τ-bench prints one number a file. Over the four files of airline / tern-70b / react, which all say trial 0, its formula
/// would make 2.2: no file of it says that, so no report may.
#[test]
fn the_printout_of_the_benchmark_is_one_that_it_would_print() {
    each_cell(|_, found, _| {
        let printed = found["upstream_pass_1"].as_f64();
        let wrong = printed.filter(|printed| *printed > 1.0).map(|printed| format!("upstream_pass_1 is {printed}"));
        wrong.into_iter().collect()
    });
}

#[test]
fn costs_add_up() {
    each_cell(|_, found, truth| {
        let cost = &found["user_cost"];
        if truth["episodes_with_user_cost"] == 0 {
            return differ("user_cost", cost, &Value::Null).into_iter().collect();
        }
        let (sum, known) = (&truth["user_cost_usd"], &truth["episodes_with_user_cost"]);
        let mean = sum.as_f64().zip(known.as_f64()).map(|(sum, known)| sum / known);
        let checks = [
            differ("sum_usd", &cost["sum_usd"], sum),
            differ("episodes_known", &cost["episodes_known"], known),
            differ("per_episode_usd", &cost["per_episode_usd"], &mean.into()),
            differ("agent_cost", &found["agent_cost"], &Value::Null),
        ];
        checks.into_iter().flatten().collect()
    });
}

#[test]
fn files_lie_in_their_cells_and_strangers_are_passed_over() {
    each_cell_of(|root, report, found, truth| {
        let table = report.table("files");
        let records = |path: &str| table.iter().find(|row| row[0] == path).map_or("none", |row| row[3].as_str()).to_owned();
        let shown = |file: &Value| {
            let path = format!("{root}/{}", file["path"].as_str().expect("paths are text"));
            taureport::redact::redact(&path).into_owned()
        };
        let mut wanted: Vec<String> = list(truth, "files").iter().map(shown).collect();
        wanted.sort();
        let mut paths: Vec<String> =
            list(found, "files").iter().map(|path| path.as_str().expect("paths are text").to_owned()).collect();
        paths.sort();
        let mut wrong: Vec<String> = differ("files", &paths.into(), &wanted.into()).into_iter().collect();
        for file in list(truth, "files") {
            let found = records(&shown(file));
            if found.parse::<u64>().ok() != file["records"].as_u64() {
                wrong.push(format!("{} has {found} records, not {}", shown(file), file["records"]));
            }
        }
        wrong
    });
    let report = analyze(&["--no-charts", "fixtures/sweep"]);
    let config = list(&truth(), "passed_over")[1].as_str().map(|path| format!("fixtures/sweep/{path}"));
    assert_eq!(report.table("passed_over")[1][0], config.expect("paths are text"));
    assert_eq!(report.table("passed_over").len(), 2, "the notes are no .json and are not opened");
    assert_eq!(report.metrics()["files_passed_over"], 1);
}

fn library(path: &str) -> (Sweep, Analysis) {
    let found = discover(&[argument(&fixtures::root().join(path))]);
    let sweep = assemble(load_all(&found.inputs, &ReadOptions::builtin(), &|_| ()), Attempts::First);
    let analysis = analysis::analyze(&sweep, &analysis::Options::default());
    (sweep, analysis)
}

/// The truth has means over scored episodes; the report has them over all kept episodes with a conversation, those without a
/// usable reward included. Both are checked.
#[test]
fn conversations_are_measured() {
    let (sweep, analysis) = library("sweep");
    let truth = truth();
    for (cell, stats) in sweep.cells.iter().zip(&analysis.cells) {
        let key = |cell: &Value| [&cell["env"], &cell["model"], &cell["strategy"]].map(|part| part.as_str().map(str::to_owned));
        let own = [&cell.key.env, &cell.key.model, &cell.key.strategy].map(Clone::clone);
        let wanted = list(&truth, "cells").iter().find(|cell| key(cell) == own).expect("the cell is in the truth");
        let scored = |outcome: &Outcome| matches!(outcome, Outcome::Scored { .. });
        let trials = || cell.tasks.values().flatten().map(|trial| &trial.episode);
        let sizes: Vec<Conversation> = trials().filter(|one| scored(&one.outcome)).filter_map(|one| one.conversation).collect();
        let all: Vec<Conversation> = trials().filter_map(|one| one.conversation).collect();
        let scored = &wanted["scored"];
        assert_eq!(scored["episodes"], sizes.len(), "{own:?}");
        let kept = stats.conversation.expect("conversations are on record");
        assert_eq!(kept.episodes, all.len() as u64, "{own:?}");
        let parts: [(&str, Part, f64); 3] = [
            ("mean_messages", |size| size.messages, kept.messages),
            ("mean_turns", |size| size.turns, kept.turns),
            ("mean_tool_calls", |size| size.tool_calls, kept.tool_calls),
        ];
        for (name, part, reported) in parts {
            assert_near(&format!("{own:?} {name}, scored"), mean(&sizes, part), scored[name].as_f64());
            assert_near(&format!("{own:?} {name}, kept"), Some(reported), mean(&all, part));
        }
    }
}

/// Reads one size of a conversation.
type Part = fn(&Conversation) -> u32;

fn mean(sizes: &[Conversation], part: Part) -> Option<f64> {
    (!sizes.is_empty()).then(|| sizes.iter().map(|size| f64::from(part(size))).sum::<f64>() / sizes.len() as f64)
}

#[test]
fn broken_files_are_read_with_care() {
    let found = discover(&[argument(&fixtures::root().join("broken"))]);
    let loaded = load_all(&found.inputs, &ReadOptions::builtin(), &|_| ());
    let by_name: BTreeMap<&str, &Loaded> =
        found.inputs.iter().zip(&loaded).filter_map(|(input, one)| Some((input.shown.rsplit('/').next()?, one))).collect();
    let truth = read("broken/truth.json");
    let truth = truth.as_array().expect("a list of files");
    let wrong: Vec<String> = truth
        .iter()
        .filter_map(|wanted| {
            let name = wanted["file"].as_str().expect("names are text");
            let found = describe(by_name.get(name).unwrap_or_else(|| panic!("{name} was not read")));
            let pairs = found.iter().filter(|(key, value)| !wanted[*key].is_null() && wanted[*key] != **value);
            let differing: Vec<String> = pairs.map(|(key, value)| format!("{key} {value}, not {}", wanted[key])).collect();
            (!differing.is_empty()).then(|| format!("{name} ({}): {}", wanted["why"], differing.join("; ")))
        })
        .collect();
    assert!(wrong.is_empty(), "{} files are read otherwise:\n{}", wrong.len(), wrong.join("\n"));
    // The truth itself lies among them, and is no result.
    assert_eq!(by_name.len(), truth.len() + 1);
    assert!(matches!(by_name["truth.json"], Loaded::PassedOver(passed) if !passed.unreadable));
}

/// What became of a file, in the words of `broken/truth.json`.
fn describe(loaded: &Loaded) -> BTreeMap<&'static str, Value> {
    let no = [("recognised", false), ("salvage_notice", false), ("nan_notice", false)].map(|(key, no)| (key, Value::from(no)));
    let zero = ["records", "scored", "successes", "bad_records"].map(|key| (key, Value::from(0)));
    let mut found: BTreeMap<&str, Value> = no.into_iter().chain(zero).collect();
    let Loaded::Results(file) = loaded else {
        assert!(matches!(loaded, Loaded::PassedOver(passed) if !passed.reason.is_empty()), "a reason is given");
        return found;
    };
    let issues = |kind: IssueKind| file.issues.iter().filter(|issue| issue.kind == kind).count();
    let rewards: Vec<f64> = file
        .episodes
        .iter()
        .filter_map(|episode| if let Outcome::Scored { reward } = episode.outcome { Some(reward) } else { None })
        .collect();
    found.insert("recognised", true.into());
    found.insert("records", file.episodes.len().into());
    found.insert("scored", rewards.len().into());
    found.insert("successes", rewards.iter().filter(|reward| is_success(**reward)).count().into());
    found.insert("bad_records", issues(IssueKind::BadRecord).into());
    found.insert("salvage_notice", (issues(IssueKind::Salvaged) > 0).into());
    found.insert("nan_notice", (issues(IssueKind::NotANumber) > 0).into());
    found
}
