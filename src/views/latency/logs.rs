//! What was found in the logs, and how far they were understood.

use super::super::{
    fmt::{self, cell, column},
    scene::Scene,
    table::{Cell, Table},
};
use crate::records::log::{calendar, checkpoint_key};

/// One row a log.
pub(super) fn files(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![
        column::text("log", "log"),
        column::text("kind", "kind"),
        column::number("bytes", "bytes"),
        column::number("lines", "lines"),
        column::number("records", "records"),
        column::number("not_understood", "not understood"),
        column::number("share_understood", "understood"),
        column::number("copies", "copies"),
        column::text("first", "first"),
        column::text("last", "last"),
        column::text("example", "first not understood"),
    ];
    let rows: Vec<Vec<Cell>> = scene
        .sweep
        .logs
        .iter()
        .map(|log| {
            let check = log.profile.as_ref().map(|log| &log.check);
            let span = log.profile.as_ref().and_then(crate::records::log::LogFile::span_ms);
            let at = |at: Option<i64>| at.map_or_else(cell::empty, |at| cell::text(calendar::text(at)));
            let share = check.filter(|check| check.records > 0).map(|check| check.understood as f64 / check.records as f64);
            vec![
                cell::text(log.source.path.clone()),
                cell::text(log.kind()),
                cell::count(Some(log.source.bytes)),
                cell::count(check.map(|check| check.lines)),
                cell::count(check.map(|check| check.records)),
                cell::count(check.map(crate::records::log::SelfCheck::not_understood)),
                cell::rate(share),
                cell::count(Some(log.copies)),
                at(span.map(|(first, _)| first)),
                at(span.map(|(_, last)| last)),
                check
                    .and_then(|check| check.examples.first())
                    .map_or_else(cell::empty, |example| cell::sentence(format!("line {}: {}", example.line, example.text))),
            ]
        })
        .collect();
    let notes = vec!["Copies: events that another log has too; they count once.".to_owned()];
    let title = format!("Logs read ({})", rows.len());
    (!rows.is_empty()).then(|| Table { id: "latency_logs".to_owned(), title, columns, rows, notes })
}

/// Which fields were found on how many lines.
pub(super) fn fields(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![
        column::text("log", "log"),
        column::text("type", "type"),
        column::number("records", "records"),
        column::text("key", "key"),
        column::text("read_as", "read as"),
        column::number("found", "found on"),
        column::number("unreadable", "unreadable"),
    ];
    let mut rows = Vec::new();
    for log in scene.sweep.logs.iter().filter_map(|log| log.profile.as_ref()) {
        for kind in &log.check.types {
            for key in &kind.keys {
                rows.push(vec![
                    cell::text(log.path.clone()),
                    cell::text(kind.kind.clone()),
                    cell::count(Some(kind.records)),
                    cell::text(key.key.clone()),
                    cell::text(key.read_as.unwrap_or("not used")),
                    cell::count(Some(key.records)),
                    cell::count(Some(key.unreadable)),
                ]);
            }
        }
    }
    let title = format!("Fields found in the logs ({} rows)", rows.len());
    (!rows.is_empty()).then(|| {
        Table { id: "latency_fields".to_owned(), title, columns, rows, notes: Vec::new() }.without_idle(&["unreadable"])
    })
}

