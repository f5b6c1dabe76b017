//! Charts to check: plain, with long names, with odd values, with nothing.

use super::breakdowns;
use crate::views::chart::{
    Chart, ChartMeta, Coverage, CoverageSquare, CurvePoint, CurveSeries, Forest, ForestRow, Heatmap, PassCurves, Solved,
    SolvedRow,
};

pub(super) type Name = fn(usize) -> String;

pub(super) fn short_name(cell: usize) -> String {
    let models = ["gpt-4o", "claude-sonnet-4", "Qwen3-32B", "Llama-3.1-8B", "o4-mini", "gemini-2.5-pro", "deepseek-v3.2"];
    let strategies = ["tool-calling", "react", "act", "few-shot", "plan"];
    format!("{} {}", models[cell % 7], strategies[cell / 7])
}

pub(super) fn long_name(cell: usize) -> String {
    format!("organisation/qwen3-235b-a22b-instruct-2507-fp8_run{cell:02}_tool-calling")
}

pub(super) fn odd_name(cell: usize) -> String {
    let names = [
        "<b>\"A&B\"</b> 'x' > y",
        "通义千问-72B 指令 🙂🙂 e\u{301}",
        "tab\there\nnew\u{0}line\u{202e}flip",
        "",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    ];
    names[cell % names.len()].to_owned()
}

pub(super) fn meta(id: &str, title: &str) -> ChartMeta {
    ChartMeta {
        id: id.to_owned(),
        title: title.to_owned(),
        subtitle: "τ-bench 1.0 · airline and retail · user simulator gpt-4o · errors excluded".to_owned(),
        footer: "50 tasks × 4 trials. Whiskers and bands: 95 % interval over tasks (scaled Wilson). taureport 0.1.0, \
                 input 3f9a2c71."
            .to_owned(),
        alt: "Text alternative: <what> the \"figure\" shows & says".to_owned(),
    }
}

/// Deterministic noise in [0, 1).
pub(super) fn noise(a: usize, b: usize) -> f64 {
    ((a * 7919 + b * 104_729 + 17) % 1009) as f64 / 1009.0
}

pub(super) fn score(cell: usize) -> f64 {
    0.82 - 0.7 * (cell as f64 / 30.0) - 0.1 * noise(cell, 3)
}

pub(super) fn grouped<T>(cells: usize, make: impl Fn(usize) -> T) -> Vec<(String, Vec<T>)> {
    let half = cells.div_ceil(2);
    let mut groups = vec![("airline".to_owned(), (0..half).map(&make).collect::<Vec<T>>())];
    if cells > half {
        groups.push(("retail".to_owned(), (half..cells).map(&make).collect()));
    }
    groups
}

pub(super) fn forest(cells: usize, name: Name, errors: bool) -> Chart {
    let row = |cell| {
        let estimate = score(cell);
        let interval = (cell % 5 != 4).then_some((estimate - 0.1, (estimate + 0.11).min(1.0)));
        let bracket = interval.map_or(String::new(), |(low, high)| format!(" [{:.1}, {:.1}]", low * 100.0, high * 100.0));
        ForestRow {
            label: name(cell),
            estimate,
            interval,
            errors_as_failures: (errors && cell % 3 == 1).then_some(estimate - 0.04),
            text: format!("{:.1}{bracket}  {} × {}", estimate * 100.0, 50 + 65 * (cell % 2), 1 + cell % 5),
        }
    };
    Chart::Forest(Forest {
        meta: meta("forest_pass_1", "gpt-4o tool-calling solves most tasks; the gap to the next agent is within the intervals"),
        axis: "pass^1 (share of tasks solved, mean over tasks)".to_owned(),
        text_heading: "pass^1 [95 % CI]  tasks × trials".to_owned(),
        groups: grouped(cells, row),
    })
}

fn curve(cell: usize, name: Name) -> CurveSeries {
    let length = [8, 5, 4, 8, 1, 3, 8][cell % 7];
    let point = |k: u32| {
        let value = score(cell).powf(0.4 + 0.6 * f64::from(k).powf(0.8));
        CurvePoint { k, value, interval: Some((value * 0.78, value + (1.0 - value) * 0.16)), thin: length == 5 && k > 3 }
    };
    CurveSeries { label: name(cell), points: (1..=length).map(point).collect() }
}

