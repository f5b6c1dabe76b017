//! The figures of a comparison.

use super::{CompareScene, effort, ends, mark, sign};
use crate::{
    analysis::compare::{Quantity, Row, TaskChange},
    metrics::{
        TaskCounts,
        interval::Ci,
        ragged::{Ragged, curve},
    },
    views::{
        chart::{
            Chart, ChartMeta, CurvePoint,
            compare::{
                BeforeAfter, BeforeAfterPanel, Difference, DifferenceRow, Mark, RatioForest, RatioRow, Scatter, ScatterPanel,
                ScatterPoint, Strip, StripPanel, StripTask,
            },
        },
        fmt,
        names::slug,
        scene::plural,
    },
};

/// Most rows of a forest; the tables have all.
const MOST_ROWS: usize = 40;
/// Most panels of a chart.
const MOST_PANELS: usize = 9;
/// Tasks a row needs to be charted task by task.
const FEWEST_TASKS: usize = 5;

fn footer(scene: &CompareScene<'_>, words: &str) -> String {
    format!("{words} taureport {}", scene.version)
}

fn sides(scene: &CompareScene<'_>, new_side: usize) -> String {
    format!("NEW = {}, BASE = {}", scene.side(new_side), scene.side(0))
}

/// The forest of differences in pass^1, a group a NEW.
pub(super) fn difference(scene: &CompareScene<'_>) -> Option<Chart> {
    let row = |row: &Row| {
        let (found, judged) = (row.figures.pass_1.comparison, row.figures.pass_1.judged);
        let open = judged.verdict == crate::metrics::compare::Verdict::Inconclusive;
        DifferenceRow {
            label: row.name.clone(),
            difference: found.difference,
            interval: ends(found.interval),
            mde: row.figures.pass_1.detectable.filter(|_| open),
            mark: mark(judged.verdict),
            text: format!(
                "{} {}  {}  {}",
                fmt::difference(Some(100.0 * found.difference), 1),
                fmt::points_interval(ends(found.interval)),
                sign(judged.verdict),
                fmt::p_value(judged.p_holm),
            ),
        }
    };
    let mut room = MOST_ROWS;
    let mut groups = Vec::new();
    for (side, rows) in scene.by_new() {
        let shown: Vec<DifferenceRow> = rows.iter().take(room).map(|one| row(one)).collect();
        room -= shown.len();
        if !shown.is_empty() {
            groups.push((scene.side(side).to_owned(), shown));
        }
    }
    let all: Vec<_> = groups.iter().flat_map(|(_, rows)| rows).collect();
    if all.is_empty() {
        return None;
    }
    let count = |verdict| all.iter().filter(|row| row.mark == verdict).count();
    let left_out = scene.report.rows.len() - all.len();
    let rest = if left_out > 0 { format!(", {left_out} more in the tables") } else { String::new() };
    let title = format!(
        "pass^1 against {}: {} better, {} worse, {} inconclusive",
        scene.side(0),
        count(Mark::Better),
        count(Mark::Worse),
        count(Mark::Inconclusive)
    );
    Some(Chart::Difference(Difference {
        meta: ChartMeta {
            id: "difference_pass_1".to_owned(),
            alt: format!(
                "Differences in pass^1 with {} intervals for {}",
                scene.level(),
                plural(all.len() as u64, "matched cell")
            ),
            title,
            subtitle: format!("NEW − BASE over the tasks both have, {}{rest}", plural(all.len() as u64, "matched cell")),
            footer: footer(
                scene,
                &format!(
                    "Whiskers: {} interval, paired by task. Grey band: up to the minimum detectable difference ({} power). p after Holm's correction.",
                    scene.level(),
                    scene.power()
                ),
            ),
        },
        axis: "difference in pass^1, NEW − BASE (percentage points)".to_owned(),
        text_heading: format!("points [{} interval]  verdict  p", scene.level()),
        groups,
    }))
}

/// Rows large enough to be charted task by task, all if none is.
fn charted<'a>(rows: &[&'a Row]) -> Vec<&'a Row> {
    let large: Vec<&Row> = rows.iter().copied().filter(|row| row.figures.tasks.len() >= FEWEST_TASKS).collect();
    let mut chosen = if large.is_empty() { rows.to_vec() } else { large };
    chosen.truncate(MOST_PANELS);
    chosen
}

