//! Tokens and the parts of a call: speeds as ratios of sums, time per output token, and the time no part explains.

use super::{
    interval::Interval,
    quantile::quantile_type7,
    ratio::{TaskSums, ratio_of_sums},
};
use std::collections::BTreeMap;

/// Time beyond the parts that is more negative than this, in milliseconds, is no rounding: the parts contradict the duration.
const CONTRADICTION_MS: f64 = -1.0;

/// One call of a language model. Times are in milliseconds; one that is negative or no finite number counts as unknown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LlmCall {
    /// Task, where known.
    pub task: Option<u32>,
    /// From request to last token.
    pub duration_ms: Option<f64>,
    /// Until the first token: TTFT where the server measured queue and prefill, else prefill alone.
    pub prefill_ms: Option<f64>,
    /// From the first token to the last.
    pub decode_ms: Option<f64>,
    /// Tokens of the prompt.
    pub tokens_in: Option<u64>,
    /// Tokens of the answer.
    pub tokens_out: Option<u64>,
}

/// Output tokens a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Calls behind it.
    pub calls: usize,
    /// Σ tokens / Σ time, in tokens a second.
    pub tokens_per_s: f64,
    /// Standard error by linearisation over tasks (over calls where a call has no task).
    pub se: Option<f64>,
    /// Interval on the log scale.
    pub interval: Option<Interval>,
    /// Median of the speeds of single calls: the typical call. Never the mean, which short calls dominate.
    pub median_of_calls: f64,
}

/// Time per output token after the first (TPOT), in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimePerToken {
    /// Calls with two output tokens or more and the times needed.
    pub calls: usize,
    /// Σ time / Σ (tokens - 1).
    pub token_weighted_ms: f64,
    /// Mean over calls.
    pub mean_ms: f64,
    /// Median over calls.
    pub median_ms: f64,
    /// P99 over calls; `None` below 100 calls.
    pub p99_ms: Option<f64>,
}

/// How the duration of a call divides, over the calls that carry all three times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// Calls with duration, prefill and decode.
    pub calls: usize,
    /// Mean duration of these calls, in milliseconds.
    pub mean_duration_ms: f64,
    /// Mean prefill.
    pub mean_prefill_ms: f64,
    /// Mean decode.
    pub mean_decode_ms: f64,
    /// Mean of duration - prefill - decode: queueing, network, client.
    pub mean_unattributed_ms: f64,
    /// Median of the same.
    pub median_unattributed_ms: f64,
    /// Calls whose parts exceed their duration by more than 1 ms: a fault in the data.
    pub contradictions: usize,
}

/// Figures of a series of calls.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TokenFigures {
    /// Calls that say how many tokens the prompt had, and their sum.
    pub tokens_in: (usize, u64),
    /// Calls that say how many tokens the answer had, and their sum.
    pub tokens_out: (usize, u64),
    /// Output tokens over durations: end to end.
    pub end_to_end: Option<Speed>,
    /// Output tokens over decode times.
    pub decode: Option<Speed>,
    /// Decode time per token after the first.
    pub time_per_token: Option<TimePerToken>,
    /// (Duration - prefill) per token after the first: what a client sees. Worth telling where it differs by more than 5 %.
    pub time_per_token_end_to_end: Option<TimePerToken>,
    /// Prefill, decode and the rest.
    pub parts: Option<Parts>,
}

/// Returns the figures of a series of calls; what no call allows is `None`.
pub fn token_figures(calls: &[LlmCall], conf: f64) -> TokenFigures {
    let sum = |tokens: fn(&LlmCall) -> Option<u64>| {
        calls.iter().filter_map(tokens).fold((0, 0), |(n, sum): (usize, u64), tokens| (n + 1, sum.saturating_add(tokens)))
    };
    TokenFigures {
        tokens_in: sum(|call| call.tokens_in),
        tokens_out: sum(|call| call.tokens_out),
        end_to_end: speed(calls, |call| call.duration_ms, conf),
        decode: speed(calls, |call| call.decode_ms, conf),
        time_per_token: time_per_token(calls, |call| known(call.decode_ms)),
        time_per_token_end_to_end: time_per_token(calls, |call| {
            known(Some(known(call.duration_ms)? - known(call.prefill_ms)?))
        }),
        parts: parts(calls),
    }
}

