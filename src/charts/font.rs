//! The embedded fonts and the measuring and fitting of text.
//!
//! Inter Regular and SemiBold (SIL Open Font License, `font/Inter-OFL.txt`), subset to Latin-1, Greek, punctuation and a few
//! mathematical signs. Widths are sums of the font's own advances: kerning, which mostly tightens, is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use super::theme::TextStyle;
use crate::redact::redact;

/// Inter Regular.
pub(super) const REGULAR: &[u8] = include_bytes!("font/Inter_400Regular.subset.ttf");
/// Inter SemiBold.
pub(super) const SEMI_BOLD: &[u8] = include_bytes!("font/Inter_600SemiBold.subset.ttf");

/// What the middle of a shortened label becomes.
const ELLIPSIS: &str = "…";
/// Places of the ellipsis to try, as the share of the kept text that stands before it.
const CUTS: [f64; 5] = [0.5, 0.3, 0.7, 0.12, 0.88];
/// Width of a character the font lacks (a question mark in PNG, of another font in a browser), in em.
const MISSING_EM: f64 = 1.0;

/// Advance widths by character, sorted.
struct Advances(Vec<(u32, f64)>);

impl Advances {
    fn get(&self, letter: char) -> Option<f64> {
        let found = self.0.binary_search_by_key(&u32::from(letter), |entry| entry.0);
        found.ok().and_then(|at| self.0.get(at)).map(|entry| entry.1)
    }

    /// Reads `head`, `hhea`, `hmtx` and the format 4 subtable of `cmap` (OpenType 1.9); a table that does not fit gives no entries.
    fn read(font: &[u8]) -> Self {
        Self(read_advances(font).unwrap_or_default())
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16_at(bytes, at)?) << 16 | usize::from(u16_at(bytes, at + 2)?))
}

fn table(font: &[u8], tag: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(u16_at(font, 4)?);
    let at = (0..count).map(|i| 12 + 16 * i).find(|&at| font.get(at..at + 4) == Some(tag.as_slice()))?;
    font.get(u32_at(font, at + 8)?..)
}

fn read_advances(font: &[u8]) -> Option<Vec<(u32, f64)>> {
    let units = f64::from(u16_at(table(font, *b"head")?, 18)?);
    let metrics = table(font, *b"hmtx")?;
    let last_metric = usize::from(u16_at(table(font, *b"hhea")?, 34)?).checked_sub(1)?;
    let cmap = table(font, *b"cmap")?;
    let subtables = usize::from(u16_at(cmap, 2)?);
    let map =
        (0..subtables).filter_map(|i| cmap.get(u32_at(cmap, 8 + 8 * i)?..)).find(|subtable| u16_at(subtable, 0) == Some(4))?;
    let segments = usize::from(u16_at(map, 6)?) / 2;
    let (ends, starts) = (14, 16 + 2 * segments);
    let (deltas, offsets) = (starts + 2 * segments, starts + 4 * segments);
    let mut advances = Vec::new();
    for segment in 0..segments {
        let [end, start, delta, offset] = [ends, starts, deltas, offsets].map(|table| u16_at(map, table + 2 * segment));
        let (start, offset) = (start?, offset?);
        for code in start..=end? {
            let glyph = if offset == 0 {
                code.wrapping_add(delta?)
            } else {
                let at = offsets + 2 * segment + usize::from(offset) + 2 * usize::from(code - start);
                u16_at(map, at).filter(|&raw| raw != 0).map_or(0, |raw| raw.wrapping_add(delta.unwrap_or(0)))
            };
            if glyph != 0 {
                let advance = u16_at(metrics, 4 * usize::from(glyph).min(last_metric))?;
                advances.push((u32::from(code), f64::from(advance) / units));
            }
        }
    }
    Some(advances)
}

fn face(bold: bool) -> &'static Advances {
    static FACES: OnceLock<[Advances; 2]> = OnceLock::new();
    let [regular, semi_bold] = FACES.get_or_init(|| [Advances::read(REGULAR), Advances::read(SEMI_BOLD)]);
    if bold { semi_bold } else { regular }
}

/// Puts a question mark for each character the fonts lack; they would leave blank spaces in a PNG.
pub(super) fn drawable(text: &str) -> String {
    let known = |letter: char| letter.is_ascii() || face(false).get(letter).is_some();
    // A combining accent usually merges with its letter into a character the font has.
    let combining = |letter: char| ('\u{300}'..='\u{36f}').contains(&letter);
    text.chars().map(|letter| if known(letter) || combining(letter) { letter } else { '?' }).collect()
}

/// Returns the width of a text on one line.
pub(super) fn width(text: &str, style: TextStyle) -> f64 {
    let face = face(style.bold);
    text.chars().map(|letter| face.get(letter).unwrap_or(MISSING_EM)).sum::<f64>() * style.size
}

/// Returns the widest of several texts, 0 for none.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, style: TextStyle) -> f64 {
    texts.into_iter().map(|text| width(text, style)).fold(0.0, f64::max)
}

