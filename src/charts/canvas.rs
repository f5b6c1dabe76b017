//! Drawing in logical pixels upon plotters' SVG backend.
//!
//! plotters knows integer coordinates only, so the canvas is ten times the logical size. It knows neither dashes nor
//! patterns nor slanted text; those come from SVG groups around what plotters drew ([`Canvas::layer`]) and from two
//! replacements in its output ([`tidy`]).

use std::fmt::Write as _;

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle as FontAndColour,
};

use super::ChartError;
use super::font::clean;
use super::theme::{HATCH, PAPER, TextStyle, WIDTH};

/// Canvas units a logical pixel.
const UNITS: f64 = 10.0;
/// plotters writes a font size divided by this (a line height, see plotters-svg `draw_text`).
const PLOTTERS_LINE: f64 = 1.24;
/// Slant of the names above columns, in degrees anticlockwise.
pub(super) const SLANT: f64 = 50.0;
/// Dashes of a segment that rests on few tasks.
pub(super) const DASHED: &str = "stroke-linejoin=\"round\" stroke-dasharray=\"55 40\"";
/// Dots of a reference line.
pub(super) const DOTTED: &str = "stroke-linecap=\"round\" stroke-linejoin=\"round\" stroke-dasharray=\"0.1 34\"";
/// Plain curves.
pub(super) const ROUND: &str = "stroke-linecap=\"round\" stroke-linejoin=\"round\"";

/// A place, in logical pixels from the upper left corner.
pub(super) type Point = (f64, f64);

/// Where a text stands relative to its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Closed marker shapes, so that each can be hollow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    DownTriangle,
    Pentagon,
    Hexagon,
}

impl Shape {
    /// One shape a series, in the order of the palette.
    pub(super) const ALL: [Self; 7] =
        [Self::Circle, Self::Square, Self::Triangle, Self::Diamond, Self::DownTriangle, Self::Pentagon, Self::Hexagon];

    /// Returns corners, first angle in degrees (0 = right, clockwise) and radius relative to a circle of like area.
    fn polygon(self) -> Option<(u8, f64, f64)> {
        match self {
            Self::Circle => None,
            Self::Square => Some((4, 45.0, 1.25)),
            Self::Triangle => Some((3, -90.0, 1.42)),
            Self::Diamond => Some((4, 0.0, 1.32)),
            Self::DownTriangle => Some((3, 90.0, 1.42)),
            Self::Pentagon => Some((5, -90.0, 1.2)),
            Self::Hexagon => Some((6, 0.0, 1.15)),
        }
    }
}

/// A figure in the making: SVG elements below a header that is written last, when the height is known.
pub(super) struct Canvas {
    /// Prefix of SVG ids, so that figures can stand in one HTML page.
    prefix: String,
    body: String,
    failed: Option<String>,
}

impl Canvas {
    /// Begins a figure. `id` tells it from others on a page; characters other than ASCII letters, digits and `_` are dropped.
    pub(super) fn new(id: &str) -> Self {
        let prefix = id.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
        Self { prefix, body: String::new(), failed: None }
    }

    /// Draws elements under common SVG attributes (none: an empty string).
    pub(super) fn layer(&mut self, attributes: &str, draw: impl FnOnce(&mut Pen)) {
        let mut svg = String::new();
        let mut pen = Pen { backend: SVGBackend::with_string(&mut svg, (1, 1)), failed: None };
        draw(&mut pen);
        let failed = pen.failed.take();
        drop(pen);
        self.failed = self.failed.take().or(failed);
        let body = tidy(&svg, &format!("\"url(#{}-hatch)\"", self.prefix));
        if body.is_empty() {
            return;
        }
        if attributes.is_empty() {
            self.body.push_str(&body);
        } else {
            // Writing into a string cannot fail.
            let _infallible = write!(self.body, "<g {attributes}>\n{body}</g>\n");
        }
    }

    /// Draws without attributes.
    pub(super) fn plain(&mut self, draw: impl FnOnce(&mut Pen)) {
        self.layer("", draw);
    }

    /// Keeps what is drawn for repetition by [`Canvas::repeat`] instead of showing it.
    pub(super) fn define(&mut self, id: &str, attributes: &str, draw: impl FnOnce(&mut Pen)) {
        self.body.push_str("<defs>\n");
        self.layer(&format!("id=\"{}-{id}\" {attributes}", self.prefix), draw);
        self.body.push_str("</defs>\n");
    }

