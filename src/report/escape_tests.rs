use proptest::prelude::*;

use super::*;

fn prose(text: &str) -> String {
    markdown(text, Place::Prose)
}

fn cell(text: &str) -> String {
    markdown(text, Place::Cell)
}

#[test]
fn what_needs_no_escape_gets_none() {
    let plain = [
        "num_trials",
        "pass^k",
        "τ-bench",
        "0.42",
        "[32.2, 52.5]",
        "[−1.2, +4.0]",
        "p < 0.05",
        "<0.001",
        "a > b",
        "50 * 4",
        "R&D",
        "A & B",
        "$0.083",
        "$0.083 to $12.40",
        "-5",
        "+3.1 pp",
        "−2.0 pp",
        "1.5 s",
        "#57",
        "~20%",
        "C:\\Users",
        "gpt-4o.json",
        "a | b",
        "航空 task",
        "it's \"so\" (n = 4)!",
        "12,358",
        "3–5",
        "a_b__c",
        "x=y",
        "@user",
        "www",
        "a: b",
    ];
    for text in plain {
        assert_eq!(prose(text), text);
    }
}

#[test]
fn hostile_prose() {
    let cases = [
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("<!-- x", "&lt;!-- x"),
        ("a <", "a &lt;"),
        ("&lt;b>", "&amp;lt;b>"),
        ("&#60;b>", "&amp;#60;b>"),
        ("[x](javascript:y)", r"\[x](javascript:y)"),
        ("![x](http://e)", r"!\[x](http\://e)"),
        ("[1](x)", r"\[1](x)"),
        ("[1]: x", r"\[1]: x"),
        ("[^1]", r"\[^1]"),
        ("[ ] todo", r"\[ ] todo"),
        ("`code`", r"\`code\`"),
        ("*a* **b**", r"\*a\* \*\*b\*\*"),
        ("_a_", r"\_a\_"),
        ("# h", r"\# h"),
        ("#", r"\#"),
        ("h #", r"h \#"),
        ("> q", r"\> q"),
        ("- a", r"\- a"),
        ("---", r"\---"),
        ("- - -", r"\- - -"),
        ("* * *", r"\* * \*"),
        ("+ a", r"\+ a"),
        ("1. a", r"1\. a"),
        ("12) a", r"12\) a"),
        ("~~a~~", r"\~\~a\~\~"),
        ("a~b (~20%) ~", r"a\~b (~20%) \~"),
        ("$a$", r"\$a\$"),
        ("https://e.org", r"https\://e.org"),
        ("WWW.e.org", r"WWW\.e.org"),
        ("a\\", r"a\\"),
        (r"\*", r"\\\*"),
        ("a\r\nb\nc\td", "a b c d"),
        ("a\u{202E}b\u{7}\u{1b}[31m", "a\u{FFFD}b\u{FFFD}\u{FFFD}\\[31m"),
        ("  a  ", "a"),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(prose(text), expected, "{text:?}");
    }
}

#[test]
fn cells_labels_html_and_code() {
    assert_eq!(cell("a|b"), r"a\|b");
    assert_eq!(cell(r"a\|b"), r"a\\\|b");
    assert_eq!(cell("- a"), "- a");
    assert_eq!(cell("1. a"), "1. a");
    assert_eq!(markdown("a](b) [1, 2]", Place::Label), r"a\](b) \[1, 2\]");
    assert_eq!(markdown("^1", Place::Label), r"\^1");
    assert_eq!(html("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    assert_eq!(code_block("a\r\nb\u{1b}"), "```text\na\nb\u{FFFD}\n```");
    assert_eq!(code_block("x ```` y"), "`````text\nx ```` y\n`````");
    assert_eq!(stem("pass_k_air/line:é"), "pass_k_air_line__");
    assert_eq!(stem("../x"), "_._x");
    assert_eq!(stem(""), "_");
}

/// Text rich in the characters that matter.
fn hostile() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            prop::sample::select(vec![
                "|", "\\", "`", "<", ">", "&", "*", "_", "[", "]", "(", ")", "#", "~", "!", "$", "\n", "\r", "-", "+", "=",
                "1", ".", ":", "/", "w", "a", " ", "http://", "www.", "<b", "](", "\u{202E}", "\u{0}", "é", "航",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ],
        0..24,
    )
    .prop_map(|parts| parts.concat())
}

/// Undoes the escapes as a Markdown reader would.
fn read_back(escaped: &str) -> String {
    let mut text = String::new();
    let mut characters = escaped.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(next)) if next.is_ascii_punctuation() => text.extend(characters.next()),
            _ => text.push(character),
        }
    }
    text.replace("&lt;", "<").replace("&amp;", "&")
}

