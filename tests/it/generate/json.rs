//! JSON as Python's `json.dump` writes it: key order kept, `ensure_ascii` on or off, `NaN` and `Infinity` allowed.

use std::fmt::Write as _;

/// A JSON value with ordered keys.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Text put in as it is, for what no JSON value can say.
    Raw(String),
    Str(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).expect("counts in fixtures are small"))
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Self {
        Self::Int(i64::try_from(number).expect("counts in fixtures are small"))
    }
}

impl From<f64> for Json {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<Self>> for Json {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items)
    }
}

/// Makes an object from keys and values, in the order written.
macro_rules! object {
    ($($key:literal : $value:expr),* $(,)?) => {
        $crate::generate::json::Json::Object(vec![$(($key.to_owned(), $crate::generate::json::Json::from($value))),*])
    };
}
pub(super) use object;

/// How a text is laid out: the arguments of `json.dump`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    /// `indent`: spaces a level, or all on one line with `", "` and `": "`.
    pub(super) indent: Option<usize>,
    /// `ensure_ascii`.
    pub(super) ascii: bool,
}

/// One line, everything beyond ASCII escaped: Python's default.
pub(super) const COMPACT: Style = Style { indent: None, ascii: true };
/// Two spaces, escaped.
pub(super) const INDENTED: Style = Style { indent: Some(2), ascii: true };

/// Writes a document of our own: two spaces, UTF-8, newline at the end.
pub(super) fn document(value: &Json) -> String {
    let mut text = dump(value, Style { indent: Some(2), ascii: false });
    text.push('\n');
    text
}

/// Writes a value.
pub(super) fn dump(value: &Json, style: Style) -> String {
    let mut out = String::new();
    write_value(&mut out, value, style, 0);
    out
}

fn write_value(out: &mut String, value: &Json, style: Style, level: usize) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Int(number) => out.push_str(&number.to_string()),
        Json::Float(number) => out.push_str(&float(*number)),
        Json::Raw(text) => out.push_str(text),
        Json::Str(text) => write_text(out, text, style.ascii),
        Json::List(items) => {
            write_block(out, ['[', ']'], items, style, level, |out, item| write_value(out, item, style, level + 1));
        }
        Json::Object(pairs) => write_block(out, ['{', '}'], pairs, style, level, |out, (key, item)| {
            write_text(out, key, style.ascii);
            out.push_str(": ");
            write_value(out, item, style, level + 1);
        }),
    }
}

fn write_block<T>(
    out: &mut String,
    brackets: [char; 2],
    items: &[T],
    style: Style,
    level: usize,
    mut write_item: impl FnMut(&mut String, &T),
) {
    out.push(brackets[0]);
    for (index, item) in items.iter().enumerate() {
        match style.indent {
            Some(width) => {
                out.push_str(if index > 0 { ",\n" } else { "\n" });
                out.push_str(&" ".repeat(width * (level + 1)));
            }
            None if index > 0 => out.push_str(", "),
            None => {}
        }
        write_item(out, item);
    }
    if let (Some(width), false) = (style.indent, items.is_empty()) {
        out.push('\n');
        out.push_str(&" ".repeat(width * level));
    }
    out.push(brackets[1]);
}

/// Python's `repr` of a float, for magnitudes that need no exponent.
fn float(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        // Like Python, Debug writes the shortest digits that read back, and `.0` where there is no fraction.
        format!("{number:?}")
    }
}

fn write_text(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || (ascii && !(' '..='~').contains(&c)) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a string takes all text");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[test]
fn writes_what_python_writes() {
    let value = object! {
        "b": vec![Json::Int(1), Json::Float(1.0), Json::Float(0.003_547), Json::Float(f64::NAN), Json::Float(f64::NEG_INFINITY)],
        "a": "Zo\u{eb} \u{1f600} \"\\\n\t\u{1}\u{7f}",
        "e": Json::List(Vec::new()),
        "o": object! {"x": Json::Null, "y": true},
    };
    // Output of json.dumps(value), of ensure_ascii=False, and of indent=2 for the last member.
    assert_eq!(
        dump(&value, COMPACT),
        r#"{"b": [1, 1.0, 0.003547, NaN, -Infinity], "a": "Zo\u00eb \ud83d\ude00 \"\\\n\t\u0001\u007f", "e": [], "o": {"x": null, "y": true}}"#
    );
    assert_eq!(dump(&Json::from("Zo\u{eb}\u{1}"), Style { ascii: false, ..COMPACT }), "\"Zo\u{eb}\\u0001\"");
    assert_eq!(
        dump(&object! {"o": vec![object! {"x": Json::Null}, object! {}], "e": Vec::new()}, INDENTED),
        "{\n  \"o\": [\n    {\n      \"x\": null\n    },\n    {}\n  ],\n  \"e\": []\n}"
    );
}
