//! taureport: offline reports on τ-bench and τ²-bench sweeps.

pub mod metrics;
pub mod records;
pub mod views;
