//! The data of each figure, ready to draw: every label and number is final text or a plotted value in `[0, 1]`.

use serde::Serialize;

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
        }
    }
}
