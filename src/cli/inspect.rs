//! `taureport inspect`: what each file is and how that is known.

use super::{
    Ended,
    args::{Format, InspectArgs},
    load::{explain_nothing, load},
    printer::Printer,
};
use crate::{
    bundle,
    records::{Loaded, ResultFile},
    report,
    views::{
        fmt::{cell, column},
        names::UNKNOWN,
        table::{Cell, Table},
    },
};

pub(super) fn run(args: &InspectArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    let found = load(&args.input, printer)?;
    if found.loaded.is_empty() {
        explain_nothing(&found, printer);
        return Ok(Ended::NothingUsable);
    }
    match args.format {
        Format::Table => found.loaded.iter().try_for_each(|one| printer.data(&block(one)))?,
        Format::Md => printer.data(&report::table::markdown(&table(&found.loaded)))?,
        Format::Csv => printer.data(&String::from_utf8_lossy(&report::table::csv(&table(&found.loaded))?))?,
        Format::Json => {
            let table = table(&found.loaded);
            printer.data(&String::from_utf8_lossy(&bundle::json::bytes(&report::table::json(&table))?))?;
        }
    }
    if found.other_files + found.own_files > 0 {
        printer.note(&format!(
            "not opened: {} files with other endings, {} files written by taureport",
            found.other_files, found.own_files
        ));
    }
    let any = found.loaded.iter().any(|one| matches!(one, Loaded::Results(_)));
    Ok(if any { Ended::Well } else { Ended::NothingUsable })
}

/// Returns one file as a block of lines.
fn block(one: &Loaded) -> String {
    let line = |text: &str| report::escape::one_line(text).into_owned();
    let mut out = match one {
        Loaded::PassedOver(passed) => {
            return format!("{}\n  passed over     {}\n\n", line(&passed.path), line(&passed.reason));
        }
        Loaded::Results(file) => {
            let label = file.source.label.as_ref().map(|label| format!("  ({label})")).unwrap_or_default();
            format!(
                "{}{}\n  kind            {}\n  records         {}\n",
                line(&file.source.path),
                line(&label),
                file.kind.name(),
                file.episodes.len()
            )
        }
    };
    if let Loaded::Results(file) = one {
        for (name, part) in file.identity.parts() {
            let shown =
                part.map_or_else(|| UNKNOWN.to_owned(), |part| format!("{:<36} from {}", line(&part.value), part.origin));
            out.push_str(&format!("  {name:<15} {shown}\n"));
        }
        for issue in &file.issues {
            out.push_str(&format!("  {:<15} {}\n", issue.kind.name(), line(&issue.message)));
        }
    }
    out.push('\n');
    out
}

fn table(loaded: &[Loaded]) -> Table {
    let mut columns = vec![
        column::text("path", "file"),
        column::text("label", "label"),
        column::text("kind", "kind"),
        column::number("records", "records"),
    ];
    for (key, heading) in [
        ("env", "env"),
        ("model", "model"),
        ("strategy", "strategy"),
        ("user_model", "user model"),
        ("user_strategy", "user strategy"),
        ("temperature", "temperature"),
        ("task_range", "task range"),
        ("mode", "mode"),
        ("max_steps", "max steps"),
        ("version", "version"),
    ] {
        columns.push(column::text(key, heading));
        columns.push(column::text(&format!("{key}_from"), "from"));
    }
    columns.push(column::text("problems", "problems"));
    let rows = loaded.iter().map(|one| match one {
        Loaded::Results(file) => result_row(file),
        Loaded::PassedOver(passed) => {
            let mut row = vec![cell::text(passed.path.clone()), cell::empty(), cell::text("passed over"), cell::count(None)];
            row.extend((0..20).map(|_| cell::empty()));
            row.push(cell::text(passed.reason.clone()));
            row
        }
    });
    Table { id: "files".to_owned(), title: "Files".to_owned(), rows: rows.collect(), columns, notes: Vec::new() }
}

fn result_row(file: &ResultFile) -> Vec<Cell> {
    let mut row = vec![
        cell::text(file.source.path.clone()),
        file.source.label.clone().map_or_else(cell::empty, cell::text),
        cell::text(file.kind.name()),
        cell::count(Some(file.episodes.len() as u64)),
    ];
    for (_, part) in file.identity.parts() {
        row.push(part.map_or_else(cell::empty, |part| cell::text(part.value.clone())));
        row.push(part.map_or_else(cell::empty, |part| cell::text(part.origin.to_string())));
    }
    let problems: Vec<String> = file.issues.iter().map(|issue| format!("{}: {}", issue.kind.name(), issue.message)).collect();
    row.push(cell::text(problems.join("; ")));
    row
}
