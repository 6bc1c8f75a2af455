//! Rotations: how they are made, what they do to vectors, points and each other.

use super::engine::{self, Of, Rule, Tan};
use super::function::function;
use super::geometry::{Direction, Pt, Quat, Rot, Versor};
use super::rule::{Bars, names, rule};
use super::spaces::{Constants, Float, Mat, Nothing, Number, Pair, Real, Space};
use crate::Trace;
use crate::private::{HeldConstant, Lane};
use crate::trace::Node;
use nalgebra::{
    Const, Matrix3, OPoint, Point2, Point3, Quaternion, RealField, Rotation, Rotation2, Rotation3,
    SVector, U1, Unit, UnitQuaternion, Vector3,
};

type One<A> = Pair<A, Nothing>;
type Two<A, B> = Pair<A, One<B>>;
type Three<A, B, C> = Pair<A, Two<B, C>>;
type Column<const D: usize> = Mat<Const<D>, U1>;
type Square<const D: usize> = Mat<Const<D>, Const<D>>;

names! {
    /// A rotation of the plane by an angle.
    Planar;
    /// A rotation by Euler angles.
    Euler;
    /// A rotation about an axis.
    AxisAngle;
    /// A rotation about a vector by its length.
    ScaledAxis;
    /// A rotation by another of its forms.
    Converted;
    /// What is given, as it is.
    Taken;
    /// Something of unit length.
    Unified;
    /// `R x`
    Turned;
    /// `R⁻¹ x`
    TurnedBack;
    /// One rotation after another.
    Composed;
    /// The inverse rotation.
    Reversed;
    /// The matrix of a rotation.
    Entries;
    /// The angle.
    Angle;
    /// The axis times the angle.
    LogarithmicMap;
    /// The matrix of `x ↦ a × x`.
    CrossMatrix;
    /// A vector between points.
    Between;
    /// A point moved by a vector.
    Moved;
    /// A point moved back by a vector.
    MovedBack;
    /// A point scaled.
    Stretched;
    /// A point divided.
    Shrunk;
}

rule! { Planar "rotation" []: One<Number> => Rot<2> where [];
self, (angle, ()) => Rotation2::new(*angle) }
rule! { Euler "rotation" []: Three<Number, Number, Number> => Rot<3> where [];
self, (roll, (pitch, (yaw, ()))) => Rotation3::from_euler_angles(*roll, *pitch, *yaw) }
rule! { Euler "rotation" []: Three<Number, Number, Number> => Versor where [];
self, (roll, (pitch, (yaw, ()))) => UnitQuaternion::from_euler_angles(*roll, *pitch, *yaw) }
rule! { AxisAngle "rotation" []: Two<Direction<3>, Number> => Rot<3> where [];
self, (axis, (angle, ())) => Rotation3::from_axis_angle(axis, *angle);
duals => match is_zero(*angle) {
    true => small_rotation(&(axis.as_ref() * *angle)),
    false => Rotation3::from_axis_angle(axis, *angle),
} }
rule! { AxisAngle "rotation" []: Two<Direction<3>, Number> => Versor where [];
self, (axis, (angle, ())) => UnitQuaternion::from_axis_angle(axis, *angle) }
rule! { ScaledAxis "rotation" []: One<Column<3>> => Rot<3> where [];
self, (axis, ()) => Rotation3::new(*axis);
duals => match axis.iter().all(|x| is_zero(*x)) {
    true => small_rotation(axis),
    false => Rotation3::new(*axis),
} }
rule! { ScaledAxis "rotation" []: One<Column<3>> => Versor where [];
self, (axis, ()) => UnitQuaternion::from_scaled_axis(*axis);
duals => exponential(axis) }
rule! { Converted "rotation" []: One<Rot<3>> => Versor where [];
self, (rotation, ()) => UnitQuaternion::from_rotation_matrix(rotation) }
rule! { Converted "rotation" []: Versor => Rot<3> where [];
self, q => q.to_rotation_matrix() }
rule! { Taken "rotation" [const D: usize]: One<Square<D>> => Rot<D> where [];
self, (matrix, ()) => Rotation::from_matrix_unchecked(*matrix) }
rule! { Taken "quaternion" []: Pair<Number, Three<Number, Number, Number>> => Quat where [];
self, (w, (i, (j, (k, ())))) => Quaternion::new(*w, *i, *j, *k) }
rule! { Taken "point" []: Two<Number, Number> => Pt<2> where [];
self, (x, (y, ())) => Point2::new(*x, *y) }
rule! { Taken "point" []: Three<Number, Number, Number> => Pt<3> where [];
self, (x, (y, (z, ()))) => Point3::new(*x, *y, *z) }
rule! { Taken "point" [const D: usize]: One<Column<D>> => Pt<D> where [];
self, (coords, ()) => OPoint::from(*coords) }
rule! { Taken "unit" [const D: usize]: One<Column<D>> => Direction<D> where [];
self, (x, ()) => Unit::new_unchecked(*x) }
rule! { Taken "unit" []: One<Quat> => Versor where [];
self, (q, ()) => Unit::new_unchecked(*q) }
rule! { Taken "unit" [const D: usize]: Direction<D> => Column<D> where [];
self, x => x.into_inner() }
rule! { Taken "unit" []: Versor => Quat where [];
self, q => q.into_inner() }
rule! { Unified "unit" [const D: usize]: One<Column<D>> => Direction<D> where [];
self, (x, ()) => Unit::new_normalize(*x) }
rule! { Unified "unit" []: One<Quat> => Versor where [];
self, (q, ()) => UnitQuaternion::from_quaternion(*q) }

