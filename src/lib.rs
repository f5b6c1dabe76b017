//! taureport: offline reports on τ-bench and τ²-bench sweeps.

pub mod identity;
pub mod records;
pub mod redact;
pub mod rules;
pub mod views;
