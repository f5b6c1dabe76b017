//! Puts episodes into cells.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Attempts, By, CellKey,
    contents::is_beyond_chance,
    divide::{Divided, Division, Telling, Why, divide},
    fates::{self, Fate, Record, RecordFate},
    renderings,
};
use crate::records::{
    Episode, FileKind, Fingerprint, Issue, Loaded, PassedOver, ResultFile, SourceFile, StoredMetrics, TaskId, Tau2Run,
    log::LogInput,
};

/// One file as the report lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSummary {
    /// Where it lies.
    pub source: SourceFile,
    /// Its place among the result files as they were given to [`assemble`].
    pub place: usize,
    /// Its shape.
    pub kind: FileKind,
    /// Indices of its cells in [`Sweep::cells`], rising: one, unless `--by` splits files.
    pub cells: Vec<usize>,
    /// Records read.
    pub records: usize,
    /// Task index range as written in its name.
    pub task_range: Option<String>,
    /// Metrics it carries about itself.
    pub stored: Option<StoredMetrics>,
    /// What a τ²-bench file says of its run.
    pub tau2: Option<Box<Tau2Run>>,
    /// The benchmark's version as written.
    pub version: Option<String>,
}

/// What was found and what was dropped, in episodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Records read.
    pub records: usize,
    /// Exact copies of an episode of the same cell, dropped.
    pub exact_duplicates: usize,
    /// Other attempts at a (task, trial) of the same run, and episodes that are there again with another reward, dropped.
    pub conflicting_attempts: usize,
    /// Episodes (told by their ids or conversations) that are there more than once with different rewards, whichever of them stays.
    pub regraded: usize,
    /// Of the copies, conversations of other runs than that of the one that stays: they differ elsewhere.
    pub copies_of_other_runs: usize,
    /// Of the copies, those of the same run under another trial number.
    pub renumbered_copies: usize,
    /// Simulations that the benchmark itself discarded and ran again.
    pub discarded: usize,
}

impl FileSummary {
    /// Returns whether some of its episodes belong to a cell. For many cells there is [`Sweep::cell_files`].
    pub fn is_in(&self, cell: usize) -> bool {
        self.cells.contains(&cell)
    }
}

/// The files of every cell, in the order of [`Sweep::files`].
#[derive(Debug, Clone, PartialEq)]
pub struct CellFiles<'a>(Vec<Vec<&'a FileSummary>>);

impl<'a> CellFiles<'a> {
    /// Returns the files of which some episodes belong to a cell.
    pub fn of(&self, cell: usize) -> &[&'a FileSummary] {
        self.0.get(cell).map_or(&[], Vec::as_slice)
    }
}

/// One episode that stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The episode.
    pub episode: Episode,
    /// Index of its file in [`Sweep::files`].
    pub file: usize,
}

/// One cell: all that is known of one configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its configuration.
    pub key: CellKey,
    /// Trials by task, in order of file and trial number.
    pub tasks: BTreeMap<TaskId, Vec<Trial>>,
    /// Episodes whose task is unknown.
    pub untasked: Vec<Trial>,
    /// What was dropped.
    pub tally: Tally,
}

/// Episodes of a file that are exact copies of episodes of another cell. They are kept, and warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// Index of the file in [`Sweep::files`].
    pub file: usize,
    /// Index of the other cell in [`Sweep::cells`].
    pub other_cell: usize,
    /// How many episodes.
    pub episodes: usize,
}

/// Everything that was read, in cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sweep {
    /// Result files in order of path, those with invented times and other renderings of a run last.
    pub files: Vec<FileSummary>,
    /// Cells in order of their keys.
    pub cells: Vec<Cell>,
    /// What became of each record, in order of file and position.
    pub fates: Vec<RecordFate>,
    /// What `--filter` left.
    pub filtered: Option<Filtered>,
    /// Copies between cells.
    pub shared: Vec<Shared>,
    /// What was made of files of one configuration that hold other results of the same trials.
    pub divisions: Vec<Division>,
    /// Files that are no result files, or unreadable.
    pub passed_over: Vec<PassedOver>,
    /// Findings, in order of kind and path.
    pub issues: Vec<Issue>,
    /// What makes the cells.
    pub by: By,
    /// Logs beside the results, in order of path, copies of events dropped.
    pub logs: Vec<LogInput>,
}

