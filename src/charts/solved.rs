//! Always, sometimes, never solved: stacked bars of three segments.

use super::ChartError;
use super::rows::Row;
use super::stacked::{Bar, Composition, draw_bars};
use super::theme::{NOTHING, STEPS};
use crate::views::chart::{Solved, SolvedRow};

/// Draws the figure.
pub(super) fn draw(chart: &Solved) -> Result<String, ChartError> {
    let segments = vec![(STEPS[0], "always: solved in every trial"), (STEPS[1], "sometimes"), (NOTHING, "never")];
    let groups = chart.groups.iter().map(|(heading, rows)| (heading.as_str(), rows.iter().map(bar).collect())).collect();
    draw_bars(&Composition { meta: &chart.meta, axis: "share of tasks", text_heading: "", segments, groups })
}

fn bar(row: &SolvedRow) -> Bar<'_> {
    Bar { row: Row::new(&row.label, &row.text), shares: shares(row).to_vec() }
}

/// Returns the three shares, none negative or above one, scaled down if they add up to more than the bar.
fn shares(row: &SolvedRow) -> [f64; 3] {
    let parts = [row.always, row.sometimes, row.never].map(|part| super::axis::share(part).unwrap_or(0.0));
    let total = parts.iter().sum::<f64>().max(1.0);
    parts.map(|part| part / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(always: f64, sometimes: f64, never: f64) -> SolvedRow {
        SolvedRow { label: String::new(), always, sometimes, never, text: String::new() }
    }

    #[test]
    fn bars_never_leave_the_axis() {
        let close = |row: SolvedRow, expected: [f64; 3]| {
            assert!(shares(&row).iter().zip(expected).all(|(got, want)| (got - want).abs() < 1e-12), "{row:?}");
        };
        close(row(0.2, 0.5, 0.3), [0.2, 0.5, 0.3]);
        close(row(1.0, 1.0, 2.0), [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
        close(row(f64::NAN, -0.5, 0.25), [0.0, 0.0, 0.25]);
    }
}
