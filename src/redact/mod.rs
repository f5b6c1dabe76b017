//! Takes key-like text out of anything that is shown or stored.
//!
//! File names, model names and error texts of real sweeps hold API keys (`runpod/<pod>/sk-…/org/model` is a model name
//! in the wild). Text is treated twice:
//!
//! - [`veil`] where it is read, before it is taken apart: a secret becomes 128 bits of a keyed hash of it. Names that differ
//!   stay different, and no part of a key is taken for a model or a strategy.
//! - [`redact`] where a *value* becomes bytes: a cell, a string of JSON, a text of a chart, a line of words. Four hexadecimal
//!   digits of the hash stay. Never a document: a pattern would run across its quotes and commas.
//!
//! The work has three steps, so that clean text costs one literal search: a search for the literals every secret needs
//! nearby, a [`RegexSet`] that says which patterns match, then those patterns alone. A pattern marks the secret with the
//! group `s`; a check in code then refuses look-alikes (a word, a number, `None`).

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use sha2::{Digest, Sha256};

mod patterns;

use patterns::{LITERALS, PATTERNS};

/// Where a placeholder begins; hexadecimal digits and `]` follow.
const OPENING: &str = "[redacted:";

/// Hexadecimal digits of a placeholder that is shown: 16 bits tell values apart and are too few to find one.
const SHOWN_DIGITS: usize = 4;

/// Hexadecimal digits of a placeholder that identifies.
const VEILED_DIGITS: usize = 32;

/// Key of the hash behind the digits, so that they are no part of a plain SHA-256 of the secret.
const HASH_KEY: &[u8] = b"taureport/redacted/1\0";

/// Most characters of a name that are shown, see [`shown`].
pub const NAME_CHARS: usize = 200;

/// Most characters of a sentence with names in it that are shown, see [`sentence`].
const SENTENCE_CHARS: usize = 4000;

/// The compiled patterns.
struct Compiled {
    literals: Regex,
    set: RegexSet,
    each: Vec<Regex>,
}

static COMPILED: LazyLock<Option<Compiled>> = LazyLock::new(|| {
    Some(Compiled {
        literals: Regex::new(LITERALS).ok()?,
        set: RegexSet::new(PATTERNS.iter().map(|pattern| pattern.regex)).ok()?,
        each: PATTERNS.iter().map(|pattern| Regex::new(pattern.regex)).collect::<Result<_, _>>().ok()?,
    })
});

/// Replaces every key-like part of a value by `[redacted:xxxx]` and leaves the rest as it is; clean text is returned itself.
///
/// `xxxx` is made of the secret by a keyed hash: two secrets are shown differently, but for one pair in 65,536. The list of
/// shapes is in `docs/formats.md`. `redact(redact(x)) == redact(x)`, and `redact(veil(x)) == redact(x)`.
pub fn redact(text: &str) -> Cow<'_, str> {
    match veil(text) {
        veiled if !veiled.contains(OPENING) => veiled,
        veiled => Cow::Owned(shortened(&veiled)),
    }
}

/// As [`redact`], with so many digits that equal texts mean equal secrets: for what is read and compared, never for display.
pub fn veil(text: &str) -> Cow<'_, str> {
    let Some(compiled) = COMPILED.as_ref() else {
        // Cannot happen: a test compiles every pattern. If it did, nothing may be shown.
        return Cow::Owned(placeholder(text));
    };
    if !compiled.literals.is_match(text) {
        return Cow::Borrowed(text);
    }
    // A replacement can lay open a border for another pattern, so passes go on until one changes nothing. Each pass takes
    // at least one letter or digit out of the text around placeholders, so this ends.
    let mut clean = Cow::Borrowed(text);
    while let Some(next) = one_pass(compiled, &clean) {
        clean = Cow::Owned(next);
    }
    clean
}

/// Leaves the digits to be shown of every placeholder.
fn shortened(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPENING) {
        let (before, digits) = rest.split_at(at + OPENING.len());
        out.push_str(before);
        rest = digits;
        if let Some((digits, behind)) = rest.split_once(']').filter(|(digits, _)| is_digits(digits, VEILED_DIGITS)) {
            out.push_str(&digits[..SHOWN_DIGITS]);
            out.push(']');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns a name as it is shown: secrets taken out, and no more than [`NAME_CHARS`] characters, the middle of a longer one
/// replaced by `…`, a hash of the whole, and `…`, so that names that differ stay different.
pub fn shown(name: &str) -> Cow<'_, str> {
    capped(redact(name), NAME_CHARS)
}

/// As [`shown`], for words that hold names.
pub fn sentence(text: &str) -> Cow<'_, str> {
    capped(redact(text), SENTENCE_CHARS)
}

fn capped(text: Cow<'_, str>, most: usize) -> Cow<'_, str> {
    // A character has at least a byte.
    if text.len() <= most || text.chars().count() <= most {
        return text;
    }
    let hash = format!("…{}…", hash_digits(&text, 8));
    let kept = most - hash.chars().count();
    let head: String = text.chars().take(kept.div_ceil(2)).collect();
    let tail: Vec<char> = text.chars().rev().take(kept / 2).collect();
    Cow::Owned([head, hash, tail.iter().rev().collect()].concat())
}

/// What stands in place of a secret until it is shown.
fn placeholder(secret: &str) -> String {
    format!("{OPENING}{}]", hash_digits(secret, VEILED_DIGITS))
}

/// The first digits of the keyed hash of a text.
fn hash_digits(text: &str, digits: usize) -> String {
    let mut hash = format!("{:x}", Sha256::new().chain_update(HASH_KEY).chain_update(text).finalize());
    hash.truncate(digits);
    hash
}

/// Runs every pattern that matches once; `None` when nothing changed.
fn one_pass(compiled: &Compiled, text: &str) -> Option<String> {
    let mut changed: Option<String> = None;
    for index in compiled.set.matches(text) {
        let now = changed.as_deref().unwrap_or(text);
        if let Some(next) = replace_secrets(&compiled.each[index], PATTERNS[index].is_secret, now) {
            changed = Some(next);
        }
    }
    changed
}

/// Replaces the group `s` of each match that passes the check; `None` when there is none.
fn replace_secrets(regex: &Regex, is_secret: fn(&str) -> bool, text: &str) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    for found in regex.captures_iter(text).filter_map(|captures| captures.name("s")) {
        if is_new(found.as_str()) && is_secret(found.as_str()) {
            out.push_str(&text[done..found.start()]);
            out.push_str(&placeholder(found.as_str()));
            done = found.end();
        }
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Whether there is anything to take out of a text: letters or digits beside whole placeholders. One that is cut is none of
/// the text's own. What is replaced holds at least one such character less, which is why passes come to an end.
fn is_new(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(OPENING) {
        let Some((digits, after)) = behind.split_once(']') else { return false };
        if !is_digits(digits, SHOWN_DIGITS) && !is_digits(digits, VEILED_DIGITS) {
            return false;
        }
        if has_letters_or_digits(before) {
            return true;
        }
        rest = after;
    }
    has_letters_or_digits(rest)
}

fn has_letters_or_digits(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests;
