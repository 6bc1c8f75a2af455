#![deny(deprecated)]

use autodiff_runtime::differentiate;

#[differentiate(explain)]
fn simulate(x: &[f64], rate: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (rate * x[i]).sin();
    }
    let mut level = sum;
    let mut steps = 0;
    while steps < 10 {
        level = (level * rate).tanh() + 0.1 * level;
        steps += 1;
    }
    level
}

#[differentiate(explain, checkpoint = 5)]
fn long(x: &[f64], rate: f64, steps: usize) -> f64 {
    let mut level = x[0];
    for _ in 0..steps {
        level += 0.01 * (rate * level).sin();
    }
    level
}

#[differentiate(explain)]
fn few(rate: f64, steps: usize) -> f64 {
    let mut level = 0.3;
    for _ in 0..steps {
        level = rate * level * (1.0 - level);
    }
    level
}

#[differentiate(explain)]
fn straight(x: f64, y: f64) -> f64 {
    x * y.sin()
}

fn main() {}
