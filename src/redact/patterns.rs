//! The shapes of secrets: a regular expression each, and a check in code that refuses what only looks alike.

/// A shape of secret: a regular expression with the secret in group `s`, and a check of the secret itself.
pub(super) struct Pattern {
    pub(super) regex: &'static str,
    pub(super) is_secret: fn(&str) -> bool,
}

/// Literals of which at least one stands in any text a pattern can match.
pub(super) const LITERALS: &str = r"\[redacted:|sk-|hf_|gh[opusr]_|github_pat_|glpat-|AKIA|ASIA|AIza|xox|xapp-|rpa_|gsk_|xai-|nvapi-|pplx-|eyJ|://|tgp_v1_|r8_|fw_|ya29\.|GOCSPX-|hooks\.slack\.com|npm_|pypi-|SG\.|[srp]k_(?:live|test)_|whsec_|dapi|lsv2_|pa-|tvly-|MII|b3BlbnNzaC1rZXk|PRIVATE KEY|(?i:bearer|authorization|key|token|secret|passw|credential|cookie|runpod/|sig=|pwd)";

/// Left border of a key: the regex crate has no look-behind, and `\b` takes `_` for a letter.
macro_rules! key {
    ($body:literal) => {
        concat!(r"(?:^|[^A-Za-z0-9])(?P<s>", $body, ")")
    };
}

/// A key whose length is fixed: no character of its alphabet follows it.
macro_rules! whole {
    ($body:literal, $alphabet:literal) => {
        concat!(r"(?:^|[^A-Za-z0-9])(?P<s>", $body, r")(?:[^", $alphabet, r"]|$)")
    };
}

/// What an assigned value may consist of.
macro_rules! value {
    () => {
        r#"(?P<s>[^\s"'`\\&,;(){}<>\]]+)"#
    };
}

/// An assigned value, quoted or not. It never begins inside a placeholder: see [`is_assigned`].
macro_rules! assigned {
    ($name:literal, $sign:literal) => {
        concat!(r"(?i)(?:^|[^a-z])(?:", $name, ")", $sign, value!())
    };
}

/// Names of settings whose value is a secret, whatever it looks like.
macro_rules! names {
    ($sign:literal) => {
        assigned!(
            r"[a-z0-9_-]*(?:api[ _-]?key|passw(?:or)?d|access[_-]?key(?:[_-]?id)?|account[_-]?key|subscription-key)",
            $sign
        )
    };
}