/// What a filter left of the episodes that stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// The predicate.
    pub predicate: String,
    /// Episodes that it left.
    pub kept: u64,
    /// Episodes before.
    pub of: u64,
}

/// Puts the episodes of all files into the usual cells. `loaded` is in order of path.
pub fn assemble(loaded: Vec<Loaded>, attempts: Attempts) -> Sweep {
    assemble_by(loaded, attempts, &By::default())
}

/// Puts the episodes of all files into cells made by `by`. `loaded` is in order of path.
pub fn assemble_by(loaded: Vec<Loaded>, attempts: Attempts, by: &By) -> Sweep {
    let mut sweep = Sweep { by: by.clone(), ..Sweep::default() };
    let (files, passed) = sorted(loaded);
    sweep.passed_over = passed;
    let (places, mut files): (Vec<usize>, Vec<ResultFile>) = files.into_iter().unzip();
    let renderings = renderings::adopt(&mut files);
    let (divided, _) = divide(&files, &renderings, by.telling());
    let keys: BTreeSet<CellKey> = files.iter().enumerate().flat_map(|(at, file)| keys(&divided, at, file, by)).collect();
    sweep.cells = keys
        .into_iter()
        .map(|key| Cell { key, tasks: BTreeMap::new(), untasked: Vec::new(), tally: Tally::default() })
        .collect();
    let mut records = Vec::with_capacity(files.iter().map(|file| file.episodes.len()).sum());
    for ((file, place), rendering) in files.into_iter().zip(places).zip(renderings) {
        sweep.add_file((place, file), rendering.map(|(_, why)| why), &divided, &mut records);
    }
    sweep.place(records, attempts);
    sweep.divisions = divided.divisions;
    sweep.issues.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    sweep
}

/// Returns the words of paths that tell variants among files, for [`By::with_telling`].
pub fn telling(loaded: &[Loaded]) -> Telling {
    let (files, _) = sorted(loaded.to_vec());
    let mut files: Vec<ResultFile> = files.into_iter().map(|(_, file)| file).collect();
    let renderings = renderings::adopt(&mut files);
    divide(&files, &renderings, &Telling::default()).1
}

/// Returns the result files with their places, in the order in which they are put together, and the others. Where an episode lies in two files, the copy
/// that knows more and whose facts were not invented stays.
fn sorted(loaded: Vec<Loaded>) -> (Vec<(usize, ResultFile)>, Vec<PassedOver>) {
    let (mut files, mut passed) = (Vec::new(), Vec::new());
    for one in loaded {
        match one {
            Loaded::Results(file) => files.push((files.len(), *file)),
            Loaded::PassedOver(one) => passed.push(one),
        }
    }
    files.sort_by_key(|(_, file)| (has_invented_times(file), renderings::is_bare(file)));
    (files, passed)
}

fn has_invented_times(file: &ResultFile) -> bool {
    file.episodes.iter().any(|episode| episode.tau2.as_deref().is_some_and(|facts| facts.placeholder_times))
}

/// Returns whether episodes of a file may belong to different cells.
fn is_split(file: &ResultFile, by: &By) -> bool {
    by.splits_files() || file.episodes.iter().any(|episode| episode.identity.is_some())
}

/// Returns the keys of the cells of a file, which has one even without any episode.
fn keys(divided: &Divided, at: usize, file: &ResultFile, by: &By) -> BTreeSet<CellKey> {
    let key = |episode: Option<&Episode>| by.key(divided.key(at, file, episode), file, episode);
    if (is_split(file, by) || divided.splits(at)) && !file.episodes.is_empty() {
        file.episodes.iter().map(|episode| key(Some(episode))).collect()
    } else {
        BTreeSet::from([key(None)])
    }
}

