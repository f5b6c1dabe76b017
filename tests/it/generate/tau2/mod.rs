//! Writes `tau2/`: invented τ²-bench results of every shape, and `tau2_truth.json`: what is true of them.

mod plan;
mod reward;
mod shape;
mod simulation;
mod talk;
mod task;
mod truth;

use super::{
    Entry, Tree,
    json::{INDENTED, document, dump, object},
};

/// Path under `fixtures/tau2/` of a file that is no result.
const FOREIGN: &str = "results/run_config.json";

/// Writes all files and the truth.
pub(super) fn files() -> Tree {
    let runs = plan::all();
    let mut tree = Tree::new();
    for run in &runs {
        for (path, content) in shape::files(run) {
            let before = tree.insert(format!("tau2/{path}"), Entry::plain(content));
            assert!(before.is_none(), "{path} is written twice");
        }
    }
    let config = object! {"domain": "airline", "num_trials": 4_i64, "agent_llm": "tern-70b"};
    tree.insert(format!("tau2/{FOREIGN}"), Entry::plain(dump(&config, INDENTED)));
    tree.insert("tau2_truth.json".to_owned(), Entry::plain(document(&truth::of(&runs))));
    tree
}
