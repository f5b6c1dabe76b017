//! Per task: which tasks are solved by which cell.

use super::{
    chart::{Chart, ChartMeta, Heatmap},
    document::{Block, Section},
    fmt::{cell, column},
    matrix::binned,
    scene::{EnvCells, Scene, listing, plural},
    table::{Cell, Table},
};
use crate::records::TaskId;

/// Tasks listed by name in the text.
const LISTED: usize = 25;

/// Returns the section with its tables and charts.
pub(super) fn section(scene: &Scene<'_>) -> (Section, Vec<Table>, Vec<Chart>) {
    let mut points = Vec::new();
    for ranking in &scene.analysis.rankings {
        if ranking.env.is_none() {
            continue;
        }
        let env = scene.env_of(ranking);
        let cells = ranking.order.len();
        if cells == 0 {
            continue;
        }
        let of = if cells == 1 { "the one cell".to_owned() } else { format!("any of {cells} cells") };
        let all = if cells == 1 { "the one cell".to_owned() } else { format!("all {cells} cells") };
        if !ranking.solved_by_none.is_empty() {
            let tasks = named(&ranking.solved_by_none);
            points.push(format!("{env}: never solved by {of}: {tasks}. Look there first: the task itself may be at fault."));
        }
        if !ranking.solved_by_all.is_empty() {
            points.push(format!("{env}: always solved by {all}: {}.", named(&ranking.solved_by_all)));
        }
    }
    let mut blocks = Vec::new();
    if !points.is_empty() {
        blocks.push(Block::Points(points));
    }
    let charts: Vec<Chart> = scene.shown_by_env().iter().map(|env| Chart::Heatmap(heatmap(scene, env))).collect();
    blocks.extend(charts.iter().map(|chart| Block::Chart(chart.meta().id.clone())));
    let tables: Vec<Table> = table(scene).into_iter().collect();
    if !tables.is_empty() {
        blocks.push(Block::FoldedTable("tasks".to_owned()));
    }
    if blocks.is_empty() {
        blocks.push(Block::Text("No episode names its task.".to_owned()));
    }
    (Section { id: "per-task".to_owned(), heading: "Per task".to_owned(), blocks }, tables, charts)
}

/// `task 0`, `tasks 1, 3`.
fn named(tasks: &[TaskId]) -> String {
    format!("{} {}", if tasks.len() == 1 { "task" } else { "tasks" }, listing(tasks, LISTED))
}

fn heatmap(scene: &Scene<'_>, env: &EnvCells<'_>) -> Heatmap {
    let mut matrix = binned(&env.shown, |group| {
        let (n, c) = group.iter().fold((0, 0), |(n, c), task| (n + task.n, c + task.c));
        (n > 0).then(|| f64::from(c) / f64::from(n))
    });
    let mean = |values: &[Option<f64>]| {
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        known.iter().sum::<f64>() / known.len().max(1) as f64
    };
    matrix.rows.sort_by(|(_, a), (_, b)| mean(b).total_cmp(&mean(a)));
    let (tasks, rests_on) = if matrix.is_grouped() {
        let groups = format!("{} in {}", plural(matrix.tasks as u64, "task"), plural(matrix.rows.len() as u64, "group"));
        (groups, "all trials of a group of tasks with neighbouring ids")
    } else {
        (plural(matrix.tasks as u64, "task"), "the trials of one task")
    };
    let columns: Vec<String> = env.shown.iter().map(|entry| entry.name.short.clone()).collect();
    Heatmap {
        meta: ChartMeta {
            id: format!("tasks_{}", env.id),
            title: format!("Which tasks are solved in {}", env.env),
            subtitle: format!(
                "Share of trials solved; {tasks} from most to least solved, {} from best to worst",
                plural(columns.len() as u64, "cell")
            ),
            footer: format!("Each square rests on {rests_on} in one cell only. taureport {}", scene.version),
            alt: format!("Heatmap of solve rates by task and cell in {}", env.env),
        },
        columns,
        rows: matrix.rows,
    }
}

fn table(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("task", "task"),
        column::number("successes", "successes"),
        column::number("trials", "trials"),
        column::number("solve_rate", "rate"),
        column::number("excluded", "left out"),
        column::number("planned_trials", "planned"),
    ];
    let rows: Vec<Vec<Cell>> = scene
        .entries()
        .filter(|entry| entry.stats.outcomes.episodes > entry.stats.outcomes.untasked)
        .flat_map(|entry| {
            entry.stats.tasks.iter().map(move |task| {
                let rate = (task.n > 0).then(|| f64::from(task.c) / f64::from(task.n));
                vec![
                    cell::text(entry.name.env.clone()),
                    cell::text(entry.name.short.clone()),
                    cell::text(task.task.to_string()),
                    cell::count(Some(u64::from(task.c))),
                    cell::count(Some(u64::from(task.n))),
                    cell::rate(rate),
                    cell::count(Some(u64::from(task.excluded))),
                    cell::count(Some(u64::from(task.planned))),
                ]
            })
        })
        .collect();
    let title = format!("Every task of every cell ({})", plural(rows.len() as u64, "row"));
    (!rows.is_empty()).then(|| Table { id: "tasks".to_owned(), title, columns, rows, notes: Vec::new() })
}
