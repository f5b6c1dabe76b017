//! Stacked bars of one length: how something counted is composed, one bar a cell.

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::{Scale, label_x, vertical_grid};
use super::canvas::{Anchor, Pen};
use super::font::{clean, width};
use super::frame::Frame;
use super::legend::{self, Sample};
use super::rows::{self, Group, Row};
use super::theme::{CATEGORICAL, GREYS, NOTHING, PAPER, TICK, ink_on, percent};
use crate::views::chart::{ChartMeta, Stacked, StackedRow};

/// Height of a row, and half of a bar's.
const PITCH: f64 = 25.0;
const HALF_BAR: f64 = 8.5;
/// What occurred at all keeps at least this width.
const SLIVER: f64 = 1.0;
/// Segments at least this wide are parted from each other by a white line.
const PARTED: f64 = 3.0;
/// Most categories, one a colour.
const MOST: usize = CATEGORICAL.len() + GREYS.len() + 1;
/// The name of what remains.
pub(super) const OTHER: &str = "other";

/// What every figure of stacked bars is made of.
pub(super) struct Composition<'a> {
    pub(super) meta: &'a ChartMeta,
    pub(super) axis: &'a str,
    pub(super) text_heading: &'a str,
    /// Colour and name of each segment, from left to right.
    pub(super) segments: Vec<(RGBColor, &'a str)>,
    /// Heading and bars of each group.
    pub(super) groups: Vec<(&'a str, Vec<Bar<'a>>)>,
}

/// One bar.
pub(super) struct Bar<'a> {
    pub(super) row: Row<'a>,
    /// Share of each segment, adding up to at most one.
    pub(super) shares: Vec<f64>,
}

/// Draws counts.
pub(super) fn draw(chart: &Stacked) -> Result<String, ChartError> {
    let longest = chart.groups.iter().flat_map(|group| &group.1).map(|row| row.counts.len()).max().unwrap_or(0);
    let names = names(&chart.categories, longest);
    let coloured = names.iter().enumerate().map(|(i, name)| (colour(i, names.len(), name), name.as_str()));
    let bar = |row| bar(row, names.len());
    let groups: Vec<(&str, Vec<Bar>)> =
        chart.groups.iter().map(|(heading, rows)| (heading.as_str(), rows.iter().map(bar).collect())).collect();
    let (meta, axis, text_heading) = (&chart.meta, chart.axis.as_str(), chart.text_heading.as_str());
    draw_bars(&Composition { meta, axis, text_heading, segments: coloured.collect(), groups })
}

fn bar(row: &StackedRow, segments: usize) -> Bar<'_> {
    Bar { row: Row::new(&row.label, &row.text), shares: shares(&row.counts, segments) }
}

/// Draws bars of any origin, with a legend of the segments that occur.
pub(super) fn draw_bars(chart: &Composition) -> Result<String, ChartError> {
    let mut frame = Frame::new(chart.meta);
    let bars: Vec<&Bar> = chart.groups.iter().flat_map(|group| &group.1).collect();
    if bars.is_empty() {
        return frame.finish_empty();
    }
    let entries: Vec<(Sample, &str)> =
        chart.segments.iter().map(|&(colour, name)| (Sample::Square(colour, false), name)).collect();
    let top = legend::draw(&mut frame.canvas, &entries, frame.top - 4.0) + 6.0;
    let groups: Vec<Group> =
        chart.groups.iter().map(|(heading, bars)| Group { heading, rows: bars.iter().map(|bar| bar.row).collect() }).collect();
    let placed = rows::place(&mut frame.canvas, chart.text_heading, &groups, top, PITCH);
    let mut below = placed.bottom;
    frame.canvas.plain(|pen| {
        for &stretch in &placed.stretches {
            vertical_grid(pen, Scale::FULL, placed.plot, stretch);
        }
        for (bar, &y) in bars.iter().zip(placed.groups.iter().flatten()) {
            draw_bar(pen, &bar.shares, &chart.segments, placed.plot, y, percent);
        }
        below = label_x(pen, Scale::FULL, placed.plot, placed.bottom, chart.axis);
    });
    frame.finish(below)
}

/// Returns what the segments are called: at most [`MOST`] names, given the length of the longest row.
pub(super) fn names(categories: &[String], longest: usize) -> Vec<String> {
    let count = longest.max(categories.len());
    let name = |i: usize| categories.get(i).map(|name| clean(name)).filter(|name| !name.is_empty());
    let mut names: Vec<String> = (0..count).map(|i| name(i).unwrap_or_else(|| "unnamed".to_owned())).collect();
    if count > MOST {
        names.truncate(MOST - 1);
        names.push(format!("{OTHER} ({} kinds)", count - (MOST - 1)));
    }
    names
}

