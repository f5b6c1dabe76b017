//! Puts episodes into cells.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attempts, CellKey};
use crate::records::{
    Episode, FileKind, Fingerprint, Issue, Loaded, Outcome, PassedOver, ResultFile, SourceFile, StoredMetrics, TaskId, Tau2Run,
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
    /// Index of its cell in [`Sweep::cells`].
    pub cell: usize,
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
    /// Other attempts at a (task, trial) of the same file, dropped.
    pub conflicting_attempts: usize,
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
    /// Result files in order of path.
    pub files: Vec<FileSummary>,
    /// Cells in order of their keys.
    pub cells: Vec<Cell>,
    /// Copies between cells.
    pub shared: Vec<Shared>,
    /// Files that are no result files, or unreadable.
    pub passed_over: Vec<PassedOver>,
    /// Findings, in order of kind and path.
    pub issues: Vec<Issue>,
}

/// Puts the episodes of all files into cells. `loaded` is in order of path.
pub fn assemble(loaded: Vec<Loaded>, attempts: Attempts) -> Sweep {
    let mut sweep = Sweep::default();
    let mut files = Vec::new();
    for one in loaded {
        match one {
            Loaded::Results(file) => files.push(*file),
            Loaded::PassedOver(passed) => sweep.passed_over.push(passed),
        }
    }
    let keys: Vec<CellKey> = files.iter().map(CellKey::of).collect();
    let cell_index: BTreeMap<&CellKey, usize> =
        keys.iter().collect::<BTreeSet<_>>().into_iter().enumerate().map(|(index, key)| (key, index)).collect();
    sweep.cells = cell_index
        .keys()
        .map(|key| Cell { key: (*key).clone(), tasks: BTreeMap::new(), untasked: Vec::new(), tally: Tally::default() })
        .collect();
    let mut seen = Seen::new();
    for (file, key) in files.into_iter().zip(&keys) {
        sweep.add_file(file, cell_index[key], attempts, &mut seen);
    }
    sweep.issues.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    sweep
}

/// Cells in which an episode was seen so far, by content.
type Seen = BTreeMap<Fingerprint, BTreeSet<usize>>;

impl Sweep {
    fn add_file(&mut self, file: ResultFile, cell_index: usize, attempts: Attempts, seen: &mut Seen) {
        let file_index = self.files.len();
        let labels: Vec<Option<String>> = self.cells.iter().map(|cell| cell.key.label.clone()).collect();
        let cell = &mut self.cells[cell_index];
        let records = file.episodes.len();
        let kept = settle_conflicts(file.episodes, attempts);
        cell.tally.records += records;
        cell.tally.exact_duplicates += kept.copies;
        cell.tally.conflicting_attempts += kept.conflicts;
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for episode in kept.episodes {
            let cells = seen.entry(episode.fingerprint).or_default();
            if is_beyond_chance(&episode) {
                // The same files under two labels are the user's own doing.
                let strange = |other: &&usize| **other != cell_index && labels[**other] == labels[cell_index];
                cells.iter().filter(strange).for_each(|other| *shared.entry(*other).or_default() += 1);
            }
            if !cells.insert(cell_index) && !is_anonymous(&episode) {
                cell.tally.exact_duplicates += 1;
                continue;
            }
            match episode.task.clone() {
                Some(task) => cell.tasks.entry(task).or_default().push(Trial { episode, file: file_index }),
                None => cell.untasked.push(Trial { episode, file: file_index }),
            }
        }
        self.shared.extend(shared.into_iter().map(|(other_cell, episodes)| Shared { file: file_index, other_cell, episodes }));
        self.issues.extend(file.issues);
        self.files.push(FileSummary {
            source: file.source,
            kind: file.kind,
            cell: cell_index,
            records,
            task_range: file.identity.task_range.map(|part| part.value),
            stored: file.stored,
            tau2: file.tau2,
            version: file.identity.version.map(|part| part.value),
        });
    }
}

/// Returns whether nothing tells an episode from another of its kind: scored, but without a conversation on record. Errors are
/// known by their text.
fn is_anonymous(episode: &Episode) -> bool {
    episode.conversation.is_none() && !matches!(episode.outcome, Outcome::Error { .. })
}

fn is_beyond_chance(episode: &Episode) -> bool {
    episode.conversation.is_some_and(|size| size.turns >= TURNS_BEYOND_CHANCE)
}

