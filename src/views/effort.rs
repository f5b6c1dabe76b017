//! What episodes took: durations, tokens, tool errors, and what that bought.

use super::{
    chart::{Chart, ChartMeta, Pareto, ParetoPoint, ParetoUnit},
    fmt::{cell, column},
    outcomes::tau2_entries,
    overall::differing_words,
    scene::{Entry, EnvCells, Scene, plural},
    summary::bounds,
    table::{Cell, Table},
};
use crate::{
    analysis::tau2::{DURATION_PERCENTILES, TokenStats},
    metrics::{interval::Interval, pareto},
};

/// Returns the tables of durations and of tokens, where anything is known.
pub(super) fn tables(scene: &Scene<'_>) -> Vec<Table> {
    [durations(scene), effort(scene)].into_iter().flatten().collect()
}

fn durations(scene: &Scene<'_>) -> Option<Table> {
    let [lo, hi] = column::interval("mean_s", &format!("{} interval", scene.level()));
    let mut columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("known", "known"),
        column::number("mean_s", "mean"),
        lo,
        hi,
    ];
    columns.extend(DURATION_PERCENTILES.map(|p| column::number(&format!("p{p}_s"), &format!("P{p}"))));
    columns.extend([column::number("max_s", "max"), column::number("per_success_s", "per solved task")]);
    let rows: Vec<Vec<Cell>> = tau2_entries(scene)
        .iter()
        .filter_map(|(entry, stats)| {
            let durations = stats.durations.as_ref()?;
            let interval = bounds(durations.mean_interval_s);
            let [mut lo, hi] = cell::interval(interval);
            lo.text = super::fmt::duration_interval(interval);
            let mut row = vec![
                cell::text(entry.name.env.clone()),
                cell::text(entry.name.short.clone()),
                cell::count(Some(durations.known)),
                cell::duration(Some(durations.mean_s)),
                lo,
                hi,
            ];
            row.extend(durations.percentiles_s.map(cell::duration));
            row.push(cell::duration(Some(durations.max_s)));
            row.push(cell::duration(durations.per_success_s.and_then(|ratio| ratio.ratio)));
            Some(row)
        })
        .collect();
    let notes = vec![
        "Wall-clock duration of an episode as recorded, user simulator included. Percentiles: linear between order statistics (type 7, as \
         numpy); P99 only from 100 episodes on. Interval of the mean: by task. Per solved task: the time of all \
         episodes, failed ones too, over the successes. Invented times are left out."
            .to_owned(),
    ];
    let title = "Duration of episodes".to_owned();
    (!rows.is_empty()).then(|| Table { id: "durations".to_owned(), title, columns, rows, notes })
}

fn effort(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("agent_tokens_known", "agent usage known"),
        column::number("agent_input_tokens", "agent tokens in"),
        column::number("agent_output_tokens", "out"),
        column::number("user_tokens_known", "user usage known"),
        column::number("user_input_tokens", "user tokens in"),
        column::number("user_output_tokens", "out"),
        column::number("tool_errors", "tool errors"),
        column::number("retried_episodes", "re-rolled episodes"),
        column::number("hallucination_retries", "re-rolls"),
        column::number("nl_judged", "NL judged"),
    ];
    let rows: Vec<Vec<Cell>> = tau2_entries(scene)
        .iter()
        .filter(|(_, stats)| stats.simulations > 0)
        .map(|(entry, stats)| {
            let tokens = |side: Option<TokenStats>| {
                [
                    cell::count(Some(side.map_or(0, |side| side.known))),
                    cell::mean(side.map(|side| side.input), 0),
                    cell::mean(side.map(|side| side.output), 0),
                ]
            };
            let retries = stats.hallucination_retries;
            let mut row = vec![cell::text(entry.name.env.clone()), cell::text(entry.name.short.clone())];
            row.extend(tokens(stats.agent_tokens));
            row.extend(tokens(stats.user_tokens));
            row.extend([
                cell::mean(stats.tool_errors, 2),
                cell::count(retries.map(|(rolled, _, _)| rolled)),
                cell::count(retries.map(|(_, all, _)| all)),
                cell::count(Some(stats.nl_judged)),
            ]);
            row
        })
        .collect();
    let notes = vec![
        "Tokens and tool errors: mean per episode, tokens over the episodes whose messages record usage. Re-rolls: the user simulator \
         hallucinated and the simulation was rolled again. NL judged: episodes with natural-language assertions; what the judge cost is recorded \
         nowhere."
            .to_owned(),
    ];
    let title = "Tokens, tool errors, re-rolls".to_owned();
    (!rows.is_empty()).then(|| {
        Table { id: "effort".to_owned(), title, columns, rows, notes }.without_idle(&[
            "user_input_tokens",
            "user_output_tokens",
            "agent_input_tokens",
            "agent_output_tokens",
            "agent_tokens_known",
            "user_tokens_known",
            "retried_episodes",
            "hallucination_retries",
            "nl_judged",
        ])
    })
}

