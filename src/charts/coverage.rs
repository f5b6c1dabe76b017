//! Coverage matrix: how many of the planned trials of each task were scored.

use plotters::style::RGBColor;

use super::ChartError;
use super::frame::Frame;
use super::legend::{self, Sample};
use super::matrix::{self, Matrix, Square};
use super::theme::{HATCH, PAPER, STEPS};
use crate::views::chart::{Coverage, CoverageSquare};

/// How much of a square's plan was scored, from all to nothing planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Full,
    Most,
    Some,
    None,
    Unplanned,
}

impl State {
    const ALL: [Self; 5] = [Self::Full, Self::Most, Self::Some, Self::None, Self::Unplanned];

    fn of(square: &CoverageSquare) -> Self {
        let (scored, planned) = (u64::from(square.scored), u64::from(square.planned));
        match (scored, planned) {
            (0, 0) if square.excluded == 0 => Self::Unplanned,
            (0, _) => Self::None,
            _ if scored >= planned => Self::Full,
            _ if scored * 2 >= planned => Self::Most,
            _ => Self::Some,
        }
    }

    fn colour(self) -> RGBColor {
        match self {
            Self::Full => STEPS[0],
            Self::Most => STEPS[1],
            Self::Some => STEPS[2],
            Self::None => HATCH,
            Self::Unplanned => PAPER,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Full => "all planned trials scored",
            Self::Most => "at least half",
            Self::Some => "fewer than half",
            Self::None => "none",
            Self::Unplanned => "not planned",
        }
    }
}

/// Draws the figure.
pub(super) fn draw(chart: &Coverage) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    if chart.rows.is_empty() || chart.columns.is_empty() {
        return frame.finish_empty();
    }
    // A row may be shorter than the columns: what it lacks was not planned.
    let squares = |row: &[CoverageSquare]| -> Vec<(State, bool)> {
        let at = |column| row.get(column).map_or((State::Unplanned, false), |square| (State::of(square), square.excluded > 0));
        (0..chart.columns.len()).map(at).collect()
    };
    let rows: Vec<(&str, Vec<(State, bool)>)> = chart.rows.iter().map(|(task, row)| (task.as_str(), squares(row))).collect();
    let any = |is: &dyn Fn(&(State, bool)) -> bool| rows.iter().flat_map(|row| &row.1).any(is);
    let mut entries: Vec<(Sample, &str)> = State::ALL
        .into_iter()
        .filter(|&state| any(&|square| square.0 == state))
        .map(|state| (Sample::Square(state.colour(), state == State::Unplanned), state.words()))
        .collect();
    if any(&|square| square.1) {
        entries.push((Sample::Excluded, "some trials excluded (errors)"));
    }
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 8.0;
    let draw_as = |(state, marked): (State, bool)| Square { colour: state.colour(), marked };
    let rows = rows.into_iter().map(|(task, row)| (task, row.into_iter().map(draw_as).collect())).collect();
    let bottom = matrix::draw(&mut frame.canvas, &Matrix { columns: &chart.columns, rows }, top);
    frame.finish(bottom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_the_counts() {
        let state = |scored, excluded, planned| State::of(&CoverageSquare { scored, excluded, planned });
        assert_eq!(state(4, 0, 4), State::Full);
        assert_eq!(state(5, 0, 4), State::Full);
        assert_eq!(state(2, 2, 4), State::Most);
        assert_eq!(state(1, 0, 4), State::Some);
        assert_eq!(state(0, 3, 4), State::None);
        assert_eq!(state(0, 1, 0), State::None);
        assert_eq!(state(0, 0, 0), State::Unplanned);
        assert_eq!(state(u32::MAX, 0, u32::MAX), State::Full);
    }
}
