//! taureport: offline reports on τ-bench and τ²-bench sweeps.

pub mod fsio;
pub mod records;
pub mod report;
pub mod views;
