//! `taureport compare`: sides, matched cells, figures, verdicts.
//!
//! The first side is BASE; every other is a NEW and is compared with BASE. p-values are corrected (Holm) within families, each the rows
//! of one table: pass^1 of all matched cells of all NEW; further pass^k and mean rewards; expenses; durations; averages; calls.

pub mod baseline;
pub mod calls;
pub mod figures;
pub mod gate;
pub mod matching;
mod overall;
pub mod power;
mod ranking;
pub mod side;

pub use calls::{CallRow, CallSeries, Calls, CallsAlone};
pub use figures::{Durations, Expense, Figure, Figures, Quantity, Ratio, TaskChange};
use matching::MAIN_PARTS;
pub use matching::{Differs, Reason, Unmatched};
pub use overall::{Average, Overall};
pub use ranking::{EnvPlaces, Place, Standing};
pub use side::{CellData, Side, TaskData, cells, split};

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    metrics::compare::{self, Judged, judge, still_open},
    records::TaskId,
    sweep::{DEFAULT, short_name},
};

/// How to compare.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Settings {
    /// Levels, power, resampling.
    pub statistics: compare::Settings,
    /// Largest k, if limited by the user.
    pub k_max: Option<u32>,
    /// Whether cells of different benchmarks may match.
    pub allow_mismatch: bool,
}

/// Something that may explain a difference besides what is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Caution {
    /// The cells are of different benchmarks; only with [`Settings::allow_mismatch`].
    OtherBenchmark,
    /// Different versions of the benchmark wrote the files.
    Version,
    /// A part of the circumstances differs.
    Circumstance(Differs),
    /// The task sets differ: tasks of BASE only, tasks of NEW only.
    Tasks(usize, usize),
    /// The shares of infrastructure errors differ by more than two points.
    Errors(f64, f64),
    /// The environment is unknown, so that nothing tells whether the tasks are the same.
    UnknownEnv,
}

/// One cell of BASE against one of a NEW.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Index of NEW among the sides.
    pub new_side: usize,
    /// Index of the cell of BASE.
    pub base_cell: usize,
    /// Index of the cell of NEW.
    pub new_cell: usize,
    /// Environment, and the configuration where an environment has several rows: `airline · react`.
    pub name: String,
    /// What the cells differ in.
    pub differs: Vec<Differs>,
    /// Other explanations of a difference.
    pub cautions: Vec<Caution>,
    /// Tasks scored by BASE only.
    pub only_base: Vec<TaskId>,
    /// Tasks scored by NEW only.
    pub only_new: Vec<TaskId>,
    /// The figures on the common tasks.
    pub figures: Figures,
}

/// Two cells that match but cannot be compared: they have no common task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Index of NEW among the sides.
    pub new_side: usize,
    /// Index of the cell of BASE.
    pub base_cell: usize,
    /// Index of the cell of NEW.
    pub new_cell: usize,
}

/// A comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How it was made.
    pub settings: Settings,
    /// BASE and every NEW.
    pub sides: Vec<Side>,
    /// The column whose values are the sides, if any.
    pub across: Option<String>,
    /// Matched cells by NEW, then in the order of BASE's cells.
    pub rows: Vec<Row>,
    /// Cells without another, with the index of NEW among the sides.
    pub unmatched: Vec<(usize, Unmatched)>,
    /// Cells that match without a common task.
    pub refused: Vec<Refused>,
    /// All sides side by side, where there are several NEW.
    pub places: Vec<EnvPlaces>,
    /// Averages over the environments that all sides have.
    pub overall: Vec<Overall>,
    /// Calls in the logs.
    pub calls: Calls,
}

/// Parts whose difference is warned of, unless they are what is compared.
const CIRCUMSTANCES: [&str; 5] = ["user model", "user strategy", "temperature", "mode", "max steps"];
/// Difference of the shares of errors that is warned of.
const ERRORS_APART: f64 = 0.02;

/// Compares the first side with every other.
pub fn compare(sides: Vec<Side>, across: Option<String>, settings: Settings) -> Report {
    let mut report = Report {
        settings,
        sides,
        across,
        rows: Vec::new(),
        unmatched: Vec::new(),
        refused: Vec::new(),
        places: Vec::new(),
        overall: Vec::new(),
        calls: Calls::default(),
    };
    for new_side in 1..report.sides.len() {
        report.add(new_side);
    }
    name_rows(&mut report);
    judge_families(&mut report.rows, &settings.statistics);
    report.places = ranking::places(&report);
    report.overall = overall::overall(&report);
    report.calls = calls::compare(&report.sides, &settings.statistics);
    report
}

