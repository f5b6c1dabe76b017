//! Averages over the environments that configurations share.

use std::collections::BTreeSet;

use super::{
    fmt::{cell, column},
    scene::{Scene, listing},
    summary::bounds,
    table::{Cell, Table},
};
use crate::analysis::Overall;

/// Largest k shown.
const MOST_K: usize = 4;

/// Returns one table a benchmark.
pub(super) fn tables(scene: &Scene<'_>) -> Vec<Table> {
    let many = scene.analysis.overall.len() > 1;
    scene.analysis.overall.iter().map(|overall| table(scene, overall, many)).collect()
}

fn table(scene: &Scene<'_>, overall: &Overall, many: bool) -> Table {
    let most = overall.rows.iter().map(|row| row.points.len()).max().unwrap_or(0).min(MOST_K);
    let mut columns = vec![column::text("cell", "model · strategy"), column::number("tasks", "tasks")];
    for k in 1..=most {
        let [lo, hi] = column::interval(&format!("pass_{k}"), &format!("{} interval", scene.level()));
        columns.extend([column::number(&format!("pass_{k}"), &format!("pass^{k}")), lo, hi]);
    }
    let rows: Vec<Vec<Cell>> = overall
        .rows
        .iter()
        .map(|row| {
            let tasks: usize = row.cells.iter().map(|cell| scene.analysis.cells[*cell].scored_tasks).sum();
            let mut cells = vec![cell::text(name(scene, &row.cells)), cell::count(Some(tasks as u64))];
            for at in 0..most {
                let point = row.points.get(at);
                let [lo, hi] = cell::pass_interval(bounds(point.and_then(|point| point.interval)));
                cells.extend([cell::pass(point.map(|point| point.value)), lo, hi]);
            }
            cells
        })
        .collect();
    let mut notes = vec![format!(
        "Unweighted mean over {}; its interval combines those of the environments (MOVER). Tasks of different environments are never pooled.",
        listing(&overall.envs, 6),
    )];
    if !overall.left_out.is_empty() {
        let names: Vec<&str> = overall.left_out.iter().map(|cell| scene.names[*cell].full.as_str()).collect();
        notes.push(format!(
            "Not averaged, since no cell of the same configuration (user simulator, temperature and all other settings included) is there in some \
             of these environments: {}.",
            listing(&names, 6)
        ));
    }
    let differs: BTreeSet<&str> = scene
        .analysis
        .rankings
        .iter()
        .flat_map(|ranking| &ranking.contrasts)
        .filter(|contrast| overall.rows.iter().any(|row| row.cells.contains(&contrast.cell)))
        .flat_map(|contrast| contrast.differs.iter().copied())
        .collect();
    if !differs.is_empty() {
        let differs: Vec<&str> = differs.into_iter().collect();
        notes.push(format!("Some of these configurations also differ in {}: see the warnings below.", listing(&differs, 8)));
    }
    let id = if many {
        format!("overall_{}", super::names::slug(&format!("{:?}", overall.benchmark)))
    } else {
        "overall".to_owned()
    };
    let title = format!("Average over {} environments, {}", overall.envs.len(), overall.benchmark);
    Table { id, title, columns, rows, notes }
}

/// Returns a sentence on what cells shown side by side differ in although a comparison should keep it the same; empty where nothing.
pub(super) fn differing_words(scene: &Scene<'_>, shown: &[usize]) -> String {
    let contrasts = scene.analysis.rankings.iter().flat_map(|ranking| &ranking.contrasts);
    let differs: BTreeSet<&str> =
        contrasts.filter(|one| shown.contains(&one.cell)).flat_map(|one| one.differs.iter().copied()).collect();
    let differs: Vec<&str> = differs.into_iter().collect();
    if differs.is_empty() { String::new() } else { format!(" Cells differ in {}: see Data quality.", listing(&differs, 8)) }
}

/// The name of a configuration: what its cells are called in every environment, or all of their names.
fn name(scene: &Scene<'_>, cells: &[usize]) -> String {
    let names: BTreeSet<&str> = cells.iter().map(|cell| scene.names[*cell].short.as_str()).collect();
    names.into_iter().next().unwrap_or_default().to_owned()
}
