//! Distance along a ray to a sphere, with early returns for a miss and for a start inside.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn ray_sphere(origin: [f64; 3], direction: [f64; 3], radius: f64) -> f64 {
    let mut b = 0.0;
    let mut c = -radius * radius;
    let mut a = 0.0;
    for i in 0..3 {
        a += direction[i] * direction[i];
        b += origin[i] * direction[i];
        c += origin[i] * origin[i];
    }
    let discriminant = b * b - a * c;
    if discriminant < 0.0 {
        return f64::INFINITY;
    }
    let root = discriminant.sqrt();
    let near = (-b - root) / a;
    if near > 0.0 {
        return near;
    }
    (root - b) / a
}

pub fn points() -> Vec<([f64; 3], [f64; 3], f64)> {
    vec![
        ([0.0, 0.1, -3.0], [0.1, 0.0, 1.0], 1.0),
        ([0.0, 0.1, 0.2], [0.1, 0.0, 1.0], 1.0),
    ]
}

pub fn kinks() -> Vec<([f64; 3], [f64; 3], f64)> {
    vec![([0.0, 5.0, -3.0], [0.1, 0.0, 1.0], 1.0)]
}