impl Sweep {
    /// Adds the next file and its records.
    fn add_file(
        &mut self,
        (place, mut file): (usize, ResultFile),
        rendering: Option<Why>,
        divided: &Divided,
        records: &mut Vec<Record>,
    ) {
        let by = self.by.clone();
        let at = self.files.len();
        let splits = is_split(&file, &by) || divided.splits(at);
        let episodes = std::mem::take(&mut file.episodes);
        let count = episodes.len();
        let key = |episode: Option<&Episode>| by.key(divided.key(at, &file, episode), &file, episode);
        let whole = self.index_of(&key(None));
        let mut cells: BTreeSet<usize> = if count == 0 { whole.into_iter().collect() } else { BTreeSet::new() };
        for episode in episodes {
            let split = splits.then(|| self.index_of(&key(Some(&episode)))).flatten();
            let Some(cell) = split.or(whole) else { continue };
            cells.insert(cell);
            let ((family, run), origin) = (divided.run(at, &episode), divided.origin(at, &episode));
            records.push(Record { file: at, cell, family, run, origin, rendering, episode });
        }
        self.issues.extend(file.issues);
        self.files.push(FileSummary {
            source: file.source,
            place,
            kind: file.kind,
            cells: cells.into_iter().collect(),
            records: count,
            task_range: file.identity.task_range.map(|part| part.value),
            stored: file.stored,
            tau2: file.tau2,
            version: file.identity.version.map(|part| part.value),
        });
    }

    /// Puts all records into their cells, as far as they stay.
    fn place(&mut self, mut records: Vec<Record>, attempts: Attempts) {
        let found = fates::decide(&records, attempts);
        for (cell, count) in found.regraded {
            self.cells[cell].tally.regraded = count;
        }
        self.find_shared(&records);
        for (record, fate) in records.iter().zip(&found.fates) {
            if let Fate::Copy(Some(kept)) = fate
                && is_beyond_chance(&record.episode)
                && record.rendering.or(records[*kept].rendering).is_none()
            {
                let (kept, tally) = (&records[*kept], &mut self.cells[record.cell].tally);
                if kept.run != record.run {
                    tally.copies_of_other_runs += 1;
                } else if kept.episode.trial.zip(record.episode.trial).is_some_and(|(kept, own)| kept != own) {
                    tally.renumbered_copies += 1;
                }
            }
        }
        fates::hand_on_terminations(&mut records, &found.fates);
        for (Record { file, cell, episode, .. }, fate) in records.into_iter().zip(found.fates) {
            self.fates.push(RecordFate { file, record: episode.record, cell, fate });
            let cell = &mut self.cells[cell];
            cell.tally.records += 1;
            match fate {
                Fate::Kept => match episode.task.clone() {
                    Some(task) => cell.tasks.entry(task).or_default().push(Trial { episode, file }),
                    None => cell.untasked.push(Trial { episode, file }),
                },
                Fate::Copy(_) => cell.tally.exact_duplicates += 1,
                Fate::Repeated | Fate::Regraded => cell.tally.conflicting_attempts += 1,
                Fate::Discarded => cell.tally.discarded += 1,
            }
        }
        // Within a file its own order says nothing of trials.
        for trials in self.cells.iter_mut().flat_map(|cell| cell.tasks.values_mut().chain([&mut cell.untasked])) {
            trials.sort_by_key(|one| (one.file, one.episode.trial));
        }
    }

