//! Finds the words that name environments, strategies and models in a free-form name.
//!
//! Words are whole tokens: `act` is found in `act_airline` and not in `react`, `extract` or `action`.

use std::collections::BTreeSet;

use super::tables::{ENVS, FAMILIES, FAMILY_PAIRS, FORK_STRATEGIES, MAKERS, NOISE, OPENAI_REASONERS, STRATEGIES, SUFFIXES};

/// A token of a name: a run of characters between `_`, `-`, spaces, brackets and commas.
struct Token<'a> {
    /// The text as written.
    text: &'a str,
    /// Lower case, for comparison.
    lower: String,
    /// Byte offset in the name.
    start: usize,
    /// The separator before it; `None` at the beginning.
    before: Option<char>,
    /// Part of an environment or strategy word.
    used: bool,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is_noise(&self) -> bool {
        // `trials5` and `run2` are noise with a number glued on.
        NOISE.contains(&self.lower.trim_end_matches(|c: char| c.is_ascii_digit()))
    }
}

/// What a free-form name says. A word found twice with different meanings says nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// The environment.
    pub(super) env: Option<&'static str>,
    /// The strategy.
    pub(super) strategy: Option<&'static str>,
    /// A strategy of some fork.
    pub(super) fork_strategy: Option<&'static str>,
    /// The agent's model, as written.
    pub(super) model: Option<&'a str>,
    /// The user simulator's model, as written.
    pub(super) user_model: Option<&'a str>,
    /// The only size in the name (`4B`), as written, with the word it hangs on (`quill-7b`).
    pub(super) size: Option<&'a str>,
    /// The temperature, as written.
    pub(super) temperature: Option<&'a str>,
    /// Whether the name begins with a model.
    pub(super) begins_with_model: bool,
}

/// Reads a free-form name.
pub(super) fn read_name(name: &str) -> Found<'_> {
    let mut tokens = split(name);
    let env = only(mark_envs(&mut tokens));
    let strategy = only(mark_sequences(&mut tokens, &STRATEGIES));
    let fork_strategy = only(mark_sequences(&mut tokens, &FORK_STRATEGIES));
    let runs = model_runs(&tokens);
    let begins_with_model = runs.first().is_some_and(|&(first, _)| first == 0);
    let is_user = |first: usize| {
        first.checked_sub(1).is_some_and(|before| matches!(tokens[before].lower.as_str(), "user" | "simulator" | "usersim"))
    };
    let text = |&(first, last): &(usize, usize)| &name[tokens[first].start..tokens[last].end()];
    let (users, agents): (Vec<_>, Vec<_>) = runs.iter().partition(|run| is_user(run.0));
    let in_run = |index: usize| runs.iter().any(|&(first, last)| (first..=last).contains(&index));
    let sizes = tokens.iter().enumerate().filter(|&(index, token)| is_size(&token.lower) && !in_run(index));
    Found {
        env,
        strategy,
        fork_strategy,
        model: only(agents.into_iter().map(text)),
        user_model: only(users.into_iter().map(text)),
        size: only(sizes.map(|(index, token)| with_word_before(name, &tokens, index).unwrap_or(token.text))),
        temperature: temperature(&tokens),
        begins_with_model,
    }
}