pub(super) fn curves(cells: usize, name: Name) -> Chart {
    Chart::PassCurves(PassCurves {
        meta: meta("pass_k_airline", "Reliability falls with every further trial"),
        series: (0..cells).map(|cell| curve(cell, name)).collect(),
    })
}

pub(super) fn heatmap(tasks: usize, cells: usize, name: Name) -> Chart {
    let rate = |task: usize, cell: usize| {
        let hard = task as f64 / tasks as f64 * 1.2 - 0.3;
        let solved = ((score(cell) - hard + noise(task, cell) * 0.6) * 4.0).floor().clamp(0.0, 4.0) / 4.0;
        (!(task * 31 + cell * 7).is_multiple_of(37)).then_some(solved)
    };
    let row = |task| (format!("{}", (task * 13) % 115), (0..cells).map(|cell| rate(task, cell)).collect());
    Chart::Heatmap(Heatmap {
        meta: meta("heatmap_airline", "Half of the tasks separate the agents"),
        columns: (0..cells).map(name).collect(),
        rows: (0..tasks).map(row).collect(),
    })
}

pub(super) fn solved(cells: usize, name: Name) -> Chart {
    let row = |cell| {
        let always = score(cell) * 0.6;
        let sometimes = (1.0 - always) * (0.2 + 0.4 * noise(cell, 9));
        SolvedRow {
            label: name(cell),
            always,
            sometimes,
            never: 1.0 - always - sometimes,
            text: format!("{} tasks × {}", 50 + 65 * (cell % 2), 1 + cell % 5),
        }
    };
    Chart::Solved(Solved { meta: meta("solved", "A third of the tasks is solved only sometimes"), groups: grouped(cells, row) })
}

pub(super) fn coverage(tasks: usize, cells: usize, name: Name) -> Chart {
    let square = |task: usize, cell: usize| {
        let planned = if cell % 6 == 5 && task.is_multiple_of(4) { 0 } else { 4 };
        let scored = match (task * 17 + cell * 5) % 41 {
            0 => 0,
            1 | 2 => 1,
            3..=5 => 3,
            _ => 4,
        };
        CoverageSquare { scored: scored.min(planned), excluded: u32::from(planned > 0 && scored == 3), planned }
    };
    let row = |task: usize| (format!("{task}"), (0..cells).map(|cell| square(task, cell)).collect());
    Chart::Coverage(Coverage {
        meta: meta("coverage", "Nearly all planned trials were scored"),
        columns: (0..cells).map(name).collect(),
        rows: (0..tasks).map(row).collect(),
    })
}

/// One of each kind.
pub(super) fn figures(prefix: &str, cells: usize, name: Name) -> Vec<(String, Chart)> {
    let tasks = if cells == 30 { 115 } else { 50 };
    let charts = [
        ("forest", forest(cells, name, true)),
        ("curves", curves(cells, name)),
        ("heatmap", heatmap(tasks, cells, name)),
        ("solved", solved(cells, name)),
        ("coverage", coverage(tasks, cells, name)),
    ];
    let charts = charts.into_iter().chain(breakdowns::figures(cells, name));
    charts.map(|(kind, chart)| (format!("{kind}_{prefix}"), chart)).collect()
}

