//! Gradients of the seven small functions: the function alone, its adjoint written by hand, and the
//! macro's `_grad_into`. `cargo bench -p autodiff-tests`; for one robust ratio per function run the
//! binary `small_bench`.

use std::hint::black_box;

use autodiff_tests::hand;
use autodiff_tests::small::{self, inputs};
use divan::Bencher;

fn main() {
    divan::main();
}

#[divan::bench_group]
mod scalar2 {
    use super::*;

    #[divan::bench]
    fn value() -> f64 {
        small::scalar2(black_box(1.5), black_box(3.0))
    }

    #[divan::bench]
    fn by_hand() -> (f64, f64, f64) {
        let (mut a, mut b) = (0.0, 0.0);
        (
            hand::scalar2(black_box(1.5), &mut a, black_box(3.0), &mut b),
            a,
            b,
        )
    }

    #[divan::bench]
    fn by_macro() -> (f64, f64, f64) {
        let (mut a, mut b) = (0.0, 0.0);
        (
            small::scalar2_grad_into(black_box(1.5), &mut a, black_box(3.0), &mut b),
            a,
            b,
        )
    }
}

#[divan::bench_group]
mod rosenbrock {
    use super::*;

    #[divan::bench(args = [10, 1000])]
    fn value(bencher: Bencher<'_, '_>, n: usize) {
        let x = inputs::rosenbrock(n);
        bencher.bench_local(|| small::rosenbrock(black_box(&x)));
    }

    #[divan::bench(args = [10, 1000])]
    fn by_hand(bencher: Bencher<'_, '_>, n: usize) {
        let (x, mut bar) = (inputs::rosenbrock(n), vec![0.0; n]);
        bencher.bench_local(|| hand::rosenbrock(black_box(&x), black_box(&mut bar)));
    }

    #[divan::bench(args = [10, 1000])]
    fn by_macro(bencher: Bencher<'_, '_>, n: usize) {
        let (x, mut bar) = (inputs::rosenbrock(n), vec![0.0; n]);
        bencher.bench_local(|| small::rosenbrock_grad_into(black_box(&x), black_box(&mut bar)));
    }
}

#[divan::bench_group]
mod mlp {
    use super::*;

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        let (w, x, y) = inputs::mlp();
        bencher.bench_local(|| small::mlp(black_box(&w), black_box(&x), black_box(&y)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let (w, x, y) = inputs::mlp();
        let mut bar = vec![0.0; w.len()];
        bencher.bench_local(|| {
            hand::mlp(
                black_box(&w),
                black_box(&mut bar),
                black_box(&x),
                black_box(&y),
            )
        });
    }

    #[divan::bench]
    fn by_macro(bencher: Bencher<'_, '_>) {
        let (w, x, y) = inputs::mlp();
        let mut bar = vec![0.0; w.len()];
        bencher.bench_local(|| {
            small::mlp_grad_into(
                black_box(&w),
                black_box(&mut bar),
                black_box(&x),
                black_box(&y),
            )
        });
    }
}

#[divan::bench_group]
mod branchy {
    use super::*;

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        let x = inputs::branchy();
        bencher.bench_local(|| small::branchy(black_box(&x)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let x = inputs::branchy();
        let mut bar = vec![0.0; x.len()];
        bencher.bench_local(|| hand::branchy(black_box(&x), black_box(&mut bar)));
    }

    #[divan::bench]
    fn by_macro(bencher: Bencher<'_, '_>) {
        let x = inputs::branchy();
        let mut bar = vec![0.0; x.len()];
        bencher.bench_local(|| small::branchy_grad_into(black_box(&x), black_box(&mut bar)));
    }
}

#[divan::bench_group]
mod lotka_volterra {
    use super::*;

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        let (p, observed) = inputs::lotka_volterra();
        bencher.bench_local(|| small::lotka_volterra(black_box(&p), black_box(&observed)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let ((p, observed), mut bar) = (inputs::lotka_volterra(), [0.0; 4]);
        bencher.bench_local(|| {
            hand::lotka_volterra(black_box(&p), black_box(&mut bar), black_box(&observed))
        });
    }

    #[divan::bench]
    fn by_macro(bencher: Bencher<'_, '_>) {
        let ((p, observed), mut bar) = (inputs::lotka_volterra(), [0.0; 4]);
        bencher.bench_local(|| {
            small::lotka_volterra_grad_into(
                black_box(&p),
                black_box(&mut bar),
                black_box(&observed),
            )
        });
    }
}

#[divan::bench_group]
mod rigid {
    use super::*;

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        let (pose, p, q) = inputs::rigid();
        bencher.bench_local(|| small::rigid(black_box(&pose), black_box(&p), black_box(&q)));
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher<'_, '_>) {
        let ((pose, p, q), mut bar) = (inputs::rigid(), [0.0; 6]);
        bencher.bench_local(|| {
            hand::rigid(
                black_box(&pose),
                black_box(&mut bar),
                black_box(&p),
                black_box(&q),
            )
        });
    }

    #[divan::bench]
    fn by_macro(bencher: Bencher<'_, '_>) {
        let ((pose, p, q), mut bar) = (inputs::rigid(), [0.0; 6]);
        bencher.bench_local(|| {
            small::rigid_grad_into(
                black_box(&pose),
                black_box(&mut bar),
                black_box(&p),
                black_box(&q),
            )
        });
    }
}
