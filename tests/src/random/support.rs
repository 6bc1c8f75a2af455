//! What a generated module calls: every sibling against dual numbers.

use autodiff_runtime::{Dual, Scalar};

/// x ↦ F(x).
pub type Map<T> = Box<dyn Fn(&[T]) -> Vec<T>>;

/// x ↦ f and ∇f.
pub type Valued = Box<dyn Fn(&[f64]) -> (f64, Vec<f64>)>;

/// (x, v) ↦ a vector.
pub type Product = Box<dyn Fn(&[f64], &[f64]) -> Vec<f64>>;

/// (x, v) ↦ F(x) and a vector.
pub type Linear = Box<dyn Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>)>;

/// A program as F: active inputs → returned floats, then the final values of `&mut` parameters.
pub struct Subject {
    /// Which inputs belong to `&mut` parameters.
    pub replaced: Vec<bool>,
    /// The function under the attribute.
    pub value: Map<f64>,
    /// The reference over `f64`.
    pub plain: Map<f64>,
    /// The reference over duals.
    pub dual: Map<Dual>,
    /// The reference over duals of duals.
    pub second: Map<Dual<Dual>>,
    /// `f_jvp`.
    pub jvp: Linear,
    /// `f_vjp`.
    pub vjp: Linear,
    /// Where F has one returned float.
    pub scalar: Option<ScalarModes>,
    /// `f_jacobian`, row by row, where F returns several.
    pub jacobian: Option<Map<f64>>,
}

/// The siblings of a function that returns a float.
pub struct ScalarModes {
    /// (x, w) ↦ F(x) and the shadows after, which started from 0.25, or from w for `&mut`.
    pub grad_into: Linear,
    /// Those that only exist here if nothing is written in place.
    pub only_reads: Option<ReadingModes>,
}

/// `f_grad`, `f_value_and_grad`, `f_hvp`.
pub struct ReadingModes {
    /// `f_grad`.
    pub grad: Map<f64>,
    /// `f_value_and_grad`.
    pub value_and_grad: Valued,
    /// `f_hvp`.
    pub hvp: Product,
}

/// Beyond this size a program says more about rounding than about derivatives.
const LARGEST: f64 = 1e8;

/// Relative to the largest component.
const TOLERANCE: f64 = 1e-9;

impl Subject {
    /// Compares everything at the point `x`.
    ///
    /// # Errors
    ///
    /// The first disagreement.
    pub fn check(&self, x: &[f64]) -> Result<(), String> {
        let value = (self.value)(x);
        same_bits("value", &value, &(self.plain)(x))?;
        let rows = self.jacobian_by_duals(x);
        let all = rows.iter().flatten().chain(&value);
        if all.clone().any(|y| !y.is_finite() || y.abs() > LARGEST) {
            return Ok(());
        }
        self.check_first(x, &value, &rows)?;
        if let Some(modes) = self.scalar.as_ref().and_then(|s| s.only_reads.as_ref()) {
            self.check_reading(modes, x, &value, &rows)?;
        }
        Ok(())
    }

    /// F′(x), a row for each component of F.
    fn jacobian_by_duals(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let columns: Vec<Vec<f64>> = (0..x.len())
            .map(|j| {
                let seeded: Vec<Dual> = (0..x.len())
                    .map(|i| Dual::new(x[i], if i == j { 1.0 } else { 0.0 }))
                    .collect();
                (self.dual)(&seeded).iter().map(|y| y.tangent).collect()
            })
            .collect();
        let outputs = columns.first().map_or(0, Vec::len);
        (0..outputs)
            .map(|i| columns.iter().map(|column| column[i]).collect())
            .collect()
    }

    fn check_first(&self, x: &[f64], value: &[f64], rows: &[Vec<f64>]) -> Result<(), String> {
        let direction = weights(x.len());
        let expected: Vec<f64> = rows.iter().map(|row| dot(row, &direction)).collect();
        let (again, tangent) = (self.jvp)(x, &direction);
        same_bits("value of jvp", &again, value)?;
        close("jvp", &tangent, &expected, scale(rows))?;

        let cotangent = weights(value.len());
        let expected = transposed(rows, &cotangent, x.len());
        let (again, adjoint) = (self.vjp)(x, &cotangent);
        same_bits("value of vjp", &again, value)?;
        close("vjp", &adjoint, &expected, scale(rows))?;

        if let Some(modes) = &self.scalar {
            let mut seed = cotangent.clone();
            seed[0] = 1.0;
            let mut expected = transposed(rows, &seed, x.len());
            for (adjoint, replaced) in expected.iter_mut().zip(&self.replaced) {
                *adjoint += if *replaced { 0.0 } else { 0.25 };
            }
            let (again, adjoint) = (modes.grad_into)(x, &seed);
            same_bits("value of grad_into", &again, value)?;
            close("grad_into", &adjoint, &expected, scale(rows))?;
        }
        if let Some(jacobian) = &self.jacobian {
            close("jacobian", &jacobian(x), &rows.concat(), scale(rows))?;
        }
        Ok(())
    }

    fn check_reading(
        &self,
        modes: &ReadingModes,
        x: &[f64],
        value: &[f64],
        rows: &[Vec<f64>],
    ) -> Result<(), String> {
        close("grad", &(modes.grad)(x), &rows[0], scale(rows))?;
        let (again, gradient) = (modes.value_and_grad)(x);
        same_bits("value of value_and_grad", &[again], value)?;
        close("value_and_grad", &gradient, &rows[0], scale(rows))?;
        let direction = weights(x.len());
        let expected: Vec<f64> = (0..x.len())
            .map(|j| {
                let seeded: Vec<Dual<Dual>> = (0..x.len())
                    .map(|i| {
                        let inner = Dual::new(x[i], direction[i]);
                        Dual::new(inner, Dual::from_f64(if i == j { 1.0 } else { 0.0 }))
                    })
                    .collect();
                (self.second)(&seeded)[0].tangent.tangent
            })
            .collect();
        let size = expected.iter().fold(1.0, |size: f64, y| size.max(y.abs()));
        if size.is_nan() || size > LARGEST {
            return Ok(());
        }
        close(
            "hvp",
            &(modes.hvp)(x, &direction),
            &expected,
            size.max(scale(rows)),
        )
    }
}

/// Distinct numbers of moderate size.
fn weights(count: usize) -> Vec<f64> {
    (0..count)
        .map(|i| 0.75 - 0.4375 * (i % 5) as f64 + 0.03125 * i as f64)
        .collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn transposed(rows: &[Vec<f64>], cotangent: &[f64], inputs: usize) -> Vec<f64> {
    (0..inputs)
        .map(|j| rows.iter().zip(cotangent).map(|(row, w)| row[j] * w).sum())
        .collect()
}

fn scale(rows: &[Vec<f64>]) -> f64 {
    rows.iter().flatten().fold(1.0, |size, y| size.max(y.abs()))
}

fn same_bits(what: &str, found: &[f64], expected: &[f64]) -> Result<(), String> {
    let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    match found.len() == expected.len() && found.iter().zip(expected).all(same) {
        true => Ok(()),
        false => Err(format!("{what}: {found:?} instead of {expected:?}")),
    }
}

fn close(what: &str, found: &[f64], expected: &[f64], scale: f64) -> Result<(), String> {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * scale;
    match found.len() == expected.len() && found.iter().zip(expected).all(near) {
        true => Ok(()),
        false => Err(format!("{what}: {found:?} instead of {expected:?}")),
    }
}
