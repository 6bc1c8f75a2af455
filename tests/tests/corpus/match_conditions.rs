//! `match` on booleans, tuples of conditions, characters, strings and orderings.

use autodiff_runtime::differentiate;
use std::cmp::Ordering;

#[differentiate]
pub fn match_conditions(x: f64, y: f64, mode: char, name: &str) -> f64 {
    let quadrant = match (x > 0.0, y > 0.0) {
        (true, true) => x * y,
        (true, false) => x - y,
        (false, _) => y.cos(),
    };
    let by_mode = match mode {
        'a'..='f' => quadrant.exp(),
        'q' | 'z' => quadrant * x,
        _ => quadrant,
    };
    let by_name = match name {
        "sine" => by_mode.sin(),
        "square" => by_mode * by_mode,
        _ => by_mode,
    };
    match x.total_cmp(&y) {
        Ordering::Less => by_name * y,
        Ordering::Equal => by_name,
        Ordering::Greater => by_name * x,
    }
}

pub fn points() -> Vec<(f64, f64, char, String)> {
    vec![
        (0.7, 0.3, 'b', "sine".to_string()),
        (0.7, -0.3, 'q', "square".to_string()),
        (-0.7, 0.3, '-', String::new()),
    ]
}
