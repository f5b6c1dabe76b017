//! Files → cells: which episodes belong together, which are copies, which are repeated attempts.
//!
//! The rules, in order:
//! 1. Files with the same configuration ([`CellKey`]) form one cell. Where the model is unknown, the folder stands in for it, so
//!    that unrelated files are not pooled.
//! 2. Different attempts at one (task, trial) *within one file* are a conflict (a resumed run); [`Attempts`] tells which stays.
//! 3. An episode seen before in the same cell, in any file, is a copy and is dropped.
//! 4. A simulation (told by its id) seen before in the same cell with another reward was graded again: a repeated attempt as in 2.
//! 5. The same (task, trial) in different files with different content are different trials, unless their paths differ in words: then
//!    they are variants, cells of their own (`divide`).
//! 6. Other renderings of a run are copies of it (`renderings`); what the benchmark discarded is no trial.
//!
//! A copy of an episode of *another* cell stays, since nothing tells which of the two is in the wrong place, and is warned of
//! ([`Shared`]): in real sweeps it is a file put into the wrong folder.

mod again;
mod assemble;
mod basis;
mod by;
mod divide;
mod key;
mod logs;
pub mod policy;
mod renderings;
mod runs;
mod task_sets;
#[cfg(test)]
mod tree_tests;

pub use crate::identity::settings::{USER, is_of_environment, short_name};
pub use assemble::{Cell, CellFiles, FileSummary, Shared, Sweep, Tally, Trial, assemble, assemble_by, telling};
pub use basis::{Rebased, rebase};
pub use by::{By, ByError, Column, DEFAULT};
pub use divide::{Division, TASKS, Telling, Why};
pub use key::CellKey;
pub use logs::without_copies;
pub use policy::{Attempts, ErrorPolicy, Standing};
