//! Calls over time: concurrency, throughput, and a series of bins.

use super::quantile::quantile_type7;

/// Most bins of a series.
const MOST_BINS: usize = 100_000;

/// One call in time. Milliseconds from any common origin; the call covers `[start, start + duration)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Call {
    /// Begin.
    pub start_ms: f64,
    /// Duration.
    pub duration_ms: f64,
    /// Output tokens, where known.
    pub tokens_out: Option<u64>,
}

impl Call {
    fn end_ms(&self) -> f64 {
        self.start_ms + self.duration_ms
    }

    fn is_usable(&self) -> bool {
        self.start_ms.is_finite() && self.duration_ms.is_finite() && self.duration_ms >= 0.0
    }
}

/// Load of a server or a run over its whole time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Calls with a usable time.
    pub calls: usize,
    /// From the first begin to the last end, in milliseconds.
    pub span_ms: f64,
    /// Σ duration / span (Little's law); `None` for an empty span, like all rates below.
    pub mean_concurrency: Option<f64>,
    /// Most calls at one moment. A call that ends when another begins does not count with it.
    pub peak_concurrency: usize,
    /// Calls a minute.
    pub calls_per_min: Option<f64>,
    /// Σ output tokens / span, over calls that say how many; `None` where none does.
    pub tokens_per_s: Option<f64>,
}

/// Returns the load; `None` without a usable call.
pub fn load(calls: &[Call]) -> Option<Load> {
    let usable: Vec<Call> = calls.iter().copied().filter(Call::is_usable).collect();
    let (from, to) = extent(&usable)?;
    let span_ms = to - from;
    let per_span = |amount: f64| (span_ms > 0.0).then(|| amount / span_ms);
    let tokens: Option<u64> = usable
        .iter()
        .filter_map(|call| call.tokens_out)
        .fold(None, |sum: Option<u64>, n| Some(sum.unwrap_or(0).saturating_add(n)));
    Some(Load {
        calls: usable.len(),
        span_ms,
        mean_concurrency: per_span(usable.iter().map(|call| call.duration_ms).sum()),
        peak_concurrency: peak(&mut edges(&usable)),
        calls_per_min: per_span(usable.len() as f64 * 60_000.0),
        tokens_per_s: tokens.and_then(|tokens| per_span(tokens as f64 * 1000.0)),
    })
}

/// Returns the goodput: calls strictly quicker than `limit_ms` a second of the span; `None` without a span.
pub fn goodput_per_s(calls: &[Call], limit_ms: f64) -> Option<f64> {
    let span_ms = load(calls)?.span_ms;
    let good = calls.iter().filter(|call| call.is_usable() && call.duration_ms < limit_ms).count();
    (span_ms > 0.0).then(|| good as f64 * 1000.0 / span_ms)
}

fn extent(calls: &[Call]) -> Option<(f64, f64)> {
    calls.iter().fold(None, |ends, call| {
        let (from, to) = ends.unwrap_or((call.start_ms, call.end_ms()));
        Some((call.start_ms.min(from), call.end_ms().max(to)))
    })
}

/// Returns the moments at which the number of running calls changes; a call without duration runs at no moment.
fn edges(calls: &[Call]) -> Vec<(f64, i64)> {
    let running = calls.iter().filter(|call| call.end_ms() > call.start_ms);
    running.flat_map(|call| [(call.start_ms, 1), (call.end_ms(), -1)]).collect()
}

/// Sweeps over begins and ends, ends first where they coincide.
fn peak(edges: &mut [(f64, i64)]) -> usize {
    edges.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (mut running, mut most) = (0_i64, 0);
    for &(_, change) in edges.iter() {
        running += change;
        most = most.max(running);
    }
    usize::try_from(most).unwrap_or(0)
}

/// What happened in one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// Begin, in milliseconds from the origin of the calls.
    pub start_ms: f64,
    /// Calls that began in it.
    pub started: usize,
    /// Mean number of calls running.
    pub mean_concurrency: f64,
    /// Most calls running at one moment.
    pub peak_concurrency: usize,
    /// Type 7 quantiles of the durations of the calls that began in it, at the levels asked for; `None` where none began.
    pub quantiles_ms: Vec<Option<f64>>,
    /// Longest of these durations: what the quantiles leave out.
    pub max_ms: Option<f64>,
}

/// Returns a round width for bins of a span: the smallest of 1, 2, 5, 10, 15, 30 s, 1, 2, 5, 10, 15, 30 min, 1, 2, 6, 12, 24 h that
/// needs at most `most` of them, else whole days.
pub fn bin_width_ms(span_ms: f64, most: u32) -> f64 {
    const SECONDS: [f64; 17] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21_600.0, 43_200.0, 86_400.0,
    ];
    let least = span_ms / f64::from(most.max(1)) / 1000.0;
    let days = || (least / 86_400.0).ceil().max(1.0) * 86_400.0;
    SECONDS.into_iter().find(|width| *width >= least).unwrap_or_else(days) * 1000.0
}

