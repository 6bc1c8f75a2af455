//! What the figures share: font, sizes, colours, marks.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font as register};

use super::{FigureError, Sheet};

/// DejaVu Sans, reduced to the characters figures use; `examples/fonts/` holds its licence.
pub const FONT: &[u8] = include_bytes!("../../../fonts/DejaVuSans-subset.ttf");

/// A viewer of the SVG without DejaVu Sans takes the next of these.
const FONT_FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// Sheets are 1800 wide. At the width of a page, 18 cm, this size of text is 8 pt.
pub const TEXT_SIZE: u32 = 34;
/// Numbers on the axes and the legend.
pub const SMALL_TEXT_SIZE: u32 = 30;

/// Text, axes.
pub const INK: RGBColor = RGBColor(0x26, 0x26, 0x26);
/// Marks that should stand back: rings, frames.
pub const GREY: RGBColor = RGBColor(0x8c, 0x8c, 0x8c);
/// Lines to read values by.
pub const GRID: RGBColor = RGBColor(0xe3, 0xe3, 0xe3);

/// Colours that stay apart for every kind of colour vision (Okabe & Ito, "Color Universal Design", 2008), without the
/// yellow, which is lost on white.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x66, 0x66, 0x66),
];

/// Makes the font known to the library that lays the figures out.
pub fn register_font() -> Result<(), FigureError> {
    register(FONT_FAMILY, FontStyle::Normal, FONT)
        .map_err(|_| FigureError("the embedded font is damaged".into()))
}

/// Text in the figures' font.
pub fn text(size: u32, colour: RGBColor) -> TextStyle<'static> {
    TextStyle {
        color: colour.to_backend_color(),
        ..TextStyle::from((FONT_FAMILY, size).into_font())
    }
}

/// Text whose anchor is its middle, above or below.
pub fn centred_text(size: u32, colour: RGBColor, vertical: VPos) -> TextStyle<'static> {
    text(size, colour).pos(Pos::new(HPos::Center, vertical))
}

/// How the line of a method is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineStyle {
    /// Its colour.
    pub colour: RGBColor,
    /// Whether it is dashed: lines to compare with, rather than contestants.
    pub dashed: bool,
}

/// The line of the method that is the `index`-th of those shown. `is_reference` marks what is trained without moved points.
pub fn method_line(index: usize, is_reference: bool) -> LineStyle {
    if is_reference {
        return LineStyle {
            colour: INK,
            dashed: true,
        };
    }
    LineStyle {
        colour: PALETTE[index % PALETTE.len()],
        dashed: index >= PALETTE.len(),
    }
}

/// The colour of a class: blue, vermilion, green first, which differ in lightness as well.
fn class_colour(class: usize) -> RGBColor {
    const ORDER: [usize; 7] = [1, 0, 4, 3, 5, 2, 6];
    PALETTE[ORDER[class % ORDER.len()]]
}

/// Marks a sample at a pixel of the sheet with the colour and the shape of its class, so that the class is told even
/// without colour.
pub fn draw_class_mark(
    sheet: &Sheet<'_>,
    (x, y): (i32, i32),
    class: usize,
) -> Result<(), FigureError> {
    const SIZE: i32 = 9;
    const TRIANGLE: &[(i32, i32)] = &[(0, -SIZE - 1), (SIZE, SIZE - 2), (-SIZE, SIZE - 2)];
    const SQUARE: &[(i32, i32)] = &[
        (2 - SIZE, 2 - SIZE),
        (SIZE - 2, 2 - SIZE),
        (SIZE - 2, SIZE - 2),
        (2 - SIZE, SIZE - 2),
    ];
    const DIAMOND: &[(i32, i32)] = &[(0, -SIZE - 1), (SIZE + 1, 0), (0, SIZE + 1), (-SIZE - 1, 0)];
    let fill = class_colour(class).mix(0.75).filled();
    let polygon = |outline: &[(i32, i32)]| {
        Polygon::new(
            outline
                .iter()
                .map(|(dx, dy)| (x + dx, y + dy))
                .collect::<Vec<_>>(),
            fill,
        )
    };
    match class % 4 {
        0 => sheet.draw(&Circle::new((x, y), SIZE - 1, fill))?,
        1 => sheet.draw(&polygon(TRIANGLE))?,
        2 => sheet.draw(&polygon(SQUARE))?,
        _ => sheet.draw(&polygon(DIAMOND))?,
    }
    Ok(())
}