/// The id of a chart of one NEW.
fn id(scene: &CompareScene<'_>, stem: &str, side: usize) -> String {
    if scene.many() { format!("{stem}_{side}_{}", slug(scene.side(side))) } else { stem.to_owned() }
}

/// Differences task by task, a chart a NEW.
pub(super) fn strips(scene: &CompareScene<'_>) -> Vec<Chart> {
    let panel = |row: &&Row| {
        let (lost, won) = (row.figures.regressed().count(), row.figures.improved().count());
        let all = row.figures.tasks.len();
        StripPanel {
            label: format!("{}: {won} better, {lost} worse, {} alike", row.name, all - lost - won),
            tasks: row
                .figures
                .tasks
                .iter()
                .map(|task| StripTask { label: task.task.to_string(), difference: task.difference, clear: task.clear })
                .collect(),
        }
    };
    let chart = |(side, rows): (usize, Vec<&Row>)| {
        let rows = charted(&rows);
        let clear = rows.iter().flat_map(|row| &row.figures.tasks).filter(|task| task.clear).count();
        let count = |of: fn(&Row) -> usize| rows.iter().map(|row| of(row)).sum::<usize>() as u64;
        let title = format!(
            "{} worse, {} better; {} beyond noise",
            plural(count(|row| row.figures.regressed().count()), "task"),
            fmt::count(Some(count(|row| row.figures.improved().count()))),
            if clear == 0 { "none of them alone".to_owned() } else { fmt::count(Some(clear as u64)) },
        );
        Chart::Strip(Strip {
            meta: ChartMeta {
                id: id(scene, "task_differences", side),
                alt: format!("Differences of the solve rates of single tasks, {}", sides(scene, side)),
                title,
                subtitle: sides(scene, side),
                footer: footer(
                    scene,
                    if clear > 0 {
                        "Clear: beyond noise after Benjamini & Hochberg's correction for the number of tasks."
                    } else {
                        "No single task differs beyond noise after Benjamini & Hochberg's correction for the number of tasks."
                    },
                ),
            },
            axis: "difference of the solve rates of a task, NEW − BASE (percentage points)".to_owned(),
            panels: rows.iter().map(panel).collect(),
        })
    };
    scene.by_new().map(chart).collect()
}

/// Solve rates of the tasks of BASE against those of NEW, a chart a NEW.
pub(super) fn scatters(scene: &CompareScene<'_>) -> Vec<Chart> {
    let panel = |row: &&Row| {
        let point = |task: &TaskChange| {
            let rate = |counts: TaskCounts| counts.success_rate().unwrap_or(f64::NAN);
            ScatterPoint { base: rate(task.base), new: rate(task.new), tasks: 1 }
        };
        ScatterPanel { label: row.name.clone(), points: row.figures.tasks.iter().map(point).collect() }
    };
    let chart = |(side, rows): (usize, Vec<&Row>)| {
        let rows = charted(&rows);
        let tasks: Vec<&TaskChange> = rows.iter().flat_map(|row| &row.figures.tasks).collect();
        let alike = tasks.iter().filter(|task| task.difference.abs() <= 1e-9).count();
        Chart::Scatter(Scatter {
            meta: ChartMeta {
                id: id(scene, "task_rates", side),
                alt: format!("Solve rates of single tasks, {}", sides(scene, side)),
                title: format!("{alike} of {} are solved equally often by both", plural(tasks.len() as u64, "task")),
                subtitle: format!("{}; above the diagonal NEW is better", sides(scene, side)),
                footer: footer(scene, "Area and number: tasks with the same two rates."),
            },
            base_axis: format!("share of trials solved, {}", scene.side(0)),
            new_axis: format!("share of trials solved, {}", scene.side(side)),
            panels: rows.iter().map(panel).collect(),
        })
    };
    scene.by_new().map(chart).collect()
}

