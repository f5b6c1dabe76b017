//! pass^1 by stratum of the tasks: up to seven series in one panel, more as small multiples.

use super::ChartError;
use super::axis::{interval, share};
use super::canvas::{Anchor, Canvas, ROUND, Shape};
use super::font::{clean, fit_labels, wrap, wrap_within};
use super::frame::Frame;
use super::key;
use super::legend::{self, Sample};
use super::panel::Plotted;
use super::strata_panel::{Labels, Points, StrataPanel, room_for};
use super::theme::{BLUE, CATEGORICAL, CONTEXT, INNER, MARGIN, SMALL_HEADING, TICK};
use crate::views::chart::{Strata, StrataSeries};

/// Height of plot and strip of the one panel, and of each of many.
const HEIGHT: (f64, f64) = (320.0, 34.0);
const SMALL_HEIGHT: (f64, f64) = (104.0, 15.0);
/// Space between panels.
const GAP: (f64, f64) = (18.0, 20.0);
/// Room for percentages at the left.
const TICKS: f64 = 44.0;
/// Most room for a series' name in the legend.
const NAME_ROOM: f64 = 400.0;
/// Fewer of the stratum's tasks than this share make a point hollow.
const THIN: f64 = 0.9;
const ID: &str = "all-series";

/// Draws the figure.
pub(super) fn draw(chart: &Strata) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let series: Vec<Points> = chart.series.iter().map(|series| points(chart, series)).collect();
    if series.iter().flatten().all(Option::is_none) {
        return frame.finish_empty();
    }
    let many = series.len() > CATEGORICAL.len();
    let names = fit_labels(chart.series.iter().map(|series| series.label.as_str()), TICK, NAME_ROOM);
    let mut top = frame.top - 4.0;
    if !many {
        let marks = Shape::ALL.into_iter().zip(CATEGORICAL).map(|(shape, colour)| Sample::Series(shape, colour));
        let entries: Vec<(Sample, &str)> = marks.zip(names.iter().map(String::as_str)).collect();
        top = legend::draw(&mut frame.canvas, &entries, top);
    }
    top = legend::draw(&mut frame.canvas, &key_of(chart, &series, many), top) + 4.0;
    let below =
        if many { draw_many(&mut frame.canvas, chart, &series, top) } else { draw_one(&mut frame.canvas, chart, &series, top) };
    frame.finish(below)
}

/// Returns one entry a stratum: what is missing or no number is a gap.
fn points(chart: &Strata, series: &StrataSeries) -> Points {
    let point = |(i, stratum): (usize, &crate::views::chart::Stratum)| {
        let point = series.points.get(i)?.as_ref()?;
        let thin = f64::from(point.tasks) < THIN * f64::from(stratum.tasks);
        Some(Plotted { k: i as f64, value: share(point.value)?, interval: interval(point.interval), thin })
    };
    chart.strata.iter().enumerate().map(point).collect()
}

/// Returns the share of the tasks in each stratum.
fn task_shares(chart: &Strata) -> Vec<f64> {
    let total = chart.strata.iter().map(|stratum| f64::from(stratum.tasks)).sum::<f64>().max(1.0);
    chart.strata.iter().map(|stratum| f64::from(stratum.tasks) / total).collect()
}

fn numbers(chart: &Strata) -> Vec<u32> {
    chart.strata.iter().map(|stratum| stratum.tasks).collect()
}

/// Returns the legend entries of what occurs, besides the series.
fn key_of(chart: &Strata, series: &[Points], many: bool) -> Vec<(Sample, &'static str)> {
    let any = |is: &dyn Fn(&Plotted) -> bool| series.iter().flatten().flatten().any(is);
    let mut entries = Vec::new();
    if any(&|point| point.interval.is_some()) {
        entries.push((Sample::Whisker, "estimate and interval"));
    }
    if any(&|point| point.thin) {
        entries.push((Sample::Thin, "fewer than 90 % of the stratum's tasks"));
    }
    if chart.strata.iter().any(|stratum| stratum.tasks > 0) {
        let numbered = !many && room_for(&numbers(chart), (INNER - TICKS) / chart.strata.len() as f64);
        let words = if numbered { "share and number of tasks in the stratum" } else { "share of tasks in the stratum" };
        entries.push((Sample::Square(CONTEXT, false), words));
    }
    entries
}

fn draw_one(canvas: &mut Canvas, chart: &Strata, series: &[Points], top: f64) -> f64 {
    let tasks = task_shares(chart);
    let plot_top = top + 30.0;
    let panel = StrataPanel::new((MARGIN + TICKS, MARGIN + INNER), (plot_top, plot_top + HEIGHT.0), &tasks, HEIGHT.1);
    let names: Vec<&str> = chart.strata.iter().map(|stratum| stratum.label.as_str()).collect();
    let labels = Labels::new(&names, panel.slot, Some(panel.middle(0)));
    canvas.plain(|pen| {
        pen.text("pass^1", (MARGIN, top + 14.0), TICK, Anchor::Start);
        panel.draw_ground(pen, &tasks);
        panel.label_shares(pen);
        if room_for(&numbers(chart), panel.slot) {
            panel.label_tasks(pen, &numbers(chart), &tasks);
        }
        panel.label_strata(pen, &labels);
    });
    let dodges = panel.dodges(series.len());
    // Markers about as wide as the distance of two series.
    let pitch = dodges.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let radius = (pitch * 0.7).clamp(2.6, 4.2).min(panel.slot * 0.35);
    let all = || series.iter().zip(&dodges).zip(CATEGORICAL);
    for ((points, &dodge), colour) in all().filter(|_| chart.joined) {
        panel.draw_line(canvas, points, dodge, colour, 1.4);
    }
    canvas.plain(|pen| {
        for (((points, &dodge), colour), shape) in all().zip(Shape::ALL) {
            panel.draw_points(pen, points, dodge, (shape, radius), colour);
        }
    });
    finish(canvas, chart, &labels, panel.bottom() + labels.height())
}

