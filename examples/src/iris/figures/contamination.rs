//! What the moved points do to the training set (Figure 3 of the tutorial): before, at full radius, and in the window the
//! other points still live in.

use nalgebra::DMatrix;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::contamination::Spread;
use super::super::trial::Trial;
use super::rings::{draw_rings, polar_point};
use super::style::{self, GRID, INK, SMALL_TEXT_SIZE, TEXT_SIZE};
use super::{Chart, Figure, FigureError, Sheet};

const PANEL_WIDTH: i32 = 600;
/// The side of the square of a plot within its panel, and the space round it.
const PLOT_SIDE: i32 = 462;
const ABOVE: i32 = 66;
const BELOW: i32 = 92;
const LEFT: i32 = 112;
const LEGEND_HEIGHT: i32 = 96;

/// More classes than this do not fit the legend; the others are only counted.
const MOST_NAMED: usize = 6;
const RING: i32 = 17;
const RING_LEGEND_WIDTH: i32 = 425;
/// A little more than the mean width of a character in the legend.
const CHARACTER_WIDTH: i32 = 17;

/// Three scatter panels of one trial's training set.
#[derive(Clone, Debug)]
pub struct ContaminationFigure<'a> {
    /// The trial whose training set is shown.
    pub trial: &'a Trial,
    /// The names of the classes.
    pub classes: &'a [String],
}

impl Figure for ContaminationFigure<'_> {
    fn size(&self) -> (u32, u32) {
        (
            3 * PANEL_WIDTH as u32,
            (ABOVE + PLOT_SIDE + BELOW + LEGEND_HEIGHT) as u32,
        )
    }

    fn draw(&self, sheet: &Sheet<'_>) -> Result<(), FigureError> {
        let (panels, _) = sheet.split_vertically(ABOVE + PLOT_SIDE + BELOW);
        let panels = panels.split_evenly((1, 3));
        self.draw_clean(sheet, &panels[0])?;
        self.draw_full_radius(sheet, &panels[1])?;
        self.draw_window(sheet, &panels[2])?;
        self.draw_legend(sheet)
    }
}

impl ContaminationFigure<'_> {
    fn draw_clean(&self, sheet: &Sheet<'_>, panel: &Sheet<'_>) -> Result<(), FigureError> {
        let mut chart = self.unit_square(panel, "(a) Training set")?;
        let clean = &self.trial.clean.inputs;
        self.draw_points(
            sheet,
            &chart,
            (0..clean.nrows()).map(|row| (row, point(clean, row))),
        )?;
        self.ring_moved(&mut chart)
    }

    fn draw_window(&self, sheet: &Sheet<'_>, panel: &Sheet<'_>) -> Result<(), FigureError> {
        let mut chart = self.unit_square(panel, "(c) Moved points: unit square")?;
        self.draw_flights(&mut chart)?;
        let inputs = &self.trial.contaminated.inputs;
        let kept = (0..inputs.nrows()).filter(|row| !self.trial.moved.contains(row));
        self.draw_points(sheet, &chart, kept.map(|row| (row, point(inputs, row))))?;
        self.ring_moved(&mut chart)
    }

    fn unit_square<'a, 's>(
        &self,
        panel: &'a Sheet<'s>,
        title: &str,
    ) -> Result<Chart<'a, 's>, FigureError> {
        draw_title(panel, LEFT + PLOT_SIDE / 2, title)?;
        let mut chart = ChartBuilder::on(panel)
            .margin_top(ABOVE)
            .margin_right(PANEL_WIDTH - LEFT - PLOT_SIDE)
            .margin_left(10)
            .x_label_area_size(BELOW)
            .y_label_area_size(LEFT - 10)
            .build_cartesian_2d(-0.05..1.05, -0.05..1.05)?;
        let [first, second] = self.trial.explained.map(|share| 100.0 * share);
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(2))
            .axis_style(INK.stroke_width(2))
            .set_all_tick_mark_size(8)
            .label_style(style::text(SMALL_TEXT_SIZE, INK))
            .axis_desc_style(style::text(SMALL_TEXT_SIZE, INK))
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|value| format!("{value:.1}"))
            .y_label_formatter(&|value| format!("{value:.1}"))
            .x_desc(format!("component 1 ({first:.0} % of variance)"))
            .y_desc(format!("component 2 ({second:.0} % of variance)"))
            .draw()?;
        Ok(chart)
    }

    /// All points round their centre c, the distance ρ = |x − c| / σ drawn as log(1 + ρ). Directions are kept.
    fn draw_full_radius(&self, sheet: &Sheet<'_>, panel: &Sheet<'_>) -> Result<(), FigureError> {
        let spread = Spread::of(&self.trial.clean.inputs);
        let inputs = &self.trial.contaminated.inputs;
        let polar: Vec<_> = (0..inputs.nrows())
            .map(|row| polar_point(inputs, row, &spread))
            .collect();
        let reach = polar.iter().map(|(x, y)| x.hypot(*y)).fold(1.0, f64::max);
        let half = 1.06 * reach;
        let beside = (PANEL_WIDTH - PLOT_SIDE) / 2;
        draw_title(panel, PANEL_WIDTH / 2, "(b) Moved points: full radius")?;
        let mut chart = ChartBuilder::on(panel)
            .margin_top(ABOVE)
            .margin_bottom(BELOW)
            .margin_left(beside)
            .margin_right(beside)
            .build_cartesian_2d(-half..half, -half..half)?;
        draw_rings(&mut chart, reach)?;
        self.draw_points(sheet, &chart, polar.into_iter().enumerate())?;
        let label = style::centred_text(SMALL_TEXT_SIZE, INK, VPos::Bottom);
        let at = (PANEL_WIDTH / 2, ABOVE + PLOT_SIDE + BELOW - 8);
        panel.draw(&Text::new(
            "distance from the centre in σ, log scale",
            at,
            label,
        ))?;
        Ok(())
    }

    fn draw_points(
        &self,
        sheet: &Sheet<'_>,
        chart: &Chart<'_, '_>,
        points: impl IntoIterator<Item = (usize, (f64, f64))>,
    ) -> Result<(), FigureError> {
        points.into_iter().try_for_each(|(row, at)| {
            style::draw_class_mark(
                sheet,
                chart.backend_coord(&at),
                self.trial.clean.labels[row],
            )
        })
    }

    /// Rings where the moved points were.
    fn ring_moved(&self, chart: &mut Chart<'_, '_>) -> Result<(), FigureError> {
        let clean = &self.trial.clean.inputs;
        let rings = self
            .trial
            .moved
            .iter()
            .map(|row| Circle::new(point(clean, *row), RING, INK.stroke_width(3)));
        chart.draw_series(rings)?;
        Ok(())
    }

    /// From each emptied place a line through the centre to the rim of the panel: the way the point took.
    fn draw_flights(&self, chart: &mut Chart<'_, '_>) -> Result<(), FigureError> {
        let spread = Spread::of(&self.trial.clean.inputs);
        let centre = (spread.centre[0], spread.centre[1]);
        let style = INK.stroke_width(2);
        for row in &self.trial.moved {
            let from = point(&self.trial.clean.inputs, *row);
            chart.draw_series(DashedLineSeries::new(
                [from, exit_point(from, centre)],
                10,
                8,
                style,
            ))?;
        }
        chart.draw_series(std::iter::once(Cross::new(centre, 10, INK.stroke_width(3))))?;
        Ok(())
    }

    fn draw_legend(&self, sheet: &Sheet<'_>) -> Result<(), FigureError> {
        let label = style::text(SMALL_TEXT_SIZE, INK).pos(Pos::new(HPos::Left, VPos::Center));
        let y = ABOVE + PLOT_SIDE + BELOW + 52;
        let ring = 3 * PANEL_WIDTH - RING_LEGEND_WIDTH;
        let entries = legend_entries(self.classes, ring - LEFT);
        let width = (ring - LEFT) / entries.len().max(1) as i32;
        for (class, name) in entries.into_iter().enumerate() {
            let x = LEFT + 14 + class as i32 * width;
            if class < MOST_NAMED {
                style::draw_class_mark(sheet, (x, y), class)?;
            }
            sheet.draw(&Text::new(name, (x + 24, y), label.clone()))?;
        }
        if !self.trial.moved.is_empty() {
            sheet.draw(&Circle::new((ring, y), RING, INK.stroke_width(3)))?;
            sheet.draw(&Text::new("place of a moved point", (ring + 32, y), label))?;
        }
        Ok(())
    }
}

