//! What Python prints: `Namespace(env='retail', model="x", task_ids=[1, 2], seed=10)`.

use std::collections::BTreeMap;

/// Reads the arguments behind `Namespace(`, up to the closing parenthesis or the end of the text. Strings lose their quotes,
/// everything else stays as it is written.
pub(super) fn arguments(text: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut rest = text;
    while let Some((key, behind)) = rest.split_once('=') {
        let key = key.trim_start_matches([',', ' ']);
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            break;
        }
        let end = value_end(behind);
        all.entry(key.to_owned()).or_insert_with(|| unquoted(&behind[..end]));
        rest = &behind[end..];
        if rest.starts_with(')') {
            break;
        }
    }
    all
}

/// Returns where a value ends: at a comma or parenthesis outside of quotes and brackets.
fn value_end(text: &str) -> usize {
    let (mut quote, mut depth, mut is_escaped) = (None, 0_u32, false);
    for (place, c) in text.char_indices() {
        match (quote, c) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, ')') if depth > 0 => depth -= 1,
            (None, ')') => return place,
            (None, ',') if depth == 0 => return place,
            _ => {}
        }
    }
    text.len()
}

/// Takes the quotes off a string and resolves the escapes of quotes and backslashes.
pub(super) fn unquoted(value: &str) -> String {
    let value = value.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.replace("\\'", "'").replace("\\\\", "\\");
        }
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_every_kind() {
        let all = arguments(r#"a='x, y=1', b="it's", c=[1, (2, 3)], d=None, e=-1, f='q\'s', g={'k': 'v)'}) and more, h=1"#);
        let text: Vec<String> = all.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        assert_eq!(text, ["a:x, y=1", "b:it's", "c:[1, (2, 3)]", "d:None", "e:-1", "f:q's", "g:{'k': 'v)'}"]);
        assert_eq!(arguments("a='cut").get("a").map(String::as_str), Some("'cut"));
        assert!(arguments("no arguments").is_empty() && arguments("").is_empty());
    }
}