    /// Shows a definition again, moved by `shift`.
    pub(super) fn repeat(&mut self, id: &str, shift: Point) {
        let (prefix, x, y) = (&self.prefix, px(shift.0), px(shift.1));
        let _infallible = writeln!(self.body, "<use href=\"#{prefix}-{id}\" x=\"{x}\" y=\"{y}\"/>");
    }

    /// Returns the document.
    pub(super) fn finish(self, title: &str, description: &str, height: f64) -> Result<String, ChartError> {
        if let Some(failed) = self.failed {
            return Err(ChartError::Draw(failed));
        }
        let height = height.ceil();
        let (title, description) = (escape(&clean(title)), escape(&clean(description)));
        let hatched = self.body.contains(&format!("\"url(#{}-hatch)\"", self.prefix));
        let hatch = if hatched { hatch_pattern(&self.prefix) } else { String::new() };
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
             font-family=\"Inter, Helvetica, Arial, sans-serif\" role=\"img\">\n\
             <title>{title}</title>\n<desc>{description}</desc>\n{hatch}\
             <rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n{}</svg>\n",
            px(WIDTH),
            px(height),
            self.body
        ))
    }
}

/// Side of the repeated tile of the hatching. At the usual scale of 2 it is a whole number of pixels, and the tile itself is not
/// turned: so resvg copies the tile, where it would else interpolate every pixel, which took most of the time of a figure.
const HATCH_TILE: i32 = 65;

fn hatch_pattern(prefix: &str) -> String {
    let (tile, beyond, before) = (HATCH_TILE, HATCH_TILE + 20, HATCH_TILE - 20);
    format!(
        "<defs><pattern id=\"{prefix}-hatch\" width=\"{tile}\" height=\"{tile}\" patternUnits=\"userSpaceOnUse\">\
         <rect width=\"{tile}\" height=\"{tile}\" fill=\"#F1F2F4\"/>\
         <path d=\"M-20 20L20 -20M0 {tile}L{tile} 0M{before} {beyond}L{beyond} {before}\" stroke=\"#A9AFB6\" \
         stroke-width=\"11\"/></pattern></defs>\n"
    )
}

/// Draws shapes and text of one layer.
pub(super) struct Pen<'a> {
    backend: SVGBackend<'a>,
    failed: Option<String>,
}

