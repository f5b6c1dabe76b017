//! `taureport inspect`: what each file is and how that is known.

use super::{
    Ended, UsageError,
    args::{Format, InspectArgs},
    load::{Found, explain_nothing, load, refuse_unused},
    printer::Printer,
};
use crate::{
    records::{Loaded, ResultFile, log::LogInput},
    report,
    sweep::{Attempts, By, assemble_by},
    views::{
        divisions,
        fmt::{cell, column},
        names::UNKNOWN,
        table::{Cell, Table},
    },
};

pub(super) fn run(args: &InspectArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    if args.input.filter.is_some() {
        let text = "--filter leaves episodes, and inspect shows files; ask with `taureport query`, or compute with analyze";
        return Err(UsageError(text.to_owned()).into());
    }
    let found = load(&args.input, printer)?;
    refuse_unused(&args.input, &found.names)?;
    if found.loaded.is_empty() && found.logs.is_empty() {
        explain_nothing(&found, printer);
        return Ok(Ended::NothingUsable);
    }
    match args.format {
        Format::Table => {
            found.loaded.iter().try_for_each(|one| printer.text(&block(one)))?;
            found.logs.iter().try_for_each(|log| printer.text(&log_block(log)))?;
        }
        format => printer.table(&table(&found), format)?,
    }
    let any = !found.logs.is_empty() || found.loaded.iter().any(|one| matches!(one, Loaded::Results(_)));
    if found.other_files + found.own_files > 0 {
        printer.note(&format!(
            "not opened: {} files with other endings, {} files written by taureport",
            found.other_files, found.own_files
        ));
    }
    let sweep = assemble_by(found.loaded, Attempts::First, &By::default().with_pool(args.input.pool));
    for line in divisions::lines(&sweep) {
        printer.note(&line);
    }
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
            let discarded = file.episodes.iter().filter(|one| one.tau2.as_deref().is_some_and(|facts| facts.discarded)).count();
            let discarded = if discarded > 0 { format!(" ({discarded} discarded by τ²-bench)") } else { String::new() };
            format!(
                "{}{}\n  kind            {}\n  records         {}{discarded}\n",
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
        for (name, value) in &file.identity.settings {
            out.push_str(&format!("  {:<15} {}\n", "setting", line(&format!("{name}={value}"))));
        }
        if let Some(variant) = &file.identity.variant {
            out.push_str(&format!("  {:<15} {:<36} from {}\n", "variant", line(&variant.value), variant.origin));
        }
        for issue in &file.issues {
            out.push_str(&format!("  {:<15} {}\n", issue.kind.name(), line(&issue.message)));
        }
    }
    out.push('\n');
    out
}

/// Returns one log as a block of lines.
fn log_block(log: &LogInput) -> String {
    let line = |text: &str| report::escape::one_line(text).into_owned();
    let label = log.source.label.as_ref().map(|label| format!("  ({label})")).unwrap_or_default();
    let mut out = format!("{}{}\n  kind            {}\n", line(&log.source.path), line(&label), log.kind());
    let mut add = |name: &str, value: String| out.push_str(&format!("  {name:<15} {}\n", line(&value)));
    if let Some(profile) = &log.profile {
        let check = &profile.check;
        add("records", format!("{} on {} lines, {} not understood", check.records, check.lines, check.not_understood()));
        let types: Vec<String> = check.types.iter().map(|one| format!("{} {}", one.records, one.kind)).collect();
        add("types", types.join(", "));
        let domain = profile.domain.map(|(name, _)| profile.names.text(name).to_owned());
        add("domain", domain.unwrap_or_else(|| UNKNOWN.to_owned()));
    }
    if let Some(vllm) = &log.vllm {
        add("model", vllm.model.clone().unwrap_or_else(|| UNKNOWN.to_owned()));
        add("status lines", vllm.points.len().to_string());
    }
    for run in log.console.iter().flat_map(|console| &console.runs) {
        let parts = [run.env(), run.model(), run.strategy(), run.user_model()].map(|part| part.unwrap_or(UNKNOWN));
        add(
            "run",
            format!(
                "{}, {} results, checkpoint {}",
                parts.join(" · "),
                run.results.len(),
                run.checkpoint.as_deref().unwrap_or(UNKNOWN)
            ),
        );
    }
    out.push('\n');
    out
}

fn table(found: &Found) -> Table {
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
    columns.push(column::text("settings", "settings"));
    columns.push(column::text("variant", "variant"));
    columns.push(column::text("problems", "problems"));
    let rows = found.loaded.iter().map(|one| match one {
        Loaded::Results(file) => result_row(file),
        Loaded::PassedOver(passed) => {
            let mut row = vec![cell::text(passed.path.clone()), cell::empty(), cell::text("passed over"), cell::count(None)];
            row.extend((0..22).map(|_| cell::empty()));
            row.push(cell::sentence(&passed.reason));
            row
        }
    });
    let logs = found.logs.iter().map(|log| {
        let records = log.profile.as_ref().map(|profile| profile.check.records);
        let label = log.source.label.clone().map_or_else(cell::empty, cell::text);
        let mut row = vec![cell::text(log.source.path.clone()), label, cell::text(log.kind()), cell::count(records)];
        row.extend((0..23).map(|_| cell::empty()));
        row
    });
    let rows = rows.chain(logs).collect();
    Table { id: "files".to_owned(), title: "Files".to_owned(), rows, columns, notes: Vec::new() }
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
    let settings: Vec<String> = file.identity.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    row.push(cell::text(settings.join(", ")));
    row.push(file.identity.variant.as_ref().map_or_else(cell::empty, |part| cell::text(part.value.clone())));
    let problems: Vec<String> = file.issues.iter().map(|issue| format!("{}: {}", issue.kind.name(), issue.message)).collect();
    row.push(cell::sentence(problems.join("; ")));
    row
}
