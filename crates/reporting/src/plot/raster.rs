//! SVG to PNG, with the embedded font for every family.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use super::FONT;

/// Width of PNG files, pixels: 300 dots per inch at 85 mm.
const WIDTH_PIXELS: u32 = 1004;

/// Brightnesses of a channel: enough for smooth edges, few enough for small files.
const N_LEVELS: f32 = 32.0;

/// Why there is no PNG.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RasterError {
    /// The SVG could not be read.
    #[error("the drawing is not valid SVG")]
    Svg(#[from] usvg::Error),
    /// There is no picture of this size.
    #[error("a picture of {width} × {height} pixels cannot be made")]
    Size {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// The picture could not be encoded.
    #[error("the picture could not be encoded as PNG: {reason}")]
    Encoding {
        /// Why.
        reason: String,
    },
}

/// `svg` as PNG, 300 dots per inch at 85 mm.
pub(crate) fn png(svg: &str) -> Result<Vec<u8>, RasterError> {
    let options = usvg::Options {
        fontdb: fonts(),
        font_family: FAMILY.to_owned(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options)?;
    let scale = WIDTH_PIXELS as f32 / tree.size().width();
    let (width, height) = (WIDTH_PIXELS, (tree.size().height() * scale).round() as u32);
    let mut pixels = Pixmap::new(width, height).ok_or(RasterError::Size { width, height })?;
    let transform = Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    for channel in pixels.data_mut() {
        *channel = coarse(*channel);
    }
    pixels.encode_png().map_err(|error| RasterError::Encoding {
        reason: error.to_string(),
    })
}

/// One of [`N_LEVELS`] brightnesses.
fn coarse(channel: u8) -> u8 {
    let step = 255.0 / (N_LEVELS - 1.0);
    ((f32::from(channel) / step).round() * step).round() as u8
}

const FAMILY: &str = "DejaVu Sans";

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let build = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        fonts.set_sans_serif_family(FAMILY);
        fonts.set_serif_family(FAMILY);
        fonts.set_monospace_family(FAMILY);
        fonts.set_cursive_family(FAMILY);
        fonts.set_fantasy_family(FAMILY);
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(build))
}
