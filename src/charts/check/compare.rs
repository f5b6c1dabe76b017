//! Figures of a comparison: plain, with long names, with odd values, with nothing, with any data.

use proptest::prelude::*;

use super::samples::{Name, grouped, long_name, meta, noise, odd_name, score, short_name};
use super::{check, check_all};
use crate::charts::svg;
use crate::views::chart::compare::{
    BeforeAfter, BeforeAfterPanel, Difference, DifferenceRow, Mark, RatioForest, RatioRow, Scatter, ScatterPanel, ScatterPoint,
    Strip, StripPanel, StripTask,
};
use crate::views::chart::{Chart, CurvePoint};

fn mark_of(value: f64, half: f64) -> Mark {
    match value {
        value if value - half > 0.0 => Mark::Better,
        value if value + half < 0.0 => Mark::Worse,
        _ => Mark::Inconclusive,
    }
}

fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Better => "better",
        Mark::Worse => "worse",
        Mark::Inconclusive => "~",
    }
}

fn difference(cells: usize, name: Name) -> Chart {
    let row = |cell: usize| {
        let (value, half) = (0.4 * (noise(cell, 1) - 0.4), 0.05 + 0.08 * noise(cell, 2));
        let interval = (cell % 6 != 5).then_some((value - half, value + half));
        let mark = if interval.is_some() { mark_of(value, half) } else { Mark::Inconclusive };
        let bracket = interval.map_or(String::new(), |(low, high)| format!(" [{:+.1}, {:+.1}]", low * 100.0, high * 100.0));
        DifferenceRow {
            label: name(cell),
            difference: value,
            interval,
            mde: (mark == Mark::Inconclusive && interval.is_some()).then_some(half * 1.4),
            mark,
            text: format!("{:+.1}{bracket}  {}  {:.3}", value * 100.0, word(mark), noise(cell, 7)),
        }
    };
    Chart::Difference(Difference {
        meta: meta("difference_pass_1", "The new prompt helps in retail; in airline 50 tasks cannot tell"),
        axis: "difference in pass^1, NEW − BASE (percentage points)".to_owned(),
        text_heading: "points [95 % CI]  verdict  p (Holm)".to_owned(),
        groups: grouped(cells, row),
    })
}

fn ratios(cells: usize, subs: bool, name: Name) -> Chart {
    let subs_of = ["agent", "user simulator", "tokens"];
    let rows = |cell: usize| -> Vec<RatioRow> {
        let row = |i: usize| {
            let (log, half) = (0.9 * (noise(cell, i) - 0.5), 0.05 + 0.25 * noise(cell, i + 5));
            let mark = mark_of(-log, half);
            RatioRow {
                label: name(cell),
                sub: subs.then(|| subs_of[i].to_owned()),
                ratio: log.exp(),
                interval: (cell % 5 != 4).then_some(((log - half).exp(), (log + half).exp())),
                mark,
                text: format!("{:.2}× [{:.2}, {:.2}]  {}", log.exp(), (log - half).exp(), (log + half).exp(), word(mark)),
            }
        };
        (0..if subs { 3 } else { 1 }).map(row).collect()
    };
    let groups = grouped(cells, rows).into_iter().map(|(heading, cells)| (heading, cells.into_iter().flatten().collect()));
    Chart::RatioForest(RatioForest {
        meta: meta("latency_ratio", "The new model answers faster in most cells"),
        axis: "median latency by task, NEW / BASE (geometric mean over tasks, log scale)".to_owned(),
        text_heading: "ratio [95 % CI]  verdict".to_owned(),
        groups: groups.collect(),
    })
}

fn strip(panels: usize, tasks: usize, name: Name) -> Chart {
    let task = |panel: usize, task: usize| {
        let steps = (noise(panel * 131 + task, 3) * 9.0).floor() - 4.0;
        let difference = if noise(task, panel) < 0.4 { 0.0 } else { steps / 4.0 };
        StripTask { label: task.to_string(), difference, clear: difference.abs() > 0.9 }
    };
    let panel = |panel: usize| StripPanel {
        label: format!("{}: 14 better, 10 worse, 26 alike", name(panel)),
        tasks: (0..tasks).map(|i| task(panel, i)).collect(),
    };
    Chart::Strip(Strip {
        meta: meta("task_differences", "Twice as many tasks improve as regress"),
        axis: "difference of the solve rates of a task, NEW − BASE (percentage points); tasks from the largest loss to the largest gain"
            .to_owned(),
        panels: (0..panels).map(panel).collect(),
    })
}

