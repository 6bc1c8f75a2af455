//! A few whole gradients as points of a vector space: their geometric median as weights, and weighted sums.
//!
//! Points stand one after the other, `dimension` numbers each. Distances are taken in double precision.

use super::geometric_median::{CentredGram, geometric_median, scratch_len};
use super::samples::{LANES, reduce};
use crate::real::Real;

/// Numbers of double precision that [`weigh`] needs for k blocks.
pub(super) const fn doubles_len(k: usize) -> usize {
    k + k * k + scratch_len(k)
}

/// Sums of squares below this may have lost digits to underflow.
const SQUARES_RESOLVED: f64 = 1e-280;

/// Writes the weights of the geometric median of the block means, seen in coordinates `from..to` alone, to the front of
/// `doubles`.
pub(super) fn weigh<T: Real>(
    means: &[T],
    dimension: usize,
    from: usize,
    to: usize,
    doubles: &mut [f64],
) {
    let k = means.len().checked_div(dimension).unwrap_or(0);
    let (weights, doubles) = doubles.split_at_mut(k);
    let (gram, scratch) = doubles.split_at_mut(k * k);
    let mean = |b: usize| &means[b * dimension..][from..to];
    let fill = |gram: &mut [f64], unit: f64| -> usize {
        symmetric(gram, k, |i, j| squared_distance(mean(i), mean(j), unit));
        let origin = medoid(gram, k);
        symmetric(gram, k, |i, j| {
            centred_product(mean(i), mean(j), mean(origin), unit)
        });
        origin
    };
    let mut origin = fill(gram, 1.0);
    let size = gram
        .iter()
        .fold(0.0, |size, &g| if g <= size { size } else { g });
    let largest = means
        .iter()
        .fold(0.0_f64, |largest, m| largest.max(m.as_f64().abs()));
    if (size < SQUARES_RESOLVED || !size.is_finite()) && largest > 0.0 {
        // The weights do not depend on the unit of length.
        origin = fill(gram, (0.25 / largest).clamp(f64::MIN_POSITIVE, f64::MAX));
    }
    geometric_median(
        CentredGram {
            values: gram,
            points: k,
            origin,
        },
        weights,
        scratch,
    );
}

fn symmetric(matrix: &mut [f64], k: usize, entry: impl Fn(usize, usize) -> f64) {
    for i in 0..k {
        for j in 0..=i {
            let value = entry(i, j);
            matrix[i * k + j] = value;
            matrix[j * k + i] = value;
        }
    }
}

/// The point of least total distance to the others.
fn medoid(squared_distances: &[f64], k: usize) -> usize {
    let total = |i: &usize| {
        squared_distances[i * k..][..k]
            .iter()
            .map(|d| d.sqrt())
            .sum::<f64>()
    };
    (0..k)
        .min_by(|i, j| total(i).total_cmp(&total(j)))
        .unwrap_or(0)
}

fn squared_distance<T: Real>(a: &[T], b: &[T], unit: f64) -> f64 {
    sum_of(a, b, |a, b| {
        let d = (a - b) * unit;
        d * d
    })
}

fn centred_product<T: Real>(a: &[T], b: &[T], origin: &[T], unit: f64) -> f64 {
    let (a, at) = a.as_chunks::<LANES>();
    let (b, bt) = b.as_chunks::<LANES>();
    let (o, ot) = origin.as_chunks::<LANES>();
    let term =
        |a: T, b: T, o: T| ((a.as_f64() - o.as_f64()) * unit) * ((b.as_f64() - o.as_f64()) * unit);
    let mut lanes = [0.0; LANES];
    for ((a, b), o) in a.iter().zip(b).zip(o) {
        for lane in 0..LANES {
            lanes[lane] += term(a[lane], b[lane], o[lane]);
        }
    }
    let tail: f64 = at
        .iter()
        .zip(bt)
        .zip(ot)
        .map(|((&a, &b), &o)| term(a, b, o))
        .sum();
    reduce(lanes) + tail
}

fn sum_of<T: Real>(a: &[T], b: &[T], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (a, at) = a.as_chunks::<LANES>();
    let (b, bt) = b.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            lanes[lane] += term(a[lane].as_f64(), b[lane].as_f64());
        }
    }
    let tail: f64 = at
        .iter()
        .zip(bt)
        .map(|(&a, &b)| term(a.as_f64(), b.as_f64()))
        .sum();
    reduce(lanes) + tail
}

/// Σ_b w_b · mean_b, in the coordinates from `from` on.
pub(super) fn weighted_sum<T: Real>(
    means: &[T],
    dimension: usize,
    from: usize,
    weights: &[f64],
    sum: &mut [T],
) {
    sum.fill(T::ZERO);
    for (b, &weight) in weights.iter().enumerate() {
        let weight = T::of(weight);
        let mean = &means[b * dimension + from..][..sum.len()];
        for (sum, &mean) in sum.iter_mut().zip(mean) {
            *sum += weight * mean;
        }
    }
}
