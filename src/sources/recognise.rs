//! Tells by the first keys of a file which benchmark wrote it.

use super::salvage;
use crate::records::Benchmark;

/// Keys that only τ²-bench's results, simulations and outcomes have.
const TAU2_KEYS: [&[u8]; 6] =
    [b"simulations", b"simulation_index", b"reward_info", b"termination_reason", b"ticks", b"n_messages"];

/// Keys that only τ-bench's checkpoints and records have.
const TAU1_KEYS: [&[u8]; 3] = [b"traj", b"results", b"metrics"];

/// Returns whose output a JSON text may be: the keys of its object, or of the first object of its list, decide. What neither
/// benchmark wrote counts as τ-bench's, whose reader says why it is passed over.
///
/// No more of the text is looked at than needed: τ²-bench writes the telling keys before the messages.
pub(super) fn benchmark(text: &[u8]) -> Benchmark {
    let mut start = salvage::skip_blank(text, 0);
    if text.get(start) == Some(&b'[') {
        start = salvage::skip_blank(text, start + 1);
    }
    let (mut found, mut has_info, mut has_tasks) = (Benchmark::Tau1, false, false);
    if text.get(start) == Some(&b'{') {
        salvage::keys(text, start, |key| {
            has_info |= key == b"info";
            has_tasks |= key == b"tasks";
            if TAU2_KEYS.contains(&key) || has_info && has_tasks {
                found = Benchmark::Tau2;
            }
            found == Benchmark::Tau1 && !TAU1_KEYS.contains(&key)
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_telling_key_decides() {
        for (text, is_tau2) in [
            (r#"{"timestamp": "x", "info": {}, "tasks": [], "simulations": []}"#, true),
            (r#"{"info": {"a": 1}, "tasks": [{"id": "#, true),
            (r#" [{"task_id": "1", "success": true, "n_messages": 3}]"#, true),
            (r#"{"id": "x", "task_id": "1", "termination_reason": "user_stop"}"#, true),
            (r#"{"id": "x", "reward_info": null}"#, true),
            (r#"[{"task_id": 1, "info": {"reward_info": {}}, "traj": [], "reward_info": 1}]"#, false),
            (r#"{"metrics": {}, "results": [], "simulations": []}"#, false),
            (r#"[null, {"simulations": []}]"#, false),
            ("[]", false),
            ("", false),
        ] {
            assert_eq!(benchmark(text.as_bytes()) == Benchmark::Tau2, is_tau2, "{text}");
        }
    }
}
