//! The seven small functions of the benchmark, as a user writes them. Their hand-written gradients
//! are in [`hand`](crate::hand).

use autodiff_runtime::differentiate;

/// x₁³/x₂ + sin(x₁·x₂).
#[differentiate]
pub fn scalar2(x1: f64, x2: f64) -> f64 {
    x1.powi(3) / x2 + (x1 * x2).sin()
}

/// Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²; benchmarked for 10 and for 1000 inputs.
#[differentiate]
pub fn rosenbrock(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let bend = x[i + 1] - x[i] * x[i];
        let away = 1.0 - x[i];
        sum += 100.0 * bend * bend + away * away;
    }
    sum
}

/// Inputs of [`mlp`].
pub const INPUTS: usize = 8;
/// Units in each of the two hidden layers of [`mlp`].
pub const HIDDEN: usize = 32;
/// Where the second layer's parameters start.
pub const SECOND: usize = HIDDEN * (INPUTS + 1);
/// Where the output's parameters start.
pub const OUTPUT: usize = SECOND + HIDDEN * (HIDDEN + 1);
/// Number of parameters of [`mlp`]: for each layer weights row by row, then biases.
pub const PARAMETERS: usize = OUTPUT + HIDDEN + 1;

/// Squared loss of an 8-32-32-1 tanh network, summed over samples.
#[differentiate(wrt(parameters))]
pub fn mlp(parameters: &[f64], inputs: &[[f64; INPUTS]], targets: &[f64]) -> f64 {
    let mut loss = 0.0;
    for sample in 0..targets.len() {
        let mut first = [0.0; HIDDEN];
        for i in 0..HIDDEN {
            let mut sum = parameters[HIDDEN * INPUTS + i];
            for j in 0..INPUTS {
                sum += parameters[i * INPUTS + j] * inputs[sample][j];
            }
            first[i] = sum.tanh();
        }
        let mut second = [0.0; HIDDEN];
        for i in 0..HIDDEN {
            let mut sum = parameters[SECOND + HIDDEN * HIDDEN + i];
            for j in 0..HIDDEN {
                sum += parameters[SECOND + i * HIDDEN + j] * first[j];
            }
            second[i] = sum.tanh();
        }
        let mut output = parameters[OUTPUT + HIDDEN];
        for j in 0..HIDDEN {
            output += parameters[OUTPUT + j] * second[j];
        }
        let residual = output - targets[sample];
        loss += residual * residual;
    }
    loss
}

/// Σ t or −t²/2 by the sign of t = sin(xᵢ)·exp(−xᵢ²)/(1 + xᵢ₊₁²).
#[differentiate]
pub fn branchy(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let t = x[i].sin() * (-x[i] * x[i]).exp() / (1.0 + x[i + 1] * x[i + 1]);
        if t > 0.0 {
            sum += t;
        } else {
            sum -= 0.5 * t * t;
        }
    }
    sum
}

/// Explicit Euler steps of [`lotka_volterra`].
pub const STEPS: usize = 1000;
/// Every so many steps the state is compared with an observation.
pub const STRIDE: usize = 100;
/// Step of time of [`lotka_volterra`].
pub const STEP: f64 = 0.01;

/// Squared misfit of predators and prey at ten times.
#[differentiate(wrt(p))]
pub fn lotka_volterra(p: &[f64; 4], observed: &[[f64; 2]; STEPS / STRIDE]) -> f64 {
    let mut prey = 1.0;
    let mut predators = 0.5;
    let mut misfit = 0.0;
    for step in 1..=STEPS {
        let prey_rate = p[0] * prey - p[1] * prey * predators;
        let predator_rate = p[2] * prey * predators - p[3] * predators;
        prey += STEP * prey_rate;
        predators += STEP * predator_rate;
        if step % STRIDE == 0 {
            let a = prey - observed[step / STRIDE - 1][0];
            let b = predators - observed[step / STRIDE - 1][1];
            misfit += a * a + b * b;
        }
    }
    misfit
}

/// Σ |R·pᵢ + t − qᵢ|² with R = R_z(yaw)·R_y(pitch)·R_x(roll); the pose is (roll, pitch, yaw, t).
#[differentiate(wrt(pose))]
pub fn rigid(pose: &[f64; 6], p: &[[f64; 3]], q: &[[f64; 3]]) -> f64 {
    let (sr, cr) = (pose[0].sin(), pose[0].cos());
    let (sp, cp) = (pose[1].sin(), pose[1].cos());
    let (sy, cy) = (pose[2].sin(), pose[2].cos());
    let r = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ];
    let mut sum = 0.0;
    for i in 0..p.len() {
        for k in 0..3 {
            let turned = r[k][0] * p[i][0] + r[k][1] * p[i][1] + r[k][2] * p[i][2];
            let residual = turned + pose[3 + k] - q[i][k];
            sum += residual * residual;
        }
    }
    sum
}

/// Points at which the functions are timed and tested.
pub mod inputs {
    use super::{HIDDEN, INPUTS, PARAMETERS, STEPS, STRIDE};

    /// A wave without symmetries, in [−1, 1].
    fn wave(i: usize, frequency: f64) -> f64 {
        (frequency * (i as f64 + 0.3)).sin()
    }

    /// For [`rosenbrock`](super::rosenbrock).
    pub fn rosenbrock(n: usize) -> Vec<f64> {
        (0..n).map(|i| 0.8 + 0.5 * wave(i, 1.7)).collect()
    }

    /// Parameters, inputs and targets of [`mlp`](super::mlp) for 16 samples.
    pub fn mlp() -> (Vec<f64>, Vec<[f64; INPUTS]>, Vec<f64>) {
        let scale = 1.5 / (HIDDEN as f64).sqrt();
        let parameters = (0..PARAMETERS).map(|i| scale * wave(i, 2.3)).collect();
        let sample = |s: usize| std::array::from_fn(|j| wave(s * INPUTS + j, 0.9));
        let inputs = (0..16).map(sample).collect();
        let targets = (0..16).map(|s| wave(s, 3.1)).collect();
        (parameters, inputs, targets)
    }

    /// For [`branchy`](super::branchy): a thousand terms.
    pub fn branchy() -> Vec<f64> {
        (0..1001).map(|i| 1.5 * wave(i, 1.1)).collect()
    }

    /// Parameters and observations of [`lotka_volterra`](super::lotka_volterra).
    pub fn lotka_volterra() -> ([f64; 4], [[f64; 2]; STEPS / STRIDE]) {
        let observed =
            std::array::from_fn(|i| [1.0 + 0.3 * wave(i, 2.0), 0.6 + 0.2 * wave(i, 1.4)]);
        ([1.1, 0.4, 0.1, 0.4], observed)
    }

    /// Pose and a hundred pairs of points for [`rigid`](super::rigid).
    pub fn rigid() -> ([f64; 6], Vec<[f64; 3]>, Vec<[f64; 3]>) {
        let cloud = |frequency: f64| {
            (0..100)
                .map(|i| std::array::from_fn(|k| wave(3 * i + k, frequency)))
                .collect()
        };
        ([0.1, -0.2, 0.3, 0.5, -0.4, 0.2], cloud(1.3), cloud(0.7))
    }
}
