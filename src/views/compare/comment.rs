//! A comparison in short: a comment for a pull request, and test cases for JUnit.

use super::{CompareScene, gates, verdict, words};
use crate::{
    gates::GateVerdict,
    views::{
        document::{Block, Document, Section},
        table::Table,
    },
    words::plural,
};

/// Regressed tasks listed for a row.
const LISTED: usize = 10;
/// Warnings listed.
const WARNINGS: usize = 8;

/// Returns the comment: verdicts, the table of pass^1, what failed, regressions.
pub fn document(scene: &CompareScene<'_>) -> Document {
    let failed = gates::failed(scene);
    let mut blocks: Vec<Block> = failed.into_iter().map(Block::Warning).collect();
    if !scene.checks.is_empty() {
        blocks.push(Block::Text(gates::summary(scene.checks)));
    }
    blocks.push(Block::Points(words::verdicts(scene)));
    let mut table = narrow(verdict::table(scene));
    table.notes.truncate(2);
    blocks.push(Block::Table(table.id.clone()));
    let regressed: Vec<String> = scene
        .report
        .rows
        .iter()
        .filter_map(|row| {
            let tasks: Vec<String> = row
                .figures
                .regressed()
                .map(|task| {
                    let clear = if task.clear { ", clear" } else { "" };
                    format!("{} ({}/{} → {}/{}{clear})", task.task, task.base.c, task.base.n, task.new.c, task.new.n)
                })
                .collect();
            let listed = crate::views::scene::listing(&tasks, LISTED);
            (!tasks.is_empty()).then(|| format!("{} regressed: {listed}", scene.row(row)))
        })
        .collect();
    if !regressed.is_empty() {
        blocks.push(Block::Text(
            "Tasks that regressed, the largest losses first; those not marked clear are within noise:".to_owned(),
        ));
        blocks.push(Block::Points(regressed));
    }
    let warnings = words::warnings(scene);
    let more = warnings.len().saturating_sub(WARNINGS) as u64;
    blocks.extend(warnings.into_iter().take(WARNINGS).map(|warning| Block::Text(format!("Warning: {warning}"))));
    if more > 0 {
        blocks.push(Block::Text(format!("{} in the report.", plural(more, "further warning"))));
    }
    let sections = vec![Section { id: "comment".to_owned(), heading: String::new(), blocks }];
    Document { title: super::title(scene), sections, tables: vec![table], charts: Vec::new() }
}

/// Leaves out the columns that the terminal leaves out.
fn narrow(mut table: Table) -> Table {
    table.columns.iter_mut().filter(|column| column.wide_only).for_each(|column| column.heading.clear());
    table
}

/// How a test case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Passed.
    Passed,
    /// Failed, and why.
    Failed(String),
    /// Cannot be told, and why.
    Skipped(String),
}

/// A test case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The group.
    pub class: String,
    /// The name within it.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What there is to say.
    pub output: String,
}

/// Returns a case for each gate and cell; without gates one for each row, which then passes whatever the verdict.
pub fn cases(scene: &CompareScene<'_>) -> Vec<Case> {
    if scene.checks.is_empty() {
        let rows = scene.report.rows.iter().zip(words::verdicts(scene));
        let case = |(row, line): (&crate::analysis::compare::Row, String)| Case {
            class: scene.side(row.new_side).to_owned(),
            name: format!("pass^1 on {}", row.name),
            outcome: Outcome::Passed,
            output: line,
        };
        return rows.map(case).collect();
    }
    let case = |check: &crate::analysis::compare::gate::Check| Case {
        class: gates::place(scene, check),
        name: gates::rule(&check.rule),
        outcome: match (check.failed, check.verdict) {
            (true, _) => Outcome::Failed(gates::found(check)),
            (false, GateVerdict::Inconclusive) => Outcome::Skipped("inconclusive".to_owned()),
            (false, _) => Outcome::Passed,
        },
        output: gates::found(check),
    };
    scene.checks.iter().map(case).collect()
}
