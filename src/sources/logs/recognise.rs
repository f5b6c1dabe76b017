//! Tells by the beginning of a file whether it is a log of ours.

use memchr::memmem;

use super::{banner, console, line, stamp, vllm};
use crate::records::log::LogKind;

/// Returns which kinds of log a file holds, `None` for any other file. Give as much of the file as there is at hand: a log
/// may begin with pages of other output. Results quote what tools print, so no JSON is ever taken for a log.
pub fn recognise(head: &[u8], file_name: &str) -> Option<LogKind> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if is_json(head) {
        return None;
    }
    let kind = LogKind {
        profile: is_structured(head),
        console: console::is_like(head),
        vllm: banner::file_name(file_name).is_some() || vllm::is_like(head),
    };
    (kind != LogKind::default()).then_some(kind)
}

/// Returns whether a text begins as JSON does; tags begin with a bracket too.
fn is_json(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    match text.split_first() {
        Some((b'{', _)) => true,
        Some((b'[', rest)) => {
            let next = rest.trim_ascii_start().first();
            next.is_none_or(|byte| {
                matches!(byte, b'{' | b'[' | b']' | b'"' | b'-') || byte.is_ascii_digit() && !is_stamped(rest)
            })
        }
        _ => false,
    }
}

/// Returns whether a bracket holds a date: `[2026-01-01 10:00:00]` begins a line of a log.
fn is_stamped(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    rest.get(4) == Some(&b'-') && rest.get(7) == Some(&b'-') && rest.iter().take(4).all(u8::is_ascii_digit)
}

/// Returns whether a text holds a structured record or a completion marker.
fn is_structured(text: &[u8]) -> bool {
    let behind = |tag: &[u8], is: &dyn Fn(&[u8]) -> bool| {
        memmem::find_iter(text, tag).any(|place| {
            let rest = &text[place + tag.len()..];
            is(&rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())])
        })
    };
    let is_record = |rest: &[u8]| {
        let mut clean = Vec::new();
        line::without_colours(rest, &mut clean);
        stamp::full(clean.trim_ascii_start()).is_some() && memmem::find(&clean, b" type=").is_some()
    };
    let is_marker = |rest: &[u8]| memmem::find(rest, b"id=").is_some() && memmem::find(rest, b" status=").is_some();
    behind(b"[PROFILE]", &is_record) || behind(b"[USER_JUDGE]", &is_record) || behind(b"_TASK_COMPLETE]", &is_marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str, name: &str) -> String {
        let Some(kind) = recognise(text.as_bytes(), name) else { return "none".to_owned() };
        let all = [(kind.profile, "profile"), (kind.console, "console"), (kind.vllm, "vllm")];
        all.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect::<Vec<_>>().join("+")
    }

    #[test]
    fn logs_are_told_by_what_only_they_hold() {
        let record = "[PROFILE] 2025-12-23 10:15:32.456 task=1 thread=1 type=llm_call\n";
        for (text, expected) in [
            (record, "profile"),
            (&format!("noise\n\x1b[36m{record}"), "profile"),
            ("\x1b[36m[PROFILE]\x1b[0m 2025-12-23 10:15:32.456 task=1 thread=1 type=x", "profile"),
            ("[TAU2_TASK_COMPLETE] domain=retail trial=0 task_id=1 status=ok", "profile"),
            (&format!("{record}x - FINISHED SIMULATION: Domain: retail, Task: 1, Reward: 1.0"), "profile+console"),
            ("Namespace(num_trials=1, env='airline')", "console"),
            ("Namespace(host=None, model='x')", "none"),
            ("❌ task_id=13 ", "console"),
            ("0/1 (trial 1/1). Running task x, trial 1", "console"),
            ("INFO 08-22 20:52:46 metrics.py:406] Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 0.0", "vllm"),
            ("Starting USER vLLM server on node: x", "vllm"),
            ("", "none"),
            ("The lines that begin with [PROFILE] have type=llm_call", "none"),
            ("Running task 5\nAverage reward: 0.5\nreward: 1 task_id=3", "none"),
        ] {
            assert_eq!(kinds(text, "a.log"), expected, "{text}");
        }
        assert_eq!(kinds("starting\n", "logs/user_vllm_123.out"), "vllm");
    }

    #[test]
    fn json_is_never_a_log() {
        let record = "[PROFILE] 2025-12-23 10:15:32.456 task=1 thread=1 type=llm_call";
        for text in [
            format!("[{{\"content\": \"{record}\"}}]"),
            format!(" {{\"a\": \"\n{record}\"}}"),
            format!("[\n  \"{record}\"]"),
            "[".to_owned(),
        ] {
            assert_eq!(kinds(&text, "a.json"), "none", "{text}");
        }
    }
}