/// pass^k curves of both sides, a chart a NEW; only rows with some k above 1.
pub(super) fn before_after(scene: &CompareScene<'_>) -> Vec<Chart> {
    let conf = scene.report.settings.statistics.conf;
    let most = |row: &Row| {
        let of = row.figures.further.iter().filter_map(|figure| match figure.quantity {
            Quantity::PassHat(k) => Some(k),
            Quantity::MeanReward => None,
        });
        of.max().unwrap_or(1)
    };
    let points = |row: &Row, side: fn(&TaskChange) -> TaskCounts| -> Vec<CurvePoint> {
        let counts: Vec<TaskCounts> = row.figures.tasks.iter().map(side).collect();
        let all = curve(&counts, Ragged::Chained, most(row), Ci::ScaledWilson, conf).into_iter();
        all.filter_map(|point| {
            Some(CurvePoint { k: point.k, value: point.value?, interval: ends(point.interval), thin: point.thin })
        })
        .collect()
    };
    let chart = |(side, rows): (usize, Vec<&Row>)| {
        let rows: Vec<&Row> = charted(&rows).into_iter().filter(|row| most(row) > 1).collect();
        let panel = |row: &&Row| BeforeAfterPanel {
            label: row.name.clone(),
            base: points(row, |t| t.base),
            new: points(row, |t| t.new),
        };
        (!rows.is_empty()).then(|| {
            Chart::BeforeAfter(BeforeAfter {
                meta: ChartMeta {
                    id: id(scene, "pass_k_before_after", side),
                    alt: format!("pass^k against k, {}", sides(scene, side)),
                    title: "pass^k of both sides on their common tasks".to_owned(),
                    subtitle: sides(scene, side),
                    footer: footer(
                        scene,
                        &format!(
                            "Bands: {} interval of each side alone. Whether they differ is for the table to say: bands may overlap and the \
                             paired difference still be clear.",
                            scene.level()
                        ),
                    ),
                },
                base: scene.side(0).to_owned(),
                new: scene.side(side).to_owned(),
                panels: rows.iter().map(panel).collect(),
            })
        })
    };
    scene.by_new().filter_map(chart).collect()
}

/// Expenses and time as ratios, a group a NEW.
pub(super) fn ratios(scene: &CompareScene<'_>) -> Option<Chart> {
    let rows_of = |row: &Row| -> Vec<RatioRow> {
        let expenses =
            row.figures.ratios.iter().map(|one| {
                (effort::name(one.expense), one.ratio.ratio.unwrap_or(f64::NAN), ends(one.ratio.interval), one.judged)
            });
        let time = row.figures.durations.iter().map(|one| ("time", one.ratio.ratio, ends(one.ratio.interval), one.judged));
        let shown =
            expenses.chain(time).filter(|(_, ratio, _, _)| ratio.is_finite()).map(|(what, ratio, interval, judged)| RatioRow {
                label: row.name.clone(),
                sub: Some(what.to_owned()),
                ratio,
                interval,
                mark: mark(judged.verdict),
                text: format!(
                    "{} {}  {}  {}",
                    fmt::ratio(Some(ratio)),
                    fmt::ratio_interval(interval),
                    sign(judged.verdict),
                    fmt::p_value(judged.p_holm)
                ),
            });
        shown.collect()
    };
    let mut room = MOST_ROWS;
    let mut groups: Vec<(String, Vec<RatioRow>)> = Vec::new();
    for (side, rows) in scene.by_new() {
        let shown: Vec<RatioRow> = rows.iter().flat_map(|row| rows_of(row)).take(room).collect();
        room -= shown.len();
        if !shown.is_empty() {
            groups.push((scene.side(side).to_owned(), shown));
        }
    }
    (!groups.is_empty()).then(|| {
        Chart::RatioForest(RatioForest {
            meta: ChartMeta {
                id: "ratios".to_owned(),
                alt: format!("Cost, tokens and time of an episode as multiples of {}", scene.side(0)),
                title: format!("Cost, tokens and time of an episode as multiples of {}", scene.side(0)),
                subtitle: "NEW / BASE over the tasks both have; less is better".to_owned(),
                footer: footer(
                    scene,
                    &format!("Whiskers: {} interval, tasks being its unit. p after Holm's correction.", scene.level()),
                ),
            },
            axis: "NEW / BASE (log scale)".to_owned(),
            text_heading: format!("ratio [{} interval]  verdict  p", scene.level()),
            groups,
        })
    })
}
