//! Files in the place of a result or a log that hold neither: what a clone without Git LFS, or a download that failed, leaves behind.

use super::{
    findings::{Refused, refuse},
    salvage,
};

/// The first line of a Git LFS pointer (Git LFS specification, "The pointer").
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1";

/// Says what a text is that stands in the place of another; `None` for any other text. The same words for every file alike, so that
/// many can be said in one line.
pub(super) fn recognise(text: &[u8]) -> Option<Refused> {
    let text = text.trim_ascii_start();
    let begins_as = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if text.is_empty() {
        Some(refuse("the file is empty", true))
    } else if text.starts_with(LFS_POINTER) {
        Some(refuse("a Git LFS pointer in place of the file; fetch the file with `git lfs pull`", true))
    } else if begins_as(b"<!doctype html") || begins_as(b"<html") || begins_as(b"<!--") || begins_as(b"<?xml") {
        Some(refuse("a web page (HTML) in place of the file; the download failed, so download it again", true))
    } else {
        None
    }
}

/// Files of other tools, by keys that all stand on the object, or on the first object of a list or of lines.
const OTHERS: [(&[&str], &str); 12] = [
    (
        &["fault_assignment_analysis"],
        "fault assignments of τ-bench's auto_error_identification.py: no results, and not read by this version",
    ),
    (&["example_id", "prompt", "completion"], "rollouts of verifiers, which this version does not read"),
    (
        &["prompt", "completion", "reward"],
        "rollouts of a training or evaluation library (verifiers, TRL), which this version does not read",
    ),
    (&["responses_create_params", "response"], "rollouts of NeMo Gym, which this version does not read"),
    (&["index", "model_output", "messages"], "predictions of EvalScope, which this version does not read"),
    (&["index", "sample_score"], "reviews of EvalScope, which this version does not read"),
    (&["dataset_name", "model_name", "metrics"], "a report of EvalScope, which this version does not read"),
    (&["status", "eval", "samples"], "an Inspect log, which this version does not read"),
    (&["raw_eval_results", "config"], "an upload of HAL, which this version does not read"),
    (&["participants", "results"], "a leaderboard file of AgentBeats, which this version does not read"),
    (&["training_step", "trajectories"], "an episode of rLLM, which this version does not read"),
    (&["call_name", "request", "response"], "one model call of τ²-bench's debug log, which this version does not read"),
];

/// Says whose file a text without results is; `None` where it is nobody's that is known.
pub(super) fn other_tool(text: &[u8]) -> Option<Refused> {
    let mut start = salvage::skip_blank(text, 0);
    if text.get(start) == Some(&b'[') {
        start = salvage::skip_blank(text, start + 1);
    }
    if text.get(start) != Some(&b'{') {
        return None;
    }
    let mut found = [0_usize; OTHERS.len()];
    salvage::keys(text, start, |key| {
        for ((keys, _), found) in OTHERS.iter().zip(&mut found) {
            *found += usize::from(keys.iter().any(|known| known.as_bytes() == key));
        }
        true
    });
    let is_whole = |((keys, _), found): &(&(&[&str], &str), usize)| *found >= keys.len();
    OTHERS.iter().zip(found).find(is_whole).map(|((_, what), _)| refuse(format!("no result: {what}"), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_named() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 12\n";
        for (text, expected) in [
            ("", "empty"),
            (" \n", "empty"),
            (pointer, "git lfs pull"),
            ("<!DOCTYPE html><html>404</html>", "web page"),
            ("<!-- proxy --><html>404</html>", "web page"),
            ("\n<HTML><body>", "web page"),
        ] {
            let refused = recognise(text.as_bytes()).unwrap();
            assert!(refused.reason.contains(expected) && refused.unreadable, "{text}: {}", refused.reason);
        }
        for text in ["[]", "{\"html\": \"<html>\"}", "version 1", "<xml/>"] {
            assert!(recognise(text.as_bytes()).is_none(), "{text}");
        }
    }
}
