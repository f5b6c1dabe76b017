//! Cells of the sweep: their episodes, the files these lie in, and the workbench that makes them.

use std::ops::Range;

use super::{
    Packing,
    conversation::{Conversation, Course, Leavings, Manner, Strategy, converse},
    json::{COMPACT, Style},
    plan,
    record::{Cost, Ending, Episode, Fault, Info, NoReward},
    rng::SplitMix64,
    scenario::{Env, scenario},
};

/// What a row of a file is to the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It counts.
    Counts,
    /// An exact copy of an episode that counts, in this file or another.
    Copy,
    /// Another attempt at a (task, trial) of the same file, of which only the first valid one counts.
    Conflict,
}

/// The shape of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list of records.
    List,
    /// `{"metrics": …, "results": [records]}`, the metrics by τ-bench's own formula for so many trials.
    Wrapped {
        /// Trials asked for.
        trials: u64,
    },
    /// One record, not in a list.
    Single,
    /// One record a line.
    Lines,
}

/// One file of a cell.
pub(super) struct CellFile {
    /// Path under `fixtures/`.
    pub(super) path: String,
    /// Index into the cell's episodes, and the role.
    pub(super) rows: Vec<(usize, Role)>,
    pub(super) shape: Shape,
    pub(super) style: Style,
    pub(super) packing: Packing,
    /// Task ids written as strings.
    pub(super) string_ids: bool,
}

/// One combination of environment, model and strategy.
pub(super) struct Cell {
    /// Folder under `fixtures/`: `sweep` or `secret`.
    pub(super) root: &'static str,
    pub(super) env: Env,
    pub(super) model: &'static str,
    pub(super) strategy: Strategy,
    /// Tasks have the ids `0 .. tasks`.
    pub(super) tasks: usize,
    pub(super) episodes: Vec<Episode>,
    pub(super) files: Vec<CellFile>,
}

/// Makes all cells.
pub(super) fn all() -> Vec<Cell> {
    plan::all()
}

/// Chance of success, in percent, of easy and of hard tasks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odds {
    pub(super) easy: u64,
    pub(super) hard: u64,
}

/// What the user simulator's cost looks like in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Costs {
    Unknown,
    FreeFloat,
    FreeInteger,
    Micros,
    Mixed,
}

/// Makes a cell step by step.
pub(super) struct Workbench {
    pub(super) cell: Cell,
    rng: SplitMix64,
    odds: Odds,
    costs: Costs,
    leavings: Leavings,
    next_case: u64,
}

