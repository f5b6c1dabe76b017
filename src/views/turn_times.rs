//! How long turns take, as the result files themselves record it, and what a solved episode costs in time.

use super::{
    chart::{Chart, ChartMeta, SpanRow, Spans},
    document::{Block, Section},
    fmt::{self, cell, column},
    latency::{
        limit, millis,
        tables::{percentile_cells, percentile_columns, quantile_words},
    },
    scene::{EnvCells, Scene, plural},
    summary::bounds,
    table::{Cell, Column, Table},
};
use crate::{
    analysis::turns::{EpisodeTurnTime, SIDES, TurnRow, TurnSource, TurnTimes},
    metrics::{latency::DEFAULT_LEVELS, quantile::quantile_type7, ratio::RatioOfSums},
    records::log::Role,
};

/// Fewest turns of a row in a chart.
const FEWEST_TURNS: usize = 5;
/// Percentiles that people see unless they asked for others; programs have all.
const HEADED: [&str; 4] = ["p50_ms", "p90_ms", "p95_ms", "p99_ms"];

/// Returns the section; `None` where no turn has a time.
pub(super) fn section(scene: &Scene<'_>) -> Option<(Section, Vec<Table>, Vec<Chart>)> {
    let times = scene.turn_times?;
    let tables = [turns(scene, times), rewards(scene, times)];
    let charts: Vec<Chart> = scene.shown_by_env().iter().filter_map(|env| chart(scene, times, env)).map(Chart::Spans).collect();
    let mut blocks = vec![Block::Text(definition(times))];
    blocks.extend(charts.iter().map(|chart| Block::Chart(chart.meta().id.clone())));
    blocks.extend(tables.iter().map(|table| Block::Table(table.id.clone())));
    let section = Section { id: "turn_times".to_owned(), heading: "Turn times".to_owned(), blocks };
    Some((section, tables.into(), charts))
}

/// Says where the times come from, as far as both sources are there.
fn definition(times: &TurnTimes) -> String {
    let has = |source: TurnSource| times.rows.iter().any(|row| row.source == source);
    let mut text = "How long messages of the agent and of the user simulator took, as the result files themselves record it; logs play no \
                    part."
        .to_owned();
    if has(TurnSource::Gap) {
        text.push_str(
            " Turn gap: the timestamp of a message minus that of the message before it, so it includes all that happened between the two \
             (the call, its retries, waiting); the first message of a conversation has none.",
        );
    }
    if has(TurnSource::Generation) {
        text.push_str(" Generation time: that of the call alone, as recorded.");
    }
    if has(TurnSource::Gap) && has(TurnSource::Generation) {
        text.push_str(" No figure mixes the two.");
    }
    text
}

fn turns(scene: &Scene<'_>, times: &TurnTimes) -> Table {
    let mut columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("side", "side"),
        column::text("source", "source"),
        column::number("turns", "turns"),
        column::wide(column::number("mean_ms", "mean")),
    ];
    columns.extend(percentile_columns(&times.options.levels).into_iter().map(|column| headed(column, times)));
    let [lo, hi] = column::interval("under_limit", "interval");
    columns.extend([
        column::wide(column::number("max_ms", "longest")),
        column::wide(column::number("limit_ms", "")),
        column::number("under_limit", "under limit"),
        lo,
        hi,
        column::number("input_tokens_per_turn", "tokens in"),
        column::number("output_tokens_per_turn", "out"),
        column::number("cost_per_turn_usd", "cost"),
    ]);
    let title = "Time of turns".to_owned();
    let rows = times.rows.iter().map(|row| turn_cells(scene, row)).collect();
    let table = Table { id: "turn_times".to_owned(), title, columns, rows, notes: vec![notes(scene, times)] };
    table.without_idle(&["input_tokens_per_turn", "output_tokens_per_turn", "cost_per_turn_usd"])
}

