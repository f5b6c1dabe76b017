//! What every view looks at: the sweep, its figures and the names of its cells.

use std::collections::BTreeSet;

use super::names::{CellName, env_name, names, slug, unique};
use crate::{
    analysis::{Analysis, CellStats, EnvRanking, latency::Latency, turns::TurnTimes},
    sweep::{Cell, CellFiles, Rebased, Sweep},
};

pub use crate::words::plural;

/// Tasks a cell needs for its figures to be put into words and charts; the tables list every cell.
pub const FEWEST_TASKS_SHOWN: usize = 5;
/// Most cells in one chart.
pub const MOST_CELLS_SHOWN: usize = 30;

/// What the views look at.
pub struct Scene<'a> {
    /// Everything that was read.
    pub sweep: &'a Sweep,
    /// All figures.
    pub analysis: &'a Analysis,
    /// The files of each cell.
    pub files: CellFiles<'a>,
    /// Names, one a cell.
    pub names: Vec<CellName>,
    /// Version of the program.
    pub version: &'a str,
    /// Options the user gave that change figures, as typed: provenance.
    pub flags: Vec<(String, String)>,
    /// Files seen in the given folders but not opened, because of their endings.
    pub other_files: usize,
    /// What `--reward-basis` did, if given.
    pub rebased: Option<Rebased>,
    /// The figures of the logs, if there are any.
    pub latency: Option<&'a Latency>,
    /// How long turns took by the result files themselves, where these say it.
    pub turn_times: Option<&'a TurnTimes>,
}

/// One cell with everything about it.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// Its index.
    pub index: usize,
    /// Its name.
    pub name: &'a CellName,
    /// What was read.
    pub cell: &'a Cell,
    /// Its figures.
    pub stats: &'a CellStats,
}

impl<'a> Scene<'a> {
    /// Sets the scene.
    pub fn new(sweep: &'a Sweep, analysis: &'a Analysis, version: &'a str) -> Self {
        Self {
            sweep,
            analysis,
            files: sweep.cell_files(),
            names: names(sweep),
            version,
            flags: Vec::new(),
            other_files: 0,
            rebased: None,
            latency: None,
            turn_times: None,
        }
    }

    /// Returns all cells in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        (0..self.names.len()).map(|index| self.entry(index))
    }

    /// Returns one cell. `index` is an index of the sweep's cells.
    pub fn entry(&self, index: usize) -> Entry<'_> {
        Entry { index, name: &self.names[index], cell: &self.sweep.cells[index], stats: &self.analysis.cells[index] }
    }

    /// Returns the cells of each environment that have per-task figures, best first, with enough tasks to be charted; and how many
    /// were left out as too small or too many.
    pub fn shown_by_env(&self) -> Vec<EnvCells<'_>> {
        let mut used = BTreeSet::new();
        self.analysis
            .rankings
            .iter()
            .map(|ranking| {
                let all: Vec<Entry<'_>> = ranking.order.iter().map(|index| self.entry(*index)).collect();
                let large = |entry: &&Entry<'_>| entry.stats.scored_tasks >= FEWEST_TASKS_SHOWN;
                let mut shown: Vec<Entry<'_>> = all.iter().filter(large).copied().collect();
                if shown.is_empty() {
                    shown.clone_from(&all);
                }
                shown.truncate(MOST_CELLS_SHOWN);
                let env = self.env_of(ranking);
                EnvCells { id: unique(&slug(&env), &mut used), env, left_out: all.len() - shown.len(), shown }
            })
            .filter(|env| !env.shown.is_empty())
            .collect()
    }

    /// Returns what the environment of a ranking is called.
    pub fn env_of(&self, ranking: &EnvRanking) -> String {
        env_name(self.sweep, ranking.benchmark, ranking.env.as_deref())
    }

    /// Returns the level of the intervals in words: `95%`.
    pub fn level(&self) -> String {
        let percent = self.analysis.options.confidence * 100.0;
        format!("{}%", (percent * 100.0).round() / 100.0)
    }
}

/// The cells of one environment as charted.
pub struct EnvCells<'a> {
    /// The environment.
    pub env: String,
    /// Its id, unique among the environments: the end of chart names.
    pub id: String,
    /// The cells, best first.
    pub shown: Vec<Entry<'a>>,
    /// Cells with fewer than [`FEWEST_TASKS_SHOWN`] tasks, or beyond [`MOST_CELLS_SHOWN`].
    pub left_out: usize,
}

/// Returns items joined with commas, at most `most` of them: `a, b, c and 4 more`.
pub fn listing<T: ToString>(items: &[T], most: usize) -> String {
    let shown: Vec<String> = items.iter().take(most).map(ToString::to_string).collect();
    match items.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_says_what_it_leaves_out() {
        assert_eq!(listing(&[1, 2, 3], 2), "1, 2 and 1 more");
        assert_eq!(listing(&[1, 2], 2), "1, 2");
    }
}
