//! Layouts of runs, merged files, copies and re-runs: every attempt counts once, in the cell of its variant.

use crate::{
    records::{
        Benchmark, Conversation, Episode, ErrorClass, FileKind, Fingerprint, Identity, Loaded, Origin, Outcome, Part,
        ResultFile, RunError, SourceFile, TaskId,
    },
    sweep::{Attempts, Sweep, Why, assemble},
};

/// An episode of trial 0 of a task; `run` tells the conversation apart, of one turn if it is 0.
fn episode(run: u128, task: i64, reward: f64) -> Episode {
    let turns = if run == 0 { 1 } else { 3 };
    let content = run * 1_000 + u128::try_from(task).unwrap_or_default();
    record(
        Episode {
            task: Some(TaskId::from(task)),
            trial: Some(0),
            outcome: Outcome::Scored { reward },
            fingerprint: Fingerprint(0),
            content: Fingerprint(content),
            record: 0,
            conversation: Some(Conversation { messages: 2 * turns, turns, tool_calls: 0 }),
            agent_cost_usd: None,
            user_cost_usd: None,
            is_cut_off: false,
            identity: None,
            tau2: None,
        },
        Some(0),
        reward,
    )
}

/// The record of an episode with another trial number and reward.
fn record(mut episode: Episode, trial: Option<i64>, reward: f64) -> Episode {
    episode.trial = trial;
    episode.outcome = Outcome::Scored { reward };
    let number = trial.map_or(99, |trial| u128::from(trial.unsigned_abs()));
    episode.fingerprint = Fingerprint((episode.content.0 * 100 + number) * 2 + u128::from(reward > 0.5));
    episode
}

fn run(run: u128, rewards: &[f64]) -> Vec<Episode> {
    rewards.iter().zip(0..).map(|(reward, task)| episode(run, task, *reward)).collect()
}

fn with_trial(episodes: &[Episode], trial: Option<i64>) -> Vec<Episode> {
    let reward = |episode: &Episode| if let Outcome::Scored { reward } = episode.outcome { reward } else { 0.0 };
    episodes.iter().map(|episode| record(episode.clone(), trial, reward(episode))).collect()
}

fn sweep(files: &[(&str, &[&[Episode]])]) -> Sweep {
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    let file = |(path, episodes): &(&str, &[&[Episode]])| {
        let numbered = episodes.concat().into_iter().enumerate().map(|(record, episode)| Episode { record, ..episode });
        Loaded::Results(Box::new(ResultFile {
            source: SourceFile { path: (*path).to_owned(), label: None, bytes: 0, sha256: String::new() },
            kind: FileKind::Tau1List,
            identity: Identity { env: part("airline"), model: part("quill"), ..Identity::unknown(Benchmark::Tau1) },
            episodes: numbered.collect(),
            issues: Vec::new(),
            stored: None,
            tau2: None,
        }))
    };
    let mut files = files.to_vec();
    files.sort_by_key(|(path, _)| *path);
    assemble(files.iter().map(file).collect(), Attempts::First)
}

/// The variant of each cell with its trials and rewards.
fn cells(sweep: &Sweep) -> Vec<(&str, usize, f64)> {
    let cell = |cell: &'_ crate::sweep::Cell| {
        let rewards = || {
            cell.tasks.values().flatten().map(|one| match one.episode.outcome {
                Outcome::Scored { reward } => reward,
                _ => f64::NAN,
            })
        };
        (rewards().count(), rewards().sum())
    };
    let all = sweep.cells.iter().map(|one| (one.key.variant.as_deref().unwrap_or("-"), cell(one)));
    all.map(|(variant, (count, sum))| (variant, count, sum)).collect()
}

#[test]
fn a_collector_belongs_to_its_sources_whatever_numbers_it_gives_their_trials() {
    let (a, b) = (run(1, &[1.0, 0.0, 1.0, 0.0, 1.0]), run(2, &[0.0, 0.0, 0.0, 0.0, 1.0]));
    for trials in [[Some(0), Some(0)], [Some(0), Some(1)], [Some(3), Some(7)], [None, None]] {
        let all = [with_trial(&a, trials[0]), with_trial(&b, trials[1])];
        for path in ["all.json", "zz/all.json"] {
            let collector = (path, [all[0].as_slice(), all[1].as_slice()]);
            let of = |paths: [&str; 2]| sweep(&[(paths[0], &[&a]), (paths[1], &[&b]), (collector.0, &collector.1)]);
            let found = of(["baseline/x.json", "with_memory/x.json"]);
            assert_eq!(cells(&found), [("baseline", 5, 3.0), ("with_memory", 5, 1.0)], "{trials:?} {path}");
            assert_eq!(cells(&of(["run_1/x.json", "run_2/x.json"])), [("-", 10, 4.0)], "{trials:?} {path}");
        }
    }
}

