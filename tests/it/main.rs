//! The one integration-test binary: one link step for all of them.

mod cli;
mod compare;
mod configurations;
mod determinism;
mod fixtures;
mod forms;
mod generate;
mod hostile;
mod kill;
mod layers;
mod look_alikes;
mod mutated;
mod options;
mod property;
mod real;
mod sample;
mod schema;
mod secrets;
mod simulate;
mod simulate_verdicts;
mod support;
mod tables;
mod truth;
mod truth_logs;
mod truth_tau2;
mod verify;
