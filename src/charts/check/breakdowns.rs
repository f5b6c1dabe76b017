//! Charts to check: compositions, shares by component, strata and fronts.

use super::samples::{Name, grouped, meta, noise, score};
use crate::views::chart::{
    BarRow, Bars, Chart, Pareto, ParetoPoint, ParetoUnit, Stacked, StackedRow, Strata, StrataPoint, StrataSeries, Stratum,
};

const REASONS: [&str; 11] = [
    "user_stop",
    "agent_stop",
    "max_steps",
    "too_many_errors",
    "agent_error",
    "user_error",
    "infrastructure_error",
    "timeout",
    "invalid_agent_message",
    "unexpected_error",
    "other",
];

pub(super) fn stacked(cells: usize, categories: usize, name: Name) -> Chart {
    let row = |cell: usize| {
        let share = |i: usize| (noise(cell, i + 2) * 900.0 / ((i * i + 1) as f64)).floor();
        let counts: Vec<u64> = (0..categories).map(|i| format!("{}", share(i)).parse().unwrap()).collect();
        StackedRow { label: name(cell), text: format!("{} trials", counts.iter().sum::<u64>()), counts }
    };
    let reasons = REASONS.iter().take(categories - 1).chain(REASONS.last());
    let categories = reasons.map(|&reason| reason.to_owned()).collect();
    Chart::Stacked(Stacked {
        meta: meta("terminations", "Most trials end because the user is done"),
        axis: "share of trials".to_owned(),
        text_heading: "scored and excluded".to_owned(),
        categories,
        groups: grouped(cells, row),
    })
}

pub(super) fn bars(cells: usize, subs: bool, name: Name) -> Chart {
    let components = ["database state", "communicated information", "actions in the order of the reference"];
    let rows = |cell: usize| -> Vec<BarRow> {
        let count = if subs { 1 + (cell + 2) % 3 } else { 1 };
        let row = |i: usize| {
            let value = if (cell + i) % 7 == 6 { 0.0 } else { (1.0 - score(cell)) * (0.3 + 0.6 * noise(cell, i)) };
            let interval = ((cell + i) % 5 != 4).then_some(((value - 0.05).max(0.0), value + 0.08));
            let bracket = interval.map_or(String::new(), |(low, high)| format!(" [{:.1}, {:.1}]", low * 100.0, high * 100.0));
            BarRow {
                label: name(cell),
                sub: subs.then(|| components[i].to_owned()),
                value,
                interval,
                text: format!("{:.1}{bracket}  {} of 200", value * 100.0, (value * 200.0).round()),
            }
        };
        (0..count).map(row).collect()
    };
    let groups = grouped(cells, rows).into_iter().map(|(heading, cells)| (heading, cells.into_iter().flatten().collect()));
    Chart::Bars(Bars {
        meta: meta("component_failures", "The database state is wrong more often than the answer"),
        axis: "share of scored trials in which the component failed".to_owned(),
        text_heading: "failed [95 % CI]  trials".to_owned(),
        groups: groups.collect(),
    })
}

pub(super) fn intent(stratum: usize) -> String {
    let words = ["cancel a reservation", "change_baggage_allowance", "refund", "book a flight for several passengers at once"];
    format!("{} {}", words[stratum % 4], stratum / 4)
}

pub(super) fn strata(cells: usize, strata: usize, label: fn(usize) -> String, name: Name) -> Chart {
    let tasks = |stratum: usize| {
        let tasks = (strata - stratum) * 3 / 2 + stratum % 3;
        u32::try_from(if stratum == 7 { 0 } else { tasks }).unwrap()
    };
    let point = |cell: usize, stratum: usize| {
        let gap = (cell * 5 + stratum * 3) % 19 == 7 || tasks(stratum) == 0;
        let value = (score(cell) - 0.5 * stratum as f64 / strata as f64 + 0.2 * noise(cell, stratum)).clamp(0.0, 1.0);
        let wide = 0.05 + 0.12 * stratum as f64 / strata as f64;
        let interval = Some(((value - wide).max(0.0), (value + wide).min(1.0)));
        let scored = if (cell + stratum) % 13 == 12 { tasks(stratum) / 2 } else { tasks(stratum) };
        (!gap).then_some(StrataPoint { value, interval, tasks: scored })
    };
    let series = |cell| StrataSeries { label: name(cell), points: (0..strata).map(|stratum| point(cell, stratum)).collect() };
    Chart::Strata(Strata {
        meta: meta("pass_1_by_actions", "Tasks with more reference actions are solved less often"),
        axis: "reference actions of the task".to_owned(),
        strata: (0..strata).map(|stratum| Stratum { label: label(stratum), tasks: tasks(stratum) }).collect(),
        // Names have no order.
        joined: label(0).parse::<u32>().is_ok(),
        series: (0..cells).map(series).collect(),
    })
}

