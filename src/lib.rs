//! taureport: offline reports on τ-bench and τ²-bench sweeps.

pub mod charts;
pub mod records;
pub mod views;
