//! The tables of differences: pass^1 first, then every further k and the mean reward.

use std::collections::BTreeMap;

use super::{CompareScene, Part, charts, contradictions, ends, verdict_cell, words};
use crate::{
    analysis::compare::{Figure, Quantity, Row},
    metrics::compare::{Comparison, DecidedBy, Verdict},
    views::{
        document::Block,
        fmt::{cell, column},
        table::{Cell, Column, Table},
    },
};

/// Figures whose tests disagree that are explained one by one.
const MOST_EXPLAINED: usize = 6;

/// Returns the first section.
pub(super) fn part(scene: &CompareScene<'_>) -> Part {
    let mut part = Part::default();
    if scene.report.rows.is_empty() {
        part.text("Nothing could be compared; the warnings say why.");
    }
    part.blocks.push(Block::Points(words::verdicts(scene)));
    part.table(table(scene));
    part.charts_of(charts::difference(scene));
    let warnings = words::warnings(scene);
    part.blocks.extend(warnings.into_iter().map(Block::Warning));
    for (at, overall) in scene.report.overall.iter().enumerate() {
        let id = if scene.report.overall.len() > 1 { format!("overall_{}", at + 1) } else { "overall".to_owned() };
        part.table(averages(scene, overall, id));
    }
    part.folded(evidence(scene));
    part
}

impl Part {
    fn charts_of(&mut self, charts: impl IntoIterator<Item = crate::views::chart::Chart>) {
        charts.into_iter().for_each(|chart| self.chart(chart));
    }
}

/// Returns the table of pass^1.
pub(super) fn table(scene: &CompareScene<'_>) -> Table {
    let mut columns = vec![column::text("cell", "cell"), new_column(scene)];
    columns.extend(figure_columns(scene));
    columns.push(column::number("noise_floor", ""));
    let rows = scene.report.rows.iter().map(|row| {
        let mut cells = vec![cell::text(row.name.clone()), cell::text(scene.side(row.new_side))];
        cells.extend(figure_cells(&row.figures.pass_1));
        cells.push(cell::points(row.figures.noise_floor));
        if let Some(floor) = cells.last_mut() {
            floor.text = row.figures.noise_floor.map_or_else(|| "n/a".to_owned(), words::points);
        }
        cells
    });
    let mut notes = vec![
        format!(
            "base = {}{}. ~ inconclusive: not shown to differ, which is not the same as equal. Difference: NEW − BASE over the tasks both \
             have, {} interval (Student's t on task differences; where all tasks differ alike, a binomial bound). p: after Holm's correction for the rows of this table.",
            scene.side(0),
            if scene.many() { String::new() } else { format!(", new = {}", scene.side(1)) },
            scene.level(),
        ),
        format!(
            "W/L/T: tasks on which NEW is better, worse, alike. MDD: minimum detectable difference, the smallest true difference that the \
             deciding test would find with {} power{}; inconclusive rows only. Intervals are for one row each, uncorrected: p and verdict are \
             corrected, so an interval may leave out zero and the verdict still be open.",
            scene.power(),
            match scene.open_rows() {
                1 => String::new(),
                open => format!(", corrected for the {open} rows that are open"),
            },
        ),
    ];
    if scene.report.rows.iter().any(|row| row.figures.pass_1.comparison.single_trial) {
        notes.push("Where both sides have one trial a task, the sign-flip test is McNemar's.".to_owned());
    }
    if let Some(floor) = noise_floor(scene) {
        notes.push(floor);
    }
    let rows = rows.collect();
    Table { id: "comparison".to_owned(), title: "pass^1".to_owned(), columns, rows, notes }
}

fn noise_floor(scene: &CompareScene<'_>) -> Option<String> {
    // BASE's own, so the same for every NEW.
    let floors: BTreeMap<&str, f64> = scene
        .report
        .rows
        .iter()
        .rev()
        .filter_map(|row| Some((row.name.as_str(), row.figures.noise_floor.filter(|floor| *floor > 0.0)?)))
        .collect();
    let words: Vec<String> = floors.into_iter().map(|(name, floor)| format!("{name} {}", words::points(floor))).collect();
    (!words.is_empty()).then(|| {
        format!(
            "Noise floor: if each side had run every task but once, two runs of BASE itself would differ by up to this: {}. The rows above \
             average more trials where there are more.",
            crate::views::scene::listing(&words, 4)
        )
    })
}

/// The name of NEW is for programs only where there is but one.
fn new_column(scene: &CompareScene<'_>) -> Column {
    column::text("new_side", if scene.many() { "new" } else { "" })
}

