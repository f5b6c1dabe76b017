//! What makes cells put side by side incomparable.

use std::collections::BTreeSet;

use super::Plan;
use crate::sweep::{CellFiles, CellKey, FileSummary, Sweep, TASKS, USER};

/// Reads one part of a key.
type KeyPart = fn(&CellKey) -> Option<&str>;

/// Parts of the configuration that a fair comparison keeps the same.
const KEPT_SAME: [(&str, KeyPart); 5] = [
    ("user model", |key| key.user_model.as_deref()),
    ("user strategy", |key| key.user_strategy.as_deref()),
    ("temperature", |key| key.temperature.as_deref()),
    ("mode", |key| key.mode.as_deref()),
    ("max steps", |key| key.max_steps.as_deref()),
];

/// Settings that it keeps the same, by the beginning of their names: the world and the user simulator, not the agent.
const SETTINGS_KEPT_SAME: [(&str, &str); 6] = [
    ("user settings", USER),
    ("policy", "policy"),
    ("tools", "tool_defs"),
    ("errors allowed", "max_errors"),
    ("speech complexity", "speech_complexity"),
    ("tasks", TASKS),
];

/// Returns what two cells of one environment differ in although a comparison should keep it the same. Unknown parts are not
/// taken for different.
pub(super) fn differences(sweep: &Sweep, files: &CellFiles<'_>, plans: [&Plan; 2], cells: [usize; 2]) -> Vec<&'static str> {
    let keys = cells.map(|cell| &sweep.cells[cell].key);
    let mut found: Vec<&'static str> = KEPT_SAME
        .into_iter()
        .filter(|(_, part)| part(keys[0]).zip(part(keys[1])).is_some_and(|(a, b)| a != b))
        .map(|(name, _)| name)
        .collect();
    let differ = |name: &str| keys[0].settings.get(name) != keys[1].settings.get(name);
    let names: BTreeSet<&str> = keys.iter().flat_map(|key| key.settings.keys().map(String::as_str)).collect();
    for (what, begin) in SETTINGS_KEPT_SAME {
        // A file that names no settings at all does not say that they are the default.
        if keys.iter().all(|key| !key.settings.is_empty()) && names.iter().any(|name| name.starts_with(begin) && differ(name)) {
            found.push(what);
        }
    }
    let [ours, theirs] = cells.map(|cell| versions(files.of(cell)));
    if !ours.is_empty() && !theirs.is_empty() && ours != theirs {
        found.push("benchmark version");
    }
    // Cells split by a property of their tasks differ in them by design.
    if !sweep.by.splits_files() && plans[0].tasks != plans[1].tasks {
        found.push("task set");
    }
    found
}

/// Returns the versions of the benchmark that wrote the files of a cell.
pub(super) fn versions<'a>(files: &[&'a FileSummary]) -> BTreeSet<&'a str> {
    files.iter().filter_map(|file| file.version.as_deref()).collect()
}