/// The names of the classes, shortened to fit side by side, and at the end how many more there are.
fn legend_entries(classes: &[String], width: i32) -> Vec<String> {
    let named = classes.len().min(MOST_NAMED);
    let entries = named + usize::from(named < classes.len());
    let room = (width / CHARACTER_WIDTH) as usize / entries.max(1) - 3;
    let mut names: Vec<String> = classes[..named]
        .iter()
        .map(|name| shortened(name, room))
        .collect();
    if named < classes.len() {
        names.push(format!("{} more", classes.len() - named));
    }
    names
}

fn shortened(name: &str, room: usize) -> String {
    if name.chars().count() <= room {
        return name.to_owned();
    }
    name.chars().take(room - 1).chain(['…']).collect()
}

fn draw_title(panel: &Sheet<'_>, middle: i32, title: &str) -> Result<(), FigureError> {
    let label = style::centred_text(TEXT_SIZE, INK, VPos::Top);
    panel.draw(&Text::new(title.to_owned(), (middle, 16), label))?;
    Ok(())
}

fn point(inputs: &DMatrix<f64>, row: usize) -> (f64, f64) {
    (inputs[(row, 0)], inputs[(row, 1)])
}

/// Where the ray from `from` through `centre` leaves the panel.
fn exit_point(from: (f64, f64), centre: (f64, f64)) -> (f64, f64) {
    let way = (centre.0 - from.0, centre.1 - from.1);
    let reach = |start: f64, step: f64| match step {
        step if step > 0.0 => (1.05 - start) / step,
        step if step < 0.0 => (-0.05 - start) / step,
        _ => f64::INFINITY,
    };
    let length = reach(from.0, way.0).min(reach(from.1, way.1));
    if length.is_finite() {
        (from.0 + length * way.0, from.1 + length * way.1)
    } else {
        from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flights_end_on_the_rim() {
        assert_eq!(exit_point((0.0, 0.5), (0.5, 0.5)), (1.05, 0.5));
        assert_eq!(exit_point((0.5, 0.5), (0.5, 0.5)), (0.5, 0.5));
    }

    #[test]
    fn the_legend_shortens_long_names_and_counts_what_it_leaves_out() {
        let classes: Vec<String> = (0..9)
            .map(|class| format!("{class}-{}", "long".repeat(20)))
            .collect();
        let entries = legend_entries(&classes, 1200);
        assert_eq!(entries.len(), MOST_NAMED + 1);
        assert_eq!(entries[MOST_NAMED], "3 more");
        let characters: usize = entries.iter().map(|entry| entry.chars().count() + 3).sum();
        assert!(characters as i32 * CHARACTER_WIDTH <= 1200);
        assert_eq!(
            legend_entries(&["a".to_owned(), "b".to_owned()], 1200),
            ["a", "b"]
        );
    }
}
