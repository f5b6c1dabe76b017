//! The one place where untrusted text is made harmless for terminals, GitHub Markdown and HTML.
//!
//! Names of models, tasks, tools and files come from outside and may hold anything. The Markdown rules follow CommonMark
//! 0.31 and GitHub's additions (tables, strikethrough, autolinks, alerts, footnotes, `$` mathematics). A character is
//! escaped only where it could mean something, so that `pass^k`, `num_trials`, `[32.2, 52.5]` and `p < 0.05` stay
//! readable in the raw file. Addresses of web pages lose their links; a bare e-mail address may still become a `mailto:`
//! link on GitHub, which no escape prevents.

use std::{borrow::Cow, iter};

use crate::redact::redact;

/// Where in a Markdown file a text stands: what is special depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A paragraph, heading, list item or quote: the text may begin a line.
    Prose,
    /// A cell of a pipe table: pipes end it, block markers mean nothing.
    Cell,
    /// Between the brackets of a link or an image: brackets end it.
    Label,
}

/// Makes text safe to show on one line: secrets are taken out, line breaks and tabs become spaces, other control characters and those that
/// reorder or hide text (bidirectional controls, zero-width space, byte-order mark) become U+FFFD.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let text = redact(text);
    if text.chars().all(|character| visible(character) == Some(character)) {
        return text;
    }
    // A Windows line end is one break.
    let text = text.replace("\r\n", "\n");
    Cow::Owned(text.chars().map(|character| visible(character).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// As [`one_line`], but keeps line breaks: for fixed-width blocks.
pub fn lines(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

/// Escapes text for GitHub Markdown. The result is one line that renders as the text and nothing else.
pub fn markdown(text: &str, place: Place) -> String {
    let line = one_line(text);
    let text: Vec<char> = line.trim().chars().collect();
    let marker = if place == Place::Prose { block_marker(&text) } else { None };
    let mut escaped = String::with_capacity(line.len() + 8);
    for (at, &character) in text.iter().enumerate() {
        match character {
            '<' if opens_html(&text, at) => escaped.push_str("&lt;"),
            '&' if begins_entity(&text[at + 1..]) => escaped.push_str("&amp;"),
            _ => {
                if marker == Some(at) || needs_backslash(&text, at, place) {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
    }
    escaped
}

/// Escapes text for HTML content and attribute values in double quotes. The result is one line.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in one_line(text).trim().chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Fences text as a Markdown code block, with a fence longer than any run of backticks inside.
pub fn code_block(text: &str) -> String {
    let text = lines(&redact(text));
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{text}\n{fence}")
}

/// Breaks what a CI system would take for a command in the lines of a text: `::error::…` at the beginning of a line (GitHub),
/// `##[error]…`, `##vso[…]`, `##teamcity[…]` anywhere. A blank goes in between; within JSON the second `#` becomes `\u0023`,
/// which is the same text.
pub fn commands(text: &str, is_json: bool) -> String {
    let hash = if is_json { "#\\u0023" } else { "# #" };
    let broken = |line: &str| {
        let mut out = String::with_capacity(line.len() + 2);
        let mut rest = line;
        if let Some(command) = line.trim_start().strip_prefix("::") {
            out.push_str(&line[..line.len() - command.len() - 2]);
            out.push_str(": :");
            rest = command;
        }
        while let Some(at) = rest.find("##") {
            let (before, behind) = (&rest[..at], &rest[at + 2..]);
            let is_command = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[');
            out.push_str(before);
            out.push_str(if is_command { hash } else { "#" });
            rest = if is_command { behind } else { &rest[at + 1..] };
        }
        out + rest
    };
    // A carriage return begins a line too.
    text.split_inclusive(['\n', '\r']).map(broken).collect()
}

/// Turns an id into a file stem or an anchor: whatever is not a letter or digit of ASCII, `_`, `-` or `.` becomes `_`, and
/// so does a leading dot. Two ids that differ only there become equal: ids are the makers' to keep apart.
pub fn stem(id: &str) -> String {
    let keep = |(at, c): (usize, char)| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || (c == '.' && at > 0);
    let stem: String = id.char_indices().map(|(at, c)| if keep((at, c)) { c } else { '_' }).collect();
    if stem.is_empty() { "_".to_owned() } else { stem }
}

/// Maps a character to what is shown for it on one line; `None` = not to be shown.
fn visible(character: char) -> Option<char> {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {
            None
        }
        _ if character.is_control() => None,
        _ => Some(character),
    }
}

fn needs_backslash(text: &[char], at: usize, place: Place) -> bool {
    let before = at.checked_sub(1).map(|index| text[index]);
    let after = text.get(at + 1).copied();
    let spaced = before.is_some_and(char::is_whitespace) && after.is_some_and(char::is_whitespace);
    match text[at] {
        '`' => true,
        // At the end it would escape whatever follows the text.
        '\\' => after.is_none_or(|next| next.is_ascii_punctuation()),
        '*' => !spaced,
        '_' => !spaced && !inside_word(text, at),
        '|' => place == Place::Cell,
        '[' => place == Place::Label || !is_interval(&text[at + 1..]),
        ']' => place == Place::Label,
        // A footnote, at the start of a label.
        '^' => place == Place::Label && at == 0,
        '~' => !spaced && !is_about(before, after),
        '$' => !is_price(before, after),
        // A run of # at the end of a heading would be dropped.
        '#' => at > 0 && place == Place::Prose && text[at..].iter().all(|&character| character == '#') && before == Some(' '),
        ':' => text[at + 1..].starts_with(&['/', '/']),
        '.' => ends_www(text, at),
        _ => false,
    }
}

/// Returns the position of the character to escape where the text would begin a heading, quote, list or rule.
fn block_marker(text: &[char]) -> Option<usize> {
    let blank = |at: usize| text.get(at).is_none_or(|character| character.is_whitespace());
    let first = *text.first()?;
    let run = text.iter().take_while(|&&character| character == first).count();
    let found = match first {
        '>' => true,
        '#' => run <= 6 && blank(run),
        '-' | '+' | '=' => blank(1) || blank(run),
        _ => false,
    };
    if found {
        return Some(0);
    }
    let digits = text.iter().take_while(|character| character.is_ascii_digit()).count();
    let ordered = (1..=9).contains(&digits) && matches!(text.get(digits), Some('.' | ')')) && blank(digits + 1);
    ordered.then_some(digits)
}

/// Whether `<` at this place could open a tag, a comment or an autolink. At the end the text's surroundings decide: yes.
fn opens_html(text: &[char], at: usize) -> bool {
    text.get(at + 1).is_none_or(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
}

/// Whether what follows `&` reads as a character reference: `&amp;`, `&#60;`.
fn begins_entity(rest: &[char]) -> bool {
    let length = rest.iter().take_while(|character| character.is_ascii_alphanumeric() || **character == '#').count();
    length > 0 && rest.get(length) == Some(&';')
}

/// Whether the underscores around this place stand between letters or digits, where GitHub takes them literally.
fn inside_word(text: &[char], at: usize) -> bool {
    let other = |character: &&char| **character != '_';
    let before = text[..at].iter().rev().find(other);
    let after = text[at..].iter().find(other);
    before.is_some_and(|character| character.is_alphanumeric()) && after.is_some_and(|character| character.is_alphanumeric())
}

/// Whether what follows `[` is a bracket of numbers such as `32.2, 52.5]` that cannot be a link, a footnote or a check box.
fn is_interval(rest: &[char]) -> bool {
    let numeric = |character: &char| character.is_ascii_digit() || matches!(character, '.' | ',' | ' ' | '+' | '−' | '–' | '%');
    let length = rest.iter().take_while(|character| numeric(character)).count();
    let closed = rest.get(length) == Some(&']') && !matches!(rest.get(length + 1), Some('(' | '[' | ':'));
    closed && rest[..length].iter().any(char::is_ascii_digit)
}

/// Whether a tilde stands before a word and after a space or bracket, as in `~20%`: it could open a strikethrough but none
/// can close it, whatever else stands in the same paragraph.
fn is_about(before: Option<char>, after: Option<char>) -> bool {
    after.is_some_and(char::is_alphanumeric) && before.is_none_or(|last| last.is_whitespace() || last == '(')
}

/// Whether a dollar sign stands before a digit and after no word: GitHub's mathematics cannot close there.
fn is_price(before: Option<char>, after: Option<char>) -> bool {
    after.is_some_and(|next| next.is_ascii_digit()) && before.is_none_or(|last| !last.is_alphanumeric())
}

/// Whether the dot at this place ends a `www.`, which GitHub would make a link.
fn ends_www(text: &[char], at: usize) -> bool {
    let last = text[..at].iter().rev().map(char::to_ascii_lowercase);
    last.take(3).eq(iter::repeat_n('w', 3))
}

#[cfg(test)]
#[path = "escape_tests.rs"]
mod tests;
