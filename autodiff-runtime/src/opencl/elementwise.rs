//! What is done entry by entry, as kernel calls.

use super::call::{Argument, Element, int};
use super::dense::slope_needs_z;
use super::error::OpenClError;
use super::matrix::DeviceMatrix;
use super::open::{DeviceReal, OpenCl};
use crate::nn::{Activation, Update};
use crate::robust::ShapeError;

impl OpenCl {
    /// y = f(x).
    pub(super) fn map<T: DeviceReal>(
        &self,
        options: &str,
        x: &DeviceMatrix<T>,
        y: &mut DeviceMatrix<T>,
    ) -> Result<(), OpenClError> {
        self.check_own(&[x])?;
        self.reshape(y, x.rows, x.columns)?;
        let count = x.count();
        let tiled = self.plan.elementwise::<T>(options, count);
        let arguments = vec![
            int(count)?,
            T::memory(&x.memory, count),
            T::memory(&y.memory, count),
        ];
        self.run(&tiled, "activate", arguments)
    }

    /// cotangent ← cotangent · f'(z).
    pub(super) fn map_back<T: DeviceReal>(
        &self,
        activation: &Activation<T>,
        options: &str,
        [z, y]: [&DeviceMatrix<T>; 2],
        cotangent: &mut DeviceMatrix<T>,
    ) -> Result<(), OpenClError> {
        check_same(y, cotangent)?;
        let needs_z = slope_needs_z(activation);
        if needs_z {
            check_same(y, z)?;
        }
        // Where the slope is told from y, there may be no z.
        let z = if needs_z { z } else { y };
        self.check_own(&[z, y, cotangent])?;
        let count = y.count();
        let tiled = self.plan.elementwise::<T>(options, count);
        let arguments = vec![
            int(count)?,
            T::memory(&z.memory, count),
            T::memory(&y.memory, count),
            T::memory(&cotangent.memory, count),
        ];
        self.run(&tiled, "pull_back", arguments)
    }

    /// Takes the step of an optimiser.
    pub(super) fn step<T: DeviceReal>(
        &self,
        update: Update<T>,
        gradient: &DeviceMatrix<T>,
        memory: &[&DeviceMatrix<T>],
        parameters: &DeviceMatrix<T>,
    ) -> Result<(), OpenClError> {
        let (kernel, numbers) = match update {
            Update::Descent { step_size } => ("descend", vec![step_size]),
            Update::HeavyBall {
                step_size,
                momentum,
            } => ("heavy_ball", vec![step_size, momentum]),
            Update::Adam {
                step_size,
                decay: [b1, b2],
                correction: [by_m, by_v],
                epsilon,
            } => ("adam", vec![step_size, b1, b2, by_m, by_v, epsilon]),
        };
        let mut matrices = vec![gradient];
        matrices.extend(memory);
        matrices.push(parameters);
        self.check_own(&matrices)?;
        for matrix in &matrices {
            check_same(parameters, matrix)?;
        }
        let count = parameters.count();
        let tiled = self.plan.elementwise::<T>("", count);
        let mut arguments: Vec<Argument<'_>> = vec![int(count)?];
        arguments.extend(numbers.into_iter().map(|number| number.number()));
        arguments.extend(
            matrices
                .iter()
                .map(|matrix| T::memory(&matrix.memory, count)),
        );
        self.run(&tiled, kernel, arguments)
    }

    /// For each set of matrices, whether one of them holds NaN or an infinity.
    pub(super) fn any_non_finite<T: DeviceReal>(
        &self,
        sets: &[[&DeviceMatrix<T>; 2]],
    ) -> Result<Vec<bool>, OpenClError> {
        let found = self.queue.allocate::<i32>(sets.len())?;
        let mut marks = vec![0; sets.len()];
        self.queue.write(&found, &marks)?;
        for (number, set) in sets.iter().enumerate() {
            self.check_own(set)?;
            for matrix in set {
                let count = matrix.count();
                let tiled = self.plan.elementwise::<T>("", count);
                let arguments = vec![
                    int(count)?,
                    int(number)?,
                    T::memory(&matrix.memory, count),
                    i32::memory(&found, sets.len()),
                ];
                self.run(&tiled, "find_non_finite", arguments)?;
            }
        }
        self.queue.read(&found, &mut marks)?;
        Ok(marks.into_iter().map(|mark| mark != 0).collect())
    }
}

fn check_same<T: DeviceReal>(a: &DeviceMatrix<T>, b: &DeviceMatrix<T>) -> Result<(), ShapeError> {
    ShapeError::check("layer", "rows", a.rows, b.rows)?;
    ShapeError::check("layer", "columns", a.columns, b.columns)
}
