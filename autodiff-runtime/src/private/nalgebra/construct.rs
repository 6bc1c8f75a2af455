//! Matrices made of numbers, and what is in an `Option`.

use super::engine::{Of, Rule, Tan};
use super::spaces::{Float, Maybe, Nothing, Real, Space};
use crate::Trace;
use crate::private::{HeldConstant, Lane};
use crate::trace::Node;
use nalgebra::{Const, OMatrix};

type Bars<'b, A, B, T> = (Option<&'b mut Tan<A, T>>, Option<&'b mut Tan<B, T>>);

/// `Vector3::new(x, y, z)`, `Matrix2::new(a, b, c, d)`, row by row.
macro_rules! constructors {
    ($($name:ident ($rows:literal, $columns:literal): $($x:ident $dot:ident $i:literal $j:literal),*;)*) => {$(
        /// `new`
        #[allow(clippy::too_many_arguments, clippy::type_complexity)]
        pub trait $name<F: Float>: Sized {
            /// Value and tangent.
            fn __autodiff_new_jvp<V: Lane<F>>(
                $($x: F, $dot: Option<V>),*
            ) -> (Self, OMatrix<V, Const<$rows>, Const<$columns>>);

            /// Value and pullback.
            fn __autodiff_new_pull(
                $($x: F),*
            ) -> (
                Self,
                impl FnOnce(
                    OMatrix<F, Const<$rows>, Const<$columns>>,
                    $(constructors!(@type $x Option<HeldConstant>), Option<&mut F>),*
                ) + use<Self, F>,
            );

            /// Value, tangent, and pullback with tangents.
            fn __autodiff_new_pull_jvp(
                $($x: F, $dot: Option<F>),*
            ) -> (
                Self,
                OMatrix<F, Const<$rows>, Const<$columns>>,
                impl FnOnce(
                    OMatrix<F, Const<$rows>, Const<$columns>>,
                    OMatrix<F, Const<$rows>, Const<$columns>>,
                    $(
                        constructors!(@type $x Option<HeldConstant>),
                        Option<HeldConstant>,
                        Option<&mut F>,
                        Option<&mut F>
                    ),*
                ) + use<Self, F>,
            );

            /// Value and nodes.
            fn __autodiff_new_trace(
                $($x: F, $dot: Option<Node>,)*
                trace: &mut Trace,
            ) -> (Self, OMatrix<Node, Const<$rows>, Const<$columns>>);
        }

        impl<F: Float> $name<F> for OMatrix<F, Const<$rows>, Const<$columns>> {
            fn __autodiff_new_jvp<V: Lane<F>>(
                $($x: F, $dot: Option<V>),*
            ) -> (Self, OMatrix<V, Const<$rows>, Const<$columns>>) {
                let dot = OMatrix::<V, Const<$rows>, Const<$columns>>::from_row_slice(
                    &[$($dot.unwrap_or_default()),*],
                );
                (Self::from_row_slice(&[$($x),*]), dot)
            }

            fn __autodiff_new_pull(
                $($x: F),*
            ) -> (
                Self,
                impl FnOnce(
                    OMatrix<F, Const<$rows>, Const<$columns>>,
                    $(constructors!(@type $x Option<HeldConstant>), Option<&mut F>),*
                ) + use<F>,
            ) {
                let pullback = |
                    seed: OMatrix<F, Const<$rows>, Const<$columns>>,
                    $(_: Option<HeldConstant>, $x: Option<&mut F>),*
                | {
                    $(if let Some(bar) = $x {
                        *bar += seed[($i, $j)];
                    })*
                };
                (Self::from_row_slice(&[$($x),*]), pullback)
            }

            fn __autodiff_new_pull_jvp(
                $($x: F, $dot: Option<F>),*
            ) -> (
                Self,
                OMatrix<F, Const<$rows>, Const<$columns>>,
                impl FnOnce(
                    OMatrix<F, Const<$rows>, Const<$columns>>,
                    OMatrix<F, Const<$rows>, Const<$columns>>,
                    $(
                        constructors!(@type $x Option<HeldConstant>),
                        Option<HeldConstant>,
                        Option<&mut F>,
                        Option<&mut F>
                    ),*
                ) + use<F>,
            ) {
                let (value, tangent) = Self::__autodiff_new_jvp::<F>($($x, $dot),*);
                let pullback = |
                    seed: OMatrix<F, Const<$rows>, Const<$columns>>,
                    seed_dot: OMatrix<F, Const<$rows>, Const<$columns>>,
                    $(
                        _: Option<HeldConstant>,
                        _: Option<HeldConstant>,
                        $x: Option<&mut F>,
                        $dot: Option<&mut F>
                    ),*
                | {
                    $(if let Some(bar) = $x {
                        *bar += seed[($i, $j)];
                    }
                    if let Some(bar) = $dot {
                        *bar += seed_dot[($i, $j)];
                    })*
                };
                (value, tangent, pullback)
            }

            fn __autodiff_new_trace(
                $($x: F, $dot: Option<Node>,)*
                _: &mut Trace,
            ) -> (Self, OMatrix<Node, Const<$rows>, Const<$columns>>) {
                let nodes = OMatrix::<Node, Const<$rows>, Const<$columns>>::from_row_slice(
                    &[$($dot.unwrap_or_default()),*],
                );
                (Self::from_row_slice(&[$($x),*]), nodes)
            }
        }
    )*};
    (@type $x:ident $ty:ty) => { $ty };
}
constructors! {
    NewVector1 (1, 1): a da 0 0;
    NewVector2 (2, 1): a da 0 0, b db 1 0;
    NewVector3 (3, 1): a da 0 0, b db 1 0, c dc 2 0;
    NewVector4 (4, 1): a da 0 0, b db 1 0, c dc 2 0, d dd 3 0;
    NewVector5 (5, 1): a da 0 0, b db 1 0, c dc 2 0, d dd 3 0, e de 4 0;
    NewVector6 (6, 1): a da 0 0, b db 1 0, c dc 2 0, d dd 3 0, e de 4 0, f df 5 0;
    NewRow2 (1, 2): a da 0 0, b db 0 1;
    NewRow3 (1, 3): a da 0 0, b db 0 1, c dc 0 2;
    NewRow4 (1, 4): a da 0 0, b db 0 1, c dc 0 2, d dd 0 3;
    NewMatrix2 (2, 2): a da 0 0, b db 0 1, c dc 1 0, d dd 1 1;
    NewMatrix2x3 (2, 3): a da 0 0, b db 0 1, c dc 0 2, d dd 1 0, e de 1 1, f df 1 2;
    NewMatrix3x2 (3, 2): a da 0 0, b db 0 1, c dc 1 0, d dd 1 1, e de 2 0, f df 2 1;
    NewMatrix3 (3, 3): a da 0 0, b db 0 1, c dc 0 2, d dd 1 0, e de 1 1, f df 1 2, g dg 2 0, h dh 2 1, i di 2 2;
    NewMatrix4 (4, 4): a da 0 0, b db 0 1, c dc 0 2, d dd 0 3, e de 1 0, f df 1 1, g dg 1 2, h dh 1 3,
        i di 2 0, j dj 2 1, k dk 2 2, l dl 2 3, m dm 3 0, n dn 3 1, o do_ 3 2, p dp 3 3;
}

