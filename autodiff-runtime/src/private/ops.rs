//! Operators on operands whose types only the compiler knows.
//!
//! The macro sees `a * b` and may not know whether these are floats, integers, matrices or types of
//! the user's with operators of their own. The traits here lead from the types of the operands to
//! the rule. Both operands are given by reference, whatever the user wrote.

use super::rows::{self, dual, push, record, template};
use super::{Lane, Tree, ZeroLike, add_lane, take_lane};
use crate::trace::Node;
use crate::{Scalar, Trace};
use std::marker::PhantomData;

/// An operand that the user gives by value.
#[derive(Clone, Copy, Debug)]
pub enum Owned {}

/// An operand that the user gives by reference.
#[derive(Clone, Copy, Debug)]
pub enum Borrowed {}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident<$($param:ident),*>;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<$($param),*>(PhantomData<($($param,)*)>);
    )*};
}
operators! {
    /// `a + b`.
    Add<P, Q>;
    /// `a - b`.
    Sub<P, Q>;
    /// `a * b`.
    Mul<P, Q>;
    /// `a / b`.
    Div<P, Q>;
    /// `a % b`.
    Rem<P, Q>;
    /// `-a`; the other operand is `()`.
    Neg<P>;
    /// `a as F`; the other operand is `()`.
    Cast<F>;
}

/// The tangent of a value of type `T` over scalars `V`.
pub type Tangent<T, V> = <T as ZeroLike<V>>::Zero;

/// Forward mode of an operator, over tangents of scalars `V`.
#[diagnostic::on_unimplemented(
    message = "no derivative is known of this operator on `{Self}`",
    label = "this operator has no derivative",
    note = "put `#[differentiate]` on the `impl` of the operator, or write it as a call of a \
            function under `#[differentiate]`"
)]
pub trait Forward<Op, B: ZeroLike<V>, V>: ZeroLike<V> {
    /// What the operator gives.
    type Output;
    /// The tangent of that.
    type Dot;

    /// Value and tangent.
    fn jvp(
        &self,
        dot: Option<&Self::Zero>,
        other: &B,
        other_dot: Option<&B::Zero>,
    ) -> (Self::Output, Self::Dot);
}

/// Reverse mode of an operator, over the float `F`.
#[diagnostic::on_unimplemented(
    message = "no derivative is known of this operator on `{Self}`",
    label = "this operator has no derivative",
    note = "put `#[differentiate]` on the `impl` of the operator, or write it as a call of a \
            function under `#[differentiate]`"
)]
pub trait Reverse<Op, B: ZeroLike<F>, F>: ZeroLike<F> {
    /// What the operator gives.
    type Output;
    /// The adjoint of that.
    type Bar;

    /// Value and pullback.
    #[allow(clippy::type_complexity)]
    fn pull(
        &self,
        other: &B,
    ) -> (
        Self::Output,
        impl FnOnce(Self::Bar, Option<&Self>, Option<&mut Self::Zero>, Option<&B>, Option<&mut B::Zero>)
        + use<Self, Op, B, F>,
    );

    /// Value, tangent, and pullback with tangents.
    #[allow(clippy::type_complexity)]
    fn pull_jvp(
        &self,
        dot: Option<&Self::Zero>,
        other: &B,
        other_dot: Option<&B::Zero>,
    ) -> (
        Self::Output,
        Self::Bar,
        impl FnOnce(
            Self::Bar,
            Self::Bar,
            Option<&Self>,
            Option<&Self::Zero>,
            Option<&mut Self::Zero>,
            Option<&mut Self::Zero>,
            Option<&B>,
            Option<&B::Zero>,
            Option<&mut B::Zero>,
            Option<&mut B::Zero>,
        ) + use<Self, Op, B, F>,
    );
}

/// What has tangents over lanes `V`, each lane being one over floats `F`.
pub trait Part<V, F>: ZeroLike<V, Zero: Tree<V>> + ZeroLike<F, Zero: Tree<F>> {}

impl<V, F, T: ZeroLike<V, Zero: Tree<V>> + ZeroLike<F, Zero: Tree<F>>> Part<V, F> for T {}