/// Returns cost against pass^1 and duration against pass^1 of each environment with at least two cells that have both.
pub(super) fn charts(scene: &Scene<'_>) -> Vec<Chart> {
    let charts = scene.shown_by_env().into_iter().flat_map(|env| {
        let by_cost = pareto(scene, &env, &COST, |entry| {
            // A recorded cost of nothing is a price nobody knew, or a model served locally: it must not lead the front.
            let cost = entry.stats.agent_cost.filter(|cost| cost.sum_usd > 0.0)?;
            Some((cost.per_episode_usd, cost.per_episode_interval))
        });
        let by_time = pareto(scene, &env, &TIME, |entry| {
            let durations = entry.stats.tau2.as_ref()?.durations.as_ref()?;
            Some((durations.mean_s, durations.mean_interval_s))
        });
        [by_cost, by_time]
    });
    charts.flatten().map(Chart::Pareto).collect()
}

/// What stands on the horizontal axis.
struct Axis {
    id: &'static str,
    name: &'static str,
    title: &'static str,
    unit: ParetoUnit,
    not_shown: &'static str,
}

const COST: Axis = Axis {
    id: "cost",
    name: "Cost",
    title: "agent cost per episode, US dollars (log)",
    unit: ParetoUnit::Usd,
    not_shown: "Cells without a cost on record, or with a recorded cost of $0, are not shown",
};
const TIME: Axis = Axis {
    id: "duration",
    name: "Duration",
    title: "mean duration of an episode (log)",
    unit: ParetoUnit::Seconds,
    not_shown: "Cells without a duration on record are not shown",
};

/// Ratio of the largest to the smallest positive value from which the axis is logarithmic.
const LOG_FROM: f64 = 5.0;

fn pareto(
    scene: &Scene<'_>,
    env: &EnvCells<'_>,
    axis: &Axis,
    x: impl Fn(&Entry<'_>) -> Option<(f64, Option<Interval>)>,
) -> Option<Pareto> {
    let found: Vec<_> = env.shown.iter().filter_map(|entry| Some((entry, x(entry)?, entry.stats.pass_1()?))).collect();
    if found.len() < 2 {
        return None;
    }
    let front = pareto::front(&found.iter().map(|(_, (x, _), (y, _))| (*x, *y)).collect::<Vec<_>>());
    let positive = || found.iter().map(|(_, (x, _), _)| *x).filter(|x| *x > 0.0);
    let log_x = positive().fold(0.0, f64::max) > LOG_FROM * positive().fold(f64::INFINITY, f64::min);
    let differing = differing_words(scene, &found.iter().map(|(entry, _, _)| entry.index).collect::<Vec<_>>());
    let points: Vec<ParetoPoint> = found
        .into_iter()
        .enumerate()
        .map(|(index, (entry, (x, x_interval), (y, y_interval)))| ParetoPoint {
            label: entry.name.short.clone(),
            x,
            x_interval: bounds(x_interval),
            y,
            y_interval: bounds(y_interval),
            on_front: front.contains(&index),
        })
        .collect();
    let title = if log_x { axis.title.to_owned() } else { axis.title.replace(" (log)", "") };
    Some(Pareto {
        meta: ChartMeta {
            id: format!("{}_pass_1_{}", axis.id, env.id),
            title: format!("{} against pass^1 in {}", axis.name, env.env),
            subtitle: format!("{}; the line joins those that no other beats in both", plural(points.len() as u64, "cell")),
            footer: format!(
                "Crosses: {} intervals by task. {}.{differing} taureport {}",
                scene.level(),
                axis.not_shown,
                scene.version
            ),
            alt: format!("{} against pass^1 for {} in {}", axis.name, plural(points.len() as u64, "cell"), env.env),
        },
        x_axis: title,
        x_unit: axis.unit,
        log_x,
        points,
    })
}
