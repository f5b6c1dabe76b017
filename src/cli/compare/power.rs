//! `taureport power`: what a comparison would need.

use super::{
    PowerArgs,
    sides::{attempts, policy},
};
use crate::{
    analysis::compare::{
        CellData, cells,
        power::{Plan, Question, plan},
    },
    bundle,
    cli::{
        Ended,
        args::{Format, InputArgs},
        load::{explain_nothing, load},
        printer::Printer,
    },
    records::Loaded,
    report,
    sweep::{By, assemble_by},
    views,
};

pub(in crate::cli) fn run(args: &PowerArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    let input = InputArgs {
        paths: args.from.clone(),
        layout: args.layout.clone(),
        map: args.map.clone(),
        pool: args.pool,
        error_rules: None,
    };
    let found = load(&input, printer)?;
    if !found.loaded.iter().any(|one| matches!(one, Loaded::Results(_))) {
        explain_nothing(&found, printer);
        return Ok(Ended::NothingUsable);
    }
    found.problems.iter().for_each(|problem| printer.warning(problem));
    let by = By::default().with_pool(args.pool);
    let sweep = assemble_by(found.loaded, attempts(args.policies.attempts), &by);
    for line in views::divisions::lines(&sweep) {
        printer.warning(&line);
    }
    let question = Question { delta: args.delta, conf: args.confidence, power: args.power, correlation: args.correlation };
    let answered: Vec<(CellData, Plan)> = cells(&sweep, policy(args.policies.errors))
        .into_iter()
        .map(|cell| {
            let plan = plan(&cell, &question);
            (cell, plan)
        })
        .filter(|(_, plan)| plan.tasks > 0)
        .collect();
    let table = views::compare::power::table(&answered, &question);
    let text = match args.format {
        Format::Table => report::table::render(&table, Printer::width(), printer.colour()),
        Format::Md => report::table::markdown(&table),
        Format::Csv => String::from_utf8_lossy(&report::table::csv(&table)?).into_owned(),
        Format::Json => String::from_utf8_lossy(&bundle::json::bytes(&report::table::json(&table))?).into_owned(),
    };
    printer.data(&text)?;
    Ok(Ended::Well)
}
