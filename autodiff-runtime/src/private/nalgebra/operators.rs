//! The operators of matrices.

use super::engine::{self, Rule, Tan};
use super::geometry::{Pt, Quat, Rot, Versor};
use super::rigid::{Between, Composed, Moved, MovedBack, Shrunk, Stretched, Turned};
use super::rule::{Difference, Divided, Negative, Product, Scaled, ScaledLeft, Sum};
use super::spaces::{Mat, Nothing, Number};
use crate::Trace;
use crate::private::Lane;
use crate::private::ops::{Add, Div, Forward, Mul, Neg, Record, Reverse, Sub};
use crate::trace::Node;
use nalgebra::allocator::Allocator;
use nalgebra::{
    Const, DefaultAllocator, Dim, OMatrix, OPoint, Quaternion, Rotation, SVector, U1,
    UnitQuaternion,
};

macro_rules! operator {
    ($op:ident<$($p:ident),*> by $rule:expr; [$($dim:ident),*];
        $self:ty, $other:ty => $output:ty; $A:ty, $B:ty => $Y:ty; $float:ty; [$($bound:tt)*]) => {
        impl<$($p,)* V: Lane<$float>, $($dim: Dim),*> Forward<$op<$($p),*>, $other, V> for $self
        where
            DefaultAllocator: $($bound)*,
        {
            type Output = $output;
            type Dot = Tan<$Y, V>;

            fn jvp(
                &self,
                dot: Option<&Tan<$A, V>>,
                other: &$other,
                other_dot: Option<&Tan<$B, V>>,
            ) -> ($output, Tan<$Y, V>) {
                let value = <_ as Rule<$A, $B, $Y>>::primal(&$rule, self, other);
                let tangent = engine::push::<$A, $B, $Y, $float, V, _>(
                    &$rule, (self, dot), (other, other_dot), &value,
                );
                (value, tangent)
            }
        }

        impl<$($p,)* $($dim: Dim),*> Reverse<$op<$($p),*>, $other, $float> for $self
        where
            DefaultAllocator: $($bound)*,
        {
            type Output = $output;
            type Bar = Tan<$Y, $float>;

            fn pull(
                &self,
                other: &$other,
            ) -> (
                $output,
                impl FnOnce(
                    Tan<$Y, $float>,
                    Option<&Self>,
                    Option<&mut Tan<$A, $float>>,
                    Option<&$other>,
                    Option<&mut Tan<$B, $float>>,
                ) + use<$($p,)* $($dim),*>,
            ) {
                let value = <_ as Rule<$A, $B, $Y>>::primal(&$rule, self, other);
                let kept = engine::kept::<$A, $B, $Y, $float, _>(&$rule, &value);
                let pullback = move |
                    seed: Tan<$Y, $float>,
                    a: Option<&Self>,
                    a_bar: Option<&mut Tan<$A, $float>>,
                    b: Option<&$other>,
                    b_bar: Option<&mut Tan<$B, $float>>,
                | {
                    let (a, b) = engine::again(a, b);
                    let bars = (a_bar, b_bar);
                    <_ as Rule<$A, $B, $Y>>::pullback(&$rule, (a, b), kept.as_ref(), &seed, bars);
                };
                (value, pullback)
            }

            fn pull_jvp(
                &self,
                dot: Option<&Tan<$A, $float>>,
                other: &$other,
                other_dot: Option<&Tan<$B, $float>>,
            ) -> (
                $output,
                Tan<$Y, $float>,
                impl FnOnce(
                    Tan<$Y, $float>,
                    Tan<$Y, $float>,
                    Option<&Self>,
                    Option<&Tan<$A, $float>>,
                    Option<&mut Tan<$A, $float>>,
                    Option<&mut Tan<$A, $float>>,
                    Option<&$other>,
                    Option<&Tan<$B, $float>>,
                    Option<&mut Tan<$B, $float>>,
                    Option<&mut Tan<$B, $float>>,
                ) + use<$($p,)* $($dim),*>,
            ) {
                let value = <_ as Rule<$A, $B, $Y>>::primal(&$rule, self, other);
                let tangent = engine::push::<$A, $B, $Y, $float, $float, _>(
                    &$rule, (self, dot), (other, other_dot), &value,
                );
                let kept = value.clone();
                let pullback = move |
                    seed: Tan<$Y, $float>,
                    seed_dot: Tan<$Y, $float>,
                    a: Option<&Self>,
                    a_dot: Option<&Tan<$A, $float>>,
                    a_bar: Option<&mut Tan<$A, $float>>,
                    a_bar_dot: Option<&mut Tan<$A, $float>>,
                    b: Option<&$other>,
                    b_dot: Option<&Tan<$B, $float>>,
                    b_bar: Option<&mut Tan<$B, $float>>,
                    b_bar_dot: Option<&mut Tan<$B, $float>>,
                | {
                    let (a, b) = engine::again(a, b);
                    engine::pull_dual::<$A, $B, $Y, $float, _>(
                        &$rule, (a, a_dot), (b, b_dot), (&kept, &seed, &seed_dot),
                        (a_bar, a_bar_dot), (b_bar, b_bar_dot),
                    );
                };
                (value, tangent, pullback)
            }
        }

        impl<$($p,)* $($dim: Dim),*> Record<$op<$($p),*>, $other> for $self
        where
            DefaultAllocator: $($bound)*,
        {
            type Output = $output;
            type Nodes = Tan<$Y, Node>;

            fn record(
                &self,
                node: Option<&Tan<$A, Node>>,
                other: &$other,
                other_node: Option<&Tan<$B, Node>>,
                trace: &mut Trace,
            ) -> ($output, Tan<$Y, Node>) {
                let value = <_ as Rule<$A, $B, $Y>>::primal(&$rule, self, other);
                let nodes = engine::record::<$A, $B, $Y, $float, _>(
                    &$rule, (self, node), (other, other_node), &value, trace,
                );
                (value, nodes)
            }
        }
    };
}

