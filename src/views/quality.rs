//! Data quality: what was read, what was left out and why, what is missing.

use std::collections::BTreeMap;

use super::{
    chart::{Chart, ChartMeta, Coverage, CoverageSquare},
    document::{Block, Section},
    fmt::{self, cell, column},
    matrix::binned,
    scene::{Entry, EnvCells, MOST_CELLS_SHOWN, Scene, listing, plural},
    summary::bounds,
    table::Table,
    warnings::warnings,
};
use crate::records::{ErrorClass, Outcome};
use crate::words::{self, clause, verb};

/// Difference of pass^1 from τ-bench's own printout from which it is mentioned.
const UPSTREAM_DIFFERS: f64 = 0.005;

/// Returns the section with its tables and charts.
pub(super) fn section(scene: &Scene<'_>) -> (Section, Vec<Table>, Vec<Chart>) {
    let mut blocks = vec![Block::Text(overview(scene))];
    blocks.extend(warnings(scene).into_iter().map(Block::Warning));
    if scene.names.is_empty() {
        let tables: Vec<Table> = passed_over_table(scene).into_iter().collect();
        blocks.extend(tables.iter().map(|table| Block::FoldedTable(table.id.clone())));
        return (Section { id: "data-quality".to_owned(), heading: "Data quality".to_owned(), blocks }, tables, Vec::new());
    }
    let mut tables = vec![episodes_table(scene), cells_table(scene)];
    blocks.extend([Block::Table("episodes".to_owned()), Block::FoldedTable("cells".to_owned())]);
    for table in [errors_table(scene), policy_table(scene), upstream_table(scene)].into_iter().flatten() {
        blocks.push(Block::Table(table.id.clone()));
        tables.push(table);
    }
    let charts: Vec<Chart> = scene.shown_by_env().iter().map(|env| Chart::Coverage(coverage(scene, env))).collect();
    blocks.extend(charts.iter().map(|chart| Block::Chart(chart.meta().id.clone())));
    for table in [issues_table(scene), passed_over_table(scene), Some(files_table(scene))].into_iter().flatten() {
        blocks.push(Block::FoldedTable(table.id.clone()));
        tables.push(table);
    }
    (Section { id: "data-quality".to_owned(), heading: "Data quality".to_owned(), blocks }, tables, charts)
}

fn overview(scene: &Scene<'_>) -> String {
    let sweep = scene.sweep;
    let (mut records, mut copies, mut conflicts, mut discarded) = (0, 0, 0, 0);
    for cell in &sweep.cells {
        records += cell.tally.records;
        copies += cell.tally.exact_duplicates;
        discarded += cell.tally.discarded;
        conflicts += cell.tally.conflicting_attempts;
    }
    let counted: u64 = scene.analysis.cells.iter().map(|cell| cell.outcomes.counted).sum();
    let excluded: u64 = scene.analysis.cells.iter().map(|cell| cell.outcomes.excluded()).sum();
    let mut text = format!(
        "{} in {} {} {}. Dropped: {}{} and {}. Of the rest, {} counted and {} {} excluded.",
        plural(sweep.files.len() as u64, "result file"),
        plural(sweep.cells.len() as u64, "cell"),
        verb(sweep.files.len() as u64, "holds", "hold"),
        plural(records as u64, "record"),
        plural(copies as u64, "exact copy"),
        if discarded == 0 {
            String::new()
        } else {
            format!(", {} discarded by τ²-bench", plural(discarded as u64, "simulation"))
        },
        plural(conflicts as u64, "repeated attempt"),
        clause(counted, "episode", "is", "are"),
        words::count(excluded),
        verb(excluded, "is", "are"),
    );
    if let Some(filtered) = &sweep.filtered {
        let left_out = filtered.of - filtered.kept;
        text.push_str(&format!(" Before that, --filter left out {}.", plural(left_out, "episode")));
    }
    if scene.names.is_empty() {
        "No result files.".clone_into(&mut text);
    }
    if !sweep.logs.is_empty() {
        let place = if scene.latency.is_some() { "Latency" } else { "Logs" };
        text.push_str(&format!(" {} read; see {place}.", clause(sweep.logs.len() as u64, "log", "was", "were")));
    }
    let passed = sweep.passed_over.len() as u64;
    if passed > 0 {
        text.push_str(&format!(" {} passed over, each with its reason below.", clause(passed, "file", "was", "were")));
    }
    if scene.other_files > 0 {
        let others = clause(scene.other_files as u64, "other file", "was", "were");
        text.push_str(&format!(" {others} not opened: neither .json or .jsonl (also with .gz or .zst) nor a log."));
    }
    text
}

