//! Functions and methods with any number of arguments, from one rule to the names by which generated
//! code calls them.
//!
//! A line of `function!` reads
//!
//! ```text
//! RotationFromAxisAngle from_axis_angle [] [] Rotation3<F>:
//!     (axis: shared(Direction<3>), angle: owned(Number)) => Rot<3>, AxisAngle;
//! ```
//!
//! a name for the trait, the function, generic parameters with and without bounds, the type it
//! belongs to, its arguments with their spaces, the space of the result, and the rule. Arguments are
//!
//! * `&self as m: S;`, first, of a method;
//! * `shared(S)`, `owned(S)`: given by reference or by value;
//! * `list(List)`: a slice of floats;
//! * `constant(T)`: without a derivative; the expression of the rule may use it.
//!
//! The rule acts on one operand, the nested pairs of what is not constant. Constants that a caller
//! writes behind `::` stand as `const N` in front of the type, bounds that involve them behind `each`.

/// See the module.
macro_rules! function {
    (@argument shared $s:ty) => { &Of<$s, F> };
    (@argument owned $s:ty) => { Of<$s, F> };
    (@argument list $s:ty) => { &[F] };
    (@argument constant $t:ty) => { $t };

    (@dot shared $s:ty, $v:ty) => { Option<&Tan<$s, $v>> };
    (@dot owned $s:ty, $v:ty) => { Option<Tan<$s, $v>> };
    (@dot list $s:ty, $v:ty) => { Option<&[$v]> };
    (@dot constant $t:ty, $v:ty) => { Option<HeldConstant> };

    (@again shared $s:ty) => { Option<&Of<$s, F>> };
    (@again list $s:ty) => { Option<&[F]> };
    (@again $kind:ident $s:ty) => { Option<HeldConstant> };

    (@dot_again shared $s:ty) => { Option<&Tan<$s, F>> };
    (@dot_again list $s:ty) => { Option<&[F]> };
    (@dot_again $kind:ident $s:ty) => { Option<HeldConstant> };

    (@bar list $s:ty) => { Option<&mut [F]> };
    (@bar constant $t:ty) => { Option<HeldConstant> };
    (@bar $kind:ident $s:ty) => { Option<&mut Tan<$s, F>> };

    (@space []) => { Nothing };
    (@space [constant $t:ty; $($rest:tt)*]) => { function!(@space [$($rest)*]) };
    (@space [$kind:ident $s:ty; $($rest:tt)*]) => { Pair<$s, function!(@space [$($rest)*])> };

    (@operand []) => { () };
    (@operand [$x:ident constant; $($rest:tt)*]) => { function!(@operand [$($rest)*]) };
    (@operand [$x:ident owned; $($rest:tt)*]) => { ($x, function!(@operand [$($rest)*])) };
    (@operand [$x:ident shared; $($rest:tt)*]) => { ($x.clone(), function!(@operand [$($rest)*])) };
    (@operand [$x:ident list; $($rest:tt)*]) => { ($x.to_vec(), function!(@operand [$($rest)*])) };

    (@tangent $v:ty, []) => { () };
    (@tangent $v:ty, [$x:ident $dot:ident constant $t:ty; $($rest:tt)*]) => {
        function!(@tangent $v, [$($rest)*])
    };
    (@tangent $v:ty, [$x:ident $dot:ident owned $s:ty; $($rest:tt)*]) => {
        (
            $dot.unwrap_or_else(|| <$s as Space>::zero::<F, $v>(&$x)),
            function!(@tangent $v, [$($rest)*]),
        )
    };
    (@tangent $v:ty, [$x:ident $dot:ident shared $s:ty; $($rest:tt)*]) => {
        (
            $dot.cloned().unwrap_or_else(|| <$s as Space>::zero::<F, $v>($x)),
            function!(@tangent $v, [$($rest)*]),
        )
    };
    (@tangent $v:ty, [$x:ident $dot:ident list $s:ty; $($rest:tt)*]) => {
        (
            $dot.map_or_else(|| vec![<$v>::default(); $x.len()], <[$v]>::to_vec),
            function!(@tangent $v, [$($rest)*]),
        )
    };

    (@add ($bars:expr) ($operand:expr) []) => {};
    (@add ($bars:expr) ($operand:expr) [$x:ident constant $t:ty; $($rest:tt)*]) => {
        function!(@add ($bars) ($operand) [$($rest)*]);
    };
    (@add ($bars:expr) ($operand:expr) [$x:ident list $s:ty; $($rest:tt)*]) => {
        if let Some(bar) = $x {
            bar.iter_mut().zip(&$bars.0).for_each(|(bar, more)| *bar += *more);
        }
        function!(@add ($bars.1) ($operand.1) [$($rest)*]);
    };
    (@add ($bars:expr) ($operand:expr) [$x:ident $kind:ident $s:ty; $($rest:tt)*]) => {
        if let Some(bar) = $x {
            for k in 0..<$s as Space>::len::<F>(&$operand.0) {
                *<$s as Space>::get_mut(bar, k) += <$s as Space>::get(&$bars.0, k);
            }
        }
        function!(@add ($bars.1) ($operand.1) [$($rest)*]);
    };

    ($($name:ident $function:ident [$($generics:tt)*] [$($bare:ident),*] $(const $n:ident)* $this:ty:
        ($(&$me:ident as $m:ident: $mine:ty;)? $($x:ident: $kind:ident($space:ty)),*) => $Y:ty, $rule:expr
        $(, where [$($bound:tt)*])? $(, each [$($each:tt)*])?;)*) => { pastey::paste! { $(
        #[doc = "`" $function "`"]
        #[allow(clippy::too_many_arguments, clippy::type_complexity, unused_variables)]
        pub trait $name<F: Float, $($generics)*>: Sized
        where
            nalgebra::DefaultAllocator: $($($bound)*)?,
        {
            $(
                #[doc = "The receiver, `" $m "`."]
                #[inline]
                fn [<__autodiff_ $function>](&$me) -> &Self {
                    $me
                }
            )?

            /// Value and tangent.
            #[track_caller]
            fn [<__autodiff_ $function _jvp>]<$(const $n: usize,)* V: Lane<F>>(
                $(&$me, [<$m _dot>]: Option<&Tan<$mine, V>>,)?
                $($x: function!(@argument $kind $space), [<$x _dot>]: function!(@dot $kind $space, V)),*
            ) -> (Of<$Y, F>, Tan<$Y, V>)
            where
                $(Self: Is<Of<$mine, F>>,)?
                nalgebra::DefaultAllocator: $($($each)*)?,
            {
                $(let $m = $me.is();)?
                let rule = $rule;
                let tangent = function!(@tangent V, [
                    $($m [<$m _dot>] shared $mine;)? $($x [<$x _dot>] $kind $space;)*
                ]);
                let operand = function!(@operand [$($m shared;)? $($x $kind;)*]);
                engine::jvp::<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y, F, V, _>(
                    &rule, (&operand, Some(&tangent)), (&(), None),
                )
            }

            /// Value and pullback.
            #[track_caller]
            fn [<__autodiff_ $function _pull>]<$(const $n: usize),*>(
                $(&$me,)?
                $($x: function!(@argument $kind $space)),*
            ) -> (
                Of<$Y, F>,
                impl FnOnce(
                    Tan<$Y, F>
                    $(, Option<&Self>, Option<&mut Tan<$mine, F>>)?
                    $(, function!(@again $kind $space), function!(@bar $kind $space))*
                ) + use<Self, F $(, $bare)* $(, $n)*>,
            )
            where
                $(Self: Is<Of<$mine, F>>,)?
                nalgebra::DefaultAllocator: $($($each)*)?,
            {
                $(let $m = $me.is();)?
                let rule = $rule;
                let operand: Of<function!(@space [$(shared $mine;)? $($kind $space;)*]), F> =
                    function!(@operand [$($m shared;)? $($x $kind;)*]);
                let value = <_ as Rule<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y>>::primal(&rule, &operand, &());
                let kept = engine::kept::<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y, F, _>(&rule, &value);
                let pullback = move |
                    seed: Tan<$Y, F>
                    $(, _: Option<&Self>, $m: Option<&mut Tan<$mine, F>>)?
                    $(, _: function!(@again $kind $space), $x: function!(@bar $kind $space))*
                | {
                    let mut bars = <function!(@space [$(shared $mine;)? $($kind $space;)*]) as Space>::zero::<F, F>(&operand);
                    let bars_of = (Some(&mut bars), None);
                    <_ as Rule<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y>>::pullback(&rule, (&operand, &()), kept.as_ref(), &seed, bars_of);
                    function!(@add (bars) (operand) [$($m shared $mine;)? $($x $kind $space;)*]);
                };
                (value, pullback)
            }

            /// Value, tangent, and pullback with tangents.
            #[track_caller]
            fn [<__autodiff_ $function _pull_jvp>]<$(const $n: usize),*>(
                $(&$me, [<$m _dot>]: Option<&Tan<$mine, F>>,)?
                $($x: function!(@argument $kind $space), [<$x _dot>]: function!(@dot $kind $space, F)),*
            ) -> (
                Of<$Y, F>,
                Tan<$Y, F>,
                impl FnOnce(
                    Tan<$Y, F>,
                    Tan<$Y, F>
                    $(,
                        Option<&Self>,
                        Option<&Tan<$mine, F>>,
                        Option<&mut Tan<$mine, F>>,
                        Option<&mut Tan<$mine, F>>
                    )?
                    $(,
                        function!(@again $kind $space),
                        function!(@dot_again $kind $space),
                        function!(@bar $kind $space),
                        function!(@bar $kind $space)
                    )*
                ) + use<Self, F $(, $bare)* $(, $n)*>,
            )
            where
                $(Self: Is<Of<$mine, F>>,)?
                nalgebra::DefaultAllocator: $($($each)*)?,
            {
                $(let $m = $me.is();)?
                let rule = $rule;
                let dot = function!(@tangent F, [
                    $($m [<$m _dot>] shared $mine;)? $($x [<$x _dot>] $kind $space;)*
                ]);
                let operand: Of<function!(@space [$(shared $mine;)? $($kind $space;)*]), F> =
                    function!(@operand [$($m shared;)? $($x $kind;)*]);
                let (value, tangent) = engine::jvp::<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y, F, F, _>(
                    &rule, (&operand, Some(&dot)), (&(), None),
                );
                let kept = value.clone();
                let pullback = move |
                    seed: Tan<$Y, F>,
                    seed_dot: Tan<$Y, F>
                    $(,
                        _: Option<&Self>,
                        _: Option<&Tan<$mine, F>>,
                        $m: Option<&mut Tan<$mine, F>>,
                        [<$m _dot>]: Option<&mut Tan<$mine, F>>
                    )?
                    $(,
                        _: function!(@again $kind $space),
                        _: function!(@dot_again $kind $space),
                        $x: function!(@bar $kind $space),
                        [<$x _dot>]: function!(@bar $kind $space)
                    )*
                | {
                    let mut bars = <function!(@space [$(shared $mine;)? $($kind $space;)*]) as Space>::zero::<F, F>(&operand);
                    let mut bar_dots = bars.clone();
                    engine::pull_dual::<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y, F, _>(
                        &rule, (&operand, Some(&dot)), (&(), None), (&kept, &seed, &seed_dot),
                        (Some(&mut bars), Some(&mut bar_dots)), (None, None),
                    );
                    function!(@add (bars) (operand) [$($m shared $mine;)? $($x $kind $space;)*]);
                    function!(@add (bar_dots) (operand) [
                        $([<$m _dot>] shared $mine;)? $([<$x _dot>] $kind $space;)*
                    ]);
                };
                (value, tangent, pullback)
            }

            /// Value and nodes.
            #[track_caller]
            fn [<__autodiff_ $function _trace>]<$(const $n: usize),*>(
                $(&$me, [<$m _dot>]: Option<&Tan<$mine, Node>>,)?
                $($x: function!(@argument $kind $space), [<$x _dot>]: function!(@dot $kind $space, Node),)*
                trace: &mut Trace,
            ) -> (Of<$Y, F>, Tan<$Y, Node>)
            where
                $(Self: Is<Of<$mine, F>>,)?
                nalgebra::DefaultAllocator: $($($each)*)?,
            {
                $(let $m = $me.is();)?
                let rule = $rule;
                let nodes = function!(@tangent Node, [
                    $($m [<$m _dot>] shared $mine;)? $($x [<$x _dot>] $kind $space;)*
                ]);
                let operand: Of<function!(@space [$(shared $mine;)? $($kind $space;)*]), F> =
                    function!(@operand [$($m shared;)? $($x $kind;)*]);
                let value = <_ as Rule<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y>>::primal(&rule, &operand, &());
                let nodes = engine::record::<function!(@space [$(shared $mine;)? $($kind $space;)*]), Nothing, $Y, F, _>(
                    &rule, (&operand, Some(&nodes)), (&(), None), &value, trace,
                );
                (value, nodes)
            }
        }

        impl<F: Float, $($generics)*> $name<F, $($bare),*> for $this
        where
            nalgebra::DefaultAllocator: $($($bound)*)?,
        {
        }
    )* } };
}
pub(super) use function;

/// The identity of types.
pub trait Is<T> {
    /// The same value.
    fn is(&self) -> &T;
}
impl<T> Is<T> for T {
    #[inline]
    fn is(&self) -> &T {
        self
    }
}
