//! Findings that do not stop a run: carried as data to every output.

/// What kind of finding it is. The order is the order of display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssueKind {
    /// The file could not be read at all.
    Unreadable,
    /// The file broke off; complete records were kept.
    Salvaged,
    /// A record could not be understood and was left out.
    BadRecord,
    /// Python's `NaN` or `Infinity` was read as a missing value.
    NotANumber,
    /// Sources disagree on a part of the identity.
    IdentityConflict,
    /// The file names no task ids (its episodes stay out of per-task figures).
    NoTaskId,
    /// A stored metric differs from ours.
    StoredMetricDiffers,
    /// Anything else worth saying.
    Note,
}

impl IssueKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Unreadable,
        Self::Salvaged,
        Self::BadRecord,
        Self::NotANumber,
        Self::IdentityConflict,
        Self::NoTaskId,
        Self::StoredMetricDiffers,
        Self::Note,
    ];

    /// Returns the name shown in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Salvaged => "salvaged",
            Self::BadRecord => "bad record",
            Self::NotANumber => "NaN or Infinity",
            Self::IdentityConflict => "identity conflict",
            Self::NoTaskId => "no task ids",
            Self::StoredMetricDiffers => "stored metric differs",
            Self::Note => "note",
        }
    }
}

/// One finding about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What kind of finding.
    pub kind: IssueKind,
    /// Path of the file, secrets veiled.
    pub path: String,
    /// What was found, where in the file, and what to do about it.
    pub message: String,
}
