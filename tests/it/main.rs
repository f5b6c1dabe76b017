//! The one integration-test binary: one link step for all of them.

mod cli;
mod compare;
mod determinism;
mod fixtures;
mod generate;
mod hostile;
mod layers;
mod mutated;
mod options;
mod property;
mod real;
mod sample;
mod schema;
mod secrets;
mod support;
mod truth;
mod truth_logs;
mod truth_tau2;
mod verify;
