//! Gates: conditions on figures that fail a CI job.
//!
//! | flag | example | fails when |
//! |---|---|---|
//! | `--fail-on` | `pass^1 < -2pp` | the *whole interval* of the difference NEW − BASE is beyond the limit |
//! | `--min` | `pass^1=0.55` | the figure of NEW is below the limit |
//! | `--max` | `p95_latency:agent=8s` | the figure of NEW is above the limit |
//!
//! The grammar:
//!
//! ```text
//! fail-on  = [ cell ] metric operator amount          airline: pass^1 < -2pp
//! min, max = [ cell ] metric "=" amount               [gpt-4o: retail] p95_latency:agent=8s
//! cell     = name ":"  |  "[" name "]"                all cells without it; a name with a colon needs brackets
//! metric   = "pass^" K | "mean_reward" | "error_rate" | "cost_per_episode" | "cost_per_success"
//!          | ( "p50" | "p90" | "p95" | "p99" ) "_latency" [ ":" role ]
//! operator = "<" | ">" | "<=" | ">="
//! amount   = [ sign ] number [ unit ]                 2pp  55%  0.55  300ms  8s  2min  $0.05
//! ```
//!
//! Roles are agent, expert, user, judge, tool and step; with one, the latency is that of the calls in logs, and the cell a domain or a NEW.
//!
//! Shares (pass^K, error_rate) take `pp` or a plain share (-0.02) in `--fail-on`, and `%` or a plain share (0.55) in `--min` and
//! `--max`; times take `ms`, `s`, `min`; costs `$`; rewards a plain number. Differences of times and costs may also be relative:
//! `p95_latency > +10%`. A share gets no `%` in `--fail-on`: 2 % of pass^1 and 2 points of it are not the same.
//!
//! `--fail-on` asks for evidence of a loss, so it passes where data are few. [`GateVerdict::Inconclusive`] marks that, and
//! `--fail-on-inconclusive` turns the gate into a demand for evidence that the loss is *not* there. `--min` and `--max` compare the
//! figure itself with the limit, as thresholds commonly do.

mod error;
mod judge;
mod metric;
mod parse;

pub use error::GateError;
pub use judge::GateVerdict;
pub use metric::{Amount, Metric, Percentile, Unit};

use std::fmt;

/// What a gate holds its figure against, by its flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateKind {
    /// `--fail-on`: the difference NEW − BASE, judged by its interval.
    FailOn,
    /// `--min`: the figure of NEW must not be below.
    Min,
    /// `--max`: the figure of NEW must not be above.
    Max,
}

impl GateKind {
    /// Returns the flag.
    pub fn flag(self) -> &'static str {
        match self {
            Self::FailOn => "--fail-on",
            Self::Min => "--min",
            Self::Max => "--max",
        }
    }
}

/// On which side of the limit a gate fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// Returns the operator as written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A condition that fails a run of `taureport compare`.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The flag it came with.
    pub kind: GateKind,
    /// The cell it is for; `None` = each cell.
    pub cell: Option<String>,
    /// The figure.
    pub metric: Metric,
    /// The side on which it fails.
    pub operator: Operator,
    /// The limit as written; [`Gate::limit`] is its value.
    pub amount: Amount,
}

impl Gate {
    /// Reads the argument of `--fail-on`: `pass^1 < -2pp`, `airline: pass^1 < -2pp`, `p95_latency:agent > +10%`.
    pub fn parse(text: &str) -> Result<Self, GateError> {
        parse::gate(text, GateKind::FailOn)
    }

    /// Reads the argument of `--min`: `pass^1=0.55`.
    pub fn parse_min(text: &str) -> Result<Self, GateError> {
        parse::gate(text, GateKind::Min)
    }

    /// Reads the argument of `--max`: `p95_latency:agent=8s`.
    pub fn parse_max(text: &str) -> Result<Self, GateError> {
        parse::gate(text, GateKind::Max)
    }

    /// Returns the limit in the unit of the figure: shares and relative changes as fractions (2pp = 0.02), times in seconds, costs
    /// in US dollars.
    pub fn limit(&self) -> f64 {
        self.amount.value()
    }

    /// Whether the figure to judge is the relative change NEW / BASE − 1 instead of the difference NEW − BASE.
    pub fn relative(&self) -> bool {
        self.kind == GateKind::FailOn && self.amount.unit == Unit::Percent
    }

    /// Whether the gate is for a cell that goes by any of these names (its environment, its label, …), letter case aside.
    pub fn covers(&self, names: &[&str]) -> bool {
        let same = |cell: &String| names.iter().any(|name| name.to_lowercase() == cell.to_lowercase());
        self.cell.as_ref().is_none_or(same)
    }
}

impl fmt::Display for Gate {
    /// Writes the gate so that it can be read again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cell) = &self.cell {
            write!(f, "[{cell}] ")?;
        }
        match self.kind {
            GateKind::FailOn => write!(f, "{} {} {}", self.metric, self.operator.sign(), self.amount),
            GateKind::Min | GateKind::Max => write!(f, "{}={}", self.metric, self.amount),
        }
    }
}

#[cfg(test)]
mod tests;
