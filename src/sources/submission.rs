//! A τ²-bench leaderboard submission.
//!
//! ```text
//! { "model_name": str
//! , "modality": "text" | "voice"                           missing in early ones, which are text
//! , "results": { domain: null | { "pass_1" … "pass_4": percent | null, "cost": US dollars | null, … }, … }
//! , "methodology": { "user_simulator": str | null, … }
//! , "trajectory_files": { domain: str, … }                 file or folder, missing where none are published
//! , … }
//! ```
//!
//! Whatever else stands there (contacts, voice configuration, interaction metrics) is not looked at. What cannot be understood
//! is an error and not a missing claim: a claim that is left out would pass for one that was checked.

use std::path::Path;

use serde_json::{Map, Value};

use super::decode;
use crate::{
    fsio,
    records::{Claim, DomainClaims, Submission},
    redact::{redact, veil},
};

/// A submission that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct SubmissionError {
    /// Path for display, redacted.
    path: String,
    /// What is wrong, where, and what to do about it.
    reason: String,
}

/// Most bytes of a submission: it is small.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a submission; gzip and Zstandard are unpacked.
///
/// # Errors
/// The file cannot be read, is not JSON, is no submission, or holds a claim that is not a number in its range.
pub fn read_submission(path: &Path) -> Result<Submission, SubmissionError> {
    let shown = redact(&path.to_string_lossy()).into_owned();
    let failed = |reason: String| SubmissionError { path: shown.clone(), reason: redact(&reason).into_owned() };
    if fsio::info(path).is_ok_and(|info| info.bytes > MAX_BYTES) {
        return Err(failed(decode::too_large(MAX_BYTES)));
    }
    let bytes = fsio::read_file(path).map_err(|cause| failed(format!("cannot be read: {}", cause.source)))?;
    let decoded = decode::decode(&bytes, MAX_BYTES, false).map_err(failed)?;
    let text = match decoded.broken {
        Some(reason) => return Err(failed(reason)),
        None => decoded.text,
    };
    let submission = parse(&text).map_err(failed)?;
    Ok(Submission { path: shown, ..submission })
}

fn parse(text: &[u8]) -> Result<Submission, String> {
    let value: Value = serde_json::from_slice(text)
        .map_err(|cause| format!("not JSON: {cause}; write null where a figure is missing (Python's NaN is no JSON)"))?;
    let whole = object(&value, "the file")?;
    let results = whole.get("results").ok_or_else(|| {
        "no submission: it has no `results`; give the submission first and its trajectories after it".to_owned()
    })?;
    let mut domains = Vec::new();
    for (domain, claims) in object(results, "`results`")? {
        if !claims.is_null() {
            let trajectories = text_at(whole, "trajectory_files", domain);
            domains.push(DomainClaims { trajectories, ..domain_claims(domain, claims)? });
        }
    }
    Ok(Submission {
        path: String::new(),
        model: whole.get("model_name").and_then(words),
        user_model: text_at(whole, "methodology", "user_simulator"),
        is_voice: whole.get("modality").and_then(Value::as_str) == Some("voice"),
        domains,
    })
}

fn domain_claims(domain: &str, value: &Value) -> Result<DomainClaims, String> {
    let domain = clean(domain);
    let place = |key: &str| format!("`results.{domain}.{key}`");
    let claims = object(value, &format!("`results.{domain}`"))?;
    let mut read = DomainClaims { domain: domain.clone(), ..DomainClaims::default() };
    for (key, value) in claims {
        if let Some(k) = key.strip_prefix("pass_").and_then(|k| k.parse().ok()).filter(|k| *k > 0) {
            let percent = claim(value, &place(key), "a percentage between 0 and 100", 100.0)?;
            read.pass_percent.extend(percent.map(|claim| (k, claim)));
        }
    }
    if let Some(cost) = claims.get("cost") {
        read.cost_usd = claim(cost, &place("cost"), "an amount in US dollars, 0 or more", f64::MAX)?;
    }
    Ok(read)
}

/// Reads a claim; `None` where it is null.
fn claim(value: &Value, place: &str, wanted: &str, most: f64) -> Result<Option<Claim>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let number = value.as_f64().filter(|number| (0.0..=most).contains(number));
    let Some(number) = number else {
        let found = if value.is_number() || value.is_string() { value.to_string() } else { kind(value).to_owned() };
        return Err(format!("{place} is {found}; write {wanted}, or null where it is not claimed"));
    };
    Ok(Some(Claim { value: number, decimals: if value.is_f64() { decimals(number) } else { 0 } }))
}