/// What is in an `Option`.
#[derive(Clone, Copy, Debug)]
pub struct Unwrap;

impl<S: Space> Rule<Maybe<S>, Nothing, S> for Unwrap {
    const NAME: &'static str = "unwrap";

    #[track_caller]
    fn primal<T: Real>(&self, a: &Option<Of<S, T>>, (): &()) -> Of<S, T> {
        a.clone().unwrap()
    }

    fn pullback<T: Real>(
        &self,
        (a, ()): (&Option<Of<S, T>>, &()),
        _: Option<&Of<S, T>>,
        seed: &Tan<S, T>,
        bars: Bars<'_, Maybe<S>, Nothing, T>,
    ) {
        if let (Some(a), Some(Some(bar))) = (a, bars.0) {
            for k in 0..S::len(a) {
                *S::get_mut(bar, k) += S::get(seed, k);
            }
        }
    }
}

/// `option.expect("…")`
#[allow(clippy::type_complexity)]
pub trait ExpectMethod: super::methods::UnwrapMethod {
    /// The receiver.
    #[inline]
    fn __autodiff_expect(&self) -> &Self {
        self
    }

    /// Value and tangent.
    #[track_caller]
    fn __autodiff_expect_jvp<V: Lane<Self::F>>(
        &self,
        dot: Option<&Tan<Self::A, V>>,
        message: &str,
        _: Option<HeldConstant>,
    ) -> (Of<Self::Y, Self::F>, Tan<Self::Y, V>) {
        self.is_there(message);
        self.__autodiff_unwrap_jvp(dot)
    }

