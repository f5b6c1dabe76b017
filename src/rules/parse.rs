//! Reads a rule file.

use std::collections::BTreeSet;
use std::ops::Range;

use regex::{RegexBuilder, RegexSet, RegexSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::{ErrorRule, OTHER, RulesError};
use crate::records::ErrorClass;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    rule: Vec<Spanned<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: Option<Spanned<String>>,
    class: Option<Spanned<String>>,
    pattern: Option<Spanned<String>>,
    #[serde(default)]
    why: String,
}

const CLASSES: [ErrorClass; 3] = [ErrorClass::Infrastructure, ErrorClass::Agent, ErrorClass::ContextWindow];

/// Reads and checks the rules in a text.
pub(super) fn parse(text: &str) -> Result<Vec<ErrorRule>, RulesError> {
    let file: RawFile =
        toml::from_str(text).map_err(|cause| RulesError::Syntax { cause: cause.to_string().trim_end().to_owned() })?;
    if file.rule.is_empty() {
        let cause = "there is no [[rule]] in it; write [[rule]] before each rule's name, class and pattern".to_owned();
        return Err(RulesError::Syntax { cause });
    }
    let mut names = BTreeSet::new();
    file.rule.into_iter().map(|raw| check(raw, text, &mut names)).collect()
}

fn check(raw: Spanned<RawRule>, text: &str, names: &mut BTreeSet<String>) -> Result<ErrorRule, RulesError> {
    let whole = raw.span();
    let raw = raw.into_inner();
    let name = raw.name.as_ref().map(|name| name.get_ref().clone()).unwrap_or_default();
    let error = |at: Range<usize>, cause: String| RulesError::Rule { name: name.clone(), line: line_of(text, at.start), cause };
    let missing = |key: &str| error(whole.clone(), format!("it has no {key}; write {key} = … into it"));
    let name_span = raw.name.as_ref().ok_or_else(|| missing("name"))?.span();
    if name.trim().is_empty() {
        return Err(error(name_span, "the name is empty; give it one".to_owned()));
    }
    if name == OTHER {
        return Err(error(name_span, format!("{OTHER:?} stands for errors no rule matches; choose another name")));
    }
    if !names.insert(name.clone()) {
        return Err(error(name_span, "the name is used twice; choose another name".to_owned()));
    }
    let class_written = raw.class.as_ref().ok_or_else(|| missing("class"))?;
    let Some(class) = CLASSES.into_iter().find(|class| class.name() == class_written.get_ref()) else {
        let known = CLASSES.map(ErrorClass::name).join(", ");
        return Err(error(
            class_written.span(),
            format!("there is no class {:?}; use one of {known}", class_written.get_ref()),
        ));
    };
    let pattern =
        checked_pattern(raw.pattern.as_ref().ok_or_else(|| missing("pattern"))?).map_err(|(at, cause)| error(at, cause))?;
    Ok(ErrorRule { name, class, pattern, why: raw.why })
}

/// Checks that a pattern compiles and is not empty; else says where and why.
fn checked_pattern(written: &Spanned<String>) -> Result<String, (Range<usize>, String)> {
    let pattern = written.get_ref();
    if pattern.is_empty() {
        return Err((written.span(), "the pattern is empty and would match every error; write one".to_owned()));
    }
    if let Err(cause) = RegexBuilder::new(pattern).case_insensitive(true).build() {
        let cause = cause.to_string();
        let reason = cause.lines().last().unwrap_or_default().trim_start_matches("error: ");
        return Err((written.span(), format!("{pattern:?} is no regular expression: {reason}")));
    }
    Ok(pattern.clone())
}

/// Compiles patterns together, upper and lower case alike.
pub(super) fn insensitive_set<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(patterns).case_insensitive(true).build()
}

/// Line of a byte offset, from one.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}
