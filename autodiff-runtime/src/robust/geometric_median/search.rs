//! The search for a geometric median in weight space.
//!
//! The minimiser of Σⱼ ‖bⱼ − z‖ is a weighted mean z = Σⱼ wⱼ bⱼ, and every distance and inner product the search needs
//! follows from the Gram matrix of the points. The matrix is centred at the medoid, the point of least total distance:
//! relative to it the differences that matter are of their true size even beside points 10³⁰ away.

use crate::robust::affine::dot;

/// The Gram matrix ⟨bᵢ − bₒ, bⱼ − bₒ⟩ of n points about one of them, row by row.
#[derive(Clone, Copy)]
pub(in crate::robust) struct CentredGram<'a> {
    pub values: &'a [f64],
    pub points: usize,
    pub origin: usize,
}

impl CentredGram<'_> {
    fn at(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.points + j]
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.points..][..self.points]
    }
}

/// Numbers of scratch that [`geometric_median`] needs for this many points.
pub(in crate::robust) const fn scratch_len(points: usize) -> usize {
    points * (points + 6)
}

/// Newton or Weiszfeld steps at most; Newton converges in fewer than ten on anything but degenerate data.
const MOST_STEPS: usize = 200;

/// Points up to which Newton's method is tried at once.
const FEW_POINTS: usize = 48;

/// Steps of Weiszfeld's iteration before Newton's method is tried after all: on few dimensions, or near a point.
const MOST_WEISZFELD_STEPS: usize = 60;

/// The relative change of weights in a step, at which what is left to go has no effect on the median.
const SETTLED: f64 = 1e-12;

/// The same where rounding keeps the weights from coming to rest.
const NEARLY_SETTLED: f64 = 1e-10;

/// Halvings of a Newton step before a Weiszfeld step is taken instead.
const MOST_HALVINGS: i32 = 20;

/// The slope of a point at which Newton's method converges quadratically, per point of data. The slope itself is the
/// root of a sum that cancels, and cannot be told from 0 below 10⁻⁸.
const RESOLVED: f64 = 1e-6;

/// Writes the weights of the geometric median; for one point it is the point, for two their midpoint.
///
/// If the median is at a data point, the medoid is such a point, and the test of Vardi and Zhang (2000) says so.
/// Otherwise their step leaves it, and damped Newton steps on the gradient Σⱼ (z − bⱼ)/‖z − bⱼ‖ follow, with a
/// Weiszfeld step where Newton fails.
pub(in crate::robust) fn geometric_median(
    gram: CentredGram<'_>,
    weights: &mut [f64],
    scratch: &mut [f64],
) {
    let n = gram.points;
    if n <= 2 {
        weights.fill(1.0 / n as f64);
    } else if gram.values.iter().any(|g| !g.is_finite()) {
        weights.fill(f64::NAN);
    } else if leave_medoid(gram, weights) {
        descend(gram, weights, scratch);
    }
}

/// Puts the weights at the medoid, or a step away from it (then `true`) if it is not the median.
fn leave_medoid(gram: CentredGram<'_>, weights: &mut [f64]) -> bool {
    let mut coincident = 0.0;
    for (j, weight) in weights.iter_mut().enumerate() {
        let distance = gram.at(j, j).sqrt();
        *weight = if distance > 0.0 {
            distance.recip()
        } else {
            0.0
        };
        coincident += if distance > 0.0 { 0.0 } else { 1.0 };
    }
    let pull = quadratic(gram, weights).sqrt();
    let total: f64 = weights.iter().sum();
    let stay = if pull <= coincident * (1.0 + 1e-12) {
        1.0
    } else {
        coincident / pull
    };
    for weight in weights.iter_mut() {
        *weight = if stay == 1.0 {
            0.0
        } else {
            (1.0 - stay) * *weight / total
        };
    }
    weights[gram.origin] += stay;
    stay < 1.0
}

/// wᵀ G w.
fn quadratic(gram: CentredGram<'_>, weights: &[f64]) -> f64 {
    let rows = weights
        .iter()
        .enumerate()
        .map(|(i, w)| w * dot(gram.row(i), weights));
    rows.sum::<f64>().max(0.0)
}

