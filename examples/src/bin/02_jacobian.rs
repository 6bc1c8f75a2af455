//! A function of several results: Newton's method finds the angles at which a robot arm reaches a point.

use autodiff_runtime::differentiate;
use nalgebra::{Vector2, matrix, vector};

/// Where the hand is: two links of lengths 2 and 1, the angles measured from the link before.
#[differentiate]
fn hand(shoulder: f64, elbow: f64) -> [f64; 2] {
    let (inner, outer) = (shoulder, shoulder + elbow);
    [
        2.0 * inner.cos() + outer.cos(),
        2.0 * inner.sin() + outer.sin(),
    ]
}

fn main() {
    let target = vector![1.0, 2.0];
    let mut angles = vector![0.3, 0.8];
    for iteration in 0..6 {
        let missing = target - Vector2::from(hand(angles[0], angles[1]));
        println!(
            "{iteration}  angles {:.6}, {:.6}  distance {:.1e}",
            angles[0],
            angles[1],
            missing.norm()
        );
        // Row by row, without allocation; `hand_jacobian` returns a `DMatrix`.
        let mut j = [0.0; 4];
        hand_jacobian_into(angles[0], angles[1], &mut j);
        match matrix![j[0], j[1]; j[2], j[3]].try_inverse() {
            Some(inverse) => angles += inverse * missing,
            None => return println!("the arm is stretched: it moves in one direction only"),
        }
    }
}
