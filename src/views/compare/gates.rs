//! Gates, judged: for the report, for the end of stdout, for JUnit.

use super::{CompareScene, Part, ends};
use crate::{
    analysis::compare::gate::{Check, Rule},
    gates::{Gate, GateKind, GateVerdict, Metric},
    views::{
        fmt::{self, cell, column},
        scene::plural,
        table::{Cell, Table, Value},
    },
};

/// Returns the section, where there are gates.
pub(super) fn part(scene: &CompareScene<'_>) -> Option<Part> {
    if scene.checks.is_empty() {
        return None;
    }
    let mut part = Part::default();
    part.text(summary(scene.checks));
    part.table(table(scene));
    Some(part)
}

/// `1 of 3 checks failed.`
pub fn summary(checks: &[Check]) -> String {
    let failed = checks.iter().filter(|check| check.failed).count();
    let open = checks.iter().filter(|check| !check.failed && check.verdict == GateVerdict::Inconclusive).count();
    let open = if open > 0 { format!(", {open} inconclusive (--fail-on-inconclusive fails them)") } else { String::new() };
    format!("{failed} of {} failed{open}.", plural(checks.len() as u64, "check"))
}

/// Returns one line for each check that failed: `gate failed: --min pass^1=0.55 on airline (tuned): 42.0%`.
pub fn failed(scene: &CompareScene<'_>) -> Vec<String> {
    let failed = scene.checks.iter().filter(|check| check.failed);
    failed.map(|check| format!("gate failed: {} on {}: {}", rule(&check.rule), place(scene, check), found(check))).collect()
}

/// The rule as typed.
pub fn rule(rule: &Rule) -> String {
    match rule {
        Rule::Gate(gate) => format!("{} '{gate}'", gate.kind.flag()),
        Rule::MaxRegressed(most) => format!("--max-regressed-tasks {most}"),
    }
}

/// Where it was checked.
pub fn place(scene: &CompareScene<'_>, check: &Check) -> String {
    check.new_side.map_or_else(|| check.row.clone(), |side| format!("{} ({})", check.row, scene.side(side)))
}

/// What was found.
pub fn found(check: &Check) -> String {
    let why = match (check.verdict, &check.rule) {
        (GateVerdict::NotAvailable, _) if check.lacking && check.value.is_none() => {
            return "NEW has nothing to set against it (--allow-missing lets it pass)".to_owned();
        }
        (GateVerdict::NotAvailable, _) if check.lacking => {
            " on what there is, but NEW lacks more than a tenth of BASE's tasks (--allow-missing lets it pass)"
        }
        (GateVerdict::NotAvailable, Rule::Gate(Gate { metric: Metric::Latency { role: Some(_), .. }, .. })) => {
            let no_such_cell = "no domain in logs and no NEW is of that name";
            let what = if check.new_side.is_none() { no_such_cell } else { "the sides have no such calls in logs, or too few" };
            return format!("not available: {what}");
        }
        (GateVerdict::NotAvailable, _) if check.new_side.is_none() => return "no cell of that name is compared".to_owned(),
        (GateVerdict::NotAvailable, _) => return "not available in this data".to_owned(),
        (GateVerdict::Inconclusive, _) => " inconclusive, fails with --fail-on-inconclusive",
        _ => "",
    };
    let Rule::Gate(gate) = &check.rule else { return fmt::decimal(check.value, 0) };
    let value = check.value.unwrap_or(f64::NAN);
    let interval = if gate.kind == GateKind::FailOn { format!(" {}", interval(gate, check)) } else { String::new() };
    format!("{}{interval}{why}", amount(gate, value))
}

fn interval(gate: &Gate, check: &Check) -> String {
    let Some((lo, hi)) = ends(check.interval) else { return "without interval".to_owned() };
    format!("[{}, {}]", amount(gate, lo), amount(gate, hi))
}

/// An amount in the unit of the gate's metric.
fn amount(gate: &Gate, value: f64) -> String {
    if gate.relative() {
        return format!("{}%", fmt::difference(Some(100.0 * value), 1));
    }
    let change = gate.kind == GateKind::FailOn;
    match gate.metric {
        Metric::PassHat { .. } | Metric::ErrorRate if change => fmt::points(Some(value)),
        Metric::PassHat { .. } | Metric::ErrorRate => fmt::rate(Some(value)),
        Metric::MeanReward if change => fmt::difference(Some(value), 3),
        Metric::MeanReward => fmt::decimal(Some(value), 3),
        Metric::CostPerEpisode | Metric::CostPerSuccess if value.is_infinite() => "∞".to_owned(),
        Metric::CostPerEpisode | Metric::CostPerSuccess => fmt::usd(Some(value)),
        Metric::Latency { .. } => fmt::duration(Some(value)),
    }
}

/// Returns the table of all checks.
pub(super) fn table(scene: &CompareScene<'_>) -> Table {
    let columns = vec![
        column::text("gate", "gate"),
        column::text("cell", "cell"),
        column::text("new_side", "new"),
        column::text("value", "found"),
        column::text("verdict", "verdict"),
        column::text("failed", "result"),
    ];
    let rows = scene.checks.iter().map(|check| {
        let value = check.value.filter(|value| value.is_finite()).map_or(Value::Null, Value::Float);
        vec![
            cell::text(rule(&check.rule)),
            cell::text(check.row.clone()),
            check.new_side.map_or_else(cell::empty, |side| cell::text(scene.side(side))),
            Cell { text: found(check), value },
            cell::text(check.verdict.name()),
            Cell { text: if check.failed { "FAILED" } else { "ok" }.to_owned(), value: Value::Bool(check.failed) },
        ]
    });
    let notes = vec![
        "--fail-on fails where the whole interval of the difference is beyond the limit (and, with few tasks, the exact test shows a \
         difference at all); --min and --max hold the figure of NEW itself against \
         the limit, noise or not. A gate without a figure fails."
            .to_owned(),
    ];
    Table { id: "gates".to_owned(), title: "Gates".to_owned(), columns, rows: rows.collect(), notes }
}
