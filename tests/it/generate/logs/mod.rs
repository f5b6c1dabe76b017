//! Writes `logs/`: invented results with the logs of the runs that made them, and `logs_truth.json`: what is true of them.
//!
//! Durations are counted in ticks of 10 µs, since logs print hundredths of a millisecond; moments in ticks since midnight.

mod calls;
mod lines;
mod others;
mod results;
mod truth;

use super::{Entry, Tree, json::document};

/// Writes all files and the truth.
pub(super) fn files() -> Tree {
    let retail = calls::retail();
    let airline = calls::airline();
    let hle = calls::hle();
    let mut tree = Tree::new();
    let mut add = |path: &str, content: Vec<u8>| {
        tree.insert(format!("logs/{path}"), Entry::plain(content));
    };
    add("results/retail_heron.json", results::tau2(&retail).into());
    add("results/run_77.json", results::checkpoint(&airline).into());
    add("logs/tau2_retail.log", lines::plain(&retail).into());
    add("logs/eval_retail.log", lines::noisy(&retail));
    add("logs/tau2_airline.log", lines::plain(&airline).into());
    add("logs/hle.log", lines::older(&hle).into());
    add("logs/user_vllm_4242.out", others::user_server().into());
    add("logs/assistant_vllm_4242.out", others::assistant_server().into());
    add("logs/slurm_77_1.out", others::console(&airline).into());
    add("logs/sync.log", others::NOTHING.into());
    let truth = truth::of(&retail, &airline, &hle);
    tree.insert("logs_truth.json".to_owned(), Entry::plain(document(&truth)));
    tree
}