#[test]
fn a_collector_may_be_smaller_than_what_it_collects() {
    let (lenient, strict) = (run(1, &[1.0; 4]), run(2, &[0.0; 16]));
    for path in ["common.json", "zz/common.json"] {
        for common in [[&lenient, &strict[..4]], [&strict[..4], &lenient]] {
            let found = sweep(&[("lenient/x.json", &[&lenient]), ("strict/x.json", &[&strict]), (path, &common)]);
            assert_eq!(cells(&found), [("lenient", 4, 4.0), ("strict", 16, 0.0)], "{path}");
        }
    }
}

#[test]
fn what_only_a_collector_has_is_of_no_variant() {
    let (a, b) = (run(1, &[1.0; 5]), run(2, &[0.0; 5]));
    let all: [&[Episode]; 2] = [&a[..4], &[b[..3].to_vec(), b[4..].to_vec()].concat()];
    let found = sweep(&[("baseline/x.json", &[&a[..3]]), ("with_memory/x.json", &[&b[..3]]), ("all.json", &all)]);
    assert_eq!(cells(&found), [("baseline", 3, 3.0), ("unattributed", 2, 1.0), ("with_memory", 3, 0.0)]);
    assert!(found.divisions.iter().any(|one| one.why == Why::Leftover));
    // Where the sources are one cell it goes there too.
    let found = sweep(&[("run_1/x.json", &[&a[..3]]), ("run_2/x.json", &[&b[..3]]), ("all.json", &all)]);
    assert_eq!(cells(&found), [("-", 8, 4.0)]);
}

#[test]
fn copies_with_other_trial_numbers_or_rewards_are_one_attempt() {
    let a = run(1, &[1.0, 0.0, 1.0, 0.0, 1.0]);
    for trial in [Some(3), None] {
        assert_eq!(cells(&sweep(&[("run_1/x.json", &[&a]), ("old/x.json", &[&with_trial(&a, trial)])])), [("-", 5, 3.0)]);
    }
    let graded: Vec<Episode> = a.iter().map(|episode| record(episode.clone(), Some(0), 0.0)).collect();
    let found = sweep(&[("run_1/x.json", &[&a]), ("run_2/x.json", &[&graded])]);
    assert_eq!((cells(&found), found.cells[0].tally.regraded), (vec![("-", 5, 3.0)], 3));
    // In one file other trial numbers are other trials.
    assert_eq!(cells(&sweep(&[("x.json", &[&a, &with_trial(&a, Some(1))])])), [("-", 10, 6.0)]);
}

