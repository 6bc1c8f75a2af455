//! Dense layers as kernel calls: shapes are checked here, and what a kernel may touch is stated.

use std::sync::Arc;

use super::call::{Argument, Call, int};
use super::error::OpenClError;
use super::matrix::DeviceMatrix;
use super::open::{DeviceReal, OpenCl};
use super::plan::{Product, Tiled};
use crate::nn::{Activated, Activation, Dense};
use crate::robust::{DenseRule, ShapeError};

/// The compiler options that choose an activation; none for functions of the user's.
pub(super) fn activation_options<T: DeviceReal>(activation: &Activation<T>) -> Option<String> {
    let (name, slope) = match activation {
        Activation::Identity => ("identity", None),
        Activation::Relu => ("relu", None),
        Activation::LeakyRelu { slope } => ("leaky_relu", Some(slope)),
        Activation::Tanh => ("tanh", None),
        Activation::Sigmoid => ("sigmoid", None),
        Activation::Softplus => ("softplus", None),
        Activation::Gelu => ("gelu", None),
        Activation::Custom(_) => return None,
    };
    let slope = slope.map_or(String::new(), |slope| {
        format!(" -DSLOPE={:e}", slope.as_f64())
    });
    Some(format!(
        "-DACTIVATION={name} -DSLOPE_OF={name}_slope{slope}"
    ))
}

/// Whether f'(z) cannot be told from y = f(z).
pub(super) fn slope_needs_z<T: DeviceReal>(activation: &Activation<T>) -> bool {
    matches!(activation, Activation::Gelu | Activation::Custom(_))
}

impl OpenCl {
    /// Gives a matrix a shape, with contents to be overwritten. Its memory grows, but does not shrink.
    pub(super) fn reshape<T: DeviceReal>(
        &self,
        matrix: &mut DeviceMatrix<T>,
        rows: usize,
        columns: usize,
    ) -> Result<(), OpenClError> {
        self.check_own(&[matrix])?;
        if matrix.memory.len() >= rows * columns {
            (matrix.rows, matrix.columns) = (rows, columns);
        } else {
            *matrix = self.allocate(rows, columns)?;
        }
        Ok(())
    }

    pub(super) fn check_own<T: DeviceReal>(
        &self,
        matrices: &[&DeviceMatrix<T>],
    ) -> Result<(), OpenClError> {
        let own = |matrix: &&DeviceMatrix<T>| Arc::ptr_eq(matrix.memory.queue(), &self.queue);
        if matrices.iter().all(own) {
            Ok(())
        } else {
            Err(OpenClError::ForeignMatrix)
        }
    }

