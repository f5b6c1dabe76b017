//! Reliability: pass^k curves, always / sometimes / never, variance, re-runs.

use super::{
    chart::{Chart, ChartMeta, CurvePoint, CurveSeries, PassCurves, Solved, SolvedRow},
    document::{Block, Section},
    fmt::{self, cell, column},
    scene::{EnvCells, Scene, plural},
    summary::{bounds, dagger, dagger_note, trials_text},
    table::{Cell, Column, Table},
};
use crate::metrics::reliability::HalfLife;

/// Largest k in the table of values; the long table has all.
const WIDE_K: u32 = 8;

/// Returns the section with its tables and charts.
pub(super) fn section(scene: &Scene<'_>) -> (Section, Vec<Table>, Vec<Chart>) {
    let mut blocks = vec![Block::Text(
        "pass^k is the chance that k independent trials of one task all succeed, averaged over tasks: what a user meets who comes back k \
         times. pass@k is the chance that at least one of k does. The gap between them is unreliability."
            .to_owned(),
    )];
    let mut charts = Vec::new();
    for env in scene.shown_by_env() {
        charts.extend(curves(scene, &env).map(Chart::PassCurves));
    }
    charts.extend(solved(scene).map(Chart::Solved));
    blocks.extend(charts.iter().map(|chart| Block::Chart(chart.meta().id.clone())));
    let tables: Vec<Table> = [wide_table(scene), reliability_table(scene), long_table(scene)].into_iter().flatten().collect();
    for table in &tables {
        let block = if table.id == "pass_k_all" { Block::FoldedTable } else { Block::Table };
        blocks.push(block(table.id.clone()));
    }
    (Section { id: "reliability".to_owned(), heading: "Reliability".to_owned(), blocks }, tables, charts)
}

fn curves(scene: &Scene<'_>, env: &EnvCells<'_>) -> Option<PassCurves> {
    let series: Vec<CurveSeries> = env
        .shown
        .iter()
        .filter_map(|entry| {
            let usable = entry.stats.curve.iter().filter(|point| !point.too_few || point.k == 1);
            let points: Vec<CurvePoint> = usable
                .filter_map(|point| {
                    Some(CurvePoint { k: point.k, value: point.value?, interval: bounds(point.interval), thin: point.thin })
                })
                .collect();
            (points.len() > 1).then(|| CurveSeries { label: entry.name.short.clone(), points })
        })
        .collect();
    if series.is_empty() {
        return None;
    }
    let omitted = match env.left_out + env.shown.len() - series.len() {
        0 => String::new(),
        count => format!(" Not shown: {} with one trial a task or too few tasks.", plural(count as u64, "cell")),
    };
    Some(PassCurves {
        meta: ChartMeta {
            id: format!("pass_k_{}", env.id),
            title: format!("Reliability in {}: how often k trials in a row succeed (pass^k)", env.env),
            subtitle: format!("{}, {} estimator", plural(series.len() as u64, "cell"), ragged_name(scene)),
            footer: format!(
                "Band: {} interval for other tasks like these ({}). Dotted: (pass^1)^k, an agent for which all tasks are equally hard. \
                 Hollow: fewer than 90% of the tasks have k trials.{omitted} taureport {}",
                scene.level(),
                scene.analysis.options.ci.name(),
                scene.version,
            ),
            alt: format!("pass^k against k for {} in {}", plural(series.len() as u64, "cell"), env.env),
        },
        series,
    })
}