    /// Value and pullback.
    #[track_caller]
    fn __autodiff_expect_pull(
        &self,
        message: &str,
    ) -> (
        Of<Self::Y, Self::F>,
        impl FnOnce(
            Tan<Self::Y, Self::F>,
            Option<&Self>,
            Option<&mut Tan<Self::A, Self::F>>,
            Option<&str>,
            Option<HeldConstant>,
        ) + use<Self>,
    ) {
        self.is_there(message);
        let (value, pullback) = self.__autodiff_unwrap_pull();
        let pullback = move |seed: Tan<Self::Y, Self::F>,
                             a: Option<&Self>,
                             bar: Option<&mut Tan<Self::A, Self::F>>,
                             _: Option<&str>,
                             _: Option<HeldConstant>| pullback(seed, a, bar);
        (value, pullback)
    }

    /// Value, tangent, and pullback with tangents.
    #[track_caller]
    fn __autodiff_expect_pull_jvp(
        &self,
        dot: Option<&Tan<Self::A, Self::F>>,
        message: &str,
        _: Option<HeldConstant>,
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
            Option<&str>,
            Option<HeldConstant>,
            Option<HeldConstant>,
            Option<HeldConstant>,
        ) + use<Self>,
    ) {
        self.is_there(message);
        let (value, tangent, pullback) = self.__autodiff_unwrap_pull_jvp(dot);
        let pullback = move |seed: Tan<Self::Y, Self::F>,
                             seed_dot: Tan<Self::Y, Self::F>,
                             a: Option<&Self>,
                             dot: Option<&Tan<Self::A, Self::F>>,
                             bar: Option<&mut Tan<Self::A, Self::F>>,
                             bar_dot: Option<&mut Tan<Self::A, Self::F>>,
                             _: Option<&str>,
                             _: Option<HeldConstant>,
                             _: Option<HeldConstant>,
                             _: Option<HeldConstant>| {
            pullback(seed, seed_dot, a, dot, bar, bar_dot)
        };
        (value, tangent, pullback)
    }

    /// Value and nodes.
    #[track_caller]
    fn __autodiff_expect_trace(
        &self,
        node: Option<&Tan<Self::A, Node>>,
        message: &str,
        _: Option<HeldConstant>,
        trace: &mut Trace,
    ) -> (Of<Self::Y, Self::F>, Tan<Self::Y, Node>) {
        self.is_there(message);
        self.__autodiff_unwrap_trace(node, trace)
    }

    /// Panics with the message if it is not.
    #[track_caller]
    fn is_there(&self, message: &str);
}

impl<X> ExpectMethod for Option<X>
where
    Option<X>: super::methods::UnwrapMethod,
{
    #[track_caller]
    fn is_there(&self, message: &str) {
        assert!(self.is_some(), "{message}");
    }
}
