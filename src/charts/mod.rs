//! Figures: a display-ready [`Chart`] becomes an SVG text ([`svg`]), and that a PNG ([`png()`]).
//!
//! Both are deterministic and need nothing from the machine: the fonts are embedded. No figure fails for lack of data or
//! for odd values: rows without a plottable value keep their place, and an empty figure says "no data".

mod axis;
mod bars;
mod canvas;
mod compare;
mod coverage;
mod ecdf;
mod font;
mod forest;
mod frame;
mod heatmap;
mod histogram;
mod key;
mod legend;
mod matrix;
mod naming;
mod panel;
mod pareto;
mod pass_curves;
mod quantity;
mod raster;
mod rows;
mod small_multiples;
mod solved;
mod spans;
mod stacked;
mod stacked_time;
mod strata;
mod strata_panel;
mod theme;
mod time_axis;
mod time_marks;
mod timeline;
mod trace;

#[cfg(test)]
mod check;

pub use raster::png;

use crate::views::chart::Chart;

/// Usual scale of a PNG, in pixels per logical pixel.
pub const PNG_SCALE: f32 = 2.0;

/// Why a figure could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// plotters refused to draw.
    #[error("cannot draw the chart: {0}")]
    Draw(String),
    /// resvg cannot read the SVG.
    #[error("cannot read the chart's SVG: {0}")]
    Svg(String),
    /// The scale is not positive and finite, or the picture would be too large.
    #[error("cannot make a picture of scale {0}")]
    Scale(f32),
    /// The PNG encoder failed.
    #[error("cannot encode the chart as PNG: {0}")]
    Png(String),
}

/// Draws a chart as an SVG document 960 logical pixels wide, as high as its rows need.
pub fn svg(chart: &Chart) -> Result<String, ChartError> {
    match chart {
        Chart::Forest(chart) => forest::draw(chart),
        Chart::PassCurves(chart) => pass_curves::draw(chart),
        Chart::Heatmap(chart) => heatmap::draw(chart),
        Chart::Solved(chart) => solved::draw(chart),
        Chart::Coverage(chart) => coverage::draw(chart),
        Chart::Stacked(chart) => stacked::draw(chart),
        Chart::Bars(chart) => bars::draw(chart),
        Chart::Strata(chart) => strata::draw(chart),
        Chart::Pareto(chart) => pareto::draw(chart),
        Chart::Ecdf(chart) => ecdf::draw(chart),
        Chart::Spans(chart) => spans::draw(chart),
        Chart::StackedTime(chart) => stacked_time::draw(chart),
        Chart::Timeline(chart) => timeline::draw(chart),
        Chart::LogHistogram(chart) => histogram::draw(chart),
        Chart::Difference(chart) => compare::difference::draw(chart),
        Chart::Strip(chart) => compare::strip::draw(chart),
        Chart::BeforeAfter(chart) => compare::before_after::draw(chart),
        Chart::RatioForest(chart) => compare::ratio_forest::draw(chart),
        Chart::Scatter(chart) => compare::scatter::draw(chart),
    }
}
