//! Finds the paths a source file mentions, without its comments and literals.

/// A path as written, `use` groups taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mention {
    /// The segments, e.g. `crate`, `records`, `TaskId`.
    pub(super) path: Vec<String>,
    /// Line of its last segment, from 1.
    pub(super) line: usize,
    /// Whether it stands behind `#[cfg(test)]`.
    pub(super) in_test: bool,
    /// How many inline modules it stands in, for counting `super`.
    pub(super) inner_modules: usize,
}

/// What a source file says.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// All paths of two segments and more, and what `use` brings in, in order.
    pub(super) mentions: Vec<Mention>,
    /// Names of test modules that lie in files of their own: `#[cfg(test)] mod name;`.
    pub(super) test_modules: Vec<String>,
}

/// A word, `::`, or another sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// Reads a source text.
pub(super) fn scan(text: &str) -> Scan {
    let mut reader = Reader { tokens: tokens(text), blocks: Vec::new(), found: Scan::default(), test_ahead: false };
    reader.read();
    reader.found
}

struct Reader<'a> {
    tokens: Vec<Token<'a>>,
    /// For each open brace: whether it opens test code, and whether it opens a module.
    blocks: Vec<(bool, bool)>,
    found: Scan,
    /// `#[cfg(test)]` was seen, its item not yet.
    test_ahead: bool,
}

impl<'a> Reader<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn read(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            at = self.step(at);
        }
    }

    /// Reads what begins at a token and returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        match self.text(at) {
            "#" if ["[", "cfg", "(", "test", ")", "]"].iter().enumerate().all(|(i, text)| self.text(at + 1 + i) == *text) => {
                self.test_ahead = true;
                return at + 7;
            }
            "{" => {
                let is_module = at >= 2 && self.text(at - 2) == "mod";
                let in_test = self.in_test();
                self.blocks.push((in_test, is_module));
                self.test_ahead = false;
            }
            "}" => {
                self.blocks.pop();
            }
            ";" => self.test_ahead = false,
            "mod" if self.test_ahead && self.text(at + 2) == ";" => self.found.test_modules.push(self.text(at + 1).to_owned()),
            "use" => return self.tree(at + 1, &[]),
            text if is_word(text) && self.text(at + 1) == "::" => return self.tree(at, &[]),
            _ => {}
        }
        at + 1
    }

    fn in_test(&self) -> bool {
        self.test_ahead || self.blocks.last().is_some_and(|(in_test, _)| *in_test)
    }

    /// Reads a path that may end in a group, and returns where to go on.
    fn tree(&mut self, start: usize, prefix: &[&'a str]) -> usize {
        let mut path = prefix.to_vec();
        let mut at = start;
        loop {
            match self.text(at) {
                // A leading `::` as in `::std::fs`.
                "::" if at == start => {}
                "{" => {
                    at += 1;
                    while !["}", ""].contains(&self.text(at)) {
                        at = self.tree(at, &path);
                        while ![",", "}", ""].contains(&self.text(at)) {
                            at += 1; // `as name`
                        }
                        at += usize::from(self.text(at) == ",");
                    }
                    return at + 1;
                }
                // `{self, …}` is the path before the group.
                "self" if !prefix.is_empty() => {}
                text if is_word(text) => path.push(text),
                // `*`, or the `<` of a turbofish.
                _ => break,
            }
            if self.text(at) == "::" || self.text(at + 1) == "::" {
                at += 1 + usize::from(self.text(at) != "::");
            } else {
                at += 1;
                break;
            }
        }
        let line = self.tokens.get(at.saturating_sub(1)).map_or(0, |token| token.line);
        let inner_modules = self.blocks.iter().filter(|(_, is_module)| *is_module).count();
        if !path.is_empty() {
            let path = path.into_iter().map(str::to_owned).collect();
            self.found.mentions.push(Mention { path, line, in_test: self.in_test(), inner_modules });
        }
        // At least one token on, so that no text can hold the reader up.
        at.max(start + 1)
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(is_word_char)
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Splits a source text into tokens; comments and literals are left out.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let rest = &text[at..];
        let (length, is_token) = token_at(rest);
        if is_token {
            tokens.push(Token { text: &rest[..length], line });
        }
        line += rest[..length].matches('\n').count();
        at += length;
    }
    tokens
}

/// Length in bytes of what a text begins with (at least one character), and whether it is a token.
fn token_at(rest: &str) -> (usize, bool) {
    let first = rest.chars().next().unwrap_or(' ');
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), false);
    }
    if first == '"' {
        return (quoted(rest, 1, '"'), false);
    }
    if first == '\'' {
        let mut chars = rest.chars().skip(1);
        let (second, third) = (chars.next(), chars.next());
        // `'x'` and `'\n'` are characters; `'a` is a lifetime, of which the quote alone is dropped.
        let is_char = second == Some('\\') || third == Some('\'');
        return (if is_char { quoted(rest, 1, '\'') } else { 1 }, false);
    }
    if rest.starts_with("::") {
        return (2, true);
    }
    if is_word_char(first) {
        let word = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        return literal_after(&rest[..word], &rest[word..]).map_or((word, true), |length| (word + length, false));
    }
    (first.len_utf8(), !first.is_whitespace())
}

/// Length of the literal that follows a prefix like `b`, `r` or `br`; `None` when the word is just a word.
fn literal_after(word: &str, rest: &str) -> Option<usize> {
    if ["r", "br", "cr"].contains(&word) {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if rest[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 1;
            return Some(rest[body..].find(&end).map_or(rest.len(), |found| body + found + end.len()));
        }
    }
    match (word, rest.chars().next()) {
        ("b" | "c", Some('"')) => Some(quoted(rest, 1, '"')),
        ("b", Some('\'')) => Some(quoted(rest, 1, '\'')),
        _ => None,
    }
}

/// Length of a literal up to its closing quote; a backslash takes the next character with it.
fn quoted(rest: &str, from: usize, quote: char) -> usize {
    let mut escaped = false;
    for (index, c) in rest[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return from + index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Length of a block comment; they nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}
