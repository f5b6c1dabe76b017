//! `--map 'REGEX=>field=value,field=value'`: the user says what a path means.
//!
//! The expression is searched in the path as it is shown. A value may use the captures: `$1`, `${1}`, `$name`, `${name}`;
//! `$$` is a dollar sign, `\,` a comma. Of several rules that match, the later one wins, field by field.

use regex::Regex;
use thiserror::Error;

use super::{Field, Values};

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("--map {rule:?}: {problem}; {remedy}")]
pub struct MapError {
    /// The rule as given.
    pub rule: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// A parsed rule.
#[derive(Debug, Clone)]
pub struct MapRule {
    /// The rule as given.
    text: String,
    regex: Regex,
    values: Vec<(Field, String)>,
}

impl MapRule {
    /// Parses a rule.
    ///
    /// # Errors
    ///
    /// When there is no `=>`, the expression is none, a field is unknown or stands there twice, a value is empty, or a value
    /// names a group the expression does not have.
    pub fn parse(rule: &str) -> Result<Self, MapError> {
        let error = |problem: String, remedy: &str| MapError { rule: rule.to_owned(), problem, remedy: remedy.to_owned() };
        let (expression, assignments) = rule
            .rsplit_once("=>")
            .ok_or_else(|| error("there is no `=>`".to_owned(), "write REGEX=>field=value, as in 'runs/a/=>model=gpt-4o'"))?;
        let regex = Regex::new(expression).map_err(|cause| {
            let cause = cause.to_string();
            let reason = cause.lines().last().unwrap_or_default().trim_start_matches("error: ");
            error(format!("{expression:?} is no regular expression ({reason})"), "put `\\` before characters meant literally")
        })?;
        let mut values: Vec<(Field, String)> = Vec::new();
        for assignment in split_commas(assignments) {
            let (name, value) = assignment
                .split_once('=')
                .ok_or_else(|| error(format!("{assignment:?} is no field=value"), "write a comma in a value as `\\,`"))?;
            let field = Field::from_name(name.trim()).ok_or_else(|| {
                error(format!("there is no field {:?}", name.trim()), &format!("use one of {}", Field::names()))
            })?;
            let value = value.trim();
            if value.is_empty() {
                return Err(error(format!("{} has no value", field.name()), "leave the field out to keep what is found"));
            }
            if values.iter().any(|(known, _)| *known == field) {
                return Err(error(format!("{} stands there twice", field.name()), "remove one of them"));
            }
            if let Some(group) = unknown_group(value, &regex) {
                let remedy = "write `${1}` for a group before letters, `$$` for a dollar sign";
                return Err(error(format!("{value:?} names the group {group:?}, which {expression:?} does not have"), remedy));
            }
            values.push((field, value.to_owned()));
        }
        Ok(Self { text: rule.to_owned(), regex, values })
    }

    /// Returns the rule as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether the rule's expression is found in a text.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Applies the rule to a path as shown. A value whose captures took no part in the match is left out.
    fn apply(&self, path: &str, into: &mut Values) {
        let Some(captures) = self.regex.captures(path) else { return };
        for (field, template) in &self.values {
            let mut value = String::new();
            captures.expand(template, &mut value);
            if !value.trim().is_empty() {
                into.insert(*field, value.trim().to_owned());
            }
        }
    }
}

/// Applies rules to a path as shown; later rules win.
pub fn apply(rules: &[MapRule], path: &str) -> Values {
    let mut values = Values::new();
    for rule in rules {
        rule.apply(path, &mut values);
    }
    values
}

/// Splits at commas without a backslash before them. A path holds no NUL, so it can stand in for the others.
fn split_commas(text: &str) -> Vec<String> {
    text.replace("\\,", "\0").split(',').map(|part| part.replace('\0', ",")).collect()
}

/// The first group a value names that the expression does not have.
fn unknown_group(value: &str, regex: &Regex) -> Option<String> {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('$') {
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
            continue;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = match after.strip_prefix('{').and_then(|open| open.split_once('}')) {
            Some((name, _)) => name,
            None => &after[..after.find(|c| !is_name(c)).unwrap_or(after.len())],
        };
        let known = match name.parse::<usize>() {
            Ok(number) => number < regex.captures_len(),
            Err(_) => name.is_empty() || regex.capture_names().flatten().any(|group| group == name),
        };
        if !known {
            return Some(name.to_owned());
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    fn said(rules: &[&str], path: &str) -> String {
        let rules: Vec<MapRule> = rules.iter().map(|rule| MapRule::parse(rule).unwrap()).collect();
        let values = apply(&rules, path);
        values.iter().map(|(field, value)| format!("{}={value}", field.name())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rules_name_parts_and_later_ones_win() {
        let rules = [
            r"^runs/(\w+)_(\w+)/=>env=$1, model=my-${2}b",
            "retail=>model=gpt-4o,user_model=a\\,b",
            "(?P<s>fc)|x=>strategy=$s$$",
        ];
        assert_eq!(said(&rules, "runs/airline_4/x.json"), "env=airline model=my-4b strategy=$");
        assert_eq!(said(&rules, "runs/retail_4/fc.json"), "env=retail model=gpt-4o strategy=fc$ user_model=a,b");
        assert_eq!(said(&rules, "airline_4"), "");
    }

    #[test]
    fn a_group_outside_the_match_says_nothing() {
        assert_eq!(said(&["(a)|(b)=>model=$1,env=$2"], "b"), "env=b");
    }

    #[test]
    fn unusable_rules_say_why_and_what_to_do() {
        let errors: Vec<String> = [
            "runs/a",
            "(runs=>model=a",
            "a=>model",
            "a=>",
            "a=>mode=b",
            "a=>model=",
            "a=>env=x,env=y",
            "(a)=>model=$1b",
            "(a)=>model=${2}",
        ]
        .iter()
        .map(|rule| MapRule::parse(rule).unwrap_err().to_string())
        .collect();
        assert_snapshot!(errors.join("\n"), @r#"
        --map "runs/a": there is no `=>`; write REGEX=>field=value, as in 'runs/a/=>model=gpt-4o'
        --map "(runs=>model=a": "(runs" is no regular expression (unclosed group); put `\` before characters meant literally
        --map "a=>model": "model" is no field=value; write a comma in a value as `\,`
        --map "a=>": "" is no field=value; write a comma in a value as `\,`
        --map "a=>mode=b": there is no field "mode"; use one of env, model, strategy, user_model, user_strategy, temperature, task_range
        --map "a=>model=": model has no value; leave the field out to keep what is found
        --map "a=>env=x,env=y": env stands there twice; remove one of them
        --map "(a)=>model=$1b": "$1b" names the group "1b", which "(a)" does not have; write `${1}` for a group before letters, `$$` for a dollar sign
        --map "(a)=>model=${2}": "${2}" names the group "2", which "(a)" does not have; write `${1}` for a group before letters, `$$` for a dollar sign
        "#);
    }
}
