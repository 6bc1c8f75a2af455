//! Sizes of tiles, and the kernels that are compiled with them.

use super::call::{Element, Program};
use super::error::OpenClError;
use super::info::{DeviceInfo, DeviceKind, Limits};

/// Which of its two kernels an operation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KernelShape {
    /// One work item a block, whole vector registers, no barriers: for processors.
    Cpu,
    /// Work groups that share tiles in local memory: for graphics processors.
    Gpu,
}

impl KernelShape {
    /// The shape for a kind of device.
    pub fn of(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Cpu => Self::Cpu,
            DeviceKind::Gpu | DeviceKind::Accelerator => Self::Gpu,
        }
    }
}

/// What tiles depend on.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub shape: KernelShape,
    pub limits: Limits,
    compute_units: usize,
    register: usize,
}

/// A matrix product, by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product<'a> {
    /// yᵀ = f(W xᵀ + b), W stored transposed; keeps what f is applied to where its slope needs it.
    Forward { activation: &'a str, keep_z: bool },
    /// gxᵀ = Wᵀ gyᵀ.
    Backward,
    /// gWᵀ = factor xᵀ gy and gb.
    Mean,
}

impl Product<'_> {
    fn transposed_a(&self) -> bool {
        matches!(self, Self::Forward { .. })
    }

    fn options(&self) -> String {
        match self {
            Self::Forward { activation, keep_z } => {
                let keep = if *keep_z { " -DKEEP_Z" } else { "" };
                format!("-DFORWARD -DTRANSPOSED_A {activation}{keep}")
            }
            Self::Backward => String::new(),
            Self::Mean => "-DMEAN -DTRANSPOSED_B".to_owned(),
        }
    }
}

/// A program with the division of its work.
#[derive(Debug)]
pub struct Tiled {
    pub program: Program,
    pub groups: [usize; 2],
    pub items: [usize; 2],
    pub local_memory: usize,
    /// The rows and columns of a work item, where it is told.
    pub block: Option<[usize; 2]>,
}

const COMMON: &str = include_str!("kernels/common.cl");
const LANES: &str = include_str!("kernels/lanes.cl");
const GEMM: &str = include_str!("kernels/gemm.cl");
const GEMM_CPU: &str = include_str!("kernels/gemm_cpu.cl");
const GEMM_GPU: &str = include_str!("kernels/gemm_gpu.cl");
const SOFT_TRUNCATION: &str = include_str!("kernels/soft_truncation.cl");
const SOFT_TRUNCATION_CPU: &str = include_str!("kernels/soft_truncation_cpu.cl");
const SOFT_TRUNCATION_GPU: &str = include_str!("kernels/soft_truncation_gpu.cl");
const ELEMENTWISE: &str = include_str!("kernels/elementwise.cl");
const PEAK: &str = include_str!("kernels/peak.cl");

/// Work items for each compute unit, so that none of them waits long for the last.
const ITEMS_PER_UNIT: usize = 3;

/// Tiles of matrix products on graphics processors: BM, BN, BK and TM, TN. The first is for large matrices, the others for
/// devices that do not allow the ones before.
const GPU_PRODUCTS: [[usize; 5]; 5] = [
    [128, 128, 8, 8, 8],
    [64, 64, 16, 8, 8],
    [32, 32, 16, 4, 4],
    [16, 16, 8, 4, 4],
    [4, 4, 4, 4, 4],
];

/// Rows and columns from which the largest tile keeps a large device busy.
const LARGE: usize = 2048;

/// Tiles of soft truncation on graphics processors: LP, LQ, TP, TQ and BS.
const GPU_TRUNCATIONS: [[usize; 5]; 4] = [
    [16, 16, 4, 4, 16],
    [8, 8, 4, 4, 16],
    [4, 4, 2, 2, 8],
    [1, 1, 2, 2, 4],
];

impl Plan {
    pub fn new(info: &DeviceInfo, shape: KernelShape, limits: Limits) -> Self {
        Self {
            shape,
            limits,
            compute_units: info.compute_units,
            register: info.register,
        }
    }

    /// Numbers in a vector register, as far as the kernels know: 4, 8 or 16.
    pub fn lanes<T: Element>(&self) -> usize {
        match self.register / size_of::<T>() {
            16.. => 16,
            8.. => 8,
            _ => 4,
        }
    }

    /// Whether there are 32 vector registers, as there are where they are this wide.
    fn many_registers(&self) -> bool {
        self.register >= 64
    }