impl Pen<'_> {
    pub(super) fn line(&mut self, from: Point, to: Point, colour: RGBColor, width: f64) {
        let result = self.backend.draw_line(point(from), point(to), &stroke(colour, width));
        self.note(result);
    }

    pub(super) fn path(&mut self, points: impl IntoIterator<Item = Point>, colour: RGBColor, width: f64) {
        let result = self.backend.draw_path(points.into_iter().map(point), &stroke(colour, width));
        self.note(result);
    }

    pub(super) fn polygon(&mut self, points: impl IntoIterator<Item = Point>, colour: RGBColor, opacity: f64) {
        let style = ShapeStyle { color: colour.mix(opacity), filled: true, stroke_width: 0 };
        let result = self.backend.fill_polygon(points.into_iter().map(point), &style);
        self.note(result);
    }

    /// Draws a filled rectangle from its upper left to its lower right corner.
    pub(super) fn rect(&mut self, upper_left: Point, lower_right: Point, colour: RGBColor) {
        let style = ShapeStyle { color: colour.to_rgba(), filled: true, stroke_width: 0 };
        let result = self.backend.draw_rect(point(upper_left), point(lower_right), &style, true);
        self.note(result);
    }

    /// Draws a marker with the weight of a circle of the radius: filled with a thin white rim, or hollow.
    pub(super) fn marker(&mut self, shape: Shape, centre: Point, radius: f64, colour: RGBColor, hollow: bool) {
        // A small marker goes without its rim: the rims of many would cut a curve into dashes.
        let edge_width = if radius < 2.5 { 0.0 } else { 0.8 };
        let (fill, edge, width) = if hollow { (PAPER, colour, 1.5) } else { (colour, PAPER, edge_width) };
        // plotters' SVG circle is either filled or stroked, so it takes two.
        let Some((corners, start, relative)) = shape.polygon() else {
            let radius = units(radius);
            let filled = self.backend.draw_circle(point(centre), radius, &stroke(fill, 0.0), true);
            self.note(filled);
            if width > 0.0 {
                let rim = self.backend.draw_circle(point(centre), radius, &stroke(edge, width), false);
                self.note(rim);
            }
            return;
        };
        let corner = |i: u8| {
            let angle = (start + 360.0 * f64::from(i) / f64::from(corners)).to_radians();
            (centre.0 + radius * relative * angle.cos(), centre.1 + radius * relative * angle.sin())
        };
        self.polygon((0..corners).map(corner), fill, 1.0);
        if width > 0.0 {
            // One corner more than a closed outline, so that the first corner is joined like the others.
            self.path((0..=corners + 1).map(corner), edge, width);
        }
    }

    /// Writes a line of text upon a baseline.
    pub(super) fn text(&mut self, text: &str, at: Point, style: TextStyle, anchor: Anchor) {
        self.write(text, at, style, anchor, FontTransform::None);
    }

    /// Writes a line of text rising by [`SLANT`], with its anchor upon the place.
    pub(super) fn slanted(&mut self, text: &str, at: Point, style: TextStyle, anchor: Anchor) {
        self.write(text, at, style, anchor, FontTransform::Rotate270);
    }

    fn write(&mut self, text: &str, at: Point, style: TextStyle, anchor: Anchor, transform: FontTransform) {
        let text = clean(text);
        if text.is_empty() {
            return;
        }
        let weight = if style.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name("Inter"), style.size * UNITS * PLOTTERS_LINE, weight);
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // The vertical anchor becomes a `dy` in em, which `tidy` removes: y is the baseline.
        let style = FontAndColour {
            font: font.transform(transform),
            color: style.colour.to_backend_color(),
            pos: Pos::new(h_pos, VPos::Top),
        };
        let result = self.backend.draw_text(&text, &style, point(at));
        self.note(result);
    }

    fn note<E: std::fmt::Display>(&mut self, result: Result<(), E>) {
        if let Err(error) = result {
            self.failed.get_or_insert_with(|| error.to_string());
        }
    }
}

/// Turns logical pixels into canvas units.
#[expect(clippy::cast_possible_truncation, reason = "rounded first; `as` saturates and a figure is far smaller than i32")]
pub(super) fn px(logical: f64) -> i32 {
    (logical * UNITS).round() as i32
}

fn units(logical: f64) -> u32 {
    px(logical).unsigned_abs()
}

fn point((x, y): Point) -> (i32, i32) {
    (px(x), px(y))
}

fn stroke(colour: RGBColor, width: f64) -> ShapeStyle {
    ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: units(width) }
}

/// Escapes text for XML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn hex(RGBColor(r, g, b): RGBColor) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// Takes plotters' document apart: drops its header and footer and the attributes that say nothing or stand on the root,
/// joins each text on to one line, and puts in the hatching and the slant. Quotes in texts are escaped, so that an
/// attribute found is an attribute.
fn tidy(svg: &str, hatch: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut lines = svg.lines().filter(|line| !line.starts_with("<svg") && *line != "</svg>");
    while let Some(line) = lines.next() {
        let mut line = line.replace(" opacity=\"1\"", "");
        if line.starts_with("<text") {
            line = tidy_text(&line);
            line.push_str(lines.next().unwrap_or_default());
            line.push_str(lines.next().unwrap_or_default());
        } else {
            line = line.replace(" stroke=\"none\"", "").replace(" stroke-width=\"0\"", "").replace(" \"/>", "\"/>");
            line = line.replace(&format!("\"{}\"", hex(HATCH)), hatch);
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn tidy_text(tag: &str) -> String {
    let mut tag = tag
        .replace(" dy=\"0.76em\"", "")
        .replace(" font-family=\"Inter\"", "")
        .replace(" text-anchor=\"start\"", "")
        .replace("font-weight=\"bold\"", "font-weight=\"600\"")
        .replace("rotate(270,", &format!("rotate({},", -SLANT));
    // The size went through a multiplication and a division: 110.00000000000001.
    if let Some((before, rest)) = tag.split_once("font-size=\"")
        && let Some((size, after)) = rest.split_once('"')
        && let Ok(size) = size.parse::<f64>()
    {
        tag = format!("{before}font-size=\"{}\"{after}", size.round());
    }
    tag
}