fn before_after(panels: usize, longest: u32, name: Name) -> Chart {
    let curve = |first: f64, to: u32| -> Vec<CurvePoint> {
        let point = |k: u32| {
            let value = first.powf(f64::from(k).powf(0.7));
            CurvePoint { k, value, interval: Some((value * 0.8, value + (1.0 - value) * 0.15)), thin: k == 5 }
        };
        (1..=to).map(point).collect()
    };
    let panel = |panel: usize| BeforeAfterPanel {
        label: name(panel),
        base: curve(score(panel), longest),
        new: curve((score(panel) + 0.2 * noise(panel, 8)).min(1.0), if panel % 4 == 3 { 1 } else { longest }),
    };
    Chart::BeforeAfter(BeforeAfter {
        meta: meta("pass_k_before_after", "The gain at pass^1 shrinks with every further trial"),
        base: name(20),
        new: name(21),
        panels: (0..panels).map(panel).collect(),
    })
}

fn scatter(panels: usize, trials: u32, name: Name) -> Chart {
    let points = |panel: usize| -> Vec<ScatterPoint> {
        let rate = |n: u32| f64::from(n) / f64::from(trials);
        let all = (0..=trials).flat_map(|a| (0..=trials).map(move |b| (a, b)));
        let tasks = |(a, b): (u32, u32)| {
            let far = f64::from(a.abs_diff(b)) / f64::from(trials);
            let many = (12.0 * (0.5 - far) + 7.0 * noise((a * 7 + b) as usize, panel)).max(0.0);
            let ends = if a == b && (a == 0 || a == trials) { 9 } else { 0 };
            ScatterPoint { base: rate(a), new: rate(b), tasks: format!("{many:.0}").parse::<u32>().unwrap() + ends }
        };
        all.map(tasks).collect()
    };
    Chart::Scatter(Scatter {
        meta: meta("task_rates", "Most tasks stay where they were"),
        base_axis: "share of trials solved by BASE, gpt-4o tool-calling".to_owned(),
        new_axis: "share of trials solved by NEW, gpt-4o tool-calling with the new prompt".to_owned(),
        panels: (0..panels).map(|i| ScatterPanel { label: name(i), points: points(i) }).collect(),
    })
}

fn figures(prefix: &str, cells: usize, name: Name) -> Vec<(String, Chart)> {
    let charts = [
        ("difference", difference(cells, name)),
        ("ratio", ratios(cells, false, name)),
        ("ratio_subs", ratios(cells, true, name)),
        ("strip", strip(cells.min(6), 50, name)),
        ("strip_115", strip(cells.min(3), 115, name)),
        ("before_after", before_after(cells, 4, name)),
        ("scatter", scatter(cells.min(9), 4, name)),
    ];
    charts.into_iter().map(|(kind, chart)| (format!("cmp_{kind}_{prefix}"), chart)).collect()
}

#[test]
fn comparisons_of_any_number_of_cells_are_legible() {
    for cells in [1, 2, 3, 7, 14] {
        check_all(figures(&format!("{cells:02}"), cells, short_name));
    }
    for cells in [1, 3, 7] {
        check_all(figures(&format!("long{cells:02}"), cells, long_name));
    }
}

#[test]
fn odd_names_and_values_do_no_harm() {
    let long = "Words that go on and on, <with> & \"marks\", for much longer than one line can hold. ".repeat(4);
    let odd = [f64::NAN, f64::INFINITY, -3.0, 7.5, f64::NEG_INFINITY];
    let spoil = |(name, mut chart): (String, Chart)| {
        match &mut chart {
            Chart::Difference(chart) => {
                chart.axis.clone_from(&long);
                for (row, value) in chart.groups.iter_mut().flat_map(|group| &mut group.1).zip(odd) {
                    (row.difference, row.interval, row.mde) = (value, Some((value, 0.1)), Some(value));
                }
            }
            Chart::RatioForest(chart) => {
                chart.meta.title.clone_from(&long);
                for (row, value) in chart.groups.iter_mut().flat_map(|group| &mut group.1).zip(odd) {
                    (row.ratio, row.interval, row.text) = (value, Some((value, 1.0)), long.clone());
                }
            }
            Chart::Strip(chart) => {
                chart.axis.clone_from(&long);
                for (task, value) in chart.panels.iter_mut().flat_map(|panel| &mut panel.tasks).zip(odd) {
                    (task.difference, task.label) = (value, long.clone());
                }
            }
            Chart::BeforeAfter(chart) => {
                chart.base.clone_from(&long);
                for (panel, value) in chart.panels.iter_mut().zip(odd) {
                    (panel.base[0].value, panel.new[0].interval) = (value, Some((value, value)));
                    panel.label.push_str(&long);
                }
            }
            Chart::Scatter(chart) => {
                chart.base_axis.clone_from(&long);
                for (point, value) in chart.panels.iter_mut().flat_map(|panel| &mut panel.points).zip(odd) {
                    (point.base, point.new, point.tasks) = (value, value, u32::MAX);
                }
            }
            _ => unreachable!("no figure of a comparison"),
        }
        (name, chart)
    };
    check_all(figures("odd", 5, odd_name).into_iter().map(spoil).collect());
}

