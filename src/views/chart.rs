//! The data of each figure, ready to draw: every label and number is final text or a plotted value: a share in `[0, 1]` or a
//! quantity in the unit its name says.

mod times;

pub mod compare;

use serde::Serialize;

use compare::{BeforeAfter, Difference, RatioForest, Scatter, Strip};
pub use times::{
    Ecdf, EcdfSeries, HistogramPanel, LogHistogram, SpanRow, Spans, StackedTime, StackedTimeRow, Timeline, TimelinePanel,
    TimelineSeries, TimelineStyle, TimelineUnit,
};

/// Words around a figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartMeta {
    /// Stable id and file stem, `lower_snake`: `forest_pass_1`, `pass_k_airline`, …
    pub id: String,
    /// The finding or the quantity.
    pub title: String,
    /// What is shown and filtered.
    pub subtitle: String,
    /// n, meaning of the interval, version.
    pub footer: String,
    /// Text alternative for Markdown.
    pub alt: String,
}

/// One row of a forest plot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ForestRow {
    /// The cell's name.
    pub label: String,
    /// The estimate in `[0, 1]`.
    pub estimate: f64,
    /// Interval, if defined.
    pub interval: Option<(f64, f64)>,
    /// The estimate with excluded errors counted as failures, where any were excluded: a second, hollow mark.
    pub errors_as_failures: Option<f64>,
    /// Text at the right: `42.0 [32.2, 52.5]  50 × 4`.
    pub text: String,
}

/// Forest plot of one proportion: a dot and whisker a row, sorted by the maker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forest {
    /// Words.
    pub meta: ChartMeta,
    /// Axis title.
    pub axis: String,
    /// Heading of the text column at the right.
    pub text_heading: String,
    /// Groups of rows in order, each with a heading (the environment).
    pub groups: Vec<(String, Vec<ForestRow>)>,
}

/// One point of a pass^k curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Number of trials that must all succeed.
    pub k: u32,
    /// The estimate in `[0, 1]`.
    pub value: f64,
    /// Interval, if defined.
    pub interval: Option<(f64, f64)>,
    /// Rests on fewer than 90 % of the tasks: drawn hollow, its segment dashed.
    pub thin: bool,
}

/// One cell's curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurveSeries {
    /// The cell's name.
    pub label: String,
    /// Points by rising k.
    pub points: Vec<CurvePoint>,
}

/// pass^k against k with interval bands, and the (pass^1)^k reference of an agent for which all tasks are equally hard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PassCurves {
    /// Words.
    pub meta: ChartMeta,
    /// At most 7 series share one panel; more become small multiples.
    pub series: Vec<CurveSeries>,
}

/// Task × cell heatmap of solve rates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heatmap {
    /// Words.
    pub meta: ChartMeta,
    /// Column names (cells), ordered by score.
    pub columns: Vec<String>,
    /// Rows: task name (or a range of binned tasks) and per column the solve rate in `[0, 1]`, `None` = no scored trial.
    pub rows: Vec<(String, Vec<Option<f64>>)>,
}

/// One row of the always / sometimes / never chart. Shares of tasks, adding up to one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SolvedRow {
    /// The cell's name.
    pub label: String,
    /// Solved in every trial.
    pub always: f64,
    /// Solved in some.
    pub sometimes: f64,
    /// Solved in none.
    pub never: f64,
    /// Text at the right: `50 tasks × 4`.
    pub text: String,
}

/// Always / sometimes / never solved, one stacked bar a cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Solved {
    /// Words.
    pub meta: ChartMeta,
    /// Groups of rows in order, each with a heading (the environment).
    pub groups: Vec<(String, Vec<SolvedRow>)>,
}

/// One square of the coverage matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoverageSquare {
    /// Trials that entered the figures.
    pub scored: u32,
    /// Trials found but excluded (infrastructure errors, invalid rewards).
    pub excluded: u32,
    /// Trials planned for this task in this cell.
    pub planned: u32,
}

/// Coverage matrix: task × cell, how many of the planned trials were scored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// Words.
    pub meta: ChartMeta,
    /// Column names (cells).
    pub columns: Vec<String>,
    /// Rows: task name (or a range of binned tasks, whose counts are summed) and a square per column.
    pub rows: Vec<(String, Vec<CoverageSquare>)>,
}

/// One row of a composition chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StackedRow {
    /// The cell's name.
    pub label: String,
    /// How often each category occurred, in the order of [`Stacked::categories`]. All zero: the row stays without a bar.
    pub counts: Vec<u64>,
    /// Text at the right: the count behind the bar, `200 trials`.
    pub text: String,
}

/// Composition of something counted (termination reasons, …): one bar a cell, all bars of the same length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stacked {
    /// Words.
    pub meta: ChartMeta,
    /// Axis title: `share of trials`.
    pub axis: String,
    /// Heading of the text column at the right.
    pub text_heading: String,
    /// Names of the categories in the order of the segments. At most eleven are drawn: of more, all from the eleventh on
    /// are drawn as one. A last category called `other` is pale grey, whatever their number.
    pub categories: Vec<String>,
    /// Groups of rows in order, each with a heading (the environment).
    pub groups: Vec<(String, Vec<StackedRow>)>,
}

/// One row of a bar chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BarRow {
    /// The cell's name. Neighbouring rows of the same name that have a `sub` stand below one line with that name.
    pub label: String,
    /// What the row says of the cell (the component, …), indented below its name; `None` for a row a cell.
    pub sub: Option<String>,
    /// The share in `[0, 1]`; NaN where there is none: the row keeps its place.
    pub value: f64,
    /// Interval, if defined.
    pub interval: Option<(f64, f64)>,
    /// Text at the right: `12.0 [8.1, 17.3]  24 of 200`.
    pub text: String,
}

