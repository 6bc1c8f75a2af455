//! The two figures of the comparison, as SVG and as PNG.
//!
//! A figure is drawn once, as SVG; the PNG is that SVG rasterised, so the two cannot differ. The font travels with the
//! program: nothing is looked up on the system, and a figure is the same on every machine.

mod contamination;
mod curves;
mod rings;
pub mod style;

use std::sync::Arc;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use resvg::{tiny_skia, usvg};

pub use contamination::ContaminationFigure;
pub use curves::{CurvesFigure, Series};
pub use style::method_line;

/// What a figure is drawn on.
pub type Sheet<'s> = DrawingArea<SVGBackend<'s>, Shift>;
/// A plot in it.
type Chart<'c, 's> = ChartContext<'c, SVGBackend<'s>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a figure cannot be drawn: {0}")]
pub struct FigureError(String);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for FigureError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

/// Something that can be drawn on a sheet of its size.
pub trait Figure {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// Draws itself on a white sheet of that size.
    ///
    /// # Errors
    ///
    /// Those of the backend.
    fn draw(&self, sheet: &Sheet<'_>) -> Result<(), FigureError>;
}

/// The figure as the text of an SVG file.
///
/// # Errors
///
/// What keeps it from being drawn.
pub fn to_svg(figure: &impl Figure) -> Result<String, FigureError> {
    style::register_font()?;
    let mut svg = String::new();
    let sheet = SVGBackend::with_string(&mut svg, figure.size()).into_drawing_area();
    sheet.fill(&WHITE)?;
    figure.draw(&sheet)?;
    sheet.present()?;
    drop(sheet);
    Ok(svg)
}

/// The bytes of a PNG file that shows the SVG, pixel for unit.
///
/// # Errors
///
/// If the SVG cannot be read or the image is too large to be held.
pub fn to_png(svg: &str) -> Result<Vec<u8>, FigureError> {
    let failed = |what: &dyn std::fmt::Display| FigureError(what.to_string());
    let mut options = usvg::Options::default();
    options
        .fontdb_mut()
        .load_font_source(usvg::fontdb::Source::Binary(Arc::new(style::FONT)));
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| failed(&error))?;
    let size = tree.size().to_int_size();
    let mut image = tiny_skia::Pixmap::new(size.width(), size.height())
        .ok_or_else(|| failed(&"image too large"))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut image.as_mut());
    image.encode_png().map_err(|error| failed(&error))
}