/// Returns `word-7b` for the size at `index` if a word stands before it, joined by a hyphen: a model of no known family.
fn with_word_before<'a>(name: &'a str, tokens: &[Token<'a>], index: usize) -> Option<&'a str> {
    let (size, word) = (&tokens[index], &tokens[index.checked_sub(1)?]);
    let is_word = word.lower.starts_with(|c: char| c.is_ascii_alphabetic()) && !word.used && !word.is_noise();
    (is_word && size.before == Some('-')).then(|| &name[word.start..size.end()])
}

/// Returns the byte offset of the first token, but the very first, that begins a model's name or is `none`: where
/// `{strategy}-{model}` is to be cut.
pub(super) fn first_model_offset(name: &str) -> Option<usize> {
    let tokens = split(name);
    let index = (1..tokens.len()).find(|&index| begins_model(&tokens, index) || tokens[index].lower == "none")?;
    let with_maker = MAKERS.contains(&tokens[index - 1].lower.as_str()) && index > 1;
    Some(tokens[if with_maker { index - 1 } else { index }].start)
}

/// Cuts words such as `results` and `logs` off the end of a folder's name.
pub(super) fn without_trailing_noise(name: &str) -> &str {
    const TAIL: [&str; 15] = [
        "result",
        "results",
        "output",
        "outputs",
        "log",
        "logs",
        "run",
        "runs",
        "eval",
        "evals",
        "evaluation",
        "trajectories",
        "data",
        "experiment",
        "experiments",
    ];
    let tokens = split(name);
    let kept = tokens.iter().rposition(|token| !TAIL.contains(&token.lower.as_str()));
    kept.map_or(name, |last| &name[..tokens[last].end()])
}

/// Maps the short names of a strategy (`fc`, `tool_calling`) to the usual one; other names come back as they are.
pub(super) fn canonical_strategy(name: &str) -> &str {
    let tokens = split(name);
    let words: Vec<&str> = tokens.iter().map(|token| token.lower.as_str()).collect();
    STRATEGIES.iter().find(|(sequence, _)| **sequence == *words).map_or(name, |&(_, canonical)| canonical)
}

/// Returns whether a token is a parameter count: `4b`, `0.5b`, `8x7b`, `a3b`.
pub(super) fn is_size(lower: &str) -> bool {
    let Some(number) = lower.strip_suffix('b') else { return false };
    let number = number.strip_prefix('a').unwrap_or(number);
    number.split('x').all(is_number)
}

/// Returns whether a token, without its digits, is the name of a family.
pub(super) fn is_family_word(lower: &str) -> bool {
    FAMILIES.contains(&lower)
}

/// Digits with at most one point within.
fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The value if all are the same.
fn only<T: Ord + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let distinct: BTreeSet<T> = values.into_iter().collect();
    distinct.first().copied().filter(|_| distinct.len() == 1)
}

/// Splits a name into tokens.
fn split(name: &str) -> Vec<Token<'_>> {
    let is_separator = |c: char| matches!(c, '_' | '-' | ' ' | '(' | ')' | '[' | ']' | ',' | '+' | '=');
    let mut tokens = Vec::new();
    let mut start = 0;
    for (offset, separator) in name.char_indices().filter(|&(_, c)| is_separator(c)).chain([(name.len(), ' ')]) {
        if offset > start {
            let text = &name[start..offset];
            let before = name[..start].chars().next_back();
            tokens.push(Token { text, lower: text.to_lowercase(), start, before, used: false });
        }
        start = offset + separator.len_utf8();
    }
    tokens
}

fn mark_envs(tokens: &mut [Token<'_>]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for token in tokens {
        if let Some(env) = ENVS.into_iter().find(|env| *env == token.lower) {
            token.used = true;
            found.push(env);
        }
    }
    found
}

fn mark_sequences(tokens: &mut [Token<'_>], table: &[(&[&str], &'static str)]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for first in 0..tokens.len() {
        for &(sequence, canonical) in table {
            let Some(window) = tokens.get_mut(first..first + sequence.len()) else { continue };
            if window.iter().zip(sequence).all(|(token, word)| !token.used && token.lower == *word) {
                for token in window {
                    token.used = true;
                }
                found.push(canonical);
                break;
            }
        }
    }
    found
}