rule! { Turned "rotate" [const D: usize]: Rot<D>, Column<D> => Column<D> where [];
self, r, x => r * x;
y, seed => [dr += *dr += seed * x.transpose()] [dx += *dx += r.matrix().tr_mul(seed)] }
rule! { Turned "rotate" [const D: usize]: Rot<D>, Pt<D> => Pt<D> where [];
self, r, x => r * x;
y, seed => [dr += *dr += seed * x.coords.transpose()] [dx += *dx += r.matrix().tr_mul(seed)] }
rule! { Turned "rotate" []: Versor, Column<3> => Column<3> where [];
self, q, x => q * x;
y, seed => [dq += *dq += by_quaternion(q, x, seed)] [dx += *dx += q.inverse() * seed] }
rule! { Turned "rotate" []: Versor, Pt<3> => Pt<3> where [];
self, q, x => q * x;
y, seed => [dq += *dq += by_quaternion(q, &x.coords, seed)] [dx += *dx += q.inverse() * seed] }
rule! { TurnedBack "rotate back" [const D: usize]: Rot<D>, Column<D> => Column<D> where [];
self, r, x => r.inverse_transform_vector(x);
y, seed => [dr += *dr += x * seed.transpose()] [dx += *dx += r * seed] }
rule! { TurnedBack "rotate back" [const D: usize]: Rot<D>, Pt<D> => Pt<D> where [];
self, r, x => r.inverse_transform_point(x);
y, seed => [dr += *dr += x.coords * seed.transpose()] [dx += *dx += r * seed] }
rule! { TurnedBack "rotate back" []: Versor, Column<3> => Column<3> where [];
self, q, x => q.inverse_transform_vector(x);
y, seed => [dq += *dq += conjugated(&by_quaternion(&q.inverse(), x, seed))] [dx += *dx += q * seed] }
rule! { TurnedBack "rotate back" []: Versor, Pt<3> => Pt<3> where [];
self, q, x => q.inverse_transform_point(x);
y, seed => [dq += *dq += conjugated(&by_quaternion(&q.inverse(), &x.coords, seed))]
    [dx += *dx += q * seed] }
rule! { Composed "compose" [const D: usize]: Rot<D>, Rot<D> => Rot<D> where [];
self, a, b => a * b;
y, seed => [da += *da += seed * b.matrix().transpose()] [db += *db += a.matrix().tr_mul(seed)] }
rule! { Composed "compose" []: Versor, Versor => Versor where [];
self, a, b => a * b;
y, seed => [da += *da += (Quaternion { coords: *seed } * b.conjugate().into_inner()).coords]
    [db += *db += (a.conjugate().into_inner() * Quaternion { coords: *seed }).coords] }
rule! { Composed "mul" []: Quat, Quat => Quat where [];
self, a, b => a * b;
y, seed => [da += *da += (Quaternion { coords: *seed } * b.conjugate()).coords]
    [db += *db += (a.conjugate() * Quaternion { coords: *seed }).coords] }
