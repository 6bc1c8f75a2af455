//! The methods of matrices, by the names under which generated code calls them.
//!
//! A trait for each method. An implementation says which rule belongs to which receiver; the four
//! modes follow.

use super::construct::Unwrap;
use super::engine::{self, Of, Rule, Tan};
use super::geometry::{Direction, Pt, Quat, Rot, Versor};
use super::solve::{self, Chol, Eliminated, Lu, Rooted};
use super::spaces::{Float, Mat, Maybe, Nothing, Number, Space};
use super::{rigid, rule};
use crate::Trace;
use crate::private::Lane;
use crate::trace::Node;
use nalgebra::allocator::Allocator;
use nalgebra::{
    Const, DefaultAllocator, Dim, DimMin, OMatrix, OPoint, Point3, Rotation, SVector, U1, U3, Unit,
    UnitQuaternion, Vector3,
};
use pastey::paste;

/// What has methods with another operand.
pub trait Algebraic {}
impl<T: Float, R: Dim, C: Dim> Algebraic for OMatrix<T, R, C> where DefaultAllocator: Allocator<R, C>
{}
impl<T: Float, D: DimMin<D, Output = D>> Algebraic for Eliminated<T, D> where
    DefaultAllocator: Allocator<D, D> + Allocator<D>
{
}
impl<T: Float, D: DimMin<D, Output = D>> Algebraic for Rooted<T, D> where
    DefaultAllocator: Allocator<D, D> + Allocator<D>
{
}
impl<T: Float, const D: usize> Algebraic for Rotation<T, D> {}
impl<T: Float> Algebraic for UnitQuaternion<T> {}

/// A method without arguments.
macro_rules! unary {
    ($($name:ident)*) => { paste! { $(
        #[doc = "`" $name "`"]
        pub trait [<$name:camel Method>]: Sized {
            /// The float.
            type F: Float;
            /// The space of the receiver.
            type A: Space<Of<Self::F> = Self>;
            /// The space of the result.
            type Y: Space;
            /// The rule.
            type K: Rule<Self::A, Nothing, Self::Y>;
            /// The rule.
            const RULE: Self::K;

            /// The receiver.
            #[inline]
            fn [<__autodiff_ $name>](&self) -> &Self {
                self
            }

            /// Value and tangent.
            fn [<__autodiff_ $name _jvp>]<V: Lane<Self::F>>(
                &self,
                dot: Option<&Tan<Self::A, V>>,
            ) -> (Of<Self::Y, Self::F>, Tan<Self::Y, V>) {
                engine::jvp::<Self::A, Nothing, Self::Y, Self::F, V, _>(&Self::RULE, (self, dot), (&(), None))
            }

            /// Value and pullback.
            #[allow(clippy::type_complexity)]
            fn [<__autodiff_ $name _pull>](
                &self,
            ) -> (
                Of<Self::Y, Self::F>,
                impl FnOnce(Tan<Self::Y, Self::F>, Option<&Self>, Option<&mut Tan<Self::A, Self::F>>)
                + use<Self>,
            ) {
                let value = Self::RULE.primal(self, &());
                let kept = engine::kept::<Self::A, Nothing, Self::Y, Self::F, _>(&Self::RULE, &value);
                let pullback = move |
                    seed: Tan<Self::Y, Self::F>,
                    a: Option<&Self>,
                    bar: Option<&mut Tan<Self::A, Self::F>>,
                | {
                    if let Some(a) = a {
                        Self::RULE.pullback((a, &()), kept.as_ref(), &seed, (bar, None));
                    }
                };
                (value, pullback)
            }

            /// Value, tangent, and pullback with tangents.
            #[allow(clippy::type_complexity)]
            fn [<__autodiff_ $name _pull_jvp>](
                &self,
                dot: Option<&Tan<Self::A, Self::F>>,
            ) -> (
                Of<Self::Y, Self::F>,
                Tan<Self::Y, Self::F>,
                impl FnOnce(
                    Tan<Self::Y, Self::F>,
                    Tan<Self::Y, Self::F>,
                    Option<&Self>,
                    Option<&Tan<Self::A, Self::F>>,
                    Option<&mut Tan<Self::A, Self::F>>,
                    Option<&mut Tan<Self::A, Self::F>>,
                ) + use<Self>,
            ) {
                let (value, tangent) = engine::jvp::<Self::A, Nothing, Self::Y, Self::F, Self::F, _>(
                    &Self::RULE, (self, dot), (&(), None),
                );
                let kept = value.clone();
                let pullback = move |
                    seed: Tan<Self::Y, Self::F>,
                    seed_dot: Tan<Self::Y, Self::F>,
                    a: Option<&Self>,
                    dot: Option<&Tan<Self::A, Self::F>>,
                    bar: Option<&mut Tan<Self::A, Self::F>>,
                    bar_dot: Option<&mut Tan<Self::A, Self::F>>,
                | {
                    if let Some(a) = a {
                        engine::pull_dual::<Self::A, Nothing, Self::Y, Self::F, _>(
                            &Self::RULE, (a, dot), (&(), None), (&kept, &seed, &seed_dot),
                            (bar, bar_dot), (None, None),
                        );
                    }
                };
                (value, tangent, pullback)
            }

            /// Value and nodes.
            fn [<__autodiff_ $name _trace>](
                &self,
                node: Option<&Tan<Self::A, Node>>,
                trace: &mut Trace,
            ) -> (Of<Self::Y, Self::F>, Tan<Self::Y, Node>) {
                let value = Self::RULE.primal(self, &());
                let nodes = engine::record::<Self::A, Nothing, Self::Y, Self::F, _>(
                    &Self::RULE, (self, node), (&(), None), &value, trace,
                );
                (value, nodes)
            }
        }
    )* } };
}

