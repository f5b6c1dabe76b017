//! Checks of finished figures: every text inside the canvas, no two texts upon each other, well-formed, repeatable.

mod any;
mod breakdowns;
mod compare;
mod samples;
mod times;
mod times_samples;

use proptest::prelude::*;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::{Document, Node};
use resvg::usvg::{Options, Tree};

use super::font::width;
use super::theme::{INK, TextStyle};
use super::{PNG_SCALE, png, svg};
use crate::views::chart::{Chart, CurvePoint, CurveSeries, ForestRow};

/// The outline of a written text: four corners, in canvas units.
struct Written {
    text: String,
    corners: [(f64, f64); 4],
}

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name).unwrap_or_else(|| panic!("<{}> lacks {name}", node.tag_name().name())).parse().unwrap()
}

impl Written {
    fn read(node: Node) -> Self {
        let text = node.text().unwrap_or_default().to_owned();
        let (x, y, size) = (number(node, "x"), number(node, "y"), number(node, "font-size"));
        let bold = node.attribute("font-weight") == Some("600");
        let length = width(&text, TextStyle { size, bold, colour: INK });
        let left = match node.attribute("text-anchor") {
            None => x,
            Some("middle") => x - length / 2.0,
            Some("end") => x - length,
            Some(other) => panic!("unknown anchor {other}"),
        };
        // Ascenders and descenders of Inter, a little less than their full height.
        let (top, bottom) = (y - 0.72 * size, y + 0.18 * size);
        let angle = node.attribute("transform").map_or(0.0, |transform| {
            let inner = transform.strip_prefix("rotate(").and_then(|rest| rest.split_once(',')).unwrap().0;
            inner.parse::<f64>().unwrap().to_radians()
        });
        let turn = |(px, py): (f64, f64)| {
            let (dx, dy) = (px - x, py - y);
            (x + dx * angle.cos() - dy * angle.sin(), y + dx * angle.sin() + dy * angle.cos())
        };
        Self { text, corners: [(left, top), (left + length, top), (left + length, bottom), (left, bottom)].map(turn) }
    }

    /// Separating axis test of two rectangles.
    fn meets(&self, other: &Self) -> bool {
        let axes = [&self.corners, &other.corners].map(|corners| {
            let edge = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1, a.0 - b.0);
            [edge(corners[0], corners[1]), edge(corners[1], corners[2])]
        });
        axes.iter().flatten().all(|axis| {
            let span = |corners: &[(f64, f64); 4]| {
                let along = corners.map(|corner| corner.0 * axis.0 + corner.1 * axis.1);
                (along.iter().copied().fold(f64::INFINITY, f64::min), along.iter().copied().fold(f64::NEG_INFINITY, f64::max))
            };
            let (a, b) = (span(&self.corners), span(&other.corners));
            a.0 < b.1 && b.0 < a.1
        })
    }
}

/// Panics if a text leaves the canvas or meets another, if a shape leaves the canvas, or if a coordinate is absurd.
fn check(name: &str, svg: &str) {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}"));
    let root = document.root_element();
    let (wide, high) = (number(root, "width") * 10.0, number(root, "height") * 10.0);
    let texts: Vec<Written> = root.descendants().filter(|node| node.has_tag_name("text")).map(Written::read).collect();
    for text in &texts {
        for (x, y) in text.corners {
            assert!((0.0..=wide).contains(&x) && (0.0..=high).contains(&y), "{name}: {} leaves {wide} × {high}", text.text);
        }
    }
    for (i, a) in texts.iter().enumerate() {
        for b in &texts[i + 1..] {
            assert!(!a.meets(b), "{name}: {} upon {}", a.text, b.text);
        }
    }
    for shape in root.descendants().filter(|node| node.attribute("points").is_some()) {
        for point in shape.attribute("points").unwrap().split_whitespace() {
            let (x, y) = point.split_once(',').unwrap();
            let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
            assert!((0.0..=wide).contains(&x) && (0.0..=high).contains(&y), "{name}: point {x},{y} outside");
        }
    }
    for rect in root.descendants().filter(|node| node.has_tag_name("rect") && node.has_attribute("x")) {
        assert!(number(rect, "width") >= 0.0 && number(rect, "height") >= 0.0, "{name}: negative rectangle");
        assert!(number(rect, "x") + number(rect, "width") <= wide, "{name}: rectangle outside");
    }
    // What is defined for repetition stands at the origin and is checked where it is drawn for itself.
    let drawn = || root.descendants().filter(|node| !node.ancestors().any(|above| above.has_tag_name("defs")));
    for line in drawn().filter(|node| node.has_tag_name("line")) {
        let inside = |x: &str, y: &str| (0.0..=wide).contains(&number(line, x)) && (0.0..=high).contains(&number(line, y));
        assert!(inside("x1", "y1") && inside("x2", "y2"), "{name}: line outside");
    }
    for circle in drawn().filter(|node| node.has_tag_name("circle")) {
        let (x, y, radius) = (number(circle, "cx"), number(circle, "cy"), number(circle, "r"));
        assert!((radius..=wide - radius).contains(&x) && (radius..=high - radius).contains(&y), "{name}: circle outside");
    }
    let tree = Tree::from_str(svg, &Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!((f64::from(tree.size().width()) * 10.0 - wide).abs() < 0.1, "{name}: not its logical size");
}