    /// C (rows × columns) from products over `depth`.
    pub fn product<T: Element>(
        &self,
        product: Product<'_>,
        rows: usize,
        columns: usize,
    ) -> Result<Tiled, OpenClError> {
        match self.shape {
            KernelShape::Cpu => Ok(self.cpu_product::<T>(product, rows, columns)),
            KernelShape::Gpu => self.gpu_product::<T>(product, rows, columns),
        }
    }

    fn cpu_product<T: Element>(&self, product: Product<'_>, rows: usize, columns: usize) -> Tiled {
        let lanes = self.lanes::<T>();
        let (mr, nr) = (6, if self.many_registers() { 4 } else { 2 });
        let width = nr * lanes;
        let (mut mb, mut kb) = (192, 128);
        let local = |mb: usize, kb: usize| {
            let packed_a = if product.transposed_a() {
                mb / mr * (kb * 8 + 16)
            } else {
                0
            };
            (kb * width + packed_a) * size_of::<T>()
        };
        // Down to what every device of the specification has, 32 KiB.
        while local(mb, kb) > self.limits.local_memory && kb > 16 {
            if mb > 24 { mb /= 2 } else { kb /= 2 }
        }
        let block = self.cpu_block([rows, columns], [mb, 512], [mr, width]);
        let options = format!(
            "-DMR={mr} -DNR={nr} -DMB={mb} -DKB={kb} {}",
            product.options()
        );
        Tiled {
            program: Program {
                name: "gemm_cpu",
                sources: &[COMMON, LANES, GEMM, GEMM_CPU],
                options: options_for::<T>(lanes, &options),
            },
            groups: [columns.div_ceil(block[1]), rows.div_ceil(block[0])],
            items: [1, 1],
            local_memory: local(mb, kb),
            block: Some(block),
        }
    }

    /// Rows and columns of a work item: at most `most`, in multiples of `grain`, even, and small enough for all units.
    fn cpu_block(&self, size: [usize; 2], most: [usize; 2], grain: [usize; 2]) -> [usize; 2] {
        let even = |size: usize, most: usize, grain: usize| {
            let parts = size.div_ceil(most).max(1);
            size.div_ceil(parts).max(1).next_multiple_of(grain)
        };
        let target = ITEMS_PER_UNIT * self.compute_units;
        let mut most = most;
        loop {
            let block = [0, 1].map(|axis| even(size[axis], most[axis], grain[axis]));
            let items = size[0].div_ceil(block[0]) * size[1].div_ceil(block[1]);
            // Narrower blocks pack A anew, shorter ones B: narrow first, down to two panels.
            if items >= target {
                return block;
            } else if most[1] > 2 * grain[1] {
                most[1] = (most[1] / 2).max(grain[1]);
            } else if most[0] > 4 * grain[0] {
                most[0] /= 2;
            } else {
                return block;
            }
        }
    }

    fn gpu_product<T: Element>(
        &self,
        product: Product<'_>,
        rows: usize,
        columns: usize,
    ) -> Result<Tiled, OpenClError> {
        let first = usize::from(rows.min(columns) < LARGE);
        let local = |[bm, bn, bk, ..]: &[usize; 5]| bk * (bm + bn + 8) * size_of::<T>();
        let items = |[bm, bn, _, tm, tn]: &[usize; 5]| [bn / tn, bm / tm];
        let tile = self.first_that_fits(&GPU_PRODUCTS[first..], items, local);
        let [bm, bn, bk, tm, tn] = tile;
        let options = format!(
            "-DBM={bm} -DBN={bn} -DBK={bk} -DTM={tm} -DTN={tn} {}",
            product.options()
        );
        Ok(Tiled {
            program: Program {
                name: "gemm_gpu",
                sources: &[COMMON, GEMM, GEMM_GPU],
                options: options_for::<T>(1, &options),
            },
            groups: [columns.div_ceil(bn), rows.div_ceil(bm)],
            items: items(&tile),
            local_memory: local(&tile),
            block: None,
        })
    }

    /// The first tile that the device allows, else the smallest, which then is refused with the reason.
    fn first_that_fits(
        &self,
        tiles: &[[usize; 5]],
        items: impl Fn(&[usize; 5]) -> [usize; 2],
        local: impl Fn(&[usize; 5]) -> usize,
    ) -> [usize; 5] {
        let fits = |tile: &&[usize; 5]| {
            let [x, y] = items(tile);
            x * y <= self.limits.work_group && local(tile) <= self.limits.local_memory
        };
        let smallest = tiles[tiles.len() - 1];
        tiles.iter().find(fits).copied().unwrap_or(smallest)
    }

