//! What a figure says of a gate.

use super::{Gate, GateKind, Operator};
use crate::metrics::Interval;

/// What a figure says of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateVerdict {
    /// Within the limit; for a difference, the whole interval is.
    Passed,
    /// Beyond the limit; for a difference, the whole interval is.
    Failed,
    /// The interval of the difference lies on both sides of the limit, or there is none.
    Inconclusive,
    /// There is no figure.
    NotAvailable,
}

impl GateVerdict {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::NotAvailable => "not available",
        }
    }
}

impl Gate {
    /// Judges a figure, in the unit of [`Gate::limit`].
    ///
    /// For `--fail-on` the figure is a difference (or a relative change, see [`Gate::relative`]) and its interval decides alone. For
    /// `--min` and `--max` it is the figure of NEW, and its interval does not matter.
    pub fn judge(&self, estimate: Option<f64>, interval: Option<Interval>) -> GateVerdict {
        let Some(estimate) = estimate.filter(|estimate| !estimate.is_nan()) else { return GateVerdict::NotAvailable };
        match self.kind {
            GateKind::Min | GateKind::Max if self.beyond(estimate) => GateVerdict::Failed,
            GateKind::Min | GateKind::Max => GateVerdict::Passed,
            GateKind::FailOn => match interval.filter(|ends| !ends.lo.is_nan() && !ends.hi.is_nan()) {
                None => GateVerdict::Inconclusive,
                Some(ends) => match (self.beyond(ends.lo), self.beyond(ends.hi)) {
                    (true, true) => GateVerdict::Failed,
                    (false, false) => GateVerdict::Passed,
                    _ => GateVerdict::Inconclusive,
                },
            },
        }
    }

    /// Whether a value lies on the side of the limit on which the gate fails.
    fn beyond(&self, value: f64) -> bool {
        let limit = self.limit();
        match self.operator {
            Operator::Less => value < limit,
            Operator::AtMost => value <= limit,
            Operator::Greater => value > limit,
            Operator::AtLeast => value >= limit,
        }
    }
}
