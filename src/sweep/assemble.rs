//! Puts episodes into cells.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Attempts, By, CellKey,
    again::{Regraded, Settled, hand_on_termination, take_out},
    divide::{Divided, Division, Telling, Why, divide, is_discarded},
    renderings,
};
use crate::records::{
    Episode, FileKind, Fingerprint, Issue, Loaded, Outcome, PassedOver, ResultFile, SourceFile, StoredMetrics, TaskId, Tau2Run,
    log::LogInput,
};

/// Fewest agent turns of an episode whose double in another cell cannot be chance.
const TURNS_BEYOND_CHANCE: u32 = 2;

/// One file as the report lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSummary {
    /// Where it lies.
    pub source: SourceFile,
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
    /// Other attempts at a (task, trial) of the same file, and simulations that are there again with another reward, dropped.
    pub conflicting_attempts: usize,
    /// Simulations (told by their id) that are there more than once with different rewards, whichever of them stays.
    pub regraded: usize,
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

/// Puts the episodes of all files into the usual cells. `loaded` is in order of path.
pub fn assemble(loaded: Vec<Loaded>, attempts: Attempts) -> Sweep {
    assemble_by(loaded, attempts, &By::default())
}

/// Puts the episodes of all files into cells made by `by`. `loaded` is in order of path.
pub fn assemble_by(loaded: Vec<Loaded>, attempts: Attempts, by: &By) -> Sweep {
    let mut sweep = Sweep { by: by.clone(), ..Sweep::default() };
    let (mut files, passed) = sorted(loaded);
    sweep.passed_over = passed;
    let renderings = renderings::adopt(&mut files);
    let (divided, _) = divide(&files, &renderings, by.telling());
    let keys: BTreeSet<CellKey> = files.iter().enumerate().flat_map(|(at, file)| keys(&divided, at, file, by)).collect();
    sweep.cells = keys
        .into_iter()
        .map(|key| Cell { key, tasks: BTreeMap::new(), untasked: Vec::new(), tally: Tally::default() })
        .collect();
    let mut seen = Seen::default();
    for (file, rendering) in files.into_iter().zip(renderings) {
        let is_copy = rendering.is_some_and(|(_, why)| why == Why::SameOutcomes);
        sweep.add_file(file, is_copy, attempts, &divided, &mut seen);
    }
    sweep.divisions = divided.divisions;
    sweep.issues.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    sweep
}

/// Returns the words of paths that tell variants among files, for [`By::with_telling`].
pub fn telling(loaded: &[Loaded]) -> Telling {
    let (mut files, _) = sorted(loaded.to_vec());
    let renderings = renderings::adopt(&mut files);
    divide(&files, &renderings, &Telling::default()).1
}

