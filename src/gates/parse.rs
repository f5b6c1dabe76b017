//! Reading gates. The grammar stands in the documentation of the module above.

use super::{
    Gate, GateError, GateKind, Operator,
    metric::{Amount, Metric, Nature, Unit},
};
use crate::records::log::Role;

const METRICS: &str = "write pass^K (pass^1), mean_reward, error_rate, cost_per_episode, cost_per_success or \
                       p50_latency, p90_latency, p95_latency, p99_latency (with :agent or another role)";

/// Longer operators first, so that `<=` is not read as `<`.
const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("≤", Operator::AtMost),
    ("≥", Operator::AtLeast),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// Reads a gate.
pub(super) fn gate(text: &str, kind: GateKind) -> Result<Gate, GateError> {
    let mut reader = Reader { text, at: 0 };
    let cell = reader.cell()?;
    let metric = reader.metric()?;
    let operator = reader.operator(kind)?;
    let amount = reader.amount(&metric, kind)?;
    Ok(Gate { kind, cell, metric, operator, amount })
}

/// The text with the place reached, in bytes.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn error(&self, cause: impl Into<String>, remedy: impl Into<String>) -> GateError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let character = before.chars().count() + 1;
        GateError { gate: self.text.to_owned(), character, cause: cause.into(), remedy: remedy.into() }
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// Takes what consists of such characters.
    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    /// Reads `[name]` or `name:`. A metric before a colon is no cell: its role follows.
    fn cell(&mut self) -> Result<Option<String>, GateError> {
        self.skip_spaces();
        let rest = self.rest();
        let (name, length) = if let Some(inner) = rest.strip_prefix('[') {
            let Some(end) = inner.find(']') else {
                return Err(self.error("this bracket is never closed", "write [airline] pass^1 < -2pp"));
            };
            (inner.get(..end).unwrap_or(""), end + 2)
        } else {
            match rest.split_once(':') {
                Some((name, _)) if Metric::named(name.trim()).is_none() => (name, name.len() + 1),
                _ => return Ok(None),
            }
        };
        if name.trim().is_empty() {
            return Err(self.error(
                "the name of the cell is empty",
                "leave it out to mean each cell, or write airline: before the metric",
            ));
        }
        self.at += length;
        Ok(Some(name.trim().to_owned()))
    }

    fn metric(&mut self) -> Result<Metric, GateError> {
        self.skip_spaces();
        let start = self.at;
        let name = self.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '^'));
        let Some(mut metric) = Metric::named(name) else {
            self.at = start;
            let cause = match name {
                "" => "a metric is missing".to_owned(),
                name => format!("there is no metric called {name:?}"),
            };
            return Err(self.error(cause, METRICS));
        };
        if !self.rest().starts_with(':') {
            return Ok(metric);
        }
        let Metric::Latency { role, .. } = &mut metric else {
            return Err(
                self.error(format!("{metric} has no roles"), format!("write {metric} alone; only latencies have a role"))
            );
        };
        self.at += 1;
        let name = self.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'));
        if name.is_empty() {
            return Err(self.error("the role is missing", "write p95_latency:agent, or p95_latency for whole episodes"));
        }
        if Role::typed(name).is_none() {
            self.at -= name.len();
            return Err(self.error(format!("there is no role {name:?}"), "write agent, expert, user, judge, tool or step"));
        }
        *role = Some(name.to_owned());
        Ok(metric)
    }

    fn operator(&mut self, kind: GateKind) -> Result<Operator, GateError> {
        self.skip_spaces();
        let operator = OPERATORS.iter().find(|(sign, _)| self.rest().starts_with(sign));
        match kind {
            GateKind::FailOn => {
                let Some((sign, operator)) = operator else {
                    let remedy = if self.rest().starts_with('=') {
                        "--fail-on takes <, >, <= or >=; for a limit on the figure itself use --min or --max"
                    } else {
                        "write <, >, <= or >= after the metric: pass^1 < -2pp"
                    };
                    return Err(self.error("a comparison is missing", remedy));
                };
                self.at += sign.len();
                Ok(*operator)
            }
            GateKind::Min | GateKind::Max if self.take("=") => {
                Ok(if kind == GateKind::Min { Operator::Less } else { Operator::Greater })
            }
            GateKind::Min | GateKind::Max => {
                let flag = kind.flag();
                Err(self.error("an equals sign is missing", format!("write the metric, = and the limit: {flag} 'pass^1=0.55'")))
            }
        }
    }

    fn amount(&mut self, metric: &Metric, kind: GateKind) -> Result<Amount, GateError> {
        self.skip_spaces();
        let start = self.at;
        let example = example(metric.nature(), kind);
        if self.rest().is_empty() {
            return Err(self.error("the limit is missing", format!("write {example}")));
        }
        let negative = self.take("-") || self.take("\u{2212}");
        if !negative {
            self.take("+");
        }
        self.skip_spaces();
        let dollars = self.take("$");
        let digits = self.take_while(|letter| letter.is_ascii_digit() || letter == '.');
        let Some(number) = digits.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            self.at = start;
            return Err(self.error("this is no number", format!("write {example}")));
        };
        self.skip_spaces();
        let unit_at = self.at;
        let suffix = self.rest().trim_end();
        self.at = self.text.len();
        let unit = Unit::SUFFIXES.iter().find(|(name, _)| *name == suffix).map(|(_, unit)| *unit);
        let unit = match (unit, dollars) {
            (Some(Unit::None), true) => Unit::Dollars,
            (Some(unit), false) => unit,
            _ => {
                self.at = unit_at;
                return Err(self.error(format!("{suffix:?} is no unit here"), format!("write {example}")));
            }
        };
        let amount = Amount { number: if negative { -number } else { number }, unit };
        self.at = start;
        if let Some(cause) = misfit(metric, kind, amount) {
            return Err(self.error(cause, format!("write {example}")));
        }
        Ok(amount)
    }
}

