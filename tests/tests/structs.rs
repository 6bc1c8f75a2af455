//! Structs, methods and operators of the user's: gradients against central differences, Hessians
//! against their symmetry.

use autodiff_runtime::{Differentiable, differentiate};
use std::ops::{Add, Mul, Neg, Sub};

/// d/dt f(t) at 0.
fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-5;
    (f(h) - f(-h)) / (2.0 * h)
}

fn close(exact: f64, approximate: f64) {
    let bound = 1e-7 * (1.0 + exact.abs());
    assert!(
        (exact - approximate).abs() < bound,
        "{exact} and {approximate}"
    );
}

/// A pendulum with parameters of all kinds.
#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Pendulum {
    mass: f64,
    length: f64,
    #[constant]
    gravity: f64,
    drive: Drive,
    steps: usize,
    weights: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Drive {
    wave: (f64, f64),
    name: String,
}

fn pendulum() -> Pendulum {
    Pendulum {
        mass: 1.5,
        length: 0.7,
        gravity: 9.81,
        drive: Drive {
            wave: (0.3, 2.0),
            name: "engine".to_string(),
        },
        steps: 2,
        weights: vec![0.1, 0.2],
    }
}

#[differentiate]
fn energy(p: &Pendulum, angle: f64, speed: f64) -> f64 {
    let kinetic = 0.5 * p.mass * (p.length * speed).powi(2);
    let mut total = kinetic - p.mass * p.gravity * p.length * angle.cos();
    for i in 0..p.steps {
        total += p.weights[i] * p.drive.wave.0 * (p.drive.wave.1 * angle).sin();
    }
    total / p.steps as f64
}

#[test]
fn parameters_in_a_struct() {
    let p = pendulum();
    let (by_p, by_angle, by_speed) = energy_grad(&p, 0.3, 0.5);
    let moved = |change: fn(&mut Pendulum, f64)| {
        slope(|h| {
            let mut p = p.clone();
            change(&mut p, h);
            energy(&p, 0.3, 0.5)
        })
    };
    close(by_p.mass, moved(|p, h| p.mass += h));
    close(by_p.length, moved(|p, h| p.length += h));
    close(by_p.drive.wave.0, moved(|p, h| p.drive.wave.0 += h));
    close(by_p.drive.wave.1, moved(|p, h| p.drive.wave.1 += h));
    close(by_p.weights[1], moved(|p, h| p.weights[1] += h));
    close(by_angle, slope(|h| energy(&p, 0.3 + h, 0.5)));
    close(by_speed, slope(|h| energy(&p, 0.3, 0.5 + h)));
}

#[test]
fn the_arithmetic_of_tangents() {
    let p = pendulum();
    let (tangent, ..) = energy_grad(&p, 0.3, 0.5);
    let zero = p.zero_tangent();
    assert_eq!(tangent.clone() + zero.clone(), tangent);
    assert_eq!(PendulumTangent::default() + tangent.clone(), tangent);
    assert_eq!(tangent.clone() - tangent.clone(), zero);
    assert_eq!(2.0 * tangent.clone(), tangent.clone() + tangent.clone());
    let sum: PendulumTangent = [tangent.clone(), tangent.clone()].into_iter().sum();
    assert_eq!(sum / 2.0, tangent);
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Vec3 {
    x: f64,
    y: f64,
    z: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Differentiable)]
struct Meters(f64, u8);

#[differentiate]
impl Vec3 {
    fn new(x: f64, y: f64, z: f64) -> Self {
        Self { x, y, z }
    }

    fn dot(&self, other: &Vec3) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    fn cross(&self, other: &Vec3) -> Vec3 {
        Vec3 {
            x: self.y * other.z - self.z * other.y,
            y: self.z * other.x - self.x * other.z,
            z: self.x * other.y - self.y * other.x,
        }
    }

    fn norm(self) -> f64 {
        self.dot(&self).sqrt()
    }

    fn flat(self) -> Vec3 {
        Vec3 { z: 0.0, ..self }
    }

    fn stretch(&mut self, factor: f64) {
        self.x *= factor;
        self.y += factor * self.z;
    }

    /// Nothing in it is differentiated.
    fn is_origin(&self) -> bool {
        self.x == 0.0 && self.y == 0.0 && self.z == 0.0
    }

