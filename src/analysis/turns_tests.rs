use super::*;
use crate::{
    metrics::latency::{IntervalMethod, QuantileKind},
    records::{
        Benchmark, Conversation, Episode, ErrorClass, FileKind, Fingerprint, Identity, Loaded, Outcome, ResultFile, RunError,
        SourceFile, TaskId, Tau2Facts, Turn,
    },
    sweep::{Attempts, assemble},
};

/// A turn of one side with its gap and its generation time, in milliseconds.
type Timed = (Role, Option<f64>, Option<f64>);

const AGENT: Role = Role::Agent;
const USER: Role = Role::UserSim;

fn scored(reward: f64) -> Outcome {
    Outcome::Scored { reward }
}

/// Episodes of tasks of one cell, each opened by a greeting.
fn sweep(episodes: &[(Option<&str>, Outcome, &[Timed])]) -> Sweep {
    let turn = |(position, (side, gap_ms, generation_ms)): (u32, &Timed)| {
        let (gap_ms, generation_ms) = (*gap_ms, *generation_ms);
        Turn::new(&TurnParts { generation_ms, gap_ms, ..TurnParts::at(*side, position) })
    };
    let greeting = Turn::new(&TurnParts { at_ms: Some(0), ..TurnParts::at(AGENT, 0) });
    let episode = |(record, (task, outcome, turns)): (usize, &(Option<&str>, Outcome, &[Timed]))| Episode {
        task: task.map(|task| TaskId::new(task.to_owned())),
        trial: i64::try_from(record).ok(),
        outcome: outcome.clone(),
        fingerprint: Fingerprint(record as u128),
        content: Fingerprint(record as u128),
        record,
        conversation: Some(Conversation { messages: 9, turns: 4, tool_calls: 0 }),
        agent_cost_usd: None,
        user_cost_usd: None,
        is_cut_off: false,
        identity: None,
        tau2: Some(Box::new(Tau2Facts {
            turns: [greeting].into_iter().chain((1..).zip(turns.iter()).map(turn)).collect(),
            ..Tau2Facts::default()
        })),
    };
    let file = ResultFile {
        source: SourceFile { path: "run/a.json".to_owned(), label: None, bytes: 0, sha256: String::new() },
        kind: FileKind::Tau2Results,
        identity: Identity::unknown(Benchmark::Tau2),
        episodes: episodes.iter().enumerate().map(episode).collect(),
        issues: Vec::new(),
        stored: None,
        tau2: None,
    };
    assemble(vec![Loaded::Results(Box::new(file))], Attempts::All)
}

fn options() -> LatencyOptions {
    LatencyOptions { levels: vec![0.5, 0.9], kind: QuantileKind::NearestRank, ..LatencyOptions::default() }
}

fn times(sweep: &Sweep) -> TurnTimes {
    turn_times(sweep, &options(), ErrorPolicy::Exclude).unwrap()
}

#[test]
fn sources_and_sides_are_never_mixed() {
    let own = [
        (USER, Some(1000.0), None),
        (AGENT, Some(3000.0), Some(2900.0)),
        (AGENT, Some(7000.0), None),
        (USER, Some(2000.0), None),
        (AGENT, Some(4000.0), Some(3500.0)),
    ];
    let more = [(USER, None, None), (AGENT, Some(6000.0), None)];
    let found = times(&sweep(&[(Some("0"), scored(1.0), &own), (Some("1"), scored(0.0), &more)]));
    let rows: Vec<_> = found
        .rows
        .iter()
        .map(|row| {
            let percentiles: Vec<Option<f64>> = row.summary.percentiles.iter().map(|one| one.value_ms).collect();
            (row.side, row.source, row.summary.n, percentiles, row.below.map(|share| share.below))
        })
        .collect();
    let expected = [
        (AGENT, TurnSource::Generation, 2, vec![Some(2900.0), Some(3500.0)], Some(2)),
        (AGENT, TurnSource::Gap, 4, vec![Some(4000.0), Some(7000.0)], Some(2)),
        (USER, TurnSource::Gap, 2, vec![Some(1000.0), Some(2000.0)], Some(2)),
    ];
    assert_eq!(rows, expected);
    assert_eq!(found.rows[1].sorted_ms, [3000.0, 4000.0, 6000.0, 7000.0]);
    assert_eq!(found.rows[1].summary.method, IntervalMethod::TooFewTasks, "turns of one task are alike");
}

