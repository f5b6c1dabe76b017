//! Figures of a comparison of NEW with BASE.

use serde::Serialize;

use super::{ChartMeta, CurvePoint};

/// What a comparison says of NEW.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Better, beyond noise.
    Better,
    /// Worse, beyond noise.
    Worse,
    /// Not to be told apart.
    Inconclusive,
}

/// One row of a difference forest: a matched cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DifferenceRow {
    /// The cell's name.
    pub label: String,
    /// NEW − BASE as a share in `[-1, 1]`; NaN where there is none: the row keeps its place.
    pub difference: f64,
    /// Interval, if defined.
    pub interval: Option<(f64, f64)>,
    /// Minimum detectable difference, a positive share: a grey band around zero.
    pub mde: Option<f64>,
    /// What follows after correction for many comparisons.
    pub mark: Mark,
    /// Text at the right: `+6.0 [−1.1, +13.1]  ~ 0.096`.
    pub text: String,
}

/// Differences with intervals around a zero line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Words.
    pub meta: ChartMeta,
    /// Axis title: `difference in pass^1, NEW − BASE (points)`.
    pub axis: String,
    /// Heading of the text column at the right.
    pub text_heading: String,
    /// Groups of rows in order, each with a heading (the environment, or the NEW of several).
    pub groups: Vec<(String, Vec<DifferenceRow>)>,
}

/// One task of a strip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StripTask {
    /// The task's name.
    pub label: String,
    /// NEW − BASE as a share in `[-1, 1]`; what is no number is left out.
    pub difference: f64,
    /// Clear after correction for the number of tasks.
    pub clear: bool,
}

/// The tasks of one matched cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StripPanel {
    /// The cell's name, with the count: `airline: 14 better, 10 worse, 26 alike`.
    pub label: String,
    /// Tasks; drawn from the largest loss to the largest gain, equal ones in the order given.
    pub tasks: Vec<StripTask>,
}

/// Per-task differences as bars, sorted, one panel a matched cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strip {
    /// Words.
    pub meta: ChartMeta,
    /// Title of the axis of differences: `NEW − BASE, points`.
    pub axis: String,
    /// Panels from top to bottom.
    pub panels: Vec<StripPanel>,
}

/// pass^k of one matched cell on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BeforeAfterPanel {
    /// The cell's name.
    pub label: String,
    /// Points of BASE.
    pub base: Vec<CurvePoint>,
    /// Points of NEW.
    pub new: Vec<CurvePoint>,
}

/// pass^k curves of BASE and NEW, a panel a matched cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// Words.
    pub meta: ChartMeta,
    /// Name of BASE.
    pub base: String,
    /// Name of NEW.
    pub new: String,
    /// Panels in order.
    pub panels: Vec<BeforeAfterPanel>,
}

/// One row of a ratio forest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatioRow {
    /// The cell's name. Neighbouring rows of the same name that have a `sub` stand below one line with that name.
    pub label: String,
    /// What the row says of the cell (`agent`, `tokens`, …), indented below its name; `None` for a row a cell.
    pub sub: Option<String>,
    /// NEW / BASE, above 0; what is not positive or no finite number cannot be drawn: the row keeps its place.
    pub ratio: f64,
    /// Interval, if defined.
    pub interval: Option<(f64, f64)>,
    /// What follows; of most ratios less is better, so that `Better` may be a ratio below 1.
    pub mark: Mark,
    /// Text at the right: `1.15× [1.00, 1.33]  ~ 0.050`.
    pub text: String,
}

/// Ratios with intervals on a logarithmic axis, around a line at 1×.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatioForest {
    /// Words.
    pub meta: ChartMeta,
    /// Axis title: `median latency by task, NEW / BASE`.
    pub axis: String,
    /// Heading of the text column at the right.
    pub text_heading: String,
    /// Groups of rows in order, each with a heading.
    pub groups: Vec<(String, Vec<RatioRow>)>,
}

/// Tasks with the same two solve rates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScatterPoint {
    /// Solve rate of BASE in `[0, 1]`.
    pub base: f64,
    /// Solve rate of NEW in `[0, 1]`.
    pub new: f64,
    /// Tasks there: the area of the bubble.
    pub tasks: u32,
}

/// The tasks of one matched cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScatterPanel {
    /// The cell's name.
    pub label: String,
    /// Points in any order; those at the same place are added up.
    pub points: Vec<ScatterPoint>,
}

/// Solve rates of the tasks, BASE against NEW, with the diagonal of no change; a panel a matched cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scatter {
    /// Words.
    pub meta: ChartMeta,
    /// Title of the horizontal axis: BASE.
    pub base_axis: String,
    /// Title of the vertical axis: NEW.
    pub new_axis: String,
    /// Panels in order.
    pub panels: Vec<ScatterPanel>,
}
