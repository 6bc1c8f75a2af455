//! A logarithmic distance from the centre, in all directions: where points and rings are drawn.

use nalgebra::DMatrix;
use plotters::prelude::*;
use plotters::style::text_anchor::VPos;

use super::super::contamination::Spread;
use super::style::{self, GREY, SMALL_TEXT_SIZE};
use super::{Chart, FigureError};

/// The direction from the centre is kept; the distance ρ, in σ, becomes log₁₀(1 + ρ).
pub fn polar_point(inputs: &DMatrix<f64>, row: usize, spread: &Spread) -> (f64, f64) {
    let (x, y) = (
        inputs[(row, 0)] - spread.centre[0],
        inputs[(row, 1)] - spread.centre[1],
    );
    let distance = x.hypot(y);
    if distance == 0.0 || spread.sigma == 0.0 {
        return (0.0, 0.0);
    }
    let radius = log_radius(distance / spread.sigma);
    (x / distance * radius, y / distance * radius)
}

fn log_radius(sigmas: f64) -> f64 {
    sigmas.ln_1p() / std::f64::consts::LN_10
}

/// Circles at 1, 10, 100, … σ, each with its name.
pub fn draw_rings(chart: &mut Chart<'_, '_>, reach: f64) -> Result<(), FigureError> {
    let label = style::centred_text(SMALL_TEXT_SIZE - 4, GREY, VPos::Center);
    let decades = (reach + 0.05).floor() as i32;
    for decade in (0..=decades).step_by(ring_step(decades)) {
        let radius = log_radius(10f64.powi(decade));
        let turn = |k: i32| f64::from(k) * std::f64::consts::TAU / 360.0;
        let circle = (0..=360).map(|k| (radius * turn(k).cos(), radius * turn(k).sin()));
        chart.draw_series(LineSeries::new(circle, GREY.mix(0.6).stroke_width(2)))?;
        if decade > 0 {
            draw_ring_name(chart, radius, ring_name(decade), &label)?;
        }
    }
    Ok(())
}

/// Decades from ring to ring: more than six rings crowd the panel.
fn ring_step(decades: i32) -> usize {
    [1, 2, 5, 10, 20]
        .into_iter()
        .find(|step| decades <= 6 * step)
        .unwrap_or(50) as usize
}

/// Below the centre, on the ring, on a white patch that interrupts it.
fn draw_ring_name(
    chart: &mut Chart<'_, '_>,
    radius: f64,
    name: String,
    label: &TextStyle<'_>,
) -> Result<(), FigureError> {
    let half_width = 7 * name.chars().count() as i32 + 3;
    let at = (0.0, -radius);
    let patch = Rectangle::new([(-half_width, -14), (half_width, 14)], WHITE.filled());
    chart.draw_series(std::iter::once(
        EmptyElement::at(at) + patch + Text::new(name, (0, 0), label.clone()),
    ))?;
    Ok(())
}

fn ring_name(decade: i32) -> String {
    match decade {
        0 => "1σ".to_owned(),
        1 => "10σ".to_owned(),
        2 => "100σ".to_owned(),
        _ => format!("10{}σ", superscript(decade)),
    }
}

fn superscript(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    number
        .to_string()
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .map(|digit| DIGITS[digit as usize])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ring_names_count_in_sigma() {
        assert_eq!([0, 1, 4, 12].map(ring_name), ["1σ", "10σ", "10⁴σ", "10¹²σ"]);
        assert_eq!([0, 4, 6, 7, 100].map(ring_step), [1, 1, 1, 2, 20]);
    }
}
