//! Cost and length of episodes.

use super::{
    chart::Chart,
    document::{Block, Section},
    fmt::{cell, column},
    scene::Scene,
    summary::bounds,
    table::{Cell, Table},
};
use crate::analysis::Cost;

/// Returns the section with its table.
pub(super) fn section(scene: &Scene<'_>) -> (Section, Vec<Table>, Vec<Chart>) {
    let mut blocks = vec![
        Block::Text(
            "τ-bench records the cost of the user simulator only, τ²-bench also that of the agent; both only where the provider names a \
             price. Unknown is not free: a cell without any known cost shows n/a. Models that are free or served \
             locally, or whose price the library did not know, record $0.00."
                .to_owned(),
        ),
        Block::Table("cost".to_owned()),
    ];
    let (mut tables, charts) = (vec![table(scene)], super::effort::charts(scene));
    blocks.extend(charts.iter().map(|chart| Block::Chart(chart.meta().id.clone())));
    for effort in super::effort::tables(scene) {
        blocks.push(Block::Table(effort.id.clone()));
        tables.push(effort);
    }
    (Section { id: "cost".to_owned(), heading: "Cost, time and length".to_owned(), blocks }, tables, charts)
}

fn table(scene: &Scene<'_>) -> Table {
    let [lo, hi] = column::interval("user_cost_per_success_usd", &format!("{} interval", scene.level()));
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("user_cost_known", "user cost known"),
        column::number("user_cost_per_episode_usd", "per episode"),
        column::number("user_cost_per_success_usd", "per success"),
        lo,
        hi,
        column::number("agent_cost_known", "agent cost known"),
        column::number("agent_cost_per_episode_usd", "per episode"),
        column::number("agent_cost_per_success_usd", "per success"),
        column::number("messages_per_episode", "messages"),
        column::number("turns_per_episode", "agent turns"),
        column::number("tool_calls_per_episode", "tool calls"),
    ];
    let rows = scene.entries().map(|entry| {
        let (user, agent, talk) = (entry.stats.user_cost, entry.stats.agent_cost, entry.stats.conversation);
        let ratio = user.and_then(|cost| cost.per_success);
        let interval = ratio.and_then(|ratio| ratio.interval);
        let [mut lo, hi] = cell::interval(bounds(interval));
        lo.text = interval.map_or_else(
            || "n/a".to_owned(),
            |one| format!("[{}, {}]", super::fmt::usd(Some(one.lo)), super::fmt::usd(Some(one.hi))),
        );
        vec![
            cell::text(entry.name.env.clone()),
            cell::text(entry.name.short.clone()),
            cell::count(Some(user.map_or(0, |cost| cost.known))),
            cell::usd(user.map(|cost| cost.per_episode_usd)),
            per_success(user),
            lo,
            hi,
            cell::count(Some(agent.map_or(0, |cost| cost.known))),
            cell::usd(agent.map(|cost| cost.per_episode_usd)),
            per_success(agent),
            cell::mean(talk.map(|talk| talk.messages), 1),
            cell::mean(talk.map(|talk| talk.turns), 1),
            cell::mean(talk.map(|talk| talk.tool_calls), 1),
        ]
    });
    let notes = vec![
        "Known: episodes whose cost is on record. Per success: cost of all episodes with a known cost, failed ones too, over the successes among them; interval by task. Without any \
         success it is infinite, and at least what was spent. Turns: messages of the agent. Tool calls of act and react agents are counted \
         by the tool results they were given; those of τ²-bench include the user's own (telecom)."
            .to_owned(),
    ];
    Table { id: "cost".to_owned(), title: "Cost and length per episode".to_owned(), columns, rows: rows.collect(), notes }
}

fn per_success(cost: Option<Cost>) -> Cell {
    let ratio = cost.and_then(|cost| cost.per_success);
    let mut shown = cell::usd(ratio.and_then(|ratio| ratio.ratio));
    if let Some(none) = ratio.filter(|ratio| ratio.ratio.is_none()) {
        shown.text = format!("∞ (> {}, 0 successes)", super::fmt::usd(Some(none.numerator)));
    }
    shown
}
