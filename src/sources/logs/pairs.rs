//! `key=value` pairs, in whatever order.
//!
//! ```text
//! task=[mms_issue]no data|bad[PERSONA:None] thread=12 type=tool_call error=rate limit hit duration_ms=1.00
//! └─┬┘ └─────────────────┬────────────────┘                          └───┬──┘ └─┬─────┘
//!  key         brackets hold spaces together                             value    words, given with the next pair
//! ```

use memchr::memchr;

/// One pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    /// Words between the pair before and this key, without the blanks around them.
    pub(super) words: &'a [u8],
    /// The key; empty behind the last pair, for words that follow it.
    pub(super) key: &'a [u8],
    /// The value.
    pub(super) value: &'a [u8],
    /// Whether the value ends where the text ends.
    pub(super) is_last: bool,
}

/// The pairs of a text.
#[derive(Debug, Clone)]
pub(super) struct Pairs<'a>(pub(super) &'a [u8]);

impl<'a> Pairs<'a> {
    /// Returns the next pair, quickly where its key is the one guessed: lines of one kind have their keys in one order.
    pub(super) fn next_like(&mut self, guess: &[u8]) -> Option<Pair<'a>> {
        let text = self.0.strip_prefix(b" ").unwrap_or(self.0);
        match text.strip_prefix(guess) {
            Some([b'=', behind @ ..]) if !guess.is_empty() && !is_padding(guess, behind) => {
                let end = value_end(behind);
                self.0 = &behind[end..];
                Some(Pair { words: &[], key: &text[..guess.len()], value: &behind[..end], is_last: behind.len() == end })
            }
            _ => self.next(),
        }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let text = self.0.trim_ascii_start();
        if text.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(sign) = memchr(b'=', &text[from..]).map(|place| from + place) {
            let start = key_start(text, sign);
            let (key, behind) = (&text[start..sign], &text[sign + 1..]);
            if start < sign && !is_padding(key, behind) {
                let end = value_end(behind);
                self.0 = &behind[end..];
                return Some(Pair {
                    words: text[..start].trim_ascii_end(),
                    key,
                    value: &behind[..end],
                    is_last: end == behind.len(),
                });
            }
            from = sign + 1;
        }
        self.0 = &[];
        Some(Pair { words: text.trim_ascii_end(), key: &[], value: &[], is_last: true })
    }
}

/// Returns where the key that ends at `sign` begins: a name behind a blank; `sign` itself where there is none.
fn key_start(text: &[u8], sign: usize) -> usize {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let start = text[..sign].iter().rposition(|byte| !is_name(byte)).map_or(0, |place| place + 1);
    let is_free = start == 0 || text[start - 1] == b' ';
    if is_free && !text[start].is_ascii_digit() { start } else { sign }
}

/// Whether the sign between a name and what is behind it pads base64 (`Authorization: Basic dXNlcjpw…Mg==`): no pair.
fn is_padding(name: &[u8], behind: &[u8]) -> bool {
    let ends = behind.first().is_none_or(|byte| *byte == b' ');
    let is_random = || name.len() >= 16 && name.iter().any(u8::is_ascii_digit) && name.iter().any(u8::is_ascii_uppercase);
    behind.starts_with(b"=") || (ends && is_random())
}

/// Returns where a value ends: at the first blank outside of brackets; at the first blank where a bracket never closes.
fn value_end(text: &[u8]) -> usize {
    let end = memchr(b' ', text).unwrap_or(text.len());
    let value = &text[..end];
    // What begins with a digit is a number: most values are.
    if value.first().is_none_or(u8::is_ascii_digit) || memchr(b'[', value).is_none() || depth(value) <= 0 {
        return end;
    }
    let mut open = 0;
    for (place, byte) in text.iter().enumerate() {
        match byte {
            b'[' => open += 1,
            b']' => open -= 1,
            b' ' if open <= 0 => return place,
            // A bracket that is still open where the next pair begins was never meant to hold it.
            b'=' if key_start(text, place) < place => return end,
            _ => {}
        }
    }
    if open <= 0 { text.len() } else { end }
}

fn depth(text: &[u8]) -> i32 {
    text.iter().fold(0, |depth, byte| depth + i32::from(*byte == b'[') - i32::from(*byte == b']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> String {
        let part = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let all = Pairs(text.as_bytes()).map(|pair| format!("({}) {}: {}", part(pair.words), part(pair.key), part(pair.value)));
        all.collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn values_end_at_a_blank_outside_of_brackets() {
        assert_eq!(pairs("a=1 b=x=y  c="), "() a: 1 / () b: x=y / () c: ");
        assert_eq!(pairs("task=[a b]c|d:e[P:None f] n=1"), "() task: [a b]c|d:e[P:None f] / () n: 1");
        assert_eq!(pairs("task=[open n=1 m=2]"), "() task: [open / () n: 1 / () m: 2]");
        assert_eq!(pairs("task=[a b"), "() task: [a / (b) : ");
    }

    #[test]
    fn the_padding_of_base64_is_no_pair() {
        assert_eq!(pairs("error=401 Basic dXNlcjpodW50ZXIyaA== a=1"), "() error: 401 / (Basic dXNlcjpodW50ZXIyaA==) a: 1");
        assert_eq!(pairs("error=401 Basic dXNlcjpodW50ZXIyaA="), "() error: 401 / (Basic dXNlcjpodW50ZXIyaA=) : ");
    }

    #[test]
    fn a_guess_changes_nothing() {
        for text in ["a=1 b=[x y] words c=2", " a=1", "ab=1", "words a=1", "a", "a==", "=1", ""] {
            for guess in ["", "a", "ab", "b", "c", "words"] {
                let (mut plain, mut guessed) = (Pairs(text.as_bytes()), Pairs(text.as_bytes()));
                loop {
                    let pair = plain.next();
                    assert_eq!(guessed.next_like(guess.as_bytes()), pair, "{text}, guessing {guess}");
                    if pair.is_none() {
                        break;
                    }
                }
            }
        }
    }

    #[test]
    fn words_come_with_the_pair_behind_them() {
        assert_eq!(pairs("error=rate limit hit ms=1 and so on"), "() error: rate / (limit hit) ms: 1 / (and so on) : ");
        assert_eq!(pairs("e={'a'=1} 3=4 x.y=2 b=1"), "() e: {'a'=1} / (3=4 x.y=2) b: 1");
        assert_eq!(pairs(" "), "");
        assert_eq!(pairs("= =b"), "(= =b) : ");
    }
}
