//! Loops that keep snapshots of their state: the derivatives of the same function that keeps
//! records, to the last bit, and memory that does not grow with the number of iterations.

use allocation_counter::measure;
use autodiff_runtime::differentiate;

/// The function twice: with records, and with snapshots.
macro_rules! both {
    ($($tokens:tt)*) => {
        mod records {
            use super::*;
            #[differentiate]
            $($tokens)*
        }
        mod snapshots {
            use super::*;
            #[differentiate(checkpoint = 3)]
            $($tokens)*
        }
    };
}

/// One step of an in-place update.
#[differentiate]
fn kick(x: &mut [f64], v: &[f64], h: f64) -> f64 {
    let mut work = 0.0;
    for i in 0..x.len() {
        let dx = h * v[i].sin();
        work += dx * x[i];
        x[i] += dx;
    }
    work
}

// A `Vec` is a state as well as a slice.
#[allow(clippy::ptr_arg)]
mod pendulum {
    use super::*;

    type GradInto =
        fn(&mut [f64], &mut [f64], &mut Vec<f64>, &mut Vec<f64>, f64, &mut f64, usize) -> f64;

    both! {
        pub fn swing(x: &mut [f64], v: &mut Vec<f64>, h: f64, steps: usize) -> f64 {
            let mut energy = 0.0;
            for step in (1..=steps).rev() {
                energy += kick(x, v, h);
                for i in 0..v.len() {
                    v[i] -= h * x[i].sin() / step as f64;
                }
                if x[0] > 1.0 {
                    let t = x[0] * v[0];
                    x[0] = 2.0 - x[0];
                    v[0] = -t.tanh();
                }
            }
            // What the loop read is overwritten after it.
            let last = x[0];
            x[0] = h;
            energy * last
        }
    }

    #[test]
    fn in_place_calls_and_branches() {
        for steps in [0, 1, 2, 17, 100] {
            let run = |f: GradInto| {
                let (mut x, mut v) = (vec![0.9, -0.3], vec![0.4, 0.2]);
                let (mut x_bar, mut v_bar, mut h_bar) = (vec![0.5, 0.25], vec![1.0, -1.0], 0.0);
                let y = f(
                    &mut x, &mut x_bar, &mut v, &mut v_bar, 0.1, &mut h_bar, steps,
                );
                (y, x, v, x_bar, v_bar, h_bar)
            };
            assert_eq!(
                run(records::swing_grad_into),
                run(snapshots::swing_grad_into),
                "{steps} steps"
            );
        }
    }

    #[test]
    fn hessian_products_and_pullbacks() {
        let (x, v) = (vec![0.9, -0.3], vec![0.4, 0.2]);
        let (x_dot, v_dot) = (vec![0.3, 0.1], vec![-0.2, 0.7]);
        let (mut x1, mut v1, mut x2, mut v2) = (x.clone(), v.clone(), x.clone(), v.clone());
        assert_eq!(
            records::swing_hvp(
                &mut x1,
                &mut x_dot.clone(),
                &mut v1,
                &mut v_dot.clone(),
                0.1,
                0.6,
                23
            ),
            snapshots::swing_hvp(
                &mut x2,
                &mut x_dot.clone(),
                &mut v2,
                &mut v_dot.clone(),
                0.1,
                0.6,
                23
            )
        );
    }
}

mod newton {
    use super::*;
    both! {
        pub fn root(a: f64, tolerance: f64) -> f64 {
            let mut x = a;
            let mut iterations = 0;
            while (x * x - a).abs() > tolerance {
                if iterations > 40 {
                    break;
                }
                x = 0.5 * (x + a / x);
                iterations += 1;
            }
            x + iterations as f64
        }
    }

    #[test]
    fn while_with_a_break() {
        for a in [1.0, 2.0, 1e6] {
            for tolerance in [1e-3, 1e-12, 0.0] {
                assert_eq!(
                    records::root_value_and_grad(a, tolerance),
                    snapshots::root_value_and_grad(a, tolerance)
                );
            }
        }
    }
}

mod driven {
    use super::*;
    both! {
        pub fn filter(inputs: &[f64], times: &[f64], decay: f64, skip: bool) -> (f64, Vec<f64>) {
            let mut level = 0.0;
            let mut path = Vec::new();
            let mut peak = 0.0;
            if !skip {
                let rates: Vec<f64> = times.iter().map(|t| decay * t).collect();
                for (k, u) in inputs.iter().enumerate() {
                    level = level * (-rates[k]).exp() + u * decay;
                    if level < -1.0 {
                        break;
                    }
                    path.push(level * level);
                    peak += level.max(0.5);
                }
            }
            (peak, path)
        }
    }

    #[test]
    fn a_path_within_a_branch_with_a_way_out() {
        let times: Vec<f64> = (0..20).map(|k| 0.1 + 0.01 * f64::from(k)).collect();
        let mut inputs: Vec<f64> = (0..20).map(|k| f64::from(k).sin()).collect();
        for at in [0, 7, 19, 20] {
            if at < 20 {
                inputs[at] -= 4.0 * f64::from(at as u32);
            }
            for skip in [false, true] {
                let (first, back) = records::filter_vjp(&inputs, &times, 0.8, skip);
                let (second, again) = snapshots::filter_vjp(&inputs, &times, 0.8, skip);
                assert_eq!(first, second);
                let seed: Vec<f64> = (0..first.1.len()).map(|k| 1.0 / (k + 1) as f64).collect();
                let (mut a, mut b) = (vec![0.1; 20], vec![0.2; 20]);
                let (mut c, mut d) = (a.clone(), b.clone());
                let first = back((0.7, seed.clone()), &mut a, &mut b);
                let second = again((0.7, seed), &mut c, &mut d);
                assert_eq!((first, a, b), (second, c, d));
            }
        }
    }
}

mod constants {
    use super::*;
    both! {
        pub fn decay(rate: f64, #[constant] times: &[f64]) -> f64 {
            let mut x = 1.0;
            for (k, &t) in times.iter().enumerate() {
                x -= rate * x * t / (k + 1) as f64;
            }
            x
        }
    }

    #[test]
    fn items_of_a_constant_sequence() {
        let times: Vec<f64> = (0..50).map(|k| 0.02 * f64::from(k)).collect();
        assert_eq!(
            records::decay_value_and_grad(1.2, &times),
            snapshots::decay_value_and_grad(1.2, &times)
        );
    }
}

#[differentiate(checkpoint = 50)]
fn oscillate(x0: f64, rate: f64, damping: f64, h: f64, start: f64, steps: usize) -> f64 {
    let (mut x, mut v) = (x0, start);
    for _ in 0..steps {
        let force = -rate * x.sin() - damping * v;
        x += h * v;
        v += h * force;
    }
    0.5 * v * v - rate * x.cos()
}

#[test]
fn a_million_steps_in_the_memory_of_fifty() {
    let mut bars = [0.0; 5];
    let [x0, rate, damping, h, start] = &mut bars;
    let mut energy = 0.0;
    let memory = measure(|| {
        energy = oscillate_grad_into(
            0.3, x0, 1.0, rate, 1e-3, damping, 1e-3, h, 0.1, start, 1_000_000,
        );
    });
    assert!(memory.bytes_max < 4096, "{} bytes", memory.bytes_max);
    let by_tangent = oscillate_jvp(
        0.3, 1.0, 1.0, 0.0, 1e-3, 0.0, 1e-3, 0.0, 0.1, 0.0, 1_000_000,
    );
    assert_eq!(energy, by_tangent.0);
    assert!((bars[0] - by_tangent.1).abs() < 1e-9 * bars[0].abs());
}