fn episodes_table(scene: &Scene<'_>) -> Table {
    let [lo, hi] = column::interval("infrastructure_rate", "interval");
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("files", "files"),
        column::number("records", "records"),
        column::number("exact_copies", "copies"),
        column::number("repeated_attempts", "repeated"),
        column::number("discarded", "discarded"),
        column::number("episodes", "episodes"),
        column::number("counted", "counted"),
        column::number("infrastructure_errors", "infra errors"),
        column::number("agent_errors", "agent errors"),
        column::number("context_window_errors", "context errors"),
        column::number("invalid_rewards", "no reward"),
        column::number("without_task", "no task id"),
        column::number("infrastructure_rate", "infra rate"),
        lo,
        hi,
        column::number("planned_tasks", "planned tasks"),
        column::number("planned_trials", "planned trials"),
        column::number("coverage", "coverage"),
    ];
    let rows = scene.entries().map(|entry| {
        let (stats, outcomes) = (entry.stats, entry.stats.outcomes);
        let files = scene.files.of(entry.index).len();
        let infra = stats.infrastructure_rate;
        let [lo, hi] = cell::interval(bounds(infra.and_then(|rate| rate.interval)));
        let tasked = !stats.plan.tasks.is_empty();
        vec![
            cell::text(entry.name.env.clone()),
            cell::text(entry.name.short.clone()),
            cell::count(Some(files as u64)),
            cell::count(Some(stats.tally.records as u64)),
            cell::count(Some(stats.tally.exact_duplicates as u64)),
            cell::count(Some(stats.tally.conflicting_attempts as u64)),
            cell::count(Some(stats.tally.discarded as u64)),
            cell::count(Some(outcomes.episodes)),
            cell::count(Some(outcomes.counted)),
            cell::count(Some(outcomes.infrastructure)),
            cell::count(Some(outcomes.agent_errors)),
            cell::count(Some(outcomes.context_errors)),
            cell::count(Some(outcomes.invalid)),
            cell::count(Some(outcomes.untasked)),
            cell::rate(infra.map(|rate| rate.rate)),
            lo,
            hi,
            cell::count(tasked.then_some(stats.plan.tasks.len() as u64)),
            cell::count(tasked.then_some(u64::from(stats.plan.trials))),
            cell::rate(stats.coverage),
        ]
    });
    let notes = vec![
        "Copies: the same episode seen before. Repeated: other attempts at one (task, trial) in one file. Discarded: simulations that \
         τ²-bench discarded and ran again. Coverage: counted trials over \
         planned tasks × planned trials; planned tasks are those its files list (τ²-bench), or its own and those that the largest cell or two \
         cells of the environment have, or the task ranges in the file names; planned trials the number its files state, or the most that \
         a tenth of its tasks reach, unless --planned-trials says otherwise. Infra rate: share of episodes that \
         ended in an infrastructure error, with its Wilson interval over episodes."
            .to_owned(),
    ];
    Table {
        id: "episodes".to_owned(),
        title: "Episodes: found, dropped, counted".to_owned(),
        columns,
        rows: rows.collect(),
        notes,
    }
}

/// The configuration of every cell, part by part.
fn cells_table(scene: &Scene<'_>) -> Table {
    let mut columns = vec![column::text("id", ""), column::text("cell", "cell")];
    let headings = [
        "label",
        "env",
        "model",
        "folder",
        "strategy",
        "user model",
        "user strategy",
        "temperature",
        "mode",
        "max steps",
        "variant",
    ];
    columns.extend(headings.map(|heading| column::text(&heading.replace(' ', "_"), heading)));
    columns.push(column::text("settings", "other settings"));
    let rows = scene.entries().map(|entry| {
        let mut row = vec![cell::text(entry.name.id.clone()), cell::text(entry.name.short.clone())];
        row.extend(entry.cell.key.parts().map(|(_, value)| value.map_or_else(cell::empty, cell::text)));
        let settings: Vec<String> = entry.cell.key.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        row.push(if settings.is_empty() { cell::empty() } else { cell::text(settings.join(", ")) });
        row
    });
    let notes = vec!["An empty field is unknown. Where the model is unknown, the folder stands in for it.".to_owned()];
    Table { id: "cells".to_owned(), title: "What each cell is".to_owned(), columns, rows: rows.collect(), notes }.without_idle(
        &["label", "folder", "user_model", "user_strategy", "temperature", "mode", "max_steps", "variant", "settings"],
    )
}

