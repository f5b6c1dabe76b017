//! Charts of times to check: heavy tails, one call and three hundred thousand.

use super::samples::{Name, grouped, meta, noise};
use crate::views::chart::{
    Chart, Ecdf, EcdfSeries, HistogramPanel, LogHistogram, SpanRow, Spans, StackedTime, StackedTimeRow, Timeline,
    TimelinePanel, TimelineSeries, TimelineStyle, TimelineUnit,
};

/// Numbers of calls from one to very many.
const SIZES: [usize; 7] = [3453, 963, 402, 15, 300_000, 2335, 1];

/// A component whose calls take some seconds, with a tail that goes on to a hundred times the median.
struct Component {
    n: usize,
    median_ms: f64,
    spread: f64,
}

impl Component {
    fn new(cell: usize) -> Self {
        let median_ms = [4020.0, 1774.0, 4593.0, 1253.0, 9608.0, 0.4, 60_000.0][cell % 7];
        Self { n: SIZES[cell % 7], median_ms, spread: [0.35, 0.5, 0.28, 0.45, 0.4, 0.8, 0.2][cell % 7] }
    }

    /// Returns the duration below which a share of the calls lies.
    fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(0.5 / self.n as f64, 1.0 - 0.5 / self.n as f64);
        let tail = if p > 0.985 { 1.0 + 14.0 * (p - 0.985) / 0.015 } else { 1.0 };
        let ms = self.median_ms * (p / (1.0 - p)).powf(self.spread) * tail;
        ms.clamp(self.median_ms / 17.0, self.median_ms * 106.2)
    }

    fn shown(&self, p: f64) -> Option<f64> {
        (self.n as f64 * (1.0 - p) >= 1.0 || p < 0.99).then(|| self.quantile(p))
    }

    fn points(&self) -> Vec<(f64, f64)> {
        let steps = self.n.min(2000);
        (1..=steps).map(|i| (self.quantile((i as f64 - 0.5) / steps as f64), i as f64 / steps as f64)).collect()
    }

    /// Returns five bins a decade that hold every call.
    fn bins(&self) -> (Vec<f64>, Vec<u64>) {
        let edge = |i: i32| 10.0_f64.powf(f64::from(i) / 5.0);
        let bin = |ms: f64| (-30..60).find(|&i| ms < edge(i + 1)).unwrap_or(60);
        let (first, last) = (bin(self.quantile(0.0)), bin(self.quantile(1.0)));
        let mut counts = vec![0; usize::try_from(last - first + 1).unwrap()];
        for i in 0..self.n.min(5000) {
            let ms = self.quantile((i as f64 + 0.5) / self.n.min(5000) as f64);
            counts[usize::try_from(bin(ms) - first).unwrap()] += self.n.div_ceil(5000) as u64;
        }
        ((first..=last + 1).map(edge).collect(), counts)
    }
}

pub(super) fn ecdf(cells: usize, name: Name) -> Chart {
    let series = |cell: usize| {
        let component = Component::new(cell);
        EcdfSeries {
            label: name(cell),
            points: component.points(),
            p50_ms: component.shown(0.5),
            p90_ms: component.shown(0.9),
            p99_ms: component.shown(0.99),
            n: component.n as u64,
        }
    };
    Chart::Ecdf(Ecdf {
        meta: meta("latency_ecdf", "Half of the agent's calls take four seconds, one in a hundred more than a minute"),
        axis: "duration of a call (logarithmic)".to_owned(),
        series: (0..cells).map(series).collect(),
        sla_ms: Some(5000.0),
    })
}

pub(super) fn spans(cells: usize, subs: bool, name: Name) -> Chart {
    let row = |cell: usize| {
        let component = Component::new(cell);
        let [p10_ms, p25_ms, p50_ms, p75_ms, p90_ms, max_ms] = [0.1, 0.25, 0.5, 0.75, 0.9, 1.0].map(|p| component.quantile(p));
        let p99_ms = component.shown(0.99);
        let p99 = p99_ms.map_or("–".to_owned(), |ms| format!("{:.1} s", ms / 1000.0));
        SpanRow {
            label: name(if subs { cell / 2 } else { cell }),
            sub: subs.then(|| ["agent", "user simulator"][cell % 2].to_owned()),
            p10_ms,
            p25_ms,
            p50_ms,
            p75_ms,
            p90_ms,
            p99_ms,
            max_ms,
            n: component.n as u64,
            text: format!("{:.2} s  {p99}  {}", p50_ms / 1000.0, component.n),
        }
    };
    Chart::Spans(Spans {
        meta: meta("latency_intervals", "The agent's tail is longer than that of any tool"),
        axis: "duration of a call (logarithmic)".to_owned(),
        text_heading: "P50  P99  n".to_owned(),
        unit: "call".to_owned(),
        groups: grouped(cells, row),
        sla_ms: Some(5000.0),
    })
}