/// Returns the colour of a segment; a last one called "other" is pale.
pub(super) fn colour(i: usize, count: usize, name: &str) -> RGBColor {
    let rest = i + 1 == count && name.eq_ignore_ascii_case(OTHER);
    CATEGORICAL.into_iter().chain(GREYS).nth(i).filter(|_| !rest).unwrap_or(NOTHING)
}

/// Returns the share of each of `count` segments, what goes beyond them added to the last.
fn shares(counts: &[u64], count: usize) -> Vec<f64> {
    let mut sums = vec![0.0; count];
    for (i, &number) in counts.iter().enumerate() {
        if let Some(sum) = sums.get_mut(i.min(count - 1)) {
            *sum += number as f64;
        }
    }
    let total = sums.iter().sum::<f64>().max(1.0);
    sums.iter().map(|sum| sum / total).collect()
}

/// Returns the width of each segment; one too thin to be seen is widened at the cost of the widest.
fn widths(shares: &[f64], room: f64) -> Vec<f64> {
    let mut widths: Vec<f64> = shares.iter().map(|share| share * room).collect();
    let mut lent = 0.0;
    for width in widths.iter_mut().filter(|width| (0.0..SLIVER).contains(*width) && **width > 0.0) {
        lent += SLIVER - *width;
        *width = SLIVER;
    }
    if let Some(widest) = widths.iter_mut().max_by(|a, b| a.total_cmp(b)) {
        *widest = (*widest - lent).max(0.0);
    }
    widths
}

/// Draws one bar whose segments take shares of the plot, with words in those that have room for them.
pub(super) fn draw_bar(
    pen: &mut Pen,
    shares: &[f64],
    segments: &[(RGBColor, &str)],
    (left, right): (f64, f64),
    y: f64,
    words: impl Fn(f64) -> String,
) {
    let mut from = left;
    let mut thin = true;
    let widths = widths(shares, right - left);
    for ((&share, wide), &(colour, _)) in shares.iter().zip(widths).zip(segments) {
        if share <= 0.0 {
            continue;
        }
        let to = from + wide;
        pen.rect((from, y - HALF_BAR), (to, y + HALF_BAR), colour);
        if from > left && !thin && wide >= PARTED {
            pen.line((from, y - HALF_BAR), (from, y + HALF_BAR), PAPER, 1.0);
        }
        thin = wide < PARTED;
        let label = words(share);
        if width(&label, TICK) + 8.0 <= wide {
            pen.text(&label, (f64::midpoint(from, to), y + 4.0), TICK.coloured(ink_on(colour)), Anchor::Middle);
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn many_categories_end_in_one() {
        let row = StackedRow { label: String::new(), counts: vec![1; 14], text: String::new() };
        let categories = (0..13).map(|i| format!("reason {i}")).collect();
        let meta = ChartMeta {
            id: String::new(),
            title: String::new(),
            subtitle: String::new(),
            footer: String::new(),
            alt: String::new(),
        };
        let groups = vec![(String::new(), vec![row])];
        let chart = Stacked { meta, axis: String::new(), text_heading: String::new(), categories, groups };
        let names = names(&chart.categories, 14);
        assert_eq!((names.len(), names[9].as_str(), names[10].as_str()), (11, "reason 9", "other (4 kinds)"));
        let shares = shares(&chart.groups[0].1[0].counts, names.len());
        assert!((shares[10] - 4.0 / 14.0).abs() < 1e-12, "{shares:?}");
    }

    #[test]
    fn colours_differ_and_the_rest_is_pale() {
        let colours: Vec<RGBColor> = (0..MOST).map(|i| colour(i, MOST, "reason")).collect();
        for (i, a) in colours.iter().enumerate() {
            assert!(!colours[..i].contains(a), "{a:?} stands twice");
        }
        assert_eq!(colour(2, 3, "Other"), NOTHING);
        assert_ne!(colour(1, 3, "other"), NOTHING);
    }

    #[test]
    fn a_rare_case_can_be_seen() {
        let widths = widths(&shares(&[9999, 1, 0], 3), 500.0);
        assert_eq!(format!("{widths:?}"), "[499.0, 1.0, 0.0]");
    }

    proptest! {
        #[test]
        fn segments_fill_the_bar_and_no_more(counts in proptest::collection::vec(any::<u64>(), 0..14), count in 1..12_usize) {
            let total: f64 = widths(&shares(&counts, count), 400.0).iter().sum();
            prop_assert!(total <= 400.0 + 1e-6, "{total}");
            prop_assert!(counts.iter().all(|&number| number == 0) || total >= 400.0 - 1e-6, "{total}");
        }
    }
}
