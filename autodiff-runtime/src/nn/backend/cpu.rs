//! The processor that runs this program, with the layers of this crate.

use nalgebra::DMatrix;

use super::super::error::{NetworkError, ShapeError};
use super::super::{Activation, Real, Update, affine, reshape};
use super::{Activated, Backend, BackendError, Dense};
use crate::robust::{AggregateError, Aggregator, DenseGradient, OuterProducts, Workspace};

/// The processor that runs this program: [`Backend`] by the layers of this module, on matrices in ordinary memory.
///
/// See [`Backend`] for an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cpu;

fn check_layer<T: Real>(layer: &Dense<DMatrix<T>>) -> Result<(), ShapeError> {
    let outputs = layer.weight.nrows();
    ShapeError::check(
        "dense layer",
        "rows of the bias",
        outputs,
        layer.bias.nrows(),
    )?;
    ShapeError::check("dense layer", "columns of the bias", 1, layer.bias.ncols())
}

fn check_same<T: Real>(a: &DMatrix<T>, b: &DMatrix<T>) -> Result<(), ShapeError> {
    ShapeError::check("layer", "rows", a.nrows(), b.nrows())?;
    ShapeError::check("layer", "columns", a.ncols(), b.ncols())
}

impl<T: Real> Backend<T> for Cpu {
    type Matrix = DMatrix<T>;

    fn describe(&self) -> String {
        "this processor".to_owned()
    }

    fn empty(&self) -> Result<DMatrix<T>, BackendError> {
        Ok(DMatrix::zeros(0, 0))
    }

    fn shape(&self, matrix: &DMatrix<T>) -> (usize, usize) {
        matrix.shape()
    }

    fn write(&self, from: &DMatrix<T>, to: &mut DMatrix<T>) -> Result<(), BackendError> {
        reshape(to, from.nrows(), from.ncols());
        to.copy_from(from);
        Ok(())
    }

    fn read(&self, from: &DMatrix<T>, to: &mut DMatrix<T>) -> Result<(), BackendError> {
        self.write(from, to)
    }

    fn forward(
        &self,
        x: &DMatrix<T>,
        layer: &Dense<DMatrix<T>>,
        activation: &Activation<T>,
        out: &mut Activated<DMatrix<T>>,
    ) -> Result<(), BackendError> {
        check_layer(layer)?;
        let (outputs, inputs) = layer.weight.shape();
        ShapeError::check("dense layer", "columns of x", inputs, x.ncols())?;
        reshape(&mut out.z, x.nrows(), outputs);
        affine::forward(
            x.as_slice(),
            x.nrows(),
            &layer.weight,
            layer.bias.as_slice(),
            out.z.as_mut_slice(),
        );
        self.activate(activation, &out.z, &mut out.y)
    }

    fn activate(
        &self,
        activation: &Activation<T>,
        x: &DMatrix<T>,
        y: &mut DMatrix<T>,
    ) -> Result<(), BackendError> {
        reshape(y, x.nrows(), x.ncols());
        activation.forward(x.as_slice(), y.as_mut_slice());
        Ok(())
    }

    fn pull_back_activation(
        &self,
        activation: &Activation<T>,
        z: &DMatrix<T>,
        y: &DMatrix<T>,
        cotangent: &mut DMatrix<T>,
    ) -> Result<(), BackendError> {
        check_same(y, cotangent)?;
        check_same(y, z)?;
        activation.backward(z.as_slice(), y.as_slice(), cotangent.as_mut_slice());
        Ok(())
    }

    fn pull_back(
        &self,
        gy: &DMatrix<T>,
        weight: &DMatrix<T>,
        gx: &mut DMatrix<T>,
    ) -> Result<(), BackendError> {
        let (outputs, inputs) = weight.shape();
        ShapeError::check("dense layer", "columns of gy", outputs, gy.ncols())?;
        reshape(gx, gy.nrows(), inputs);
        affine::backward(gy.as_slice(), gy.nrows(), weight, gx.as_mut_slice());
        Ok(())
    }

    fn aggregate(
        &self,
        x: &DMatrix<T>,
        gy: &DMatrix<T>,
        aggregator: &dyn Aggregator<T>,
        gradient: &mut Dense<DMatrix<T>>,
    ) -> Result<(), BackendError> {
        let outer = OuterProducts::new(x, gy)?;
        let mut estimate = DenseGradient::default();
        aggregator
            .aggregate_outer(outer, &mut estimate, &mut Workspace::new())
            .map_err(of_a_layer)?;
        gradient.bias =
            DMatrix::from_column_slice(estimate.bias.len(), 1, estimate.bias.as_slice());
        gradient.weight = estimate.weight;
        Ok(())
    }

    fn update(
        &self,
        update: Update<T>,
        gradient: &Dense<DMatrix<T>>,
        memory: &mut [Dense<DMatrix<T>>],
        layer: &mut Dense<DMatrix<T>>,
    ) -> Result<(), BackendError> {
        update.check_memory(memory.len())?;
        for dense in memory.iter().chain([gradient]) {
            check_same(&layer.weight, &dense.weight)?;
            check_same(&layer.bias, &dense.bias)?;
        }
        let [weight, bias] = [&mut layer.weight, &mut layer.bias].map(DMatrix::as_mut_slice);
        let of_weight = slices(memory, |dense| &mut dense.weight);
        update.apply(weight, gradient.weight.as_slice(), of_weight);
        let of_bias = slices(memory, |dense| &mut dense.bias);
        update.apply(bias, gradient.bias.as_slice(), of_bias);
        Ok(())
    }
}

/// One of the two parts of up to two memories.
fn slices<T: Real>(
    memory: &mut [Dense<DMatrix<T>>],
    part: fn(&mut Dense<DMatrix<T>>) -> &mut DMatrix<T>,
) -> [&mut [T]; 2] {
    let mut parts = memory.iter_mut().map(|dense| part(dense).as_mut_slice());
    [parts.next(), parts.next()].map(Option::unwrap_or_default)
}

/// The error of a layer whose number only its caller knows.
fn of_a_layer(source: AggregateError) -> NetworkError {
    NetworkError::Aggregate { layer: 0, source }
}