struct Kept {
    episodes: Vec<Episode>,
    copies: usize,
    conflicts: usize,
}

/// Leaves one attempt at each (task, trial) of a file, in order of task and trial. Records without a trial number never conflict.
fn settle_conflicts(episodes: Vec<Episode>, attempts: Attempts) -> Kept {
    let mut kept = Kept { episodes: Vec::with_capacity(episodes.len()), copies: 0, conflicts: 0 };
    let mut groups: BTreeMap<(Option<TaskId>, Option<i64>), Vec<Episode>> = BTreeMap::new();
    for episode in episodes {
        let group = groups.entry((episode.task.clone(), episode.trial)).or_default();
        let told = episode.trial.is_some() || !is_anonymous(&episode);
        if told && group.iter().any(|other| other.fingerprint == episode.fingerprint) {
            kept.copies += 1;
        } else {
            group.push(episode);
        }
    }
    for ((task, trial), group) in groups {
        if attempts == Attempts::All || task.is_none() || trial.is_none() {
            kept.episodes.extend(group);
        } else {
            kept.conflicts += group.len() - 1;
            kept.episodes.push(choose(group, attempts));
        }
    }
    kept
}

fn choose(mut group: Vec<Episode>, attempts: Attempts) -> Episode {
    let scored = |episode: &Episode| matches!(episode.outcome, Outcome::Scored { .. });
    let index = match attempts {
        Attempts::Last => group.iter().rposition(scored).unwrap_or(group.len() - 1),
        Attempts::First | Attempts::All => group.iter().position(scored).unwrap_or(0),
    };
    group.swap_remove(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Benchmark, Conversation, Identity};

    fn file(name: &str, episodes: &[(Option<i64>, u128, f64, u32)]) -> Loaded {
        let episode = |(record, (trial, fingerprint, reward, turns)): (usize, &(Option<i64>, u128, f64, u32))| Episode {
            task: Some(TaskId::from(1)),
            trial: *trial,
            outcome: Outcome::Scored { reward: *reward },
            fingerprint: Fingerprint(*fingerprint),
            record,
            conversation: (*turns > 0).then(|| Conversation { messages: 2 * turns, turns: *turns, tool_calls: 0 }),
            agent_cost_usd: None,
            user_cost_usd: None,
        };
        Loaded::Results(Box::new(ResultFile {
            source: SourceFile { path: format!("run/{name}"), label: None, bytes: 0, sha256: String::new() },
            kind: FileKind::Tau1List,
            identity: Identity::unknown(Benchmark::Tau1),
            episodes: episodes.iter().enumerate().map(episode).collect(),
            issues: Vec::new(),
            stored: None,
        }))
    }

    fn kept(files: Vec<Loaded>, attempts: Attempts) -> (usize, Tally) {
        let sweep = assemble(files, attempts);
        (sweep.cells[0].tasks.values().map(Vec::len).sum(), sweep.cells[0].tally)
    }

    #[test]
    fn copies_and_repeated_attempts_are_told_apart() {
        let files = || {
            vec![
                file("a", &[(Some(0), 1, 0.0, 3), (Some(0), 2, 1.0, 3), (Some(1), 3, 1.0, 3)]),
                file("b", &[(Some(0), 1, 0.0, 3)]),
            ]
        };
        let (episodes, tally) = kept(files(), Attempts::First);
        assert_eq!((episodes, tally.exact_duplicates, tally.conflicting_attempts, tally.records), (2, 1, 1, 4));
        let (episodes, tally) = kept(files(), Attempts::All);
        assert_eq!((episodes, tally.exact_duplicates, tally.conflicting_attempts), (3, 1, 0));
    }

    #[test]
    fn what_nothing_tells_apart_is_no_copy() {
        let bare = [(None, 1, 1.0, 0), (None, 1, 1.0, 0), (None, 2, 0.0, 0)];
        assert_eq!(kept(vec![file("a", &bare)], Attempts::First).0, 3);
        let one = [(Some(0), 1, 1.0, 0)];
        assert_eq!(kept(vec![file("a", &one), file("b", &one)], Attempts::First).0, 2);
        let repeated_row = [(Some(0), 1, 1.0, 0), (Some(0), 1, 1.0, 0)];
        assert_eq!(kept(vec![file("a", &repeated_row)], Attempts::First).0, 1);
    }
}
