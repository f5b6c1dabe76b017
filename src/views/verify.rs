//! What `taureport verify` shows: a table of claims, and words about what stands behind them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    fmt::{self, cell, column},
    names::UNKNOWN,
    scene::{listing, plural},
    table::{Cell, Table},
};
use crate::{
    analysis::verify::{Agreement, ChosenBy, DomainCheck, Figure, Measure, Source, Trajectories, Verification},
    records::Submission,
    sweep::Sweep,
};

/// Most files named for one domain, and most cells to choose from.
const LISTED: usize = 4;

/// The shown result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyView {
    /// Claims beside recomputed figures. Its notes say how they were computed, and from what.
    pub table: Table,
    /// What keeps a claim from being checked or throws doubt on the result, and what to do about it.
    pub warnings: Vec<String>,
    /// The result in one sentence.
    pub conclusion: String,
}

/// Puts a verification into a table and words.
pub fn view(submission: &Submission, verification: &Verification, sweep: &Sweep) -> VerifyView {
    let model = submission.model.as_deref().unwrap_or("a model without name");
    let rows = verification.domains.iter().flat_map(|domain| domain.figures.iter().map(|figure| row(domain, figure)));
    let mut notes = vec![
        "equal: the recomputed figure lies within half a unit of the last decimal claimed (84.2 stands for 84.15 to 84.25)."
            .to_owned(),
        "Recomputed as τ²-bench does: infrastructure errors are left out, pass^k goes up to the fewest trials of any task, cost \
         is what the agent cost, the mean over the trajectories that record it."
            .to_owned(),
    ];
    let mut warnings = Vec::new();
    for domain in &verification.domains {
        match &domain.source {
            Source::Missing => warnings.push(missing(domain)),
            Source::Ambiguous(cells) => warnings.push(ambiguous(domain, cells, sweep)),
            Source::Found(trajectories) => {
                notes.push(origin(domain, trajectories, sweep));
                let grave = [other_model(submission, domain, trajectories, sweep), incomplete(domain, trajectories)];
                notes.extend(grave.iter().flatten().map(|text| format!("{text}.")));
                warnings.extend(grave.into_iter().flatten());
                warnings.extend(doubts(domain, trajectories));
            }
        }
    }
    if !verification.unclaimed.is_empty() {
        let domains: Vec<&String> = verification.unclaimed.iter().collect();
        warnings.push(format!("not looked at, since the submission claims nothing of it: {}", listing(&domains, 2 * LISTED)));
    }
    let table = Table {
        id: "verify".to_owned(),
        title: format!("Claimed and recomputed: {model}"),
        columns: columns(),
        rows: rows.collect(),
        notes,
    };
    VerifyView { table, warnings, conclusion: conclusion(verification) }
}

fn columns() -> Vec<super::table::Column> {
    vec![
        column::text("domain", "domain"),
        column::text("figure", "figure"),
        column::text("unit", "unit"),
        column::number("claimed", "claimed"),
        column::number("recomputed", "recomputed"),
        column::number("difference", "difference"),
        column::text("result", "result"),
        column::number("tasks", "tasks"),
        column::number("trials", "trials"),
    ]
}

fn row(domain: &DomainCheck, figure: &Figure) -> Vec<Cell> {
    let decimals = decimals(figure);
    let (name, unit) = match figure.measure {
        Measure::PassHat(k) => (format!("pass^{k}"), "%"),
        Measure::Cost => ("cost".to_owned(), "USD"),
    };
    let claimed = figure.claimed.map(|claim| claim.value);
    let difference = figure.difference();
    let (tasks, trials) = match &domain.source {
        Source::Found(found) => (tasks(found), cell::count(Some(found.trials))),
        Source::Missing | Source::Ambiguous(_) => (cell::count(None), cell::count(None)),
    };
    vec![
        cell::text(domain.domain.clone()),
        cell::text(name),
        cell::text(unit),
        cell::mean(claimed, figure.claimed.map_or(decimals, |claim| claim.decimals.min(decimals))),
        cell::mean(figure.recomputed, decimals),
        Cell { text: fmt::difference(difference, decimals), ..cell::mean(difference, decimals) },
        cell::text(word(figure)),
        tasks,
        trials,
    ]
}

