//! Plain data that every input format becomes. No parsing, no statistics, no formatting.

pub mod episode;
pub mod file;
pub mod identity;
pub mod issue;
pub mod log;
mod packed;
pub mod plausible;
pub mod submission;
pub mod task;
pub mod tau2;
pub mod turn;

pub use episode::{Conversation, Episode, ErrorClass, Fingerprint, Outcome, RunError};
pub use file::{FileKind, Loaded, PassedOver, ResultFile, SourceFile, StoredMetrics, by_reason};
pub use identity::{Benchmark, Identity, Origin, Part};
pub use issue::{Issue, IssueKind};
pub use submission::{Claim, DomainClaims, Submission};
pub use task::TaskId;
pub use tau2::{ActionCheck, Component, ReviewError, Tau2Facts, Tau2Run, Tau2Task, Termination, Tokens};
pub use turn::{Turn, TurnParts};