/// Shares as thin bars with whiskers, one or several a cell (failures by component, …).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bars {
    /// Words.
    pub meta: ChartMeta,
    /// Axis title.
    pub axis: String,
    /// Heading of the text column at the right.
    pub text_heading: String,
    /// Groups of rows in order, each with a heading (the environment).
    pub groups: Vec<(String, Vec<BarRow>)>,
}

/// A part of the tasks: those with three reference actions, those of one intent, …
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stratum {
    /// The stratum's name.
    pub label: String,
    /// Tasks in it that any cell scored; 0 for a stratum that only keeps a place.
    pub tasks: u32,
}

/// What one cell did in one stratum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrataPoint {
    /// pass^1 over the stratum's tasks, in `[0, 1]`.
    pub value: f64,
    /// Interval, if defined.
    pub interval: Option<(f64, f64)>,
    /// Tasks of the stratum behind the value; drawn hollow, its segments dashed, where they are fewer than 90 % of
    /// [`Stratum::tasks`].
    pub tasks: u32,
}

/// One cell across the strata.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrataSeries {
    /// The cell's name.
    pub label: String,
    /// One entry a stratum, in the order of [`Strata::strata`]; `None` (no scored task) stays a gap in the line.
    pub points: Vec<Option<StrataPoint>>,
}

/// pass^1 by stratum of the tasks, with the share of the tasks in each stratum below.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strata {
    /// Words.
    pub meta: ChartMeta,
    /// Title of the axis of strata: `reference actions of the task`.
    pub axis: String,
    /// Strata from left to right.
    pub strata: Vec<Stratum>,
    /// Whether neighbouring points of a series are joined: the strata have an order, and none is left out between two of them.
    pub joined: bool,
    /// At most 7 series share one panel; more become small multiples.
    pub series: Vec<StrataSeries>,
}

/// Unit of the horizontal axis of a [`Pareto`] chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ParetoUnit {
    /// US dollars.
    Usd,
    /// Seconds.
    Seconds,
}

/// One cell of a [`Pareto`] chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParetoPoint {
    /// The cell's name.
    pub label: String,
    /// Cost or duration in the chart's unit, from 0 on. What is negative or no finite number cannot be drawn; the chart
    /// names it below instead.
    pub x: f64,
    /// Interval of `x`, if defined.
    pub x_interval: Option<(f64, f64)>,
    /// pass^1 in `[0, 1]`.
    pub y: f64,
    /// Interval of `y`, if defined.
    pub y_interval: Option<(f64, f64)>,
    /// No other cell has an `x` as small and a `y` as large, one of them better.
    pub on_front: bool,
}

/// Cost or duration against pass^1, with the front of cells that no other beats in both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pareto {
    /// Words.
    pub meta: ChartMeta,
    /// Title of the horizontal axis.
    pub x_axis: String,
    /// Unit of the horizontal axis.
    pub x_unit: ParetoUnit,
    /// Logarithmic horizontal axis; cells at 0 then stand in a band of their own at its left.
    pub log_x: bool,
    /// Cells in order. Up to 12 are named beside their marks, more are numbered with a key below.
    pub points: Vec<ParetoPoint>,
}

/// Any figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chart {
    /// See [`Forest`].
    Forest(Forest),
    /// See [`PassCurves`].
    PassCurves(PassCurves),
    /// See [`Heatmap`].
    Heatmap(Heatmap),
    /// See [`Solved`].
    Solved(Solved),
    /// See [`Coverage`].
    Coverage(Coverage),
    /// See [`Stacked`].
    Stacked(Stacked),
    /// See [`Bars`].
    Bars(Bars),
    /// See [`Strata`].
    Strata(Strata),
    /// See [`Pareto`].
    Pareto(Pareto),
    /// See [`Ecdf`].
    Ecdf(Ecdf),
    /// See [`Spans`].
    Spans(Spans),
    /// See [`StackedTime`].
    StackedTime(StackedTime),
    /// See [`Timeline`].
    Timeline(Timeline),
    /// See [`LogHistogram`].
    LogHistogram(LogHistogram),
    /// See [`Difference`].
    Difference(Difference),
    /// See [`Strip`].
    Strip(Strip),
    /// See [`BeforeAfter`].
    BeforeAfter(BeforeAfter),
    /// See [`RatioForest`].
    RatioForest(RatioForest),
    /// See [`Scatter`].
    Scatter(Scatter),
}

impl Chart {
    /// Returns the words around the figure.
    pub fn meta(&self) -> &ChartMeta {
        match self {
            Self::Forest(chart) => &chart.meta,
            Self::PassCurves(chart) => &chart.meta,
            Self::Heatmap(chart) => &chart.meta,
            Self::Solved(chart) => &chart.meta,
            Self::Coverage(chart) => &chart.meta,
            Self::Stacked(chart) => &chart.meta,
            Self::Bars(chart) => &chart.meta,
            Self::Strata(chart) => &chart.meta,
            Self::Pareto(chart) => &chart.meta,
            Self::Ecdf(chart) => &chart.meta,
            Self::Spans(chart) => &chart.meta,
            Self::StackedTime(chart) => &chart.meta,
            Self::Timeline(chart) => &chart.meta,
            Self::LogHistogram(chart) => &chart.meta,
            Self::Difference(chart) => &chart.meta,
            Self::Strip(chart) => &chart.meta,
            Self::BeforeAfter(chart) => &chart.meta,
            Self::RatioForest(chart) => &chart.meta,
            Self::Scatter(chart) => &chart.meta,
        }
    }
}