/// All shapes. The order matters only where two overlap: the longer secret comes first.
pub(super) const PATTERNS: &[Pattern] = &[
    // A private key, whole, cut off, or on one line with `\n` in words; and a line of its body by itself.
    Pattern { regex: r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?P<s>(?s:.+?))(?:-----END|$)", is_secret: has_letters },
    Pattern { regex: key!(r"(?:MII|b3BlbnNzaC1rZXk)[A-Za-z0-9+/]{40,}={0,2}"), is_secret: always },
    // `user:password@` in an URL. A port is no password: `http://localhost:8000/v1@x`.
    Pattern { regex: r#"[A-Za-z][A-Za-z0-9+.-]*://(?P<s>[^\s/@:"'<>]*:[^\s"'<>]+)@"#, is_secret: is_userinfo },
    Pattern { regex: r#"[A-Za-z][A-Za-z0-9+.-]*://(?P<s>[^\s/@:"'<>,]{8,})@"#, is_secret: is_token_like },
    Pattern { regex: r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[A-Za-z0-9_/-]{20,})", is_secret: always },
    // OpenAI, Anthropic: the second word says what it is, the rest is random. `sk-None-of-the-above` must stay.
    Pattern { regex: key!(r"sk-(?:proj|ant|svcacct|admin|None)-[A-Za-z0-9_-]{16,}"), is_secret: is_dashed_key },
    // The same glued to a word (`mysk-proj-…`); `task-admin-reset-20240101T000000A` must stay.
    Pattern { regex: r"(?P<s>sk-(?:proj|ant|svcacct|admin)-[A-Za-z0-9_-]{20,})", is_secret: is_dashed_run },
    Pattern { regex: key!(r"sk-or-(?:v1-)?[A-Za-z0-9]{20,}"), is_secret: has_digit },
    // Plain OpenAI form, also used by proxies (one random run), DeepSeek and DashScope (hexadecimal).
    Pattern { regex: key!(r"sk-[A-Za-z0-9]{16,}"), is_secret: is_plain_key },
    Pattern { regex: key!(r"sk-[A-Za-z0-9_-]{20,}"), is_secret: is_dashed_run },
    // OpenAI prints a masked key in its error text: `sk-proj-****abcd`.
    Pattern { regex: key!(r"sk-[A-Za-z0-9_-]*\*{3,}[A-Za-z0-9_*-]*"), is_secret: always },
    Pattern { regex: key!(r"hf_[A-Za-z0-9]{34,40}"), is_secret: has_both_cases },
    Pattern { regex: key!(r"gsk_[A-Za-z0-9]{40,64}"), is_secret: is_mixed },
    Pattern { regex: key!(r"rpa_[A-Za-z0-9]{32,64}"), is_secret: has_digit_and_capital },
    Pattern { regex: key!(r"gh[opusr]_[A-Za-z0-9]{36,255}"), is_secret: has_digit },
    Pattern { regex: key!(r"github_pat_[A-Za-z0-9]{18,}_[A-Za-z0-9]{16,}"), is_secret: has_digit_and_capital },
    // Prefix, alphabet and length together are proof; a digit need not be among them.
    Pattern { regex: whole!(r"(?:AKIA|ASIA)[A-Z2-7]{16}", r"A-Za-z0-9"), is_secret: always },
    Pattern { regex: whole!(r"glpat-[A-Za-z0-9_-]{20}", r"A-Za-z0-9_-"), is_secret: is_random_body },
    Pattern { regex: whole!(r"GOCSPX-[A-Za-z0-9_-]{28}", r"A-Za-z0-9_-"), is_secret: is_random_body },
    Pattern { regex: whole!(r"AIza[A-Za-z0-9_-]{35}", r"A-Za-z0-9_-"), is_secret: is_random_body },
    Pattern { regex: whole!(r"pa-[A-Za-z0-9_-]{43}", r"A-Za-z0-9_-"), is_secret: is_random_body },
    Pattern { regex: whole!(r"fw_[A-Za-z0-9]{22}(?:[A-Za-z0-9]{2})?", r"A-Za-z0-9_-"), is_secret: is_random_body },
    Pattern { regex: whole!(r"npm_[A-Za-z0-9]{36}", r"A-Za-z0-9"), is_secret: is_random_body },
    Pattern { regex: key!(r"glpat-[A-Za-z0-9_-]{20,}(?:\.[0-9a-z]{2}\.[0-9a-z]{9,})?"), is_secret: is_random_run },
    Pattern { regex: key!(r"(?:AKIA|ASIA)[A-Z0-9]{16}"), is_secret: has_digit },
    Pattern { regex: key!(r"AIza[A-Za-z0-9_-]{33,39}"), is_secret: is_mixed },
    Pattern { regex: key!(r"xox[abceprs](?:\.xox[abceprs])?-[0-9][A-Za-z0-9-]{10,}"), is_secret: always },
    Pattern { regex: key!(r"xoxd-[A-Za-z0-9%/+=]{40,}|xapp-[0-9]-[A-Za-z0-9-]{20,}"), is_secret: always },
    Pattern { regex: key!(r"(?:xai|pplx)-[A-Za-z0-9]{32,}|nvapi-[A-Za-z0-9_-]{40,}"), is_secret: is_random_run },
    Pattern { regex: key!(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*"), is_secret: always },
    Pattern { regex: key!(r"tgp_v1_[A-Za-z0-9_-]{30,}"), is_secret: is_random_run },
    Pattern { regex: key!(r"r8_[A-Za-z0-9]{32,40}"), is_secret: is_mixed },
    Pattern { regex: key!(r"fw_[A-Za-z0-9]{20,32}"), is_secret: is_random_run },
    Pattern { regex: key!(r"csk-[a-z0-9]{40,64}"), is_secret: has_digit },
    Pattern { regex: key!(r"ya29\.(?:[a-z]\.)?[A-Za-z0-9_-]{20,}"), is_secret: is_random_run },
    Pattern { regex: key!(r"GOCSPX-[A-Za-z0-9_-]{24,}"), is_secret: is_random_run },
    Pattern { regex: key!(r"pypi-[A-Za-z0-9_-]{40,}"), is_secret: is_random_run },
    Pattern { regex: key!(r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"), is_secret: always },
    Pattern { regex: key!(r"[srp]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}"), is_secret: has_digit },
    Pattern { regex: key!(r"dapi[0-9a-f]{32}(?:-[0-9])?"), is_secret: always },
    Pattern { regex: key!(r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"), is_secret: always },
    Pattern { regex: whole!(r"pa-[A-Za-z0-9_-]{40,48}", r"A-Za-z0-9_-"), is_secret: is_random_run },
    Pattern { regex: key!(r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,48}"), is_secret: has_digit_and_capital },
    Pattern { regex: r#"(?i)(?:^|[^a-z])(?:set-)?cookie["']?\s*[:=]\s*["']?(?P<s>[^\r\n"']+)"#, is_secret: is_cookie },
    // An HTTP scheme and what follows it. `the bearer certificates` and `bearer token2024` must stay.
    Pattern { regex: r"(?i)(?:^|[^a-z])bearer\s+(?P<s>[A-Za-z0-9._~+/=-]{16,})", is_secret: is_bearer },
    Pattern {
        regex: r#"(?i)authorization["'\\]*\s*[:=]\s*["'\\]*(?:basic|bearer|token|apikey|digest)\s+(?P<s>[^\s"',;}\]\\]+)"#,
        is_secret: is_assigned,
    },
    Pattern { regex: r#"(?i)authorization["'\\]*\s*[:=]\s*["'\\]*(?P<s>[^\s"',;}\]\\]{6,})"#, is_secret: is_token_like },
    // `name=value`, and `"name": "value"`: whatever the value is.
    Pattern { regex: names!(r#"["'\\]*\s*=\s*["'\\]*"#), is_secret: is_assigned },
    Pattern { regex: names!(r#"\\?["']\s*:\s*\\?["']"#), is_secret: is_assigned },
    Pattern { regex: assigned!(r"(?:[a-z0-9-]*[_-])?token", r#"["'\\]*\s*=\s*["'\\]*"#), is_secret: is_assigned },
    Pattern { regex: assigned!(r"(?:[a-z0-9-]*[_-])?token", r#"\\?["']\s*:\s*\\?["']"#), is_secret: is_assigned },
    Pattern {
        regex: assigned!(r"[a-z0-9_-]*secret(?:[_-][a-z_-]+)?", r#"\\?["']?\s*[=:]\s*\\?["']?"#),
        is_secret: is_token_like,
    },
    Pattern { regex: assigned!(r"[?&;]sig", r"="), is_secret: is_token_like },
    // `OPENAI_KEY=…`, `?key=…`, `--api-key …`, `Token …`: many keys are none, so the value has to be a long random run.
    Pattern { regex: assigned!(r"(?:[a-z0-9]+_)+key|[?&;]key", r#"["'\\]*\s*=\s*["'\\]*"#), is_secret: is_long_run },
    Pattern { regex: assigned!(r"api[ _-]?key", r#"\s+["'\\]*"#), is_secret: is_long_run },
    Pattern { regex: assigned!("token", r"\s+"), is_secret: is_hexadecimal },
    Pattern { regex: assigned!("pwd", r#"["'\\]*\s*=\s*["'\\]*"#), is_secret: is_no_path },
    // `name: value` without quotes may be a sentence.
    Pattern {
        regex: assigned!(
            r"[a-z0-9_-]*(?:api[ _-]?key|passw(?:or)?d|access[_-]?key(?:[_-]?id)?|account[_-]?key|subscription-key|token)",
            r"\s*:\s*"
        ),
        is_secret: is_token_like,
    },
    // .netrc.
    Pattern {
        regex: concat!(r"(?i)(?:machine|login|account)\s+[^\s]+\s+(?:login\s+[^\s]+\s+)?password\s+", value!()),
        is_secret: is_assigned,
    },
    // Sentences: `Incorrect API key provided: …`, `the password is …`.
    Pattern {
        regex: concat!(
            r"(?i)(?:api[ _-]?key|access[ _-]?key|password|passphrase|secret|credentials?)",
            r#"\s+(?:provided|given|used|supplied|received|is|was)\s*:?\s*["'`]*"#,
            value!()
        ),
        is_secret: is_said,
    },
    Pattern {
        regex: concat!(
            r"(?i)(?:(?:invalid|incorrect|wrong|bad|unknown|expired|revoked)\s+(?:[a-z]+\s+)?(?:key|token|password|credentials?)",
            r#"|(?:using|with|use)\s+(?:[a-z]+\s+)?(?:key|token|password|secret)|tokens?\s+(?:is|was|provided|given|used))\s*:?\s*["'`]*"#,
            value!()
        ),
        is_secret: is_long_word,
    },
    // People put the key into the model name: `runpod/<pod>/<key>/org/model`.
    Pattern { regex: r#"(?i)runpod/(?:[^\s/"'<>,]+/)*?(?P<s>[A-Za-z0-9]{28,})(?:[/\s"'<>,]|$)"#, is_secret: is_runpod_key },
];

/// Any text will do: the pattern itself is proof.
fn always(_: &str) -> bool {
    true
}

fn has(text: &str, is: fn(&u8) -> bool) -> bool {
    text.as_bytes().iter().any(is)
}

fn has_letters(text: &str) -> bool {
    !text.starts_with("[redacted") && has(text, u8::is_ascii_alphabetic)
}

fn has_digit(text: &str) -> bool {
    has(text, u8::is_ascii_digit)
}

/// Both cases among the characters after the prefix.
fn has_both_cases(text: &str) -> bool {
    let body = text.split_once('_').map_or(text, |(_, body)| body);
    has(body, u8::is_ascii_lowercase) && has(body, u8::is_ascii_uppercase)
}

fn has_digit_and_capital(text: &str) -> bool {
    has_digit(text) && has(text, u8::is_ascii_uppercase)
}

/// Digits and both cases: what random letters and digits have and few names do.
fn is_mixed(text: &str) -> bool {
    has_digit_and_capital(text) && has(text, u8::is_ascii_lowercase)
}

/// Both cases, and few dashes, among the characters after the prefix: for keys of a fixed length.
fn is_random_body(text: &str) -> bool {
    let body = text.split_once(['-', '_']).map_or(text, |(_, body)| body);
    let dashes = body.bytes().filter(|byte| matches!(byte, b'-' | b'_')).count();
    has(body, u8::is_ascii_lowercase) && has(body, u8::is_ascii_uppercase) && dashes * 6 <= body.len() && !is_words(body)
}

/// Words glued together, each with a capital, and a number behind: `ServiceUnavailable`, `flightNumber2024`.
fn is_words(run: &str) -> bool {
    let letters = run.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut words: Vec<usize> = vec![0];
    for c in letters.chars() {
        if !c.is_ascii_alphabetic() {
            return false;
        }
        if c.is_ascii_uppercase() && words.last() != Some(&0) {
            words.push(0);
        }
        if let Some(length) = words.last_mut() {
            *length += 1;
        }
    }
    words.iter().all(|length| (3..=18).contains(length))
}

/// One run of 20 and more letters and digits, both of them.
fn is_long_run(value: &str) -> bool {
    let longest = value.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|run| run.len()).unwrap_or("");
    is_assigned(value)
        && longest.len() >= 20
        && has_digit(longest)
        && has(longest, u8::is_ascii_alphabetic)
        && !is_words(longest)
}

/// 32 and more hexadecimal digits.
fn is_hexadecimal(value: &str) -> bool {
    value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A password, not the working directory.
fn is_no_path(value: &str) -> bool {
    !value.contains(['/', '\\', '$']) && is_token_like(value)
}

/// Mixed, and without the many dashes of a name made of words: random characters have one in thirty.
fn is_random_run(text: &str) -> bool {
    let dashes = text.bytes().skip(7).filter(|byte| matches!(byte, b'-' | b'_')).count();
    is_mixed(text) && dashes <= text.len() / 8
}

/// A key that says what it is and whose alphabet includes dashes: digits and both cases, and a run that is no short word; or a
/// long run of letters and digits.
fn is_dashed_key(text: &str) -> bool {
    let body = text.splitn(3, '-').last().unwrap_or(text);
    let least = if is_mixed(body) { 10 } else { 18 };
    let is_key = |run: &str| run.len() >= least && (least == 10 || has_digit(run) && has(run, u8::is_ascii_alphabetic));
    body.split(|c: char| !c.is_ascii_alphanumeric()).any(is_key)
}

/// The same where the border or the second word is missing: digits and both cases in one run.
fn is_dashed_run(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| run.len() >= 10 && is_mixed(run))
}

/// One random run, or 32 and more hexadecimal digits.
fn is_plain_key(text: &str) -> bool {
    let body = text.trim_start_matches("sk-");
    is_mixed(body) || (body.len() >= 20 && has_digit(body) && has(body, u8::is_ascii_alphabetic))
}

/// Words that stand where a value would, but are none.
const NO_VALUES: [&str; 10] = ["none", "null", "nil", "true", "false", "empty", "***", "****", "...", "…"];

/// A value someone assigned: not a stand-in, not a plain number (`token=5`).
fn is_assigned(value: &str) -> bool {
    !value.starts_with("[redacted")
        && !NO_VALUES.contains(&value.to_ascii_lowercase().as_str())
        && !value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && has(value, u8::is_ascii_alphanumeric)
}

/// A value that is no ordinary word: letters and digits mixed, or capitals within.
fn is_token_like(value: &str) -> bool {
    let inner_capital = has(&value[value.chars().next().map_or(0, char::len_utf8)..], u8::is_ascii_uppercase)
        && has(value, u8::is_ascii_lowercase)
        && value.len() >= 12;
    is_assigned(value) && value.len() >= 6 && has(value, u8::is_ascii_alphabetic) && (has_digit(value) || inner_capital)
}

/// A run of 16 and more characters that no English word has: with a digit, with capitals within, or of more than 20 letters.
fn is_long_word(value: &str) -> bool {
    let longest = value.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|run| run.len()).unwrap_or("");
    longest.len() >= 16 && (is_token_like(longest) || longest.len() > 20) && !is_words(longest)
}

/// The value in a sentence about a key or a password.
fn is_said(value: &str) -> bool {
    is_token_like(value) || is_long_word(value)
}

/// What follows `Bearer`.
fn is_bearer(value: &str) -> bool {
    is_token_like(value) || (value.len() >= 24 && !value.contains('-')) || is_long_word(value)
}

/// User and password of an URL; not a host and its port.
fn is_userinfo(text: &str) -> bool {
    let password = text.split_once(':').map_or("", |(_, password)| password);
    let port = password.len() - password.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let is_port = port > 0 && port <= 5 && password[port..].starts_with(['/', ',', '?', '#']);
    has(password, |byte| !byte.is_ascii_whitespace()) && !is_port
}

/// A cookie has a value: `name=value`.
fn is_cookie(text: &str) -> bool {
    !text.starts_with("[redacted") && text.split_once('=').is_some_and(|(_, value)| value.len() >= 6)
}

/// A segment of a path that is random: capitals and many digits, high entropy. Names of models have fewer digits.
fn is_runpod_key(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    has_digit_and_capital(segment) && digits * 10 >= segment.len() && entropy_bits(segment) >= 3.5
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
