//! Why a gate cannot be read.

/// A gate that cannot be read: where, why, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("gate {gate:?}, at character {character}: {cause}; {remedy}")]
pub struct GateError {
    /// The gate as given.
    pub gate: String,
    /// Where it stops making sense, counted in characters from 1.
    pub character: usize,
    /// What is wrong there.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}
