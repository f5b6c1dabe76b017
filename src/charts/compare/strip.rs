//! Per-task differences from the largest loss to the largest gain, a thin bar each.

use super::signed::{Signed, difference};
use crate::charts::ChartError;
use crate::charts::canvas::{Anchor, Canvas, Pen};
use crate::charts::font::{ellipsise, width, wrap_within};
use crate::charts::frame::Frame;
use crate::charts::legend::{self, Sample};
use crate::charts::theme::{AXIS, BLUE, GRID, INNER, MARGIN, MUTED, SMALL_HEADING, STEPS, TICK, VERMILLION};
use crate::views::chart::compare::{Strip, StripTask};

use plotters::style::RGBColor;

/// Height of a panel, and the space below one.
const HEIGHT: f64 = 124.0;
const BELOW: f64 = 22.0;
/// Room for the numbers at the left.
const TICKS: f64 = 40.0;
/// Widest bar with the space after it, and share of that which is bar.
const PITCH: f64 = 22.0;
const BAR: f64 = 0.74;
/// Bars narrower than this stand without gaps.
const FINE: f64 = 4.0;
/// Half of the height of the mark of a task without change.
const TIE: f64 = 1.2;
/// A loss that is not clear: vermillion, paler.
const PALE_LOSS: RGBColor = RGBColor(0xEE, 0xB4, 0x8A);
/// Space on either side of a name below a bar.
const NAME_GAP: f64 = 3.0;

/// Draws the figure.
pub(in crate::charts) fn draw(chart: &Strip) -> Result<String, ChartError> {
    let mut frame = Frame::new(&chart.meta);
    let panels: Vec<(&str, Vec<&StripTask>)> =
        chart.panels.iter().map(|panel| (panel.label.as_str(), sorted(&panel.tasks))).collect();
    let tasks = || panels.iter().flat_map(|panel| &panel.1);
    if tasks().next().is_none() {
        return frame.finish_empty();
    }
    let look = |task: &&StripTask| difference(task.difference).and_then(|value| colour(value, task.clear));
    let entries: Vec<(Sample, &str)> =
        [(STEPS[1], "better"), (PALE_LOSS, "worse"), (BLUE, "clearly better"), (VERMILLION, "clearly worse")]
            .into_iter()
            .filter(|(colour, _)| tasks().any(|task| look(task) == Some(*colour)))
            .map(|(colour, words)| (Sample::Square(colour, false), words))
            .collect();
    let mut top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 10.0;
    // One task solved 4 of 4 times and then 3 of 4 is 25 points: a finer scale than the whole would only flatter.
    let scale = Signed::FULL;
    frame.canvas.plain(|pen| {
        for line in wrap_within(&chart.axis, TICK, INNER, 2) {
            pen.text(&line, (MARGIN, top + 11.0), TICK, Anchor::Start);
            top += TICK.leading();
        }
    });
    for (label, tasks) in panels.iter().filter(|panel| !panel.1.is_empty()) {
        top = draw_panel(&mut frame.canvas, label, tasks, scale, top + 6.0) + BELOW;
    }
    frame.finish(top - BELOW)
}

/// Returns the tasks that can be drawn, the largest loss first; ties in the order given.
fn sorted(tasks: &[StripTask]) -> Vec<&StripTask> {
    let mut tasks: Vec<&StripTask> = tasks.iter().filter(|task| difference(task.difference).is_some()).collect();
    tasks.sort_by(|a, b| a.difference.total_cmp(&b.difference));
    tasks
}

fn draw_panel(canvas: &mut Canvas, label: &str, tasks: &[&StripTask], scale: Signed, mut top: f64) -> f64 {
    let (left, right) = (MARGIN + TICKS, MARGIN + INNER);
    let pitch = ((right - left) / tasks.len() as f64).min(PITCH);
    let end = left + pitch * tasks.len() as f64;
    // Gaps of less than a pixel would only shimmer.
    let bar = if pitch < FINE { 1.0 } else { BAR };
    canvas.plain(|pen| {
        for line in wrap_within(label, SMALL_HEADING, INNER - TICKS, 2) {
            pen.text(&line, (left, top + 12.0), SMALL_HEADING, Anchor::Start);
            top += SMALL_HEADING.leading();
        }
        top += 8.0;
        let y = |value: f64| top + (1.0 - scale.place(value)) * HEIGHT;
        for (place, label) in scale.ticks() {
            let y = top + (1.0 - place) * HEIGHT;
            pen.line((left, y), (end, y), GRID, 1.0);
            pen.text(&label, (left - 8.0, y + 4.0), TICK, Anchor::End);
        }
        for (i, task) in tasks.iter().enumerate() {
            let from = left + pitch * (i as f64 + (1.0 - bar) / 2.0);
            draw_bar(pen, task, (from, from + pitch * bar), &y);
        }
        pen.line((left, y(0.0)), (end, y(0.0)), MUTED, 1.0);
    });
    name_bars(canvas, tasks, (left, pitch), top + HEIGHT)
}

/// Returns the colour of a bar; none for a task without change.
fn colour(value: f64, clear: bool) -> Option<RGBColor> {
    match (value.abs() > 1e-9, value > 0.0) {
        (false, _) => None,
        (true, true) => Some(if clear { BLUE } else { STEPS[1] }),
        (true, false) => Some(if clear { VERMILLION } else { PALE_LOSS }),
    }
}

fn draw_bar(pen: &mut Pen, task: &StripTask, (from, to): (f64, f64), y: &impl Fn(f64) -> f64) {
    let value = difference(task.difference).unwrap_or(0.0);
    match colour(value, task.clear) {
        None => pen.rect((from, y(0.0) - TIE), (to, y(0.0) + TIE), AXIS),
        Some(colour) => pen.rect((from, y(value.max(0.0))), (to, y(value.min(0.0))), colour),
    }
}

/// Writes the names of tasks below their bars, from both ends inward, as far as they stand apart; ties and the middle go without.
fn name_bars(canvas: &mut Canvas, tasks: &[&StripTask], (left, pitch): (f64, f64), bottom: f64) -> f64 {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let last = tasks.len().saturating_sub(1);
    let inward = (0..tasks.len()).map(|i| if i % 2 == 0 { i / 2 } else { last - i / 2 });
    canvas.plain(|pen| {
        for i in inward.filter(|i| tasks[*i].difference.abs() > 1e-9) {
            let name = ellipsise(&tasks[i].label, TICK, 90.0);
            let half = width(&name, TICK) / 2.0;
            let x = (left + pitch * (i as f64 + 0.5)).clamp(MARGIN + half, MARGIN + INNER - half);
            let free = |(from, to): &(f64, f64)| x + half + NAME_GAP <= *from || x - half - NAME_GAP >= *to;
            // A name far from its bar would point at another.
            let close = (x - left - pitch * (i as f64 + 0.5)).abs() < pitch.max(6.0);
            if close && taken.iter().all(free) {
                pen.text(&name, (x, bottom + 15.0), TICK, Anchor::Middle);
                taken.push((x - half, x + half));
            }
        }
    });
    if taken.is_empty() { bottom } else { bottom + 17.0 }
}