/// Returns how to write a limit.
fn example(nature: Nature, kind: GateKind) -> &'static str {
    match (nature, kind) {
        (Nature::Share, GateKind::FailOn) => "-2pp (percentage points) or -0.02",
        (Nature::Share, _) => "55% or 0.55",
        (Nature::Reward, _) => "a plain number like 0.1",
        (Nature::Money, GateKind::FailOn) => "+$0.05, or +10% of the base",
        (Nature::Money, _) => "$0.05",
        (Nature::Time, GateKind::FailOn) => "+500ms, +2s or +1min, or +10% of the base",
        (Nature::Time, _) => "800ms, 8s or 2min",
    }
}

/// Returns why an amount does not fit its metric.
fn misfit(metric: &Metric, kind: GateKind, amount: Amount) -> Option<String> {
    let difference = kind == GateKind::FailOn;
    let fits = match metric.nature() {
        Nature::Share => matches!((amount.unit, difference), (Unit::None, _) | (Unit::Points, true) | (Unit::Percent, false)),
        Nature::Reward => amount.unit == Unit::None,
        Nature::Money => amount.unit == Unit::Dollars || (amount.unit == Unit::Percent && difference),
        Nature::Time => {
            matches!(amount.unit, Unit::Milliseconds | Unit::Seconds | Unit::Minutes)
                || (amount.unit == Unit::Percent && difference)
        }
    };
    if !fits {
        return Some(match amount.unit {
            Unit::None => format!("{metric} needs a unit"),
            Unit::Percent if metric.nature() == Nature::Share => {
                format!("\"%\" of a difference in {metric} could mean points or a share of the base")
            }
            _ => format!("{metric} is not measured in that unit"),
        });
    }
    if metric.nature() == Nature::Share && amount.value().abs() > 1.0 {
        return Some(format!("{metric} lies between 0 and 1, and {amount} is beyond that"));
    }
    (!difference && metric.nature() != Nature::Reward && amount.value() < 0.0).then(|| format!("{metric} is never negative"))
}
