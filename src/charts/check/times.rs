//! Figures of latency and time, of any data.

use proptest::prelude::*;

use super::samples::{long_name, odd_name, short_name};
use super::{check, check_all, times_samples};
use crate::charts::svg;
use crate::views::chart::{
    Chart, EcdfSeries, HistogramPanel, SpanRow, StackedTimeRow, TimelinePanel, TimelineSeries, TimelineStyle, TimelineUnit,
};

fn named(charts: Vec<(&'static str, Chart)>, suffix: &str) -> Vec<(String, Chart)> {
    charts.into_iter().map(|(kind, chart)| (format!("{kind}_{suffix}"), chart)).collect()
}

#[test]
fn texts_stay_inside_and_apart_for_any_number_of_components() {
    for cells in [1, 3, 7, 10] {
        check_all(named(times_samples::figures(cells, short_name), &format!("{cells:02}")));
    }
    check_all(named(times_samples::figures(9, long_name), "long09"));
}

#[test]
fn odd_names_values_and_shapes_do_no_harm() {
    let long = "An axis that goes on and on, <with> & \"marks\", for much longer than one line can hold. ".repeat(3);
    let mut spoilt = named(times_samples::figures(5, odd_name), "odd");
    for (_, chart) in &mut spoilt {
        times_samples::spoil(chart, &long);
    }
    check_all(spoilt);
    check_all(named(times_samples::odd_shapes(short_name), "shape"));
    check_all(named(times_samples::odd_shapes(long_name), "shape_long"));
}

#[test]
fn an_empty_figure_of_times_says_so() {
    for chart in times_samples::empty(short_name) {
        let drawn = svg(&chart).unwrap();
        check("empty", &drawn);
        assert!(drawn.contains(">no data</text>"), "{}", chart.meta().id);
    }
}

#[test]
fn calls_of_no_duration_are_told() {
    let Chart::Ecdf(mut chart) = times_samples::ecdf(1, short_name) else { unreachable!("made as a distribution") };
    let words = "0 ms have no place";
    assert!(!svg(&Chart::Ecdf(chart.clone())).unwrap().contains(words));
    chart.series[0].points.insert(0, (0.0, 0.0001));
    assert!(svg(&Chart::Ecdf(chart)).unwrap().contains(words));
    assert!(svg(&times_samples::histogram(2, short_name)).unwrap().contains("12 of them at 0"));
}

#[test]
fn the_axis_reaches_the_longest_call() {
    // The tick at 5 min is within, 427 s being the longest.
    for chart in [times_samples::ecdf(1, short_name), times_samples::spans(1, false, short_name)] {
        assert!(svg(&chart).unwrap().contains(">5\u{a0}min</text>"), "{}", chart.meta().id);
    }
}

type Time = f64;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_distribution_can_be_drawn(
        series in proptest::collection::vec(
            (".{0,60}", proptest::collection::vec(any::<(Time, f64)>(), 0..6), any::<[Option<f64>; 3]>(), any::<u64>()),
            0..10,
        ),
        sla_ms: Option<f64>,
    ) {
        let Chart::Ecdf(mut chart) = times_samples::ecdf(0, short_name) else { unreachable!("made as a distribution") };
        chart.sla_ms = sla_ms;
        chart.series = series
            .into_iter()
            .map(|(label, points, [p50_ms, p90_ms, p99_ms], n)| EcdfSeries { label, points, p50_ms, p90_ms, p99_ms, n })
            .collect();
        check("any distribution", &svg(&Chart::Ecdf(chart)).unwrap());
    }

    #[test]
    fn any_span_can_be_drawn(
        rows in proptest::collection::vec(
            (".{0,60}", any::<Option<String>>(), any::<[Time; 6]>(), any::<Option<f64>>(), ".{0,60}"),
            0..6,
        ),
        sla_ms: Option<f64>,
    ) {
        let Chart::Spans(mut chart) = times_samples::spans(2, true, short_name) else { unreachable!("made as spans") };
        chart.sla_ms = sla_ms;
        let row = |(label, sub, [p10_ms, p25_ms, p50_ms, p75_ms, p90_ms, max_ms], p99_ms, text): (_, _, [Time; 6], _, _)| SpanRow {
            label, sub, p10_ms, p25_ms, p50_ms, p75_ms, p90_ms, p99_ms, max_ms, n: 3, text,
        };
        chart.groups.push((String::new(), rows.into_iter().map(row).collect()));
        check("any span", &svg(&Chart::Spans(chart)).unwrap());
    }

    #[test]
    fn any_time_can_be_stacked(
        categories in proptest::collection::vec(".{0,60}", 0..13),
        parts_ms in proptest::collection::vec(any::<f64>(), 0..14),
        label in ".{0,60}",
    ) {
        let Chart::StackedTime(mut chart) = times_samples::stacked_time(1, 3, short_name) else { unreachable!("made so") };
        chart.categories = categories;
        chart.groups[0].1.push(StackedTimeRow { label, sub: None, parts_ms, text: String::new() });
        check("any stack", &svg(&Chart::StackedTime(chart)).unwrap());
    }

    #[test]
    fn any_timeline_can_be_drawn(
        panels in proptest::collection::vec(
            (".{0,80}", 0..4_usize, proptest::collection::vec((".{0,20}", 0..3_usize, proptest::collection::vec(any::<(f64, f64)>(), 0..9)), 0..5)),
            0..5,
        ),
    ) {
        let Chart::Timeline(mut chart) = times_samples::timeline(0, 0, short_name) else { unreachable!("made as a timeline") };
        let units = [TimelineUnit::Milliseconds, TimelineUnit::LogMilliseconds, TimelineUnit::Number, TimelineUnit::Share];
        let styles = [TimelineStyle::Line, TimelineStyle::Step, TimelineStyle::Dots];
        let line = |(label, style, points): (String, usize, _)| TimelineSeries { label, style: styles[style], points };
        chart.panels = panels
            .into_iter()
            .map(|(axis, unit, series)| TimelinePanel { axis, unit: units[unit], series: series.into_iter().map(line).collect() })
            .collect();
        check("any timeline", &svg(&Chart::Timeline(chart)).unwrap());
    }

    #[test]
    fn any_histogram_can_be_drawn(
        panels in proptest::collection::vec(
            (".{0,60}", proptest::collection::vec(any::<f64>(), 0..9), proptest::collection::vec(any::<u64>(), 0..9), any::<u64>(), any::<Option<f64>>()),
            0..8,
        ),
    ) {
        let Chart::LogHistogram(mut chart) = times_samples::histogram(0, short_name) else { unreachable!("made as a histogram") };
        chart.panels = panels
            .into_iter()
            .map(|(label, edges_ms, counts, n, p50_ms)| HistogramPanel { label, n, edges_ms, counts, too_small: n / 2, p50_ms, p99_ms: p50_ms })
            .collect();
        check("any histogram", &svg(&Chart::LogHistogram(chart)).unwrap());
    }
}