/// Returns the tasks behind a figure: `10 of 50` where others of the results have no trial.
fn tasks(found: &Trajectories) -> Cell {
    let mut shown = cell::count(Some(found.tasks as u64));
    if found.tasks_without_trial > 0 {
        shown.text = tasks_of(found);
    }
    shown
}

fn tasks_of(found: &Trajectories) -> String {
    let all = found.tasks + found.tasks_without_trial;
    format!("{} of {}", fmt::count(Some(found.tasks as u64)), fmt::count(Some(all as u64)))
}

fn word(figure: &Figure) -> &'static str {
    match figure.agreement() {
        Agreement::Equal => "equal",
        Agreement::Differs => "differs",
        Agreement::NotCheckable if figure.recomputed.is_some() => "incomplete",
        Agreement::NotCheckable => "not checkable",
        Agreement::NotClaimed => "not claimed",
    }
}

/// Decimals to show: one more than claimed, so that the rounding can be seen; of claims with all digits no more than a person
/// reads, unless the difference is smaller than that.
fn decimals(figure: &Figure) -> usize {
    let (usual, most) = if figure.measure == Measure::Cost { (4, 6) } else { (2, 4) };
    let wanted = figure.claimed.map_or(usual, |claim| claim.decimals + 1);
    let hidden = |decimals: usize| figure.difference().is_some_and(|by| format!("{:.decimals$}", by.abs()).parse() == Ok(0.0));
    match figure.agreement() {
        Agreement::Differs if hidden(wanted.min(most)) => wanted.min(12),
        _ => wanted.min(most),
    }
}

fn missing(domain: &DomainCheck) -> String {
    format!("{}: not checked, no trajectories of this domain are among the paths", domain.domain)
}

fn ambiguous(domain: &DomainCheck, cells: &[usize], sweep: &Sweep) -> String {
    let one = |index: &usize| format!("{} in {}", who(sweep, *index, cells), one_file(sweep, *index));
    let shown: Vec<String> = cells.iter().take(LISTED).map(one).collect();
    let shown = shown.join("; ");
    let more = cells.len().saturating_sub(LISTED);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!(
        "{}: not checked, nothing tells which of {} is meant; give the path of one alone: {shown}{rest}",
        domain.domain,
        plural(cells.len() as u64, "configuration"),
    )
}

/// Names a cell by its model and whatever else sets it apart from other candidates.
fn who(sweep: &Sweep, index: usize, candidates: &[usize]) -> String {
    let key = |index: usize| &sweep.cells[index].key;
    let part = |index: usize, name: &str| {
        key(index).parts().into_iter().chain(key(index).named_settings()).find(|(other, _)| *other == name)?.1
    };
    let settings: BTreeSet<&str> =
        candidates.iter().flat_map(|other| key(*other).settings.keys().map(String::as_str)).collect();
    let names = key(index).parts().into_iter().map(|(name, _)| name).chain(settings);
    let parts = names.map(|name| (name, part(index, name)));
    let parts = parts.filter(|(name, value)| *name == "model" || candidates.iter().any(|other| part(*other, name) != *value));
    let named = parts.filter_map(|(name, value)| match (name, value) {
        ("model", _) => Some(value.unwrap_or(UNKNOWN).to_owned()),
        // Stands beside the model only where that is unknown; the file says the same.
        ("folder", _) => None,
        _ => Some(format!("{name} {}", value.unwrap_or(UNKNOWN))),
    });
    named.collect::<Vec<_>>().join(", ")
}

fn one_file(sweep: &Sweep, index: usize) -> String {
    let files: Vec<&str> = sweep.files.iter().filter(|file| file.is_in(index)).map(|file| file.source.path.as_str()).collect();
    listing(&files, 1)
}

