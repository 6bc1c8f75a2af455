//! Comparing vectors, and collecting what differs.

use thiserror::Error;

/// Two modes that should have said the same.
#[derive(Debug, Clone, PartialEq, Error)]
#[error(
    "{subject}: {check}: component {component} is {left:e} and {right:e}, more than {bound:e} apart"
)]
pub struct Disagreement {
    /// Function and point.
    pub subject: String,
    /// What was compared.
    pub check: &'static str,
    /// Index into the flat vectors.
    pub component: usize,
    /// The first side's value.
    pub left: f64,
    /// The second side's value.
    pub right: f64,
    /// How far apart they may be; 0 asks for the same bits.
    pub bound: f64,
}

/// The disagreements of one subject.
#[derive(Debug, Default)]
pub struct Report {
    subject: String,
    /// In the order of the checks.
    pub disagreements: Vec<Disagreement>,
}

impl Report {
    pub(super) fn new(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            disagreements: Vec::new(),
        }
    }

    /// # Panics
    ///
    /// If anything disagrees, with the whole list.
    #[track_caller]
    pub fn assert_empty(&self) {
        let lines: Vec<String> = self.disagreements.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
    }

    /// Asks for the same bits; any NaN equals any other.
    pub(super) fn same_bits(&mut self, check: &'static str, left: &[f64], right: &[f64]) {
        self.compare(check, left, right, 0.0, |l, r| l.to_bits() == r.to_bits());
    }

    /// Asks for |l − r| ≤ `bound` in each component.
    pub(super) fn within(&mut self, check: &'static str, left: &[f64], right: &[f64], bound: f64) {
        // Equal infinities have a difference that is no number.
        self.compare(check, left, right, bound, |l, r| {
            l == r || (l - r).abs() <= bound
        });
    }

    fn compare(
        &mut self,
        check: &'static str,
        left: &[f64],
        right: &[f64],
        bound: f64,
        agree: impl Fn(f64, f64) -> bool,
    ) {
        for component in 0..left.len().max(right.len()) {
            // A missing component must not pass for one that is NaN on both sides.
            let pair = (left.get(component).copied(), right.get(component).copied());
            let fine = match pair {
                (Some(l), Some(r)) => (l.is_nan() && r.is_nan()) || agree(l, r),
                _ => false,
            };
            if !fine {
                self.disagreements.push(Disagreement {
                    subject: self.subject.clone(),
                    check,
                    component,
                    left: pair.0.unwrap_or(f64::NAN),
                    right: pair.1.unwrap_or(f64::NAN),
                    bound,
                });
            }
        }
    }
}

/// Largest finite magnitude, at least 0.
pub fn magnitude(vector: &[f64]) -> f64 {
    vector
        .iter()
        .map(|x| x.abs())
        .filter(|x| x.is_finite())
        .fold(0.0, f64::max)
}

/// ⟨a, b⟩.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The `index`-th of a fixed sequence of vectors in [−1, 1]ⁿ: the same in every run, so that a
/// failure can be looked at again.
pub fn direction(index: u64, len: usize) -> Vec<f64> {
    let mut state = index.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}
