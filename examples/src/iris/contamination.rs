//! The tutorial's noise: a few training points are thrown far out on the other side of the centre.

use nalgebra::{DMatrix, RowDVector};
use rand::Rng;
use rand::seq::index::sample;

/// Which share of the training points is moved, and how far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contamination {
    /// The share of the training points that is moved, in [0, 1].
    pub share: f64,
    /// k: a moved point ends at the distance k·σ from the centre.
    pub factor: f64,
}

impl Contamination {
    /// The number of points moved out of `n`: the share, rounded to the nearest whole number.
    pub fn count(&self, n: usize) -> usize {
        ((self.share * n as f64).round() as usize).min(n)
    }

    /// Draws the points that are moved, in ascending order.
    pub fn choose(&self, n: usize, rng: &mut impl Rng) -> Vec<usize> {
        let mut chosen = sample(rng, n, self.count(n)).into_vec();
        chosen.sort_unstable();
        chosen
    }

    /// Moves the given rows of the N × D `points`:
    /// xᵢ ← (1 + r)·c − r·xᵢ with r = k·σ / dᵢ, where c is the mean of all points, dᵢ = |xᵢ − c| and σ the population
    /// standard deviation of the dᵢ. A moved point lies at distance k·σ from c, opposite to where it came from.
    ///
    /// A point at the centre has no opposite side and stays.
    pub fn apply(&self, points: &DMatrix<f64>, moved: &[usize]) -> DMatrix<f64> {
        let spread = Spread::of(points);
        let mut contaminated = points.clone();
        for &i in moved {
            let distance = spread.distances[i];
            if distance > 0.0 {
                let r = self.factor * spread.sigma / distance;
                let row = &spread.centre * (1.0 + r) - points.row(i) * r;
                contaminated.set_row(i, &row);
            }
        }
        contaminated
    }
}

/// The centre of a set of points and how far the points lie from it.
#[derive(Clone, Debug)]
pub struct Spread {
    /// c, the mean of the points.
    pub centre: RowDVector<f64>,
    /// dᵢ = |xᵢ − c|.
    pub distances: Vec<f64>,
    /// The population standard deviation of the dᵢ.
    pub sigma: f64,
}

impl Spread {
    /// Measures N × D points, N at least one.
    pub fn of(points: &DMatrix<f64>) -> Self {
        let centre = points.row_mean();
        let distances: Vec<f64> = points
            .row_iter()
            .map(|row| (row - &centre).norm())
            .collect();
        let n = distances.len() as f64;
        let mean = distances.iter().sum::<f64>() / n;
        let variance = distances
            .iter()
            .map(|d| (d - mean) * (d - mean))
            .sum::<f64>()
            / n;
        Self {
            centre,
            distances,
            sigma: variance.sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_pcg::Pcg64;

    fn cross() -> DMatrix<f64> {
        DMatrix::from_row_slice(4, 2, &[3.0, 0.0, -3.0, 0.0, 0.0, 1.0, 0.0, -1.0])
    }

    #[test]
    fn a_moved_point_lies_opposite_at_k_sigma() {
        // The distances 3, 3, 1, 1 have mean 2 and standard deviation 1.
        let noise = Contamination {
            share: 0.25,
            factor: 100.0,
        };
        let contaminated = noise.apply(&cross(), &[2]);
        assert!((contaminated.row(2) - nalgebra::RowVector2::new(0.0, -100.0)).norm() < 1e-12);
        for kept in [0, 1, 3] {
            assert_eq!(contaminated.row(kept), cross().row(kept));
        }
    }

    #[test]
    fn the_share_is_rounded_and_points_are_distinct() {
        let mut rng = Pcg64::seed_from_u64(1);
        let noise = |share| Contamination { share, factor: 1.0 };
        assert_eq!(noise(0.02).count(100), 2);
        assert!(noise(0.0).choose(100, &mut rng).is_empty());
        assert_eq!(noise(1.0).choose(5, &mut rng), [0, 1, 2, 3, 4]);
        let chosen = noise(0.5).choose(10, &mut rng);
        assert!(chosen.len() == 5 && chosen.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_point_at_the_centre_stays() {
        let points = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, -1.0, 0.0, 0.0, 0.0]);
        let contaminated = Contamination {
            share: 1.0,
            factor: 1e4,
        }
        .apply(&points, &[0, 1, 2]);
        assert_eq!(contaminated.row(2), points.row(2));
        assert!(contaminated.iter().all(|value| value.is_finite()));
    }
}