/// A method with another operand by reference.
macro_rules! binary {
    ($($name:ident)*) => { paste! { $(
        /// The receiver, whatever the other operand is.
        pub trait [<$name:camel Receiver>] {
            /// The receiver.
            #[inline]
            fn [<__autodiff_ $name>](&self) -> &Self {
                self
            }
        }
        impl<T: Algebraic> [<$name:camel Receiver>] for T {}

        #[doc = "`" $name "`"]
        pub trait [<$name:camel Method>]<Other>: Sized {
            /// The float.
            type F: Float;
            /// The space of the receiver.
            type A: Space<Of<Self::F> = Self>;
            /// The space of the argument.
            type B: Space<Of<Self::F> = Other>;
            /// The space of the result.
            type Y: Space;
            /// The rule.
            type K: Rule<Self::A, Self::B, Self::Y>;
            /// The rule.
            const RULE: Self::K;

            /// Value and tangent.
            fn [<__autodiff_ $name _jvp>]<V: Lane<Self::F>>(
                &self,
                dot: Option<&Tan<Self::A, V>>,
                other: &Other,
                other_dot: Option<&Tan<Self::B, V>>,
            ) -> (Of<Self::Y, Self::F>, Tan<Self::Y, V>) {
                engine::jvp::<Self::A, Self::B, Self::Y, Self::F, V, _>(
                    &Self::RULE, (self, dot), (other, other_dot),
                )
            }

            /// Value and pullback.
            #[allow(clippy::type_complexity)]
            fn [<__autodiff_ $name _pull>](
                &self,
                other: &Other,
            ) -> (
                Of<Self::Y, Self::F>,
                impl FnOnce(
                    Tan<Self::Y, Self::F>,
                    Option<&Self>,
                    Option<&mut Tan<Self::A, Self::F>>,
                    Option<&Other>,
                    Option<&mut Tan<Self::B, Self::F>>,
                ) + use<Self, Other>,
            ) {
                let value = Self::RULE.primal(self, other);
                let kept = engine::kept::<Self::A, Self::B, Self::Y, Self::F, _>(&Self::RULE, &value);
                let pullback = move |
                    seed: Tan<Self::Y, Self::F>,
                    a: Option<&Self>,
                    a_bar: Option<&mut Tan<Self::A, Self::F>>,
                    b: Option<&Other>,
                    b_bar: Option<&mut Tan<Self::B, Self::F>>,
                | {
                    let (a, b) = engine::again(a, b);
                    Self::RULE.pullback((a, b), kept.as_ref(), &seed, (a_bar, b_bar));
                };
                (value, pullback)
            }

            /// Value, tangent, and pullback with tangents.
            #[allow(clippy::type_complexity)]
            fn [<__autodiff_ $name _pull_jvp>](
                &self,
                dot: Option<&Tan<Self::A, Self::F>>,
                other: &Other,
                other_dot: Option<&Tan<Self::B, Self::F>>,
            ) -> (
                Of<Self::Y, Self::F>,
                Tan<Self::Y, Self::F>,
                impl FnOnce(
                    Tan<Self::Y, Self::F>,
                    Tan<Self::Y, Self::F>,
                    Option<&Self>,
                    Option<&Tan<Self::A, Self::F>>,
                    Option<&mut Tan<Self::A, Self::F>>,
                    Option<&mut Tan<Self::A, Self::F>>,
                    Option<&Other>,
                    Option<&Tan<Self::B, Self::F>>,
                    Option<&mut Tan<Self::B, Self::F>>,
                    Option<&mut Tan<Self::B, Self::F>>,
                ) + use<Self, Other>,
            ) {
                let (value, tangent) = engine::jvp::<Self::A, Self::B, Self::Y, Self::F, Self::F, _>(
                    &Self::RULE, (self, dot), (other, other_dot),
                );
                let kept = value.clone();
                let pullback = move |
                    seed: Tan<Self::Y, Self::F>,
                    seed_dot: Tan<Self::Y, Self::F>,
                    a: Option<&Self>,
                    a_dot: Option<&Tan<Self::A, Self::F>>,
                    a_bar: Option<&mut Tan<Self::A, Self::F>>,
                    a_bar_dot: Option<&mut Tan<Self::A, Self::F>>,
                    b: Option<&Other>,
                    b_dot: Option<&Tan<Self::B, Self::F>>,
                    b_bar: Option<&mut Tan<Self::B, Self::F>>,
                    b_bar_dot: Option<&mut Tan<Self::B, Self::F>>,
                | {
                    let (a, b) = engine::again(a, b);
                    engine::pull_dual::<Self::A, Self::B, Self::Y, Self::F, _>(
                        &Self::RULE, (a, a_dot), (b, b_dot), (&kept, &seed, &seed_dot),
                        (a_bar, a_bar_dot), (b_bar, b_bar_dot),
                    );
                };
                (value, tangent, pullback)
            }

            /// Value and nodes.
            fn [<__autodiff_ $name _trace>](
                &self,
                node: Option<&Tan<Self::A, Node>>,
                other: &Other,
                other_node: Option<&Tan<Self::B, Node>>,
                trace: &mut Trace,
            ) -> (Of<Self::Y, Self::F>, Tan<Self::Y, Node>) {
                let value = Self::RULE.primal(self, other);
                let nodes = engine::record::<Self::A, Self::B, Self::Y, Self::F, _>(
                    &Self::RULE, (self, node), (other, other_node), &value, trace,
                );
                (value, nodes)
            }
        }
    )* } };
}

