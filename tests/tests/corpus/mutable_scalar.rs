//! A running total behind `&mut f64`, through a helper.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn deposit(balance: &mut f64, amount: f64) {
    *balance += amount * 0.1 * *balance;
    *balance += amount;
}

#[differentiate(scalar)]
pub fn mutable_scalar(balance: &mut f64, amounts: &[f64]) {
    for i in 0..amounts.len() {
        deposit(balance, amounts[i]);
        *balance *= 1.01;
    }
}

pub fn points() -> Vec<(f64, Vec<f64>)> {
    vec![(1.0, vec![0.5, -0.3]), (2.0, vec![])]
}