/// Writes the picture to the temporary directory for a human to look at, if asked to.
fn dump(name: &str, svg: &str) {
    if std::env::var_os("TAUREPORT_DUMP_CHARTS").is_some() {
        let folder = std::env::temp_dir().join("taureport-charts");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.svg")), svg).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png(svg, PNG_SCALE).unwrap()).unwrap();
    }
}

fn check_all(charts: Vec<(String, Chart)>) {
    for (name, chart) in charts {
        let drawn = svg(&chart).unwrap();
        check(&name, &drawn);
        assert_eq!(drawn, svg(&chart).unwrap(), "{name} is drawn differently the second time");
        assert!(drawn.len() < 400_000, "{name}: {} bytes", drawn.len());
        dump(&name, &drawn);
    }
}

#[test]
fn texts_stay_inside_and_apart_for_any_number_of_cells() {
    for cells in [1, 2, 3, 7, 8, 30] {
        check_all(samples::figures(&format!("{cells:02}"), cells, samples::short_name));
    }
}

#[test]
fn texts_stay_inside_and_apart_for_long_names() {
    for cells in [1, 3, 7, 30] {
        check_all(samples::figures(&format!("long{cells:02}"), cells, samples::long_name));
    }
}

#[test]
fn odd_names_and_values_do_no_harm() {
    check_all(samples::figures("odd", 5, samples::odd_name).into_iter().map(samples::spoil).collect());
    check_all(samples::odd_shapes());
}

#[test]
fn an_empty_figure_says_so() {
    for (name, chart) in samples::empty() {
        let drawn = svg(&chart).unwrap();
        check(&name, &drawn);
        assert!(drawn.contains(">no data</text>"), "{name}");
    }
}