fn figure_columns(scene: &CompareScene<'_>) -> Vec<Column> {
    let [lo, hi] = column::interval("difference", &format!("{} interval", scene.level()));
    vec![
        column::number("tasks", "tasks"),
        column::number("base", "base"),
        column::number("new", "new"),
        column::number("difference", "difference"),
        lo,
        hi,
        column::number("p_holm", "p"),
        column::text("verdict", "verdict"),
        column::number("wins", "W/L/T"),
        column::number("losses", ""),
        column::number("ties", ""),
        column::number("detectable", "MDD"),
        column::number("p", ""),
        column::text("decided_by", ""),
        column::number("p_exact", ""),
        column::number("p_exact_mid", ""),
        column::number("p_sign_test", ""),
        column::number("correlation", ""),
        column::number("pairing_gain", ""),
        column::number("se", ""),
        column::number("se_unpaired", ""),
        column::number("se_rerun", ""),
    ]
}

fn figure_cells(figure: &Figure) -> Vec<Cell> {
    let found = &figure.comparison;
    let [lo, hi] = cell::points_interval(ends(found.interval));
    let value = |value: f64| match figure.quantity {
        Quantity::PassHat(_) => cell::rate(Some(value)),
        Quantity::MeanReward => cell::mean(Some(value), 3),
    };
    let mut wins = cell::count(Some(found.wins as u64));
    wins.text = format!("{}/{}/{}", found.wins, found.losses, found.ties);
    let mut detectable = cell::points(figure.detectable);
    detectable.text = match figure.detectable.filter(|_| figure.judged.verdict == Verdict::Inconclusive) {
        Some(mde) => words::points(mde),
        None if figure.judged.verdict == Verdict::Inconclusive => "n/a".to_owned(),
        None => String::new(),
    };
    vec![
        cell::count(Some(found.tasks as u64)),
        value(found.a),
        value(found.b),
        cell::points(Some(found.difference)),
        lo,
        hi,
        cell::p_value(figure.judged.p_holm),
        verdict_cell(figure.judged.verdict),
        wins,
        cell::count(Some(found.losses as u64)),
        cell::count(Some(found.ties as u64)),
        detectable,
        cell::p_value(found.p),
        cell::text(test(found)),
        cell::p_value(found.flips.map(|flips| flips.exact)),
        cell::p_value(found.flips.map(|flips| flips.mid_p)),
        cell::p_value(Some(found.sign_test.exact)),
        cell::mean(found.correlation, 2),
        cell::mean(found.pairing_gain(), 1),
        cell::points(found.se),
        cell::points(found.se_unpaired),
        cell::points(found.se_rerun),
    ]
}

/// Returns the table of what stands behind the verdicts: tests, and what pairing bought.
pub(super) fn evidence(scene: &CompareScene<'_>) -> Table {
    let columns = vec![
        column::text("cell", "cell"),
        column::text("figure", "figure"),
        column::number("p", "p uncorrected"),
        column::number("p_holm", "p (Holm)"),
        column::text("decided_by", "test"),
        column::number("p_t", "paired t"),
        column::number("p_exact_mid", "sign flips"),
        column::number("p_sign_test_mid", "wins and losses"),
        column::number("se", "SE"),
        column::number("se_unpaired", "SE unpaired"),
        column::number("correlation", "correlation"),
        column::number("pairing_gain", "pairing is worth"),
        column::number("se_rerun", "SE rerun"),
    ];
    let all = scene
        .report
        .rows
        .iter()
        .flat_map(|row| [&row.figures.pass_1].into_iter().chain(&row.figures.further).map(move |one| (row, one)));
    let rows = all.map(|(row, figure)| {
        let found = &figure.comparison;
        let size =
            |share: Option<f64>| Cell { text: share.map_or_else(|| "n/a".to_owned(), words::points), ..cell::points(share) };
        let mut gain = cell::mean(found.pairing_gain(), 1);
        if found.pairing_gain().is_some() {
            gain.text.push_str("× tasks");
        }
        vec![
            cell::text(scene.row(row)),
            cell::text(name(figure.quantity)),
            cell::p_value(found.p),
            cell::p_value(figure.judged.p_holm),
            cell::text(test(found)),
            cell::p_value(found.p_t),
            cell::p_value(found.flips.map(|flips| flips.mid_p)),
            cell::p_value(Some(found.sign_test.mid_p)),
            size(found.se),
            size(found.se_unpaired),
            cell::mean(found.correlation, 2),
            gain,
            size(found.se_rerun),
        ]
    });
    let mut notes = vec![
        "Sign flips: all of them enumerated, mid-p; with one trial a task it is McNemar's test; n/a where the sums are too many, and then \
         another test decides. Wins and losses: the sign test on them, mid-p. SE unpaired: standard error if NEW had run other tasks; \
         pairing is worth so many times the tasks. SE rerun: of running both again on these very tasks."
            .to_owned(),
    ];
    let disagreeing = scene.report.rows.iter().flat_map(|row| {
        let figures = [&row.figures.pass_1].into_iter().chain(&row.figures.further);
        figures.flat_map(|figure| contradictions::of_tests(scene, row, figure)).collect::<Vec<_>>()
    });
    let disagreeing: Vec<String> = disagreeing.collect();
    notes.extend(disagreeing.iter().take(MOST_EXPLAINED).cloned());
    if disagreeing.len() > MOST_EXPLAINED {
        notes.push(format!("The tests of {} more figures disagree for the same reasons.", disagreeing.len() - MOST_EXPLAINED));
    }
    Table {
        id: "evidence".to_owned(),
        title: "Tests behind the verdicts, and what pairing bought".to_owned(),
        columns,
        rows: rows.collect(),
        notes,
    }
}

