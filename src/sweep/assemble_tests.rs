use super::*;
use crate::records::{Benchmark, Conversation, Identity, Outcome, Tau2Facts, Termination};

fn file(name: &str, episodes: &[(Option<i64>, u128, f64, u32)]) -> Loaded {
    let episode = |(record, (trial, fingerprint, reward, turns)): (usize, &(Option<i64>, u128, f64, u32))| Episode {
        task: Some(TaskId::from(1)),
        trial: *trial,
        outcome: Outcome::Scored { reward: *reward },
        fingerprint: Fingerprint(*fingerprint),
        content: Fingerprint(*fingerprint),
        record,
        conversation: (*turns > 0).then(|| Conversation { messages: 2 * turns, turns: *turns, tool_calls: 0 }),
        agent_cost_usd: None,
        user_cost_usd: None,
        is_cut_off: false,
        identity: None,
        tau2: None,
    };
    Loaded::Results(Box::new(ResultFile {
        source: SourceFile { path: format!("run/{name}"), label: None, bytes: 0, sha256: String::new() },
        kind: FileKind::Tau1List,
        identity: Identity::unknown(Benchmark::Tau1),
        episodes: episodes.iter().enumerate().map(episode).collect(),
        issues: Vec::new(),
        stored: None,
        tau2: None,
    }))
}

fn kept(files: Vec<Loaded>, attempts: Attempts) -> (usize, Tally) {
    let sweep = assemble(files, attempts);
    (sweep.cells[0].tasks.values().map(Vec::len).sum(), sweep.cells[0].tally)
}

#[test]
fn copies_and_repeated_attempts_are_told_apart() {
    let files = || {
        vec![file("a", &[(Some(0), 1, 0.0, 3), (Some(0), 2, 1.0, 3), (Some(1), 3, 1.0, 3)]), file("b", &[(Some(0), 1, 0.0, 3)])]
    };
    let (episodes, tally) = kept(files(), Attempts::First);
    assert_eq!((episodes, tally.exact_duplicates, tally.conflicting_attempts, tally.records), (2, 1, 1, 4));
    let (episodes, tally) = kept(files(), Attempts::All);
    assert_eq!((episodes, tally.exact_duplicates, tally.conflicting_attempts), (3, 1, 0));
}

#[test]
fn what_nothing_tells_apart_is_no_copy() {
    let bare = [(None, 1, 1.0, 0), (None, 1, 1.0, 0), (None, 2, 0.0, 0)];
    assert_eq!(kept(vec![file("a", &bare)], Attempts::First).0, 3);
    let one = [(Some(0), 1, 1.0, 0)];
    assert_eq!(kept(vec![file("a", &one), file("b", &one)], Attempts::First).0, 2);
    let repeated_row = [(Some(0), 1, 1.0, 0), (Some(0), 1, 1.0, 0)];
    assert_eq!(kept(vec![file("a", &repeated_row)], Attempts::First).0, 1);
}

/// One simulation with an id, scored or not.
fn simulation(name: &str, id: &str, reward: Option<f64>, end: Option<Termination>) -> Loaded {
    let mut loaded = file(name, &[(None, 0, reward.unwrap_or(0.0), 3)]);
    if let Loaded::Results(file) = &mut loaded {
        let episode = &mut file.episodes[0];
        episode.content = Fingerprint(id.bytes().map(u128::from).sum());
        episode.fingerprint = Fingerprint(reward.map_or(9, |reward| u128::from(reward.to_bits())));
        if reward.is_none() {
            episode.outcome = Outcome::Invalid { reason: String::new() };
        }
        let facts = Tau2Facts { id: id.to_owned(), termination: end, evaluated: true, ..Tau2Facts::default() };
        episode.tau2 = Some(Box::new(facts));
    }
    loaded
}

#[test]
fn a_simulation_graded_again_is_one_attempt() {
    let rewards = |rewards: &[Option<f64>], attempts| {
        let files = rewards.iter().enumerate().map(|(at, reward)| simulation(&at.to_string(), "a", *reward, None));
        let sweep = assemble(files.collect(), attempts);
        let cell = &sweep.cells[0];
        let stay = cell.tasks.values().flatten().map(|trial| match trial.episode.outcome {
            Outcome::Scored { reward } => Some(reward),
            _ => None,
        });
        (stay.collect::<Vec<_>>(), cell.tally.conflicting_attempts, cell.tally.regraded, cell.tally.exact_duplicates)
    };
    let [won, lost, unscored] = [Some(1.0), Some(0.0), None];
    assert_eq!(rewards(&[lost, won], Attempts::First), (vec![lost], 1, 1, 0));
    assert_eq!(rewards(&[lost, won], Attempts::Last), (vec![won], 1, 1, 0));
    assert_eq!(rewards(&[lost, won], Attempts::All), (vec![lost, won], 0, 1, 0));
    // What was not scored gives way to what was.
    assert_eq!(rewards(&[unscored, won], Attempts::First), (vec![won], 1, 1, 0));
    assert_eq!(rewards(&[won, unscored], Attempts::Last), (vec![won], 1, 1, 0));
    // Three gradings, and a copy of the second.
    assert_eq!(rewards(&[lost, won, Some(0.5), won], Attempts::First), (vec![lost], 2, 1, 1));
    assert_eq!(rewards(&[lost, won, Some(0.5), won], Attempts::Last), (vec![Some(0.5)], 2, 1, 1));
    let two = vec![simulation("1", "a", won, None), simulation("2", "b", lost, None)];
    assert_eq!(kept(two, Attempts::First).0, 2);
}

#[test]
fn a_dropped_copy_tells_how_the_kept_one_ended() {
    let ended = |end: Termination, reward: Option<f64>| {
        let files = vec![simulation("a", "a", reward, None), simulation("b", "a", reward, Some(end))];
        let sweep = assemble(files, Attempts::First);
        let facts = sweep.cells[0].tasks.values().flatten().next().and_then(|trial| trial.episode.tau2.clone()).unwrap();
        (facts.termination, facts.evaluated)
    };
    assert_eq!(ended(Termination::UserStop, Some(1.0)), (Some(Termination::UserStop), true));
    assert_eq!(ended(Termination::MaxSteps, Some(0.0)), (Some(Termination::MaxSteps), false));
    assert_eq!(ended(Termination::UserStop, None), (None, true));
}