/// Writes the axis title and, where the strata are numbered, their key; returns the y below.
fn finish(canvas: &mut Canvas, chart: &Strata, labels: &Labels, mut y: f64) -> f64 {
    canvas.plain(|pen| {
        let middle = MARGIN + TICKS + (INNER - TICKS) / 2.0;
        for line in wrap(&chart.axis, TICK, INNER - TICKS) {
            pen.text(&line, (middle, y + 14.0), TICK, Anchor::Middle);
            y += TICK.leading();
        }
    });
    if matches!(labels, Labels::Numbered(_)) {
        let names: Vec<String> = chart.strata.iter().map(|stratum| clean(&stratum.label)).collect();
        y = key::draw(canvas, &names, y + 12.0);
    }
    y + 4.0
}

fn draw_many(canvas: &mut Canvas, chart: &Strata, series: &[Points], top: f64) -> f64 {
    let tasks = task_shares(chart);
    let columns = columns(chart.strata.len());
    let wide = (INNER - TICKS - GAP.0 * (columns as f64 - 1.0)) / columns as f64;
    let panel_at = |x: f64, y: f64| StrataPanel::new((x, x + wide), (y, y + SMALL_HEIGHT.0), &tasks, SMALL_HEIGHT.1);
    let origin = panel_at(0.0, 0.0);
    canvas.define(ID, ROUND, |pen| {
        origin.draw_ground(pen, &tasks);
        for points in series.iter().filter(|_| chart.joined) {
            origin.draw_context(pen, points);
        }
    });
    let strata: Vec<&str> = chart.strata.iter().map(|stratum| stratum.label.as_str()).collect();
    let labels = Labels::new(&strata, origin.slot, None);
    let names: Vec<Vec<String>> =
        chart.series.iter().map(|series| wrap_within(&series.label, SMALL_HEADING, wide, 2)).collect();
    canvas.plain(|pen| pen.text("pass^1", (MARGIN, top + 14.0), TICK, Anchor::Start));
    let (mut y, mut below) = (top + 22.0, top);
    for (row, (points, names)) in series.chunks(columns).zip(names.chunks(columns)).enumerate() {
        y += names.iter().map(Vec::len).max().unwrap_or(1) as f64 * SMALL_HEADING.leading();
        let last = |column| (row + 1) * columns + column >= series.len();
        for (column, (points, name)) in points.iter().zip(names).enumerate() {
            let panel = panel_at(MARGIN + TICKS + column as f64 * (wide + GAP.0), y + 6.0);
            canvas.repeat(ID, (panel.panel.x.0, panel.panel.y.0));
            if chart.joined {
                panel.draw_line(canvas, points, 0.0, BLUE, 1.4);
            }
            canvas.plain(|pen| {
                panel.draw_points(pen, points, 0.0, (Shape::Circle, if tasks.len() > 12 { 2.4 } else { 3.0 }), BLUE);
                for (line, text) in name.iter().rev().enumerate() {
                    let baseline = y - 2.0 - line as f64 * SMALL_HEADING.leading();
                    pen.text(text, (panel.panel.x.0, baseline), SMALL_HEADING, Anchor::Start);
                }
                if column == 0 {
                    panel.label_shares(pen);
                }
                // The lowest panel of each column names the strata.
                if last(column) {
                    panel.label_strata(pen, &labels);
                }
            });
            below = panel.bottom();
        }
        // Where a column ends above the last row, its names stand beside the headings of that row.
        let partial = last(columns - 1) && !last(0);
        y = below + GAP.1 + if partial { labels.height() - TICK.leading() } else { 0.0 };
    }
    finish(canvas, chart, &labels, below + labels.height())
}

/// Returns how many panels stand beside each other.
fn columns(strata: usize) -> usize {
    match strata {
        0..=10 => 4,
        11..=14 => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::chart::{ChartMeta, StrataPoint, Stratum};

    #[test]
    fn what_is_missing_is_a_gap_and_never_zero() {
        let point = |value, tasks| Some(StrataPoint { value, interval: None, tasks });
        let words = String::new;
        let stratum = || Stratum { label: words(), tasks: 10 };
        let one = StrataSeries { label: words(), points: vec![point(0.5, 10), None, point(f64::NAN, 10), point(0.0, 8)] };
        let meta = ChartMeta { id: words(), title: words(), subtitle: words(), footer: words(), alt: words() };
        let chart =
            Strata { meta, axis: words(), strata: (0..5).map(|_| stratum()).collect(), joined: true, series: vec![one] };
        let points = points(&chart, &chart.series[0]);
        let found: Vec<Option<(f64, bool)>> = points.iter().map(|point| point.map(|point| (point.value, point.thin))).collect();
        assert_eq!(found, [Some((0.5, false)), None, None, Some((0.0, true)), None]);
    }
}
