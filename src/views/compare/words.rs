//! A comparison in words: verdict lines and warnings, for the report and the terminal.

use std::collections::BTreeSet;

use super::CompareScene;
use crate::{
    analysis::compare::{Caution, CellData, Differs, Figure, Reason, Row, Unmatched, side::UNKNOWN},
    metrics::compare::{DecidedBy, Verdict},
    redact::shown,
    sweep::short_name,
    views::{
        fmt,
        scene::{listing, plural},
    },
    words::verb,
};

/// Tasks listed by name.
const LISTED: usize = 12;

/// Returns one line a row: what the data say of pass^1.
pub fn verdicts(scene: &CompareScene<'_>) -> Vec<String> {
    let lines = scene.report.rows.iter().map(|row| {
        let figure = row.figures.pass_1;
        let found = figure.comparison;
        let (base, new) = (scene.side(0), scene.side(row.new_side));
        let said = match figure.judged.verdict {
            Verdict::Better => format!("{new} is better than {base}"),
            Verdict::Worse => format!("{new} is worse than {base}"),
            Verdict::Inconclusive => format!("inconclusive (~), {new} against {base}"),
        };
        let explained = super::contradictions::of_table(scene, &figure, row.figures.noise_floor);
        let line = format!(
            "{}: {said}, pass^1 {} → {}, {} {}, {}; {} of {} won, {} lost{}.",
            row.name,
            fmt::rate(Some(found.a)),
            fmt::rate(Some(found.b)),
            fmt::points(Some(found.difference)),
            fmt::points_interval(super::ends(found.interval)),
            p_words(&figure),
            found.wins,
            plural(found.tasks as u64, "task"),
            found.losses,
            if figure.judged.verdict == Verdict::Inconclusive { detectable(scene, &figure) } else { String::new() },
        );
        [line].into_iter().chain(explained).collect::<Vec<_>>().join(" ")
    });
    let averages = scene.report.overall.iter().flat_map(|overall| {
        overall.averages.iter().map(move |average| {
            let verdict = average.judged.verdict;
            let said = if verdict == Verdict::Inconclusive { "inconclusive (~)" } else { verdict.name() };
            format!(
                "average over {}: {} {said}: {} {}, p {}.",
                listing(&overall.over, 4),
                scene.side(average.new_side),
                fmt::points(Some(average.difference)),
                fmt::points_interval(super::ends(average.interval)),
                fmt::p_value(average.judged.p_holm),
            )
        })
    });
    lines.chain(averages).collect()
}

/// `p 0.004`, with the uncorrected p where correction changed it, and the test where it is not the usual one.
fn p_words(figure: &Figure) -> String {
    let found = &figure.comparison;
    let (raw, holm) = (fmt::p_value(found.p), fmt::p_value(figure.judged.p_holm));
    let test =
        if found.decided_by == DecidedBy::PairedT { String::new() } else { format!(" ({})", super::verdict::test(found)) };
    if raw == holm { format!("p {raw}{test}") } else { format!("p {raw}{test}, {holm} after Holm's correction") }
}

/// What an inconclusive comparison could have shown.
fn detectable(scene: &CompareScene<'_>, figure: &Figure) -> String {
    let found = &figure.comparison;
    let corrected = match scene.open_rows() {
        1 => String::new(),
        open => format!(", corrected for {open} open rows"),
    };
    match figure.detectable {
        Some(mdd) => format!("; a true difference of {} would be found with {} power{corrected}", points(mdd), scene.power()),
        None if found.wins + found.losses == 0 => "; both sides have the same result on every task".to_owned(),
        None if found.wins == found.tasks || found.losses == found.tasks => {
            "; all tasks differ alike, so nothing tells what could have been found".to_owned()
        }
        None => format!("; with so few tasks no possible difference would be found with {} power{corrected}", scene.power()),
    }
}

/// A size in points, without a sign.
pub(super) fn points(share: f64) -> String {
    format!("{} pp", fmt::decimal(Some(100.0 * share), 1))
}

/// Returns one line a row: how many tasks flipped.
pub fn flips(scene: &CompareScene<'_>) -> Vec<String> {
    let line = |row: &Row| {
        let clear = |tasks: &mut dyn Iterator<Item = &crate::analysis::compare::TaskChange>| {
            let tasks: Vec<bool> = tasks.map(|task| task.clear).collect();
            (tasks.len() as u64, tasks.iter().filter(|clear| **clear).count())
        };
        let ((lost, lost_clear), (won, won_clear)) = (clear(&mut row.figures.regressed()), clear(&mut row.figures.improved()));
        format!(
            "{}: {} regressed ({lost_clear} beyond noise), {} improved ({won_clear} beyond noise).",
            scene.row(row),
            plural(lost, "task"),
            fmt::count(Some(won)),
        )
    };
    scene.report.rows.iter().map(line).collect()
}