/// Returns a time that is usable.
fn known(ms: Option<f64>) -> Option<f64> {
    ms.filter(|ms| ms.is_finite() && *ms >= 0.0)
}

fn speed(calls: &[LlmCall], time: fn(&LlmCall) -> Option<f64>, conf: f64) -> Option<Speed> {
    let mut by_task: BTreeMap<u32, TaskSums> = BTreeMap::new();
    let (mut alone, mut speeds) = (Vec::new(), Vec::new());
    for call in calls {
        let (Some(tokens), Some(ms)) = (call.tokens_out, known(time(call)).filter(|ms| *ms > 0.0)) else { continue };
        let (numerator, denominator) = (tokens as f64, ms / 1000.0);
        speeds.push(numerator / denominator);
        match call.task {
            Some(task) => {
                let sums = by_task.entry(task).or_insert(TaskSums { numerator: 0.0, denominator: 0.0 });
                sums.numerator += numerator;
                sums.denominator += denominator;
            }
            None => alone.push(TaskSums { numerator, denominator }),
        }
    }
    let sums: Vec<TaskSums> = by_task.into_values().chain(alone).collect();
    let found = ratio_of_sums(&sums, conf)?;
    let median_of_calls = median(&mut speeds)?;
    Some(Speed { calls: speeds.len(), tokens_per_s: found.ratio?, se: found.se, interval: found.interval, median_of_calls })
}

fn time_per_token(calls: &[LlmCall], time: impl Fn(&LlmCall) -> Option<f64>) -> Option<TimePerToken> {
    let pairs = calls.iter().filter_map(|call| Some((time(call)?, call.tokens_out.filter(|tokens| *tokens >= 2)? - 1)));
    let (mut total_ms, mut steps, mut each) = (0.0, 0.0, Vec::new());
    for (ms, tokens) in pairs {
        total_ms += ms;
        steps += tokens as f64;
        each.push(ms / tokens as f64);
    }
    let mean_ms = mean(&each)?;
    let median_ms = median(&mut each)?;
    // Sorted by now.
    let p99_ms = quantile_type7(&each, 0.99).filter(|_| each.len() >= 100);
    Some(TimePerToken { calls: each.len(), token_weighted_ms: total_ms / steps, mean_ms, median_ms, p99_ms })
}

