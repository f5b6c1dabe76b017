//! What was made of files of one configuration that hold other results of the same trials, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    names::{CellName, names},
    scene::{listing, plural},
};
use crate::{
    sweep::{Division, Sweep, TASKS, Why},
    words::verb,
};

/// Cells and files named in one line.
const LISTED: usize = 4;

/// Returns a line for each division, those for repetitions in one.
pub fn lines(sweep: &Sweep) -> Vec<String> {
    if sweep.by.pools() || sweep.by.splits_runs() || sweep.divisions.is_empty() {
        return Vec::new();
    }
    let names = names(sweep);
    let words = |why: Why| sweep.divisions.iter().filter(move |one| one.why == why);
    let mut lines: Vec<String> = words(Why::OtherTasks).map(|one| other_tasks(sweep, &names, one)).collect();
    lines.extend(words(Why::Words).map(|one| variants(sweep, &names, one)));
    lines.extend(repetitions(sweep, &names, words(Why::Counters)));
    lines.extend(apart(sweep, &names, words(Why::Apart)));
    lines.extend(several_names(sweep, &names, words(Why::SeveralNames)));
    lines.extend(leftovers(sweep, &names, words(Why::Leftover)));
    lines.extend(sweep.divisions.iter().filter_map(|one| renderings(sweep, &names, one)));
    lines
}

fn cells_of<'a>(sweep: &Sweep, names: &'a [CellName], files: &[usize]) -> Vec<&'a str> {
    let cells: BTreeSet<usize> = files.iter().flat_map(|file| sweep.files[*file].cells.iter().copied()).collect();
    cells.into_iter().map(|cell| names[cell].full.as_str()).collect()
}

fn paths<'a>(sweep: &'a Sweep, files: &[usize]) -> Vec<&'a str> {
    files.iter().map(|file| sweep.files[*file].source.path.as_str()).collect()
}

fn variants(sweep: &Sweep, names: &[CellName], division: &Division) -> String {
    let cells = cells_of(sweep, names, &division.files);
    let files = plural(division.files.len() as u64, "file");
    if sweep.by.pools_variants() {
        let files = format!("{files} ({})", listing(&paths(sweep, &division.files), LISTED));
        return format!(
            "{}: {files} hold different results of the same trials and their paths differ in words; they count as further trials, as --pool \
             says.",
            listing(&cells, LISTED)
        );
    }
    format!(
        "{files} of one configuration hold different results of the same trials and their paths differ in words, so they are separate cells: {}. \
         Pool them as further trials of one cell with --pool.",
        listing(&cells, LISTED)
    )
}

fn repetitions<'a>(sweep: &Sweep, names: &[CellName], divisions: impl Iterator<Item = &'a Division>) -> Option<String> {
    let files: Vec<usize> = divisions.flat_map(|one| one.files.iter().copied()).collect();
    let cells = cells_of(sweep, names, &files);
    (!files.is_empty()).then(|| {
        format!(
            "{} in {} hold different results of the same trials and their paths differ only in counters, dates or hashes: they count as further \
             trials of their cells ({}). Separate them with {}.",
            plural(files.len() as u64, "file"),
            plural(cells.len() as u64, "cell"),
            listing(&cells, LISTED),
            separation(sweep, &files),
        )
    })
}

/// Where each episode is a file, folders may still separate runs; in one folder only a name by the user does.
fn separation(sweep: &Sweep, files: &[usize]) -> &'static str {
    let folders: BTreeSet<String> = files.iter().map(|file| sweep.files[*file].source.run_folder()).collect();
    let are_whole = files.iter().any(|file| sweep.files[*file].records > 1);
    match (folders.len() > 1, are_whole) {
        (true, true) => "--by cell,folder or --by cell,file",
        (true, false) => "--by cell,folder",
        (false, true) => "--by cell,file",
        (false, false) => "--map, by a part of their names: --map '_run_(\\d+)_=>strategy=run $1'",
    }
}

fn apart<'a>(sweep: &Sweep, names: &[CellName], divisions: impl Iterator<Item = &'a Division>) -> Option<String> {
    let files: Vec<usize> = divisions.flat_map(|one| one.files.iter().copied()).collect();
    (!files.is_empty()).then(|| {
        format!(
            "{} ({}) differ in words of their paths but hold no results of the same trials, so they count as parts of the same cells ({}). Separate \
             them with {}.",
            plural(files.len() as u64, "file"),
            listing(&paths(sweep, &files), LISTED),
            listing(&cells_of(sweep, names, &files), LISTED),
            separation(sweep, &files),
        )
    })
}

fn several_names<'a>(sweep: &Sweep, names: &[CellName], divisions: impl Iterator<Item = &'a Division>) -> Option<String> {
    let files: Vec<usize> = divisions.flat_map(|one| one.files.iter().copied()).collect();
    (!files.is_empty()).then(|| {
        format!(
            "{} ({}) hold the same episodes under the names of several variants: each episode counts once ({}).",
            plural(files.len() as u64, "file"),
            listing(&paths(sweep, &files), LISTED),
            listing(&cells_of(sweep, names, &files), LISTED),
        )
    })
}

fn leftovers<'a>(sweep: &Sweep, names: &[CellName], divisions: impl Iterator<Item = &'a Division>) -> Option<String> {
    let files: Vec<usize> = divisions.flat_map(|one| one.files.iter().copied()).collect();
    let count = files.len() as u64;
    (!files.is_empty()).then(|| {
        format!(
            "{} ({}) {} episodes of several variants ({}), and episodes that none of these has: nothing tells of which variant those are, so they are \
             a cell of their own, named unattributed.",
            plural(count, "file"),
            listing(&paths(sweep, &files), LISTED),
            verb(count, "holds", "hold"),
            listing(&cells_of(sweep, names, &files), LISTED),
        )
    })
}

fn other_tasks(sweep: &Sweep, names: &[CellName], division: &Division) -> String {
    let mut by_tasks: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for cell in division.files.iter().flat_map(|file| sweep.files[*file].cells.iter().copied()) {
        let tasks = sweep.cells[cell].key.settings.get(TASKS).map_or("", String::as_str);
        by_tasks.entry(tasks).or_default().insert(names[cell].full.as_str());
    }
    let cells: Vec<String> = by_tasks
        .into_iter()
        .map(|(tasks, cells)| {
            let is_said = cells.iter().all(|cell| cell.contains(TASKS));
            let cells = cells.into_iter().collect::<Vec<_>>().join(", ");
            if is_said { cells } else { format!("{cells} (tasks {tasks})") }
        })
        .collect();
    format!(
        "{} of one configuration use the same task ids for different tasks, so they are separate cells: {}.",
        plural(division.files.len() as u64, "file"),
        listing(&cells, LISTED),
    )
}

fn renderings(sweep: &Sweep, names: &[CellName], division: &Division) -> Option<String> {
    let how = match division.why {
        Why::SameSimulations => "hold simulations (known by their ids)",
        Why::SameOutcomes => "end in every task as the run does in whose folder they lie; they hold outcomes",
        Why::Words | Why::Counters | Why::OtherTasks | Why::Leftover | Why::Apart | Why::SeveralNames => return None,
    };
    let files = plural(division.files.len() as u64, "file");
    let verb = if division.files.len() == 1 { "is another rendering" } else { "are other renderings" };
    Some(format!(
        "{files} ({}) {verb} of runs that are there as results files: they {how} of {}, which are counted once.",
        listing(&paths(sweep, &division.files), LISTED),
        listing(&cells_of(sweep, names, &division.files), LISTED),
    ))
}