/// Returns the result files in the order in which they are put together, and the others. Where an episode lies in two files, the copy
/// that knows more and whose facts were not invented stays.
fn sorted(loaded: Vec<Loaded>) -> (Vec<ResultFile>, Vec<PassedOver>) {
    let (mut files, mut passed) = (Vec::new(), Vec::new());
    for one in loaded {
        match one {
            Loaded::Results(file) => files.push(*file),
            Loaded::PassedOver(one) => passed.push(one),
        }
    }
    files.sort_by_key(|file| (has_invented_times(file), renderings::is_bare(file)));
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

/// The episodes seen so far.
#[derive(Default)]
struct Seen {
    /// The cells that have it, by content.
    cells: BTreeMap<Fingerprint, BTreeSet<usize>>,
    /// Simulations by id.
    regraded: Regraded,
    /// Trials that have their like, by cell and content.
    origins: BTreeSet<(usize, Fingerprint, usize)>,
    /// Discarded simulations, by cell.
    discarded: BTreeSet<(usize, Fingerprint)>,
}

impl Sweep {
    /// Adds the next file. All episodes of a `copy` are on record already.
    fn add_file(&mut self, mut file: ResultFile, copy: bool, attempts: Attempts, divided: &Divided, seen: &mut Seen) {
        let by = self.by.clone();
        let at = self.files.len();
        let splits = is_split(&file, &by) || divided.splits(at);
        let episodes = std::mem::take(&mut file.episodes);
        let records = episodes.len();
        let key = |episode: Option<&Episode>| by.key(divided.key(at, &file, episode), &file, episode);
        let whole = self.index_of(&key(None));
        let of = |sweep: &Self, episode: &Episode| {
            let split = splits.then(|| sweep.index_of(&key(Some(episode)))).flatten();
            split.or(whole)
        };
        let mut placed = Vec::with_capacity(records);
        let mut cells: BTreeSet<usize> = if records == 0 { whole.into_iter().collect() } else { BTreeSet::new() };
        // Attempts repeat one another within a cell only: a task of another environment is another task.
        let mut by_cell: BTreeMap<usize, Vec<Episode>> = BTreeMap::new();
        for episode in episodes {
            let Some(cell) = of(self, &episode) else { continue };
            cells.insert(cell);
            let tally = &mut self.cells[cell].tally;
            tally.records += 1;
            if is_discarded(&episode) {
                let is_new = seen.discarded.insert((cell, episode.fingerprint));
                tally.discarded += usize::from(is_new);
                tally.exact_duplicates += usize::from(!is_new);
            } else {
                by_cell.entry(cell).or_default().push(episode);
            }
        }
        for (cell, episodes) in by_cell {
            let tally = &mut self.cells[cell].tally;
            for (fate, episode) in settle_conflicts(episodes, attempts) {
                match fate {
                    _ if copy => tally.exact_duplicates += 1,
                    Fate::Kept => placed.push((cell, episode)),
                    Fate::Copy => tally.exact_duplicates += 1,
                    Fate::Conflict => tally.conflicting_attempts += 1,
                }
            }
        }
        self.place(placed, attempts, divided, seen);
        self.issues.extend(file.issues);
        self.files.push(FileSummary {
            source: file.source,
            kind: file.kind,
            cells: cells.into_iter().collect(),
            records,
            task_range: file.identity.task_range.map(|part| part.value),
            stored: file.stored,
            tau2: file.tau2,
            version: file.identity.version.map(|part| part.value),
        });
    }

    /// Puts the episodes of the next file into their cells, copies of known ones excepted.
    fn place(&mut self, episodes: Vec<(usize, Episode)>, attempts: Attempts, divided: &Divided, seen: &mut Seen) {
        let file = self.files.len();
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, episode) in episodes {
            let cells = seen.cells.entry(episode.fingerprint).or_default();
            if is_beyond_chance(&episode) {
                // The same files under two labels are the user's own doing.
                let strange = |other: &&usize| **other != index && self.cells[**other].key.label == self.cells[index].key.label;
                cells.iter().filter(strange).for_each(|other| *shared.entry(*other).or_default() += 1);
            }
            let cell = &mut self.cells[index];
            let is_known = !cells.insert(index);
            // Content of a short conversation may be that of another trial.
            let origin = divided.origin(file, &episode).map(|origin| (index, episode.fingerprint, origin));
            let is_copy = origin.map_or(is_known, |origin| !seen.origins.insert(origin));
            if is_copy && !is_anonymous(&episode) {
                cell.tally.exact_duplicates += 1;
                hand_on_termination(cell, &episode);
                continue;
            }
            match seen.regraded.settle(index, cell, &episode, attempts) {
                Settled::Stays => {}
                Settled::Replaces => cell.tally.conflicting_attempts += take_out(cell, &episode),
                Settled::IsCopy => {
                    cell.tally.exact_duplicates += 1;
                    continue;
                }
                Settled::GivesWay => {
                    cell.tally.conflicting_attempts += 1;
                    continue;
                }
            }
            match episode.task.clone() {
                Some(task) => cell.tasks.entry(task).or_default().push(Trial { episode, file }),
                None => cell.untasked.push(Trial { episode, file }),
            }
        }
        self.shared.extend(shared.into_iter().map(|(other_cell, episodes)| Shared { file, other_cell, episodes }));
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

/// Returns whether nothing tells an episode from another of its kind: scored, but without a conversation (its mere size is none) or an id
/// on record. Errors are known by their text.
fn is_anonymous(episode: &Episode) -> bool {
    let has_id = episode.tau2.as_deref().is_some_and(|facts| !facts.id.is_empty());
    episode.conversation.is_none_or(|size| size.turns == 0) && !has_id && !matches!(episode.outcome, Outcome::Error { .. })
}

/// Returns whether another episode like this one cannot be chance.
pub(super) fn is_beyond_chance(episode: &Episode) -> bool {
    episode.conversation.is_some_and(|size| size.turns >= TURNS_BEYOND_CHANCE)
}

/// What becomes of an episode within its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Copy,
    Conflict,
}

/// Leaves one attempt at each (task, trial) of a file, in order of task and trial. Records without a trial number never conflict.
fn settle_conflicts(episodes: Vec<Episode>, attempts: Attempts) -> Vec<(Fate, Episode)> {
    /// Attempts at one trial of a task, and the fingerprints seen.
    type Attempted = (Vec<Episode>, BTreeSet<Fingerprint>);
    let mut settled = Vec::with_capacity(episodes.len());
    let mut groups: BTreeMap<(Option<TaskId>, Option<i64>), Attempted> = BTreeMap::new();
    for episode in episodes {
        let (group, known) = groups.entry((episode.task.clone(), episode.trial)).or_default();
        let told = episode.trial.is_some() || !is_anonymous(&episode);
        if !known.insert(episode.fingerprint) && told {
            settled.push((Fate::Copy, episode));
        } else {
            group.push(episode);
        }
    }
    for ((task, trial), (group, _)) in groups {
        let every = attempts == Attempts::All || task.is_none() || trial.is_none();
        let chosen = choose(&group, attempts);
        let fate = |at: usize| if every || at == chosen { Fate::Kept } else { Fate::Conflict };
        settled.extend(group.into_iter().enumerate().map(|(at, episode)| (fate(at), episode)));
    }
    settled
}

fn choose(group: &[Episode], attempts: Attempts) -> usize {
    let scored = |episode: &Episode| matches!(episode.outcome, Outcome::Scored { .. });
    match attempts {
        Attempts::Last => group.iter().rposition(scored).unwrap_or(group.len() - 1),
        Attempts::First | Attempts::All => group.iter().position(scored).unwrap_or(0),
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
