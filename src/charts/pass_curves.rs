//! pass^k against k: up to seven series in one panel, more as small multiples.

use super::ChartError;
use super::canvas::{Anchor, Canvas, Pen, Shape};
use super::font::fit_labels;
use super::frame::Frame;
use super::legend::{self, Sample};
use super::panel::{Panel, Plotted, plotted, ranges};
use super::small_multiples;
use super::theme::{AXIS, CATEGORICAL, INNER, LABEL, MARGIN, TICK};
use crate::views::chart::PassCurves;

/// Height of the panel.
const HEIGHT: f64 = 360.0;
/// Room for the names at the right, at most.
const NAMES: f64 = 320.0;
/// Distance of two names.
const NAME_PITCH: f64 = 19.0;
/// Title of the axis of k.
pub(super) const K_TITLE: &str = "k (trials of a task that must all succeed)";

/// Draws the figure.
pub(super) fn draw(chart: &PassCurves) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let points: Vec<Vec<Plotted>> = chart.series.iter().map(plotted).collect();
    if points.iter().all(Vec::is_empty) {
        return frame.finish_empty();
    }
    let top = legend::draw(&mut frame.canvas, &key(&points), frame.top - 4.0) + 4.0;
    let labels: Vec<&str> = chart.series.iter().map(|series| series.label.as_str()).collect();
    let below = if points.len() > CATEGORICAL.len() {
        small_multiples::draw(&mut frame.canvas, &labels, &points, top)
    } else {
        draw_panel(&mut frame.canvas, &labels, &points, top)
    };
    frame.finish(below)
}

/// Returns the legend entries of what occurs.
fn key(points: &[Vec<Plotted>]) -> Vec<(Sample, &'static str)> {
    let any = |is: &dyn Fn(&Vec<Plotted>) -> bool| points.iter().any(is);
    let mut entries = Vec::new();
    if any(&|series| series.windows(2).any(|pair| pair.iter().all(|point| point.interval.is_some()))) {
        entries.push((Sample::Band, "interval"));
    } else if any(&|series| series.iter().any(|point| point.interval.is_some())) {
        entries.push((Sample::Whisker, "estimate and interval"));
    }
    if any(&|series| series.len() > 1 && series.first().is_some_and(|point| (point.k - 1.0).abs() < 0.5)) {
        entries.push((Sample::Dotted, "(pass^1)^k: expected if all tasks were equally hard"));
    }
    if any(&|series| series.iter().any(|point| point.thin)) {
        entries.push((Sample::Thin, "fewer than 90 % of the tasks have k trials"));
    }
    entries
}

fn draw_panel(canvas: &mut Canvas, labels: &[&str], points: &[Vec<Plotted>], top: f64) -> f64 {
    let names = fit_labels(labels.iter().copied(), LABEL, NAMES - 40.0);
    let names_width = super::font::widest(names.iter().map(String::as_str), LABEL) + 40.0;
    let (k, scale) = ranges(points);
    let plot_top = top + 30.0;
    let panel = Panel { x: (MARGIN + 44.0, MARGIN + INNER - names_width), y: (plot_top, plot_top + HEIGHT), k, scale };
    canvas.plain(|pen| {
        pen.text("pass^k", (MARGIN, top + 14.0), TICK, Anchor::Start);
        panel.draw_grid(pen);
        panel.label_shares(pen);
        panel.label_ks(pen, 12);
    });
    let opacity = if points.len() > 4 { 0.09 } else { 0.14 };
    canvas.plain(|pen| {
        for (series, colour) in points.iter().zip(CATEGORICAL) {
            panel.draw_bands(pen, series, colour, opacity);
        }
    });
    for (series, colour) in points.iter().zip(CATEGORICAL) {
        panel.draw_reference(canvas, series, colour);
    }
    let shifts = shifts(points);
    // Markers that do not touch along a long curve.
    let radius = if k.1 - k.0 > 16.0 { 2.4 } else { 4.4 };
    for (i, (series, colour)) in points.iter().zip(CATEGORICAL).enumerate() {
        panel.draw_lines(canvas, series, colour, 2.0);
        canvas.plain(|pen| {
            panel.draw_whiskers(pen, series, colour, shifts[i]);
            panel.draw_points(pen, series, (Shape::ALL[i], radius), colour, shifts[i]);
        });
    }
    canvas.plain(|pen| {
        draw_names(pen, &panel, &names, points, &shifts);
        let middle = f64::midpoint(panel.x.0, panel.x.1);
        pen.text(K_TITLE, (middle, panel.y.1 + 38.0), TICK, Anchor::Middle);
    });
    panel.y.1 + 44.0
}