/// Where the search stands: everything that follows from the weights.
struct Search<'a> {
    gram: CentredGram<'a>,
    weights: &'a mut [f64],
    /// ‖z − bⱼ‖.
    distances: &'a mut [f64],
    /// Inner products of the unit vectors uⱼ = (z − bⱼ)/‖z − bⱼ‖.
    cosines: &'a mut [f64],
    /// G w.
    products: &'a mut [f64],
    /// ‖Σⱼ uⱼ‖, the norm of the objective's gradient.
    slope: f64,
}

fn descend(gram: CentredGram<'_>, weights: &mut [f64], scratch: &mut [f64]) {
    let n = gram.points;
    let (cosines, scratch) = scratch.split_at_mut(n * n);
    let (distances, scratch) = scratch.split_at_mut(n);
    let (products, scratch) = scratch.split_at_mut(n);
    let (direction, before) = scratch.split_at_mut(n);
    let mut search = Search {
        gram,
        weights,
        distances,
        cosines,
        products,
        slope: 0.0,
    };
    if n > FEW_POINTS && search.settle() {
        return;
    }
    search.measure();
    for _ in 0..MOST_STEPS {
        if search.slope <= RESOLVED * n as f64 {
            return search.polish(direction);
        }
        if !(search.newton_direction(direction) && search.follow(direction, before)) {
            search.weiszfeld();
        }
    }
}

