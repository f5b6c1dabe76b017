//! Lines that say that a task is done.
//!
//! ```text
//! [TAU2_TASK_COMPLETE] domain=retail trial=0 task_id=7 status=ok|error|skipped completed_domain=3 total_domain=56
//! [INFO] 2025-… task=… thread=… [HLE_TASK_COMPLETE] id=66ea status=done correct=True [error_type=…]
//! [FRAMES_TASK_COMPLETE] id=12 status=done …
//! 2026-… | INFO | tau2.runner…:443 - FINISHED SIMULATION: Domain: mock, Task: create_task_1, Reward: 0.0
//! ```

use memchr::memmem;

use super::{line::Tag, names::shown, number, pairs::Pairs};
use crate::records::log::{Marker, MarkerKind};

/// What a finished simulation is announced with.
pub(super) const FINISHED: &[u8] = b"FINISHED SIMULATION: ";

/// Reads the text behind the tag of a marker; `None` where it names neither a task nor a status.
pub(super) fn tagged(tag: Tag, text: &[u8]) -> Option<Marker> {
    let kind = match tag {
        Tag::Tau2Done => MarkerKind::Tau2,
        Tag::HleDone => MarkerKind::Hle,
        Tag::FramesDone => MarkerKind::Frames,
        Tag::Record | Tag::Message | Tag::Noise => return None,
    };
    let mut marker = empty(kind);
    // Ids of tasks may hold anything; what the writers put behind them is known.
    let id = [b"task_id=".as_slice(), b" id="].iter().find_map(|key| between(text, key, b" status="));
    for pair in Pairs(text).filter(|pair| !pair.value.is_empty()) {
        match pair.key {
            b"domain" => marker.domain = Some(shown(pair.value)),
            b"trial" => marker.trial = number::integer(pair.value),
            b"task_id" | b"id" => marker.task = Some(shown(pair.value)),
            b"status" => marker.status = Some(shown(pair.value)),
            b"reward" => marker.reward = number::float(pair.value),
            b"correct" => marker.reward = truth(pair.value),
            _ => {}
        }
    }
    marker.domain = marker.domain.or_else(|| match kind {
        MarkerKind::Hle => Some("hle".to_owned()),
        MarkerKind::Frames => Some("frames".to_owned()),
        MarkerKind::Tau2 | MarkerKind::Simulation => None,
    });
    marker.task = id.filter(|id| !id.is_empty()).map(shown).or(marker.task);
    (marker.task.is_some() || marker.status.is_some()).then_some(marker)
}

/// Returns what stands between two texts.
fn between<'a>(text: &'a [u8], before: &[u8], behind: &[u8]) -> Option<&'a [u8]> {
    let value = &text[memmem::find(text, before)? + before.len()..];
    Some(&value[..memmem::find(value, behind)?])
}

fn truth(text: &[u8]) -> Option<f64> {
    match text {
        b"True" | b"true" | b"1" => Some(1.0),
        b"False" | b"false" | b"0" => Some(0.0),
        _ => None,
    }
}

/// Reads the announcement of a finished simulation anywhere on a line.
pub(super) fn finished(line: &[u8]) -> Option<Marker> {
    let text = &line[memmem::find(line, FINISHED)? + FINISHED.len()..];
    let mut marker = empty(MarkerKind::Simulation);
    marker.domain = labelled(text, b"Domain: ");
    marker.task = labelled(text, b"Task: ");
    marker.reward = memmem::find(text, b"Reward: ").and_then(|place| number::leading(&text[place + 8..]));
    (marker.domain.is_some() || marker.reward.is_some()).then_some(marker)
}

/// Returns what follows a label, up to the next label.
pub(super) fn labelled(text: &[u8], label: &[u8]) -> Option<String> {
    /// Labels that may follow a value; a comma alone may belong to it.
    const NEXT: [&[u8]; 6] = [b", Task: ", b", Agent: ", b", User: ", b", Reward: ", b" Reward: ", b", Trial: "];
    let value = &text[memmem::find(text, label)? + label.len()..];
    let end = NEXT.iter().filter_map(|next| memmem::find(value, next)).min().unwrap_or(value.len());
    let value = value[..end].trim_ascii();
    (!value.is_empty()).then(|| shown(value.strip_suffix(b",").unwrap_or(value)))
}

fn empty(kind: MarkerKind) -> Marker {
    let (domain, trial, task, status, reward) = (None, None, None, None, None);
    Marker { kind, domain, trial, task, status, reward, at_ms: None, after_ms: None, line: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(marker: Option<Marker>) -> String {
        let Some(marker) = marker else { return "nothing".to_owned() };
        let Marker { kind, domain, trial, task, status, reward, .. } = marker;
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        format!("{kind:?} {} {trial:?} {} {} {reward:?}", text(domain), text(task), text(status))
    }

    #[test]
    fn reads_every_kind() {
        let text =
            b" domain=telecom trial=2 task_id=[mms_issue]a b|c=d[PERSONA:None] status=error completed_domain=3 total_domain=14";
        assert_eq!(said(tagged(Tag::Tau2Done, text)), "Tau2 telecom Some(2) [mms_issue]a b|c=d[PERSONA:None] error None");
        let text = b" domain=retail trial=0 task_id=[data issue]a|b:c[PERSONA:None] status=ok";
        assert_eq!(said(tagged(Tag::Tau2Done, text)), "Tau2 retail Some(0) [data issue]a|b:c[PERSONA:None] ok None");
        assert_eq!(said(tagged(Tag::HleDone, b" id=66ea status=done correct=True")), "Hle hle None 66ea done Some(1.0)");
        assert_eq!(said(tagged(Tag::FramesDone, b" id=12 status=skipped")), "Frames frames None 12 skipped None");
        assert_eq!(said(tagged(Tag::Tau2Done, b" markers are printed")), "nothing");
    }

    #[test]
    fn reads_finished_simulations() {
        let line = b"2026-05-30 21:23:12.180 | INFO | x - FINISHED SIMULATION: Domain: mock, Task: create, all, Reward: 0.5";
        assert_eq!(said(finished(line)), "Simulation mock None create, all - Some(0.5)");
        let line = b"FINISHED SIMULATION: Domain: retail, Task: 7, Agent: llm_agent, User: user_simulator. Reward: 1.0";
        assert_eq!(said(finished(line)), "Simulation retail None 7 - Some(1.0)");
        assert_eq!(said(finished(b"FINISHED SIMULATION: Domain: retail Reward: 1.0")), "Simulation retail None - - Some(1.0)");
        assert_eq!(said(finished(b"FINISHED SIMULATION: ")), "nothing");
    }
}
