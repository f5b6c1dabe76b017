//! `taureport power`: what a comparison would need.

use super::PowerArgs;
use crate::{
    analysis::compare::{
        CellData, cells,
        power::{Plan, Question, plan},
    },
    cli::{
        Ended,
        args::InputArgs,
        load::{explain_nothing, load, refuse_unused},
        printer::Printer,
        select::select,
    },
    records::Loaded,
    sources::Limits,
    sweep::By,
    views,
};

pub(in crate::cli) fn run(args: &PowerArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    let input = InputArgs {
        paths: args.from.clone(),
        layout: args.layout.clone(),
        map: args.map.clone(),
        pool: args.pool,
        filter: args.filter.clone(),
        error_rules: None,
        max_file_size: Limits::default().file_bytes,
        max_log_size: Limits::default().log_bytes,
    };
    let found = load(&input, printer)?;
    refuse_unused(&input, &found.names)?;
    if !found.loaded.iter().any(|one| matches!(one, Loaded::Results(_))) {
        explain_nothing(&found, printer);
        return Ok(Ended::NothingUsable);
    }
    found.problems.iter().for_each(|problem| printer.warning(problem));
    let by = By::default().with_pool(args.pool);
    let policies = (args.policies.errors.policy(), args.policies.attempts.policy());
    let sweep = select(found.loaded, policies, &by, args.filter.as_deref())?;
    for line in views::warnings::filtered(&sweep).into_iter().chain(views::divisions::lines(&sweep)) {
        printer.warning(&line);
    }
    let question = Question { delta: args.delta, conf: args.confidence, power: args.power, correlation: args.correlation };
    let answered: Vec<(CellData, Plan)> = cells(&sweep, args.policies.errors.policy())
        .into_iter()
        .map(|cell| {
            let plan = plan(&cell, &question);
            (cell, plan)
        })
        .filter(|(_, plan)| plan.tasks > 0)
        .collect();
    let table = views::compare::power::table(&answered, &question);
    printer.table(&table, args.format)?;
    Ok(Ended::Well)
}