/// Puts NaN, infinities and values out of range into a chart, and very long words around it.
pub(super) fn spoil((name, mut chart): (String, Chart)) -> (String, Chart) {
    let long = "A title that goes on and on, <with> & \"marks\", for much longer than one line can hold. ".repeat(4);
    let odd = [f64::NAN, f64::INFINITY, -3.0, 7.5, f64::NEG_INFINITY];
    match &mut chart {
        Chart::Forest(chart) => {
            chart.meta.title.clone_from(&long);
            chart.text_heading = "one heading over all the columns of text, and a long one".to_owned();
            for (row, value) in chart.groups.iter_mut().flat_map(|group| &mut group.1).zip(odd) {
                (row.estimate, row.interval, row.errors_as_failures) = (value, Some((value, 0.5)), Some(value));
                row.text = "much more text in the right column than there is room for in any sensible figure".to_owned();
            }
        }
        Chart::PassCurves(chart) => {
            chart.meta.subtitle.clone_from(&long);
            for (series, value) in chart.series.iter_mut().zip(odd) {
                series.points[0].value = value;
                series.points[0].interval = Some((value, value));
            }
        }
        Chart::Heatmap(chart) => {
            chart.meta.footer.clone_from(&long);
            for (row, value) in chart.rows.iter_mut().zip(odd) {
                row.1[0] = Some(value);
            }
            chart.rows[7].1.truncate(2);
            chart.rows[8].0 = "a task with a very long name, far too long for the space beside the squares".to_owned();
        }
        Chart::Solved(chart) => {
            chart.meta.title = String::new();
            for (row, value) in chart.groups.iter_mut().flat_map(|group| &mut group.1).zip(odd) {
                row.always = value;
            }
        }
        Chart::Coverage(chart) => {
            chart.meta.title = "W".repeat(300);
            chart.rows[3].1.clear();
            chart.rows[4].1[0] = CoverageSquare { scored: u32::MAX, excluded: u32::MAX, planned: 1 };
        }
        other => breakdowns::spoil(other, odd, &long),
    }
    (name, chart)
}

/// Shapes of data that strain the layout.
pub(super) fn odd_shapes() -> Vec<(String, Chart)> {
    let series = |count: usize, from: u32, to: u32| {
        let point = |k| CurvePoint { k, value: 0.9_f64.powi(k.cast_signed()), interval: None, thin: k > 20 };
        let one = |cell| CurveSeries { label: short_name(cell), points: (from..=to).map(point).collect() };
        Chart::PassCurves(PassCurves { meta: meta("pass_k", "k up to a high number"), series: (0..count).map(one).collect() })
    };
    let mut low = forest(6, short_name, false);
    if let Chart::Forest(chart) = &mut low {
        for row in chart.groups.iter_mut().flat_map(|group| &mut group.1) {
            row.estimate /= 20.0;
            row.interval = row.interval.map(|(low, high)| (low / 20.0, high / 20.0));
        }
        chart.groups[0].0 = String::new();
        chart.groups.insert(1, ("a group without rows".to_owned(), Vec::new()));
    }
    let mut singles = curves(7, short_name);
    if let Chart::PassCurves(chart) = &mut singles {
        chart.series.iter_mut().for_each(|series| series.points.truncate(1));
    }
    let charts = vec![
        ("curves_k32".to_owned(), series(2, 1, 32)),
        ("curves_k32_many".to_owned(), series(9, 1, 32)),
        ("curves_k_late".to_owned(), series(1, 3, 5)),
        ("curves_singles".to_owned(), singles),
        ("forest_low".to_owned(), low),
        ("heatmap_one_task".to_owned(), heatmap(1, 1, short_name)),
        ("heatmap_one_task_30".to_owned(), heatmap(1, 30, long_name)),
        ("heatmap_two_tasks".to_owned(), heatmap(2, 3, short_name)),
        ("heatmap_115x4".to_owned(), heatmap(115, 4, long_name)),
        ("coverage_one_task".to_owned(), coverage(1, 1, long_name)),
        ("heatmap_45_columns".to_owned(), heatmap(150, 45, |cell| format!("cell {cell}"))),
    ];
    let others = [("", short_name as Name), ("_long", long_name)].into_iter().flat_map(|(suffix, name)| {
        breakdowns::odd_shapes(name).into_iter().map(move |(kind, chart)| (format!("{kind}{suffix}"), chart))
    });
    charts.into_iter().chain(others).collect()
}

/// Charts without anything to draw.
pub(super) fn empty() -> Vec<(String, Chart)> {
    let charts = [
        forest(0, short_name, false),
        curves(0, short_name),
        heatmap(0, 3, short_name),
        heatmap(3, 0, short_name),
        solved(0, short_name),
        coverage(0, 3, short_name),
        Chart::PassCurves(PassCurves {
            meta: meta("pass_k", ""),
            series: vec![CurveSeries { label: "no points".to_owned(), points: Vec::new() }],
        }),
    ];
    let charts = charts.into_iter().chain(breakdowns::empty(short_name));
    charts.enumerate().map(|(i, chart)| (format!("empty_{i}"), chart)).collect()
}