pub(super) fn pareto(cells: usize, log_x: bool, x_unit: ParetoUnit, name: Name) -> Chart {
    let x = |cell: usize| match cell % 9 {
        5 => 0.0,
        _ => 0.004 * (6.0 * noise(cell, 4)).exp() * (0.3 + 1.4 * score(cell)),
    };
    let y = |cell: usize| if x(cell) > 0.0 { score(cell) } else { score(cell) * 0.4 };
    let beaten = |cell: usize| (0..cells).any(|other| x(other) <= x(cell) && y(other) > y(cell));
    let point = |cell| ParetoPoint {
        label: name(cell),
        x: x(cell),
        x_interval: (cell % 4 != 3).then_some((x(cell) * 0.8, x(cell) * 1.3)),
        y: y(cell),
        y_interval: (cell % 6 != 4).then_some((y(cell) - 0.07, y(cell) + 0.06)),
        on_front: !beaten(cell),
    };
    Chart::Pareto(Pareto {
        meta: meta("cost_pass_1", "The best agent costs eight times as much as the second"),
        x_axis: "cost of the agent per trial (mean over tasks)".to_owned(),
        x_unit,
        log_x,
        points: (0..cells).map(point).collect(),
    })
}

/// Puts odd values into one of these charts.
pub(super) fn spoil(chart: &mut Chart, odd: [f64; 5], long: &str) {
    match chart {
        Chart::Stacked(chart) => {
            long.clone_into(&mut chart.categories[1]);
            chart.categories[2] = "\u{0}".to_owned();
            chart.groups[0].1[0].counts = vec![0; 3];
            chart.groups[0].1[1].counts = vec![u64::MAX, 1, u64::MAX];
            chart.groups[0].1[2].counts.extend([40, 50]);
        }
        Chart::Bars(chart) => {
            long.clone_into(&mut chart.axis);
            for (row, value) in chart.groups.iter_mut().flat_map(|group| &mut group.1).zip(odd) {
                (row.value, row.interval) = (value, Some((0.2, value)));
                row.sub = Some(long.to_owned());
            }
        }
        Chart::Strata(chart) => {
            long.clone_into(&mut chart.axis);
            for (series, value) in chart.series.iter_mut().zip(odd) {
                series.points[0] = Some(StrataPoint { value, interval: Some((0.1, value)), tasks: u32::MAX });
                series.points.truncate(9);
            }
            chart.strata[1] = Stratum { label: long.to_owned(), tasks: 0 };
        }
        Chart::Pareto(chart) => {
            long.clone_into(&mut chart.x_axis);
            for (point, value) in chart.points.iter_mut().zip(odd) {
                (point.x, point.y, point.x_interval, point.y_interval) =
                    (value.abs(), value, Some((value, 1.0)), Some((value, 0.5)));
            }
        }
        _ => unreachable!("spoilt with the others"),
    }
}

/// One of each kind.
pub(super) fn figures(cells: usize, name: Name) -> Vec<(&'static str, Chart)> {
    let number = |stratum: usize| stratum.to_string();
    vec![
        ("stacked", stacked(cells, 6, name)),
        ("bars", bars(cells, true, name)),
        ("bars_plain", bars(cells, false, name)),
        ("strata", strata(cells, 12, number, name)),
        ("strata_intents", strata(cells, 20, intent, name)),
        ("pareto", pareto(cells, false, ParetoUnit::Seconds, name)),
        ("pareto_log", pareto(cells, true, ParetoUnit::Usd, name)),
    ]
}

/// Shapes of data that strain the layout.
pub(super) fn odd_shapes(name: Name) -> Vec<(&'static str, Chart)> {
    let number = |stratum: usize| stratum.to_string();
    let mut free = pareto(4, true, ParetoUnit::Usd, name);
    let mut same = pareto(12, true, ParetoUnit::Seconds, name);
    if let (Chart::Pareto(free), Chart::Pareto(same)) = (&mut free, &mut same) {
        free.points.iter_mut().for_each(|point| point.x = 0.0);
        same.points.iter_mut().for_each(|point| (point.x, point.y) = (0.5, 0.5));
    }
    vec![
        ("stacked_eleven", stacked(5, 11, name)),
        ("stacked_one", stacked(2, 1, name)),
        ("strata_one", strata(3, 1, intent, name)),
        ("strata_four", strata(5, 4, intent, name)),
        ("strata_three_many", strata(9, 3, intent, name)),
        ("strata_eleven_many", strata(10, 11, number, name)),
        ("strata_sixty", strata(2, 60, intent, name)),
        ("strata_200", strata(1, 200, number, name)),
        ("pareto_free", free),
        ("pareto_same", same),
    ]
}

/// Charts without anything to draw.
pub(super) fn empty(name: Name) -> Vec<Chart> {
    vec![
        stacked(0, 3, name),
        bars(0, true, name),
        strata(0, 3, intent, name),
        strata(3, 0, intent, name),
        pareto(0, true, ParetoUnit::Usd, name),
    ]
}
