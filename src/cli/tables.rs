//! Everything that was read as the rows of tables, for `export` and `query`.

use std::{collections::BTreeSet, path::Path};

use super::{
    UsageError,
    args::{DerivedArgs, InputArgs},
    load::{explain_nothing, load_but, refuse_unused},
    printer::Printer,
    select::{rows, select},
};
use crate::{
    analysis::{self, CellStats, Options},
    frames::{Rows, tables::MetricRow},
    metrics::{Interval, Rate},
    records::Loaded,
    sweep::{By, Sweep, assemble_by},
    views,
};

/// Reads everything and makes the rows of all tables; `None` where nothing is usable. With `--filter`, what it leaves out is no row.
pub(super) fn tables(
    input: &InputArgs,
    derived: &DerivedArgs,
    output: Option<&Path>,
    printer: &mut Printer,
) -> anyhow::Result<Option<(Rows, Sweep)>> {
    let found = load_but(input, output, printer)?;
    refuse_unused(input, &found.names)?;
    if !found.loaded.iter().any(|one| matches!(one, Loaded::Results(_))) {
        explain_nothing(&found, printer);
        return Ok(None);
    }
    found.problems.iter().for_each(|problem| printer.warning(problem));
    let by = derived.by.as_deref().map_or_else(By::default, By::parse).with_pool(input.pool);
    by.check(found.results()).map_err(|cause| UsageError(cause.to_string()))?;
    let policies = (derived.policies.errors.policy(), derived.policies.attempts.policy());
    let mut sweep = select(found.loaded.clone(), policies, &by, input.filter.as_deref())?;
    sweep.add_logs(found.logs);
    let mut loaded = found.loaded;
    if input.filter.is_some() {
        leave(&mut loaded, &sweep);
        printer.warning(&views::warnings::filtered(&sweep).unwrap_or_default());
        // What is left is put together anew, as it will be where it is read back.
        let logs = std::mem::take(&mut sweep.logs);
        sweep = assemble_by(loaded.clone(), policies.1, &by);
        sweep.logs = logs;
    }
    let mut rows = rows(&loaded, &sweep, policies.0);
    let options = Options { errors: policies.0, ..Options::default() };
    let cells = analysis::analyze(&sweep, &options).cells;
    rows.metrics = cells.iter().zip(0..).flat_map(|(stats, cell)| metrics(cell, stats)).collect();
    Ok(Some((rows, sweep)))
}

/// The figures of a cell.
fn metrics(cell: u32, stats: &CellStats) -> Vec<MetricRow> {
    let row = |metric: &str, value: Option<f64>, interval: Option<Interval>| MetricRow {
        cell,
        metric: metric.to_owned(),
        k: None,
        value,
        low: interval.map(|ends| ends.lo),
        high: interval.map(|ends| ends.hi),
        tasks: None,
    };
    let tasks = |rate: &Rate| Some(rate.tasks as u64);
    let mut rows = vec![row("coverage", stats.coverage, None)];
    let reward = row("mean_reward", stats.reward.as_ref().map(|rate| rate.macro_mean), None);
    rows.push(MetricRow { tasks: stats.reward.as_ref().and_then(tasks), ..reward });
    for (side, cost) in [("agent", &stats.agent_cost), ("user", &stats.user_cost)] {
        let Some(cost) = cost else { continue };
        let per_episode = format!("{side}_cost_usd_per_episode");
        rows.push(row(&per_episode, Some(cost.per_episode_usd), cost.per_episode_interval));
        if let Some(ratio) = cost.per_success {
            rows.push(row(&format!("{side}_cost_usd_per_success"), ratio.ratio, ratio.interval));
        }
    }
    rows.extend(stats.curve.iter().map(|point| MetricRow {
        k: Some(point.k),
        tasks: Some(point.tasks_used as u64),
        ..row("pass_hat", point.value, point.interval)
    }));
    rows.sort_by(|a, b| (&a.metric, a.k).cmp(&(&b.metric, b.k)));
    rows
}

/// Leaves the records that are kept in some cell.
fn leave(loaded: &mut Vec<Loaded>, sweep: &Sweep) {
    let places: Vec<usize> = sweep.files.iter().map(|file| file.place).collect();
    let trials = sweep.cells.iter().flat_map(|cell| cell.tasks.values().flatten().chain(&cell.untasked));
    let kept: BTreeSet<(usize, usize)> =
        trials.filter_map(|trial| Some((*places.get(trial.file)?, trial.episode.record))).collect();
    let files = loaded.iter_mut().filter_map(|one| match one {
        Loaded::Results(file) => Some(file),
        Loaded::PassedOver(_) => None,
    });
    for (place, file) in files.enumerate() {
        file.episodes.retain(|episode| kept.contains(&(place, episode.record)));
        file.stored = None;
    }
    loaded.retain(|one| !matches!(one, Loaded::Results(file) if file.episodes.is_empty()));
}