#[test]
fn a_file_with_other_results_of_some_trials_is_another_run() {
    let a = run(1, &[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    let again: Vec<Episode> = a
        .iter()
        .zip(0..)
        .map(|(one, task)| if [3, 6, 7].contains(&task) { episode(2, task, 1.0) } else { one.clone() })
        .collect();
    let found = sweep(&[("results/x.json", &[&a]), ("rerun_failed/x.json", &[&again])]);
    assert_eq!(cells(&found), [("failed", 8, 8.0), ("-", 8, 5.0)]);
    let found = sweep(&[("run_1/x.json", &[&a]), ("run_2/x.json", &[&again])]);
    assert_eq!((cells(&found), found.divisions[0].why), (vec![("-", 11, 8.0)], Why::Counters));
}

#[test]
fn an_error_gives_way_to_the_attempt_of_the_resumed_run() {
    let a = run(1, &[1.0, 0.0, 1.0, 0.0]);
    let mut first = a.clone();
    first[3] = record(episode(9, 3, 0.0), Some(0), 0.0);
    first[3].conversation = None;
    first[3].outcome = Outcome::Invalid { reason: "reward is null".to_owned() };
    let found = sweep(&[("run/x.json", &[&first]), ("run_resumed/x.json", &[&a])]);
    assert_eq!((cells(&found), found.cells[0].tally.conflicting_attempts), (vec![("-", 4, 2.0)], 1));
}

#[test]
fn short_episodes_are_told_apart_by_what_lies_around_them() {
    // The first task ends after one turn, alike in all runs.
    let of = |number: u128| [vec![episode(0, 0, 0.0)], run(number, &[0.0, 1.0, 0.0, 1.0])[1..].to_vec()].concat();
    let (plain, tuned) = (of(1), of(2));
    let found = sweep(&[
        ("x.json", &[&plain]),
        ("x_tuned.json", &[&tuned]),
        ("x_tuned_part1.json", &[&tuned[..1]]),
        ("x_tuned_part2.json", &[&tuned[1..]]),
    ]);
    assert_eq!(cells(&found), [("tuned", 4, 2.0), ("-", 4, 2.0)]);
    // A file an episode, and the counter of the run in its name.
    let names: Vec<(String, &[Episode])> = [&plain, &tuned]
        .into_iter()
        .zip(1..)
        .flat_map(|(run, number)| (0..4).map(move |task| (format!("x_run_{number}_task{task}.json"), &run[task..=task])))
        .collect();
    let episodes: Vec<[&[Episode]; 1]> = names.iter().map(|(_, episodes)| [*episodes]).collect();
    let files: Vec<(&str, &[&[Episode]])> =
        names.iter().zip(&episodes).map(|((name, _), one)| (name.as_str(), &one[..])).collect();
    assert_eq!(cells(&sweep(&files)), [("-", 8, 4.0)]);
    // Most of a run is short: a copy of it is one all the same.
    let short = [run(0, &[0.0; 4]), vec![episode(3, 4, 1.0), episode(3, 5, 1.0)]].concat();
    let found = sweep(&[("baseline/x.json", &[&run(1, &[1.0; 6])]), ("tuned/x.json", &[&short]), ("old/x.json", &[&short])]);
    assert_eq!(cells(&found), [("baseline", 6, 6.0), ("-", 6, 2.0)]);
}

/// The same run, with its first two episodes of one turn and an error at its last task.
fn with_short_and_error(number: u128) -> Vec<Episode> {
    let mut run = run(number, &[0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
    run[0] = episode(0, 0, 0.0);
    run[1] = episode(0, 1, 0.0);
    run[5].conversation = None;
    run[5].content = Fingerprint(5_000_005);
    run[5].outcome = Outcome::Error {
        error: RunError { class: ErrorClass::Infrastructure, rule: "rate-limit".to_owned(), text: "429".to_owned() },
        reward: None,
    };
    run
}

/// Gives the records of a run another trial number, errors too.
fn renumbered(run: &[Episode], trial: Option<i64>) -> Vec<Episode> {
    let number = |one: &Episode| {
        let reward = if let Outcome::Scored { reward } = one.outcome { reward } else { 0.0 };
        Episode { outcome: one.outcome.clone(), ..record(one.clone(), trial, reward) }
    };
    run.iter().map(number).collect()
}

/// Episodes that stay, errors among them.
fn kept(sweep: &Sweep) -> (usize, usize) {
    let errors = |one: &&crate::sweep::Trial| matches!(one.episode.outcome, Outcome::Error { .. });
    let all = || sweep.cells.iter().flat_map(|cell| cell.tasks.values().flatten());
    (all().count(), all().filter(errors).count())
}

#[test]
fn short_episodes_and_errors_of_renumbered_copies_count_once() {
    let (a, b) = (with_short_and_error(1), with_short_and_error(2));
    let (a, b) = (renumbered(&a, Some(0)), renumbered(&b, Some(0)));
    for trial in [Some(3), None] {
        let copy = renumbered(&a, trial);
        assert_eq!(kept(&sweep(&[("run_1/x.json", &[&a]), ("all/x.json", &[&copy])])), (6, 1), "{trial:?}");
        let merged = [renumbered(&a, trial), renumbered(&b, trial.map(|trial| trial + 1))];
        let merged: [&[Episode]; 2] = [&merged[0], &merged[1]];
        let found = sweep(&[("run_1/x.json", &[&a]), ("run_2/x.json", &[&b]), ("all/x.json", &merged)]);
        assert_eq!(kept(&found), (12, 2), "{trial:?}");
        let found = sweep(&[("baseline/x.json", &[&a]), ("tuned/x.json", &[&b]), ("all/x.json", &merged)]);
        assert_eq!(found.cells.iter().map(|cell| cell.tasks.len()).collect::<Vec<_>>(), [6, 6], "{trial:?}");
    }
}

#[test]
fn a_collector_hands_each_of_its_sources_as_many_short_episodes_as_it_has() {
    // The last task ends after one turn in trial 0 of both and in trial 1 of the second.
    let long = |number: u128, trial: i64| with_trial(&run(number, &[0.0, 1.0, 1.0]), Some(trial));
    let short = |trial: i64| vec![record(episode(0, 3, 1.0), Some(trial), 1.0)];
    let first = [long(1, 0), short(0), long(2, 1), vec![record(episode(2, 3, 0.0), Some(1), 0.0)]].concat();
    let second = [long(3, 0), short(0), long(4, 1), short(1)].concat();
    for order in [[&first, &second], [&second, &first]] {
        let all: [&[Episode]; 2] = [order[0], order[1]];
        let of = |paths: [&str; 2]| cells_of(&sweep(&[(paths[0], &[&first]), (paths[1], &[&second]), ("all/x.json", &all)]));
        assert_eq!(of(["run_1/x.json", "run_2/x.json"]), [("-".to_owned(), 16, 11.0)]);
        let found = of(["baseline/x.json", "tuned/x.json"]);
        assert_eq!(found, [("baseline".to_owned(), 8, 5.0), ("tuned".to_owned(), 8, 6.0)]);
    }
}

fn cells_of(sweep: &Sweep) -> Vec<(String, usize, f64)> {
    cells(sweep).into_iter().map(|(variant, count, sum)| (variant.to_owned(), count, sum)).collect()
}

#[test]
fn variants_are_told_where_trial_numbers_are_missing_or_tasks_do_not_meet() {
    let (a, b, c) = (run(1, &[1.0; 6]), run(2, &[0.0; 6]), run(3, &[1.0; 6]));
    let found = sweep(&[("baseline/x.json", &[&with_trial(&a, None)]), ("tuned/x.json", &[&b])]);
    assert_eq!(cells(&found), [("baseline", 6, 6.0), ("tuned", 6, 0.0)]);
    let found = sweep(&[("x.json", &[&a[..3]]), ("x_tuned.json", &[&b[..3]]), ("x_memory.json", &[&c[3..]])]);
    assert_eq!(cells(&found), [("memory", 3, 3.0), ("tuned", 3, 0.0), ("-", 3, 3.0)]);
    // Nothing tells them apart: one cell, and a line that says so.
    let found = sweep(&[("baseline/x.json", &[&a]), ("tuned/x.json", &[&with_trial(&b, Some(1))])]);
    assert_eq!((cells(&found), found.divisions[0].why), (vec![("-", 12, 6.0)], Why::Apart));
}

#[test]
fn files_of_one_task_each_are_one_run_whatever_single_ones_share() {
    let (a, mut b) = (run(1, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]), run(2, &[1.0; 6]));
    b[..3].clone_from_slice(&a[..3]);
    let names: Vec<(String, &[Episode])> = [("baseline", &a), ("tuned", &b)]
        .into_iter()
        .flat_map(|(folder, run)| (0..6).map(move |task| (format!("{folder}/x_task{task}.json"), &run[task..=task])))
        .collect();
    let episodes: Vec<[&[Episode]; 1]> = names.iter().map(|(_, episodes)| [*episodes]).collect();
    let files: Vec<(&str, &[&[Episode]])> =
        names.iter().zip(&episodes).map(|((name, _), one)| (name.as_str(), &one[..])).collect();
    assert_eq!(cells(&sweep(&files)), [("baseline", 6, 3.0), ("tuned", 6, 4.0)]);
}

#[test]
fn the_same_results_under_two_names_are_said() {
    let (a, b) = (run(1, &[1.0; 4]), run(2, &[0.0; 4]));
    let found = sweep(&[
        ("baseline/x.json", &[&a]),
        ("tuned/x.json", &[&a]),
        ("tuned/y.json", &[&b]),
        ("baseline/z.json", &[&run(3, &[1.0; 4])]),
    ]);
    assert!(found.divisions.iter().any(|one| one.why == Why::SeveralNames), "{:?}", found.divisions);
}
