//! One input file after reading.

use std::collections::BTreeMap;

use super::{Episode, Identity, Issue};
use crate::words::plural;

/// A file that was read: where it lies and what its bytes were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path for display: relative to the given input where there is one, `/` as separator, secrets veiled.
    pub path: String,
    /// The user's label (`LABEL=PATH`), if any.
    pub label: Option<String>,
    /// Size on disk in bytes; for a run in several files (τ²-bench's directory format), of all of them.
    pub bytes: u64,
    /// SHA-256 of the bytes on disk, lower-case hex; for a run in several files, of their digests, one a line.
    pub sha256: String,
}

/// Folders that only sort the files of one run; the folder above them is the run's.
const SORTING_FOLDERS: [&str; 5] = ["conversations", "trajectories", "simulations", "tasks", "episodes"];

impl SourceFile {
    /// Returns the folder of the run the file belongs to; `.` where the path has none.
    pub fn run_folder(&self) -> String {
        let mut folders: Vec<&str> = self.path.split('/').collect();
        folders.pop();
        while folders.len() > 1 && folders.last().is_some_and(|folder| SORTING_FOLDERS.contains(folder)) {
            folders.pop();
        }
        if folders.is_empty() { ".".to_owned() } else { folders.join("/") }
    }
}

/// The shape in which a file holds its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A list of τ-bench records.
    Tau1List,
    /// `{"metrics": …, "results": [records]}`.
    Tau1Wrapped,
    /// One τ-bench record at top level.
    Tau1Record,
    /// A list of results without `task_id` and `trial`.
    Tau1SolveResults,
    /// τ-bench records, one JSON object a line.
    Tau1Lines,
    /// `{timestamp, info, tasks, simulations}`.
    Tau2Results,
    /// `results.json` without simulations beside `simulations/*.json`.
    Tau2Directory,
    /// One τ²-bench simulation at top level.
    Tau2Simulation,
    /// A flat list of τ²-bench outcomes.
    Tau2Flat,
}

impl FileKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Tau1List,
        Self::Tau1Wrapped,
        Self::Tau1Record,
        Self::Tau1SolveResults,
        Self::Tau1Lines,
        Self::Tau2Results,
        Self::Tau2Directory,
        Self::Tau2Simulation,
        Self::Tau2Flat,
    ];

    /// Returns a short description for `inspect` and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tau1List => "τ-bench checkpoint (list)",
            Self::Tau1Wrapped => "τ-bench checkpoint ({metrics, results})",
            Self::Tau1Record => "τ-bench record (one per file)",
            Self::Tau1SolveResults => "τ-bench results without task ids",
            Self::Tau1Lines => "τ-bench records (JSON lines)",
            Self::Tau2Results => "τ²-bench results",
            Self::Tau2Directory => "τ²-bench results (directory)",
            Self::Tau2Simulation => "τ²-bench simulation (one per file)",
            Self::Tau2Flat => "τ²-bench outcomes (flat list)",
        }
    }
}

/// Metrics a file carries about itself, kept for comparison only.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMetrics {
    /// Mean reward over all records.
    pub avg_reward: Option<f64>,
    /// pass^k by k.
    pub pass_hat: BTreeMap<u32, f64>,
}

/// A recognised result file.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultFile {
    /// Where it lies.
    pub source: SourceFile,
    /// Its shape.
    pub kind: FileKind,
    /// What it is a result of.
    pub identity: Identity,
    /// Its episodes in file order.
    pub episodes: Vec<Episode>,
    /// Findings about it.
    pub issues: Vec<Issue>,
    /// Metrics it carries about itself.
    pub stored: Option<StoredMetrics>,
    /// What a τ²-bench file says of its run.
    pub tau2: Option<Box<super::Tau2Run>>,
}

/// A file that is not a result file, or could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Path for display, secrets veiled.
    pub path: String,
    /// Why it was passed over, with the remedy where there is one.
    pub reason: String,
    /// Whether it looked like input but could not be read (counts for `--strict`).
    pub unreadable: bool,
}

/// Most reasons that are said one by one.
const MOST_REASONS: usize = 10;

/// Says why files were passed over, files with the same reason together: `3 files: REASON (first: PATH)`. In the order in which the
/// reasons first occur, and no more than ten of them.
pub fn by_reason<'a>(passed: impl IntoIterator<Item = &'a PassedOver>) -> Vec<String> {
    let mut groups: Vec<(&PassedOver, u64)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for one in passed {
        let place = *places.entry(&one.reason).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => groups.push((one, 1)),
        }
    }
    let words = |(first, count): &(&PassedOver, u64)| match count {
        1 => format!("{}: {}", first.path, first.reason),
        _ => format!("{}: {} (first: {})", plural(*count, "file"), first.reason, first.path),
    };
    let mut lines: Vec<String> = groups.iter().take(MOST_REASONS).map(words).collect();
    let rest: u64 = groups.iter().skip(MOST_REASONS).map(|(_, count)| count).sum();
    if rest > 0 {
        lines.push(format!("{} for other reasons; `taureport inspect` lists them all", plural(rest, "more file")));
    }
    lines
}

/// What became of one input file.
#[derive(Debug, Clone, PartialEq)]
pub enum Loaded {
    /// Recognised and read.
    Results(Box<ResultFile>),
    /// Not for us, or unreadable.
    PassedOver(PassedOver),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_passed_over_for_one_reason_make_one_line() {
        let passed =
            |path: &str, reason: &str| PassedOver { path: path.to_owned(), reason: reason.to_owned(), unreadable: true };
        let all = [passed("a", "x"), passed("b", "y"), passed("c", "x")];
        assert_eq!(by_reason(&all), ["2 files: x (first: a)", "b: y"]);
        let many: Vec<PassedOver> = (0..12).map(|n| passed("p", &n.to_string())).collect();
        let lines = by_reason(&many);
        assert_eq!(
            (lines.len(), lines[10].as_str()),
            (11, "2 more files for other reasons; `taureport inspect` lists them all")
        );
    }

    #[test]
    fn the_run_folder_is_above_sorting_folders() {
        let folder = |path: &str| {
            let source = SourceFile { path: path.to_owned(), label: None, bytes: 0, sha256: String::new() };
            source.run_folder()
        };
        assert_eq!(folder("a/b/x.json"), "a/b");
        assert_eq!(folder("a/b/conversations/task_001.json"), "a/b");
        assert_eq!(folder("conversations/task_001.json"), "conversations");
        assert_eq!(folder("x.json"), ".");
    }
}
