//! Lines of a log, cleaned, and the tags on them.
//!
//! ```text
//! ESC[36m[tau2/cli.py stdout] [PROFILE] 2025-… task=1 …[USER_JUDGE] 2025-… task=2 …ESC[0m
//! └──┬──┘└─────────┬────────┘ └───┬───┘                └────┬─────┘               └──┬──┘
//!  colour    whose output   tag of a record      a second one glued on            colour
//!  45%|████     | 9/20 CR[PROFILE] …          progress, overwritten on a terminal by what follows the CR
//! ```

use memchr::{memchr, memchr_iter};

/// What begins at a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// A structured record.
    Record,
    /// A completion marker.
    Tau2Done,
    /// A completion marker.
    HleDone,
    /// A completion marker.
    FramesDone,
    /// A line of the same logger with words in place of a record.
    Message,
    /// Anything else that ends what stands before it.
    Noise,
}

/// Tags with what they must be followed by to be told from brackets in task ids.
const TAGS: [(&[u8], Tag); 12] = [
    (b"[PROFILE]", Tag::Record),
    (b"[USER_JUDGE]", Tag::Record),
    (b"[TAU2_TASK_COMPLETE]", Tag::Tau2Done),
    (b"[HLE_TASK_COMPLETE]", Tag::HleDone),
    (b"[FRAMES_TASK_COMPLETE]", Tag::FramesDone),
    (b"[INFO] 2", Tag::Message),
    (b"[DEBUG] 2", Tag::Message),
    (b"[WARNING] 2", Tag::Message),
    (b"[ERROR] 2", Tag::Message),
    (b"[CRITICAL] 2", Tag::Message),
    (b"[OVERALL_ETA]", Tag::Noise),
    (b"[tau2/cli.py ", Tag::Noise),
];

/// A tag with the text behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tagged<'a> {
    pub(super) tag: Tag,
    /// From the end of the tag to the next tag or the end of the line.
    pub(super) text: &'a [u8],
    /// Whether it ends with the line.
    pub(super) is_last: bool,
}

/// Calls `found` for every tag of a line; returns whether there was one other than noise.
pub(super) fn tags<'a>(line: &'a [u8], mut found: impl FnMut(Tagged<'a>)) -> bool {
    let mut open: Option<(Tag, usize)> = None;
    let mut is_tagged = false;
    let mut emit = |open: Option<(Tag, usize)>, end: usize, is_last: bool| {
        if let Some((tag, start)) = open.filter(|(tag, _)| *tag != Tag::Noise) {
            is_tagged = true;
            found(Tagged { tag, text: &line[start..end], is_last });
        }
    };
    for place in memchr_iter(b'[', line) {
        if let Some((tag, length)) = tag_at(&line[place..]) {
            emit(open, place, false);
            open = Some((tag, place + length));
        }
    }
    emit(open, line.len(), true);
    is_tagged
}

/// Returns the tag a text begins with, and its length.
fn tag_at(text: &[u8]) -> Option<(Tag, usize)> {
    // Nearly every tag of a log is this one.
    if text.starts_with(b"[PROFILE]") {
        return Some((Tag::Record, 9));
    }
    let (name, tag) = TAGS.iter().find(|(name, _)| text.starts_with(name))?;
    let length = if *tag == Tag::Message { name.len() - 1 } else { name.len() };
    Some((*tag, length))
}

/// Returns what a line says once whose output it is (`[tau2/cli.py stdout] `) is taken off.
pub(super) fn body(line: &[u8]) -> &[u8] {
    let Some(rest) = line.strip_prefix(b"[tau2/cli.py ") else { return line };
    memchr(b']', rest).map_or(line, |end| rest[end + 1..].trim_ascii_start())
}

/// Copies a line without its colours (CSI sequences: ESC `[` … letter) into `clean`.
pub(super) fn without_colours(line: &[u8], clean: &mut Vec<u8>) {
    clean.clear();
    let mut rest = line;
    while let Some(escape) = memchr(0x1b, rest) {
        clean.extend_from_slice(&rest[..escape]);
        rest = &rest[escape + 1..];
        if let Some(code) = rest.strip_prefix(b"[") {
            let end = code.iter().position(|byte| (0x40..=0x7e).contains(byte)).map_or(code.len(), |end| end + 1);
            rest = &code[end..];
        }
    }
    clean.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(line: &str) -> Vec<(Tag, String, bool)> {
        let mut all = Vec::new();
        tags(line.as_bytes(), |one| all.push((one.tag, String::from_utf8_lossy(one.text).into_owned(), one.is_last)));
        all
    }

    #[test]
    fn every_tag_of_a_line_is_found() {
        let text = |tag, text: &str, is_last| (tag, text.to_owned(), is_last);
        assert_eq!(
            seen("[tau2/cli.py stdout] [PROFILE] a=[x][USER_JUDGE] b=1[OVERALL_ETA] done=3/4 [PROFILE] c"),
            [text(Tag::Record, " a=[x]", false), text(Tag::Record, " b=1", false), text(Tag::Record, " c", true)]
        );
        assert_eq!(
            seen("[INFO] 2026-11-21 x [HLE_TASK_COMPLETE] id=[INFO] status=ok"),
            [text(Tag::Message, "2026-11-21 x ", false), text(Tag::HleDone, " id=[INFO] status=ok", true)]
        );
        assert_eq!(seen("[mms_issue][INFO] plain [PROFILER]"), []);
        assert!(!tags(b"[OVERALL_ETA] done=3/4", |_| ()));
    }

    #[test]
    fn colours_and_prefixes_are_taken_off() {
        let mut clean = b"old".to_vec();
        without_colours(b"\x1b[36m[a]\x1b[0;1m b\x1b[0m c\x1b", &mut clean);
        assert_eq!(clean, b"[a] b c");
        assert_eq!(body(b"[tau2/cli.py STDERR] x"), b"x");
        assert_eq!(body(b"[tau2/cli.py x"), b"[tau2/cli.py x");
    }
}
