//! Figures that were published, or that once went wrong.

use taureport::{
    analysis::RaggedChoice,
    sweep::{Attempts, ErrorPolicy},
};

use super::{data, only};
use crate::support::assert_near;

/// The tasks of gpt-4o on the airline environment, as τ-bench's README has them (.420 .273 .220 .200).
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_published_run() {
    let Some(data) = data() else { return };
    let sweep = data.sweep(&["tau1/tau-bench/historical_trajectories/gpt-4o-airline.json"], Attempts::First);
    let stats = only(&sweep, ErrorPolicy::Exclude, RaggedChoice::Chained);
    for (point, wanted) in stats.curve.iter().zip([0.42, 0.82 / 3.0, 0.22, 0.2]) {
        assert_near(&format!("pass^{}", point.k), point.value, Some(wanted));
    }
    assert_eq!((stats.curve.len(), stats.scored_tasks, stats.trials), (4, 50, Some((4, 4))));
    let solved = stats.solved.as_ref().expect("tasks were scored");
    assert_near("always", Some(solved.always.value), Some(0.2));
    assert_near("sometimes", Some(solved.sometimes.value), Some(0.52));
    assert_near("never", Some(solved.never.value), Some(0.28));
    assert_near("ICC", stats.icc.map(|icc| icc.icc), Some(0.404_584_369));
    let interval = stats.curve[0].interval.expect("50 tasks give an interval");
    assert_near("lower end", Some(interval.lo), Some(0.321_686_008_4));
    assert_near("upper end", Some(interval.hi), Some(0.525_100_774_3));
}

/// 258 of 345 records are infrastructure errors; the metrics stored in the file count them as failures.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_run_that_lost_its_server() {
    let Some(data) = data() else { return };
    let path = "tau1/wrapped-metrics/results/Llama-3.1-8B-Instruct/retail-temperature-0.0_0717023203.json";
    let sweep = data.sweep(&[path], Attempts::First);
    let first = |errors| only(&sweep, errors, RaggedChoice::Chained).curve[0].value.expect("some trials count");
    let rounded = |value: f64| (value * 10_000.0).round() / 10_000.0;
    assert_near("errors left out", Some(rounded(first(ErrorPolicy::Exclude))), Some(0.0345));
    assert_near("errors as failures", Some(rounded(first(ErrorPolicy::Fail))), Some(0.0087));
    let stats = only(&sweep, ErrorPolicy::Exclude, RaggedChoice::Chained);
    assert_eq!((stats.outcomes.errors(), stats.outcomes.infrastructure, stats.tally.records), (258, 258, 345));
    assert_near("as τ-bench prints it", stats.upstream_pass_1.map(rounded), Some(0.0087));
}

/// 39 rows repeat a (task, trial); τ-bench's own formula makes pass^4 1.86 of it.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_file_with_repeated_rows() {
    let Some(data) = data() else { return };
    let path = "tau1/agent-project-history/1bdbe093e5/results/airline/fc/4B/num_trials-4.json";
    for attempts in [Attempts::First, Attempts::Last, Attempts::All] {
        let sweep = data.sweep(&[path], attempts);
        for ragged in [RaggedChoice::Chained, RaggedChoice::Available, RaggedChoice::Strict, RaggedChoice::ZeroFill] {
            let values: Vec<f64> =
                only(&sweep, ErrorPolicy::Exclude, ragged).curve.iter().filter_map(|point| point.value).collect();
            assert!(
                !values.is_empty() && values.iter().all(|value| (0.0..=1.0).contains(value)),
                "{attempts:?} {ragged:?}: {values:?}"
            );
        }
    }
    let upstream = only(&data.sweep(&[path], Attempts::All), ErrorPolicy::Upstream, RaggedChoice::UpstreamV1);
    assert_near("τ-bench's own formula", upstream.curve[3].value, Some(1.86));
    assert_eq!(upstream.curve[3].interval, None, "what is no probability has no interval");
}