/// Value, and pullback for several cotangents at once: lane by lane.
#[inline]
#[allow(clippy::type_complexity)]
pub fn pull_rows<Op, A, B, F, V>(
    a: &A,
    b: &B,
) -> (
    A::Output,
    impl FnOnce(
        Tangent<A::Output, V>,
        Option<&A>,
        Option<&mut Tangent<A, V>>,
        Option<&B>,
        Option<&mut Tangent<B, V>>,
    ) + use<Op, A, B, F, V>,
)
where
    F: Scalar + 'static,
    V: Lane<F>,
    A: Reverse<Op, B, F> + Part<V, F>,
    B: Part<V, F>,
    A::Output: Part<V, F> + ZeroLike<F, Zero = A::Bar>,
{
    // A pullback runs once, and owns what it needs but the arguments that it is given again.
    let (value, first) = a.pull(b);
    let mut pullbacks = Vec::with_capacity(V::LANES);
    pullbacks.push(first);
    pullbacks.extend((1..V::LANES).map(|_| a.pull(b).1));
    let outline = <A::Output as ZeroLike<F>>::outline(&value);
    let outlines = (
        <A as ZeroLike<F>>::outline(a),
        <B as ZeroLike<F>>::outline(b),
    );
    let pullback = move |seed: Tangent<A::Output, V>,
                         a: Option<&A>,
                         mut a_bar: Option<&mut Tangent<A, V>>,
                         b: Option<&B>,
                         mut b_bar: Option<&mut Tangent<B, V>>| {
        for (k, pullback) in pullbacks.into_iter().enumerate() {
            let mut one = <A::Output as ZeroLike<F>>::zero_of(&outline);
            take_lane::<V, F, _, _>(&seed, &mut one, k);
            let mut for_a = <A as ZeroLike<F>>::zero_of(&outlines.0);
            let mut for_b = <B as ZeroLike<F>>::zero_of(&outlines.1);
            pullback(one, a, Some(&mut for_a), b, Some(&mut for_b));
            add_lane::<V, F, _, _>(&for_a, a_bar.as_deref_mut(), k);
            add_lane::<V, F, _, _>(&for_b, b_bar.as_deref_mut(), k);
        }
    };
    (value, pullback)
}

/// An operator that enters its equations into a printable trace.
#[diagnostic::on_unimplemented(
    message = "no derivative is known of this operator on `{Self}`",
    label = "this operator has no derivative",
    note = "put `#[differentiate]` on the `impl` of the operator, or write it as a call of a \
            function under `#[differentiate]`"
)]
pub trait Record<Op, B: ZeroLike<Node>>: ZeroLike<Node> {
    /// What the operator gives.
    type Output;
    /// The nodes of that.
    type Nodes;

    /// Value and nodes.
    fn record(
        &self,
        node: Option<&Self::Zero>,
        other: &B,
        other_node: Option<&B::Zero>,
        trace: &mut Trace,
    ) -> (Self::Output, Self::Nodes);
}