/// Returns the name of the estimator in force.
pub(super) fn ragged_name(scene: &Scene<'_>) -> &'static str {
    use crate::analysis::RaggedChoice::{Available, Chained, Strict, UpstreamV1, ZeroFill};
    match scene.analysis.options.ragged {
        Chained => "chained",
        Available => "available",
        Strict => "strict",
        UpstreamV1 => "upstream-v1",
        ZeroFill => "zero-fill",
    }
}

fn solved(scene: &Scene<'_>) -> Option<Solved> {
    let groups: Vec<(String, Vec<SolvedRow>)> = scene
        .shown_by_env()
        .iter()
        .map(|env| {
            let rows = env.shown.iter().filter_map(|entry| {
                let shares = entry.stats.solved.as_ref()?;
                Some(SolvedRow {
                    label: entry.name.short.clone(),
                    always: shares.always.value,
                    sometimes: shares.sometimes.value,
                    never: shares.never.value,
                    text: trials_text(entry),
                })
            });
            (env.env.clone(), rows.collect::<Vec<_>>())
        })
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let cells: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    (cells > 0).then(|| Solved {
        meta: ChartMeta {
            id: "solved".to_owned(),
            title: "Tasks solved always, sometimes, never".to_owned(),
            subtitle: format!("Share of the tasks of {}", plural(cells as u64, "cell")),
            footer: format!(
                "Always: in every counted trial; with more trials, always and never shrink by themselves. taureport {}",
                scene.version
            ),
            alt: format!("Stacked bars of tasks solved always, sometimes and never for {}", plural(cells as u64, "cell")),
        },
        groups,
    })
}

fn wide_table(scene: &Scene<'_>) -> Option<Table> {
    let most = scene.analysis.cells.iter().filter_map(|cell| cell.curve.last()).map(|point| point.k).max()?.min(WIDE_K);
    let mut columns = vec![column::text("env", "env"), column::text("cell", "cell")];
    columns.extend((1..=most).map(|k| column::number(&format!("pass_hat_{k}"), &format!("pass^{k}"))));
    columns.push(column::number("pass_at_k", "pass@k (k)"));
    columns.push(column::number("k", ""));
    let rows = scene.entries().filter(|entry| !entry.stats.curve.is_empty()).map(|entry| {
        let tasks = entry.stats.scored_tasks;
        let mut row = vec![cell::text(entry.name.env.clone()), cell::text(entry.name.short.clone())];
        row.extend((0..most as usize).map(|index| {
            let point = entry.stats.curve.get(index);
            let mut value = cell::pass(point.and_then(|point| point.value));
            if let Some(point) = point.filter(|point| point.value.is_some() && point.tasks_used < tasks) {
                value.text.push_str(&format!(" ({})", point.tasks_used));
            }
            value.text.push_str(point.map_or("", dagger));
            value
        }));
        let last = entry.stats.curve.iter().rfind(|point| !point.too_few);
        let mut at = cell::pass(last.and_then(|point| point.pass_at));
        if let Some(point) = last.filter(|point| point.pass_at.is_some()) {
            at.text.push_str(&format!(" ({})", point.k));
        }
        row.extend([at, cell::count(last.map(|point| u64::from(point.k)))]);
        row
    });
    let mut notes = vec![format!(
        "Estimator: {}. In brackets behind pass^k: the tasks that have k trials, where not all do; behind pass@k: the largest k that rests \
         on enough tasks. Intervals, standard errors and larger k are in the folded table below.",
        ragged_name(scene)
    )];
    notes.extend(dagger_note(scene.entries().flat_map(|entry| entry.stats.curve.iter().take(most as usize))));
    Some(Table { id: "pass_k".to_owned(), title: "pass^k by k".to_owned(), columns, rows: rows.collect(), notes })
}

fn long_table(scene: &Scene<'_>) -> Option<Table> {
    let level = scene.level();
    let [lo, hi] = column::interval("pass_hat_k", &format!("{level} interval"));
    let [at_lo, at_hi] = column::interval("pass_at_k", &format!("{level} interval"));
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("k", "k"),
        column::number("pass_hat_k", "pass^k"),
        lo,
        hi,
        column::number("tasks_with_k_trials", "tasks with k"),
        column::number("se_tasks", "se (tasks)"),
        column::number("se_rerun", "se (re-run)"),
        column::number("available", "available-case"),
        column::number("errors_as_failures", "errors as failures"),
        column::number("missing_failed", "missing fail"),
        column::number("missing_passed", "missing pass"),
        column::number("pass_at_k", "pass@k"),
        at_lo,
        at_hi,
    ];
    let rows: Vec<Vec<Cell>> = scene
        .entries()
        .flat_map(|entry| {
            let stats = entry.stats;
            let row = |(index, point): (usize, &crate::metrics::ragged::CurvePoint)| {
                let [mut lo, hi] = cell::pass_interval(bounds(point.interval));
                lo.text.push_str(dagger(point));
                let [at_lo, at_hi] = cell::pass_interval(bounds(point.pass_at_interval));
                let missing = stats.missing_bounds.get(index).copied().flatten();
                let available = stats.available.get(index).map_or(point.value, |point| point.value);
                let failed = stats.errors_as_failures.as_ref().and_then(|curve| curve.get(index)).and_then(|point| point.value);
                vec![
                    cell::text(entry.name.env.clone()),
                    cell::text(entry.name.short.clone()),
                    cell::count(Some(u64::from(point.k))),
                    cell::pass(point.value),
                    lo,
                    hi,
                    cell::count(Some(point.tasks_used as u64)),
                    cell::mean(point.se, 4),
                    cell::mean(point.rerun_se, 4),
                    cell::pass(available),
                    cell::pass(failed),
                    cell::pass(missing.map(|bounds| bounds.lower)),
                    cell::pass(missing.map(|bounds| bounds.upper)),
                    cell::pass(point.pass_at),
                    at_lo,
                    at_hi,
                ]
            };
            stats.curve.iter().enumerate().map(row).collect::<Vec<_>>()
        })
        .collect();
    let mut notes = vec![
        "se (tasks): for other tasks like these. se (re-run): for the same tasks run again; needs 2k trials of every task. Available-case: \
         mean over the tasks with k trials, another set at every k."
            .to_owned(),
    ];
    notes.extend(dagger_note(scene.entries().flat_map(|entry| &entry.stats.curve)));
    let title = format!("pass^k and pass@k with intervals ({})", plural(rows.len() as u64, "row"));
    (!rows.is_empty()).then(|| Table { id: "pass_k_all".to_owned(), title, columns, rows, notes })
}