#[test]
fn words_are_escaped_and_kept() {
    let (_, chart) = samples::figures("odd", 5, samples::odd_name).swap_remove(0);
    let drawn = svg(&chart).unwrap();
    let document = Document::parse(&drawn).unwrap();
    let texts: Vec<&str> =
        document.descendants().filter(|node| node.has_tag_name("text")).filter_map(|node| node.text()).collect();
    assert!(texts.contains(&r#"<b>"A&B"</b> 'x' > y"#), "{texts:?}");
    let title = document.descendants().find(|node| node.has_tag_name("title")).unwrap();
    assert_eq!(title.text(), Some(chart.meta().title.as_str()));
    let description = document.descendants().find(|node| node.has_tag_name("desc")).unwrap();
    assert_eq!(description.text(), Some(chart.meta().alt.as_str()));
}

#[test]
fn hollow_marks_have_a_legend_only_when_present() {
    let words = "every error counted as a failure";
    let [with, without] = [true, false].map(|errors| svg(&samples::forest(4, samples::short_name, errors)).unwrap());
    assert!(with.contains(words) && !without.contains(words));
}

#[test]
fn figures_on_one_page_do_not_share_ids() {
    let ids = |id: &str| {
        let Chart::PassCurves(mut chart) = samples::curves(9, samples::short_name) else { unreachable!("made as curves") };
        id.clone_into(&mut chart.meta.id);
        let drawn = svg(&Chart::PassCurves(chart)).unwrap();
        let document = Document::parse(&drawn).unwrap();
        let ids: Vec<String> = document.descendants().filter_map(|node| node.attribute("id")).map(str::to_owned).collect();
        for link in document.descendants().filter_map(|node| node.attribute("href")) {
            assert!(ids.iter().any(|id| link.strip_prefix('#') == Some(id)), "{link} leads nowhere");
        }
        ids
    };
    assert_eq!(ids("pass_k_airline"), ["pass_k_airline-all-curves"]);
    assert_eq!(ids("pass\"<k>"), ["passk-all-curves"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_curve_can_be_drawn(
        points in proptest::collection::vec((0..1000_u32, any::<f64>(), any::<Option<(f64, f64)>>(), any::<bool>()), 0..6),
        series in 1..10_usize,
        label in ".{0,40}",
    ) {
        let point = |&(k, value, interval, thin): &(u32, f64, Option<(f64, f64)>, bool)| CurvePoint { k, value, interval, thin };
        let one = CurveSeries { label, points: points.iter().map(point).collect() };
        let Chart::PassCurves(mut chart) = samples::curves(0, samples::short_name) else { unreachable!("made as curves") };
        chart.series = vec![one; series];
        check("any curve", &svg(&Chart::PassCurves(chart)).unwrap());
    }

    #[test]
    fn any_matrix_can_be_drawn(tasks in 1..130_usize, names in proptest::collection::vec(".{0,60}", 1..31), task in ".{0,60}") {
        let Chart::Heatmap(mut chart) = samples::heatmap(tasks, names.len(), samples::short_name) else {
            unreachable!("made as heatmap")
        };
        chart.columns = names;
        chart.rows[tasks / 2].0 = task;
        check("any matrix", &svg(&Chart::Heatmap(chart)).unwrap());
    }

    #[test]
    fn any_row_can_be_drawn(
        estimate: f64,
        interval: Option<(f64, f64)>,
        errors_as_failures: Option<f64>,
        heading in ".{0,60}",
        label in ".{0,90}",
        text in ".{0,90}",
    ) {
        let Chart::Forest(mut chart) = samples::forest(2, samples::short_name, false) else { unreachable!("made as forest") };
        chart.text_heading.clone_from(&heading);
        chart.groups.push((heading, vec![ForestRow { label, estimate, interval, errors_as_failures, text }]));
        check("any row", &svg(&Chart::Forest(chart)).unwrap());
    }
}

#[test]
fn the_checker_finds_faults() {
    let page = |body: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"50\" viewBox=\"0 0 1000 500\">{body}</svg>")
    };
    let fails = |body: &str| std::panic::catch_unwind(|| check("fault", &page(body))).is_err();
    let text = |x: u32, y: u32| format!("<text x=\"{x}\" y=\"{y}\" font-size=\"110\">word</text>");
    assert!(!fails(&(text(10, 200) + &text(10, 320))));
    assert!(fails(&(text(10, 200) + &text(30, 260))));
    assert!(fails(&text(900, 200)));
    assert!(fails("<polyline points=\"0,0 1200,10\"/>"));
    assert!(fails("<line x1=\"0\" y1=\"10\" x2=\"10\" y2=\"501\"/>"));
    assert!(fails("<circle cx=\"995\" cy=\"100\" r=\"10\"/>"));
    assert!(!fails("<line x1=\"0\" y1=\"10\" x2=\"10\" y2=\"499\"/><circle cx=\"990\" cy=\"100\" r=\"10\"/>"));
}

#[test]
fn a_png_has_the_size_and_is_not_blank() {
    let drawn = svg(&samples::forest(2, samples::short_name, false)).unwrap();
    let bytes = png(&drawn, PNG_SCALE).unwrap();
    assert_eq!(bytes, png(&drawn, PNG_SCALE).unwrap());
    let picture = Pixmap::decode_png(&bytes).unwrap();
    assert_eq!(picture.width(), 1920);
    assert!(picture.height() > 200);
    let pixels = picture.pixels();
    assert!(pixels.iter().all(|pixel| pixel.alpha() == 255), "the page is opaque");
    let dark = pixels.iter().filter(|pixel| pixel.red() < 100).count();
    assert!((2_000..pixels.len() / 4).contains(&dark), "{dark} dark pixels: text or marks are missing");
}

#[test]
fn the_semi_bold_face_is_found() {
    let word = |weight: &str| {
        let page = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"30\" font-family=\"Inter\">\
             <text x=\"2\" y=\"20\" font-size=\"16\" font-weight=\"{weight}\">weight</text></svg>"
        );
        let picture = Pixmap::decode_png(&png(&page, 1.0).unwrap()).unwrap();
        picture.pixels().iter().map(|pixel| u32::from(pixel.alpha())).sum::<u32>()
    };
    assert!(word("600") > word("400") * 11 / 10);
}

#[test]
fn pictures_that_cannot_be_made_are_errors() {
    assert!(png("<svg", 2.0).is_err());
    let drawn = svg(&samples::forest(1, samples::short_name, false)).unwrap();
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9] {
        assert!(png(&drawn, scale).is_err(), "{scale}");
    }
}
