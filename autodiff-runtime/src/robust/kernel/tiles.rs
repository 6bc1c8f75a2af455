//! The weights of a layer in tiles: a register of outputs by a few inputs.
//!
//! A register holds neighbouring outputs, so that sums over samples need no addition across a register, and a tile's
//! outputs are contiguous in the estimate. Cotangents are laid out anew, once, in panels: for each register of outputs its
//! N rows one after the other. Inputs of a tile are laid out sample by sample, once a column of tiles.

use pulp::{Arch, Simd, WithSimd};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::real::Real;
use crate::robust::data::OuterProducts;

/// Inputs of a tile.
pub(in crate::robust) const INPUTS: usize = 4;

/// What becomes of a tile: N rows of a register of cotangents, N rows of inputs, to an estimate for each pair.
pub(in crate::robust) trait Tile<T: Real>: Sync {
    /// Scratch of a thread.
    type Scratch: Send;

    fn scratch<S: Simd>(&self, samples: usize) -> Self::Scratch;

    /// The estimates, a register of outputs for each input. Where this is not to be trusted, it leaves NaN.
    fn estimate<S: Simd>(
        &self,
        simd: S,
        gy: &[T::Vector<S>],
        x: &[[T; INPUTS]],
        scratch: &mut Self::Scratch,
    ) -> [T::Vector<S>; INPUTS];

    /// The estimate of one weight that a tile left out.
    fn alone(&self, outer: OuterProducts<'_, T>, q: usize, p: usize) -> T;
}

/// Estimates all weights (Q × P, column after column) tile by tile.
pub(in crate::robust) fn for_each_tile<T: Real>(
    outer: OuterProducts<'_, T>,
    tile: &impl Tile<T>,
    weight: &mut [T],
) {
    Arch::new().dispatch(Layer {
        outer,
        tile,
        weight,
    });
}

struct Layer<'a, 'b, T, K> {
    outer: OuterProducts<'a, T>,
    tile: &'b K,
    weight: &'b mut [T],
}

impl<T: Real, K: Tile<T>> WithSimd for Layer<'_, '_, T, K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            outer,
            tile,
            weight,
        } = self;
        let (samples, outputs) = (outer.samples(), outer.outputs());
        let panels = panels::<T, S>(outer);
        let work = samples * weight.len();
        let columns_of_tiles = |at: usize, weight: &mut [T], scratch: &mut Scratch<T, K>| {
            simd.vectorize(Column {
                simd,
                outer,
                tile,
                panels: &panels,
                first_input: at * INPUTS,
                weight,
                scratch,
            });
        };
        let scratch = || Scratch {
            x: vec![[T::ZERO; INPUTS]; samples],
            tile: tile.scratch::<S>(samples),
        };
        if super::parallel(work) {
            let columns = weight.par_chunks_mut(INPUTS * outputs).enumerate();
            columns.for_each_init(scratch, |scratch, (at, weight)| {
                columns_of_tiles(at, weight, scratch)
            });
        } else {
            let mut scratch = scratch();
            for (at, weight) in weight.chunks_mut(INPUTS * outputs).enumerate() {
                columns_of_tiles(at, weight, &mut scratch);
            }
        }
    }
}

struct Scratch<T: Real, K: Tile<T>> {
    x: Vec<[T; INPUTS]>,
    tile: K::Scratch,
}

/// Cotangents by registers of outputs, the last one filled up with zeros: for each its N rows.
#[inline(always)]
fn panels<T: Real, S: Simd>(outer: OuterProducts<'_, T>) -> Vec<T> {
    let (samples, width) = (outer.samples(), T::width::<S>());
    let mut panels = vec![T::ZERO; samples * outer.outputs().next_multiple_of(width)];
    for q in 0..outer.outputs() {
        let panel = &mut panels[q / width * width * samples..][..width * samples];
        for (row, &gy) in panel.chunks_exact_mut(width).zip(outer.cotangent(q)) {
            row[q % width] = gy;
        }
    }
    panels
}

/// The tiles of the same few inputs.
struct Column<'a, 'b, S, T: Real, K: Tile<T>> {
    simd: S,
    outer: OuterProducts<'a, T>,
    tile: &'b K,
    panels: &'b [T],
    first_input: usize,
    /// Up to [`INPUTS`] columns of the estimate.
    weight: &'b mut [T],
    scratch: &'b mut Scratch<T, K>,
}

impl<S: Simd, T: Real, K: Tile<T>> pulp::NullaryFnOnce for Column<'_, '_, S, T, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (samples, outputs) = (self.outer.samples(), self.outer.outputs());
        let inputs = self.weight.len() / outputs;
        let Scratch { x, tile } = self.scratch;
        for p in 0..INPUTS {
            if p < inputs {
                let column = self.outer.input(self.first_input + p);
                for (row, &entry) in x.iter_mut().zip(column) {
                    row[p] = entry;
                }
            } else {
                x.iter_mut().for_each(|row| row[p] = T::ZERO);
            }
        }
        let width = T::width::<S>();
        let mut lanes = vec![T::ZERO; width];
        for (panel, gy) in self.panels.chunks_exact(width * samples).enumerate() {
            let gy = T::vectors::<S>(gy);
            let estimates = self.tile.estimate(self.simd, gy, x, tile);
            let first = panel * width;
            let here = width.min(outputs - first);
            for (p, estimate) in estimates.into_iter().take(inputs).enumerate() {
                T::vectors_mut::<S>(&mut lanes)[0] = estimate;
                let column = &mut self.weight[p * outputs + first..][..here];
                for (q, (weight, &lane)) in column.iter_mut().zip(&lanes).enumerate() {
                    // NaN: the tile does not answer for this one.
                    *weight = if lane.partial_cmp(&lane).is_some() {
                        lane
                    } else {
                        self.tile.alone(self.outer, first + q, self.first_input + p)
                    };
                }
            }
        }
    }
}