rule! { Reversed "inverse" [const D: usize]: Rot<D>, Nothing => Rot<D> where [];
self, r, b => r.inverse();
y, seed => [dr += *dr += seed.transpose()] [] }
rule! { Reversed "inverse" []: Versor, Nothing => Versor where [];
self, q, b => q.inverse();
y, seed => [dq += *dq += conjugated(seed)] [] }
rule! { Entries "matrix" [const D: usize]: Rot<D>, Nothing => Square<D> where [];
self, r, b => *r.matrix();
y, seed => [dr += *dr += seed] [] }
rule! { Angle "angle" []: Rot<2> => Number where []; self, r => r.angle() }
rule! { Angle "angle" []: Rot<3> => Number where []; self, r => r.angle() }
rule! { Angle "angle" []: Versor => Number where []; self, q => q.angle() }
rule! { LogarithmicMap "scaled_axis" []: Rot<3> => Column<3> where [];
self, r => r.scaled_axis(); duals => logarithm(&UnitQuaternion::from_rotation_matrix(r)) }
rule! { LogarithmicMap "scaled_axis" []: Versor => Column<3> where [];
self, q => q.scaled_axis(); duals => logarithm(q) }
rule! { CrossMatrix "cross_matrix" []: Column<3> => Square<3> where [];
self, a => a.cross_matrix() }
rule! { Between "sub" [const D: usize]: Pt<D>, Pt<D> => Column<D> where [];
self, a, b => a - b;
y, seed => [da += *da += seed] [db += *db -= seed] }
rule! { Moved "add" [const D: usize]: Pt<D>, Column<D> => Pt<D> where [];
self, a, b => a + b;
y, seed => [da += *da += seed] [db += *db += seed] }
rule! { MovedBack "sub" [const D: usize]: Pt<D>, Column<D> => Pt<D> where [];
self, a, b => a - b;
y, seed => [da += *da += seed] [db += *db -= seed] }
rule! { Stretched "mul" [const D: usize]: Pt<D>, Number => Pt<D> where [];
self, a, s => a * *s;
y, seed => [da += *da += seed * *s] [ds += *ds += a.coords.dot(seed)] }
rule! { Shrunk "div" [const D: usize]: Pt<D>, Number => Pt<D> where [];
self, a, s => a / *s;
y, seed => [da += *da += seed / *s] [ds += *ds -= a.coords.dot(seed) / (*s * *s)] }

fn is_zero<T: Real>(x: T) -> bool {
    x.to_f64() == 0.0
}

/// `I + [w]× + [w]×²/2`, a rotation about a vector that is zero but for its tangents.
fn small_rotation<T: Real>(w: &Vector3<T>) -> Rotation3<T> {
    let turn = w.cross_matrix();
    let curve = turn * turn * T::number(0.5);
    Rotation3::from_matrix_unchecked(Matrix3::identity() + turn + curve)
}

/// `(cos |a/2|, sin |a/2| / |a| · a)`: both are series in `|a/2|²`, which matters close to 0.
fn exponential<T: Real>(axis: &Vector3<T>) -> UnitQuaternion<T> {
    let half = axis * T::number(0.5);
    let n2 = half.norm_squared();
    if n2.to_f64() > 1e-4 {
        return UnitQuaternion::from_scaled_axis(*axis);
    }
    // Five terms leave 1e-24 of the whole.
    let series = |first: f64| {
        (0..5).rev().fold(T::zero_(), |sum, k| {
            let k = 2.0 * f64::from(k);
            let ratio = 1.0 / ((first + k + 1.0) * (first + k + 2.0));
            T::number(1.0) - sum * n2 * T::number(ratio)
        })
    };
    let imaginary = half * series(1.0);
    Unit::new_unchecked(Quaternion::from_parts(series(0.0), imaginary))
}