/// Returns whether a model's name begins at a token.
fn begins_model(tokens: &[Token<'_>], index: usize) -> bool {
    let token = &tokens[index];
    let next = tokens.get(index + 1).filter(|token| !token.used).map_or("", |token| token.lower.as_str());
    // `Qwen@Qwen3` has the maker before the family, `ft:gpt` says fine-tuned, `qwen2.5:7b` has a tag.
    !token.used && token.lower.split([':', '@']).any(|part| begins_family(part, next))
}

fn begins_family(part: &str, next: &str) -> bool {
    if let Some((_, proofs)) = FAMILY_PAIRS.iter().find(|(family, _)| *family == part) {
        return proofs.contains(&next);
    }
    if OPENAI_REASONERS.contains(&part) {
        return matches!(next, "" | "mini" | "preview" | "pro" | "high" | "low" | "medium");
    }
    // Claude Code is a program, not a model.
    if part == "claude" && next == "code" {
        return false;
    }
    FAMILIES.iter().any(|family| {
        part.strip_prefix(family).is_some_and(|rest| {
            let rest = rest.strip_prefix('v').unwrap_or(rest);
            rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

/// First and last token of each model name.
fn model_runs(tokens: &[Token<'_>]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        if !begins_model(tokens, index) {
            index += 1;
            continue;
        }
        let mut last = index;
        while tokens.get(last + 1).is_some_and(|next| continues_model(&tokens[last], next)) {
            last += 1;
        }
        let maker_before = index > 0
            && tokens[index].before == Some('-')
            && !tokens[index - 1].used
            && MAKERS.contains(&tokens[index - 1].lower.as_str());
        runs.push((if maker_before { index - 1 } else { index }, last));
        index = last + 1;
    }
    runs
}

fn continues_model(previous: &Token<'_>, next: &Token<'_>) -> bool {
    let is_stamp = next.lower.len() > 8 && next.lower.bytes().all(|byte| byte.is_ascii_digit());
    if next.used || next.is_noise() || is_stamp {
        return false;
    }
    match next.before {
        Some('-') => true,
        Some('_') => {
            let version_after_family = is_family_word(&previous.lower) && next.lower.len() <= 4 && is_number(&next.lower);
            is_size(&next.lower) || SUFFIXES.contains(&next.lower.as_str()) || version_after_family
        }
        _ => false,
    }
}

/// The number after `temperature` or `temp`.
fn temperature<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    let values = tokens.windows(2).filter(|pair| matches!(pair[0].lower.as_str(), "temperature" | "temp"));
    only(values.map(|pair| pair[1].text).filter(|text| is_number(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_tokens() {
        for (name, env, strategy) in [
            ("act_airline_trials5", Some("airline"), Some("act")),
            ("react_retail", Some("retail"), Some("react")),
            ("Re-Act", None, Some("react")),
            ("extract_action_airlines", None, None),
            ("fc", None, Some("tool-calling")),
            ("tool_calling-telecom", Some("telecom"), Some("tool-calling")),
            ("few-shot", None, Some("few-shot")),
            ("airline_retail", None, None),
            ("act_vs_react", None, None),
        ] {
            let found = read_name(name);
            assert_eq!((found.env, found.strategy), (env, strategy), "{name}");
        }
    }

    #[test]
    fn models_begin_with_a_known_family_and_end_at_noise() {
        for (name, model) in [
            ("gpt-4o-airline", Some("gpt-4o")),
            ("qwen3_8b_airline", Some("qwen3_8b")),
            ("Qwen3-4B_airline_multi-agent_run-1", Some("Qwen3-4B")),
            ("qwen25_3b_airline_20250815_041031", Some("qwen25_3b")),
            ("qwen3_4b_instruct_airline", Some("qwen3_4b_instruct")),
            ("qwen_3_8b", Some("qwen_3_8b")),
            ("gpt-4o_1", Some("gpt-4o")),
            ("o3-mini_retail", Some("o3-mini")),
            ("Meta-Llama-3.1-8B-Instruct_retail", Some("Meta-Llama-3.1-8B-Instruct")),
            ("Qwen@Qwen3-8B_retail", Some("Qwen@Qwen3-8B")),
            ("command-r-plus", Some("command-r-plus")),
            ("deepseek-r1-distill-qwen-7b_x", Some("deepseek-r1-distill-qwen-7b")),
            ("mistral-large-2411-results", Some("mistral-large-2411")),
            ("command_line_results", None),
            ("nova_scotia", None),
            ("phishing", None),
            ("o1_retail_x", Some("o1")),
            ("o1_x", None),
            ("gptlike", None),
            ("claude-code", None),
            ("gpt-4o_vs_gpt-4.1", None),
            ("tool-calling-l0-4o", None),
        ] {
            assert_eq!(read_name(name).model, model, "{name}");
        }
    }

    #[test]
    fn the_users_model_is_not_the_agents() {
        let found = read_name("gpt-4o_airline_user-claude-3-opus");
        assert_eq!((found.model, found.user_model), (Some("gpt-4o"), Some("claude-3-opus")));
    }

    #[test]
    fn sizes_and_temperatures_are_numbers() {
        assert_eq!(read_name("4B").size, Some("4B"));
        assert_eq!(read_name("x_0.5B").size, Some("0.5B"));
        assert_eq!(read_name("4tasks_0c27b_b").size, None);
        assert_eq!(read_name("airline-temperature-0.0_0717").temperature, Some("0.0"));
        assert_eq!(read_name("temperature-high").temperature, None);
    }

    #[test]
    fn short_names_of_strategies_have_one_long_name() {
        for name in ["fc", "FC", "tool_calling", "function-calling", "tool-calling"] {
            assert_eq!(canonical_strategy(name), "tool-calling");
        }
        assert_eq!(canonical_strategy("assertions-agent"), "assertions-agent");
        assert_eq!(canonical_strategy("tool-calling-x"), "tool-calling-x");
    }
}
