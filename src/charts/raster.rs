//! SVG to PNG by resvg, with the embedded fonts and no others: the same picture on every machine.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::ChartError;
use super::font::{REGULAR, SEMI_BOLD, drawable};

/// Turns an SVG into PNG bytes of `scale` times its logical size (2 for sharp screens).
///
/// Characters which the embedded fonts lack (Chinese, emoji, …) become question marks; the SVG keeps them.
///
/// Errors: the SVG does not parse, `scale` is not a usable number, or the picture would be too large for memory.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, ChartError> {
    let options = Options { fontdb: fonts(), ..Options::default() };
    let tree = Tree::from_str(&drawable(svg), &options).map_err(|error| ChartError::Svg(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or(ChartError::Scale(scale))?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or(ChartError::Scale(scale))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    encode(&pixels).map_err(|error| ChartError::Png(error.to_string()))
}

/// Compression of a PNG, 1 to 9. Beyond 4 the time doubles for one part in twenty of the size.
const DEFLATE_LEVEL: u8 = 4;

/// Writes a PNG, without alpha where every pixel is opaque, as in all our figures. Areas of one colour are smallest without a
/// filter; that takes half the time and about four fifths of the size of `Pixmap::encode_png`.
fn encode(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    if pixels.pixels().iter().any(|pixel| pixel.alpha() != u8::MAX) {
        return pixels.encode_png();
    }
    let mut colours = Vec::with_capacity(pixels.pixels().len() * 3);
    for pixel in pixels.pixels() {
        colours.extend_from_slice(&[pixel.red(), pixel.green(), pixel.blue()]);
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_deflate_compression(png::DeflateCompression::Level(DEFLATE_LEVEL));
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

/// Returns the embedded fonts, loaded once and shared by all threads.
pub(super) fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        for bytes in [REGULAR, SEMI_BOLD] {
            for id in fonts.load_font_source(fontdb::Source::Binary(Arc::new(bytes))) {
                // The semi-bold face calls its family "Inter SemiBold"; as a weight of "Inter" it is found as in a browser.
                if let Some(mut face) = fonts.face(id).cloned() {
                    for family in &mut face.families {
                        "Inter".clone_into(&mut family.0);
                    }
                    fonts.remove_face(id);
                    fonts.push_face_info(face);
                }
            }
        }
        fonts.set_sans_serif_family("Inter");
        Arc::new(fonts)
    };
    FONTS.get_or_init(load).clone()
}