fn headed(mut column: Column, times: &TurnTimes) -> Column {
    if times.options.levels == DEFAULT_LEVELS && !HEADED.contains(&column.key.as_str()) {
        column.heading.clear();
    }
    column
}

fn turn_cells(scene: &Scene<'_>, row: &TurnRow) -> Vec<Cell> {
    let name = &scene.names[row.cell];
    let mut cells = vec![
        cell::text(&name.env),
        cell::text(&name.short),
        cell::text(row.side.name()),
        cell::text(row.source.name()),
        cell::count(Some(row.summary.n as u64)),
        cell::millis(row.summary.mean_ms),
    ];
    cells.extend(percentile_cells(&row.summary));
    let [lo, hi] = cell::interval(bounds(row.below.and_then(|share| share.interval)));
    cells.extend([
        cell::millis(row.summary.max_ms),
        cell::millis(Some(row.limit_ms)),
        cell::rate(row.below.map(|share| share.share)),
        lo,
        hi,
        cell::mean(row.input_tokens.mean(), 0),
        cell::mean(row.output_tokens.mean(), 0),
        cell::usd(row.cost_usd.mean()),
    ]);
    cells
}

fn notes(scene: &Scene<'_>, times: &TurnTimes) -> String {
    let limit_of = |side: Role| format!("{} {}", side.name(), limit(times.options.limit_of(side)));
    format!(
        "Percentiles: {}; a P99 needs 100 turns. Under limit: strictly quicker than {}. Intervals ({}, in the CSV also of P50, P90, P95, \
         P99) are over tasks; those of percentiles need at least 8 tasks, 25 for P90, 50 for P95, 250 for P99. Tokens and cost: mean per \
         turn over the turns in the row that record them. Kept episodes only: a copy counts once.",
        quantile_words(times.options.kind),
        SIDES.map(limit_of).join(", "),
        scene.level(),
    )
}

/// Reward beside the time it took.
fn rewards(scene: &Scene<'_>, times: &TurnTimes) -> Table {
    let interval = |stem: &str| column::interval(stem, &format!("{} interval", scene.level()));
    let [[pass_lo, pass_hi], [episode_lo, episode_hi], [solved_lo, solved_hi]] =
        ["pass_1", "per_episode_s", "per_solved_s"].map(interval);
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("pass_1", "pass^1"),
        pass_lo,
        pass_hi,
        column::text("source", "source"),
        column::number("counted", "episodes"),
        column::number("timed", "timed"),
        column::number("per_episode_s", "per episode"),
        episode_lo,
        episode_hi,
        column::number("solved_mean_s", "solved"),
        column::number("failed_mean_s", "failed"),
        column::number("per_solved_s", "per solved episode"),
        solved_lo,
        solved_hi,
    ];
    let rows = times.episodes.iter().map(|one| reward_cells(scene, one)).collect();
    let notes = vec![
        "Turn time of an episode: the sum over the messages of both sides; tools take their own time, which is in none of them. Timed: \
         counted episodes in which every message of both sides after the first has a time. Solved, failed: means of those episodes. Per \
         solved episode: the turn time of all timed episodes, failed ones too, over the solved ones. pass^1 is of all counted episodes."
            .to_owned(),
    ];
    Table { id: "turn_rewards".to_owned(), title: "Reward beside time".to_owned(), columns, rows, notes }
}

fn reward_cells(scene: &Scene<'_>, one: &EpisodeTurnTime) -> Vec<Cell> {
    let entry = scene.entry(one.cell);
    let pass = entry.stats.pass_1();
    let [pass_lo, pass_hi] = cell::pass_interval(bounds(pass.and_then(|(_, interval)| interval)));
    let (per_episode, per_solved) = (ratio(one.per_episode), ratio(one.per_solved));
    let mut cells = vec![
        cell::text(&entry.name.env),
        cell::text(&entry.name.short),
        cell::pass(pass.map(|(value, _)| value)),
        pass_lo,
        pass_hi,
        cell::text(one.source.name()),
        cell::count(Some(one.counted)),
        cell::count(Some(one.episodes())),
    ];
    cells.extend(per_episode);
    cells.extend([cell::duration(one.solved.mean_s()), cell::duration(one.failed.mean_s())]);
    cells.extend(per_solved);
    cells
}

