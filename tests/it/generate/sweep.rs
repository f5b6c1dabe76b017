//! Cells → files, and the two files among them that are no results.

use super::{
    Entry, Tree,
    cells::{Cell, CellFile, Shape},
    exact::{Tally, upstream},
    json::{COMPACT, INDENTED, Json, dump, object},
    record::{Ending, record},
    scenario::scenario,
};

/// Paths under `fixtures/sweep/` that must be passed over.
pub(super) const FOREIGN: [&str; 2] = ["results/notes.txt", "results/sweep_config.json"];

/// Writes the files of all cells.
pub(super) fn files(cells: &[Cell]) -> Tree {
    let mut tree = Tree::new();
    for cell in cells {
        for file in &cell.files {
            let before = tree.insert(file.path.clone(), Entry { content: content(cell, file), packing: file.packing });
            assert!(before.is_none(), "{} is written twice", file.path);
        }
    }
    let config = object! {
        "models": vec![Json::from("tern-70b"), Json::from("quill-7b")],
        "strategies": vec![Json::from("tool-calling"), Json::from("act"), Json::from("react")],
        "num_trials": 4_i64,
    };
    let notes = "Tue: the server of the act runs was down from ten to noon.\nThe react runs were killed by the time limit.\n";
    tree.insert(format!("sweep/{}", FOREIGN[0]), Entry::plain(notes));
    tree.insert(format!("sweep/{}", FOREIGN[1]), Entry::plain(dump(&config, INDENTED)));
    tree
}

fn content(cell: &Cell, file: &CellFile) -> Vec<u8> {
    let mut records: Vec<Json> = file
        .rows
        .iter()
        .map(|(index, _)| {
            let episode = &cell.episodes[*index];
            record(episode, &scenario(cell.env, episode.task), file.string_ids)
        })
        .collect();
    match file.shape {
        Shape::List => dump(&Json::List(records), file.style),
        Shape::Wrapped { trials } => {
            dump(&object! {"metrics": metrics(cell, trials), "results": Json::List(records)}, file.style)
        }
        Shape::Single => dump(&records.remove(0), file.style),
        Shape::Lines => records.iter().map(|record| dump(record, COMPACT) + "\n").collect(),
    }
    .into_bytes()
}

/// The metrics a fork stores: τ-bench's formulas, in which an error is a failure.
fn metrics(cell: &Cell, trials: u64) -> Json {
    let success = |ending| ending == Ending::Scored { success: true };
    let tallies: Vec<Tally> = (0..cell.tasks)
        .map(|task| {
            let of_task = || cell.episodes.iter().filter(move |episode| episode.task == task);
            let c = of_task().filter(|episode| success(episode.ending)).count();
            Tally { n: of_task().count() as u64, c: c as u64 }
        })
        .collect();
    let curve = upstream(&tallies, trials);
    let solved: u64 = tallies.iter().map(|tally| tally.c).sum();
    let pass_hat =
        curve.iter().enumerate().map(|(index, value)| ((index + 1).to_string(), Json::Float(value.to_f64()))).collect();
    object! {
        "avg_reward": solved as f64 / cell.episodes.len() as f64,
        "pass_hat_ks": Json::Object(pass_hat),
    }
}