const PARTS: [&str; 6] = ["agent", "user simulator", "expert", "tool", "judge", "unexplained"];

pub(super) fn stacked_time(cells: usize, parts: usize, name: Name) -> Chart {
    let row = |cell: usize| {
        let part = |i: usize| {
            if (cell + i) % 5 == 4 { 0.0 } else { 9000.0 * noise(cell, i).powi(3) * 1.5_f64.powf((cell % 7) as f64) }
        };
        let parts_ms: Vec<f64> = (0..parts).map(part).collect();
        let total: f64 = parts_ms.iter().sum();
        StackedTimeRow {
            label: name(cell / 2),
            sub: Some(["solved", "failed"][cell % 2].to_owned()),
            parts_ms,
            text: format!("{:.2} s  {} of 3453", total / 1000.0, 3453 - cell),
        }
    };
    Chart::StackedTime(StackedTime {
        meta: meta("where_time_goes", "Most of the time goes to the user simulator"),
        axis: "mean time of an episode".to_owned(),
        text_heading: "mean  episodes".to_owned(),
        categories: PARTS.iter().cycle().take(parts).map(|&part| part.to_owned()).collect(),
        groups: grouped(cells, row),
    })
}

pub(super) fn timeline(cells: usize, n: usize, name: Name) -> Chart {
    let minute = |i: usize| i as f64 / n as f64 * 95.0;
    let series = |cell: usize, style: TimelineStyle, value: &dyn Fn(usize) -> f64| {
        let points = (0..n).map(|i| (minute(i), value(i))).collect();
        TimelineSeries { label: name(cell), style, points }
    };
    let panel = |axis: &str, unit, style, value: &dyn Fn(usize, usize) -> f64| TimelinePanel {
        axis: axis.to_owned(),
        unit,
        series: (0..cells).map(|cell| series(cell, style, &|i| value(cell, i))).collect(),
    };
    let latency = |cell: usize, i: usize| {
        let far = if (i * 31 + cell).is_multiple_of(997) { 60.0 } else { 1.0 };
        4000.0 * (2.0 * noise(i, cell) - 1.0).exp() * far * (1.0 + cell as f64)
    };
    let quiet = |i: usize, value: f64| if (n / 2..n / 2 + n / 20).contains(&i) { f64::NAN } else { value };
    Chart::Timeline(Timeline {
        meta: meta("latency_over_time", "The servers were idle for five minutes in the middle of the run"),
        axis: "time since the first call".to_owned(),
        panels: vec![
            panel(
                "duration of a call, by its begin (logarithmic)",
                TimelineUnit::LogMilliseconds,
                TimelineStyle::Dots,
                &latency,
            ),
            panel("calls running", TimelineUnit::Number, TimelineStyle::Step, &|cell, i| {
                quiet(i, (10.0 * noise(i / 7, cell) + 3.0 * cell as f64).floor())
            }),
            panel("output tokens a second", TimelineUnit::Number, TimelineStyle::Line, &|cell, i| {
                quiet(i, 900.0 + 4000.0 * noise(i / 11, cell + 3))
            }),
            panel("KV-cache usage", TimelineUnit::Share, TimelineStyle::Line, &|cell, i| 0.1 + 0.4 * noise(i / 23, cell + 9)),
        ],
    })
}

pub(super) fn histogram(cells: usize, name: Name) -> Chart {
    let panel = |cell: usize| {
        let component = Component::new(cell);
        let (edges_ms, counts) = component.bins();
        HistogramPanel {
            label: name(cell),
            n: counts.iter().sum::<u64>() + 12 * (cell % 2) as u64,
            edges_ms,
            counts,
            too_small: 12 * (cell % 2) as u64,
            p50_ms: component.shown(0.5),
            p99_ms: component.shown(0.99),
        }
    };
    Chart::LogHistogram(LogHistogram {
        meta: meta("latency_histogram", "Durations spread over four orders of magnitude"),
        axis: "duration of a call (logarithmic)".to_owned(),
        panels: (0..cells).map(panel).collect(),
        sla_ms: Some(5000.0),
    })
}