/// A ratio of seconds with its interval. Over nothing it is infinite, and at least what was spent.
fn ratio(found: Option<RatioOfSums>) -> [Cell; 3] {
    let mut shown = cell::duration(found.and_then(|ratio| ratio.ratio));
    if let Some(none) = found.filter(|ratio| ratio.ratio.is_none()) {
        shown.text = format!("∞ (> {}, 0 solved)", fmt::duration(Some(none.numerator)));
    }
    let ends = bounds(found.and_then(|ratio| ratio.interval));
    let [mut lo, hi] = cell::interval(ends);
    lo.text = fmt::duration_interval(ends);
    [shown, lo, hi]
}

/// Draws the turns of an environment, each side apart; rows say their source where the environment has both.
fn chart(scene: &Scene<'_>, times: &TurnTimes, env: &EnvCells<'_>) -> Option<Spans> {
    let of_cell = |index: usize| times.rows.iter().filter(move |row| row.cell == index && row.summary.n >= FEWEST_TURNS);
    let drawn: Vec<&TurnRow> = env.shown.iter().flat_map(|entry| of_cell(entry.index)).collect();
    let first = drawn.first()?;
    let cells = plural(drawn.chunk_by(|a, b| a.cell == b.cell).count() as u64, "cell");
    let one_source = drawn.iter().all(|row| row.source == first.source).then_some(first.source);
    let same_limit = drawn.iter().all(|row| row.limit_ms.total_cmp(&first.limit_ms).is_eq());
    let group = |side: Role| {
        let rows = drawn.iter().filter(|row| row.side == side).map(|row| span(scene, row, one_source.is_none()));
        (side.name().to_owned(), rows.collect::<Vec<_>>())
    };
    let sources = match one_source {
        Some(TurnSource::Gap) => "Turn gap",
        Some(TurnSource::Generation) => "Generation time",
        None => "Generation time and turn gap",
    };
    Some(Spans {
        meta: ChartMeta {
            id: format!("turn_times_{}", env.id),
            title: format!("How long turns take in {}", env.env),
            subtitle: format!("{sources}; {cells}"),
            footer: format!(
                "As the result files record it. Rows of fewer than {FEWEST_TURNS} turns are in the table only. Percentiles: type 7. taureport {}",
                scene.version
            ),
            alt: format!("Interval plot of how long turns of {cells} take in {}", env.env),
        },
        axis: "time of a turn".to_owned(),
        text_heading: "median, P95, turns".to_owned(),
        unit: "turn".to_owned(),
        groups: SIDES.map(group).into_iter().filter(|(_, rows)| !rows.is_empty()).collect(),
        sla_ms: Some(first.limit_ms).filter(|_| same_limit),
    })
}

fn span(scene: &Scene<'_>, row: &TurnRow, says_source: bool) -> SpanRow {
    let at = |level: f64| quantile_type7(&row.sorted_ms, level).unwrap_or(f64::NAN);
    let texts = [millis(Some(at(0.5))), millis(Some(at(0.95))), fmt::count(Some(row.summary.n as u64))];
    SpanRow {
        label: scene.names[row.cell].short.clone(),
        sub: says_source.then(|| row.source.name().to_owned()),
        p10_ms: at(0.1),
        p25_ms: at(0.25),
        p50_ms: at(0.5),
        p75_ms: at(0.75),
        p90_ms: at(0.9),
        p99_ms: (row.summary.n >= 100).then(|| at(0.99)),
        max_ms: row.summary.max_ms.unwrap_or(f64::NAN),
        n: row.summary.n as u64,
        text: texts.join("  "),
    }
}