    /// The gradient of `inputs` × `outputs` weights, and of the bias.
    pub fn soft_truncation<T: Element>(&self, inputs: usize, outputs: usize) -> Tiled {
        match self.shape {
            KernelShape::Cpu => self.cpu_truncation::<T>(inputs, outputs),
            KernelShape::Gpu => self.gpu_truncation::<T>(inputs, outputs),
        }
    }

    fn cpu_truncation<T: Element>(&self, inputs: usize, outputs: usize) -> Tiled {
        let lanes = self.lanes::<T>();
        let (pt, qt) = if self.many_registers() {
            (4, 2)
        } else {
            (2, 2)
        };
        let strips = (inputs + 1).div_ceil(pt);
        let wanted = (ITEMS_PER_UNIT * self.compute_units).div_ceil(strips);
        // The cotangents of a block stay in the second-level cache.
        let block = outputs.div_ceil(wanted.max(1)).min(64).next_multiple_of(qt);
        Tiled {
            program: Program {
                name: "soft_truncation_cpu",
                sources: &[COMMON, LANES, SOFT_TRUNCATION, SOFT_TRUNCATION_CPU],
                options: options_for::<T>(lanes, &format!("-DPT={pt} -DQT={qt}")),
            },
            groups: [outputs.div_ceil(block), strips],
            items: [1, 1],
            local_memory: 0,
            block: Some([pt, block]),
        }
    }

    fn gpu_truncation<T: Element>(&self, inputs: usize, outputs: usize) -> Tiled {
        let local =
            |[lp, lq, tp, tq, bs]: &[usize; 5]| bs * (lp * tp + lq * tq + 2) * size_of::<T>();
        let items = |[lp, lq, ..]: &[usize; 5]| [*lp, *lq];
        let tile = self.first_that_fits(&GPU_TRUNCATIONS, items, local);
        let [lp, lq, tp, tq, bs] = tile;
        let options = format!("-DLP={lp} -DLQ={lq} -DTP={tp} -DTQ={tq} -DBS={bs}");
        Tiled {
            program: Program {
                name: "soft_truncation_gpu",
                sources: &[COMMON, SOFT_TRUNCATION, SOFT_TRUNCATION_GPU],
                options: options_for::<T>(1, &options),
            },
            groups: [(inputs + 1).div_ceil(lp * tp), outputs.div_ceil(lq * tq)],
            items: [lp, lq],
            local_memory: local(&tile),
            block: None,
        }
    }

    /// `count` entries, a work item each.
    pub fn elementwise<T: Element>(&self, activation: &str, count: usize) -> Tiled {
        let items = self.limits.work_group.clamp(1, 64);
        Tiled {
            program: Program {
                name: "elementwise",
                sources: &[COMMON, ELEMENTWISE],
                options: options_for::<T>(1, activation),
            },
            groups: [count.div_ceil(items), 1],
            items: [items, 1],
            local_memory: 0,
            block: None,
        }
    }

    /// Work items that only multiply and add in registers; and the flops of a step.
    pub fn peak<T: Element>(&self) -> (Tiled, usize) {
        let (lanes, items, groups) = match self.shape {
            KernelShape::Cpu => (self.lanes::<T>(), 1, 4 * self.compute_units),
            KernelShape::Gpu => (
                4,
                self.limits.work_group.clamp(1, 256),
                16 * self.compute_units,
            ),
        };
        let chains = if self.many_registers() { 16 } else { 12 };
        let tiled = Tiled {
            program: Program {
                name: "peak",
                sources: &[COMMON, PEAK],
                options: options_for::<T>(lanes, &format!("-DCHAINS={chains}")),
            },
            groups: [groups, 1],
            items: [items, 1],
            local_memory: 0,
            block: None,
        };
        (tiled, 2 * chains * lanes * items * groups)
    }
}

fn options_for<T: Element>(lanes: usize, more: &str) -> String {
    let precision = if T::NAME == "double" {
        "-DFP64"
    } else {
        // Literals are double otherwise, which not every device has.
        "-cl-single-precision-constant"
    };
    format!("-DREAL={} -DVW={lanes} {precision} {more}", T::NAME)
}
