//! The width of text on a terminal, and text cut to a width.

/// Characters two columns wide, as inclusive ranges: East Asian wide and full-width blocks and the emoji planes.
///
/// Whole blocks are taken where Unicode (UAX #11) names most of their characters wide, so a rare narrow one in them is
/// counted too wide. That is the safe side: a line comes out shorter than allowed, never longer. A test in
/// `report::table` holds these numbers against the table library's own.
const WIDE: &[(u32, u32)] = &[
    (0x1100, 0x115F),
    (0x17A4, 0x17A4),
    (0x2300, 0x23FF),
    (0x25FD, 0x27BF),
    (0x2B00, 0x2BFF),
    (0x2E80, 0x303E),
    (0x3041, 0xA4CF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE10, 0xFE6F),
    (0xFF01, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x16FE0, 0x192FF),
    (0x1AFF0, 0x1B2FF),
    (0x1D300, 0x1D37F),
    (0x1F000, 0x3FFFF),
];

/// Combining marks and joiners that take no room of their own, as inclusive ranges. Marks that are missing here are
/// counted as one column: again the safe side.
const ZERO: &[(u32, u32)] = &[
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),
    (0x1AB0, 0x1ACE),
    (0x1DC0, 0x1DFF),
    (0x200C, 0x200D),
    (0x20D0, 0x20F0),
];

/// The Khmer sign beyyal, the one character three columns wide.
const WIDEST: u32 = 0x17D8;

/// Counts the terminal columns a text takes, never too few.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Cuts a text to at most `max_width` terminal columns by replacing its middle with `…`: both ends tell names of models
/// and files apart. No combining mark is torn from its letter at the cut.
pub fn ellipsis(text: &str, max_width: usize) -> String {
    if width(text) <= max_width {
        return text.to_owned();
    }
    let Some(room) = max_width.checked_sub(1) else { return String::new() };
    let head = take(text.char_indices().map(|(at, character)| (at + character.len_utf8(), character)), room.div_ceil(2));
    let tail = take(text.char_indices().rev(), room / 2).unwrap_or(text.len());
    let mut head = head.unwrap_or(0);
    // Marks after the last letter kept belong to it and take no room.
    head += text[head..].chars().take_while(|&character| char_width(character) == 0).map(char::len_utf8).sum::<usize>();
    let end = text[tail..].trim_start_matches(|character| char_width(character) == 0);
    format!("{}…{end}", &text[..head])
}

/// Walks characters while they fit into `room` columns and returns the position given with the last one.
fn take(characters: impl Iterator<Item = (usize, char)>, room: usize) -> Option<usize> {
    let mut used = 0;
    let mut end = None;
    for (position, character) in characters {
        used += char_width(character);
        if used > room {
            break;
        }
        end = Some(position);
    }
    end
}

fn char_width(character: char) -> usize {
    let code = u32::from(character);
    let within = |ranges: &[(u32, u32)]| ranges.iter().any(|&(low, high)| (low..=high).contains(&code));
    // Latin text, the common case, lies below both tables.
    if code < 0x300 {
        1
    } else if within(ZERO) {
        0
    } else if within(WIDE) {
        2
    } else if code == WIDEST {
        3
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn widths() {
        assert_eq!(width("pass^k"), 6);
        assert_eq!(width("τ-bench"), 7);
        assert_eq!(width("航空"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("🚀"), 2);
    }

    #[test]
    fn the_middle_is_cut() {
        assert_eq!(ellipsis("gpt-4o", 6), "gpt-4o");
        assert_eq!(ellipsis("gpt-4o-mini-2024-07-18", 11), "gpt-4…07-18");
        assert_eq!(ellipsis("gpt-4o-mini-2024-07-18", 10), "gpt-4…7-18");
        assert_eq!(ellipsis("航空会社の顧客", 7), "航…客");
        assert_eq!(ellipsis("abc", 1), "…");
        assert_eq!(ellipsis("abc", 0), "");
        assert_eq!(ellipsis("ae\u{301}zzzze\u{301}b", 5), "ae\u{301}…e\u{301}b");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in ".{0,40}", room in 0usize..30) {
            let cut = ellipsis(&text, room);
            prop_assert!(width(&cut) <= room);
            if width(&text) <= room {
                prop_assert_eq!(cut, text);
            } else {
                prop_assert_eq!(cut.contains('…'), room > 0);
            }
        }
    }
}