fn reliability_table(scene: &Scene<'_>) -> Option<Table> {
    let share = |stem: &str, heading: &str| -> Vec<Column> {
        let [lo, hi] = column::interval(stem, "interval");
        vec![column::number(stem, heading), lo, hi]
    };
    let mut columns = vec![column::text("env", "env"), column::text("cell", "cell"), column::text("trials", "trials")];
    columns.extend(share("always", "always"));
    columns.extend(share("sometimes", "sometimes"));
    columns.extend(share("never", "never"));
    columns.extend([
        column::number("consistency", "consistency"),
        column::number("icc", "ICC"),
        column::number("rerun_se", "re-run se"),
        column::number("retention", "retention"),
        column::number("retention_k", "at k"),
        column::text("half_life_k", "half-life k"),
        column::number("run_length", "run length"),
    ]);
    let rows: Vec<Vec<Cell>> = scene
        .entries()
        .filter_map(|entry| {
            let stats = entry.stats;
            let shares = stats.solved.as_ref()?;
            let mut row = vec![
                cell::text(entry.name.env.clone()),
                cell::text(entry.name.short.clone()),
                cell::text(stats.trials.map_or_else(String::new, |(lo, hi)| fmt::range(u64::from(lo), u64::from(hi)))),
            ];
            for share in [shares.always, shares.sometimes, shares.never] {
                let [lo, hi] = cell::interval(bounds(share.interval));
                row.extend([cell::rate(Some(share.value)), lo, hi]);
            }
            let decay = stats.decay.as_ref();
            row.extend([
                cell::mean(stats.consistency.map(|one| one.consistency), 3),
                cell::mean(stats.icc.map(|one| one.icc), 3),
                cell::mean(stats.curve.first().and_then(|point| point.rerun_se), 4),
                cell::rate(decay.map(|decay| decay.retention)),
                cell::count(decay.map(|decay| u64::from(decay.k))),
                cell::text(decay.map_or_else(
                    || "n/a".to_owned(),
                    |decay| match decay.half_life {
                        HalfLife::At(k) => fmt::decimal(Some(k), 2),
                        HalfLife::Beyond(k) => format!("> {k}"),
                    },
                )),
                cell::mean(decay.map(|decay| decay.run_length), 2),
            ]);
            Some(row)
        })
        .collect();
    let notes = vec![
        "Consistency: 2 × P(two trials of a task agree) − 1, unbiased; 1 = always the same outcome. ICC: share of the variance that lies \
         between tasks; a high ICC with a low pass^1 means reliably failing. Re-run se: standard error of pass^1 if the same tasks were \
         run again. Retention: pass^k / pass^1 at the k shown. Half-life: the k at which pass^k is half of pass^1. Run length: expected \
         successes before the first failure, capped at that k."
            .to_owned(),
    ];
    let title = "How reliable".to_owned();
    (!rows.is_empty()).then(|| Table { id: "reliability".to_owned(), title, columns, rows, notes })
}