    /// Finds copies between cells. The same files under two labels are the user's own doing.
    fn find_shared(&mut self, records: &[Record]) {
        let mut cells: BTreeMap<Fingerprint, BTreeSet<usize>> = BTreeMap::new();
        let mut shared: BTreeMap<(usize, usize), BTreeSet<Fingerprint>> = BTreeMap::new();
        for Record { file, cell, episode, .. } in
            records.iter().filter(|one| is_beyond_chance(&one.episode) && one.rendering != Some(Why::SameOutcomes))
        {
            let known = cells.entry(episode.content).or_default();
            let label = |cell: usize| &self.cells[cell].key.label;
            for other in known.iter().filter(|other| *other != cell && label(**other) == label(*cell)) {
                shared.entry((*file, *other)).or_default().insert(episode.content);
            }
            known.insert(*cell);
        }
        self.shared = shared
            .into_iter()
            .map(|((file, other_cell), episodes)| Shared { file, other_cell, episodes: episodes.len() })
            .collect();
    }

    /// Leaves the episodes that a predicate is true of, by the place of the file ([`FileSummary::place`]) and the record, and the cells that have any.
    pub fn retain(&mut self, predicate: &str, keep: impl Fn(usize, usize) -> bool) {
        let places: Vec<usize> = self.files.iter().map(|file| file.place).collect();
        let is_kept = |trial: &Trial| places.get(trial.file).is_some_and(|place| keep(*place, trial.episode.record));
        let count = |cells: &[Cell]| -> u64 {
            cells.iter().map(|cell| cell.tasks.values().map(Vec::len).sum::<usize>() + cell.untasked.len()).sum::<usize>()
                as u64
        };
        let of = count(&self.cells);
        for cell in &mut self.cells {
            cell.tasks.values_mut().for_each(|trials| trials.retain(is_kept));
            cell.tasks.retain(|_, trials| !trials.is_empty());
            cell.untasked.retain(is_kept);
        }
        let stays: Vec<bool> = self.cells.iter().map(|cell| !cell.tasks.is_empty() || !cell.untasked.is_empty()).collect();
        let mut next = 0..;
        let new: Vec<Option<usize>> = stays.iter().map(|stays| if *stays { next.next() } else { None }).collect();
        let mut kept = stays.iter();
        self.cells.retain(|_| kept.next() == Some(&true));
        let mut cells: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.files.len()];
        for (index, cell) in self.cells.iter().enumerate() {
            for trial in cell.tasks.values().flatten().chain(&cell.untasked) {
                cells[trial.file].insert(index);
            }
        }
        for (file, cells) in self.files.iter_mut().zip(cells) {
            file.cells = cells.into_iter().collect();
            // What a file says of itself is said of all of its records.
            file.stored = None;
        }
        let files = &self.files;
        self.divisions.retain_mut(|division| {
            division.files.retain(|file| !files[*file].cells.is_empty());
            let cells: BTreeSet<usize> = division.files.iter().flat_map(|file| files[*file].cells.iter().copied()).collect();
            division.files.len() > 1 && (cells.len() > 1 || !matches!(division.why, Why::Words | Why::OtherTasks))
        });
        self.shared.retain_mut(|shared| {
            new[shared.other_cell].is_some_and(|cell| {
                shared.other_cell = cell;
                true
            })
        });
        self.fates.retain_mut(|fate| {
            new[fate.cell].is_some_and(|cell| {
                fate.cell = cell;
                true
            })
        });
        self.filtered = Some(Filtered { predicate: predicate.to_owned(), kept: count(&self.cells), of });
    }

    /// Looks up once which files each cell has: a search by cell would go through all files for every cell.
    pub fn cell_files(&self) -> CellFiles<'_> {
        let mut by_cell = vec![Vec::new(); self.cells.len()];
        for file in &self.files {
            for cell in &file.cells {
                if let Some(files) = by_cell.get_mut(*cell) {
                    files.push(file);
                }
            }
        }
        CellFiles(by_cell)
    }

    /// Returns the index of the cell with a key; all keys are known once the cells are made.
    fn index_of(&self, key: &CellKey) -> Option<usize> {
        self.cells.binary_search_by(|cell| cell.key.cmp(key)).ok()
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