/// Finds a character wherever no backslash takes its meaning.
fn bare(text: &str, mark: char) -> Vec<usize> {
    let slashes = |at: usize| text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
    text.match_indices(mark).map(|(at, _)| at).filter(|&at| slashes(at) % 2 == 0).collect()
}

proptest! {
    #[test]
    fn nothing_special_survives(text in hostile(), place in prop::sample::select(vec![Place::Prose, Place::Cell, Place::Label])) {
        let escaped = markdown(&text, place);
        prop_assert!(!escaped.contains(['\n', '\r', '\u{202E}', '\u{0}', '\u{1b}']), "{}", escaped);
        prop_assert!(place != Place::Cell || bare(&escaped, '|').is_empty(), "{}", escaped);
        prop_assert!(place != Place::Label || bare(&escaped, ']').is_empty(), "{}", escaped);
        prop_assert!(bare(&escaped, '`').is_empty(), "{}", escaped);
        for (at, _) in escaped.match_indices('<') {
            let next = escaped[at + 1..].chars().next();
            prop_assert!(next.is_some_and(|next| !next.is_ascii_alphabetic() && !"/!?".contains(next)), "{}", escaped);
        }
        // A link, image, footnote or definition needs a bare bracket.
        for at in bare(&escaped, '[') {
            let rest = &escaped[at + 1..];
            let close = rest.find(']');
            prop_assert!(close.is_some_and(|end| !rest[end + 1..].starts_with(['(', '[', ':'])), "{}", escaped);
        }
        prop_assert!(bare(&escaped, ':').iter().all(|at| !escaped[at + 1..].starts_with("//")), "{}", escaped);
        prop_assert!(!escaped.to_ascii_lowercase().contains("www."), "{}", escaped);
        let slashes = escaped.bytes().rev().take_while(|byte| *byte == b'\\').count();
        prop_assert!(slashes % 2 == 0, "{}", escaped);
    }

    #[test]
    fn a_reader_sees_the_text(text in hostile()) {
        for place in [Place::Prose, Place::Cell, Place::Label] {
            let line = one_line(&text);
            prop_assert_eq!(read_back(&markdown(&text, place)), line.trim());
        }
    }

    #[test]
    fn plain_words_are_unchanged(text in "[a-zA-Z0-9τ]{1,8}([ _^,:-][a-zA-Z0-9τ]{1,8}){0,4}") {
        prop_assert_eq!(markdown(&text, Place::Cell), text);
    }

    #[test]
    fn html_has_no_markup(text in hostile()) {
        prop_assert!(!html(&text).contains(['<', '>', '"', '\'']));
    }
}

#[test]
fn what_a_ci_system_would_obey_is_broken() {
    for (text, broken) in [
        ("::error ::x", ": :error ::x"),
        ("a\n  ::stop-commands::t\r::x\n", "a\n  : :stop-commands::t\r: :x\n"),
        ("##[error]x ###[y] ##vso[z] ## [a] #[b]", "# #[error]x ## #[y] # #vso[z] ## [a] #[b]"),
        ("a::b ## heading", "a::b ## heading"),
        ("", ""),
    ] {
        assert_eq!(commands(text, false), broken, "{text}");
    }
    assert_eq!(commands("{\n  \"a\": \"##[x]\"\n}", true), "{\n  \"a\": \"#\\u0023[x]\"\n}");
}
