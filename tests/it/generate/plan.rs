//! What is in each cell of the invented sweep, and in which of the shapes seen in the wild it lies.

use super::{
    Packing, SECRET,
    cells::{Cell, Costs, Odds, Place, Role, Shape, Workbench},
    conversation::{
        Leavings,
        Strategy::{self, Act, React, ToolCalling},
    },
    json::{INDENTED, Style},
    record::{Fault, Info, NoReward},
    scenario::Env::{Airline, Retail},
};

const TERN: &str = "tern-70b";
const QUILL: &str = "quill-7b";
const USER: &str = "plover-32b";

/// Makes all cells: the twelve of the sweep and the one with a secret in its model name.
pub(super) fn all() -> Vec<Cell> {
    let benches = [
        airline_tern_tool_calling(),
        airline_quill_tool_calling(),
        airline_tern_act(),
        airline_quill_act(),
        airline_tern_react(),
        airline_quill_react(),
        retail_tern_tool_calling(),
        retail_quill_tool_calling(),
        retail_tern_act(),
        retail_quill_act(),
        retail_tern_react(),
        retail_quill_react(),
        secret_model(),
    ];
    benches.into_iter().map(|bench| bench.cell).collect()
}

/// The name upstream gives a checkpoint. It has no environment and no year.
fn upstream(strategy: Strategy, model: &str, range: &str, user: &str, stamp: &str) -> String {
    format!("{}-{model}-0.0_range_{range}_user-{user}-llm_{stamp}.json", strategy.name())
}

fn usual(_: &mut Workbench, _: usize, _: i64) -> Place {
    Place::Usual
}

/// The plain case: one upstream checkpoint, every task in every trial, costs known.
fn airline_tern_tool_calling() -> Workbench {
    let mut bench = Workbench::new(0, (Airline, TERN, ToolCalling), Odds { easy: 97, hard: 55 }, Costs::Micros, Leavings::None);
    let rows = bench.grid(0..10, 0..4, usual);
    bench.file(format!("results/airline/{}", upstream(ToolCalling, TERN, "0--1", USER, "0412093015")), rows);
    bench
}

/// Two runs of one configuration, told by folders; the second has holes and two lost connections.
fn airline_quill_tool_calling() -> Workbench {
    let mut bench =
        Workbench::new(1, (Airline, QUILL, ToolCalling), Odds { easy: 72, hard: 12 }, Costs::Unknown, Leavings::EmptyToolCalls);
    let first = bench.grid(0..10, 0..1, usual);
    let second = bench.grid(0..10, 0..3, |bench, task, trial| match (task, trial) {
        (1 | 5, 1) | (3 | 5 | 8, 2) => Place::Empty,
        (4, 0) | (9, 2) => Place::Taken(bench.fault(task, trial, Fault::Infrastructure)),
        _ => Place::Usual,
    });
    bench.file("results/airline/tool-calling/quill-7b/num_trials-1.json", first);
    bench.file("results/airline/tool-calling/quill-7b/num_trials-3.json", second);
    bench
}

/// A gzip file, free user model, two failures of the agent's own.
fn airline_tern_act() -> Workbench {
    let mut bench = Workbench::new(2, (Airline, TERN, Act), Odds { easy: 90, hard: 40 }, Costs::FreeFloat, Leavings::None);
    let rows = bench.grid(0..10, 0..3, |bench, task, trial| match (task, trial) {
        (2, 1) | (6, 2) => Place::Taken(bench.fault(task, trial, Fault::Agent)),
        _ => Place::Usual,
    });
    let name = upstream(Act, TERN, "0--1", USER, "0413101500");
    bench.file(format!("results/airline/{name}.gz"), rows).packing = Packing::Gzip;
    bench
}

/// The wrapper with stored metrics; the server was down for a third of the run, and for all of task 7.
fn airline_quill_act() -> Workbench {
    let mut bench = Workbench::new(3, (Airline, QUILL, Act), Odds { easy: 50, hard: 10 }, Costs::FreeInteger, Leavings::None);
    let rows = bench.grid(0..10, 0..4, |bench, task, trial| match (task, trial) {
        (7, _) | (4..=8, 2) | (0 | 1, 3) | (9, 0..=2) => Place::Taken(bench.fault(task, trial, Fault::Infrastructure)),
        _ => Place::Usual,
    });
    let file = bench.file("results/airline/act/quill-7b/airline-temperature-0.0_0717023520.json", rows);
    file.shape = Shape::Wrapped { trials: 4 };
    bench
}

