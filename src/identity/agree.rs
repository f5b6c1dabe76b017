//! When two sources that word a value differently still mean the same.

use std::collections::BTreeSet;

use super::Field;
use super::words::{is_family_word, is_size};

/// Returns whether two values of a field do not contradict each other.
pub fn agree(field: Field, a: &str, b: &str) -> bool {
    match field {
        Field::Model | Field::UserModel => models_agree(a, b),
        Field::Temperature => {
            a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(x), Ok(y)) if x.total_cmp(&y).is_eq())
        }
        _ => fold(a) == fold(b),
    }
}

/// Returns whether a strategy someone named only says more exactly what `tool-calling` in the content says.
///
/// Messages show tool calls for few-shot agents and for every agent of a fork (`assertions-agent`) alike. A fork's own name
/// may stand for any content; `few-shot` only for tool calls.
pub(super) fn refines_strategy(content: &str, named: &str) -> bool {
    match named {
        "tool-calling" | "act" | "react" => false,
        "few-shot" => content == "tool-calling",
        _ => true,
    }
}

/// The same model, once the maker, a date, and the way of writing are left out; or one of them only a family and a size.
fn models_agree(a: &str, b: &str) -> bool {
    let (a, b) = (bare_model(a), bare_model(b));
    a == b || vague_within(&a, &b) || vague_within(&b, &a)
}

fn fold(value: &str) -> String {
    value.trim().to_lowercase().replace('_', "-")
}

/// Lower case, without the maker before a slash and the date at the end.
fn bare_model(value: &str) -> String {
    let folded = fold(value);
    let name = folded.rsplit('/').next().unwrap_or_default();
    let is_digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = name.split('-').collect();
    let kept = match parts.as_slice() {
        [kept @ .., year, month, day] if is_digits(year, 4) && is_digits(month, 2) && is_digits(day, 2) => kept,
        [kept @ .., date] if is_digits(date, 8) => kept,
        all => all,
    };
    kept.join("-")
}

/// Whether `vague` names only a family and a size (`4b`, `qwen-4b`), and `exact` has both.
fn vague_within(vague: &str, exact: &str) -> bool {
    let words = |name: &str| -> BTreeSet<String> {
        name.split('-')
            .flat_map(|token| if is_size(token) { vec![token.to_owned()] } else { letters_and_rest(token) })
            .collect()
    };
    let (vague, exact) = (words(vague), words(exact));
    vague.iter().all(|word| is_size(word) || is_family_word(word)) && vague.is_subset(&exact)
}

/// Cuts `qwen3` into `qwen` and `3`.
fn letters_and_rest(token: &str) -> Vec<String> {
    let at = token.find(|c: char| c.is_ascii_digit()).unwrap_or(token.len());
    [&token[..at], &token[at..]].into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_size_and_date_do_not_contradict() {
        for (a, b, same) in [
            ("Qwen3-4B", "qwen3_4b", true),
            ("Qwen3-4B", "Qwen/Qwen3-4B", true),
            ("Qwen3-4B", "4B", true),
            ("Qwen3-4B", "qwen_4b", true),
            ("Qwen3-4B", "8B", false),
            ("Qwen3-4B", "llama-4b", false),
            ("qwen25_3b", "3b", true),
            ("gpt-4o", "gpt-4o-2024-11-20", true),
            ("claude-3-7-sonnet-20250219", "claude-3-7-sonnet", true),
            ("gpt-4o", "gpt-4o-mini", false),
            ("gpt-4o", "gpt-4", false),
            ("Llama-3.1-8B-Instruct", "Llama-3.1-8B-Instruct_IL_checkpoint-30", false),
        ] {
            assert_eq!(agree(Field::Model, a, b), same, "{a} {b}");
            assert_eq!(agree(Field::Model, b, a), same, "{b} {a}");
        }
    }

    #[test]
    fn other_fields_are_compared_by_spelling_or_number() {
        assert!(agree(Field::Env, "airline", "Airline"));
        assert!(!agree(Field::Env, "airline", "retail"));
        assert!(agree(Field::Strategy, "tool_calling", "tool-calling"));
        assert!(agree(Field::Temperature, "0.0", "0"));
        assert!(!agree(Field::Temperature, "0.0", "0.7"));
    }

    #[test]
    fn custom_strategies_refine() {
        assert!(refines_strategy("tool-calling", "few-shot"));
        assert!(refines_strategy("tool-calling", "multi-agent"));
        assert!(!refines_strategy("act", "few-shot"));
        assert!(!refines_strategy("tool-calling", "act"));
    }
}
