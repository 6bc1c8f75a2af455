//! The operations of networks on a device, and on the host what the device has no kernel for.

use nalgebra::DMatrix;

use super::dense::activation_options;
use super::matrix::DeviceMatrix;
use super::open::{DeviceReal, OpenCl};
use crate::nn::{Activated, Activation, Backend, BackendError, Cpu, Dense, Update};
use crate::robust::{AggregateError, Aggregator};

impl OpenCl {
    fn fetch<T: DeviceReal>(&self, from: &DeviceMatrix<T>) -> Result<DMatrix<T>, BackendError> {
        let mut to = DMatrix::zeros(0, 0);
        self.read(from, &mut to)?;
        Ok(to)
    }

    /// An aggregator that has no kernel gets copies of the data.
    fn aggregate_on_host<T: DeviceReal>(
        &self,
        x: &DeviceMatrix<T>,
        gy: &DeviceMatrix<T>,
        aggregator: &dyn Aggregator<T>,
        gradient: &mut Dense<DeviceMatrix<T>>,
    ) -> Result<(), BackendError> {
        let (x, gy) = (self.fetch(x)?, self.fetch(gy)?);
        let mut estimate = Cpu.gradient()?;
        Cpu.aggregate(&x, &gy, aggregator, &mut estimate)?;
        self.write(&estimate.weight, &mut gradient.weight)?;
        self.write(&estimate.bias, &mut gradient.bias)
    }
}

impl<T: DeviceReal> Backend<T> for OpenCl {
    type Matrix = DeviceMatrix<T>;

    fn describe(&self) -> String {
        self.info().to_string()
    }

    fn empty(&self) -> Result<DeviceMatrix<T>, BackendError> {
        Ok(self.allocate(0, 0)?)
    }

    fn shape(&self, matrix: &DeviceMatrix<T>) -> (usize, usize) {
        matrix.shape()
    }

    fn write(&self, from: &DMatrix<T>, to: &mut DeviceMatrix<T>) -> Result<(), BackendError> {
        self.reshape(to, from.nrows(), from.ncols())?;
        Ok(self.queue.write(&to.memory, from.as_slice())?)
    }

    fn read(&self, from: &DeviceMatrix<T>, to: &mut DMatrix<T>) -> Result<(), BackendError> {
        self.check_own(&[from])?;
        if to.shape() != from.shape() {
            to.resize_mut(from.rows, from.columns, T::ZERO);
        }
        Ok(self.queue.read(&from.memory, to.as_mut_slice())?)
    }

    fn forward(
        &self,
        x: &DeviceMatrix<T>,
        layer: &Dense<DeviceMatrix<T>>,
        activation: &Activation<T>,
        out: &mut Activated<DeviceMatrix<T>>,
    ) -> Result<(), BackendError> {
        if let Some(options) = activation_options(activation) {
            return Ok(self.dense_forward(x, layer, activation, &options, out)?);
        }
        let identity = activation_options(&Activation::<T>::Identity).unwrap_or_default();
        self.dense_forward(x, layer, activation, &identity, out)?;
        let Activated { z, y } = out;
        self.activate(activation, z, y)
    }

    fn activate(
        &self,
        activation: &Activation<T>,
        x: &DeviceMatrix<T>,
        y: &mut DeviceMatrix<T>,
    ) -> Result<(), BackendError> {
        if let Some(options) = activation_options(activation) {
            return Ok(self.map(&options, x, y)?);
        }
        let mut there = Cpu.empty()?;
        Cpu.activate(activation, &self.fetch(x)?, &mut there)?;
        self.write(&there, y)
    }

    fn pull_back_activation(
        &self,
        activation: &Activation<T>,
        z: &DeviceMatrix<T>,
        y: &DeviceMatrix<T>,
        cotangent: &mut DeviceMatrix<T>,
    ) -> Result<(), BackendError> {
        match activation_options(activation) {
            _ if matches!(activation, Activation::Identity) => Ok(()),
            Some(options) => Ok(self.map_back(activation, &options, [z, y], cotangent)?),
            None => {
                let mut there = self.fetch(cotangent)?;
                let (z, y) = (self.fetch(z)?, self.fetch(y)?);
                Cpu.pull_back_activation(activation, &z, &y, &mut there)?;
                self.write(&there, cotangent)
            }
        }
    }

    fn pull_back(
        &self,
        gy: &DeviceMatrix<T>,
        weight: &DeviceMatrix<T>,
        gx: &mut DeviceMatrix<T>,
    ) -> Result<(), BackendError> {
        Ok(self.dense_backward(gy, weight, gx)?)
    }

    fn aggregate(
        &self,
        x: &DeviceMatrix<T>,
        gy: &DeviceMatrix<T>,
        aggregator: &dyn Aggregator<T>,
        gradient: &mut Dense<DeviceMatrix<T>>,
    ) -> Result<(), BackendError> {
        match aggregator.dense_rule(gy.rows) {
            Some(_) if gy.rows == 0 => Err(empty()),
            Some(rule) => Ok(self.dense_gradient(x, gy, &rule, gradient)?),
            None => self.aggregate_on_host(x, gy, aggregator, gradient),
        }
    }

    fn non_finite(&self, gradients: &[Dense<DeviceMatrix<T>>]) -> Result<Vec<usize>, BackendError> {
        let sets: Vec<_> = gradients
            .iter()
            .map(|gradient| [&gradient.weight, &gradient.bias])
            .collect();
        let found = self.any_non_finite(&sets)?;
        Ok((0..found.len()).filter(|&at| found[at]).collect())
    }

    fn update(
        &self,
        update: Update<T>,
        gradient: &Dense<DeviceMatrix<T>>,
        memory: &mut [Dense<DeviceMatrix<T>>],
        layer: &mut Dense<DeviceMatrix<T>>,
    ) -> Result<(), BackendError> {
        update.check_memory(memory.len())?;
        let of_weight: Vec<_> = memory.iter().map(|dense| &dense.weight).collect();
        self.step(update, &gradient.weight, &of_weight, &layer.weight)?;
        let of_bias: Vec<_> = memory.iter().map(|dense| &dense.bias).collect();
        Ok(self.step(update, &gradient.bias, &of_bias, &layer.bias)?)
    }
}

fn empty() -> BackendError {
    let source = AggregateError::Empty;
    BackendError::Network(crate::nn::NetworkError::Aggregate { layer: 0, source })
}
