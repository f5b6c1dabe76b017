//! Logs of one sweep: an event that several files hold counts once.
//!
//! A run leaves the same lines in several files (the domain's log, the console output of the evaluation, the driver's log). Within
//! one file equal lines are different calls; between files they are copies, as many of them as the other file has.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::Sweep;
use crate::records::{
    Issue, IssueKind,
    log::{Event, LogFile, LogInput},
};

impl Sweep {
    /// Takes in the logs that lie beside the results, and what was found about them.
    pub fn add_logs(&mut self, logs: Vec<LogInput>) {
        self.logs = without_copies(logs);
        self.issues.extend(self.logs.iter().filter_map(implausible));
        self.issues.sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    }
}

/// Says that values of a log were refused.
fn implausible(log: &LogInput) -> Option<Issue> {
    let count = log.profile.as_ref().map_or(0, |log| log.check.implausible);
    let values = if count == 1 { "value is" } else { "values are" };
    let message =
        format!("{count} implausible {values} in no figure: times, durations or token counts, negative or beyond any run");
    (count > 0).then(|| Issue { kind: IssueKind::Note, path: log.source.path.clone(), message })
}

/// Drops the events of each file that earlier ones have. Files that know their domain and hold more go first.
pub fn without_copies(mut logs: Vec<LogInput>) -> Vec<LogInput> {
    let mut order: Vec<usize> = (0..logs.len()).filter(|at| logs[*at].profile.is_some()).collect();
    if order.len() < 2 {
        return logs;
    }
    let rank = |at: &usize| {
        let log = logs[*at].profile.as_ref();
        (log.is_none_or(|log| log.domain.is_none()), std::cmp::Reverse(log.map_or(0, |log| log.events.len())))
    };
    order.sort_by_key(rank);
    let mut markers: BTreeMap<Option<String>, BTreeMap<String, u32>> = BTreeMap::new();
    // The same log under two labels is the user's own doing.
    let mut seen: BTreeMap<Option<String>, BTreeMap<u64, u32>> = BTreeMap::new();
    for at in order {
        let label = logs[at].source.label.clone();
        let markers = markers.entry(label.clone()).or_default();
        let seen = seen.entry(label).or_default();
        if let Some(log) = &mut logs[at].profile {
            drop_marker_copies(log, markers);
            logs[at].copies = drop_copies(log, seen);
        }
    }
    logs
}

/// Drops the events that are in `seen` and adds the others.
fn drop_copies(log: &mut LogFile, seen: &mut BTreeMap<u64, u32>) -> u64 {
    let keys: Vec<u64> = log.events.iter().map(|event| key(log, event)).collect();
    let mut own: BTreeMap<u64, u32> = BTreeMap::new();
    let before = log.events.len();
    let mut keys = keys.into_iter();
    log.events.retain(|_| {
        // One key an event: both come from the same list.
        let Some(key) = keys.next() else { return true };
        let count = own.entry(key).or_default();
        *count += 1;
        *count > seen.get(&key).copied().unwrap_or(0)
    });
    for (key, count) in own {
        let known = seen.entry(key).or_default();
        *known = (*known).max(count);
    }
    (before - log.events.len()) as u64
}

/// Drops the completion markers that earlier files have, likewise.
fn drop_marker_copies(log: &mut LogFile, seen: &mut BTreeMap<String, u32>) {
    let mut own: BTreeMap<String, u32> = BTreeMap::new();
    log.markers.retain(|marker| {
        let key = format!("{:?} {:?} {:?} {:?} {:?}", marker.kind, marker.domain, marker.trial, marker.task, marker.status);
        let known = seen.get(&key).copied().unwrap_or(0);
        let count = own.entry(key).or_default();
        *count += 1;
        *count > known
    });
    for (key, count) in own {
        let known = seen.entry(key).or_default();
        *known = (*known).max(count);
    }
}

fn key(log: &LogFile, event: &Event) -> u64 {
    let mut hasher = DefaultHasher::new();
    log.key(event).hash(&mut hasher);
    hasher.finish()
}
