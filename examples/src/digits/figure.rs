//! The table as a picture: a cell for each rule and contamination, the darker the better.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::benchmark::{Benchmark, Score};
use crate::iris::figures::style::{self, INK, SMALL_TEXT_SIZE, TEXT_SIZE};
use crate::iris::figures::{Figure, FigureError, Sheet};

const CELL: (i32, i32) = (150, 56);
const ABOVE: i32 = 150;
const BELOW: i32 = 24;
const RIGHT: i32 = 30;
/// The width of a character of a rule's name, with a little to spare.
const CHARACTER_WIDTH: i32 = 18;

/// Colour at an accuracy of 0 and of 1: light to dark blue, readable in grey as well.
const WORST: RGBColor = RGBColor(0xf7, 0xfb, 0xff);
const BEST: RGBColor = RGBColor(0x08, 0x45, 0x94);

/// Rules as rows, contaminations as columns.
pub struct AccuracyFigure<'a> {
    /// What was compared.
    pub benchmark: &'a Benchmark,
    /// The scores of each rule.
    pub scores: &'a [Vec<Score>],
}

impl AccuracyFigure<'_> {
    fn left(&self) -> i32 {
        let names = self
            .benchmark
            .rules
            .iter()
            .map(|rule| rule.to_string().chars().count());
        names.max().unwrap_or(0) as i32 * CHARACTER_WIDTH + 40
    }

    fn draw_cell(
        &self,
        sheet: &Sheet<'_>,
        (x, y): (i32, i32),
        share: f64,
    ) -> Result<(), FigureError> {
        let corners = [(x, y), (x + CELL.0 - 4, y + CELL.1 - 4)];
        sheet.draw(&Rectangle::new(corners, shade(share).filled()))?;
        let ink = if share > 0.6 { WHITE } else { INK };
        let middle = (x + CELL.0 / 2 - 2, y + CELL.1 / 2 - 2);
        let label = style::centred_text(SMALL_TEXT_SIZE, ink, VPos::Center);
        sheet.draw(&Text::new(format!("{:.1}", 100.0 * share), middle, label))?;
        Ok(())
    }
}

impl Figure for AccuracyFigure<'_> {
    fn size(&self) -> (u32, u32) {
        let (columns, rows) = (
            self.benchmark.corruptions.len() as i32,
            self.benchmark.rules.len() as i32,
        );
        let width = self.left() + columns * CELL.0 + RIGHT;
        let height = ABOVE + rows * CELL.1 + BELOW;
        (width.max(900) as u32, height as u32)
    }

    fn draw(&self, sheet: &Sheet<'_>) -> Result<(), FigureError> {
        let left = self.left();
        let title = style::text(TEXT_SIZE, INK).pos(Pos::new(HPos::Left, VPos::Top));
        sheet.draw(&Text::new(
            "Test accuracy in %, mean over seeds",
            (30, 20),
            title,
        ))?;
        let heading = style::centred_text(SMALL_TEXT_SIZE, INK, VPos::Bottom);
        for (column, corruption) in self.benchmark.corruptions.iter().enumerate() {
            let middle = left + column as i32 * CELL.0 + CELL.0 / 2;
            sheet.draw(&Text::new(
                corruption.to_string(),
                (middle, ABOVE - 14),
                heading.clone(),
            ))?;
        }
        let name = style::text(SMALL_TEXT_SIZE, INK).pos(Pos::new(HPos::Right, VPos::Center));
        for (row, (rule, scores)) in self.benchmark.rules.iter().zip(self.scores).enumerate() {
            let y = ABOVE + row as i32 * CELL.1;
            let at = (left - 16, y + CELL.1 / 2 - 2);
            sheet.draw(&Text::new(rule.to_string(), at, name.clone()))?;
            for (column, score) in scores.iter().enumerate() {
                self.draw_cell(
                    sheet,
                    (left + column as i32 * CELL.0, y),
                    score.accuracy.mean,
                )?;
            }
        }
        Ok(())
    }
}

/// Between the two colours, more slowly at the lower end, where differences matter less.
fn shade(share: f64) -> RGBColor {
    let at = share.clamp(0.0, 1.0).powi(2);
    let mix =
        |from: u8, to: u8| (f64::from(from) + at * (f64::from(to) - f64::from(from))).round() as u8;
    RGBColor(
        mix(WORST.0, BEST.0),
        mix(WORST.1, BEST.1),
        mix(WORST.2, BEST.2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_run_from_worst_to_best() {
        assert_eq!((shade(0.0), shade(1.0)), (WORST, BEST));
        assert!(shade(0.5).0 > shade(0.9).0);
    }
}