unary! {
    norm norm_squared magnitude magnitude_squared normalize transpose sum mean trace diagonal determinant
    try_inverse inverse lu cholesky l ln_determinant clone_owned into_owned unwrap abs max min
    row_sum column_sum row_mean column_mean lower_triangle upper_triangle
    matrix into_inner conjugate to_rotation_matrix angle scaled_axis cross_matrix
}
binary! {
    dot component_mul component_div cross tr_mul solve metric_distance
    solve_lower_triangular solve_upper_triangular tr_solve_lower_triangular tr_solve_upper_triangular
    transform_vector transform_point inverse_transform_vector inverse_transform_point
}

/// Which rule belongs to a method of a receiver.
macro_rules! by {
    ($($name:ident [$($generics:tt)*] $this:ty: $A:ty => $Y:ty, $rule:path, [$($bound:tt)*];)*) => { paste! { $(
        impl<T: Float, $($generics)*> [<$name:camel Method>] for $this
        where
            DefaultAllocator: $($bound)*,
        {
            type F = T;
            type A = $A;
            type Y = $Y;
            type K = $rule;
            const RULE: $rule = $rule;
        }
    )* } };
}
by! {
    norm [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::Norm, [Allocator<R, C>];
    norm_squared [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::NormSquared, [Allocator<R, C>];
    magnitude [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::Norm, [Allocator<R, C>];
    magnitude_squared [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::NormSquared, [Allocator<R, C>];
    abs [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, C>, rule::Absolute, [Allocator<R, C>];
    max [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::Largest, [Allocator<R, C>];
    min [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::Smallest, [Allocator<R, C>];
    row_sum [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<U1, C>, rule::RowSum, [Allocator<R, C> + Allocator<U1, C>];
    row_mean [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<U1, C>, rule::RowMean, [Allocator<R, C> + Allocator<U1, C>];
    column_sum [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, U1>, rule::ColumnSum, [Allocator<R, C> + Allocator<R>];
    column_mean [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, U1>, rule::ColumnMean, [Allocator<R, C> + Allocator<R>];
    lower_triangle [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, C>, rule::LowerTriangle, [Allocator<R, C>];
    upper_triangle [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, C>, rule::UpperTriangle, [Allocator<R, C>];
    normalize [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, C>, rule::Normalized, [Allocator<R, C>];
    transpose [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<C, R>, rule::Transposed,
        [Allocator<R, C> + Allocator<C, R>];
    sum [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::Total, [Allocator<R, C>];
    mean [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Number, rule::Mean, [Allocator<R, C>];
    trace [D: Dim] OMatrix<T, D, D>: Mat<D, D> => Number, rule::Trace, [Allocator<D, D>];
    diagonal [D: DimMin<D, Output = D>] OMatrix<T, D, D>: Mat<D, D> => Mat<D, U1>, rule::Diagonal,
        [Allocator<D, D> + Allocator<D>];
    determinant [D: DimMin<D, Output = D>] OMatrix<T, D, D>: Mat<D, D> => Number, rule::Determinant,
        [Allocator<D, D> + Allocator<D>];
    try_inverse [D: Dim] OMatrix<T, D, D>: Mat<D, D> => Maybe<Mat<D, D>>, rule::Inverse, [Allocator<D, D>];
    clone_owned [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, C>, rule::Copied, [Allocator<R, C>];
    into_owned [R: Dim, C: Dim] OMatrix<T, R, C>: Mat<R, C> => Mat<R, C>, rule::Copied, [Allocator<R, C>];
    lu [D: DimMin<D, Output = D>] OMatrix<T, D, D>: Mat<D, D> => Lu<D>, solve::Eliminate,
        [Allocator<D, D> + Allocator<D>];
    cholesky [D: DimMin<D, Output = D>] OMatrix<T, D, D>: Mat<D, D> => Maybe<Chol<D>>, solve::Root,
        [Allocator<D, D> + Allocator<D>];
    determinant [D: DimMin<D, Output = D>] Eliminated<T, D>: Lu<D> => Number, solve::FactoredDeterminant,
        [Allocator<D, D> + Allocator<D>];
    try_inverse [D: DimMin<D, Output = D>] Eliminated<T, D>: Lu<D> => Maybe<Mat<D, D>>, solve::FactoredInverse,
        [Allocator<D, D> + Allocator<D>];
    determinant [D: DimMin<D, Output = D>] Rooted<T, D>: Chol<D> => Number, solve::FactoredDeterminant,
        [Allocator<D, D> + Allocator<D>];
    ln_determinant [D: DimMin<D, Output = D>] Rooted<T, D>: Chol<D> => Number, solve::LnDeterminant,
        [Allocator<D, D> + Allocator<D>];
    inverse [D: DimMin<D, Output = D>] Rooted<T, D>: Chol<D> => Mat<D, D>, solve::FactoredInverse,
        [Allocator<D, D> + Allocator<D>];
    unwrap [R: Dim, C: Dim] Option<OMatrix<T, R, C>>: Maybe<Mat<R, C>> => Mat<R, C>, Unwrap, [Allocator<R, C>];
    unwrap [D: DimMin<D, Output = D>] Option<Rooted<T, D>>: Maybe<Chol<D>> => Chol<D>, Unwrap,
        [Allocator<D, D> + Allocator<D>];
    l [D: DimMin<D, Output = D>] Rooted<T, D>: Chol<D> => Mat<D, D>, solve::LowerFactor,
        [Allocator<D, D> + Allocator<D>];
}

macro_rules! by_two {
    ($($name:ident [$($generics:tt)*] $this:ty, $other:ty: $A:ty, $B:ty => $Y:ty, $rule:path, [$($bound:tt)*];)*) => { paste! { $(
        impl<T: Float, $($generics)*> [<$name:camel Method>]<$other> for $this
        where
            DefaultAllocator: $($bound)*,
        {
            type F = T;
            type A = $A;
            type B = $B;
            type Y = $Y;
            type K = $rule;
            const RULE: $rule = $rule;
        }
    )* } };
}
by_two! {
    dot [R: Dim, C: Dim] OMatrix<T, R, C>, OMatrix<T, R, C>: Mat<R, C>, Mat<R, C> => Number, rule::Dot, [Allocator<R, C>];
    component_mul [R: Dim, C: Dim] OMatrix<T, R, C>, OMatrix<T, R, C>: Mat<R, C>, Mat<R, C> => Mat<R, C>,
        rule::ComponentProduct, [Allocator<R, C>];
    component_div [R: Dim, C: Dim] OMatrix<T, R, C>, OMatrix<T, R, C>: Mat<R, C>, Mat<R, C> => Mat<R, C>,
        rule::ComponentQuotient, [Allocator<R, C>];
    cross [R: Dim, C: Dim] OMatrix<T, R, C>, OMatrix<T, R, C>: Mat<R, C>, Mat<R, C> => Mat<R, C>,
        rule::Cross, [Allocator<R, C>];
    tr_mul [R: Dim, K: Dim, C: Dim] OMatrix<T, K, R>, OMatrix<T, K, C>: Mat<K, R>, Mat<K, C> => Mat<R, C>,
        rule::TransposedProduct,
        [Allocator<K, R> + Allocator<K, C> + Allocator<R, C> + Allocator<R, K> + Allocator<C, R>];
    solve [D: DimMin<D, Output = D>, C: Dim] Eliminated<T, D>, OMatrix<T, D, C>: Lu<D>, Mat<D, C> => Maybe<Mat<D, C>>,
        solve::Solve, [Allocator<D, D> + Allocator<D> + Allocator<D, C> + Allocator<C, D>];
    solve [D: DimMin<D, Output = D>, C: Dim] Rooted<T, D>, OMatrix<T, D, C>: Chol<D>, Mat<D, C> => Mat<D, C>,
        solve::Solve, [Allocator<D, D> + Allocator<D> + Allocator<D, C> + Allocator<C, D>];
}

// Rotations and what they are applied to.
by! {
    inverse [const D: usize] Rotation<T, D>: Rot<D> => Rot<D>, rigid::Reversed, [];
    transpose [const D: usize] Rotation<T, D>: Rot<D> => Rot<D>, rigid::Reversed, [];
    matrix [const D: usize] Rotation<T, D>: Rot<D> => Mat<Const<D>, Const<D>>, rigid::Entries, [];
    into_inner [const D: usize] Rotation<T, D>: Rot<D> => Mat<Const<D>, Const<D>>, rigid::Entries, [];
    angle [] Rotation<T, 2>: Rot<2> => Number, rigid::Angle, [];
    angle [] Rotation<T, 3>: Rot<3> => Number, rigid::Angle, [];
    scaled_axis [] Rotation<T, 3>: Rot<3> => Mat<U3, U1>, rigid::LogarithmicMap, [];
    inverse [] UnitQuaternion<T>: Versor => Versor, rigid::Reversed, [];
    conjugate [] UnitQuaternion<T>: Versor => Versor, rigid::Reversed, [];
    to_rotation_matrix [] UnitQuaternion<T>: Versor => Rot<3>, rigid::Converted, [];
    angle [] UnitQuaternion<T>: Versor => Number, rigid::Angle, [];
    scaled_axis [] UnitQuaternion<T>: Versor => Mat<U3, U1>, rigid::LogarithmicMap, [];
    into_inner [] UnitQuaternion<T>: Versor => Quat, rigid::Taken, [];
    into_inner [const D: usize] Unit<SVector<T, D>>: Direction<D> => Mat<Const<D>, U1>, rigid::Taken, [];
    cross_matrix [] Vector3<T>: Mat<U3, U1> => Mat<U3, U3>, rigid::CrossMatrix, [];
}
by_two! {
    transform_vector [const D: usize] Rotation<T, D>, SVector<T, D>: Rot<D>, Mat<Const<D>, U1> => Mat<Const<D>, U1>, rigid::Turned, [];
    transform_point [const D: usize] Rotation<T, D>, OPoint<T, Const<D>>: Rot<D>, Pt<D> => Pt<D>, rigid::Turned, [];
    inverse_transform_vector [const D: usize] Rotation<T, D>, SVector<T, D>: Rot<D>, Mat<Const<D>, U1> => Mat<Const<D>, U1>,
        rigid::TurnedBack, [];
    inverse_transform_point [const D: usize] Rotation<T, D>, OPoint<T, Const<D>>: Rot<D>, Pt<D> => Pt<D>, rigid::TurnedBack, [];
    transform_vector [] UnitQuaternion<T>, Vector3<T>: Versor, Mat<U3, U1> => Mat<U3, U1>, rigid::Turned, [];
    transform_point [] UnitQuaternion<T>, Point3<T>: Versor, Pt<3> => Pt<3>, rigid::Turned, [];
    inverse_transform_vector [] UnitQuaternion<T>, Vector3<T>: Versor, Mat<U3, U1> => Mat<U3, U1>, rigid::TurnedBack, [];
    inverse_transform_point [] UnitQuaternion<T>, Point3<T>: Versor, Pt<3> => Pt<3>, rigid::TurnedBack, [];
    metric_distance [R: Dim, C: Dim] OMatrix<T, R, C>, OMatrix<T, R, C>: Mat<R, C>, Mat<R, C> => Number, rule::Distance, [Allocator<R, C>];
    solve_lower_triangular [D: Dim, C: Dim] OMatrix<T, D, D>, OMatrix<T, D, C>: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>,
        solve::LowerSolve, [Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
    solve_upper_triangular [D: Dim, C: Dim] OMatrix<T, D, D>, OMatrix<T, D, C>: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>,
        solve::UpperSolve, [Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
    tr_solve_lower_triangular [D: Dim, C: Dim] OMatrix<T, D, D>, OMatrix<T, D, C>: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>,
        solve::LowerTransposedSolve, [Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
    tr_solve_upper_triangular [D: Dim, C: Dim] OMatrix<T, D, D>, OMatrix<T, D, C>: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>,
        solve::UpperTransposedSolve, [Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
}