/// Cuts time into bins of equal width from the first begin on and says what happened in each, quiet ones included.
///
/// Empty without usable calls, for a width that is not positive, or for more than 100,000 bins.
pub fn bins(calls: &[Call], width_ms: f64, levels: &[f64]) -> Vec<Bin> {
    let mut usable: Vec<Call> = calls.iter().copied().filter(Call::is_usable).collect();
    let Some((from, to)) = extent(&usable) else { return Vec::new() };
    let count = ((to - from) / width_ms).floor() + 1.0;
    if !(width_ms > 0.0 && count <= MOST_BINS as f64) {
        return Vec::new();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative and at most MOST_BINS")]
    let index = |ms: f64| ((ms - from) / width_ms).floor() as usize;
    let count = index(to) + 1;
    usable.sort_unstable_by(|a, b| a.start_ms.total_cmp(&b.start_ms).then(a.duration_ms.total_cmp(&b.duration_ms)));
    let mut durations: Vec<Vec<f64>> = vec![Vec::new(); count];
    let mut parts: Vec<Vec<Call>> = vec![Vec::new(); count];
    for call in &usable {
        let (first, last) = (index(call.start_ms), index(call.end_ms()).min(count - 1));
        durations[first].push(call.duration_ms);
        for (i, part) in parts.iter_mut().enumerate().take(last + 1).skip(first) {
            let begin = from + i as f64 * width_ms;
            let (start, end) = (call.start_ms.max(begin), call.end_ms().min(begin + width_ms));
            if end > start {
                part.push(Call { start_ms: start, duration_ms: end - start, tokens_out: None });
            }
        }
    }
    let bin = |(i, (mut durations, parts)): (usize, (Vec<f64>, Vec<Call>))| {
        durations.sort_unstable_by(f64::total_cmp);
        Bin {
            start_ms: from + i as f64 * width_ms,
            started: durations.len(),
            mean_concurrency: parts.iter().map(|part| part.duration_ms).sum::<f64>() / width_ms,
            peak_concurrency: peak(&mut edges(&parts)),
            quantiles_ms: levels.iter().map(|&level| quantile_type7(&durations, level)).collect(),
            max_ms: durations.last().copied(),
        }
    };
    durations.into_iter().zip(parts).enumerate().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::testing::{assert_near, assert_some_near};

    fn call(start_ms: f64, duration_ms: f64, out: u64) -> Call {
        Call { start_ms, duration_ms, tokens_out: Some(out) }
    }

    fn five() -> [Call; 5] {
        [
            call(0.0, 1200.0, 51),
            call(500.0, 4200.0, 181),
            call(700.0, 900.0, 1),
            call(5000.0, 2100.0, 91),
            call(5100.0, 8000.0, 301),
        ]
    }

    #[test]
    fn five_calls_match() {
        let found = load(&five()).unwrap();
        assert_near(found.span_ms, 13_100.0);
        assert_some_near(found.mean_concurrency, 1.251_908_397);
        assert_eq!(found.peak_concurrency, 3);
        assert_some_near(found.tokens_per_s, 47.709_923_66);
        assert_some_near(found.calls_per_min, 5.0 * 60.0 / 13.1);
        assert_some_near(goodput_per_s(&five(), 5000.0), 0.305_343_511_5);
    }

    #[test]
    fn odd_calls_do_no_harm() {
        assert_eq!(load(&[]), None);
        assert_eq!(load(&[call(f64::NAN, 1.0, 1), call(0.0, -1.0, 1)]), None);
        let instant = load(&[call(3.0, 0.0, 1)]).unwrap();
        assert_eq!((instant.calls, instant.mean_concurrency, instant.peak_concurrency), (1, None, 0));
        // Ends before begins.
        let relay = load(&[call(0.0, 1.0, 1), call(1.0, 1.0, 1), call(2.0, 1.0, 1)]).unwrap();
        assert_eq!(relay.peak_concurrency, 1);
        assert_eq!(bins(&five(), 0.0, &[]), []);
        assert_eq!(bins(&five(), 1e-3, &[]), []);
        assert_eq!(bins(&five(), f64::NAN, &[]), []);
    }

    #[test]
    fn bins_tell_quiet_from_busy() {
        let found = bins(&five(), 5000.0, &[0.5]);
        let row = |bin: &Bin| (bin.started, bin.peak_concurrency, bin.quantiles_ms[0], bin.max_ms);
        assert_eq!(
            found.iter().map(row).collect::<Vec<_>>(),
            [(3, 3, Some(1200.0), Some(4200.0)), (2, 2, Some(5050.0), Some(8000.0)), (0, 1, None, None)]
        );
        assert_near(found[2].mean_concurrency, 3100.0 / 5000.0);
    }

    #[test]
    fn widths_are_round() {
        let widths = [(0.0, 60), (60_000.0, 60), (3_600_000.0, 60), (36e6, 100), (4e10, 100)]
            .map(|(span, most)| bin_width_ms(span, most));
        assert_eq!(widths.map(|width| format!("{}", width / 1000.0)), ["1", "1", "60", "600", "432000"]);
    }

    proptest! {
        #[test]
        fn bins_keep_every_call_and_all_time(
            times in prop::collection::vec((0.0..1e5_f64, 0.0..2e4_f64), 1..50),
            width in 100.0..50_000.0_f64,
        ) {
            let calls: Vec<Call> = times.iter().map(|&(start, duration)| call(start, duration, 1)).collect();
            let found = bins(&calls, width, &[0.5]);
            prop_assert_eq!(found.iter().map(|bin| bin.started).sum::<usize>(), calls.len());
            let busy: f64 = found.iter().map(|bin| bin.mean_concurrency * width).sum();
            let total: f64 = calls.iter().map(|call| call.duration_ms).sum();
            prop_assert!((busy - total).abs() < 1e-6 * total.max(1.0), "{} {}", busy, total);
            let peak = found.iter().map(|bin| bin.peak_concurrency).max();
            prop_assert_eq!(peak, Some(load(&calls).unwrap().peak_concurrency));
        }
    }
}
