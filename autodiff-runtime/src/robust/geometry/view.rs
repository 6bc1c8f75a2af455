//! The gradients of one part, as far as geometry reads them.

use crate::real::Real;
use crate::robust::data::{OuterProducts, Rows};
use crate::robust::part::Part;

/// Per-sample gradients of one part.
#[derive(Clone, Copy)]
pub(in crate::robust) enum View<'a, T> {
    Rows(Rows<'a, T>),
    Outer(OuterProducts<'a, T>),
}

impl<'a, T: Real> View<'a, T> {
    pub fn of(part: &Part<'a, T>) -> Self {
        match part {
            Part::Dense { gradients, .. } => Self::Outer(*gradients),
            Part::Rows { gradients, .. } => Self::Rows(*gradients),
        }
    }

    pub fn samples(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.samples(),
            Self::Outer(outer) => outer.samples(),
        }
    }

    /// Numbers that the gradients take up as they are.
    pub fn factored_len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.samples() * rows.dimension(),
            Self::Outer(outer) => outer.samples() * (outer.inputs() + outer.outputs()),
        }
    }

    /// The weights and the bias of a layer, each on its own.
    pub fn split(self) -> (Self, Option<Self>) {
        match self {
            Self::Rows(_) => (self, None),
            Self::Outer(outer) => {
                let bias = outer.has_bias().then(|| Self::Rows(outer.bias_rows()));
                (Self::Outer(outer.without_bias()), bias)
            }
        }
    }
}

/// N × K numbers in columns: a matrix of gradients, inputs of a layer, or cotangents.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a, T> {
    source: Source<'a, T>,
    pub count: usize,
}

#[derive(Clone, Copy)]
enum Source<'a, T> {
    Rows(Rows<'a, T>),
    Inputs(OuterProducts<'a, T>),
    Cotangents(OuterProducts<'a, T>),
}

impl<'a, T: Real> Columns<'a, T> {
    pub fn rows(rows: Rows<'a, T>) -> Self {
        Self {
            source: Source::Rows(rows),
            count: rows.dimension(),
        }
    }

    pub fn inputs(outer: OuterProducts<'a, T>) -> Self {
        Self {
            source: Source::Inputs(outer),
            count: outer.inputs(),
        }
    }

    pub fn cotangents(outer: OuterProducts<'a, T>) -> Self {
        Self {
            source: Source::Cotangents(outer),
            count: outer.outputs(),
        }
    }

    pub fn iter(self) -> impl Iterator<Item = &'a [T]> {
        (0..self.count).map(move |k| match self.source {
            Source::Rows(rows) => rows.coordinate(k),
            Source::Inputs(outer) => outer.input(k),
            Source::Cotangents(outer) => outer.cotangent(k),
        })
    }

    pub fn largest(self) -> f64 {
        use crate::robust::samples::{Column, Samples, larger};
        self.iter()
            .map(|column| Column(column).largest_distance(T::ZERO))
            .fold(T::ZERO, larger)
            .as_f64()
    }
}