/// Four trials in four files that all say trial 0; the last run was short.
fn airline_tern_react() -> Workbench {
    let mut bench = Workbench::new(4, (Airline, TERN, React), Odds { easy: 62, hard: 45 }, Costs::Micros, Leavings::None);
    for run in 1..=4 {
        let rows = bench.grid(0..if run == 4 { 7 } else { 10 }, 0..1, usual);
        bench.file(format!("results/airline/react/tern-70b/run-{run}.json"), rows);
    }
    bench
}

/// A killed run: few trials, in order of completion, and an earlier state of the same checkpoint beside it.
fn airline_quill_react() -> Workbench {
    let mut bench = Workbench::new(5, (Airline, QUILL, React), Odds { easy: 50, hard: 10 }, Costs::Unknown, Leavings::None);
    let mut rows = bench.grid(0..8, 0..3, |_, task, trial| match trial {
        0 => Place::Usual,
        1 if task < 5 => Place::Usual,
        2 if task < 2 => Place::Usual,
        _ => Place::Empty,
    });
    bench.shuffle(&mut rows[..8]);
    bench.shuffle(&mut rows[8..13]);
    let earlier = rows[..6].iter().map(|(episode, _)| (*episode, Role::Copy)).collect();
    let name = upstream(React, QUILL, "0--1", USER, "0513101500");
    bench.file(format!("results/airline/killed/{name}"), rows).style = INDENTED;
    bench.file(format!("results/airline/killed/snapshot/{name}"), earlier);
    bench
}

/// One list, and half of its first trial once more as one file per record.
fn retail_tern_tool_calling() -> Workbench {
    let mut bench =
        Workbench::new(6, (Retail, TERN, ToolCalling), Odds { easy: 92, hard: 40 }, Costs::Micros, Leavings::EmptyToolCalls);
    let rows = bench.grid(0..12, 0..3, usual);
    for (task, (episode, _)) in rows.iter().enumerate().take(6) {
        let path = format!("results/retail/tool-calling/tern-70b/conversations/task_{task:03}.json");
        let file = bench.file(path, vec![(*episode, Role::Copy)]);
        file.shape = Shape::Single;
        file.style = Style { indent: Some(2), ascii: false };
    }
    bench.file("results/retail/tool-calling/tern-70b/retail_full_results.json", rows);
    bench
}

/// Two task ranges in two files, a secret in the user model's name, string ids in the second file.
fn retail_quill_tool_calling() -> Workbench {
    let mut bench = Workbench::new(7, (Retail, QUILL, ToolCalling), Odds { easy: 68, hard: 15 }, Costs::Mixed, Leavings::None);
    let user = format!("runpod@pod123@{SECRET}@acme@plover-32b");
    let low = bench.grid(0..6, 0..4, usual);
    let high = bench.grid(6..12, 0..4, |bench, task, trial| match (task, trial) {
        (8, 3) | (11, 0) => Place::Taken(bench.fault(task, trial, Fault::Agent)),
        _ => Place::Usual,
    });
    bench.file(format!("results/retail/{}", upstream(ToolCalling, QUILL, "0-6", &user, "0602141051")), low);
    bench.file(format!("results/retail/{}", upstream(ToolCalling, QUILL, "6-12", &user, "0602150128")), high).string_ids = true;
    bench
}

/// JSON lines, one record each.
fn retail_tern_act() -> Workbench {
    let mut bench = Workbench::new(8, (Retail, TERN, Act), Odds { easy: 85, hard: 30 }, Costs::Unknown, Leavings::None);
    let rows = bench.grid(0..12, 0..3, |_, task, trial| if (task, trial) == (10, 2) { Place::Empty } else { Place::Usual });
    bench.file("results/retail/act/tern-70b/episodes.jsonl", rows).shape = Shape::Lines;
    bench
}

