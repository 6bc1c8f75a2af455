//! Variables that may hold an active value, and the methods of `Option`.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn options(x: &[f64], limit: f64) -> f64 {
    let mut best: Option<f64> = None;
    let mut pair = None;
    for i in 0..x.len() {
        let better = match best {
            Some(b) => x[i] > b,
            None => true,
        };
        if better && x[i] < limit {
            best = Some(x[i] * limit);
            pair = Some((x[i], x[i].sin()));
        }
    }
    let scaled = best.map(|b| b * b).unwrap_or(limit);
    let mut sum = scaled + best.unwrap_or_default() + best.unwrap_or_else(|| limit * 2.0);
    if let Some((a, b)) = pair {
        sum += a * b;
    }
    if best.is_some() && x.len() > 2 {
        sum *= best.unwrap() + best.expect("there is one");
    }
    let Some((c, _)) = pair else {
        return sum * limit;
    };
    let positive = if c > 0.0 { Some(c) } else { None };
    match positive {
        Some(p) if p > 0.5 => sum * p.ln(),
        Some(_) => sum,
        None => sum * c,
    }
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.2, 0.9, 0.7, 0.4], 1.25),
        (vec![0.3, 0.2], 1.25),
        (vec![-0.7, -0.2, -0.3], 0.5),
        (vec![2.0], 1.0),
        (vec![], 1.5),
    ]
}
