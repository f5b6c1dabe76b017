//! `taureport verify`: a leaderboard submission against its trajectories.

use super::{
    Ended, UsageError,
    args::{Format, VerifyArgs},
    load::{explain_nothing, load},
    printer::Printer,
};
use crate::{
    analysis::verify::{Overall, verify},
    bundle,
    records::Loaded,
    report,
    sources::read_submission,
    sweep::{Attempts, By, assemble_by},
    views::{self, table::Table},
};

pub(super) fn run(args: &VerifyArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    let submission = read_submission(&args.submission).map_err(|cause| UsageError(cause.to_string()))?;
    let found = load(&args.input, printer)?;
    if !found.loaded.iter().any(|one| matches!(one, Loaded::Results(_))) {
        explain_nothing(&found, printer);
        return Ok(Ended::NothingUsable);
    }
    found.problems.iter().for_each(|problem| printer.warning(problem));
    // τ²-bench counts every simulation in a file, repeated attempts too.
    let sweep = assemble_by(found.loaded, Attempts::All, &By::default().with_pool(args.input.pool));
    let verification = verify(&submission, &sweep);
    let view = views::verify::view(&submission, &verification, &sweep);
    print(args.format, &view.table, printer)?;
    views::divisions::lines(&sweep).iter().chain(&view.warnings).for_each(|warning| printer.warning(warning));
    for passed in sweep.passed_over.iter().filter(|passed| passed.unreadable) {
        printer.warning(&format!("{}: {}", passed.path, passed.reason));
    }
    if printer.is_verbose() {
        for issue in &sweep.issues {
            printer.note(&format!("{}: {}: {}", issue.path, issue.kind.name(), issue.message));
        }
    }
    Ok(match verification.overall() {
        Overall::Equal => {
            printer.done(&view.conclusion);
            Ended::Well
        }
        Overall::Differs => {
            printer.warning(&view.conclusion);
            Ended::Differs
        }
        Overall::NothingToCheck => {
            printer.warning(&view.conclusion);
            Ended::NothingUsable
        }
    })
}

fn print(format: Format, table: &Table, printer: &mut Printer) -> anyhow::Result<()> {
    let text = match format {
        Format::Table => report::table::render(table, Printer::width(), printer.colour()),
        Format::Md => report::table::markdown(table),
        Format::Csv => String::from_utf8_lossy(&report::table::csv(table)?).into_owned(),
        Format::Json => String::from_utf8_lossy(&bundle::json::bytes(&report::table::json(table))?).into_owned(),
    };
    Ok(printer.data(&text)?)
}
