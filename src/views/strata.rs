//! pass^1 by properties of the tasks.

use std::collections::BTreeMap;

use super::{
    chart::{Chart, ChartMeta, Strata as StrataChart, StrataPoint, StrataSeries, Stratum},
    document::{Block, Section},
    fmt::{cell, column},
    scene::{EnvCells, Scene, plural},
    summary::bounds,
    table::{Cell, Table},
};
use crate::{analysis::tau2::Strata, records::TaskId};

/// Fewest strata for a chart.
const FEWEST_STRATA: usize = 2;
/// Most strata in a chart.
const MOST_STRATA: usize = 40;

/// Returns the section with its table and charts; `None` where no task has a known property.
pub(super) fn section(scene: &Scene<'_>) -> Option<(Section, Vec<Table>, Vec<Chart>)> {
    let table = table(scene)?;
    let charts: Vec<Chart> = scene.shown_by_env().iter().flat_map(|env| charts(scene, env)).map(Chart::Strata).collect();
    let mut blocks: Vec<Block> = charts.iter().map(|chart| Block::Chart(chart.meta().id.clone())).collect();
    blocks.push(Block::FoldedTable(table.id.clone()));
    let section = Section { id: "strata".to_owned(), heading: "By kind of task".to_owned(), blocks };
    Some((section, vec![table], charts))
}

fn table(scene: &Scene<'_>) -> Option<Table> {
    let [lo, hi] = column::interval("pass_1", &format!("{} interval", scene.level()));
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("by", "by"),
        column::text("stratum", "stratum"),
        column::number("tasks", "tasks"),
        column::number("trials", "trials"),
        column::number("pass_1", "pass^1"),
        lo,
        hi,
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for entry in scene.entries() {
        for strata in entry.stats.tau2.iter().flat_map(|stats| &stats.strata) {
            for one in &strata.strata {
                let [lo, hi] = cell::pass_interval(bounds(one.interval));
                rows.push(vec![
                    cell::text(entry.name.env.clone()),
                    cell::text(entry.name.short.clone()),
                    cell::text(strata.by),
                    cell::text(one.label.clone()),
                    cell::count(Some(one.tasks as u64)),
                    cell::count(Some(one.trials)),
                    cell::pass(one.pass_1),
                    lo,
                    hi,
                ]);
            }
        }
    }
    let notes = vec![
        "Reference actions: the length of one path to success in the task's evaluation criteria, not what the agent did. Intent and \
         persona: from task ids of the form [intent]…[PERSONA:…]."
            .to_owned(),
    ];
    let title = format!("pass^1 by kind of task ({} rows)", rows.len());
    (!rows.is_empty()).then(|| Table { id: "strata".to_owned(), title, columns, rows, notes })
}

/// One chart a property that tells the tasks of the environment apart.
fn charts(scene: &Scene<'_>, env: &EnvCells<'_>) -> Vec<StrataChart> {
    let strata_of = |by: &str| -> Vec<(&str, &Strata)> {
        let own = env.shown.iter().filter_map(|entry| Some((entry.name.short.as_str(), entry.stats.tau2.as_ref()?)));
        own.filter_map(|(name, stats)| Some((name, stats.strata.iter().find(|strata| strata.by == by)?))).collect()
    };
    ["reference actions", "intent", "persona"]
        .into_iter()
        .filter_map(|by| {
            let found = strata_of(by);
            // Every cell ran a part of the environment's tasks; the largest count of a stratum is the best known size of it.
            let mut sizes: BTreeMap<TaskId, usize> = BTreeMap::new();
            for stratum in found.iter().flat_map(|(_, strata)| &strata.strata) {
                let size = sizes.entry(TaskId::new(&stratum.label)).or_default();
                *size = (*size).max(stratum.tasks);
            }
            (FEWEST_STRATA..=MOST_STRATA).contains(&sizes.len()).then(|| chart(scene, env, by, &found, &sizes))
        })
        .collect()
}

fn chart(
    scene: &Scene<'_>,
    env: &EnvCells<'_>,
    by: &str,
    found: &[(&str, &Strata)],
    sizes: &BTreeMap<TaskId, usize>,
) -> StrataChart {
    let short = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let series = found.iter().map(|(name, strata)| StrataSeries {
        label: (*name).to_owned(),
        points: sizes
            .keys()
            .map(|label| {
                let one = strata.strata.iter().find(|one| one.label == label.as_str())?;
                Some(StrataPoint { value: one.pass_1?, interval: bounds(one.interval), tasks: short(one.tasks) })
            })
            .collect(),
    });
    let axis = if by == "reference actions" { "reference actions of the task" } else { by };
    StrataChart {
        meta: ChartMeta {
            id: format!("strata_{}_{}", by.replace(' ', "_"), env.id),
            title: format!("pass^1 by {by} in {}", env.env),
            subtitle: format!(
                "{} of {}",
                plural(sizes.values().sum::<usize>() as u64, "task"),
                plural(sizes.len() as u64, "kind")
            ),
            footer: format!(
                "Whisker: {} interval ({}). A gap: no scored task. taureport {}",
                scene.level(),
                scene.analysis.options.ci.name(),
                scene.version
            ),
            alt: format!("pass^1 by {by} of the tasks in {}", env.env),
        },
        axis: axis.to_owned(),
        strata: sizes.iter().map(|(label, tasks)| Stratum { label: label.to_string(), tasks: short(*tasks) }).collect(),
        series: series.collect(),
    }
}