/// Makes a text fit for one line of XML: control characters (forbidden there) and runs of white space become one space,
/// direction marks and variation selectors vanish.
pub(super) fn clean(text: &str) -> String {
    let text = redact(text);
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => {}
            '\u{fffe}' | '\u{ffff}' => out.push('?'),
            // A no-break space is white space to Rust, but stands where its writer wanted it.
            '\u{a0}' => out.push(letter),
            _ if letter.is_control() || letter.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            _ => out.push(letter),
        }
    }
    out.trim().to_owned()
}

/// Shortens a text to the room by an ellipsis in the middle; names of models differ at both ends.
pub(super) fn ellipsise(text: &str, style: TextStyle, room: f64) -> String {
    ellipsise_at(text, style, room, CUTS[0])
}

fn ellipsise_at(text: &str, style: TextStyle, room: f64, head_share: f64) -> String {
    if width(text, style) <= room {
        return text.to_owned();
    }
    let keep = (room - width(ELLIPSIS, style)).max(0.0);
    let letters: Vec<char> = text.chars().collect();
    let fitting = |part: &mut dyn Iterator<Item = &char>, room: f64| {
        let mut used = 0.0;
        part.take_while(|&&letter| {
            used += width(letter.encode_utf8(&mut [0; 4]), style);
            used <= room
        })
        .count()
    };
    let head = fitting(&mut letters.iter(), keep * head_share);
    let head_width = width(&letters.iter().take(head).collect::<String>(), style);
    let tail = fitting(&mut letters.iter().rev(), keep - head_width).min(letters.len() - head);
    let start: String = letters.iter().take(head).collect();
    let end: String = letters.iter().skip(letters.len() - tail).collect();
    format!("{}{ELLIPSIS}{}", start.trim_end(), end.trim_start())
}

/// Cleans and shortens the labels of one list alike, with the ellipsis where most of them stay distinct.
pub(super) fn fit_labels<'a>(labels: impl IntoIterator<Item = &'a str>, style: TextStyle, room: f64) -> Vec<String> {
    let labels: Vec<String> = labels.into_iter().map(clean).collect();
    let mut best = (0, Vec::new());
    for cut in CUTS {
        let short: Vec<String> = labels.iter().map(|label| ellipsise_at(label, style, room, cut)).collect();
        let distinct = short.iter().collect::<std::collections::BTreeSet<_>>().len();
        if distinct > best.0 {
            best = (distinct, short);
        }
    }
    tell_apart(&labels, best.1, style, room)
}

/// Shortens labels that became the same without what they begin with alike; those that still are the same get a number.
fn tell_apart(labels: &[String], mut short: Vec<String>, style: TextStyle, room: f64) -> Vec<String> {
    let mut groups: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for (label, short) in labels.iter().zip(&short) {
        groups.entry(short.clone()).or_default().insert(label);
    }
    groups.retain(|_, labels| labels.len() > 1);
    for (label, short) in labels.iter().zip(&mut short) {
        if let Some(alike) = groups.get(short) {
            let lengths = alike.iter().map(|other| common(label, other)).filter(|length| *length < label.len());
            if let Some(from) = lengths.min().filter(|length| *length > 0) {
                *short = ellipsise(&format!("{ELLIPSIS}{}", &label[from..]), style, room);
            }
        }
    }
    let mut taken: BTreeMap<String, &String> = BTreeMap::new();
    for (label, short) in labels.iter().zip(&mut short) {
        let plain = short.clone();
        let mut number = 1;
        while *taken.entry(short.clone()).or_insert(label) != label {
            number += 1;
            let end = format!(" ({number})");
            *short = ellipsise(&plain, style, room - width(&end, style)) + &end;
        }
    }
    short
}

/// Returns how many bytes two texts begin with alike.
fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

/// Breaks a text into lines no wider than the room: at spaces, else after punctuation, else anywhere.
pub(super) fn wrap(text: &str, style: TextStyle, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = clean(text);
    while !rest.is_empty() {
        let at = break_at(&rest, style, room);
        let tail = rest.split_off(at);
        lines.push(rest.trim_end().to_owned());
        tail.trim_start().clone_into(&mut rest);
    }
    lines
}

/// Returns the byte index at which the first line ends, at least one character in.
fn break_at(text: &str, style: TextStyle, room: f64) -> usize {
    let (mut used, mut space, mut mark, mut any) = (0.0, 0, 0, 0);
    for (at, letter) in text.char_indices() {
        let after = at + letter.len_utf8();
        if letter == ' ' {
            space = after;
        }
        used += width(&text[at..after], style);
        if used > room && letter != ' ' {
            let first = text.chars().next().map_or(0, char::len_utf8);
            // A break after punctuation is welcome only when it does not leave half of the line empty.
            let best = if space > 0 && space * 2 >= mark { space } else { mark };
            return if best > 0 { best } else { any.max(first) };
        }
        any = after;
        if matches!(letter, '-' | '_' | '/' | ':' | ',' | ';' | '·' | '|' | '@' | '+') {
            mark = after;
        }
    }
    text.len()
}

