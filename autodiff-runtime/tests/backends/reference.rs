//! The definitions, in double precision and without any tricks.

use autodiff_runtime::nn::{Activation, Backend, Real};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Sizes N, P, Q around those of tiles and registers, and small and prime ones.
pub const SIZES: [[usize; 3]; 14] = [
    [1, 1, 1],
    [2, 3, 1],
    [3, 1, 2],
    [5, 7, 3],
    [15, 17, 16],
    [16, 15, 17],
    [17, 16, 15],
    [33, 63, 65],
    [64, 64, 64],
    [65, 129, 63],
    [127, 5, 131],
    [129, 200, 7],
    [131, 66, 67],
    [31, 193, 66],
];

/// Numbers between −1 and 1.
pub fn uniform<T: Real>(rows: usize, columns: usize, seed: u64) -> DMatrix<T> {
    let mut rng = Pcg64::seed_from_u64(seed);
    DMatrix::from_fn(rows, columns, |_, _| T::of(2.0 * rng.random::<f64>() - 1.0))
}

pub fn double<T: Real>(matrix: &DMatrix<T>) -> DMatrix<f64> {
    matrix.map(Real::as_f64)
}

pub fn of_double<T: Real>(matrix: &DMatrix<f64>) -> DMatrix<T> {
    matrix.map(T::of)
}

pub fn read<T: Real, B: Backend<T>>(backend: &B, matrix: &B::Matrix) -> DMatrix<T> {
    let mut host = DMatrix::zeros(0, 0);
    backend.read(matrix, &mut host).unwrap();
    assert_eq!(backend.shape(matrix), host.shape());
    host
}

/// Asserts |found − A B| ≤ (depth + 8) ε |A| |B|, the bound of sums in any order.
pub fn assert_product<T: Real>(found: &DMatrix<T>, a: &DMatrix<f64>, b: &DMatrix<f64>, what: &str) {
    let (expected, magnitude) = (a * b, a.abs() * b.abs());
    let relative = (a.ncols() + 8) as f64 * T::EPSILON.as_f64();
    assert_eq!(found.shape(), expected.shape(), "{what}");
    for (at, found) in found.iter().enumerate() {
        let error = (found.as_f64() - expected[at]).abs();
        assert!(
            error <= relative * magnitude[at],
            "{what}: entry {at} is {found}, not {}",
            expected[at]
        );
    }
}

/// Asserts that no entry is further from `expected` than `tolerance` times the root mean square.
pub fn assert_rms_close<T: Real>(
    found: &DMatrix<T>,
    expected: &DMatrix<f64>,
    tolerance: f64,
    what: &str,
) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    let rms = (expected.norm_squared() / expected.len().max(1) as f64).sqrt();
    for (at, found) in found.iter().enumerate() {
        let error = (found.as_f64() - expected[at]).abs();
        assert!(
            error <= tolerance * rms,
            "{what}: entry {at} is {found}, not {}; root mean square {rms}",
            expected[at]
        );
    }
}

/// Every activation of the library, and one of the user's.
pub fn activations<T: Real>() -> Vec<Activation<T>> {
    vec![
        Activation::Identity,
        Activation::Relu,
        Activation::leaky_relu(T::of(0.1)).unwrap(),
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Gelu,
        Activation::custom("sine", |x: T| (x.sin(), x.cos())),
    ]
}

/// Its twin in double precision.
pub fn double_activation<T: Real>(activation: &Activation<T>) -> Activation<f64> {
    match activation {
        Activation::Relu => Activation::Relu,
        Activation::LeakyRelu { slope } => Activation::leaky_relu(slope.as_f64()).unwrap(),
        Activation::Tanh => Activation::Tanh,
        Activation::Sigmoid => Activation::Sigmoid,
        Activation::Softplus => Activation::Softplus,
        Activation::Gelu => Activation::Gelu,
        Activation::Custom(_) => Activation::custom("sine", |x: f64| (x.sin(), x.cos())),
        _ => Activation::Identity,
    }
}
