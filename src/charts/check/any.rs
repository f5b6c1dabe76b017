//! Compositions, shares by component, strata and fronts of any data.

use proptest::prelude::*;

use super::samples::short_name;
use super::{breakdowns, check};
use crate::charts::svg;
use crate::views::chart::{BarRow, Chart, ParetoPoint, ParetoUnit, StackedRow, StrataPoint, StrataSeries, Stratum};

type Interval = Option<(f64, f64)>;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_composition_can_be_drawn(
        categories in proptest::collection::vec(".{0,60}", 0..14),
        counts in proptest::collection::vec(any::<u64>(), 0..16),
        label in ".{0,90}",
        text in ".{0,60}",
    ) {
        let Chart::Stacked(mut chart) = breakdowns::stacked(3, 4, short_name) else { unreachable!("made as stacked") };
        chart.categories = categories;
        chart.groups.push((label.clone(), vec![StackedRow { label, counts, text }]));
        check("any composition", &svg(&Chart::Stacked(chart)).unwrap());
    }

    #[test]
    fn any_share_can_be_drawn(
        rows in proptest::collection::vec((".{0,90}", any::<Option<String>>(), any::<f64>(), any::<Interval>(), ".{0,60}"), 0..6),
        heading in ".{0,60}",
    ) {
        let Chart::Bars(mut chart) = breakdowns::bars(2, true, short_name) else { unreachable!("made as bars") };
        let row = |(label, sub, value, interval, text)| BarRow { label, sub, value, interval, text };
        chart.groups.push((heading, rows.into_iter().map(row).collect()));
        check("any share", &svg(&Chart::Bars(chart)).unwrap());
    }

    #[test]
    fn any_strata_can_be_drawn(
        strata in proptest::collection::vec((".{0,60}", any::<u32>()), 1..24),
        series in proptest::collection::vec(
            (".{0,60}", proptest::collection::vec(any::<Option<(f64, Interval, u32)>>(), 0..26)),
            1..12,
        ),
    ) {
        let Chart::Strata(mut chart) = breakdowns::strata(0, 0, short_name, short_name) else { unreachable!("made as strata") };
        chart.strata = strata.into_iter().map(|(label, tasks)| Stratum { label, tasks }).collect();
        let point = |(value, interval, tasks)| StrataPoint { value, interval, tasks };
        let line = |points: Vec<Option<_>>| points.into_iter().map(|one| one.map(point)).collect();
        chart.series = series.into_iter().map(|(label, points)| StrataSeries { label, points: line(points) }).collect();
        check("any strata", &svg(&Chart::Strata(chart)).unwrap());
    }

    #[test]
    fn any_front_can_be_drawn(
        cells in proptest::collection::vec(
            (".{0,60}", any::<f64>(), any::<Interval>(), prop_oneof![any::<f64>(), 0.0..1.0f64], any::<Interval>(), any::<bool>()),
            0..40,
        ),
        zero in proptest::collection::vec(any::<bool>(), 40),
        log_x: bool,
    ) {
        let Chart::Pareto(mut chart) = breakdowns::pareto(0, log_x, ParetoUnit::Usd, short_name) else {
            unreachable!("made as a front")
        };
        let point = |((label, x, x_interval, y, y_interval, on_front), zero): (_, bool)| {
            let x: f64 = if zero { 0.0 } else { x };
            ParetoPoint { label, x: x.abs(), x_interval, y, y_interval, on_front }
        };
        chart.points = cells.into_iter().zip(zero).map(point).collect();
        check("any front", &svg(&Chart::Pareto(chart)).unwrap());
    }
}

#[test]
fn cells_that_cost_nothing_are_drawn_and_named() {
    let Chart::Pareto(mut chart) = breakdowns::pareto(7, true, ParetoUnit::Usd, short_name) else {
        unreachable!("made as a front")
    };
    assert!(chart.points[5].x <= 0.0, "the sample has a cell without cost");
    let drawn = svg(&Chart::Pareto(chart.clone())).unwrap();
    assert!(drawn.contains("exactly 0") && drawn.contains(&format!(">{}</text>", chart.points[5].label)));
    // What cannot be drawn is named.
    chart.points[5].x = -1.0;
    let drawn = svg(&Chart::Pareto(chart.clone())).unwrap();
    assert!(!drawn.contains("exactly 0") && drawn.contains(&format!("usable value (1): {}</text>", chart.points[5].label)));
}

#[test]
fn a_gap_has_no_mark() {
    let count = |drawn: &str| drawn.matches("<circle").count();
    let Chart::Strata(mut chart) = breakdowns::strata(1, 5, |stratum| stratum.to_string(), short_name) else {
        unreachable!("made as strata")
    };
    let full = svg(&Chart::Strata(chart.clone())).unwrap();
    chart.series[0].points[2] = None;
    // A mark is two circles: its ground and its rim.
    assert_eq!(count(&full), count(&svg(&Chart::Strata(chart)).unwrap()) + 2);
}
