//! τ-bench checkpoints, all shapes seen.
//!
//! ```text
//! [ {record}, … ]                                       the checkpoint as τ-bench writes it
//! { "metrics": {"avg_reward": f, "pass_hat_ks": {"1": f}}, "results": [ {record}, … ] }
//! {record}                                              one record a file
//! {record}⏎{record}⏎…                                   JSON lines
//!
//! record = { "task_id": int | str      missing in bare solve results
//!          , "trial":   int            may be missing
//!          , "reward":  float          may be null, NaN, missing
//!          , "info":    { "task": {"actions": [{"name": …}]}, "source": …, "user_cost": float | null, "reward_info": … }
//!                     | { "error": str, "traceback": str } | {} | null
//!          , "traj":    [message]      "messages" in bare solve results; [] after an error
//!          , "total_cost": float       in bare solve results
//!          , …                         other keys are skipped }
//! message = { "role": …, "content": str | null | [parts] | missing, "tool_calls": [..] | null | missing, … }
//! ```
//!
//! What makes a record certainly τ-bench's, since many tools write a `reward` and an `info`:
//!
//! | keys | of |
//! |---|---|
//! | `reward`, `traj`, and `task_id` or `info` | checkpoints of τ-bench and its forks |
//! | `reward`, `info` with `reward_info`, `user_cost` or a `task` with `instruction` or `user_id`, and `task_id` or `messages` | bare solve results, records cut short |
//! | `task_id`, `info.error`, and `info.traceback`, `traj` or `messages` | runs that ended in an error |
//!
//! τ-bench rewrites the whole list in place after every task (`run.py`), so a killed job leaves it cut off anywhere.

mod message;
mod record;
mod shape;

use std::collections::BTreeMap;

use record::RawRecord;
use shape::Read;

use crate::{
    identity::{ContentHints, by_record::RecordSays},
    records::{Episode, FileKind, IssueKind, StoredMetrics},
    rules::ErrorRules,
    sources::findings::{self, Findings, Refused},
};

/// What a τ-bench file says.
pub(super) struct Parsed {
    /// Its shape.
    pub(super) kind: FileKind,
    /// Its episodes in file order.
    pub(super) episodes: Vec<Episode>,
    /// Metrics it carries about itself.
    pub(super) stored: Option<StoredMetrics>,
    /// What its content gives away of its identity.
    pub(super) hints: ContentHints,
    /// What each episode says of itself.
    pub(super) says: Vec<RecordSays>,
    /// Findings.
    pub(super) issues: Findings,
}

/// Reads the text of a file.
pub(super) fn parse(text: &[u8], rules: &ErrorRules) -> Result<Parsed, Refused> {
    let Read { kind, records, stored, mut issues } = shape::read(text)?;
    let has_tasks = records.iter().any(|(_, record)| record.has_task());
    let (mut episodes, mut says, mut bad) = (Vec::with_capacity(records.len()), Vec::with_capacity(records.len()), Vec::new());
    let mut hints = ContentHints::default();
    let mut twice = Vec::new();
    for (position, record) in records {
        hints.merge(&record.hints);
        let own = record.says();
        twice.extend(record.twice.map(|key| (position, key)));
        match record.into_episode(position, rules) {
            Ok(episode) => {
                episodes.push(episode);
                says.push(own);
            }
            Err(cause) => bad.push(format!("record {}: {cause}; left out", position + 1)),
        }
    }
    findings::list(&mut issues, IssueKind::BadRecord, bad);
    issues.extend(findings::twice("record", &twice));
    let kind = if has_tasks { kind } else { FileKind::Tau1SolveResults };
    if !has_tasks {
        let message = "no record names its task: counted, but kept out of per-task figures (pass^k, intervals)";
        issues.push((IssueKind::NoTaskId, message.to_owned()));
    }
    Ok(Parsed { kind, episodes, stored, hints, says, issues })
}

/// Records with their zero-based positions in the file.
type Records = Vec<(usize, RawRecord)>;

/// pass^k by k, as a wrapper stores it: `{"1": 0.42, …}`.
type PassHat = BTreeMap<u32, f64>;

#[cfg(test)]
mod tests {
    use super::*;

    fn episodes(text: &str) -> Vec<Option<i64>> {
        let parsed = parse(text.as_bytes(), &ErrorRules::builtin()).map_err(|refused| refused.reason).unwrap();
        parsed.episodes.iter().map(|episode| episode.trial).collect()
    }

    fn record(trial: u32) -> String {
        format!(r#"{{"task_id": 1, "trial": {trial}, "reward": 1.0, "info": {{}}, "traj": []}}"#)
    }

    #[test]
    fn lists_appended_to_one_another_are_all_read() {
        let text = format!("[{}]\n[{}, {}]\n", record(0), record(1), record(2));
        assert_eq!(episodes(&text), [Some(0), Some(1), Some(2)]);
        let pretty = format!("{}\n{}", record(0).replace(", ", ",\n"), record(1).replace(", ", ",\n"));
        assert_eq!(episodes(&pretty), [Some(0), Some(1)]);
        let parsed = parse(format!("[{}]\n[{}, {{\"task", record(0), record(1)).as_bytes(), &ErrorRules::builtin());
        let issues = parsed.map(|parsed| parsed.issues).unwrap_or_default();
        assert!(issues.iter().any(|(kind, _)| *kind == IssueKind::Salvaged), "{issues:?}");
    }

    #[test]
    fn lines_are_read_behind_a_broken_first_one() {
        let text = format!("{}\n{}\n{}\n", &record(0)[..20], record(1), record(2));
        assert_eq!(episodes(&text), [Some(1), Some(2)]);
    }

    #[test]
    fn a_key_that_stands_there_twice_is_told() {
        let text = format!("[{}, {}]", record(0), record(1).replace("{\"task_id\"", "{\"reward\": 0.0, \"task_id\""));
        let parsed = parse(text.as_bytes(), &ErrorRules::builtin()).unwrap();
        let notes: Vec<&str> = parsed.issues.iter().map(|(_, message)| message.as_str()).collect();
        assert_eq!(notes, ["1 record has a key twice (record 2 has \"reward\"); the last value counts"]);
    }

    #[test]
    fn a_run_without_a_reward_is_kept_beside_results() {
        let text = format!(r#"[{}, {{"task_id": 2, "trial": 0, "info": {{}}, "traj": [{{"role": "user"}}]}}]"#, record(0));
        assert_eq!(episodes(&text), [Some(0), Some(0)]);
        assert_eq!(
            episodes(r#"[{"task_id": 2, "trial": 3, "info": {"error": "Connection error.", "traceback": "x"}}]"#),
            [Some(3)]
        );
    }
}