/// The test that decided.
pub(super) fn test(found: &Comparison) -> &'static str {
    match found.decided_by {
        DecidedBy::PairedT => "paired t",
        DecidedBy::SignFlip if found.single_trial => "McNemar, mid-p",
        DecidedBy::SignFlip => "sign flips, mid-p",
        DecidedBy::Bootstrap => "bootstrap",
    }
}

/// Returns the section on pass^k, where there is more than pass^1.
pub(super) fn further_part(scene: &CompareScene<'_>) -> Option<Part> {
    let table = further_table(scene, false)?;
    let mut part = Part::default();
    part.table(table);
    part.charts_of(charts::before_after(scene));
    Some(part)
}

/// Returns the table of every further k and the mean reward; `short` = of pass^k the largest k alone.
pub(super) fn further_table(scene: &CompareScene<'_>, short: bool) -> Option<Table> {
    let mut columns = vec![column::text("cell", "cell"), new_column(scene), column::text("figure", "figure")];
    columns.extend(figure_columns(scene));
    let figures = |row: &Row| -> Vec<Figure> {
        let all = &row.figures.further;
        let most = all.iter().rposition(|figure| matches!(figure.quantity, Quantity::PassHat(_)));
        let shown = |at: usize| !short || Some(at) == most || all[at].quantity == Quantity::MeanReward;
        (0..all.len()).filter(|at| shown(*at)).map(|at| all[at]).collect()
    };
    let rows: Vec<Vec<Cell>> = scene
        .report
        .rows
        .iter()
        .flat_map(|row| figures(row).into_iter().map(move |figure| (row, figure)))
        .map(|(row, figure)| {
            let mut cells =
                vec![cell::text(row.name.clone()), cell::text(scene.side(row.new_side)), cell::text(name(figure.quantity))];
            cells.extend(figure_cells(&figure));
            cells
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let family: usize = scene.report.rows.iter().map(|row| row.figures.further.len()).sum();
    let mut notes = vec![format!(
        "p: after Holm's correction for the {} of this table{}.",
        crate::views::scene::plural(family as u64, "figure"),
        if short { " in the report" } else { "" }
    )];
    let is_chained =
        |found: &Comparison| found.decided_by == DecidedBy::Bootstrap || found.wins + found.losses + found.ties != found.tasks;
    if scene.report.rows.iter().flat_map(|row| &row.figures.further).any(|figure| is_chained(&figure.comparison)) {
        notes.push(
            "Where W/L/T is less than the tasks, trials are missing: chained estimates are compared, interval and p from drawing tasks \
             (bootstrap), but p from the sign flips where tasks are few and these are less sure. W/L/T and sign flips count only the tasks that \
             have k trials on both sides."
                .to_owned(),
        );
    }
    Some(Table { id: "pass_k".to_owned(), title: "pass^k and mean reward".to_owned(), columns, rows, notes })
}

/// `pass^2`, `mean reward`.
pub(super) fn name(quantity: Quantity) -> String {
    match quantity {
        Quantity::PassHat(k) => format!("pass^{k}"),
        Quantity::MeanReward => "mean reward".to_owned(),
    }
}

fn averages(scene: &CompareScene<'_>, overall: &crate::analysis::compare::Overall, id: String) -> Table {
    let [lo, hi] = column::interval("difference", &format!("{} interval", scene.level()));
    let columns = vec![
        column::text("new_side", "new"),
        column::number("base", "base"),
        column::number("new", "new"),
        column::number("difference", "difference"),
        lo,
        hi,
        column::number("p_holm", "p"),
        column::text("verdict", "verdict"),
    ];
    let rows = overall.averages.iter().map(|average| {
        let [lo, hi] = cell::points_interval(ends(average.interval));
        vec![
            cell::text(scene.side(average.new_side)),
            cell::rate(Some(average.base)),
            cell::rate(Some(average.new)),
            cell::points(Some(average.difference)),
            lo,
            hi,
            cell::p_value(average.judged.p_holm),
            verdict_cell(average.judged.verdict),
        ]
    });
    let notes = vec![
        "Unweighted mean of the rows; its interval combines those of the rows (MOVER). Tasks of different environments are never pooled.".to_owned(),
    ];
    let over = crate::views::scene::listing(&overall.over, 6);
    Table { id, title: format!("pass^1, average over {over}"), columns, rows: rows.collect(), notes }
}
