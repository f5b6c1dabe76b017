//! JSON whose bytes depend on the value alone, fit to be shown anywhere.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

use crate::redact::sentence;

/// Writes a value as indented JSON ending with a line feed.
///
/// Fields come in the order of the type, maps in the order of their keys (the crate uses ordered maps only), numbers in the
/// shortest form that reads back to the same number; what is not finite becomes `null`. Secrets are taken out of every text,
/// a text of more than 4000 characters is cut, and characters that drive a terminal or hide text are written as `\uXXXX`.
///
/// # Errors
/// A map whose keys are not text, or a failing `Serialize`.
pub fn bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Harmless::default()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Indents, and treats each text as a whole before it is written.
#[derive(Default)]
struct Harmless<'a> {
    layout: PrettyFormatter<'a>,
    /// The text being written, as it was before escaping.
    text: String,
}

impl Formatter for Harmless<'_> {
    fn begin_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.text.clear();
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, _: &mut W, fragment: &str) -> io::Result<()> {
        self.text.push_str(fragment);
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        self.text.push(match escape {
            CharEscape::Quote => '"',
            CharEscape::ReverseSolidus => '\\',
            CharEscape::Solidus => '/',
            CharEscape::Backspace => '\u{8}',
            CharEscape::FormFeed => '\u{c}',
            CharEscape::LineFeed => '\n',
            CharEscape::CarriageReturn => '\r',
            CharEscape::Tab => '\t',
            CharEscape::AsciiControl(byte) => char::from(byte),
        });
        Ok(())
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let quoted = serde_json::to_string(&sentence(&self.text))?;
        let mut rest = quoted.as_str();
        while let Some((at, character)) = rest.char_indices().find(|(_, character)| is_active(*character)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            // Every such character lies in the basic plane: one unit.
            write!(writer, "\\u{:04x}", u32::from(character))?;
            rest = &rest[at + character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.layout.begin_array_value(writer, is_first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.layout.begin_object_key(writer, is_first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object_value(writer)
    }
}

/// Whether JSON may hold a character as it is although it drives a terminal, reorders or hides text. The text it stands in
/// is the same in `\uXXXX`.
fn is_active(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_but_finite_numbers() {
        let value = BTreeMap::from([("b", f64::NAN), ("a", 0.1), ("c", f64::INFINITY)]);
        let text = String::from_utf8(bytes(&value).unwrap()).unwrap();
        assert_eq!(text, "{\n  \"a\": 0.1,\n  \"b\": null,\n  \"c\": null\n}\n");
    }

    #[test]
    fn texts_are_harmless() {
        let value = ["\u{9b}31m\u{202e}\u{1b}]8;;\u{7f}é", "a\"sk-abcDEF123456ghiJKL\\\n"];
        let text = String::from_utf8(bytes(&value).unwrap()).unwrap();
        assert!(text.contains(r#""\u009b31m\u202e\u001b]8;;\u007fé""#), "{text}");
        assert!(text.contains(r#""a\"[redacted:"#) && text.contains(r#"]\\\n""#), "{text}");
    }

    proptest! {
        #[test]
        fn numbers_read_back(number in prop::num::f64::NORMAL | prop::num::f64::ZERO) {
            let text = String::from_utf8(bytes(&number).unwrap()).unwrap();
            prop_assert_eq!(text.trim().parse::<f64>().unwrap().to_bits(), number.to_bits());
        }

        #[test]
        fn texts_read_back(value in prop::collection::btree_map(any::<String>(), prop::collection::vec(any::<String>(), 0..3), 0..3)) {
            prop_assume!(value.keys().chain(value.values().flatten()).all(|text| sentence(text) == *text));
            let bytes = bytes(&value).unwrap();
            prop_assert_eq!(serde_json::from_slice::<BTreeMap<String, Vec<String>>>(&bytes).unwrap(), value.clone());
            let mut plain = Vec::new();
            value.serialize(&mut Serializer::with_formatter(&mut plain, PrettyFormatter::new())).unwrap();
            let unescaped: Vec<u8> = plain.into_iter().chain(*b"\n").collect();
            if !String::from_utf8_lossy(&unescaped).chars().any(is_active) {
                prop_assert_eq!(bytes, unescaped);
            }
        }
    }
}
