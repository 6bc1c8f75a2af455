//! What stands in for the driver where there was no loader to link: no device, and therefore nothing else.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;

use super::call::Call;
use super::error::{NoDevice, OpenClError};
use super::info::{DeviceInfo, Limits};

/// A device, of which there is none.
#[derive(Clone, Copy, Debug)]
pub struct Handle(Infallible);

pub fn devices() -> Result<Vec<(DeviceInfo, Handle)>, OpenClError> {
    Err(NoDevice::NoLoader.into())
}

#[derive(Debug)]
pub struct Context(Infallible);

impl Context {
    pub fn new(handle: Handle) -> Result<Self, OpenClError> {
        match handle.0 {}
    }
}

#[derive(Debug)]
pub struct Queue(Infallible);

impl Queue {
    pub fn new(context: &Arc<Context>, _: Limits) -> Result<Self, OpenClError> {
        match context.0 {}
    }

    pub fn context(&self) -> &Arc<Context> {
        match self.0 {}
    }

    pub fn allocate<T: Driven>(self: &Arc<Self>, _: usize) -> Result<Memory<T>, OpenClError> {
        match self.0 {}
    }

    pub fn write<T: Driven>(&self, _: &Memory<T>, _: &[T]) -> Result<(), OpenClError> {
        match self.0 {}
    }

    pub fn read<T: Driven>(&self, _: &Memory<T>, _: &mut [T]) -> Result<(), OpenClError> {
        match self.0 {}
    }

    pub fn run(&self, _: &Call<'_>) -> Result<(), OpenClError> {
        match self.0 {}
    }

    pub fn finish(&self) -> Result<(), OpenClError> {
        match self.0 {}
    }

    pub fn allocated_bytes(&self) -> usize {
        match self.0 {}
    }

    pub fn pooled_bytes(&self) -> usize {
        match self.0 {}
    }
}

#[derive(Debug)]
pub struct Memory<T>(Infallible, PhantomData<T>);

impl<T> Memory<T> {
    pub fn len(&self) -> usize {
        match self.0 {}
    }

    pub fn queue(&self) -> &Arc<Queue> {
        match self.0 {}
    }
}

#[cfg(test)]
pub struct Fence<T>(Infallible, PhantomData<T>);

#[cfg(test)]
impl<T: Driven> Fence<T> {
    pub fn around(queue: &Arc<Queue>, _: &[T], _: &[T]) -> Result<(Memory<T>, Self), OpenClError> {
        match queue.0 {}
    }

    pub fn read(&self, _: &Queue) -> Result<Vec<T>, OpenClError> {
        match self.0 {}
    }
}

/// A number that a driver can hold.
pub trait Driven {}

impl Driven for f32 {}
impl Driven for f64 {}
impl Driven for i32 {}
