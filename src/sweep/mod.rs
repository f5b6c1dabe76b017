//! Files → cells: which episodes belong together, which are copies, which are repeated attempts.
//!
//! The rules, in order:
//! 1. Files with the same configuration ([`CellKey`]) form one cell. Where the model is unknown, the folder stands in for it, so
//!    that unrelated files are not pooled.
//! 2. Files that share episodes are one run (`runs`). A file that collects several runs belongs to each with what it has of it.
//! 3. Records of what was run once are one attempt: copies if they give it the same reward, else other gradings of it, of which
//!    [`Attempts`] tells which stays (`fates`). Other renderings of a run are copies of it (`renderings`).
//! 4. Different attempts at one (task, trial) *within one run* are a conflict (a resumed run); [`Attempts`] tells which stays.
//! 5. The same (task, trial) in different runs with different content are different trials, unless their paths differ in words: then
//!    they are variants, cells of their own (`divide`).
//! 6. What the benchmark discarded is no trial.
//!
//! A copy of an episode of *another* cell stays, since nothing tells which of the two is in the wrong place, and is warned of
//! ([`Shared`]): in real sweeps it is a file put into the wrong folder.

mod alike;
mod assemble;
mod basis;
mod by;
mod contents;
mod divide;
mod fates;
mod key;
mod logs;
pub mod policy;
mod renderings;
mod runs;
mod task_sets;
#[cfg(test)]
mod tree_tests;
mod words;

pub use crate::identity::settings::{USER, ends_with_path, is_of_environment, short_name};
pub use assemble::{Cell, CellFiles, FileSummary, Filtered, Shared, Sweep, Tally, Trial, assemble, assemble_by, telling};
pub use basis::{Rebased, rebase};
pub use by::{By, ByError, Column, DEFAULT};
pub use divide::{Division, TASKS, Telling, Why};
pub use fates::{Fate, RecordFate};
pub use key::CellKey;
pub use logs::without_copies;
pub use policy::{Attempts, ErrorPolicy, Standing};