macro_rules! operators {
    (@space $float:ident $d:literal) => {
        operator! { Mul<P, Q> by Turned; [];
            Rotation<$float, $d>, SVector<$float, $d> => SVector<$float, $d>;
            Rot<$d>, Mat<Const<$d>, U1> => Mat<Const<$d>, U1>; $float; [] }
        operator! { Mul<P, Q> by Turned; [];
            Rotation<$float, $d>, OPoint<$float, Const<$d>> => OPoint<$float, Const<$d>>;
            Rot<$d>, Pt<$d> => Pt<$d>; $float; [] }
        operator! { Mul<P, Q> by Composed; [];
            Rotation<$float, $d>, Rotation<$float, $d> => Rotation<$float, $d>;
            Rot<$d>, Rot<$d> => Rot<$d>; $float; [] }
        operator! { Sub<P, Q> by Between; [];
            OPoint<$float, Const<$d>>, OPoint<$float, Const<$d>> => SVector<$float, $d>;
            Pt<$d>, Pt<$d> => Mat<Const<$d>, U1>; $float; [] }
        operator! { Add<P, Q> by Moved; [];
            OPoint<$float, Const<$d>>, SVector<$float, $d> => OPoint<$float, Const<$d>>;
            Pt<$d>, Mat<Const<$d>, U1> => Pt<$d>; $float; [] }
        operator! { Sub<P, Q> by MovedBack; [];
            OPoint<$float, Const<$d>>, SVector<$float, $d> => OPoint<$float, Const<$d>>;
            Pt<$d>, Mat<Const<$d>, U1> => Pt<$d>; $float; [] }
        operator! { Mul<P, Q> by Stretched; [];
            OPoint<$float, Const<$d>>, $float => OPoint<$float, Const<$d>>;
            Pt<$d>, Number => Pt<$d>; $float; [] }
        operator! { Div<P, Q> by Shrunk; [];
            OPoint<$float, Const<$d>>, $float => OPoint<$float, Const<$d>>;
            Pt<$d>, Number => Pt<$d>; $float; [] }
    };
    ($($float:ident)*) => {$(
        operator! { Add<P, Q> by Sum; [R, C];
            OMatrix<$float, R, C>, OMatrix<$float, R, C> => OMatrix<$float, R, C>;
            Mat<R, C>, Mat<R, C> => Mat<R, C>; $float; [Allocator<R, C>] }
        operator! { Sub<P, Q> by Difference; [R, C];
            OMatrix<$float, R, C>, OMatrix<$float, R, C> => OMatrix<$float, R, C>;
            Mat<R, C>, Mat<R, C> => Mat<R, C>; $float; [Allocator<R, C>] }
        operator! { Mul<P, Q> by Product; [R, K, C];
            OMatrix<$float, R, K>, OMatrix<$float, K, C> => OMatrix<$float, R, C>;
            Mat<R, K>, Mat<K, C> => Mat<R, C>; $float;
            [Allocator<R, K> + Allocator<K, C> + Allocator<R, C> + Allocator<K, R> + Allocator<C, K>] }
        operator! { Mul<P, Q> by Scaled; [R, C];
            OMatrix<$float, R, C>, $float => OMatrix<$float, R, C>;
            Mat<R, C>, Number => Mat<R, C>; $float; [Allocator<R, C>] }
        operator! { Mul<P, Q> by ScaledLeft; [R, C];
            $float, OMatrix<$float, R, C> => OMatrix<$float, R, C>;
            Number, Mat<R, C> => Mat<R, C>; $float; [Allocator<R, C>] }
        operator! { Div<P, Q> by Divided; [R, C];
            OMatrix<$float, R, C>, $float => OMatrix<$float, R, C>;
            Mat<R, C>, Number => Mat<R, C>; $float; [Allocator<R, C>] }
        operator! { Neg<P> by Negative; [R, C];
            OMatrix<$float, R, C>, () => OMatrix<$float, R, C>;
            Mat<R, C>, Nothing => Mat<R, C>; $float; [Allocator<R, C>] }
        operator! { Mul<P, Q> by Composed; [];
            UnitQuaternion<$float>, UnitQuaternion<$float> => UnitQuaternion<$float>;
            Versor, Versor => Versor; $float; [] }
        operator! { Mul<P, Q> by Composed; [];
            Quaternion<$float>, Quaternion<$float> => Quaternion<$float>;
            Quat, Quat => Quat; $float; [] }
        operator! { Mul<P, Q> by Turned; [];
            UnitQuaternion<$float>, SVector<$float, 3> => SVector<$float, 3>;
            Versor, Mat<Const<3>, U1> => Mat<Const<3>, U1>; $float; [] }
        operator! { Mul<P, Q> by Turned; [];
            UnitQuaternion<$float>, OPoint<$float, Const<3>> => OPoint<$float, Const<3>>;
            Versor, Pt<3> => Pt<3>; $float; [] }
        operators!(@space $float 2);
        operators!(@space $float 3);
    )*};
}
operators!(f64 f32);
