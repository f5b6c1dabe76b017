//! What the wall-clock time of episodes went into.

use super::super::{
    chart::{Chart, ChartMeta, StackedTime, StackedTimeRow},
    document::{Block, Section},
    fmt::{self, cell, column},
    scene::{Scene, plural},
    table::{Cell, Table},
};
use crate::analysis::latency::{Component, Latency, TimeRow};

/// Returns the section; `None` where no call was attached to an episode.
pub(super) fn section(scene: &Scene<'_>, latency: &Latency) -> Option<(Section, Vec<Table>, Vec<Chart>)> {
    let rows = &latency.joined.rows;
    if rows.is_empty() {
        return None;
    }
    let text = format!(
        "{} A call may belong to an episode of its task in a cell of the log's domain, label and agent model, in whose time it ended; of \
         several, the trial that the log completes next and the file nearest to the log decide.",
        super::attached(latency.joined.attachment)
    );
    let (chart, table) = (chart(scene, rows), table(scene, rows));
    let (per_solved, episodes) = (per_solved(scene, rows), episodes(scene, latency));
    let blocks = vec![
        Block::Text(text),
        Block::Chart(chart.meta.id.clone()),
        Block::Table(table.id.clone()),
        Block::Table(per_solved.id.clone()),
        Block::FoldedTable(episodes.id.clone()),
    ];
    let section = Section { id: "time".to_owned(), heading: "Where the time goes".to_owned(), blocks };
    Some((section, vec![table, per_solved, episodes], vec![Chart::StackedTime(chart)]))
}

fn outcome(row: &TimeRow) -> &'static str {
    if row.solved { "solved" } else { "failed" }
}

fn table(scene: &Scene<'_>, rows: &[TimeRow]) -> Table {
    let mut columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("outcome", "outcome"),
        column::number("episodes", "episodes"),
        column::number("span_s", "wall clock"),
        column::number("span_p50_s", "P50"),
        column::number("span_p90_s", "P90"),
    ];
    columns.extend(Component::ALL.map(|one| column::number(&format!("{}_s", one.name().replace(' ', "_")), one.name())));
    columns.extend([column::number("unexplained_s", "unexplained"), column::number("overlap_s", "overlap")]);
    let rows = rows.iter().map(|row| {
        let name = &scene.names[row.cell];
        let mut cells: Vec<Cell> = vec![
            cell::text(name.env.clone()),
            cell::text(name.short.clone()),
            cell::text(outcome(row)),
            cell::count(Some(row.episodes as u64)),
            cell::duration(Some(row.span_s)),
            cell::duration(row.span_p50_s),
            cell::duration(row.span_p90_s),
        ];
        cells.extend(row.parts_s.map(|part| cell::duration(Some(part))));
        cells.extend([cell::duration(Some(row.unexplained_s)), cell::duration(Some(row.overlap_s))]);
        cells
    });
    let notes = vec![
        "Means over episodes with calls; the parts and the unexplained time add up to the wall clock. Of components that run at once the one \
         further left has the time; overlap says how much that is."
            .to_owned(),
    ];
    let title = "What the time of an episode goes into".to_owned();
    Table { id: "latency_time".to_owned(), title, columns, rows: rows.collect(), notes }
}

/// Every episode with calls.
fn episodes(scene: &Scene<'_>, latency: &Latency) -> Table {
    let mut columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("task", "task"),
        column::number("trial", "trial"),
        column::flag("solved", "solved"),
        column::number("span_s", "wall clock"),
    ];
    columns.extend(Component::ALL.map(|one| column::number(&format!("{}_s", one.name().replace(' ', "_")), one.name())));
    columns.extend([column::number("unexplained_s", "unexplained"), column::number("overlap_s", "overlap")]);
    let rows: Vec<Vec<Cell>> = latency
        .joined
        .episodes
        .iter()
        .map(|one| {
            let name = &scene.names[one.cell];
            let mut cells = vec![
                cell::text(name.env.clone()),
                cell::text(name.short.clone()),
                cell::text(one.task.to_string()),
                cell::integer(one.trial),
                cell::flag(one.solved),
                cell::duration(Some(one.span_s)),
            ];
            cells.extend(one.parts_s.map(|part| cell::duration(Some(part))));
            cells.extend([cell::duration(Some(one.unexplained_s)), cell::duration(Some(one.overlap_s))]);
            cells
        })
        .collect();
    let title = format!("The time of every episode ({})", plural(rows.len() as u64, "row"));
    Table { id: "latency_episodes".to_owned(), title, columns, rows, notes: Vec::new() }
}

/// What a success costs in time: the failed episodes are paid for too.
fn per_solved(scene: &Scene<'_>, rows: &[TimeRow]) -> Table {
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("episodes", "episodes"),
        column::number("solved", "solved"),
        column::number("span_s", "wall clock"),
        column::number("span_per_solved_s", "per solved episode"),
    ];
    let of_cell = rows.chunk_by(|a, b| a.cell == b.cell).map(|own| {
        let name = &scene.names[own[0].cell];
        let sum = own.iter().map(|row| row.span_s * row.episodes as f64).sum::<f64>();
        let solved: usize = own.iter().filter(|row| row.solved).map(|row| row.episodes).sum();
        vec![
            cell::text(name.env.clone()),
            cell::text(name.short.clone()),
            cell::count(Some(own.iter().map(|row| row.episodes as u64).sum())),
            cell::count(Some(solved as u64)),
            cell::duration(Some(sum)),
            cell::duration((solved > 0).then(|| sum / solved as f64)),
        ]
    });
    let notes =
        vec!["Over episodes with calls that count: the time of all of them, failed ones too, over the solved ones.".to_owned()];
    let title = "Time per solved episode".to_owned();
    Table { id: "latency_per_solved".to_owned(), title, columns, rows: of_cell.collect(), notes }
}

fn chart(scene: &Scene<'_>, rows: &[TimeRow]) -> StackedTime {
    let mut groups: Vec<(String, Vec<StackedTimeRow>)> = Vec::new();
    for row in rows {
        let name = &scene.names[row.cell];
        let drawn = StackedTimeRow {
            label: name.short.clone(),
            sub: Some(outcome(row).to_owned()),
            parts_ms: row.parts_s.iter().chain([&row.unexplained_s]).map(|s| s * 1000.0).collect(),
            text: format!("{}  {}", fmt::duration(Some(row.span_s)), plural(row.episodes as u64, "episode")),
        };
        match groups.last_mut().filter(|(env, _)| *env == name.env) {
            Some((_, group)) => group.push(drawn),
            None => groups.push((name.env.clone(), vec![drawn])),
        }
    }
    let categories = Component::ALL.map(|one| one.name().to_owned()).into_iter().chain(["unexplained".to_owned()]);
    StackedTime {
        meta: ChartMeta {
            id: "latency_time".to_owned(),
            title: "Where the time of an episode goes".to_owned(),
            subtitle: "Mean wall-clock time of solved and of failed episodes".to_owned(),
            footer: format!("Of components that run at once, the one named first has the time. taureport {}", scene.version),
            alt: "Stacked bars of mean episode time by component, solved and failed".to_owned(),
        },
        axis: "mean time of an episode".to_owned(),
        text_heading: "wall clock".to_owned(),
        categories: categories.collect(),
        groups,
    }
}