/// Returns the decimals of the shortest text that reads back to the number, as Python writes it: `56.0` has one. Zeros that
/// were added by hand (`84.20`) are not seen.
fn decimals(number: f64) -> usize {
    let text = format!("{number:?}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let written = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let exponent: i64 = exponent.parse().unwrap_or(0);
    usize::try_from(i64::try_from(written).unwrap_or(i64::MAX) - exponent).unwrap_or(0)
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{place} is {}; an object is needed", kind(value)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn text_at(whole: &Map<String, Value>, outer: &str, inner: &str) -> Option<String> {
    words(whole.get(outer)?.get(inner)?)
}

/// Returns a string that is not blank, clean.
fn words(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| clean(text))
}

/// Takes secrets and line breaks out of a text: it is shown within a line.
fn clean(text: &str) -> String {
    veil(&text.replace(char::is_control, " ")).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn reads_claims_and_leaves_out_what_is_null() {
        let submission = parse(
            br#"{"model_name": "Quill 7B", "modality": "voice", "methodology": {"user_simulator": " "}, "trajectory_files": {"retail": "quill.json"},
                "results": {"retail": {"pass_1": 84.2, "pass_2": 51, "pass_3": null, "cost": 0.125, "retrieval_config": "x"},
                            "airline": null, "telecom": {}}}"#,
        )
        .unwrap();
        let claim = |value, decimals| Claim { value, decimals };
        let retail = DomainClaims {
            domain: "retail".into(),
            pass_percent: [(1, claim(84.2, 1)), (2, claim(51.0, 0))].into(),
            cost_usd: Some(claim(0.125, 3)),
            trajectories: Some("quill.json".into()),
        };
        let telecom = DomainClaims { domain: "telecom".into(), ..DomainClaims::default() };
        let domains = vec![retail, telecom];
        let model = Some("Quill 7B".into());
        assert_eq!(submission, Submission { model, is_voice: true, domains, ..Submission::default() });
    }

    #[test]
    fn decimals_are_those_of_the_shortest_text() {
        for (number, expected) in [
            (56.0, 1),
            (84.21, 2),
            (57.999_999_999_999_99, 14),
            (0.0, 1),
            (0.133_999_911_25, 11),
            (1e-7, 7),
            (1.5e-7, 8),
            (1e20, 0),
        ] {
            assert_eq!(decimals(number), expected, "{number}");
        }
    }

    #[test]
    fn errors_name_the_place_and_the_remedy() {
        insta::assert_snapshot!(reason("[]"), @"the file is a list; an object is needed");
        insta::assert_snapshot!(
            reason(r#"{"simulations": []}"#),
            @"no submission: it has no `results`; give the submission first and its trajectories after it"
        );
        insta::assert_snapshot!(reason(r#"{"results": null}"#), @"`results` is null; an object is needed");
        insta::assert_snapshot!(reason(r#"{"results": {"retail\n": 84.2}}"#), @"`results.retail ` is a number; an object is needed");
        insta::assert_snapshot!(
            reason(r#"{"results": {"retail": {"pass_1": "84.2"}}}"#),
            @r#"`results.retail.pass_1` is "84.2"; write a percentage between 0 and 100, or null where it is not claimed"#
        );
        insta::assert_snapshot!(
            reason(r#"{"results": {"retail": {"pass_4": 842}}}"#),
            @"`results.retail.pass_4` is 842; write a percentage between 0 and 100, or null where it is not claimed"
        );
        insta::assert_snapshot!(
            reason(r#"{"results": {"retail": {"cost": -1}}}"#),
            @"`results.retail.cost` is -1; write an amount in US dollars, 0 or more, or null where it is not claimed"
        );
        insta::assert_snapshot!(
            reason(r#"{"results": {"retail": {"pass_1": NaN}}}"#),
            @"not JSON: expected value at line 1 column 35; write null where a figure is missing (Python's NaN is no JSON)"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_submission(Path::new("no/such/submission.json")).unwrap_err().to_string();
        assert!(error.starts_with("no/such/submission.json: cannot be read: "), "{error}");
    }

    proptest! {
        #[test]
        fn a_number_written_with_its_decimals_reads_back(number in 0.0..100.0_f64) {
            let text = format!("{number:.*}", decimals(number));
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }
}