    #[differentiate(wrt(factor))]
    fn scaled_norm(&self, factor: f64) -> f64 {
        self.norm() * factor * factor
    }
}

#[differentiate]
impl Add for Vec3 {
    type Output = Vec3;
    fn add(self, other: Vec3) -> Vec3 {
        Vec3::new(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

#[differentiate]
impl<'a> Sub<&'a Vec3> for &'a Vec3 {
    type Output = Vec3;
    fn sub(self, other: &Vec3) -> Vec3 {
        *self + -*other
    }
}

#[differentiate]
impl Mul<Vec3> for f64 {
    type Output = Vec3;
    fn mul(self, v: Vec3) -> Vec3 {
        Vec3::new(self * v.x, self * v.y, self * v.z)
    }
}

#[differentiate]
impl Neg for Vec3 {
    type Output = Self;
    fn neg(self) -> Self::Output {
        -1.0 * self
    }
}

trait Area {
    fn area(&self, scale: f64) -> f64;
}

#[differentiate]
impl Area for Vec3 {
    fn area(&self, scale: f64) -> f64 {
        self.x * self.y * scale
    }
}

#[differentiate]
fn walk(points: &[Vec3], t: f64) -> f64 {
    let mut sum = Vec3 {
        x: 0.0,
        y: 0.0,
        z: 0.0,
    };
    for i in 0..points.len() {
        sum = sum + t * points[i];
        if points[i].x > 0.5 {
            sum = &sum - &points[0].flat();
        }
    }
    sum.stretch(t);
    let gap = &sum - &points[1];
    let width = Meters(t * sum.y, 3);
    let side = sum.cross(&points[0]).dot(&Vec3::new(t, width.0, 1.0));
    side * width.1 as f64 + gap.norm() + sum.area(t) + (-gap).dot(&points[2])
}

fn points() -> [Vec3; 3] {
    [
        Vec3::new(0.3, -0.5, 1.2),
        Vec3::new(1.3, 0.4, 0.7),
        Vec3::new(0.2, 0.1, -0.7),
    ]
}

#[test]
fn operators_and_methods() {
    let p = points();
    let (by_points, by_t) = walk_grad(&p, 0.6);
    close(by_t, slope(|h| walk(&p, 0.6 + h)));
    let moved = |k: usize, change: fn(&mut Vec3, f64)| {
        slope(|h| {
            let mut p = p;
            change(&mut p[k], h);
            walk(&p, 0.6)
        })
    };
    assert_eq!(by_points.len(), p.len());
    for (k, by_point) in by_points.iter().enumerate() {
        close(by_point.x, moved(k, |v, h| v.x += h));
        close(by_point.y, moved(k, |v, h| v.y += h));
        close(by_point.z, moved(k, |v, h| v.z += h));
    }
    let mut tangents = vec![p[0].zero_tangent(); 3];
    tangents[1].y = 1.0;
    let (value, along) = walk_jvp(&p, &tangents, 0.6, 0.0);
    assert_eq!(value, walk(&p, 0.6));
    close(along, by_points[1].y);
}

#[test]
fn second_derivatives_through_operators_and_methods() {
    let hessian = walk_hessian(&points(), 0.6);
    assert!((&hessian - hessian.transpose()).norm() < 1e-12 * hessian.norm());
    let column = slope(|h| {
        let (by_points, _) = walk_grad(&points(), 0.6 + h);
        by_points[2].z
    });
    close(hessian[(8, 9)], column);
}

#[test]
fn siblings_of_methods() {
    let [a, b, _] = points();
    let (by_a, by_b) = a.dot_grad(&b);
    assert_eq!((by_a.x, by_b.x), (b.x, a.x));
    let (value, pullback) = a.norm_vjp();
    let bar = pullback(2.0);
    assert_eq!(value, a.norm());
    close(bar.x, 2.0 * a.x / a.norm());
    close(a.scaled_norm_grad(2.0), 4.0 * a.norm());
    close(a.area_grad(2.0).1, a.x * a.y);
    assert!(!a.is_origin());
    let jacobian = a.cross_jacobian(&b);
    assert_eq!((jacobian.nrows(), jacobian.ncols()), (3, 6));
    close(jacobian[(0, 1)], b.z);
}