#[test]
fn shapes_that_strain_the_layout_are_legible() {
    let mut same = strip(2, 30, short_name);
    let mut wide = ratios(4, false, short_name);
    let mut zero = difference(4, short_name);
    let mut alike = scatter(1, 1, short_name);
    if let (Chart::Strip(same), Chart::RatioForest(wide), Chart::Difference(zero), Chart::Scatter(alike)) =
        (&mut same, &mut wide, &mut zero, &mut alike)
    {
        same.panels.iter_mut().flat_map(|panel| &mut panel.tasks).for_each(|task| task.difference = 0.0);
        wide.groups[0].1[0].interval = Some((0.0, f64::INFINITY));
        wide.groups[0].1[1].ratio = 480.0;
        for row in zero.groups.iter_mut().flat_map(|group| &mut group.1) {
            (row.difference, row.interval, row.mde, row.mark) = (0.0, Some((0.0, 0.0)), None, Mark::Inconclusive);
        }
        alike.panels[0].points.retain(|point| (point.base - point.new).abs() < 0.1);
    }
    check_all(
        [
            ("cmp_strip_one", strip(1, 1, short_name)),
            ("cmp_strip_three", strip(1, 3, long_name)),
            ("cmp_strip_600", strip(1, 600, short_name)),
            ("cmp_strip_alike", same),
            ("cmp_ratio_wide", wide),
            ("cmp_difference_itself", zero),
            ("cmp_scatter_alike", alike),
            ("cmp_scatter_k8", scatter(2, 8, short_name)),
            ("cmp_scatter_k1", scatter(3, 1, short_name)),
            ("cmp_before_after_k32", before_after(2, 32, short_name)),
            ("cmp_before_after_k1", before_after(4, 1, short_name)),
        ]
        .map(|(name, chart)| (name.to_owned(), chart))
        .into(),
    );
}

#[test]
fn an_empty_comparison_says_so() {
    let empty_strip = Chart::Strip(Strip {
        meta: meta("strip", ""),
        axis: String::new(),
        panels: vec![StripPanel { label: "no tasks".to_owned(), tasks: Vec::new() }],
    });
    let charts = [
        difference(0, short_name),
        ratios(0, false, short_name),
        strip(0, 4, short_name),
        empty_strip,
        before_after(0, 4, short_name),
        before_after(2, 0, short_name),
        scatter(0, 4, short_name),
    ];
    for (i, chart) in charts.iter().enumerate() {
        let drawn = svg(chart).unwrap();
        check(&format!("empty comparison {i}"), &drawn);
        if i != 5 {
            assert!(drawn.contains(">no data</text>"), "{i}");
        }
    }
}

#[test]
fn the_legend_names_only_what_occurs() {
    let Chart::Difference(mut chart) = difference(4, short_name) else { unreachable!("made as difference") };
    for row in chart.groups.iter_mut().flat_map(|group| &mut group.1) {
        (row.mark, row.mde) = (Mark::Better, None);
        row.text.clear();
    }
    let drawn = svg(&Chart::Difference(chart.clone())).unwrap();
    assert!(drawn.contains(">better</text>") && !drawn.contains(">worse</text>") && !drawn.contains("could detect"));
    chart.groups[0].1[0].mde = Some(0.1);
    (chart.groups[0].1[0].mark, chart.groups[0].1[1].mark) = (Mark::Worse, Mark::Inconclusive);
    let drawn = svg(&Chart::Difference(chart)).unwrap();
    assert!(drawn.contains(">worse</text>") && drawn.contains(">inconclusive</text>") && drawn.contains("could detect"));
}

