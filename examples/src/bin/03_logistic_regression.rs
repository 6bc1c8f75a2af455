//! A function of many numbers: Newton's method on the loss of a logistic regression, `wrt` the weights alone.

use autodiff_runtime::differentiate;
use nalgebra::DVector;

/// ln(1 + eˢ), by the branch in which the exponential cannot overflow.
#[differentiate]
fn softplus(s: f64) -> f64 {
    if s > 0.0 {
        s + (-s).exp().ln_1p()
    } else {
        s.exp().ln_1p()
    }
}

/// Mean log loss with a little weight decay, so that there is always a minimum; y is 0 or 1.
#[differentiate(wrt(w))]
fn loss(w: &[f64], x: &[[f64; 2]], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        let score = w[0] + w[1] * x[i][0] + w[2] * x[i][1];
        sum += softplus(score) - y[i] * score;
    }
    sum / y.len() as f64 + 0.005 * (w[1] * w[1] + w[2] * w[2])
}

fn main() {
    // Points on two overlapping spirals.
    let turns = (0..40).map(|i| (f64::from(i) * 0.37, f64::from(i % 2)));
    let (x, y): (Vec<[f64; 2]>, Vec<f64>) = turns
        .map(|(t, class)| ([t.cos() + class, t.sin() - 0.5 * class], class))
        .unzip();

    let mut w = DVector::from_element(3, 0.0);
    for iteration in 0..6 {
        let mut gradient = DVector::from_element(3, 0.0);
        let value = loss_grad_into(w.as_slice(), gradient.as_mut_slice(), &x, &y);
        println!(
            "{iteration}  loss {value:.6}  gradient {:.1e}",
            gradient.norm()
        );
        match loss_hessian(w.as_slice(), &x, &y).cholesky() {
            Some(hessian) => w -= hessian.solve(&gradient),
            None => return println!("the Hessian is not positive definite"),
        }
    }
    println!("weights {:.4?}", w.as_slice());
}
