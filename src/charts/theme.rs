//! The look shared by all figures: colours, type sizes, page measures. Lengths are logical pixels.

use plotters::prelude::{ColorMap, ViridisRGB};
use plotters::style::RGBColor;

/// Logical width of every figure.
pub(super) const WIDTH: f64 = 960.0;
/// Free space at each side.
pub(super) const MARGIN: f64 = 24.0;
/// Width between the margins.
pub(super) const INNER: f64 = WIDTH - 2.0 * MARGIN;

/// Main text.
pub(super) const INK: RGBColor = RGBColor(0x1F, 0x23, 0x28);
/// Secondary text: subtitles, tick labels, footers.
pub(super) const MUTED: RGBColor = RGBColor(0x5B, 0x63, 0x6B);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xE4, 0xE7, 0xEA);
/// Axis lines and reference marks.
pub(super) const AXIS: RGBColor = RGBColor(0x8C, 0x93, 0x9A);
/// Curves shown only for context.
pub(super) const CONTEXT: RGBColor = RGBColor(0xD3, 0xD7, 0xDB);
/// Paper.
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// A reserved colour, used for nothing else: [`super::canvas`] replaces it by a hatched pattern, since plotters has none.
pub(super) const HATCH: RGBColor = RGBColor(0xFE, 0xDC, 0xBB);

/// Okabe–Ito blue, the colour of a figure with one series.
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// Okabe–Ito vermillion, for marks that need attention.
pub(super) const VERMILLION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
/// Okabe & Ito's palette for colour-blind readers, strongest contrast on white first, without its yellow.
pub(super) const CATEGORICAL: [RGBColor; 7] = [
    BLUE,
    VERMILLION,
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0x00, 0x00, 0x00),
];

/// Colours after the palette, dark to pale.
pub(super) const GREYS: [RGBColor; 3] = [RGBColor(0x5B, 0x63, 0x6B), RGBColor(0x8C, 0x93, 0x9A), RGBColor(0xB6, 0xBC, 0xC2)];
/// Ground of a part of the plot set apart from the rest.
pub(super) const WASH: RGBColor = RGBColor(0xF3, 0xF5, 0xF7);

/// Ordered steps of one hue, from most to least: dark blue, mid blue, pale blue.
pub(super) const STEPS: [RGBColor; 3] = [RGBColor(0x08, 0x4A, 0x84), RGBColor(0x5A, 0x9B, 0xD0), RGBColor(0xBD, 0xD9, 0xEE)];
/// The step below the blues: nothing.
pub(super) const NOTHING: RGBColor = RGBColor(0xDD, 0xE0, 0xE3);

/// Size, weight and colour of a piece of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextStyle {
    /// Font size.
    pub(super) size: f64,
    /// Semi-bold instead of regular.
    pub(super) bold: bool,
    /// Fill.
    pub(super) colour: RGBColor,
}

impl TextStyle {
    const fn new(size: f64, bold: bool, colour: RGBColor) -> Self {
        Self { size, bold, colour }
    }

    /// Returns the same style in another colour.
    pub(super) const fn coloured(self, colour: RGBColor) -> Self {
        Self { colour, ..self }
    }

    /// Returns the distance of two baselines.
    pub(super) fn leading(self) -> f64 {
        (self.size * 1.36).round()
    }
}

/// Figure title.
pub(super) const TITLE: TextStyle = TextStyle::new(17.0, true, INK);
/// Line below the title.
pub(super) const SUBTITLE: TextStyle = TextStyle::new(12.5, false, MUTED);
/// Names of rows, columns and series.
pub(super) const LABEL: TextStyle = TextStyle::new(12.0, false, INK);
/// Names where room is short.
pub(super) const SMALL_LABEL: TextStyle = TextStyle::new(11.0, false, INK);
/// Group headings.
pub(super) const HEADING: TextStyle = TextStyle::new(12.0, true, INK);
/// Panel headings.
pub(super) const SMALL_HEADING: TextStyle = TextStyle::new(11.0, true, INK);
/// Axis titles, tick labels, legends, column headings.
pub(super) const TICK: TextStyle = TextStyle::new(11.0, false, MUTED);
/// Last lines.
pub(super) const FOOTER: TextStyle = TextStyle::new(10.5, false, MUTED);

/// Returns the viridis colour of a share, values outside `[0, 1]` clamped.
pub(super) fn viridis(share: f64) -> RGBColor {
    ViridisRGB.get_color(share.clamp(0.0, 1.0))
}

/// Chooses white or dark ink for text upon a colour (relative luminance, WCAG 2.1).
pub(super) fn ink_on(RGBColor(r, g, b): RGBColor) -> RGBColor {
    let linear = |part: u8| (f64::from(part) / 255.0).powf(2.2);
    let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    // The luminance at which both contrast alike.
    if luminance < 0.18 { PAPER } else { INK }
}

/// Returns a share as a whole percentage.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", share * 100.0)
}
