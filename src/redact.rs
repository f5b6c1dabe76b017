//! Takes key-like text out of anything that is shown or stored.
//!
//! File names, model names and error texts of real sweeps hold API keys (`runpod/<pod>/sk-…/org/model` is a model name
//! in the wild). Every such text passes through [`redact`] before it leaves the program.
//!
//! The work has three steps, so that clean text costs one literal search: a search for the literals every secret needs
//! nearby, a [`RegexSet`] that says which patterns match, then those patterns alone. A pattern marks the secret with the
//! group `s`; a check in code then refuses look-alikes (a word, a number, `None`).

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// What stands in place of a secret.
pub const PLACEHOLDER: &str = "[redacted]";

/// A shape of secret: a regular expression with the secret in group `s`, and a check of the secret itself.
struct Pattern {
    regex: &'static str,
    is_secret: fn(&str) -> bool,
}

/// Literals of which at least one stands in any text a pattern can match.
const LITERALS: &str = r"sk-|hf_|gh[opusr]_|github_pat_|glpat-|AKIA|ASIA|AIza|xox|xapp-|rpa_|gsk_|xai-|nvapi-|pplx-|eyJ|://|(?i:bearer|authorization|api[ _-]?key|token|secret|passw|access[_-]?key|runpod/)";

/// Left border of a key: the regex crate has no look-behind, and `\b` takes `_` for a letter.
macro_rules! key {
    ($body:literal) => {
        concat!(r"(?:^|[^A-Za-z0-9])(?P<s>", $body, ")")
    };
}