/// `2 atan2(|v|, w) / |v| · v`, where close to 0 the factor is a series in `|v|²`.
fn logarithm<T: Real>(q: &UnitQuaternion<T>) -> Vector3<T> {
    let q = if q.w < T::zero_() {
        -q.into_inner()
    } else {
        q.into_inner()
    };
    let v = q.vector().into_owned();
    let n2 = v.norm_squared();
    if n2.to_f64() > 1e-4 {
        let n = v.norm();
        return v * (T::number(2.0) * RealField::atan2(n, q.w) / n);
    }
    // atan(s)/s = 1 − s²/3 + s⁴/5 − …, s = |v|/w
    let s2 = n2 / (q.w * q.w);
    let sum = (0..7).rev().fold(T::zero_(), |sum, k| {
        T::number(1.0 / (2.0 * f64::from(k) + 1.0)) - s2 * sum
    });
    v * (T::number(2.0) * sum / q.w)
}

/// The adjoint of the coordinates of `q` in `q x q*`, which `nalgebra` computes as
/// `x + w t + u × t` with `t = 2 u × x`.
fn by_quaternion<T: Real>(
    q: &UnitQuaternion<T>,
    x: &Vector3<T>,
    seed: &Vector3<T>,
) -> SVector<T, 4> {
    let two = T::number(2.0);
    let u = q.vector().into_owned();
    let t = u.cross(x) * two;
    let t_bar = seed * q.w + seed.cross(&u);
    let u_bar = t.cross(seed) + x.cross(&t_bar) * two;
    SVector::<T, 4>::new(u_bar.x, u_bar.y, u_bar.z, seed.dot(&t))
}

fn conjugated<T: Real>(seed: &SVector<T, 4>) -> SVector<T, 4> {
    SVector::<T, 4>::new(-seed.x, -seed.y, -seed.z, seed.w)
}

function! {
    RotationNew2 new [] [] Rotation2<F>: (angle: owned(Number)) => Rot<2>, Planar;
    RotationNew3 new [] [] Rotation3<F>: (axis: owned(Column<3>)) => Rot<3>, ScaledAxis;
    RotationFromScaledAxis from_scaled_axis [] [] Rotation3<F>: (axis: owned(Column<3>)) => Rot<3>, ScaledAxis;
    RotationFromAxisAngle from_axis_angle [] [] Rotation3<F>:
        (axis: shared(Direction<3>), angle: owned(Number)) => Rot<3>, AxisAngle;
    RotationFromEuler from_euler_angles [] [] Rotation3<F>:
        (roll: owned(Number), pitch: owned(Number), yaw: owned(Number)) => Rot<3>, Euler;
    RotationFromMatrix from_matrix_unchecked [const D: usize] [D] Rotation<F, D>:
        (matrix: owned(Square<D>)) => Rot<D>, Taken;
    VersorNew new [] [] UnitQuaternion<F>: (axis: owned(Column<3>)) => Versor, ScaledAxis;
    VersorFromScaledAxis from_scaled_axis [] [] UnitQuaternion<F>: (axis: owned(Column<3>)) => Versor, ScaledAxis;
    VersorFromAxisAngle from_axis_angle [] [] UnitQuaternion<F>:
        (axis: shared(Direction<3>), angle: owned(Number)) => Versor, AxisAngle;
    VersorFromEuler from_euler_angles [] [] UnitQuaternion<F>:
        (roll: owned(Number), pitch: owned(Number), yaw: owned(Number)) => Versor, Euler;
    VersorFromQuaternion from_quaternion [] [] UnitQuaternion<F>: (q: owned(Quat)) => Versor, Unified;
    VersorFromRotation from_rotation_matrix [] [] UnitQuaternion<F>: (rotation: shared(Rot<3>)) => Versor, Converted;
    QuaternionNew new [] [] Quaternion<F>:
        (w: owned(Number), i: owned(Number), j: owned(Number), k: owned(Number)) => Quat, Taken;
    DirectionNormalized new_normalize [const D: usize] [D] Unit<SVector<F, D>>: (x: owned(Column<D>)) => Direction<D>, Unified;
    DirectionUnchecked new_unchecked [const D: usize] [D] Unit<SVector<F, D>>: (x: owned(Column<D>)) => Direction<D>, Taken;
    PointNew2 new [] [] Point2<F>: (x: owned(Number), y: owned(Number)) => Pt<2>, Taken;
    PointNew3 new [] [] Point3<F>: (x: owned(Number), y: owned(Number), z: owned(Number)) => Pt<3>, Taken;
    PointFrom from [const D: usize] [D] OPoint<F, Const<D>>: (coords: owned(Column<D>)) => Pt<D>, Taken;
}