fn errors_table(scene: &Scene<'_>) -> Option<Table> {
    let mut kinds: BTreeMap<(usize, ErrorClass, String), (u64, String)> = BTreeMap::new();
    for entry in scene.entries() {
        for trial in entry.cell.tasks.values().flatten().chain(&entry.cell.untasked) {
            if let Outcome::Error { error, .. } = &trial.episode.outcome {
                let kind =
                    kinds.entry((entry.index, error.class, error.rule.clone())).or_insert_with(|| (0, error.text.clone()));
                kind.0 += 1;
            }
        }
    }
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::text("class", "class"),
        column::text("rule", "rule"),
        column::number("episodes", "episodes"),
        column::text("example", "example"),
    ];
    let rows: Vec<_> = kinds
        .into_iter()
        .map(|((index, class, rule), (count, example))| {
            let name = &scene.names[index];
            vec![
                cell::text(name.env.clone()),
                cell::text(name.short.clone()),
                cell::text(class.name()),
                cell::text(rule),
                cell::count(Some(count)),
                cell::text(example),
            ]
        })
        .collect();
    let notes = vec![
        "Infrastructure errors are left out of n, agent errors and context-window overflows count with the recorded reward (--errors). \
         The rules are listed in docs/metrics.md; --error-rules adds to them."
            .to_owned(),
    ];
    let title = "Errors by kind".to_owned();
    (!rows.is_empty()).then(|| Table { id: "errors".to_owned(), title, columns, rows, notes })
}

fn policy_table(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "cell"),
        column::number("pass_1", "pass^1 as counted"),
        column::number("pass_1_errors_as_failures", "errors as failures"),
        column::number("missing_failed", "missing trials fail"),
        column::number("missing_passed", "missing trials pass"),
        column::number("missing_trials", "missing trials"),
    ];
    let rows: Vec<_> = scene
        .entries()
        .filter_map(|entry| {
            let stats = entry.stats;
            let bounds = stats.missing_bounds.first().copied().flatten();
            let missing = bounds.map_or(0, |bounds| bounds.missing);
            if stats.errors_as_failures.is_none() && missing == 0 {
                return None;
            }
            let pass_1 = stats.pass_1().map(|(value, _)| value);
            let failed = match &stats.errors_as_failures {
                Some(curve) => curve.first().and_then(|point| point.value),
                None => pass_1,
            };
            Some(vec![
                cell::text(entry.name.env.clone()),
                cell::text(entry.name.short.clone()),
                cell::mean(pass_1, 4),
                cell::mean(failed, 4),
                cell::mean(bounds.map(|bounds| bounds.lower), 4),
                cell::mean(bounds.map(|bounds| bounds.upper), 4),
                cell::count(Some(missing)),
            ])
        })
        .collect();
    let notes = vec![
        "The complete result lies between the last two: every planned trial that is missing or left out a failure, or a success. Errors \
         as failures is the lower bound over what was run."
            .to_owned(),
    ];
    let title = "What errors and missing trials could change".to_owned();
    (!rows.is_empty()).then(|| Table { id: "missing".to_owned(), title, columns, rows, notes })
}

/// Cells whose pass^1 differs from τ-bench's own printout, or files whose stored metrics differ from ours.
fn upstream_table(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![
        column::text("what", "source"),
        column::number("theirs", "pass^1 there"),
        column::number("ours", "pass^1 here"),
        column::text("why", "why"),
    ];
    let mut rows = Vec::new();
    for entry in scene.entries() {
        let Some((ours, _)) = entry.stats.pass_1() else { continue };
        if let Some(theirs) = entry.stats.upstream_pass_1.filter(|theirs| (theirs - ours).abs() > UPSTREAM_DIFFERS) {
            rows.push(vec![
                cell::sentence(format!("τ-bench's own printout for {}", entry.name.full)),
                cell::mean(Some(theirs), 4),
                cell::mean(Some(ours), 4),
                cell::text("it divides by tasks × distinct trial numbers, so missing trials and errors are failures"),
            ]);
        }
        for file in scene.files.of(entry.index) {
            let stored = file.stored.as_ref().and_then(|stored| stored.pass_hat.get(&1).copied().or(stored.avg_reward));
            if let Some(theirs) = stored.filter(|theirs| (theirs - ours).abs() > UPSTREAM_DIFFERS) {
                rows.push(vec![
                    cell::sentence(format!("metrics stored in {}", file.source.path)),
                    cell::mean(Some(theirs), 4),
                    cell::mean(Some(ours), 4),
                    cell::text("stored over all records of that file, errors counted as failures"),
                ]);
            }
        }
    }
    let title = "Why these numbers differ from others for the same data".to_owned();
    (!rows.is_empty()).then(|| Table { id: "other_numbers".to_owned(), title, columns, rows, notes: Vec::new() })
}

fn issues_table(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![column::text("kind", "kind"), column::text("path", "file"), column::text("message", "finding")];
    let rows: Vec<_> = scene
        .sweep
        .issues
        .iter()
        .map(|issue| vec![cell::text(issue.kind.name()), cell::text(issue.path.clone()), cell::sentence(&issue.message)])
        .collect();
    let title = format!("Findings about files ({})", rows.len());
    (!rows.is_empty()).then(|| Table { id: "findings".to_owned(), title, columns, rows, notes: Vec::new() })
}