/// The operators of floats, by their rows.
macro_rules! float_operators {
    ($float:ty: $($op:ident<$($param:ident),*> $row:ident($a:ident $(, $b:ident)?) $other:ty;)*) => {$(
        impl<$($param,)* V: Lane<$float>> Forward<$op<$($param),*>, $other, V> for $float {
            type Output = $float;
            type Dot = V;

            #[inline]
            fn jvp(
                &self,
                $a: Option<&V>,
                _other: &$other,
                _other_dot: Option<&Tangent<$other, V>>,
            ) -> ($float, V) {
                let (value, partials) = rows::$row(*self $(, float_operators!(@take $b *_other))?);
                let dots = [$a.copied() $(, float_operators!(@take $b _other_dot.copied()))?];
                (value, push(partials, dots))
            }
        }

        impl<$($param),*> Reverse<$op<$($param),*>, $other, $float> for $float {
            type Output = $float;
            type Bar = $float;

            #[inline]
            fn pull(
                &self,
                _other: &$other,
            ) -> (
                $float,
                impl FnOnce(
                    $float,
                    Option<&$float>,
                    Option<&mut $float>,
                    Option<&$other>,
                    Option<&mut Tangent<$other, $float>>,
                ) + use<$($param),*>,
            ) {
                let (value, partials) = rows::$row(*self $(, float_operators!(@take $b *_other))?);
                let pullback = move |
                    seed: $float,
                    _: Option<&$float>,
                    $a: Option<&mut $float>,
                    _: Option<&$other>,
                    _other: Option<&mut Tangent<$other, $float>>
                | rows::pull(seed, partials, [$a $(, float_operators!(@take $b _other))?]);
                (value, pullback)
            }

            #[inline]
            fn pull_jvp(
                &self,
                $a: Option<&$float>,
                _other: &$other,
                _other_dot: Option<&Tangent<$other, $float>>,
            ) -> (
                $float,
                $float,
                impl FnOnce(
                    $float,
                    $float,
                    Option<&$float>,
                    Option<&$float>,
                    Option<&mut $float>,
                    Option<&mut $float>,
                    Option<&$other>,
                    Option<&Tangent<$other, $float>>,
                    Option<&mut Tangent<$other, $float>>,
                    Option<&mut Tangent<$other, $float>>,
                ) + use<$($param),*>,
            ) {
                let (value, _) = rows::$row(*self $(, float_operators!(@take $b *_other))?);
                let (with_dot, partials) = rows::$row(
                    dual(*self, $a.copied())
                    $(, float_operators!(@take $b dual(*_other, _other_dot.copied())))?
                );
                let pullback = move |
                    seed: $float,
                    seed_dot: $float,
                    _: Option<&$float>,
                    _: Option<&$float>,
                    $a: Option<&mut $float>,
                    dot: Option<&mut $float>,
                    _: Option<&$other>,
                    _: Option<&Tangent<$other, $float>>,
                    _other: Option<&mut Tangent<$other, $float>>,
                    _other_dot: Option<&mut Tangent<$other, $float>>,
                | rows::pull_dual(
                    (seed, seed_dot),
                    partials,
                    [$a $(, float_operators!(@take $b _other))?],
                    [dot $(, float_operators!(@take $b _other_dot))?],
                );
                (value, with_dot.tangent, pullback)
            }
        }

        impl<$($param),*> Record<$op<$($param),*>, $other> for $float {
            type Output = $float;
            type Nodes = Node;

            fn record(
                &self,
                $a: Option<&Node>,
                _other: &$other,
                _other_node: Option<&Tangent<$other, Node>>,
                trace: &mut Trace,
            ) -> ($float, Node) {
                let parents = [
                    (*self, $a.copied())
                    $(, float_operators!(@take $b (*_other, _other_node.copied())))?
                ];
                let row = rows::$row(*self $(, float_operators!(@take $b *_other))?);
                record(trace, &template(stringify!($row), parents.len(), 0), row, parents, &[])
            }
        }
    )*};
    (@take $b:ident $tokens:expr) => { $tokens };
}
float_operators! { f64:
    Add<P, Q> add(a, b) f64;
    Sub<P, Q> sub(a, b) f64;
    Mul<P, Q> mul(a, b) f64;
    Div<P, Q> div(a, b) f64;
    Rem<P, Q> rem(a, b) f64;
    Neg<P> neg(a) ();
}
float_operators! { f32:
    Add<P, Q> add(a, b) f32;
    Sub<P, Q> sub(a, b) f32;
    Mul<P, Q> mul(a, b) f32;
    Div<P, Q> div(a, b) f32;
    Rem<P, Q> rem(a, b) f32;
    Neg<P> neg(a) ();
}

/// Operators of which nothing depends on anything.
macro_rules! without_derivative {
    ($([$($param:ident),*] $op:ty, $a:ident $x:ty, $b:ident $y:ty => $value:expr, $output:ty,
        [$($lane:tt)*] [$($reverse:ident)?] $float:ty;)*) => {$(
        impl<$($param,)* $($lane)*> Forward<$op, $y, V> for $x {
            type Output = $output;
            type Dot = Tangent<$output, V>;

            #[inline]
            fn jvp(
                &self,
                _: Option<&()>,
                $b: &$y,
                _: Option<&()>,
            ) -> ($output, Tangent<$output, V>) {
                let $a = self;
                let value = $value;
                let dot = <$output as ZeroLike<V>>::zero_like(&value);
                (value, dot)
            }
        }

        impl<$($param,)* $($reverse)?> Reverse<$op, $y, $float> for $x {
            type Output = $output;
            type Bar = Tangent<$output, $float>;

            #[inline]
            fn pull(
                &self,
                $b: &$y,
            ) -> (
                $output,
                impl FnOnce(Self::Bar, Option<&$x>, Option<&mut ()>, Option<&$y>, Option<&mut ()>)
                + use<$($param,)* $($reverse)?>,
            ) {
                let $a = self;
                ($value, |_: Self::Bar, _: Option<&$x>, _: Option<&mut ()>, _: Option<&$y>, _: Option<&mut ()>| {})
            }

            #[inline]
            fn pull_jvp(
                &self,
                _: Option<&()>,
                $b: &$y,
                _: Option<&()>,
            ) -> (
                $output,
                Self::Bar,
                impl FnOnce(
                    Self::Bar,
                    Self::Bar,
                    Option<&$x>,
                    Option<&()>,
                    Option<&mut ()>,
                    Option<&mut ()>,
                    Option<&$y>,
                    Option<&()>,
                    Option<&mut ()>,
                    Option<&mut ()>,
                ) + use<$($param,)* $($reverse)?>,
            ) {
                let $a = self;
                let value = $value;
                let dot = <$output as ZeroLike<$float>>::zero_like(&value);
                let pullback = |
                    _: Self::Bar,
                    _: Self::Bar,
                    _: Option<&$x>,
                    _: Option<&()>,
                    _: Option<&mut ()>,
                    _: Option<&mut ()>,
                    _: Option<&$y>,
                    _: Option<&()>,
                    _: Option<&mut ()>,
                    _: Option<&mut ()>,
                | {};
                (value, dot, pullback)
            }
        }

        impl<$($param),*> Record<$op, $y> for $x {
            type Output = $output;
            type Nodes = Tangent<$output, Node>;

            fn record(
                &self,
                _: Option<&()>,
                $b: &$y,
                _: Option<&()>,
                _: &mut Trace,
            ) -> ($output, Self::Nodes) {
                let $a = self;
                let value = $value;
                let nodes = <$output as ZeroLike<Node>>::zero_like(&value);
                (value, nodes)
            }
        }
    )*};
}