/// One of each kind.
pub(super) fn figures(cells: usize, name: Name) -> Vec<(&'static str, Chart)> {
    vec![
        ("ecdf", ecdf(cells, name)),
        ("spans", spans(cells, false, name)),
        ("spans_subs", spans(cells, true, name)),
        ("stacked_time", stacked_time(cells, 6, name)),
        ("timeline", timeline(cells, 3000 / cells.max(5), name)),
        ("histogram", histogram(cells, name)),
    ]
}

/// Puts odd values into one of these charts.
pub(super) fn spoil(chart: &mut Chart, long: &str) {
    let odd = [f64::NAN, f64::INFINITY, -3.0, 0.0, f64::MIN_POSITIVE];
    match chart {
        Chart::Ecdf(chart) => {
            long.clone_into(&mut chart.axis);
            chart.sla_ms = Some(f64::NAN);
            for (series, value) in chart.series.iter_mut().zip(odd) {
                series.points.insert(0, (value, 0.2));
                series.points.push((7.0, value));
                series.p99_ms = Some(value);
            }
        }
        Chart::Spans(chart) => {
            long.clone_into(&mut chart.text_heading);
            chart.sla_ms = Some(-1.0);
            for (row, value) in chart.groups.iter_mut().flat_map(|group| &mut group.1).zip(odd) {
                (row.p10_ms, row.p75_ms, row.p99_ms, row.max_ms) = (value, value, Some(value), value);
                row.sub = Some(long.to_owned());
                long.clone_into(&mut row.text);
            }
        }
        Chart::StackedTime(chart) => {
            chart.categories.truncate(2);
            for (row, value) in chart.groups.iter_mut().flat_map(|group| &mut group.1).zip(odd) {
                row.parts_ms[0] = value;
                row.parts_ms.extend([1.0; 9]);
            }
        }
        Chart::Timeline(chart) => {
            long.clone_into(&mut chart.panels[0].axis);
            for (series, value) in chart.panels.iter_mut().flat_map(|panel| &mut panel.series).zip(odd) {
                series.points.extend([(value, 5.0), (5.0, value), (-20.0, 1.0)]);
            }
            chart.panels.push(TimelinePanel { axis: String::new(), unit: TimelineUnit::Number, series: Vec::new() });
        }
        Chart::LogHistogram(chart) => {
            chart.sla_ms = Some(f64::INFINITY);
            for (panel, value) in chart.panels.iter_mut().zip(odd) {
                panel.edges_ms[0] = value;
                (panel.p50_ms, panel.n, panel.too_small) = (Some(value), u64::MAX, u64::MAX / 2);
                panel.counts.push(3);
            }
        }
        _ => unreachable!("not a chart of times"),
    }
}

/// Shapes of data that strain the layout.
pub(super) fn odd_shapes(name: Name) -> Vec<(&'static str, Chart)> {
    let mut same = ecdf(3, name);
    let mut single = spans(1, false, name);
    let mut hours = timeline(2, 40_000, name);
    if let (Chart::Ecdf(same), Chart::Spans(single), Chart::Timeline(hours)) = (&mut same, &mut single, &mut hours) {
        same.series.iter_mut().for_each(|series| series.points = vec![(0.0, 0.25), (4000.0, 1.0)]);
        same.sla_ms = None;
        let row = &mut single.groups[0].1[0];
        (row.p10_ms, row.p25_ms, row.p75_ms, row.p90_ms, row.p99_ms, row.max_ms) =
            (row.p50_ms, row.p50_ms, row.p50_ms, row.p50_ms, None, row.p50_ms);
        single.sla_ms = None;
        let points = hours.panels.iter_mut().flat_map(|panel| &mut panel.series).flat_map(|series| &mut series.points);
        points.for_each(|point| point.0 *= 31.0);
        hours.panels.truncate(2);
    }
    vec![
        ("ecdf_same", same),
        ("spans_single", single),
        ("timeline_hours", hours),
        ("timeline_one_point", timeline(1, 1, name)),
        ("stacked_time_eleven", stacked_time(4, 11, name)),
        ("histogram_one", histogram(1, name)),
    ]
}

/// Charts without anything to draw.
pub(super) fn empty(name: Name) -> Vec<Chart> {
    vec![
        ecdf(0, name),
        spans(0, false, name),
        stacked_time(0, 3, name),
        timeline(0, 5, name),
        timeline(2, 0, name),
        histogram(0, name),
    ]
}