    pub(super) fn run<'a>(
        &self,
        tiled: &'a Tiled,
        kernel: &'static str,
        arguments: Vec<Argument<'a>>,
    ) -> Result<(), OpenClError> {
        if tiled.groups.contains(&0) {
            return Ok(());
        }
        self.queue.run(&Call {
            program: &tiled.program,
            kernel,
            groups: tiled.groups,
            items: tiled.items,
            local_memory: tiled.local_memory,
            arguments,
        })
    }

    /// C = A B, and what the product is for.
    fn multiply<'a, T: DeviceReal>(
        &self,
        product: Product<'_>,
        [rows, columns, depth]: [usize; 3],
        [a, b, c]: [&'a DeviceMatrix<T>; 3],
        more: Vec<Argument<'a>>,
    ) -> Result<(), OpenClError> {
        // The gradient of the bias is a row more.
        let all_rows = rows + usize::from(product == Product::Mean);
        let tiled = self.plan.product::<T>(product, all_rows, columns)?;
        let mut arguments = vec![int(rows)?, int(columns)?, int(depth)?];
        for size in tiled.block.iter().flatten() {
            arguments.push(int(*size)?);
        }
        arguments.push(T::memory(&a.memory, rows * depth));
        arguments.push(T::memory(&b.memory, depth * columns));
        arguments.push(T::memory(&c.memory, rows * columns));
        arguments.extend(more);
        self.run(&tiled, "gemm", arguments)
    }

    /// z = x Wᵀ + b and y = f(z); z is kept where the slope of f needs it.
    pub(super) fn dense_forward<T: DeviceReal>(
        &self,
        x: &DeviceMatrix<T>,
        layer: &Dense<DeviceMatrix<T>>,
        activation: &Activation<T>,
        options: &str,
        out: &mut Activated<DeviceMatrix<T>>,
    ) -> Result<(), OpenClError> {
        let (outputs, inputs) = layer.weight.shape();
        check_bias(&layer.bias, outputs)?;
        ShapeError::check("dense layer", "columns of x", inputs, x.columns)?;
        self.check_own(&[x, &layer.weight, &layer.bias])?;
        let samples = x.rows;
        let keep_z = slope_needs_z(activation);
        self.reshape(&mut out.y, samples, outputs)?;
        if keep_z {
            self.reshape(&mut out.z, samples, outputs)?;
        }
        if samples == 0 || outputs == 0 {
            return Ok(());
        }
        if inputs == 0 {
            return Err(no_inputs());
        }
        // Where z is not kept the kernel does not touch it, but it must be some memory.
        let (z, touched) = if keep_z {
            (&out.z, samples * outputs)
        } else {
            (&out.y, 0)
        };
        self.multiply(
            Product::Forward {
                activation: options,
                keep_z,
            },
            [outputs, samples, inputs],
            [&layer.weight, x, &out.y],
            vec![
                T::memory(&layer.bias.memory, outputs),
                T::memory(&z.memory, touched),
            ],
        )
    }

    /// gx = gy W.
    pub(super) fn dense_backward<T: DeviceReal>(
        &self,
        gy: &DeviceMatrix<T>,
        weight: &DeviceMatrix<T>,
        gx: &mut DeviceMatrix<T>,
    ) -> Result<(), OpenClError> {
        let (outputs, inputs) = weight.shape();
        ShapeError::check("dense layer", "columns of gy", outputs, gy.columns)?;
        self.check_own(&[gy, weight])?;
        let samples = gy.rows;
        self.reshape(gx, samples, inputs)?;
        if samples == 0 || inputs == 0 {
            return Ok(());
        }
        if outputs == 0 {
            return Err(no_inputs());
        }
        let size = [inputs, samples, outputs];
        self.multiply(Product::Backward, size, [weight, gy, gx], Vec::new())
    }

    /// gW and gb by a rule, from at least one sample.
    pub(super) fn dense_gradient<T: DeviceReal>(
        &self,
        x: &DeviceMatrix<T>,
        gy: &DeviceMatrix<T>,
        rule: &DenseRule,
        gradient: &mut Dense<DeviceMatrix<T>>,
    ) -> Result<(), OpenClError> {
        ShapeError::check("outer products", "rows of gy", x.rows, gy.rows)?;
        self.check_own(&[x, gy])?;
        self.reshape(&mut gradient.weight, gy.columns, x.columns)?;
        self.reshape(&mut gradient.bias, gy.columns, 1)?;
        if gy.columns == 0 {
            return Ok(());
        }
        match *rule {
            DenseRule::Mean { factor } => self.mean(x, gy, factor, gradient),
            DenseRule::NormClip { bound, factor } => {
                let clipped = self.clipped(x, gy, bound)?;
                self.mean(x, &clipped, factor, gradient)
            }
            DenseRule::SoftTruncation { .. } => self.soft_truncation(x, gy, rule, gradient),
        }
    }

    fn mean<T: DeviceReal>(
        &self,
        x: &DeviceMatrix<T>,
        gy: &DeviceMatrix<T>,
        factor: f64,
        gradient: &Dense<DeviceMatrix<T>>,
    ) -> Result<(), OpenClError> {
        let (samples, outputs) = gy.shape();
        let ones = self.ones::<T>(samples)?;
        self.multiply(
            Product::Mean,
            [x.columns, outputs, samples],
            [x, gy, &gradient.weight],
            vec![
                T::of(factor / samples as f64).number(),
                T::memory(&ones, samples),
                T::memory(&gradient.bias.memory, outputs),
            ],
        )
    }

    /// gy with every sample whose gradient is longer than `bound` shortened to it.
    fn clipped<T: DeviceReal>(
        &self,
        x: &DeviceMatrix<T>,
        gy: &DeviceMatrix<T>,
        bound: f64,
    ) -> Result<DeviceMatrix<T>, OpenClError> {
        let (samples, outputs) = gy.shape();
        let weights = self.allocate::<T>(samples, 1)?;
        let clipped = self.allocate::<T>(samples, outputs)?;
        let tiled = self.plan.elementwise::<T>("", samples);
        let arguments = vec![
            int(samples)?,
            int(x.columns)?,
            int(outputs)?,
            T::of(bound).number(),
            T::memory(&x.memory, x.count()),
            T::memory(&gy.memory, gy.count()),
            T::memory(&weights.memory, samples),
        ];
        self.run(&tiled, "clip", arguments)?;
        let tiled = self.plan.elementwise::<T>("", gy.count());
        let arguments = vec![
            int(samples)?,
            int(gy.count())?,
            T::memory(&weights.memory, samples),
            T::memory(&gy.memory, gy.count()),
            T::memory(&clipped.memory, gy.count()),
        ];
        self.run(&tiled, "scale_samples", arguments)?;
        Ok(clipped)
    }

    fn soft_truncation<T: DeviceReal>(
        &self,
        x: &DeviceMatrix<T>,
        gy: &DeviceMatrix<T>,
        rule: &DenseRule,
        gradient: &Dense<DeviceMatrix<T>>,
    ) -> Result<(), OpenClError> {
        let (samples, outputs) = gy.shape();
        let ones = self.ones::<T>(samples)?;
        let tiled = self.plan.soft_truncation::<T>(x.columns, outputs);
        let mut arguments = vec![int(samples)?, int(x.columns)?, int(outputs)?];
        if let Some([_, outputs]) = tiled.block {
            arguments.push(int(outputs)?);
        }
        arguments.extend([
            T::memory(&x.memory, x.count()),
            T::memory(&gy.memory, gy.count()),
            T::memory(&ones, samples),
            T::memory(&gradient.weight.memory, gradient.weight.count()),
            T::memory(&gradient.bias.memory, outputs),
        ]);
        arguments.extend(truncation_arguments::<T>(samples, rule)?);
        self.run(&tiled, "soft_truncation", arguments)
    }
}