impl Search<'_> {
    /// Weiszfeld's iteration alone, without matrices to factorise: `true` once it does not move any more. In many
    /// dimensions the unit vectors point all ways, and it converges within a few steps.
    fn settle(&mut self) -> bool {
        let mut last = f64::INFINITY;
        for _ in 0..MOST_WEISZFELD_STEPS {
            self.distances();
            let stiffness = self.stiffness();
            let mut moved: f64 = 0.0;
            for (weight, distance) in self.weights.iter_mut().zip(self.distances.iter()) {
                let next = (distance * stiffness).recip();
                moved = moved.max((next - *weight).abs() / next);
                *weight = next;
            }
            if moved <= SETTLED {
                return true;
            }
            last = moved;
        }
        last <= NEARLY_SETTLED
    }

    /// G w and ‖z − bⱼ‖, up to date with the weights.
    fn distances(&mut self) -> f64 {
        let (n, gram) = (self.gram.points, self.gram);
        for (j, product) in self.products.iter_mut().enumerate() {
            *product = dot(gram.row(j), self.weights);
        }
        let square = dot(self.weights, self.products);
        for j in 0..n {
            let squared_distance = gram.at(j, j) - 2.0 * self.products[j] + square;
            self.distances[j] = squared_distance.max(f64::MIN_POSITIVE).sqrt();
        }
        square
    }

    /// Brings everything up to date with the weights.
    fn measure(&mut self) {
        let (n, gram) = (self.gram.points, self.gram);
        let square = self.distances();
        let mut squared_slope = n as f64;
        for i in 0..n {
            for j in 0..i {
                let inner = square - self.products[i] - self.products[j] + gram.at(i, j);
                let cosine = inner / (self.distances[i] * self.distances[j]);
                self.cosines[i * n + j] = cosine;
                self.cosines[j * n + i] = cosine;
                squared_slope += 2.0 * cosine;
            }
        }
        self.slope = squared_slope.max(0.0).sqrt();
    }

    /// Σⱼ 1/‖z − bⱼ‖, the Hessian's largest eigenvalue.
    fn stiffness(&self) -> f64 {
        self.distances.iter().map(|d| d.recip()).sum()
    }

    /// The fixed-point step z = Σⱼ bⱼ/dⱼ / Σⱼ 1/dⱼ, which never increases the sum of distances.
    fn weiszfeld(&mut self) {
        let stiffness = self.stiffness();
        for (weight, distance) in self.weights.iter_mut().zip(self.distances.iter()) {
            *weight = (distance * stiffness).recip();
        }
        self.measure();
    }

    /// Goes along the Newton step, halving it until the sum of distances falls; stays where it was, and answers
    /// `false`, if it never does.
    fn follow(&mut self, direction: &[f64], before: &mut [f64]) -> bool {
        let n = self.gram.points;
        let (weights, before) = before.split_at_mut(n);
        let (distances, products) = before.split_at_mut(n);
        weights.copy_from_slice(self.weights);
        distances.copy_from_slice(self.distances);
        products.copy_from_slice(self.products);
        for halvings in 0..MOST_HALVINGS {
            self.weights.copy_from_slice(weights);
            self.go(0.5_f64.powi(halvings), direction);
            if self.change(weights, distances, products) < 0.0 {
                return true;
            }
        }
        self.weights.copy_from_slice(weights);
        self.measure();
        false
    }

    /// The change of Σⱼ ‖z − bⱼ‖, summed over differences: beside a point 10³⁰ away the sum itself has no digits left
    /// for the others.
    fn change(&self, weights: &[f64], distances: &[f64], products: &[f64]) -> f64 {
        let square = dot(self.weights, self.products) - dot(weights, products);
        let terms = (0..self.gram.points).map(|j| {
            let squared = square - 2.0 * (self.products[j] - products[j]);
            squared / (self.distances[j] + distances[j])
        });
        terms.sum()
    }

    /// Two Newton steps on trust: each squares the error, which the slope is too coarse to see.
    fn polish(&mut self, direction: &mut [f64]) {
        for _ in 0..2 {
            if self.newton_direction(direction) {
                self.go(1.0, direction);
            }
        }
    }

    /// z ← z + step · Σⱼ aⱼ uⱼ for `direction` aⱼ/‖z − bⱼ‖.
    fn go(&mut self, step: f64, direction: &[f64]) {
        let drift = 1.0 + step * direction.iter().sum::<f64>();
        for (weight, along) in self.weights.iter_mut().zip(direction) {
            *weight = *weight * drift - step * along;
        }
        self.measure();
    }

    /// The Newton step Σⱼ aⱼ uⱼ as aⱼ/‖z − bⱼ‖, or `false` where the Hessian is singular (points on a line through z).
    ///
    /// With D the distances and U the unit vectors, H = Σⱼ (I − uⱼ uⱼᵀ)/dⱼ = c I − U D⁻¹ Uᵀ. Hp = −U1 with p = Ua is
    /// solved by (c D − UᵀU) a = −D1, a symmetric system of the number of points, whose Cholesky factor overwrites the
    /// lower triangle of the cosines.
    fn newton_direction(&mut self, direction: &mut [f64]) -> bool {
        let stiffness = self.stiffness();
        let (n, cosines, distances) = (self.gram.points, &mut *self.cosines, &*self.distances);
        if !factorise(cosines, n, |i| stiffness * distances[i]) {
            return false;
        }
        for i in 0..n {
            let known: f64 = (0..i).map(|k| cosines[i * n + k] * direction[k]).sum();
            direction[i] = (-distances[i] - known) / cosines[i * n + i];
        }
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|k| cosines[k * n + i] * direction[k]).sum();
            direction[i] = (direction[i] - known) / cosines[i * n + i];
        }
        for (along, distance) in direction.iter_mut().zip(distances) {
            *along /= distance;
        }
        true
    }
}

/// The Cholesky factor of diag(full) − C for a matrix C of unit diagonal, in the lower triangle of C; `false` where
/// that is not safely positive definite.
fn factorise(c: &mut [f64], n: usize, full: impl Fn(usize) -> f64) -> bool {
    for i in 0..n {
        for j in 0..i {
            let known: f64 = (0..j).map(|k| c[i * n + k] * c[j * n + k]).sum();
            c[i * n + j] = (-c[j * n + i] - known) / c[j * n + j];
        }
        let known: f64 = (0..i).map(|k| c[i * n + k] * c[i * n + k]).sum();
        let pivot = full(i) - 1.0 - known;
        if pivot <= 1e-13 * full(i) {
            return false;
        }
        c[i * n + i] = pivot.sqrt();
    }
    true
}