impl Report {
    /// Returns the cell of BASE of a row.
    pub fn base_of(&self, row: &Row) -> &CellData {
        &self.sides[0].cells[row.base_cell]
    }

    /// Returns the cell of NEW of a row.
    pub fn new_of(&self, row: &Row) -> &CellData {
        &self.sides[row.new_side].cells[row.new_cell]
    }

    fn add(&mut self, new_side: usize) {
        let (base, new) = (&self.sides[0].cells, &self.sides[new_side].cells);
        let found = matching::match_cells(base, new, self.settings.allow_mismatch);
        let (mut rows, mut refused) = (Vec::new(), Vec::new());
        for one in found.matches {
            let (a, b) = (&base[one.base], &new[one.new]);
            let Some(figures) = Figures::compute(a, b, &self.settings) else {
                refused.push(Refused { new_side, base_cell: one.base, new_cell: one.new });
                continue;
            };
            let scored =
                |cell: &CellData| cell.tasks.iter().filter(|(_, data)| data.n > 0).map(|(task, _)| task.clone()).collect();
            let (ours, theirs): (BTreeSet<TaskId>, BTreeSet<TaskId>) = (scored(a), scored(b));
            let (only_base, only_new): (Vec<TaskId>, Vec<TaskId>) =
                (ours.difference(&theirs).cloned().collect(), theirs.difference(&ours).cloned().collect());
            rows.push(Row {
                new_side,
                base_cell: one.base,
                new_cell: one.new,
                name: String::new(),
                cautions: self.cautions(a, b, &one.differs, (only_base.len(), only_new.len())),
                differs: one.differs,
                only_base,
                only_new,
                figures,
            });
        }
        self.rows.extend(rows);
        self.refused.extend(refused);
        self.unmatched.extend(found.unmatched.into_iter().map(|one| (new_side, one)));
    }

    fn cautions(&self, base: &CellData, new: &CellData, differs: &[Differs], alone: (usize, usize)) -> Vec<Caution> {
        let mut found = Vec::new();
        if base.benchmark != new.benchmark {
            found.push(Caution::OtherBenchmark);
        }
        if base.env.is_none() {
            found.push(Caution::UnknownEnv);
        }
        let compared = |part: &str| self.across.as_deref().is_some_and(|column| column.replace('_', " ") == part);
        if !base.versions.is_empty() && !new.versions.is_empty() && base.versions != new.versions && !compared("version") {
            found.push(Caution::Version);
        }
        // Unknown is not taken for different.
        let known = |one: &&Differs| one.base.is_some() && one.new.is_some();
        let circumstances = differs.iter().filter(|one| CIRCUMSTANCES.contains(&one.part.as_str()) && !compared(&one.part));
        found.extend(circumstances.filter(known).cloned().map(Caution::Circumstance));
        // One main part that differs is what is compared; with another the difference may come from either.
        let main = |one: &&Differs| MAIN_PARTS.contains(&one.part.as_str()) && one.part != "mode" && !compared(&one.part);
        let main: Vec<&Differs> = differs.iter().filter(main).filter(known).collect();
        if self.across.is_some() || main.len() > 1 {
            found.extend(main.into_iter().cloned().map(Caution::Circumstance));
        }
        if alone != (0, 0) {
            found.push(Caution::Tasks(alone.0, alone.1));
        }
        if let Some((a, b, _)) = figures::error_rates(base, new, self.settings.statistics.conf)
            && (a - b).abs() > ERRORS_APART
        {
            found.push(Caution::Errors(a, b));
        }
        found
    }
}

/// Parts that may tell rows of one environment apart, the likeliest first.
const TELLING: [&str; 10] =
    ["model", "folder", "strategy", VARIANT, "mode", "user model", "user strategy", "temperature", "max steps", "label"];
const VARIANT: &str = "variant";