fn parts(calls: &[LlmCall]) -> Option<Parts> {
    let whole = |call: &LlmCall| Some([known(call.duration_ms)?, known(call.prefill_ms)?, known(call.decode_ms)?]);
    let all: Vec<[f64; 3]> = calls.iter().filter_map(whole).collect();
    let column = |i: usize| mean(&all.iter().map(|parts| parts[i]).collect::<Vec<_>>());
    let mut rest: Vec<f64> = all.iter().map(|[duration, prefill, decode]| duration - prefill - decode).collect();
    Some(Parts {
        calls: all.len(),
        mean_duration_ms: column(0)?,
        mean_prefill_ms: column(1)?,
        mean_decode_ms: column(2)?,
        mean_unattributed_ms: mean(&rest)?,
        median_unattributed_ms: median(&mut rest)?,
        contradictions: rest.iter().filter(|ms| **ms < CONTRADICTION_MS).count(),
    })
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Sorts the values and returns their median.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    quantile_type7(values, 0.5)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_interval, assert_near, assert_some_near};

    fn call(task: u32, duration: f64, prefill: f64, decode: f64, out: u64) -> LlmCall {
        LlmCall {
            task: Some(task),
            duration_ms: Some(duration),
            prefill_ms: Some(prefill),
            decode_ms: Some(decode),
            tokens_in: Some(1000),
            tokens_out: Some(out),
        }
    }

    fn five() -> [LlmCall; 5] {
        [
            call(1, 1200.0, 100.0, 1000.0, 51),
            call(1, 4200.0, 300.0, 3600.0, 181),
            call(2, 900.0, 80.0, 700.0, 1),
            call(2, 2100.0, 150.0, 1800.0, 91),
            call(3, 8000.0, 400.0, 7500.0, 301),
        ]
    }

    #[test]
    fn five_calls_match() {
        let found = token_figures(&five(), 0.95);
        assert_eq!((found.tokens_in, found.tokens_out), ((5, 5000), (5, 625)));
        let speed = found.end_to_end.unwrap();
        assert_near(speed.tokens_per_s, 38.109_756_1);
        assert_near(speed.median_of_calls, 42.5);
        assert_some_near(speed.se, 2.587_470_69);
        assert_interval(speed.interval, 28.455_478_68, 51.039_503_71);
        assert_near(found.decode.unwrap().tokens_per_s, 42.808_219_18);

        let tpot = found.time_per_token.unwrap();
        assert_eq!((tpot.calls, tpot.p99_ms), (4, None));
        assert_near(tpot.mean_ms, 21.25);
        assert_near(tpot.median_ms, 20.0);
        assert_near(tpot.token_weighted_ms, 22.419_354_84);
        // 22.0, 21.66666667, 21.66666667, 25.33333333
        assert_near(found.time_per_token_end_to_end.unwrap().median_ms, f64::midpoint(22.0, 65.0 / 3.0));

        let parts = found.parts.unwrap();
        assert_near(parts.mean_unattributed_ms, (100.0 + 300.0 + 120.0 + 150.0 + 100.0) / 5.0);
        assert_near(parts.median_unattributed_ms, 120.0);
        assert_eq!((parts.calls, parts.contradictions), (5, 0));
    }

    #[test]
    fn what_is_missing_leaves_its_figures_out_only() {
        let mut calls = five();
        calls[0].decode_ms = None;
        calls[1].prefill_ms = Some(f64::NAN);
        calls[3].duration_ms = Some(-5.0);
        calls[4].tokens_out = None;
        let found = token_figures(&calls, 0.95);
        assert_eq!(found.parts.unwrap().calls, 2);
        assert_eq!(found.end_to_end.unwrap().calls, 3);
        assert_eq!(found.decode.unwrap().calls, 3);
        assert_eq!(found.time_per_token.unwrap().calls, 2);
        assert_eq!(found.time_per_token_end_to_end.unwrap().calls, 1);
        assert_eq!(token_figures(&[], 0.95), TokenFigures::default());
        assert_eq!(token_figures(&[LlmCall::default()], 0.95), TokenFigures::default());
    }

    #[test]
    fn parts_that_exceed_their_whole_are_counted() {
        let calls = [call(1, 100.0, 60.0, 60.0, 5), call(1, 100.0, 50.0, 50.9, 5), call(1, 100.0, 50.0, 51.1, 5)];
        assert_eq!(parts(&calls).unwrap().contradictions, 2);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_speed_lies_among_those_of_the_calls(
            times in prop::collection::vec((1.0..1e5_f64, 0.0..1.0_f64, 0.0..1.0_f64, 1_u64..3000, 0_u32..9), 1..60),
        ) {
            let calls: Vec<LlmCall> = times.iter().map(|&(duration, a, b, out, task)| {
                let prefill = duration * a * 0.5;
                call(task, duration, prefill, duration * b * 0.5, out)
            }).collect();
            let found = token_figures(&calls, 0.95);
            let parts = found.parts.unwrap();
            let sum = parts.mean_prefill_ms + parts.mean_decode_ms + parts.mean_unattributed_ms;
            prop_assert!((sum - parts.mean_duration_ms).abs() < 1e-9 * parts.mean_duration_ms);
            let speeds = || calls.iter().map(|call| call.tokens_out.unwrap() as f64 / call.duration_ms.unwrap() * 1000.0);
            let (low, high) = (speeds().fold(f64::INFINITY, f64::min), speeds().fold(0.0, f64::max));
            let speed = found.end_to_end.unwrap();
            prop_assert!((low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(&speed.tokens_per_s));
        }
    }
}