/// Says from which files the figures of a domain come.
fn origin(domain: &DomainCheck, found: &Trajectories, sweep: &Sweep) -> String {
    let files: Vec<&str> = found.files.iter().map(|index| sweep.files[*index].source.path.as_str()).collect();
    let key = &sweep.cells[found.cell].key;
    let (agent, user) = (key.model.as_deref().unwrap_or(UNKNOWN), key.user_model.as_deref().unwrap_or(UNKNOWN));
    let chosen = match found.chosen_by {
        ChosenBy::Alone => "",
        ChosenBy::FileName => ", chosen by the file name in the submission",
        ChosenBy::Model => ", chosen by the agent's model",
        ChosenBy::UserModel => ", chosen by the user simulator's model",
        ChosenBy::Mode => ", chosen by how the conversations were held",
        ChosenBy::Copies => ", the other candidates being copies",
    };
    let copies = match found.copies as u64 {
        0 => String::new(),
        1 => "; 1 copy not counted again".to_owned(),
        count => format!("; {} copies not counted again", fmt::count(Some(count))),
    };
    let pooled = if files.len() > 1 { "pooled " } else { "" };
    format!("{}: {pooled}from {} (agent {agent}, user {user}){chosen}{copies}.", domain.domain, listing(&files, LISTED))
}

/// Says that the trajectories are of another agent than the submission, as far as names go.
fn other_model(submission: &Submission, domain: &DomainCheck, found: &Trajectories, sweep: &Sweep) -> Option<String> {
    let key = &sweep.cells[found.cell].key;
    let (theirs, ours) = (submission.model.as_deref().unwrap_or(UNKNOWN), key.model.as_deref().unwrap_or(UNKNOWN));
    (found.model_agrees == Some(false))
        .then(|| format!("{}: the submission is of {theirs}, the trajectories name the agent {ours}", domain.domain))
}

/// Says that tasks are missing.
fn incomplete(domain: &DomainCheck, found: &Trajectories) -> Option<String> {
    (found.tasks_without_trial > 0).then(|| {
        format!(
            "{}: incomplete, {} tasks that the results list have an evaluated trial; figures over a part of the tasks check no claim",
            domain.domain,
            tasks_of(found),
        )
    })
}

/// Says what else throws doubt on the figures of a domain.
fn doubts(domain: &DomainCheck, found: &Trajectories) -> Vec<String> {
    let mut doubts = Vec::new();
    let mut add = |text: String| doubts.push(format!("{}: {text}", domain.domain));
    let unchecked = |test: &dyn Fn(&Figure) -> bool| {
        let cannot = |figure: &Figure| figure.agreement() == Agreement::NotCheckable && figure.recomputed.is_none();
        domain.figures.iter().any(|figure| cannot(figure) && test(figure))
    };
    if unchecked(&|figure| figure.measure != Measure::Cost) {
        let fewest = found.trials_per_task.map_or(0, |(fewest, _)| u64::from(fewest));
        add(format!("pass^k can be checked up to k = {fewest} only, the fewest evaluated trials of any task"));
    }
    if unchecked(&|figure| figure.measure == Measure::Cost) {
        add("no trajectory records what the agent cost".to_owned());
    } else if let (known @ 1.., all) = found.cost_known
        && known < all
    {
        add(format!("simulations whose agent cost is known: {known} of {all}"));
    }
    if found.infrastructure > 0 {
        let failed = fmt::decimal(found.pass_1_errors_as_failures, 2);
        let errors = plural(found.infrastructure, "infrastructure error");
        add(format!("{errors} left out; counted as failures, they would make pass^1 {failed}"));
    }
    for (count, what) in [
        (found.unevaluated, "simulations without a reward, left out"),
        (found.untasked, "simulations that name no task, left out of pass^k"),
        (found.repeated_ids as u64, "simulations there more than once with different content, each counted as a trial"),
    ] {
        if count > 0 {
            add(format!("{what}: {}", fmt::count(Some(count))));
        }
    }
    doubts
}

fn conclusion(verification: &Verification) -> String {
    let count = |agreement| verification.count(agreement);
    let checked = count(Agreement::Equal) + count(Agreement::Differs);
    if checked == 0 {
        return "no claim could be checked".to_owned();
    }
    let numbers = [count(Agreement::Equal), checked, count(Agreement::NotCheckable)].map(|number| fmt::count(Some(number)));
    let [equal, checked, unchecked] = numbers;
    let rest = if unchecked == "0" { String::new() } else { format!("; not checkable: {unchecked}") };
    format!("claims equal: {equal} of {checked} checked{rest}")
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
