//! What `taureport compare` shows: verdicts first, then regressions, then everything behind them.

pub mod calls;
mod calls_json;
mod charts;
pub mod comment;
mod contradictions;
mod effort;
mod flips;
pub mod gates;
pub mod json;
mod matched;
mod methods;
mod places;
pub mod power;
mod verdict;
pub mod words;

use super::{
    chart::{Chart, compare::Mark},
    document::{Block, Document, Section},
    names::{slug, unique},
    table::Table,
};
use crate::{
    analysis::compare::{Report, Row, gate::Check},
    metrics::{
        compare::{Verdict, still_open},
        interval::Interval,
    },
};

/// What the views look at.
pub struct CompareScene<'a> {
    /// The comparison.
    pub report: &'a Report,
    /// Gates, judged.
    pub checks: &'a [Check],
    /// Version of the program.
    pub version: &'a str,
    /// Options the user gave, as typed: provenance.
    pub flags: Vec<(String, String)>,
    /// Findings about the input files, in words.
    pub input_warnings: Vec<String>,
}

impl CompareScene<'_> {
    /// Returns the name of a side.
    fn side(&self, index: usize) -> &str {
        &self.report.sides[index].name
    }

    /// Whether there are several NEW.
    fn many(&self) -> bool {
        self.report.sides.len() > 2
    }

    /// Returns the name of a row, with NEW's where there are several.
    fn row(&self, row: &Row) -> String {
        if self.many() { format!("{} ({})", row.name, self.side(row.new_side)) } else { row.name.clone() }
    }

    /// Returns `95%`.
    fn level(&self) -> String {
        percent(self.report.settings.statistics.conf)
    }

    /// Returns `80%`.
    fn power(&self) -> String {
        percent(self.report.settings.statistics.power)
    }

    /// Returns how many rows of pass^1 the correction still counts, see [`still_open`].
    fn open_rows(&self) -> usize {
        still_open(self.report.rows.iter().map(|row| &row.figures.pass_1.judged))
    }

    /// Returns every NEW with its rows, those without any left out.
    fn by_new(&self) -> impl Iterator<Item = (usize, Vec<&Row>)> {
        let of = |side: usize| (side, self.report.rows.iter().filter(|row| row.new_side == side).collect::<Vec<_>>());
        (1..self.report.sides.len()).map(of).filter(|(_, rows)| !rows.is_empty())
    }

    /// Returns one id a row, unique, for tables and charts.
    fn ids(&self) -> Vec<String> {
        let mut used = std::collections::BTreeSet::new();
        self.report.rows.iter().map(|row| unique(&slug(&self.row(row)), &mut used)).collect()
    }
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 1e4).round() / 100.0)
}

/// Pieces of a report.
#[derive(Default)]
struct Part {
    blocks: Vec<Block>,
    tables: Vec<Table>,
    charts: Vec<Chart>,
}

impl Part {
    fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table(table.id.clone()));
        self.tables.push(table);
    }

    fn folded(&mut self, table: Table) {
        self.blocks.push(Block::FoldedTable(table.id.clone()));
        self.tables.push(table);
    }

    fn chart(&mut self, chart: Chart) {
        self.blocks.push(Block::Chart(chart.meta().id.clone()));
        self.charts.push(chart);
    }
}

/// Returns the whole report.
pub fn document(scene: &CompareScene<'_>) -> Document {
    let parts = [
        ("verdict", "Verdict", Some(verdict::part(scene))),
        ("gates", "Gates", gates::part(scene)),
        ("flips", "Tasks that flipped", Some(flips::part(scene))),
        ("pass_k", "pass^k and mean reward", verdict::further_part(scene)),
        ("effort", "Cost, tokens and time", effort::part(scene)),
        ("latency", "Latency of calls", calls::part(scene)),
        ("ranking", "All sides side by side", places::part(scene)),
        ("matched", "What was compared", Some(matched::part(scene))),
        ("methods", "Methods", Some(methods::part(scene))),
    ];
    let mut document = Document { title: title(scene), sections: Vec::new(), tables: Vec::new(), charts: Vec::new() };
    for (id, heading, part) in parts {
        let Some(part) = part else { continue };
        document.sections.push(Section { id: id.to_owned(), heading: heading.to_owned(), blocks: part.blocks });
        document.tables.extend(part.tables);
        document.charts.extend(part.charts);
    }
    document
}

fn title(scene: &CompareScene<'_>) -> String {
    let news: Vec<&str> = (1..scene.report.sides.len()).map(|side| scene.side(side)).collect();
    format!("Comparison: {} against {}", super::scene::listing(&news, 4), scene.side(0))
}

/// Returns the tables for the terminal, in order.
pub fn printed(scene: &CompareScene<'_>) -> Vec<Table> {
    let mut tables = vec![verdict::table(scene)];
    tables.extend(verdict::further_table(scene, true));
    tables.extend(effort::tables(scene));
    tables.extend(calls::table(scene, true));
    tables.extend(places::tables(scene));
    tables
}

fn mark(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Better => Mark::Better,
        Verdict::Worse => Mark::Worse,
        Verdict::Inconclusive => Mark::Inconclusive,
    }
}

/// The verdict as tables show it.
fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Inconclusive => "~",
    }
}

fn verdict_cell(verdict: Verdict) -> super::table::Cell {
    super::table::Cell { text: sign(verdict).to_owned(), value: super::table::Value::Text(verdict.name().to_owned()) }
}

fn ends(interval: Option<Interval>) -> Option<(f64, f64)> {
    interval.map(|ends| (ends.lo, ends.hi))
}
