//! The N numbers a coordinate is estimated from, summed in lanes.
//!
//! Floating-point addition is not associative, so the compiler may not vectorise a plain running sum. Every sum here
//! runs in [`LANES`] independent accumulators over the samples, in a fixed order: fast, and the same on every run.

use crate::real::Real;

/// Independent accumulators of a sum over samples.
pub(crate) const LANES: usize = 8;

/// N numbers, readable in chunks of [`LANES`].
pub(crate) trait Samples<T: Real>: Copy {
    /// The whole chunks, in order.
    fn chunks(self) -> impl Iterator<Item = [T; LANES]>;

    /// The fewer than [`LANES`] numbers after the last chunk.
    fn tail(self) -> impl Iterator<Item = T>;

    /// The samples from `start` up to `end`.
    fn range(self, start: usize, end: usize) -> Self;

    /// The K sums Σᵢ f(gᵢ) in one sweep.
    #[inline(always)]
    fn sums_by<const K: usize>(self, f: impl Fn(T) -> [T; K]) -> [T; K] {
        let mut lanes = [[T::ZERO; LANES]; K];
        for chunk in self.chunks() {
            for lane in 0..LANES {
                let terms = f(chunk[lane]);
                for k in 0..K {
                    lanes[k][lane] += terms[k];
                }
            }
        }
        let mut sums = lanes.map(reduce);
        for value in self.tail() {
            let terms = f(value);
            for k in 0..K {
                sums[k] += terms[k];
            }
        }
        sums
    }

    /// Σᵢ f(gᵢ).
    #[inline(always)]
    fn sum_by(self, f: impl Fn(T) -> T) -> T {
        self.sums_by(|g| [f(g)])[0]
    }

    /// The largest |gᵢ − centre|, 0 for no samples; NaN may be passed over.
    #[inline(always)]
    fn largest_distance(self, centre: T) -> T {
        let mut lanes = [T::ZERO; LANES];
        for chunk in self.chunks() {
            for lane in 0..LANES {
                lanes[lane] = larger(lanes[lane], (chunk[lane] - centre).abs());
            }
        }
        let body = lanes.into_iter().fold(T::ZERO, larger);
        self.tail()
            .fold(body, |largest, g| larger(largest, (g - centre).abs()))
    }
}

/// The larger of two numbers, the second if they do not compare: one machine instruction, unlike IEEE `maximum`.
#[inline(always)]
pub(crate) fn larger<T: Real>(a: T, b: T) -> T {
    if a > b { a } else { b }
}

/// The sum of the lanes, pairwise.
#[inline(always)]
pub(crate) fn reduce<T: Real, const L: usize>(mut lanes: [T; L]) -> T {
    const { assert!(L.is_power_of_two()) };
    let mut width = L / 2;
    while width > 0 {
        for lane in 0..width {
            let other = lanes[lane + width];
            lanes[lane] += other;
        }
        width /= 2;
    }
    lanes[0]
}

/// Numbers as they stand.
#[derive(Clone, Copy)]
pub(crate) struct Column<'a, T>(pub &'a [T]);

impl<T: Real> Samples<T> for Column<'_, T> {
    #[inline(always)]
    fn chunks(self) -> impl Iterator<Item = [T; LANES]> {
        self.0.as_chunks::<LANES>().0.iter().copied()
    }

    #[inline(always)]
    fn tail(self) -> impl Iterator<Item = T> {
        self.0.as_chunks::<LANES>().1.iter().copied()
    }

    fn range(self, start: usize, end: usize) -> Self {
        Self(&self.0[start..end])
    }
}

/// Products of two columns of one length, multiplied as they are read.
#[derive(Clone, Copy)]
pub(crate) struct Products<'a, T>(pub &'a [T], pub &'a [T]);

impl<T: Real> Samples<T> for Products<'_, T> {
    #[inline(always)]
    fn chunks(self) -> impl Iterator<Item = [T; LANES]> {
        let (a, b) = (self.0.as_chunks::<LANES>().0, self.1.as_chunks::<LANES>().0);
        a.iter()
            .zip(b)
            .map(|(a, b)| std::array::from_fn(|lane| a[lane] * b[lane]))
    }

    #[inline(always)]
    fn tail(self) -> impl Iterator<Item = T> {
        let (a, b) = (self.0.as_chunks::<LANES>().1, self.1.as_chunks::<LANES>().1);
        a.iter().zip(b).map(|(&a, &b)| a * b)
    }

    fn range(self, start: usize, end: usize) -> Self {
        Self(&self.0[start..end], &self.1[start..end])
    }
}