#[test]
fn tasks_at_one_place_are_added_up() {
    let Chart::Scatter(mut chart) = scatter(1, 4, short_name) else { unreachable!("made as scatter") };
    let point = |tasks| ScatterPoint { base: 0.5, new: 0.75, tasks };
    chart.panels[0].points = vec![point(30), ScatterPoint { base: 0.0, new: 0.0, tasks: 5 }, point(12)];
    let drawn = svg(&Chart::Scatter(chart)).unwrap();
    assert!(drawn.contains(">42</text>") && !drawn.contains(">30</text>"));
    // Two bubbles of two circles each, and the sample of the legend.
    assert_eq!(drawn.matches("<circle").count(), 6);
}

#[test]
fn bars_go_from_loss_to_gain() {
    let Chart::Strip(mut chart) = strip(1, 3, short_name) else { unreachable!("made as strip") };
    let task = |label: &str, difference| StripTask { label: label.to_owned(), difference, clear: false };
    chart.panels[0].tasks = vec![task("gains", 0.5), task("alike", 0.0), task("loses", -0.25)];
    let drawn = svg(&Chart::Strip(chart)).unwrap();
    let at = |name: &str| drawn.find(&format!(">{name}</text>"));
    assert!(at("loses").is_some() && at("gains").is_some() && at("alike").is_none());
    let x = |name: &str| -> f64 {
        let before = &drawn[..at(name).unwrap()];
        let tag = &before[before.rfind("<text").unwrap()..];
        tag.split_once(" x=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap()
    };
    assert!(x("loses") < x("gains"));
}

fn any_mark() -> impl Strategy<Value = Mark> {
    prop_oneof![Just(Mark::Better), Just(Mark::Worse), Just(Mark::Inconclusive)]
}

type Interval = Option<(f64, f64)>;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_difference_can_be_drawn(
        rows in proptest::collection::vec(
            (".{0,90}", prop_oneof![any::<f64>(), -1.0..1.0_f64], any::<Interval>(), any::<Option<f64>>(), any_mark(), ".{0,60}"), 0..6),
        heading in ".{0,60}",
    ) {
        let Chart::Difference(mut chart) = difference(2, short_name) else { unreachable!("made as difference") };
        let row = |(label, difference, interval, mde, mark, text)| DifferenceRow { label, difference, interval, mde, mark, text };
        chart.groups.push((heading, rows.into_iter().map(row).collect()));
        check("any difference", &svg(&Chart::Difference(chart)).unwrap());
    }

    #[test]
    fn any_ratio_can_be_drawn(
        rows in proptest::collection::vec(
            (".{0,90}", any::<Option<String>>(), prop_oneof![any::<f64>(), 0.0..9.0_f64], any::<Interval>(), any_mark()), 0..6),
        heading in ".{0,60}",
    ) {
        let Chart::RatioForest(mut chart) = ratios(1, false, short_name) else { unreachable!("made as ratios") };
        let row = |(label, sub, ratio, interval, mark)| RatioRow { label, sub, ratio, interval, mark, text: heading.clone() };
        chart.groups.push((heading.clone(), rows.into_iter().map(row).collect()));
        check("any ratio", &svg(&Chart::RatioForest(chart)).unwrap());
    }

    #[test]
    fn any_strip_can_be_drawn(
        tasks in proptest::collection::vec((".{0,30}", prop_oneof![any::<f64>(), -1.0..1.0_f64], any::<bool>()), 1..150),
        label in ".{0,150}",
    ) {
        let Chart::Strip(mut chart) = strip(1, 3, short_name) else { unreachable!("made as strip") };
        let task = |(label, difference, clear)| StripTask { label, difference, clear };
        chart.panels.push(StripPanel { label, tasks: tasks.into_iter().map(task).collect() });
        check("any strip", &svg(&Chart::Strip(chart)).unwrap());
    }

    #[test]
    fn any_scatter_can_be_drawn(
        points in proptest::collection::vec((prop_oneof![any::<f64>(), 0.0..1.0_f64], 0.0..1.0_f64, any::<u32>()), 0..60),
        panels in 1..5_usize,
        label in ".{0,90}",
    ) {
        let Chart::Scatter(mut chart) = scatter(0, 1, short_name) else { unreachable!("made as scatter") };
        let points: Vec<ScatterPoint> = points.into_iter().map(|(base, new, tasks)| ScatterPoint { base, new, tasks }).collect();
        chart.panels = vec![ScatterPanel { label, points }; panels];
        check("any scatter", &svg(&Chart::Scatter(chart)).unwrap());
    }
}