fn passed_over_table(scene: &Scene<'_>) -> Option<Table> {
    let columns =
        vec![column::text("path", "file"), column::text("reason", "reason"), column::text("unreadable", "unreadable")];
    let rows: Vec<_> = scene
        .sweep
        .passed_over
        .iter()
        .map(|one| vec![cell::text(one.path.clone()), cell::sentence(&one.reason), cell::flag(Some(one.unreadable))])
        .collect();
    let title = format!("Files passed over ({})", rows.len());
    (!rows.is_empty()).then(|| Table { id: "passed_over".to_owned(), title, columns, rows, notes: Vec::new() })
}

fn files_table(scene: &Scene<'_>) -> Table {
    let columns = vec![
        column::text("path", "file"),
        column::text("kind", "kind"),
        column::text("cell", "cell"),
        column::number("records", "records"),
        column::number("bytes", "bytes"),
        column::text("task_range", "task range"),
    ];
    let rows: Vec<_> = scene
        .sweep
        .files
        .iter()
        .map(|file| {
            vec![
                cell::text(file.source.path.clone()),
                cell::text(file.kind.name()),
                cell::sentence(cell_names(scene, &file.cells)),
                cell::count(Some(file.records as u64)),
                cell::count(Some(file.source.bytes)),
                cell::text(file.task_range.clone().unwrap_or_default()),
            ]
        })
        .collect();
    let notes = vec![
        "SHA-256 sums are in manifest.json; `taureport inspect` shows where each part of an identity was read.".to_owned(),
    ];
    Table { id: "files".to_owned(), title: format!("Result files ({})", rows.len()), columns, rows, notes }
}

fn cell_names(scene: &Scene<'_>, cells: &[usize]) -> String {
    let names: Vec<&str> = cells.iter().map(|cell| scene.names[*cell].full.as_str()).collect();
    listing(&names, 2)
}

fn coverage(scene: &Scene<'_>, env: &EnvCells<'_>) -> Coverage {
    let unscored = unscored(scene, env);
    let room = MOST_CELLS_SHOWN.saturating_sub(env.shown.len());
    let drawn: Vec<Entry<'_>> = env.shown.iter().chain(unscored.iter().take(room)).copied().collect();
    let matrix = binned(&drawn, |group| {
        let mut square = CoverageSquare { scored: 0, excluded: 0, planned: 0 };
        for task in group {
            square.scored += task.n;
            square.excluded += task.excluded;
            square.planned += task.planned;
        }
        square
    });
    let tasks = || env.shown.iter().chain(&unscored).flat_map(|entry| &entry.stats.tasks);
    let planned: u64 = tasks().map(|task| u64::from(task.planned)).sum();
    let scored: u64 = tasks().map(|task| u64::from(task.n.min(task.planned))).sum();
    let share = fmt::rate((planned > 0).then(|| scored as f64 / planned as f64));
    let columns: Vec<String> = drawn.iter().map(|entry| entry.name.short.clone()).collect();
    let rows = if matrix.is_grouped() {
        format!("; {} in {}", plural(matrix.tasks as u64, "task"), plural(matrix.rows.len() as u64, "group"))
    } else {
        String::new()
    };
    Coverage {
        meta: ChartMeta {
            id: format!("coverage_{}", env.id),
            title: format!("Coverage in {}: {share} of the planned trials count", env.env),
            subtitle: format!("{}{rows}; planned trials are inferred per cell", plural(columns.len() as u64, "cell")),
            footer: format!(
                "{} of {} planned trials.{} taureport {}",
                fmt::count(Some(scored)),
                fmt::count(Some(planned)),
                unscored_words(unscored.len(), room),
                scene.version
            ),
            alt: format!("Task by cell matrix of counted trials in {}", env.env),
        },
        columns,
        rows: matrix.rows,
    }
}

/// Returns the cells of a charted environment whose plan is known and of which nothing counts: runs that never finished an episode.
fn unscored<'a>(scene: &'a Scene<'_>, env: &EnvCells<'_>) -> Vec<Entry<'a>> {
    let of = |entry: &Entry<'_>| (entry.cell.key.benchmark, entry.cell.key.env.clone());
    let Some(ours) = env.shown.first().map(of) else { return Vec::new() };
    let planned = |entry: &Entry<'_>| entry.stats.tasks.iter().any(|task| task.planned > 0);
    scene.entries().filter(|entry| of(entry) == ours && entry.stats.outcomes.counted == 0 && planned(entry)).collect()
}

fn unscored_words(unscored: usize, room: usize) -> String {
    if unscored == 0 {
        return String::new();
    }
    let hidden = match unscored.saturating_sub(room) {
        0 => String::new(),
        hidden => format!(", {} of them not drawn", fmt::count(Some(hidden as u64))),
    };
    format!(" Among them {} of which nothing counts{hidden}.", plural(unscored as u64, "cell"))
}
