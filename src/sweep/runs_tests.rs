//! Layouts of runs, merged files, copies and re-runs: every attempt counts once, in the cell of its variant.

use crate::{
    records::{
        Benchmark, Conversation, Episode, FileKind, Fingerprint, Identity, Loaded, Origin, Outcome, Part, ResultFile,
        SourceFile, TaskId,
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
