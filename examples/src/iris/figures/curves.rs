//! Misclassification against the cost of training in gradients, on the training and the test set (Figure 4 of the
//! tutorial).

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::style::{self, GRID, INK, LineStyle, SMALL_TEXT_SIZE, TEXT_SIZE};
use super::{Chart, Figure, FigureError, Sheet};

/// More points than this on a curve cannot be told apart at the width of a panel.
const MOST_POINTS: usize = 400;
const LEGEND_ROW_HEIGHT: i32 = 50;
const LINE_WIDTH: u32 = 4;

const PLOT_WIDTH: i32 = 745;
const PLOT_HEIGHT: i32 = 560;
const ABOVE: i32 = 66;
const BELOW: i32 = 98;
/// The first panel has the title of the axis that both share.
const LEFT: [i32; 2] = [138, 84];
const RIGHT: i32 = 44;

/// The curves of one method, averaged over trials, by iteration from 0 on.
#[derive(Clone, Debug)]
pub struct Series {
    /// The method, as the legend names it.
    pub label: String,
    /// How it is drawn.
    pub line: LineStyle,
    /// Misclassified share of the training set.
    pub train: Vec<f64>,
    /// Misclassified share of the test set.
    pub test: Vec<f64>,
}

/// Two panels with a line per method.
#[derive(Clone, Debug)]
pub struct CurvesFigure {
    /// The methods' curves, all of one length.
    pub series: Vec<Series>,
    /// What one iteration costs: the number of per-sample gradients, N.
    pub gradients_per_iteration: usize,
}

impl Figure for CurvesFigure {
    fn size(&self) -> (u32, u32) {
        let width = LEFT[0] + LEFT[1] + 2 * (PLOT_WIDTH + RIGHT);
        (
            width as u32,
            (ABOVE + PLOT_HEIGHT + BELOW + self.legend_height()) as u32,
        )
    }

    fn draw(&self, sheet: &Sheet<'_>) -> Result<(), FigureError> {
        let (panels, legend) = sheet.split_vertically(ABOVE + PLOT_HEIGHT + BELOW);
        let (left, right) = panels.split_horizontally(LEFT[0] + PLOT_WIDTH + RIGHT);
        let y_title = "misclassified share, mean over trials";
        self.draw_panel(&left, LEFT[0], "Training set", y_title, |series| {
            &series.train
        })?;
        self.draw_panel(&right, LEFT[1], "Test set", "", |series| &series.test)?;
        self.draw_legend(&legend)
    }
}

impl CurvesFigure {
    fn legend_height(&self) -> i32 {
        self.series.len().div_ceil(self.legend_columns()) as i32 * LEGEND_ROW_HEIGHT + 34
    }

    /// Three where the labels leave room, down to one for aggregators with many options.
    fn legend_columns(&self) -> usize {
        let longest = self
            .series
            .iter()
            .map(|series| series.label.chars().count())
            .max()
            .unwrap_or(0);
        match longest {
            0..=33 => 3,
            34..=52 => 2,
            _ => 1,
        }
    }

    fn draw_panel(
        &self,
        panel: &Sheet<'_>,
        left: i32,
        title: &str,
        y_title: &str,
        values: impl Fn(&Series) -> &[f64],
    ) -> Result<(), FigureError> {
        let middle = left + PLOT_WIDTH / 2;
        panel.draw(&Text::new(
            title.to_owned(),
            (middle, 16),
            style::centred_text(TEXT_SIZE, INK, VPos::Top),
        ))?;
        let iterations = self
            .series
            .first()
            .map_or(1, |series| series.train.len().max(2) - 1);
        let cost = CostAxis::new(iterations * self.gradients_per_iteration);
        let mut chart = ChartBuilder::on(panel)
            .margin_top(ABOVE)
            .margin_right(RIGHT)
            .margin_left(10)
            .x_label_area_size(BELOW)
            .y_label_area_size(left - 10)
            .build_cartesian_2d(0.0..cost.total, 0.0..self.top())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(2))
            .axis_style(INK.stroke_width(2))
            .set_all_tick_mark_size(8)
            .label_style(style::text(SMALL_TEXT_SIZE, INK))
            .axis_desc_style(style::text(TEXT_SIZE, INK))
            .x_labels(6)
            .y_labels(9)
            .x_label_formatter(&|gradients| format!("{gradients}"))
            .y_label_formatter(&|share| format!("{share:.1}"))
            .x_desc(cost.title)
            .y_desc(y_title)
            .draw()?;
        for series in &self.series {
            let values = values(series);
            let stride = values.len().div_ceil(MOST_POINTS).max(1);
            let points = (0..values.len()).filter(|t| t % stride == 0 || t + 1 == values.len());
            let curve: Vec<_> = points
                .map(|t| (cost.in_unit(t * self.gradients_per_iteration), values[t]))
                .collect();
            draw_line(&mut chart, curve, series.line)?;
        }
        Ok(())
    }

    /// The upper end of the error axis: the highest curve and a little more, never below 0.2.
    fn top(&self) -> f64 {
        let shares = self
            .series
            .iter()
            .flat_map(|series| series.train.iter().chain(&series.test));
        let highest = shares.copied().fold(0.0, f64::max);
        ((highest * 20.0).ceil() / 20.0 + 0.02).clamp(0.2, 1.0)
    }

    fn draw_legend(&self, area: &Sheet<'_>) -> Result<(), FigureError> {
        let columns = self.legend_columns();
        let rows = self.series.len().div_ceil(columns);
        let (width, _) = area.dim_in_pixel();
        let column_width = (width as i32 - LEFT[0]) / columns as i32;
        let label = style::text(SMALL_TEXT_SIZE, INK).pos(Pos::new(HPos::Left, VPos::Center));
        for (index, series) in self.series.iter().enumerate() {
            let x = LEFT[0] + (index / rows) as i32 * column_width;
            let y = 34 + (index % rows) as i32 * LEGEND_ROW_HEIGHT;
            let style = series.line.colour.stroke_width(LINE_WIDTH + 1);
            let dashes: &[(i32, i32)] = if series.line.dashed {
                &[(0, 16), (24, 40), (48, 64)]
            } else {
                &[(0, 64)]
            };
            for (from, to) in dashes {
                area.draw(&PathElement::new([(x + from, y), (x + to, y)], style))?;
            }
            area.draw(&Text::new(series.label.clone(), (x + 80, y), label.clone()))?;
        }
        Ok(())
    }
}

fn draw_line(
    chart: &mut Chart<'_, '_>,
    curve: Vec<(f64, f64)>,
    line: LineStyle,
) -> Result<(), FigureError> {
    let style = line.colour.stroke_width(LINE_WIDTH);
    if line.dashed {
        chart.draw_series(DashedLineSeries::new(curve, 16, 8, style))?;
    } else {
        chart.draw_series(LineSeries::new(curve, style))?;
    }
    Ok(())
}

/// The cost in gradients, counted one by one, in thousands or in millions, so that the numbers on the axis stay short.
struct CostAxis {
    unit: f64,
    total: f64,
    title: &'static str,
}

impl CostAxis {
    fn new(gradients: usize) -> Self {
        let (unit, title) = match gradients {
            0..5_000 => (1.0, "cost in gradients"),
            5_000..5_000_000 => (1e3, "cost in gradients (thousands)"),
            _ => (1e6, "cost in gradients (millions)"),
        };
        Self {
            unit,
            total: gradients as f64 / unit,
            title,
        }
    }

    fn in_unit(&self, gradients: usize) -> f64 {
        gradients as f64 / self.unit
    }
}