/// Returns sideways shifts that keep the whiskers of one-point series apart, and off the curves.
fn shifts(points: &[Vec<Plotted>]) -> Vec<f64> {
    let singles = points.iter().filter(|series| series.len() == 1).count();
    let curves = points.iter().any(|series| series.len() > 1);
    let mut next = 0_u8;
    let mut shift = |series: &Vec<Plotted>| {
        if series.len() != 1 {
            return 0.0;
        }
        let i = f64::from(next);
        next += 1;
        if curves {
            // Left, right, further left, further right.
            let side = if next % 2 == 1 { -1.0 } else { 1.0 };
            side * (10.0 + 7.0 * (i / 2.0).floor())
        } else {
            (i - (singles as f64 - 1.0) / 2.0) * 26.0
        }
    };
    points.iter().map(&mut shift).collect()
}

/// Writes each name, with its marker, as near to the end of its curve as the others allow.
fn draw_names(pen: &mut Pen, panel: &Panel, names: &[String], points: &[Vec<Plotted>], shifts: &[f64]) {
    let ends: Vec<(usize, Plotted)> = points.iter().enumerate().filter_map(|(i, series)| Some((i, *series.last()?))).collect();
    let wanted: Vec<f64> = ends.iter().map(|end| panel.place_share(end.1.value)).collect();
    let placed = spread(&wanted, NAME_PITCH, (panel.y.0, panel.y.1 - 2.0));
    let x = panel.x.1 + 12.0;
    for (((i, end), from), to) in ends.iter().zip(&wanted).zip(&placed) {
        let colour = CATEGORICAL[*i];
        // A leader from a curve that ends early, or from one of several single points, would cross the others: their
        // markers and colours must do.
        if points[*i].len() > 1 && (end.k - panel.k.1).abs() < 0.5 {
            pen.line((panel.place_k(end.k) + shifts[*i] + 7.0, *from), (x - 2.0, *to), AXIS, 0.6);
        }
        pen.marker(Shape::ALL[*i], (x + 6.0, *to), 4.0, colour, false);
        if let Some(name) = names.get(*i) {
            pen.text(name, (x + 17.0, to + 4.2), LABEL, Anchor::Start);
        }
    }
}

/// Moves places apart to at least `pitch`, as little as possible, within the range; keeps their order (ties: first above).
fn spread(wanted: &[f64], pitch: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    // Blocks of neighbours that touch: sum of (wanted − offset in block), count. Pool adjacent violators.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let start = |block: &(f64, usize)| {
        let height = (block.1 as f64 - 1.0) * pitch;
        (block.0 / block.1 as f64).min(bottom - height).max(top)
    };
    for &i in &order {
        let mut block = (wanted[i], 1);
        while let Some(above) = blocks.pop() {
            if start(&above) + above.1 as f64 * pitch <= start(&block) {
                blocks.push(above);
                break;
            }
            block = (above.0 + block.0 - block.1 as f64 * above.1 as f64 * pitch, above.1 + block.1);
        }
        blocks.push(block);
    }
    let tops = blocks.iter().flat_map(|block| {
        let first = start(block);
        (0..block.1).map(move |i| first + i as f64 * pitch)
    });
    let mut placed = vec![0.0; wanted.len()];
    for (&i, top) in order.iter().zip(tops) {
        placed[i] = top;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn free_names_stay_where_they_belong() {
        assert_eq!(format!("{:?}", spread(&[50.0, 10.0, 90.0], 19.0, (0.0, 100.0))), "[50.0, 10.0, 90.0]");
        assert_eq!(format!("{:?}", spread(&[50.0, 50.0], 20.0, (0.0, 100.0))), "[40.0, 60.0]");
        assert_eq!(format!("{:?}", spread(&[100.0, 100.0], 20.0, (0.0, 100.0))), "[80.0, 100.0]");
    }

    proptest! {
        #[test]
        fn names_keep_apart_inside_and_in_order(wanted in proptest::collection::vec(0.0..360.0f64, 1..8)) {
            let placed = spread(&wanted, 19.0, (0.0, 360.0));
            for (i, a) in placed.iter().enumerate() {
                prop_assert!((-1e-9..=360.0 + 1e-9).contains(a));
                for (j, b) in placed.iter().enumerate().skip(i + 1) {
                    prop_assert!((a - b).abs() >= 19.0 - 1e-9);
                    prop_assert!((wanted[i] - wanted[j]) * (a - b) >= 0.0);
                }
            }
        }
    }
}