/// Wraps a text into at most `lines` lines, shortened in the middle if it needs more.
pub(super) fn wrap_within(text: &str, style: TextStyle, room: f64, lines: usize) -> Vec<String> {
    let text = clean(text);
    let mut budget = width(&text, style);
    let mut wrapped = wrap(&text, style, room);
    while wrapped.len() > lines && budget > room * 0.5 {
        budget -= room * 0.04;
        wrapped = wrap(&ellipsise(&text, style, budget), style, room);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::super::theme::{LABEL, TITLE};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn advances_are_those_of_the_font() {
        // 'n' and 'W' in units of 2048 an em, read from Inter 4's hmtx: ratios, so that a wrong table shows.
        let n = width("n", LABEL);
        assert!((n / LABEL.size - 0.59).abs() < 0.03, "{n}");
        assert!(width("W", LABEL) > width("i", LABEL) * 3.0);
        assert!(width("total", TextStyle { bold: true, ..LABEL }) > width("total", LABEL));
        for letter in "≤≈−×πτ²…–·’".chars() {
            assert!(width(&letter.to_string(), LABEL) < LABEL.size, "{letter} is not in the font");
        }
        assert!((width("漢🙂", TITLE) - 2.0 * TITLE.size).abs() < 1e-9);
    }

    #[test]
    fn a_damaged_font_gives_no_entries_and_no_panic() {
        for length in (0..REGULAR.len()).step_by(997) {
            let _widths = Advances::read(&REGULAR[..length]);
        }
        assert!(Advances::read(b"").0.is_empty());
    }

    #[test]
    fn characters_the_font_lacks_are_marked() {
        assert_eq!(drawable("τ-bench 通义-72B 🙂 e\u{301}…"), "τ-bench ??-72B ? e\u{301}…");
    }

    #[test]
    fn both_ends_stay() {
        let short = ellipsise("qwen3-235b-a22b-instruct-2507-fp8", LABEL, 120.0);
        assert!(short.starts_with("qwen3") && short.ends_with("fp8") && short.contains('…'), "{short}");
    }

    #[test]
    fn labels_that_differ_in_the_middle_stay_distinct() {
        let labels: Vec<String> = (0..9).map(|i| format!("a-long-common-start{i}-a-long-common-finish-of-the-name")).collect();
        let short = fit_labels(labels.iter().map(String::as_str), LABEL, 160.0);
        let distinct: std::collections::BTreeSet<_> = short.iter().collect();
        assert_eq!(distinct.len(), 9, "{short:?}");
    }

    #[test]
    fn labels_that_no_cut_tells_apart_stay_distinct() {
        // Forms of task ids: what tells them apart stands far from both ends, or in several places.
        let (start, end) = ("[mms_issue]".repeat(12), "[PERSONA:None]".repeat(12));
        let labels: Vec<String> = (0..9).map(|i| format!("{start}{i}{end}")).collect();
        let short = fit_labels(labels.iter().map(String::as_str), LABEL, 160.0);
        assert!(short[3].starts_with("…3[PERSON") && width(&short[3], LABEL) <= 160.0, "{short:?}");
        let ranges: Vec<String> = (0..9).map(|i| format!("{start}{}{end}–{start}{}{end}", i / 3, i % 3)).collect();
        let short = fit_labels(ranges.iter().map(String::as_str), LABEL, 160.0);
        assert_eq!(short.iter().collect::<BTreeSet<_>>().len(), 9, "{short:?}");
        assert!(short.iter().all(|label| width(label, LABEL) <= 160.0), "{short:?}");
        // The same name twice is no reason to tell names apart.
        assert_eq!(fit_labels(["a", "a"], LABEL, 160.0), ["a", "a"]);
    }

    #[test]
    fn wrapping_prefers_spaces() {
        insta::assert_debug_snapshot!(wrap("gpt-4o leads, but no agent is reliable: pass^4 is half of pass^1", LABEL, 170.0), @r#"
        [
            "gpt-4o leads, but no agent is",
            "reliable: pass^4 is half of",
            "pass^1",
        ]
        "#);
    }

    proptest! {
        #[test]
        fn fitted_text_fits(text in "\\PC{0,80}", room in 20.0..400.0f64) {
            prop_assert!(width(&ellipsise(&clean(&text), LABEL, room), LABEL) <= room + 1e-9);
        }

        #[test]
        fn wrapped_lines_fit_and_keep_the_letters(text in ".{0,120}", room in 20.0..400.0f64) {
            let lines = wrap(&text, LABEL, room);
            for line in &lines {
                prop_assert!(width(line, LABEL) <= room + 1e-9 || line.chars().count() == 1, "{line}");
            }
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&clean(&text)));
        }

        #[test]
        fn wrapping_within_keeps_to_its_lines(text in "[a-zA-Z0-9_-]{0,120}", lines in 1usize..4) {
            prop_assert!(wrap_within(&text, LABEL, 150.0, lines).len() <= lines);
        }
    }
}
