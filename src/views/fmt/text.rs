//! The width of text on a terminal, and text cut to a width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Counts the terminal columns a text takes (UAX #11).
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to at most `max_width` terminal columns by replacing its middle with `…`: both ends tell names of models
/// and files apart. No combining mark is torn from its letter at the cut.
pub fn ellipsis(text: &str, max_width: usize) -> String {
    if width(text) <= max_width {
        return text.to_owned();
    }
    // Characters in a row may be wider together than one by one (a symbol and its emoji selector): then a narrower cut fits.
    (0..max_width).rev().map(|room| cut(text, room)).find(|cut| width(cut) <= max_width).unwrap_or_default()
}

/// Keeps `room` columns of a text, half from each end.
fn cut(text: &str, room: usize) -> String {
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
    // A control character counts as one column, as it does in the width of a whole text.
    character.width().unwrap_or(1)
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