/// What runs printed on the console.
pub(super) fn console(scene: &Scene<'_>) -> Option<Table> {
    let columns = vec![
        column::text("log", "log"),
        column::text("benchmark", "benchmark"),
        column::text("env", "env"),
        column::text("model", "model"),
        column::text("strategy", "strategy"),
        column::text("user_model", "user model"),
        column::number("started", "tasks started"),
        column::number("finished", "results"),
        column::number("solved", "solved"),
        column::flag("complete", "complete"),
        column::number("printed_pass_1", "printed pass^1"),
        column::number("printed_reward", "average reward"),
        column::number("ours", "pass^1 here"),
        column::text("printed_pass_hat", "printed pass^k"),
        column::text("pass_hat", "pass^k here"),
        column::text("why", "why they differ"),
        column::text("checkpoint", "checkpoint"),
    ];
    let mut rows = Vec::new();
    for log in scene.sweep.logs.iter().filter_map(|log| log.console.as_ref()) {
        for run in &log.runs {
            let ours = run.checkpoint.as_deref().and_then(|path| named_file(scene, path));
            let printed = run.pass_hat.get(&1).copied().or(run.average_reward);
            let pass_1 = ours.and_then(|(cell, _)| scene.analysis.cells[cell].pass_1()).map(|(value, _)| value);
            let text = |value: Option<&str>| value.map_or_else(cell::empty, cell::text);
            rows.push(vec![
                cell::text(log.path.clone()),
                cell::text(run.benchmark.to_string()),
                text(run.env()),
                text(run.model()),
                text(run.strategy()),
                text(run.user_model()),
                cell::count(Some(run.started.len() as u64)),
                cell::count(Some(run.results.len() as u64)),
                cell::count(Some(run.results.iter().filter(|one| one.is_solved == Some(true)).count() as u64)),
                cell::flag(Some(run.is_finished)),
                cell::mean(run.pass_hat.get(&1).copied(), 4),
                cell::mean(run.average_reward, 4),
                cell::mean(pass_1, 4),
                curve(run.pass_hat.iter().map(|(k, value)| (*k, Some(*value)))),
                curve(
                    ours.into_iter()
                        .flat_map(|(cell, _)| &scene.analysis.cells[cell].curve)
                        .filter(|point| run.pass_hat.contains_key(&point.k))
                        .map(|point| (point.k, point.value)),
                ),
                cell::sentence(why(scene, printed, pass_1, ours)),
                text(run.checkpoint.as_deref()),
            ]);
        }
    }
    let notes = vec![
        "What the runs themselves printed. pass^1 here is that of the cell to which the checkpoint they name belongs."
            .to_owned(),
    ];
    let title = "Console output of runs".to_owned();
    (!rows.is_empty()).then(|| {
        let idle = [
            "strategy",
            "user_model",
            "printed_pass_1",
            "printed_reward",
            "ours",
            "printed_pass_hat",
            "pass_hat",
            "started",
            "finished",
            "solved",
        ];
        Table { id: "latency_console".to_owned(), title, columns, rows, notes }.without_idle(&idle)
    })
}

/// Returns pass^k by k in one text: `1: 0.420, 2: 0.273`.
fn curve(points: impl Iterator<Item = (u32, Option<f64>)>) -> Cell {
    let texts: Vec<String> = points.map(|(k, value)| format!("{k}: {}", fmt::decimal(value, 3))).collect();
    if texts.is_empty() { cell::empty() } else { cell::sentence(texts.join(", ")) }
}

/// Returns the cell of the result file a path names, and how many files that cell has.
fn named_file(scene: &Scene<'_>, path: &str) -> Option<(usize, usize)> {
    let wanted = checkpoint_key(path);
    let mut found = scene.sweep.files.iter().filter(|file| checkpoint_key(&file.source.path) == wanted);
    let file = found.next().filter(|_| found.next().is_none())?;
    let cell = *file.cells.first()?;
    Some((cell, scene.sweep.files.iter().filter(|file| file.is_in(cell)).count()))
}

/// Printed numbers this near to ours are the same: four decimals are printed.
const SAME: f64 = 6e-4;

/// Says why a printed number is not ours.
fn why(scene: &Scene<'_>, printed: Option<f64>, ours: Option<f64>, file: Option<(usize, usize)>) -> String {
    let (Some(printed), Some(ours), Some((cell, files))) = (printed, ours, file) else {
        return if file.is_none() { "the checkpoint is not among the inputs".to_owned() } else { String::new() };
    };
    if (printed - ours).abs() < SAME {
        return "the same".to_owned();
    }
    let stats = &scene.analysis.cells[cell];
    if files > 1 {
        "the cell has other files too".to_owned()
    } else if stats.outcomes.excluded() > 0 {
        "episodes with infrastructure errors or without a reward are left out here".to_owned()
    } else if stats.trials.is_some_and(|(fewest, most)| fewest != most) {
        "trials are missing: they count as failures there".to_owned()
    } else if stats.tally.conflicting_attempts + stats.tally.exact_duplicates > 0 {
        "repeated records count once here".to_owned()
    } else {
        "the run went on after the printout, or the file is another".to_owned()
    }
}
