//! From P features to a point in the unit square: two principal components, then a scaling of each to [0, 1].
//!
//! Both are fitted to the training rows and applied to all, so that nothing of the test rows enters the training.

use nalgebra::{DMatrix, RowDVector};

/// Below this share of the largest value, a range is rounding noise and not a spread to be stretched to [0, 1].
const RELATIVE_ZERO: f64 = 1e-12;

/// The plane of largest variance through the centre of a set of rows.
#[derive(Clone, Debug)]
pub struct PrincipalPlane {
    centre: RowDVector<f64>,
    /// P × 2, orthonormal columns.
    axes: DMatrix<f64>,
    /// The share of the total variance along each axis.
    pub explained: [f64; 2],
}

impl PrincipalPlane {
    /// Fits the plane to N × P rows, N and P at least two.
    ///
    /// The axes are the right singular vectors of the centred rows that belong to the two largest singular values.
    /// Their sign, which a singular value decomposition leaves open, makes the entry of largest magnitude positive.
    pub fn fit(rows: &DMatrix<f64>) -> Self {
        let centre = rows.row_mean();
        let svd = centred(rows, &centre).svd(false, true);
        let right = svd.v_t.expect("the right singular vectors were asked for");
        let mut axes = right.rows(0, 2).transpose();
        axes.column_iter_mut().for_each(|mut axis| {
            if axis[axis.iamax()] < 0.0 {
                axis.neg_mut();
            }
        });
        let variances = svd.singular_values.map(|value| value * value);
        let total = variances.sum();
        let share = |component: usize| {
            if total > 0.0 {
                variances[component] / total
            } else {
                0.0
            }
        };
        Self {
            centre,
            axes,
            explained: [share(0), share(1)],
        }
    }

    /// The N × 2 coordinates of N × P rows in the plane.
    pub fn project(&self, rows: &DMatrix<f64>) -> DMatrix<f64> {
        centred(rows, &self.centre) * &self.axes
    }
}

fn centred(rows: &DMatrix<f64>, centre: &RowDVector<f64>) -> DMatrix<f64> {
    let mut difference = rows.clone();
    for mut row in difference.row_iter_mut() {
        row -= centre;
    }
    difference
}

/// The affine map of each coordinate that takes the smallest fitted value to 0 and the largest to 1.
#[derive(Clone, Debug)]
pub struct UnitScale {
    low: Vec<f64>,
    range: Vec<f64>,
}

impl UnitScale {
    /// Fits the map to N × D rows, N at least one. A coordinate that does not vary is only shifted to 0.
    pub fn fit(rows: &DMatrix<f64>) -> Self {
        let smallest = RELATIVE_ZERO * rows.amax();
        let usable = |range: f64| if range > smallest { range } else { 1.0 };
        let low = rows.column_iter().map(|column| column.min()).collect();
        let range = rows
            .column_iter()
            .map(|column| usable(column.max() - column.min()))
            .collect();
        Self { low, range }
    }

    /// The scaled rows; those outside the fitted ones may leave [0, 1].
    pub fn apply(&self, rows: &DMatrix<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(rows.nrows(), rows.ncols(), |i, j| {
            (rows[(i, j)] - self.low[j]) / self.range[j]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on the axes of an ellipse turned by the angle whose cosine and sine are 0.8 and 0.6.
    fn turned_ellipse() -> DMatrix<f64> {
        let (cosine, sine) = (0.8, 0.6);
        let turned = |along: f64, across: f64| {
            [
                1.0 + cosine * along - sine * across,
                2.0 + sine * along + cosine * across,
            ]
        };
        let rows = [
            turned(3.0, 0.0),
            turned(-3.0, 0.0),
            turned(0.0, 1.0),
            turned(0.0, -1.0),
        ];
        DMatrix::from_row_slice(4, 2, rows.as_flattened())
    }

    #[test]
    fn the_axes_of_an_ellipse_are_found_with_their_signs_and_variances() {
        let plane = PrincipalPlane::fit(&turned_ellipse());
        // The second axis is ∓(0.6, −0.8): its larger entry is made positive.
        let expected = DMatrix::from_row_slice(4, 2, &[3.0, 0.0, -3.0, 0.0, 0.0, 1.0, 0.0, -1.0]);
        assert!((plane.project(&turned_ellipse()) - expected).amax() < 1e-12);
        assert!((plane.explained[0] - 0.9).abs() < 1e-12);
        assert!((plane.explained[1] - 0.1).abs() < 1e-12);
    }

    #[test]
    fn coordinates_in_the_plane_are_uncorrelated_and_centred() {
        let rows = super::super::dataset::Dataset::iris().features;
        let plane = PrincipalPlane::fit(&rows);
        let scores = plane.project(&rows);
        assert!(scores.column_mean_is_zero(1e-10));
        assert!(scores.column(0).dot(&scores.column(1)).abs() < 1e-9);
        assert!(plane.explained[0] > plane.explained[1]);
    }

    trait ColumnMeans {
        fn column_mean_is_zero(&self, tolerance: f64) -> bool;
    }

    impl ColumnMeans for DMatrix<f64> {
        fn column_mean_is_zero(&self, tolerance: f64) -> bool {
            self.row_mean().amax() < tolerance
        }
    }

    #[test]
    fn the_training_rows_fill_the_unit_square() {
        let rows = turned_ellipse();
        let scaled = UnitScale::fit(&rows).apply(&rows);
        for column in scaled.column_iter() {
            assert_eq!((column.min(), column.max()), (0.0, 1.0));
        }
    }

    #[test]
    fn a_direction_without_spread_stays_finite() {
        let line = DMatrix::from_row_slice(3, 2, &[1.0, 2.0, 2.0, 4.0, 3.0, 6.0]);
        let scores = PrincipalPlane::fit(&line).project(&line);
        let scaled = UnitScale::fit(&scores).apply(&scores);
        assert!(
            scaled.column(1).amax() < 1e-12,
            "rounding noise was stretched to the unit interval"
        );
        let same = DMatrix::from_element(3, 2, 0.1);
        let scores = PrincipalPlane::fit(&same).project(&same);
        assert!(
            UnitScale::fit(&scores)
                .apply(&scores)
                .iter()
                .all(|value| value.is_finite())
        );
    }
}