#[test]
fn tokens_and_costs_are_means_over_the_turns_that_say_them() {
    let mut sweep =
        sweep(&[(Some("0"), scored(1.0), &[(AGENT, Some(1000.0), None), (AGENT, Some(1000.0), None), (AGENT, None, None)])]);
    let turns = &mut sweep.cells[0].tasks.values_mut().next().unwrap()[0].episode.tau2.as_mut().unwrap().turns;
    for (turn, (tokens, cost)) in turns.iter_mut().skip(1).zip([(Some(10), 0.5), (None, 0.25), (Some(99), 9.0)]) {
        *turn = Turn::new(&TurnParts { output_tokens: tokens, cost_usd: Some(cost), ..turn.parts() });
    }
    let found = times(&sweep);
    // The third has no time and is none of the row's turns.
    assert_eq!(found.rows[0].output_tokens, Known { count: 1, sum: 10.0 });
    assert_eq!(found.rows[0].cost_usd.mean(), Some(0.375));
    assert_eq!(found.rows[0].input_tokens.mean(), None);
}

#[test]
fn limits_are_those_of_the_role() {
    let own = [(USER, Some(1000.0), None), (AGENT, Some(3000.0), None), (AGENT, Some(7000.0), None)];
    let options = LatencyOptions { limits_ms: [(USER, 1000.0), (AGENT, 7001.0)].into(), ..options() };
    let found = turn_times(&sweep(&[(Some("0"), scored(1.0), &own)]), &options, ErrorPolicy::Exclude).unwrap();
    let shares: Vec<_> = found.rows.iter().map(|row| (row.side, row.below.map(|share| share.share))).collect();
    // Strictly under the limit.
    assert_eq!(shares, [(AGENT, Some(1.0)), (USER, Some(0.0))]);
}

#[test]
fn a_solved_episode_costs_the_time_of_the_failed_ones_too() {
    let error = Outcome::Error {
        error: RunError { class: ErrorClass::Infrastructure, rule: String::new(), text: String::new() },
        reward: None,
    };
    let gap = |seconds: f64| [(USER, Some(1000.0 * seconds), None), (AGENT, Some(1000.0 * seconds), None)];
    // One of the turns of the fourth has no time: what all of them took is not known.
    let unknown = [(USER, Some(1000.0), None), (AGENT, None, None)];
    let found = times(&sweep(&[
        (Some("0"), scored(1.0), &gap(5.0)),
        (Some("0"), scored(0.0), &gap(10.0)),
        (Some("1"), scored(1.0), &gap(2.0)),
        (Some("1"), scored(1.0), &unknown),
        (None, scored(0.0), &gap(3.0)),
        (Some("2"), error, &gap(50.0)),
    ]));
    let [one] = found.episodes.as_slice() else { panic!("{:?}", found.episodes) };
    assert_eq!((one.source, one.counted, one.episodes()), (TurnSource::Gap, 5, 4));
    assert_eq!((one.solved.mean_s(), one.failed.mean_s()), (Some(7.0), Some(13.0)));
    // 10 + 20 + 4 + 6 seconds: of 4 episodes, 2 of them solved.
    assert_eq!(one.per_episode.and_then(|ratio| ratio.ratio), Some(10.0));
    assert_eq!(one.per_solved.and_then(|ratio| ratio.ratio), Some(20.0));
    // The turns of an episode that does not count were made all the same.
    assert_eq!(found.rows.iter().map(|row| row.summary.n).collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn without_a_success_there_is_no_time_per_solved_episode() {
    let found = times(&sweep(&[(Some("0"), scored(0.0), &[(AGENT, Some(500.0), None)])]));
    let one = found.episodes[0];
    assert_eq!((one.solved.mean_s(), one.failed.mean_s()), (None, Some(0.5)));
    assert_eq!(one.per_solved.map(|ratio| (ratio.ratio, ratio.numerator)), Some((None, 0.5)));
}

#[test]
fn without_times_there_is_nothing() {
    let sweep = sweep(&[(Some("0"), scored(1.0), &[(AGENT, None, None)])]);
    assert_eq!(turn_times(&sweep, &options(), ErrorPolicy::Exclude), None);
}
