//! Enums that hold constants choose the formula.

use autodiff_runtime::differentiate;

#[derive(Clone, Copy)]
pub enum Kernel {
    Linear,
    Polynomial(i32, f64),
    Gaussian { width: f64 },
}

#[differentiate]
pub fn match_enums(x: f64, y: f64, #[constant] kernels: &[Kernel]) -> f64 {
    let mut product = 1.0;
    for i in 0..kernels.len() {
        let value = match kernels[i] {
            Kernel::Linear => x * y,
            Kernel::Polynomial(degree, offset) if degree > 2 => (x * y + offset).powi(degree),
            Kernel::Polynomial(_, offset) => x * y + offset,
            Kernel::Gaussian { width } => (-(x - y).powi(2) / (width * width)).exp(),
        };
        product *= value;
        match &kernels[i] {
            Kernel::Gaussian { width: w } => product += x * w,
            Kernel::Polynomial(..) | Kernel::Linear => {}
        }
    }
    product
}

pub fn points() -> Vec<(f64, f64, Vec<Kernel>)> {
    vec![
        (
            0.7,
            1.3,
            vec![Kernel::Linear, Kernel::Gaussian { width: 0.8 }],
        ),
        (
            0.4,
            -0.3,
            vec![Kernel::Polynomial(3, 1.0), Kernel::Polynomial(1, 0.5)],
        ),
        (0.4, -0.3, vec![]),
    ]
}
