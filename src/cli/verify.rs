//! `taureport verify`: a leaderboard submission against its trajectories.

use super::{
    Ended, UsageError,
    args::VerifyArgs,
    load::{explain_nothing, load, refuse_unused},
    printer::Printer,
    select::select,
};
use crate::{
    analysis::verify::{Overall, verify},
    records::{Loaded, by_reason},
    sources::read_submission,
    sweep::{Attempts, By, ErrorPolicy},
    views,
};

pub(super) fn run(args: &VerifyArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    let submission = read_submission(&args.submission).map_err(|cause| UsageError(cause.to_string()))?;
    let found = load(&args.input, printer)?;
    refuse_unused(&args.input, &found.names)?;
    if !found.loaded.iter().any(|one| matches!(one, Loaded::Results(_))) {
        explain_nothing(&found, printer);
        return Ok(Ended::NothingUsable);
    }
    found.problems.iter().for_each(|problem| printer.warning(problem));
    // τ²-bench counts every simulation in a file, repeated attempts too.
    let by = By::default().with_pool(args.input.pool);
    let sweep = select(found.loaded, (ErrorPolicy::default(), Attempts::All), &by, args.input.filter.as_deref())?;
    let verification = verify(&submission, &sweep);
    let view = views::verify::view(&submission, &verification, &sweep);
    printer.table(&view.table, args.format)?;
    if let Some(line) = views::warnings::filtered(&sweep) {
        printer.warning(&format!("{line} A claim is about all of them."));
    }
    views::divisions::lines(&sweep).iter().chain(&view.warnings).for_each(|warning| printer.warning(warning));
    for line in by_reason(sweep.passed_over.iter().filter(|passed| passed.unreadable)) {
        printer.warning(&line);
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