/// Names the rows: the environment, and what tells rows of one environment apart, no more.
fn name_rows(report: &mut Report) {
    let envs: BTreeSet<_> =
        report.rows.iter().map(|row| (report.base_of(row).env.as_deref(), report.base_of(row).benchmark)).collect();
    let env_name = |row: &Row| {
        let base = report.base_of(row);
        let env = base.env.as_deref().unwrap_or(side::UNKNOWN);
        let shared = envs.iter().filter(|(other, _)| *other == base.env.as_deref()).count() > 1;
        if shared { format!("{env} ({})", base.benchmark) } else { env.to_owned() }
    };
    let mut names: Vec<String> = report.rows.iter().map(env_name).collect();
    let settings: BTreeSet<&str> = report.rows.iter().flat_map(|row| report.base_of(row).settings()).collect();
    let short_names: Vec<&str> = settings.iter().copied().collect();
    for part in TELLING.into_iter().chain(settings.iter().copied()) {
        let mut groups: BTreeMap<(usize, &String), Vec<usize>> = BTreeMap::new();
        for (at, row) in report.rows.iter().enumerate() {
            groups.entry((row.new_side, &names[at])).or_default().push(at);
        }
        let value = |at: usize| report.base_of(&report.rows[at]).part(part);
        let differs = |group: &&Vec<usize>| group.iter().map(|at| value(*at)).collect::<BTreeSet<_>>().len() > 1;
        let telling: Vec<usize> = groups.values().filter(differs).flatten().copied().collect();
        for at in telling {
            let own = match value(at) {
                own if settings.contains(part) => format!("{}={}", short_name(part, &short_names), own.unwrap_or(DEFAULT)),
                None if part == VARIANT => "plain".to_owned(),
                own => own.unwrap_or(side::UNKNOWN).to_owned(),
            };
            names[at] = format!("{} · {own}", names[at]);
        }
    }
    let mut used: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (row, name) in report.rows.iter_mut().zip(names) {
        let seen = used.entry((row.new_side, name.clone())).or_default();
        *seen += 1;
        row.name = if *seen > 1 { format!("{name} ({seen})") } else { name };
    }
}

fn judge_families(rows: &mut [Row], settings: &compare::Settings) {
    let conf = settings.conf;
    judge_figures(rows.iter_mut().map(|row| &mut row.figures.pass_1).collect(), settings);
    judge_figures(rows.iter_mut().flat_map(|row| &mut row.figures.further).collect(), settings);
    let mut ratios: Vec<&mut Ratio> = rows.iter_mut().flat_map(|row| &mut row.figures.ratios).collect();
    let family: Vec<_> = ratios.iter().map(|one| (one.ratio.ratio.map_or(0.0, f64::ln), one.p)).collect();
    ratios.iter_mut().zip(judge(&family, conf)).for_each(|(ratio, judged)| ratio.judged = less_is_better(judged));
    let mut durations: Vec<&mut Durations> = rows.iter_mut().filter_map(|row| row.figures.durations.as_mut()).collect();
    judge_durations(&mut durations, settings);
}

/// Judges one family of differences, and finds what each could have shown.
fn judge_figures(mut figures: Vec<&mut Figure>, settings: &compare::Settings) {
    let family: Vec<_> = figures.iter().map(|figure| (figure.comparison.difference, figure.comparison.p)).collect();
    let judged = judge(&family, settings.conf);
    let open = still_open(&judged);
    for (figure, judged) in figures.iter_mut().zip(judged) {
        figure.judged = judged;
        // From 60 % no share can fall by more than 60 points, nor rise by more than 40.
        let possible = figure.comparison.a.max(1.0 - figure.comparison.a);
        figure.detectable = figure.comparison.detectable(open, settings).filter(|mdd| *mdd <= possible);
    }
}

fn less_is_better(judged: Judged) -> Judged {
    Judged { verdict: judged.verdict.reversed(), ..judged }
}

/// Judges one family of durations.
fn judge_durations(durations: &mut [&mut Durations], settings: &compare::Settings) {
    let family: Vec<_> = durations.iter().map(|one| (one.ratio.logs.difference, one.ratio.logs.p)).collect();
    let judged = judge(&family, settings.conf);
    let open = still_open(&judged);
    for (one, judged) in durations.iter_mut().zip(judged) {
        one.judged = less_is_better(judged);
        one.detectable = one.ratio.logs.detectable(open, settings).map(f64::exp);
    }
}

#[cfg(test)]
mod tests;