/// An assigned value, quoted or not. It never begins inside a placeholder: see [`is_assigned`].
macro_rules! assigned {
    ($name:literal, $sign:literal) => {
        concat!(r"(?i)(?:^|[^a-z])(?:", $name, ")", $sign, r#"(?P<s>[^\s"'\\&,;(){}<>\]]+)"#)
    };
}

const PATTERNS: &[Pattern] = &[
    // OpenAI, Anthropic, OpenRouter: the second word says it is a key, whatever follows.
    Pattern { regex: key!(r"sk-(?:proj|ant|or|svcacct|admin|None)-[A-Za-z0-9_-]{8,}"), is_secret: always },
    // The same glued to a word (`mysk-proj-…`); `task-admin-…` must stay, so here the rest has to look like a key.
    Pattern { regex: r"(?P<s>sk-(?:proj|ant|svcacct|admin)-[A-Za-z0-9_-]{20,})", is_secret: has_key_run },
    // Plain OpenAI form, also used by proxies; `sk-learn-…` must stay.
    Pattern { regex: key!(r"sk-[A-Za-z0-9_-]{12,}"), is_secret: has_key_run },
    // OpenAI prints a masked key in its error text: `sk-proj-****abcd`.
    Pattern { regex: key!(r"sk-[A-Za-z0-9_-]*\*{3,}[A-Za-z0-9_*-]*"), is_secret: always },
    Pattern { regex: key!(r"(?:hf|rpa|gsk)_[A-Za-z0-9]{16,}"), is_secret: has_key_run },
    Pattern {
        regex: key!(r"gh[opusr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{16,}"),
        is_secret: always,
    },
    Pattern { regex: key!(r"(?:AKIA|ASIA)[A-Z0-9]{16}"), is_secret: always },
    Pattern { regex: key!(r"AIza[A-Za-z0-9_-]{20,}"), is_secret: always },
    Pattern { regex: key!(r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}"), is_secret: always },
    Pattern { regex: key!(r"(?:xai|nvapi|pplx)-[A-Za-z0-9_-]{20,}"), is_secret: has_key_run },
    Pattern { regex: key!(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*"), is_secret: always },
    Pattern { regex: r"(?i)(?:^|[^a-z])bearer\s+(?P<s>[A-Za-z0-9._~+/=-]{6,})", is_secret: is_token_like },
    Pattern {
        regex: r#"(?i)authorization["'\\]*\s*[:=]\s*["'\\]*(?:basic|token|apikey|digest)\s+(?P<s>[^\s"',;}\]\\]+)"#,
        is_secret: is_assigned,
    },
    Pattern { regex: r#"(?i)authorization["'\\]*\s*[:=]\s*["'\\]*(?P<s>[^\s"',;}\]\\]{6,})"#, is_secret: is_token_like },
    // `name=value`, and `"name": "value"`: whatever the value is.
    Pattern {
        regex: assigned!(
            r"[a-z0-9_-]*(?:api[ _-]?key|secret|passw(?:or)?d|access[_-]?key(?:[_-]?id)?)",
            r#"["'\\]*\s*=\s*["'\\]*"#
        ),
        is_secret: is_assigned,
    },
    Pattern {
        regex: assigned!(
            r"[a-z0-9_-]*(?:api[ _-]?key|secret|passw(?:or)?d|access[_-]?key(?:[_-]?id)?)",
            r#"\\?["']\s*:\s*\\?["']"#
        ),
        is_secret: is_assigned,
    },
    Pattern { regex: assigned!(r"(?:[a-z0-9-]*[_-])?token", r#"["'\\]*\s*=\s*["'\\]*"#), is_secret: is_assigned },
    Pattern { regex: assigned!(r"(?:[a-z0-9-]*[_-])?token", r#"\\?["']\s*:\s*\\?["']"#), is_secret: is_assigned },
    // `name: value` without quotes may be a sentence.
    Pattern {
        regex: assigned!(r"[a-z0-9_-]*(?:api[ _-]?key|secret|passw(?:or)?d|access[_-]?key(?:[_-]?id)?|token)", r#"\s*:\s*"#),
        is_secret: is_token_like,
    },
    Pattern { regex: r"[A-Za-z][A-Za-z0-9+.-]*://(?P<s>[^\s/@:]*:[^\s/]*)@", is_secret: always },
    Pattern { regex: r"[A-Za-z][A-Za-z0-9+.-]*://(?P<s>[^\s/@:]{8,})@", is_secret: is_token_like },
];

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

/// Replaces every key-like part of `text` by [`PLACEHOLDER`] and leaves the rest as it is.
///
/// Known keys (OpenAI, Anthropic, Hugging Face, GitHub, GitLab, AWS, Google, Slack, RunPod, Groq, xAI, NVIDIA, Perplexity),
/// JSON web tokens, `Bearer` and `Authorization` values, `api_key=`/`token=`/`password=`/`secret=` assignments,
/// `user:password@` in an URL, and long random path segments after `runpod/`. Returns the text itself when it is clean.
/// `redact(redact(x)) == redact(x)`.
pub fn redact(text: &str) -> Cow<'_, str> {
    let Some(compiled) = COMPILED.as_ref() else {
        // Cannot happen: a test compiles every pattern. If it did, nothing may be shown.
        return Cow::Borrowed(PLACEHOLDER);
    };
    if !compiled.literals.is_match(text) {
        return Cow::Borrowed(text);
    }
    // A replacement can lay open a border for another pattern, so passes go on until one changes nothing. Each pass takes
    // at least one character that is no placeholder out of the text, so this ends.
    let mut clean = Cow::Borrowed(text);
    while let Some(next) = one_pass(compiled, &clean) {
        clean = Cow::Owned(next);
    }
    clean
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
    redact_runpod(changed.as_deref().unwrap_or(text)).or(changed)
}

/// Replaces the group `s` of each match that passes the check; `None` when there is none.
fn replace_secrets(regex: &Regex, is_secret: fn(&str) -> bool, text: &str) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    for found in regex.captures_iter(text).filter_map(|captures| captures.name("s")) {
        if !found.is_empty() && found.as_str() != PLACEHOLDER && is_secret(found.as_str()) {
            out.push_str(&text[done..found.start()]);
            out.push_str(PLACEHOLDER);
            done = found.end();
        }
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// Replaces random path segments after `runpod/`, where people put the key into the model name.
fn redact_runpod(text: &str) -> Option<String> {
    const MARK: &str = "runpod/";
    let start = text.to_ascii_lowercase().find(MARK)? + MARK.len();
    let (head, tail) = text.split_at(start);
    let mut changed = false;
    let segments: Vec<&str> = tail
        .split('/')
        .map(|segment| {
            let secret = is_random(segment);
            changed |= secret;
            if secret { PLACEHOLDER } else { segment }
        })
        .collect();
    changed.then(|| format!("{head}{}", segments.join("/")))
}

/// Any text will do: the pattern itself is proof.
fn always(_: &str) -> bool {
    true
}

/// Words that stand where a value would, but are none.
const NO_VALUES: [&str; 10] = ["none", "null", "nil", "true", "false", "empty", "***", "****", "...", "…"];

/// A value someone assigned: not a stand-in, not a plain number (`token=5`).
fn is_assigned(value: &str) -> bool {
    !value.starts_with("[redacted")
        && !NO_VALUES.contains(&value.to_ascii_lowercase().as_str())
        && !value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && value.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// A value that is no ordinary word: letters and digits mixed, or capitals within.
fn is_token_like(value: &str) -> bool {
    let digits = value.bytes().any(|byte| byte.is_ascii_digit());
    let letters = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let inner_capital = value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
        && value.bytes().any(|byte| byte.is_ascii_lowercase())
        && value.len() >= 12;
    is_assigned(value) && value.len() >= 6 && letters && (digits || inner_capital)
}

/// Has a run of 12 letters and digits that is no lower-case word.
fn has_key_run(value: &str) -> bool {
    value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|run| run.len() >= 12 && run.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()))
}

/// A long segment without structure: a run of 20 letters and digits mixed, of high entropy, no digest.
fn is_random(segment: &str) -> bool {
    let is_digest = matches!(segment.len(), 32 | 40 | 64) && segment.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let long_run = segment
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|run| run.len() >= 20 && run.bytes().any(|b| b.is_ascii_digit()) && run.bytes().any(|b| b.is_ascii_alphabetic()));
    !is_digest && long_run && entropy_bits(segment) >= 3.5
}

/// Shannon entropy of the bytes, in bits per byte.
fn entropy_bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = text.len() as f64;
    counts.iter().filter(|&&count| count > 0).map(|&count| f64::from(count) / total).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_pattern_compiles_and_names_its_secret() {
        for pattern in PATTERNS {
            let regex = Regex::new(pattern.regex).unwrap();
            assert!(regex.capture_names().flatten().any(|name| name == "s"), "{}", pattern.regex);
        }
        assert!(COMPILED.is_some());
    }

    #[test]
    fn keys_go_and_the_rest_stays() {
        for (text, clean) in [
            ("runpod/8x2k1q/sk-abcDEF123456ghiJKL/org/model", "runpod/8x2k1q/[redacted]/org/model"),
            ("user-sk-proj-abc_DEF-123456789012_0101.json", "user-[redacted].json"),
            ("key sk-ant-api03-AbCdEf-123456_xyz.", "key [redacted]."),
            ("mysk-proj-AbCdEf0123456789GhIjKl", "my[redacted]"),
            ("Incorrect API key provided: sk-proj-****abcd.", "Incorrect API key provided: [redacted]."),
            ("hf_abcdefGHIJKLmnopQRSTuvwxYZ0123456789", "[redacted]"),
            ("x_hf_abcdefGHIJKLmnopQRSTuvwxYZ0123456789/y", "x_[redacted]/y"),
            ("a ghp_0123456789abcdefghijABCDEFGHIJ012345 b", "a [redacted] b"),
            ("gho_0123456789abcdefghijABCDEFGHIJ012345", "[redacted]"),
            ("github_pat_11ABCDEFG0123456789_abcdefghijklmnop", "[redacted]"),
            ("id AKIAIOSFODNN7EXAMPLE, region", "id [redacted], region"),
            ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "[redacted]"),
            ("xoxb-123456789012-abcdefGHIJKL", "[redacted]"),
            ("rpa_ABCDEFGHIJ0123456789KLMNOPQRSTUVWXYZ", "[redacted]"),
            ("Authorization: Bearer abc.def-123456", "Authorization: Bearer [redacted]"),
            (r#"{"Authorization": "Bearer abcdef123456"}"#, r#"{"Authorization": "Bearer [redacted]"}"#),
            ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"),
            ("Authorization: 7f3kd93kdk39", "Authorization: [redacted]"),
            ("https://host/v1?api_key=s3cr3t&x=1", "https://host/v1?api_key=[redacted]&x=1"),
            (r#"{"api_key": "abc", "n": 1}"#, r#"{"api_key": "[redacted]", "n": 1}"#),
            (r#"{\"api_key\": \"abc\"}"#, r#"{\"api_key\": \"[redacted]\"}"#),
            ("OPENAI_API_KEY=abc123 python run.py", "OPENAI_API_KEY=[redacted] python run.py"),
            ("api_key='abc'", "api_key='[redacted]'"),
            ("hf_token=abc", "hf_token=[redacted]"),
            ("?token=abc&y", "?token=[redacted]&y"),
            ("password=hunter", "password=[redacted]"),
            ("password: hunter2x", "password: [redacted]"),
            ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key=[redacted]"),
            ("t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.SflKxwRJSMeKKF2QT4 u", "t [redacted] u"),
            ("https://user:pass@host/x", "https://[redacted]@host/x"),
            ("https://ab12cd34ef@host/x", "https://[redacted]@host/x"),
            ("runpod/pod1/A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5/org/m", "runpod/pod1/[redacted]/org/m"),
        ] {
            assert_eq!(redact(text), clean, "{text}");
        }
    }

    #[test]
    fn ordinary_names_are_returned_as_they_are() {
        for text in [
            "",
            "gpt-4o-2024-11-20",
            "Qwen3-32B",
            "Qwen/Qwen3-32B-Instruct-2507-FP8",
            "claude-3-7-sonnet-20250219",
            "ft:gpt-4.1-2025-04-14:sierra:tau2-full-sft:BzrYdMNm",
            "task-0123456789abcdef0123",
            "task-admin-password-reset-flow-0001",
            "desk-lamp-0123456789ABCDEF",
            "risk-0123456789ABCDEF",
            "sk-learn-pipeline-2024-11-20-results",
            "sk-internationalization",
            "hf_checkpoints_of_the_airline_sweep",
            "hf_transformersbackendrun",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "runpod/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "runpod/abc123/Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4",
            "550e8400-e29b-41d4-a716-446655440000",
            "chatcmpl-tool-80406ba00c239e7d",
            "results/airline/fc/4B/num_trials-3.json",
            "/home/user/taskrun/history",
            "Token limit is exceeded. Try again in 1 seconds.",
            "max_tokens=512, token=5, next_token: 12",
            "token=None password=null",
            "the bearer certificates of the user",
            "authorization: required",
            "password: wrong",
            "https://errors.pydantic.dev/2.10/v/string_type",
            "ssh://git@github.com/org/repo",
            "https://aka.ms/trapi/errors",
        ] {
            assert!(matches!(redact(text), Cow::Borrowed(same) if same == text), "{text} became {}", redact(text));
        }
    }

    /// Texts made of the pieces secrets are made of, in any order.
    fn mixed() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "sk-",
            "sk-proj-",
            "hf_",
            "ghp_",
            "AKIA",
            "AIza",
            "xoxb-",
            "rpa_",
            "Bearer ",
            "Authorization: ",
            "api_key=",
            "token=",
            "\"api_key\": \"",
            "\"token\": \"",
            "password: ",
            "eyJabcdef",
            ".",
            "://",
            "https://",
            "@",
            ":",
            "/",
            "runpod/",
            " ",
            "[redacted]",
            "[redacted",
            "]",
            "None",
            "5",
            "-",
            "_",
            "\"",
            "\\",
            "é",
            "0123456789ABCDEF",
            "abcDEF123456ghiJKL",
            "A1B2C3D4E5F6G7H8I9J0K1",
            "***",
            "model",
        ]);
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_second_pass_changes_nothing(text in mixed()) {
            let once = redact(&text).into_owned();
            prop_assert_eq!(redact(&once), once.as_str());
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let once = redact(&text).into_owned();
            prop_assert_eq!(redact(&once), once.as_str());
        }

        #[test]
        fn a_key_never_survives(before in "[a-z ./]{0,8}[ ./_]", body in "[A-Za-z0-9]{20,48}", after in "[ ./\"][a-z ./]{0,8}") {
            prop_assume!(has_key_run(&body));
            for prefix in ["sk-", "sk-proj-", "hf_", "ghp_", "rpa_"] {
                let text = format!("{before}{prefix}{body}{after}");
                prop_assert!(!redact(&text).contains(&body), "{}", text);
            }
        }
    }
}