/// The numbers that the kernel of soft truncation takes last.
fn truncation_arguments<T: DeviceReal>(
    samples: usize,
    rule: &DenseRule,
) -> Result<Vec<Argument<'static>>, OpenClError> {
    let DenseRule::SoftTruncation {
        degrees,
        spread,
        variance_floor,
        scale,
        unguarded,
    } = *rule
    else {
        return Ok(Vec::new());
    };
    // Without degrees of freedom σ is 0, or 0/0 as printed.
    let per_degree = match (degrees > 0.0, unguarded) {
        (true, _) => 1.0 / degrees,
        (false, true) => f64::NAN,
        (false, false) => 0.0,
    };
    let mut arguments: Vec<_> = [
        1.0 / samples as f64,
        per_degree,
        spread,
        variance_floor,
        scale,
    ]
    .into_iter()
    .map(|number| T::of(number).number())
    .collect();
    arguments.push(int(usize::from(unguarded))?);
    Ok(arguments)
}

fn check_bias<T: DeviceReal>(bias: &DeviceMatrix<T>, outputs: usize) -> Result<(), ShapeError> {
    ShapeError::check("dense layer", "rows of the bias", outputs, bias.rows)?;
    ShapeError::check("dense layer", "columns of the bias", 1, bias.columns)
}

/// A product over nothing, for which devices have no kernel.
fn no_inputs() -> OpenClError {
    let error = ShapeError {
        place: "dense layer",
        what: "inputs or outputs to sum over, at least",
        expected: 1,
        found: 0,
    };
    error.into()
}
