//! taureport: offline reports on τ-bench and τ²-bench sweeps.

pub mod analysis;
pub mod bundle;
pub mod charts;
pub mod cli;
pub mod frames;
pub mod fsio;
pub mod gates;
pub mod identity;
pub mod metrics;
pub mod records;
pub mod redact;
pub mod report;
pub mod rules;
pub mod sources;
pub mod sweep;
pub mod views;
pub mod words;