impl Workbench {
    /// Starts a cell. Each has its own seed and its own thousand of case numbers, so that a change to one leaves the others
    /// as they are.
    pub(super) fn new(number: u64, cell: (Env, &'static str, Strategy), odds: Odds, costs: Costs, leavings: Leavings) -> Self {
        let (env, model, strategy) = cell;
        let tasks = match env {
            Env::Airline => 10,
            Env::Retail => 12,
        };
        Self {
            cell: Cell { root: "sweep", env, model, strategy, tasks, episodes: Vec::new(), files: Vec::new() },
            rng: SplitMix64::new(0x7A0_5EED + number),
            odds,
            costs,
            leavings,
            next_case: 40_000 + 1_000 * number,
        }
    }

    /// Adds a scored episode, of which chance decides the success.
    pub(super) fn play(&mut self, task: usize, trial: i64) -> usize {
        let is_easy = task * 7 % 10 < 6;
        let success = self.rng.chance(if is_easy { self.odds.easy } else { self.odds.hard });
        self.scored(task, trial, success)
    }

    /// Adds a scored episode.
    pub(super) fn scored(&mut self, task: usize, trial: i64, success: bool) -> usize {
        let course = if success {
            Course::Solves
        } else {
            self.rng.pick(&[Course::Errs, Course::Errs, Course::GivesUp, Course::RunsOut])
        };
        let cost = self.cost();
        let dialogue = self.talk(task, course);
        self.add(Episode {
            task,
            trial,
            ending: Ending::Scored { success },
            info: Info::Full,
            cost,
            dialogue,
            case: self.next_case,
        })
    }

    /// Adds a successful episode with less in `info` than usual.
    pub(super) fn bare(&mut self, task: usize, trial: i64, info: Info) -> usize {
        let dialogue = self.talk(task, Course::Solves);
        let ending = Ending::Scored { success: true };
        self.add(Episode { task, trial, ending, info, cost: Cost::Unknown, dialogue, case: self.next_case })
    }

    /// Adds an episode that ran but has no usable reward.
    pub(super) fn unscored(&mut self, task: usize, trial: i64, why: NoReward) -> usize {
        let dialogue = self.talk(task, Course::Errs);
        let ending = Ending::Invalid(why);
        self.add(Episode { task, trial, ending, info: Info::Full, cost: Cost::Unknown, dialogue, case: self.next_case })
    }

    /// Adds an error record.
    pub(super) fn fault(&mut self, task: usize, trial: i64, fault: Fault) -> usize {
        let dialogue = Conversation::default();
        let ending = Ending::Error(fault);
        self.add(Episode { task, trial, ending, info: Info::Full, cost: Cost::Unknown, dialogue, case: self.next_case })
    }

    /// Plays every task in every trial, trial by trial; `special` may put another episode in the place of one, or none.
    pub(super) fn grid(
        &mut self,
        tasks: Range<usize>,
        trials: Range<i64>,
        mut special: impl FnMut(&mut Self, usize, i64) -> Place,
    ) -> Vec<(usize, Role)> {
        let mut rows = Vec::new();
        for trial in trials {
            for task in tasks.clone() {
                match special(self, task, trial) {
                    Place::Usual => rows.push((self.play(task, trial), Role::Counts)),
                    Place::Taken(episode) => rows.push((episode, Role::Counts)),
                    Place::Empty => {}
                }
            }
        }
        rows
    }

    /// Adds a plain file of compact JSON; the caller changes what is to be different.
    pub(super) fn file(&mut self, path: impl Into<String>, rows: Vec<(usize, Role)>) -> &mut CellFile {
        let path = format!("{}/{}", self.cell.root, path.into());
        self.cell.files.push(CellFile {
            path,
            rows,
            shape: Shape::List,
            style: COMPACT,
            packing: Packing::Plain,
            string_ids: false,
        });
        self.cell.files.last_mut().expect("a file was just added")
    }

    /// Puts rows into the order in which a concurrent run would have finished them.
    pub(super) fn shuffle(&mut self, rows: &mut [(usize, Role)]) {
        self.rng.shuffle(rows);
    }

    fn talk(&mut self, task: usize, course: Course) -> Conversation {
        let manner = Manner { env: self.cell.env, strategy: self.cell.strategy, leavings: self.leavings };
        converse(&mut self.rng, manner, &scenario(self.cell.env, task), course, self.next_case)
    }

    fn cost(&mut self) -> Cost {
        let micros = Cost::Micros(1_500 + self.rng.below(6_000));
        let free = Cost::Free { integer: false };
        match self.costs {
            Costs::Unknown => Cost::Unknown,
            Costs::FreeFloat => free,
            Costs::FreeInteger => Cost::Free { integer: true },
            Costs::Micros => micros,
            Costs::Mixed => self.rng.pick(&[Cost::Unknown, free, Cost::Free { integer: true }, micros]),
        }
    }

    fn add(&mut self, episode: Episode) -> usize {
        self.next_case += 1;
        self.cell.episodes.push(episode);
        self.cell.episodes.len() - 1
    }
}

/// What stands at a place of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// An ordinary episode.
    Usual,
    /// The episode with this index.
    Taken(usize),
    /// None: the trial is missing.
    Empty,
}