/// Returns all warnings, those about the comparison before those about the data of a side.
pub fn warnings(scene: &CompareScene<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for row in &scene.report.rows {
        found.extend(row.cautions.iter().map(|one| format!("{}: {}", scene.row(row), caution(row, one))));
    }
    found.extend(scene.report.refused.iter().map(|one| {
        let cell = &scene.report.sides[0].cells[one.base_cell];
        format!(
            "{} of {} and {} are not compared: they have no scored task in common.",
            cell_name(cell),
            scene.side(0),
            scene.side(one.new_side)
        )
    }));
    found.extend(scene.report.unmatched.iter().map(|(new_side, one)| unmatched(scene, *new_side, *one)));
    for side in &scene.report.sides {
        for cell in side.cells.iter().filter(|cell| cell.without_task > 0) {
            let (episodes, is) = (plural(cell.without_task, "episode"), verb(cell.without_task, "is", "are"));
            found.push(format!("{}: {episodes} of {} without a task {is} excluded.", side.name, cell_name(cell)));
        }
    }
    let of_data = scene.input_warnings.iter().chain(scene.report.sides.iter().flat_map(|side| &side.warnings));
    // Sides made from the same files say the same.
    let mut said = BTreeSet::new();
    found.extend(of_data.filter(|warning| said.insert(*warning)).cloned());
    found
}

fn caution(row: &Row, caution: &Caution) -> String {
    match caution {
        Caution::OtherBenchmark => {
            "tasks of different benchmarks are paired by their ids (--allow-mismatch): τ²-bench edited the tasks of \
             τ-bench, so the same id is not the same task."
                .to_owned()
        }
        Caution::Version => {
            "different versions of the benchmark wrote the results: tasks may have been edited between them.".to_owned()
        }
        Caution::Circumstance(differs) => {
            format!("the {} differs ({}): a difference may come from there.", differs.part, values(differs))
        }
        Caution::Tasks(base, new) => {
            let list = |tasks: &[crate::records::TaskId]| {
                if tasks.is_empty() { String::new() } else { format!(" ({})", listing(tasks, LISTED)) }
            };
            format!(
                "the task sets differ: {} only in BASE{}, {} only in NEW{}; they are left out of every paired figure.",
                fmt::count(Some(*base as u64)),
                list(&row.only_base),
                fmt::count(Some(*new as u64)),
                list(&row.only_new),
            )
        }
        Caution::Errors(base, new) => format!(
            "{} of the episodes of BASE and {} of NEW ended in an infrastructure error and are excluded: if errors hit harder tasks more \
             often, the side with more of them looks better than it is.",
            fmt::rate(Some(*base)),
            fmt::rate(Some(*new)),
        ),
        Caution::UnknownEnv => {
            "the environment is unknown: nothing but the task ids tells that these are the same tasks.".to_owned()
        }
    }
}

/// `gpt-4o → gpt-4.1`.
pub(super) fn values(differs: &Differs) -> String {
    let value = |value: &Option<String>| value.as_deref().unwrap_or(UNKNOWN).to_owned();
    format!("{} → {}", value(&differs.base), value(&differs.new))
}

/// The environment and what is known of the configuration, without settings.
pub(super) fn cell_name(cell: &CellData) -> String {
    name_with(cell, &[])
}

/// The same with settings.
fn name_with(cell: &CellData, settings: &[&str]) -> String {
    let parts = ["model", "strategy", "mode", "variant"].into_iter().filter_map(|part| cell.part(part));
    let known = settings.iter().filter_map(|name| Some(format!("{}={}", short_name(name, settings), cell.part(name)?)));
    let parts = [cell.env.as_deref().unwrap_or(UNKNOWN)].into_iter().chain(parts).map(str::to_owned).chain(known);
    parts.map(|part| shown(&part).into_owned()).collect::<Vec<_>>().join(" · ")
}

fn unmatched(scene: &CompareScene<'_>, new_side: usize, one: Unmatched) -> String {
    let (own, other) = if one.of_base { (0, new_side) } else { (new_side, 0) };
    let cell = &scene.report.sides[own].cells[one.cell];
    let (own, other) = (scene.side(own), scene.side(other));
    let reason = match one.reason {
        Reason::NoSuchEnv => format!("{other} has nothing of this environment"),
        Reason::OtherBenchmark => format!(
            "{other} has this environment of another benchmark only, whose tasks were edited (--allow-mismatch compares them anyway)"
        ),
        Reason::NoSuchConfiguration => format!("{other} has no such configuration"),
        Reason::Ambiguous => {
            "several cells have this configuration and nothing tells which is meant: give the paths of one, or compare within one sweep with \
             --across variant or --across SETTING"
                .to_owned()
        }
    };
    // Only where several cells are alike in all else do settings tell which is meant.
    let settings: Vec<&str> = cell.settings().filter(|_| one.reason == Reason::Ambiguous).collect();
    format!("{} of {own} is not compared: {reason}.", name_with(cell, &settings))
}