/// A resumed run: copies, conflicting attempts, rewards and `info` missing in every way.
fn retail_quill_act() -> Workbench {
    let mut bench =
        Workbench::new(9, (Retail, QUILL, Act), Odds { easy: 60, hard: 10 }, Costs::Mixed, Leavings::EmptyToolCalls);
    // The first attempt at (7, 1) never reached the server; the resumed run tries again below.
    let lost = bench.fault(7, 1, Fault::Infrastructure);
    let mut rows = vec![(lost, Role::Conflict)];
    rows.extend(bench.grid(0..12, 0..3, |bench, task, trial| match (task, trial) {
        (1, 0) => Place::Taken(bench.bare(task, trial, Info::Null)),
        (2, 0) => Place::Taken(bench.bare(task, trial, Info::Missing)),
        (3, 0) => Place::Taken(bench.bare(task, trial, Info::TaskOnly)),
        (4, 1) => Place::Taken(bench.unscored(task, trial, NoReward::Null)),
        (5, 1) => Place::Taken(bench.unscored(task, trial, NoReward::Missing)),
        (6, 1) => Place::Taken(bench.unscored(task, trial, NoReward::NotANumber)),
        (9, 2) => Place::Taken(bench.scored(task, trial, true)),
        (10, _) | (11, 1..) => Place::Empty,
        _ => Place::Usual,
    }));
    let copies = [rows[1], rows[5], rows[12]].map(|(episode, _)| (episode, Role::Copy));
    rows.extend(copies);
    // Another attempt at (9, 2), which had succeeded.
    rows.push((bench.scored(9, 2, false), Role::Conflict));
    bench.file("results/retail/act/quill-7b/num_trials-3.json", rows);
    bench
}

/// A Zstandard file; every task is solved now and then, none reliably.
fn retail_tern_react() -> Workbench {
    let mut bench = Workbench::new(10, (Retail, TERN, React), Odds { easy: 58, hard: 50 }, Costs::FreeFloat, Leavings::None);
    let rows = bench.grid(0..12, 0..5, usual);
    let name = upstream(React, TERN, "0--1", USER, "0420180010");
    bench.file(format!("results/retail/{name}.zst"), rows).packing = Packing::Zstd;
    bench
}

/// A fork: other keys, an unknown role, `content` left out; errors of the agent's own and two overlong conversations.
fn retail_quill_react() -> Workbench {
    let mut bench = Workbench::new(11, (Retail, QUILL, React), Odds { easy: 45, hard: 8 }, Costs::Micros, Leavings::Fork);
    let rows = bench.grid(0..12, 0..4, |bench, task, trial| match (task, trial) {
        (0, 2) | (5, 3) | (9, 1) => Place::Taken(bench.fault(task, trial, Fault::Agent)),
        (3, 0) | (11, 1) => Place::Taken(bench.fault(task, trial, Fault::ContextWindow)),
        (6, 2) => Place::Taken(bench.fault(task, trial, Fault::Infrastructure)),
        (2 | 8, 3) | (4 | 10, 2) => Place::Empty,
        _ => Place::Usual,
    });
    let file = bench.file(format!("results/retail/{}", upstream(React, QUILL, "0--1", USER, "0514120000")), rows);
    file.style = Style { indent: None, ascii: false };
    bench
}

/// A model name with a pod and a key in it, `@` for each slash. Not part of the sweep.
fn secret_model() -> Workbench {
    let mut bench = Workbench::new(12, (Airline, QUILL, Act), Odds { easy: 50, hard: 50 }, Costs::Unknown, Leavings::None);
    bench.cell.root = "secret";
    bench.cell.tasks = 3;
    let rows = bench.grid(0..3, 0..2, |bench, task, trial| match (task, trial) {
        (2, 1) => Place::Taken(bench.fault(task, trial, Fault::Infrastructure)),
        _ => Place::Usual,
    });
    let model = format!("runpod@pod123@{SECRET}@acme@quill-7b");
    bench.file(format!("results/airline/{}", upstream(Act, &model, "0--1", USER, "0601120000")), rows);
    bench
}