macro_rules! integers {
    ($($int:ty)*) => {$(
        without_derivative! {
            [P, Q] Add<P, Q>, a $int, b $int => *a + *b, $int, [V] [F] F;
            [P, Q] Sub<P, Q>, a $int, b $int => *a - *b, $int, [V] [F] F;
            [P, Q] Mul<P, Q>, a $int, b $int => *a * *b, $int, [V] [F] F;
            [P, Q] Div<P, Q>, a $int, b $int => *a / *b, $int, [V] [F] F;
            [P, Q] Rem<P, Q>, a $int, b $int => *a % *b, $int, [V] [F] F;
            [] Cast<f64>, a $int, _other () => *a as f64, f64, [V: Lane<f64>] [] f64;
            [] Cast<f32>, a $int, _other () => *a as f32, f32, [V: Lane<f32>] [] f32;
        }
    )*};
}
integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! negative_integers {
    ($($int:ty)*) => {$(
        without_derivative! { [P] Neg<P>, a $int, _other () => -*a, $int, [V] [F] F; }
    )*};
}
negative_integers!(i8 i16 i32 i64 i128 isize);

/// `x as F` of what already is an `F`.
macro_rules! same_float {
    ($($float:ty)*) => {$(
        impl<V: Lane<$float>> Forward<Cast<$float>, (), V> for $float {
            type Output = $float;
            type Dot = V;

            #[inline]
            fn jvp(&self, dot: Option<&V>, (): &(), _: Option<&()>) -> ($float, V) {
                (*self, dot.copied().unwrap_or(V::zero()))
            }
        }

        impl Reverse<Cast<$float>, (), $float> for $float {
            type Output = $float;
            type Bar = $float;

            #[inline]
            fn pull(
                &self,
                (): &(),
            ) -> (
                $float,
                impl FnOnce($float, Option<&$float>, Option<&mut $float>, Option<&()>, Option<&mut ()>)
                + use<>,
            ) {
                let pullback = |
                    seed: $float,
                    _: Option<&$float>,
                    bar: Option<&mut $float>,
                    _: Option<&()>,
                    _: Option<&mut ()>,
                | rows::pull(seed, [1.0], [bar]);
                (*self, pullback)
            }

            #[inline]
            fn pull_jvp(
                &self,
                dot: Option<&$float>,
                (): &(),
                _: Option<&()>,
            ) -> (
                $float,
                $float,
                impl FnOnce(
                    $float,
                    $float,
                    Option<&$float>,
                    Option<&$float>,
                    Option<&mut $float>,
                    Option<&mut $float>,
                    Option<&()>,
                    Option<&()>,
                    Option<&mut ()>,
                    Option<&mut ()>,
                ) + use<>,
            ) {
                let pullback = |
                    seed: $float,
                    seed_dot: $float,
                    _: Option<&$float>,
                    _: Option<&$float>,
                    bar: Option<&mut $float>,
                    bar_dot: Option<&mut $float>,
                    _: Option<&()>,
                    _: Option<&()>,
                    _: Option<&mut ()>,
                    _: Option<&mut ()>,
                | {
                    rows::pull(seed, [1.0], [bar]);
                    rows::pull(seed_dot, [1.0], [bar_dot]);
                };
                (*self, dot.copied().unwrap_or(0.0), pullback)
            }
        }

        impl Record<Cast<$float>, ()> for $float {
            type Output = $float;
            type Nodes = Node;

            fn record(
                &self,
                node: Option<&Node>,
                (): &(),
                _: Option<&()>,
                _: &mut Trace,
            ) -> ($float, Node) {
                (*self, node.copied().unwrap_or(Node::NONE))
            }
        }
    )*};
}
same_float!(f64 f32);
