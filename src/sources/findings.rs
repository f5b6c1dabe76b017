//! What every reader of records says in the same words: findings, refusals, broken lists.

use super::salvage::{self, Replaced};
use crate::words::{plural, verb};
use crate::{records::IssueKind, redact::redact};

/// Findings about one file.
pub(super) type Findings = Vec<(IssueKind, String)>;

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// In words.
    pub(super) reason: String,
    /// Whether it looked like input but is broken beyond use.
    pub(super) unreadable: bool,
}

/// Refuses a file.
pub(super) fn refuse(reason: impl Into<String>, unreadable: bool) -> Refused {
    Refused { reason: reason.into(), unreadable }
}

/// Most findings of one kind listed for one file; the rest is counted.
const LISTED: usize = 5;

/// Adds findings of one kind, the first few in words and the rest as a number.
pub(super) fn list(findings: &mut Findings, kind: IssueKind, messages: Vec<String>) {
    let more = messages.len().saturating_sub(LISTED);
    findings.extend(messages.into_iter().take(LISTED).map(|message| (kind, message)));
    if more > 0 {
        findings.push((kind, format!("and {more} more like these")));
    }
}

/// Says what had to be replaced before a text could be read.
pub(super) fn note_replaced(findings: &mut Findings, replaced: Replaced) {
    if replaced.not_numbers > 0 {
        let message = format!("{} × NaN, Infinity or a number out of range, read as null", replaced.not_numbers);
        findings.push((IssueKind::NotANumber, message));
    }
    if replaced.controls > 0 {
        findings.push((
            IssueKind::Note,
            format!("{} in strings read as spaces", plural(replaced.controls as u64, "raw control character")),
        ));
    }
    if replaced.bad_utf8 > 0 {
        findings.push((
            IssueKind::Note,
            format!(
                "{} that {} not UTF-8 read as U+FFFD",
                plural(replaced.bad_utf8 as u64, "byte sequence"),
                verb(replaced.bad_utf8 as u64, "is", "are")
            ),
        ));
    }
}

/// Says that text after the end of the JSON was not read.
pub(super) fn trailing(cause: &serde_json::Error) -> (IssueKind, String) {
    (IssueKind::Note, format!("more text follows the end of the JSON (line {}); it was not read", cause.line()))
}

/// Returns the cause without serde's position when that is relative to a part of the file.
pub(super) fn plain(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(cause, _)| cause.to_owned())
}

/// Longest error text kept for display, in characters.
const ERROR_TEXT_CHARS: usize = 160;

/// Returns the first line of an error text, redacted and shortened.
pub(super) fn first_line(error: &str) -> String {
    let line = error.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("(empty error text)");
    let redacted = redact(line);
    if redacted.chars().count() <= ERROR_TEXT_CHARS {
        return redacted.into_owned();
    }
    redacted.chars().take(ERROR_TEXT_CHARS - 1).chain(['…']).collect()
}

/// Returns whether a text is JSON lines: its first line is a whole object and another line follows.
pub(super) fn is_lines(text: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'\n', text) else { return false };
    let more = salvage::skip_blank(text, end) < text.len();
    text[0] == b'{' && more && serde_json::from_slice::<serde::de::IgnoredAny>(&salvage::sanitise(&text[..end]).0).is_ok()
}

/// Reads one element with `read`, first as it stands and then cleaned; adds what was replaced to `total`.
pub(super) fn read_element<T>(
    text: &[u8],
    total: &mut Replaced,
    mut read: impl FnMut(&[u8]) -> Result<T, serde_json::Error>,
) -> Result<T, serde_json::Error> {
    read(text).or_else(|first| {
        let (clean, replaced) = salvage::sanitise(text);
        if replaced == Replaced::default() {
            return Err(first);
        }
        total.not_numbers += replaced.not_numbers;
        total.controls += replaced.controls;
        total.bad_utf8 += replaced.bad_utf8;
        read(&clean)
    })
}

/// Reads JSON lines, each by itself; elements come with their zero-based positions.
pub(super) fn read_lines<T>(
    text: &[u8],
    findings: &mut Findings,
    mut read: impl FnMut(&[u8]) -> Result<T, serde_json::Error>,
) -> Vec<(usize, T)> {
    let (mut elements, mut bad, mut total) = (Vec::new(), Vec::new(), Replaced::default());
    let lines = text.split(|b| *b == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    for (position, (line_index, line)) in lines.enumerate() {
        match read_element(line, &mut total, &mut read) {
            Ok(element) => elements.push((position, element)),
            Err(cause) => bad.push(format!("line {}: {}; left out", line_index + 1, plain(&cause))),
        }
    }
    list(findings, IssueKind::BadRecord, bad);
    note_replaced(findings, total);
    elements
}

/// Reads every complete element of the list that begins at `at` in a cleaned text, and says where it breaks off.
pub(super) fn read_broken_list<T>(
    clean: &[u8],
    at: usize,
    replaced: Replaced,
    findings: &mut Findings,
    mut read: impl FnMut(&[u8]) -> Result<T, serde_json::Error>,
) -> Vec<(usize, T)> {
    let found = salvage::elements(clean, at);
    let (mut elements, mut bad) = (Vec::new(), Vec::new());
    for (position, range) in found.complete.iter().enumerate() {
        match read(&clean[range.clone()]) {
            Ok(element) => elements.push((position, element)),
            Err(cause) => {
                let line = salvage::line_of(clean, range.start);
                bad.push(format!("record {} (from line {line}): {}; left out", position + 1, plain(&cause)));
            }
        }
    }
    list(findings, IssueKind::BadRecord, bad);
    note_replaced(findings, replaced);
    if let Some(broken_at) = found.broken_at {
        let (kept, line) = (elements.len(), salvage::line_of(clean, broken_at));
        let message = format!(
            "breaks off in record {} at byte {broken_at} of {} (line {line}): {kept} complete records kept; \
             the job was probably killed while it wrote",
            found.complete.len() + 1,
            clean.len(),
        );
        findings.push((IssueKind::Salvaged, message));
    }
    elements
}
/// Tells of objects in which a key stands twice, given their places and a key of each: JSON allows it, and the last value counts.
pub(super) fn twice(noun: &str, found: &[(usize, &str)]) -> Option<(IssueKind, String)> {
    let (position, key) = found.first()?;
    let objects = plural(found.len() as u64, noun);
    let has = verb(found.len() as u64, "has", "have");
    Some((IssueKind::Note, format!("{objects} {has} a key twice ({noun} {} has {key:?}); the last value counts", position + 1)))
}
