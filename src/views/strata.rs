//! pass^1 by properties of the tasks.

use std::collections::{BTreeMap, BTreeSet};

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
                    cell::count(Some(one.tasks.len() as u64)),
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
    let title = format!("pass^1 by kind of task ({})", plural(rows.len() as u64, "row"));
    (!rows.is_empty()).then(|| Table { id: "strata".to_owned(), title, columns, rows, notes })
}

/// The property whose strata have an order: numbers.
const ACTIONS: &str = "reference actions";

/// One chart a property that tells the tasks of the environment apart.
fn charts(scene: &Scene<'_>, env: &EnvCells<'_>) -> Vec<StrataChart> {
    let strata_of = |by: &str| -> Vec<(&str, &Strata)> {
        let own = env.shown.iter().filter_map(|entry| Some((entry.name.short.as_str(), entry.stats.tau2.as_ref()?)));
        own.filter_map(|(name, stats)| Some((name, stats.strata.iter().find(|strata| strata.by == by)?))).collect()
    };
    [ACTIONS, "intent", "persona"]
        .into_iter()
        .filter_map(|by| {
            let found = strata_of(by);
            let mut sizes = sizes(&found);
            let drawable = (FEWEST_STRATA..=MOST_STRATA).contains(&sizes.len());
            let joined = by == ACTIONS && drawable && fill_gaps(&mut sizes);
            drawable.then(|| chart(scene, env, by, &found, &Sizes { strata: sizes, joined }))
        })
        .collect()
}

/// Returns the number of tasks of each stratum. Every cell ran a part of the environment's tasks: only all of them together tell it.
fn sizes(found: &[(&str, &Strata)]) -> BTreeMap<TaskId, usize> {
    let mut tasks: BTreeMap<TaskId, BTreeSet<&TaskId>> = BTreeMap::new();
    for stratum in found.iter().flat_map(|(_, strata)| &strata.strata) {
        tasks.entry(TaskId::new(&stratum.label)).or_default().extend(&stratum.tasks);
    }
    tasks.into_iter().map(|(label, tasks)| (label, tasks.len())).collect()
}

/// The strata of a chart.
struct Sizes {
    /// Tasks by stratum, 0 where it only keeps a place.
    strata: BTreeMap<TaskId, usize>,
    /// Whether they have an order without gaps.
    joined: bool,
}

/// Adds the numbers that are missing between the smallest and the largest stratum, so that gaps can be seen. Returns whether none is
/// missing then: not where the strata would be too many, or are no numbers.
fn fill_gaps(sizes: &mut BTreeMap<TaskId, usize>) -> bool {
    let Some(numbers) = sizes.keys().map(|label| label.as_str().parse::<usize>().ok()).collect::<Option<BTreeSet<usize>>>()
    else {
        return false;
    };
    let Some((first, last)) = numbers.first().zip(numbers.last()) else { return false };
    if last - first >= MOST_STRATA {
        return false;
    }
    for number in *first..=*last {
        sizes.entry(TaskId::new(number.to_string())).or_default();
    }
    true
}

fn chart(scene: &Scene<'_>, env: &EnvCells<'_>, by: &str, found: &[(&str, &Strata)], sizes: &Sizes) -> StrataChart {
    let Sizes { strata: sizes, joined } = sizes;
    let short = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let series = found.iter().map(|(name, strata)| StrataSeries {
        label: (*name).to_owned(),
        points: sizes
            .keys()
            .map(|label| {
                let one = strata.strata.iter().find(|one| one.label == label.as_str())?;
                Some(StrataPoint { value: one.pass_1?, interval: bounds(one.interval), tasks: short(one.tasks.len()) })
            })
            .collect(),
    });
    let axis = if by == ACTIONS { "reference actions of the task" } else { by };
    StrataChart {
        meta: ChartMeta {
            id: format!("strata_{}_{}", by.replace(' ', "_"), env.id),
            title: format!("pass^1 by {by} in {}", env.env),
            subtitle: format!(
                "{} of {}",
                plural(sizes.values().sum::<usize>() as u64, "task"),
                plural(sizes.values().filter(|tasks| **tasks > 0).count() as u64, "kind")
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
        joined: *joined,
        series: series.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::tau2::StratumStats;

    #[test]
    fn a_stratum_is_as_large_as_all_cells_together_know_it() {
        let strata = |tasks: &[&str]| Strata {
            by: ACTIONS,
            strata: vec![StratumStats {
                label: "3".to_owned(),
                tasks: tasks.iter().map(|task| TaskId::new(*task)).collect(),
                trials: 2,
                pass_1: None,
                interval: None,
            }],
        };
        let (one, other) = (strata(&["a", "b"]), strata(&["b", "c"]));
        assert_eq!(sizes(&[("one", &one), ("other", &other)]), [(TaskId::new("3"), 3)].into());
    }

    #[test]
    fn missing_numbers_keep_their_places() {
        let filled = |labels: &[&str]| {
            let mut sizes = labels.iter().map(|label| (TaskId::new(*label), 3)).collect();
            let joined = fill_gaps(&mut sizes);
            (joined, sizes.into_iter().map(|(label, tasks)| (label.to_string(), tasks)).collect::<Vec<_>>())
        };
        let pair = |label: &str, tasks| (label.to_owned(), tasks);
        assert_eq!(filled(&["8", "10", "11"]), (true, vec![pair("8", 3), pair("9", 0), pair("10", 3), pair("11", 3)]));
        assert_eq!(filled(&["1", "41"]), (false, vec![pair("1", 3), pair("41", 3)]));
        assert!(filled(&["1", "40"]).0);
        assert!(!filled(&["1", "many"]).0);
    }
}
