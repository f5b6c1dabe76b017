//! Who is to blame for a run that ended in an error: a table of rules, as data.
//!
//! τ-bench writes `info.error` and `info.traceback` for every exception alike and scores the run 0. A lost connection says
//! nothing of the agent, a malformed tool call does, so the two are told apart by the rules in `error_rules.toml`; a user's
//! own rules are tried first.

mod parse;

use std::sync::OnceLock;

use regex::RegexSet;
use thiserror::Error;

use crate::records::ErrorClass;
use parse::parse;

/// The built-in rules, documented, in the form of a user's rule file.
pub const BUILTIN_RULES: &str = include_str!("error_rules.toml");

/// Name given to an error no rule matches.
pub const OTHER: &str = "other";

/// How much of an error text is looked at, in bytes. Providers put whole responses into it.
const TEXT_BYTES: usize = 16 * 1024;
/// How much of the end of a traceback is looked at, in bytes.
const TRACEBACK_BYTES: usize = 2 * 1024;
/// How many lines at the end of a traceback are looked at.
const TRACEBACK_LINES: usize = 3;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRule {
    /// Short name, shown in tables.
    pub name: String,
    /// The class of errors it finds.
    pub class: ErrorClass,
    /// Regular expression, upper and lower case alike.
    pub pattern: String,
    /// Why errors of this kind are in this class.
    pub why: String,
}

/// A rule file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RulesError {
    /// It is no TOML, or has other keys than it should.
    #[error("{cause}")]
    Syntax {
        /// What the TOML reader says, with line and column.
        cause: String,
    },
    /// One rule is wrong.
    #[error("line {line}: rule {name:?}: {cause}")]
    Rule {
        /// Name of the rule as written.
        name: String,
        /// Line of the wrong value, from one.
        line: usize,
        /// What is wrong and what to do.
        cause: String,
    },
    /// The rules are too large together to be compiled.
    #[error("the rules cannot be compiled together: {cause}; write shorter patterns")]
    TooLarge {
        /// What the regular expression compiler says.
        cause: String,
    },
}

/// A table of rules. The built-in one is compiled when the first error is classified: most runs have none.
#[derive(Debug, Clone)]
pub struct ErrorRules(OnceLock<Compiled>);

#[derive(Debug, Clone)]
struct Compiled {
    rules: Vec<ErrorRule>,
    set: RegexSet,
}

impl ErrorRules {
    /// Returns the built-in rules.
    pub fn builtin() -> Self {
        Self(OnceLock::new())
    }

    /// Returns the rules of a user's file, followed by the built-in ones.
    ///
    /// # Errors
    ///
    /// When the text is no rule file, or a rule has no name, the name [`OTHER`], a name used before, an unknown class or a
    /// pattern that is no regular expression. The error names the rule, the cause and the line.
    pub fn with_user(text: &str) -> Result<Self, RulesError> {
        let mut rules = parse(text)?;
        rules.extend(Compiled::builtin().rules);
        Compiled::new(rules).map(|compiled| Self(OnceLock::from(compiled)))
    }

    /// Returns the rules in the order they are tried.
    pub fn rules(&self) -> &[ErrorRule] {
        &self.compiled().rules
    }

    /// Classifies an error and names the rule that decided, [`OTHER`] when none did.
    ///
    /// The first rule that matches the error text wins. Only when none does, the last lines of the traceback are tried: they
    /// name the exception, which a bare `str(e)` leaves out.
    pub fn classify(&self, error: &str, traceback: Option<&str>) -> (ErrorClass, String) {
        let text = &error[..error.floor_char_boundary(TEXT_BYTES)];
        let Compiled { rules, set } = self.compiled();
        let first = |text: &str| set.matches(text).iter().next();
        let found = first(text).or_else(|| first(&last_lines(traceback?)));
        found.map_or_else(|| (ErrorClass::Agent, OTHER.to_owned()), |index| (rules[index].class, rules[index].name.clone()))
    }

    fn compiled(&self) -> &Compiled {
        self.0.get_or_init(Compiled::builtin)
    }
}

impl Compiled {
    #[expect(clippy::expect_used, reason = "the built-in table is a constant that a test compiles")]
    fn builtin() -> Self {
        Self::new(parse(BUILTIN_RULES).expect("built-in rules are valid")).expect("built-in rules compile")
    }

    fn new(rules: Vec<ErrorRule>) -> Result<Self, RulesError> {
        let set = parse::insensitive_set(rules.iter().map(|rule| rule.pattern.as_str()))
            .map_err(|cause| RulesError::TooLarge { cause: cause.to_string() })?;
        Ok(Self { rules, set })
    }
}

/// The last lines of a traceback that are not indented: indented ones quote source code.
fn last_lines(traceback: &str) -> String {
    let tail = &traceback[traceback.ceil_char_boundary(traceback.len().saturating_sub(TRACEBACK_BYTES))..];
    let lines = tail.lines().rev().filter(|line| !line.trim().is_empty()).take(TRACEBACK_LINES);
    let mut lines: Vec<&str> = lines.filter(|line| !line.starts_with([' ', '\t'])).collect();
    lines.reverse();
    lines.join("\n")
}

#[cfg(test)]
mod tests;
