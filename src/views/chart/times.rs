//! Figures of latency and time. All times are in milliseconds unless a name says otherwise.

use serde::Serialize;

use super::ChartMeta;

/// One curve of an [`Ecdf`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EcdfSeries {
    /// The component's name.
    pub label: String,
    /// `(duration, share of calls at or below it)` by rising duration, thinned (`metrics::latency::ecdf_points`); the last is the
    /// longest call at share 1. Durations of 0 are drawn at the left end of the axis, and a note says so.
    pub points: Vec<(f64, f64)>,
    /// Median, if it may be shown.
    pub p50_ms: Option<f64>,
    /// P90, if it may be shown.
    pub p90_ms: Option<f64>,
    /// P99, if it may be shown.
    pub p99_ms: Option<f64>,
    /// Calls behind the curve.
    pub n: u64,
}

/// Empirical distribution of durations on a logarithmic axis that holds them all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ecdf {
    /// Words.
    pub meta: ChartMeta,
    /// Title of the axis of durations.
    pub axis: String,
    /// At most 7 curves share one panel; more become small multiples.
    pub series: Vec<EcdfSeries>,
    /// Limit to mark, where there is one for all.
    pub sla_ms: Option<f64>,
}

/// One row of a [`Spans`] plot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpanRow {
    /// The row's name. Neighbouring rows of the same name that have a `sub` stand below one line with that name.
    pub label: String,
    /// What the row says of the name (the model, the tool, …), indented below it.
    pub sub: Option<String>,
    /// P10; NaN where there is none, like the next four and the longest.
    pub p10_ms: f64,
    /// P25.
    pub p25_ms: f64,
    /// Median.
    pub p50_ms: f64,
    /// P75.
    pub p75_ms: f64,
    /// P90.
    pub p90_ms: f64,
    /// P99, if it may be shown.
    pub p99_ms: Option<f64>,
    /// Longest one.
    pub max_ms: f64,
    /// Calls or turns behind the row; the maker writes it into `text`.
    pub n: u64,
    /// Text at the right: `4020 ms  70.6 s  3453`.
    pub text: String,
}

/// Spread of durations, one row a component, on one logarithmic axis that holds the longest calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spans {
    /// Words.
    pub meta: ChartMeta,
    /// Axis title.
    pub axis: String,
    /// Heading of the text columns at the right.
    pub text_heading: String,
    /// What is timed, one of it: `call`, `turn`.
    pub unit: String,
    /// Groups of rows in order, each with a heading (the domain, the side).
    pub groups: Vec<(String, Vec<SpanRow>)>,
    /// Limit to mark, where there is one for all.
    pub sla_ms: Option<f64>,
}

/// One bar of a [`StackedTime`] chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StackedTimeRow {
    /// The row's name. Neighbouring rows of the same name that have a `sub` stand below one line with that name.
    pub label: String,
    /// What the row says of the name (solved, failed, …), indented below it.
    pub sub: Option<String>,
    /// Time of each category, in the order of [`StackedTime::categories`]; what is not above 0 has no segment.
    pub parts_ms: Vec<f64>,
    /// Text at the right: `6230 ms  3400 of 3453 calls`.
    pub text: String,
}

/// Composition of a time (prefill, decode, unattributed; agent, user, tool, …): bars of absolute length on a linear axis from 0.
///
/// Meant for means: they add up, percentiles do not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StackedTime {
    /// Words.
    pub meta: ChartMeta,
    /// Axis title.
    pub axis: String,
    /// Heading of the text columns at the right.
    pub text_heading: String,
    /// Names of the categories in the order of the segments; limits as for [`super::Stacked::categories`]. A last category
    /// called `unattributed`, `unexplained` or `other` is pale grey.
    pub categories: Vec<String>,
    /// Groups of rows in order, each with a heading (the domain).
    pub groups: Vec<(String, Vec<StackedTimeRow>)>,
}

/// How a series of a [`Timeline`] is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineStyle {
    /// Straight lines; a value that is no finite number breaks the line.
    Line,
    /// Each value holds until the next one; a value that is no finite number is a gap.
    Step,
    /// A dot each. Dots that would lie upon each other are drawn once; where more than that is left out, the panel says so.
    Dots,
}

/// One series of a [`TimelinePanel`].
///
/// A line keeps the highest and lowest value in each pixel, so one of many thousand points becomes a filled band: better binned by
/// the maker (`metrics::timeline::bins`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineSeries {
    /// Its name: series of the same name have the same colour in all panels.
    pub label: String,
    /// How it is drawn.
    pub style: TimelineStyle,
    /// `(minutes, value)` in any order, the value in the unit of the panel.
    pub points: Vec<(f64, f64)>,
}

/// Unit of the values of a [`TimelinePanel`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineUnit {
    /// Milliseconds on a linear axis from 0.
    Milliseconds,
    /// Milliseconds on a logarithmic axis.
    LogMilliseconds,
    /// A number (calls, requests, tokens a second) on a linear axis from 0.
    Number,
    /// A share in `[0, 1]`, on an axis from 0 to 100 %.
    Share,
}

/// One pair of axes of a [`Timeline`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelinePanel {
    /// Title of its upright axis, with the unit: `output tokens a second`.
    pub axis: String,
    /// Unit of its values.
    pub unit: TimelineUnit,
    /// Series in order.
    pub series: Vec<TimelineSeries>,
}

/// What happened over time, in panels below each other that share one axis of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// Words.
    pub meta: ChartMeta,
    /// Title of the axis of time: `time since the first call`.
    pub axis: String,
    /// Panels from top to bottom. Up to ten names of series have a colour of their own, further ones share a pale grey.
    pub panels: Vec<TimelinePanel>,
}

/// One component of a [`LogHistogram`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistogramPanel {
    /// The component's name.
    pub label: String,
    /// Calls, `too_small` included.
    pub n: u64,
    /// Edges of the bins in rising order, one more than `counts`.
    pub edges_ms: Vec<f64>,
    /// Calls in each bin.
    pub counts: Vec<u64>,
    /// Calls of 0 ms, which have no bin; a note says how many.
    pub too_small: u64,
    /// Median, if it may be shown.
    pub p50_ms: Option<f64>,
    /// P99, if it may be shown.
    pub p99_ms: Option<f64>,
}

/// Histograms of durations in logarithmic bins, a panel each, on common axes that cut nothing off: a component of few calls, whose
/// few bins are high, makes those of all others low and is better left out by the maker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogHistogram {
    /// Words.
    pub meta: ChartMeta,
    /// Title of the axis of durations.
    pub axis: String,
    /// Panels in order.
    pub panels: Vec<HistogramPanel>,
    /// Limit to mark, where there is one for all.
    pub sla_ms: Option<f64>,
}
