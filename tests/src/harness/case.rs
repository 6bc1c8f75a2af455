//! From one line, `scalar!(black_scholes(spot, strike, const steps))`, to a test.
//!
//! The line repeats the signature without types: `x` is passed by value, `&x` and `&mut x` by
//! reference, `const n` and `const &n` are parameters that are not differentiated. The test runs
//! `corpus::NAME::NAME` and its siblings at every tuple of owned arguments in
//! `corpus::NAME::points()`.
//!
//! Options follow the parameters: `kinks` adds the points of `kinks()`, where finite differences
//! mean nothing and are left out; `concrete` says that the function has no `_scalar` form.

/// Tests a scalar-valued function of the corpus; the module `harness::case` explains the line.
#[macro_export]
macro_rules! scalar {
    ($name:ident($($params:tt)*) $(, $option:ident)*) => {
        $crate::subject!(@sort [scalar $name [$($option)*]] [] [] [] [] [] [] [] [] [] ($($params)*,));
    };
}

/// Tests a vector-valued function of the corpus.
#[macro_export]
macro_rules! vector {
    ($name:ident($($params:tt)*) $(, $option:ident)*) => {
        $crate::subject!(@sort [vector $name [$($option)*]] [] [] [] [] [] [] [] [] [] ($($params)*,));
    };
}

/// Tests a function of the corpus that returns nothing and writes through its `&mut` parameters.
#[macro_export]
macro_rules! in_place {
    ($name:ident($($params:tt)*) $(, $option:ident)*) => {
        $crate::subject!(@sort [in_place $name [$($option)*]] [] [] [] [] [] [] [] [] [] ($($params)*,));
    };
}

/// The machinery behind [`scalar!`](crate::scalar), [`vector!`](crate::vector) and
/// [`in_place!`](crate::in_place).
///
/// `@sort` deals the parameters into lists: all names; active names, each with whether its shadow
/// is replaced; `&mut` names; by-value names; then the arguments of f, of `f_jvp`, of
/// `f_grad_into`, of the pullback, and of `f_scalar`.
#[doc(hidden)]
#[macro_export]
macro_rules! subject {
    (@sort $head:tt [$($all:tt)*] [$($active:tt)*] [$($mutable:tt)*] [$($by_value:tt)*]
        [$($plain:tt)*] [$($paired:tt)*] [$($shadowed:tt)*] [$($pulled:tt)*] [$($lifted:tt)*]
        (const & $p:ident, $($rest:tt)*)) => {
        $crate::subject!(@sort $head [$($all)* $p] [$($active)*] [$($mutable)*] [$($by_value)*]
            [$($plain)* {$p}]
            [$($paired)* {$p}]
            [$($shadowed)* {$p}]
            [$($pulled)*]
            [$($lifted)* {$p}]
            ($($rest)*));
    };
    (@sort $head:tt [$($all:tt)*] [$($active:tt)*] [$($mutable:tt)*] [$($by_value:tt)*]
        [$($plain:tt)*] [$($paired:tt)*] [$($shadowed:tt)*] [$($pulled:tt)*] [$($lifted:tt)*]
        (const $p:ident, $($rest:tt)*)) => {
        $crate::subject!(@sort $head [$($all)* $p] [$($active)*] [$($mutable)*] [$($by_value)*]
            [$($plain)* {own($p)}]
            [$($paired)* {own($p)}]
            [$($shadowed)* {own($p)}]
            [$($pulled)*]
            [$($lifted)* {own($p)}]
            ($($rest)*));
    };
    (@sort $head:tt [$($all:tt)*] [$($active:tt)*] [$($mutable:tt)*] [$($by_value:tt)*]
        [$($plain:tt)*] [$($paired:tt)*] [$($shadowed:tt)*] [$($pulled:tt)*] [$($lifted:tt)*]
        (&mut $p:ident, $($rest:tt)*)) => {
        $crate::subject!(@sort $head [$($all)* $p] [$($active)* ($p true)] [$($mutable)* $p] [$($by_value)*]
            [$($plain)* {&mut $p.value}]
            [$($paired)* {&mut $p.value} {&mut $p.tangent}]
            [$($shadowed)* {&mut $p.value} {&mut $p.shadow}]
            [$($pulled)* {&mut $p.shadow}]
            [$($lifted)* {&mut $p}]
            ($($rest)*));
    };
    (@sort $head:tt [$($all:tt)*] [$($active:tt)*] [$($mutable:tt)*] [$($by_value:tt)*]
        [$($plain:tt)*] [$($paired:tt)*] [$($shadowed:tt)*] [$($pulled:tt)*] [$($lifted:tt)*]
        (& $p:ident, $($rest:tt)*)) => {
        $crate::subject!(@sort $head [$($all)* $p] [$($active)* ($p false)] [$($mutable)*] [$($by_value)*]
            [$($plain)* {&$p.value}]
            [$($paired)* {&$p.value} {&$p.tangent}]
            [$($shadowed)* {&$p.value} {&mut $p.shadow}]
            [$($pulled)* {&mut $p.shadow}]
            [$($lifted)* {&$p}]
            ($($rest)*));
    };
    (@sort $head:tt [$($all:tt)*] [$($active:tt)*] [$($mutable:tt)*] [$($by_value:tt)*]
        [$($plain:tt)*] [$($paired:tt)*] [$($shadowed:tt)*] [$($pulled:tt)*] [$($lifted:tt)*]
        ($p:ident, $($rest:tt)*)) => {
        $crate::subject!(@sort $head [$($all)* $p] [$($active)* ($p false)] [$($mutable)*] [$($by_value)* $p]
            [$($plain)* {own(&$p.value)}]
            [$($paired)* {own(&$p.value)} {own(&$p.tangent)}]
            [$($shadowed)* {own(&$p.value)} {&mut $p.shadow}]
            [$($pulled)*]
            [$($lifted)* {own(&$p)}]
            ($($rest)*));
    };

    (@sort [$shape:ident $name:ident $options:tt]
        [$($all:ident)*] [$(($active:ident $replaced:literal))*] [$($mutable:ident)*] [$($by_value:ident)*]
        [$({$($plain:tt)*})*] [$({$($paired:tt)*})*] [$({$($shadowed:tt)*})*] [$({$($pulled:tt)*})*]
        [$({$($lifted:tt)*})*] ($(,)?)) => {
        $crate::harness::pastey::paste! {
            #[test]
            #[allow(unused_mut, unused_variables, unused_imports, unused_parens, unused_assignments, clippy::let_unit_value)]
            fn $name() {
                use $crate::flat::Flat;
                use $crate::harness::{
                    Argument, GenericModes, Lower, ScalarModes, Subject, VectorModes, dual, output,
                    own, recorded, rows, split, swept, traced,
                };
                use $crate::runtime::Tape;

                let points = $crate::subject!(@points $name $options);
                for (index, (smooth, ($($all,)*))) in points.into_iter().enumerate() {
                    $(let $all = &$all;)*
                    let inputs = output(&(), &[$($active.to_floats()),*]);
                    let columns = inputs.len();
                    let finals = output(&(), &[$($mutable.to_floats()),*]).len();
                    let value = |x: &[f64]| {
                        let mut floats = x.iter().copied();
                        $(let mut $active = Argument::at($active, &mut floats);)*
                        let returned = corpus::$name::$name($($($plain)*),*);
                        output(&returned, &[$($mutable.value.to_floats()),*])
                    };
                    let outputs = $crate::subject!(@rows $shape value(&inputs).len(), finals);
                    let subject = Subject {
                        name: format!("{} at point {index}", stringify!($name)),
                        replaced: {
                            let mut replaced = Vec::new();
                            $(replaced.resize(replaced.len() + $active.to_floats().len(), $replaced);)*
                            replaced
                        },
                        inputs,
                        epsilon: $crate::harness::coarsest(&[$($crate::harness::epsilon($active)),*]),
                        smooth,
                        value: Box::new(value),
                        jvp: Box::new(|x, v| {
                            let (mut floats, mut dots) = (x.iter().copied(), v.iter().copied());
                            $(let mut $active = Argument::at($active, &mut floats).along(&mut dots);)*
                            let (returned, dot) = $crate::subject!(@pair $shape
                                corpus::$name::[<$name _jvp>]($($($paired)*),*));
                            (
                                output(&returned, &[$($mutable.value.to_floats()),*]),
                                output(&dot, &[$($mutable.tangent.to_floats()),*]),
                            )
                        }),
                        vjp: Box::new(|x, w| {
                            let (mut floats, mut bars) = (x.iter().copied(), w.iter().copied());
                            $(let mut $active = Argument::at($active, &mut floats);)*
                            let (returned, pullback) = corpus::$name::[<$name _vjp>]($($($plain)*),*);
                            let cotangent = returned.rebuilt(&mut bars);
                            $(let mut $mutable = $mutable.shadowed(&mut bars);)*
                            ($($by_value.shadow),*) =
                                $crate::subject!(@pull $shape pullback, cotangent, $($($pulled)*),*);
                            (
                                output(&returned, &[$($mutable.value.to_floats()),*]),
                                output(&(), &[$($active.shadow.to_floats()),*]),
                            )
                        }),
                        scalar: $crate::subject!(@if scalar $shape {
                            ScalarModes {
                                grad: Box::new(|x| {
                                    let mut floats = x.iter().copied();
                                    $(let mut $active = Argument::at($active, &mut floats);)*
                                    ($($active.shadow),*) = corpus::$name::[<$name _grad>]($($($plain)*),*);
                                    output(&(), &[$($active.shadow.to_floats()),*])
                                }),
                                value_and_grad: Box::new(|x| {
                                    let mut floats = x.iter().copied();
                                    $(let mut $active = Argument::at($active, &mut floats);)*
                                    let (value, gradient) =
                                        corpus::$name::[<$name _value_and_grad>]($($($plain)*),*);
                                    ($($active.shadow),*) = gradient;
                                    (value.into(), output(&(), &[$($active.shadow.to_floats()),*]))
                                }),
                                grad_into: Box::new(|x, s| {
                                    let (mut floats, mut bars) = (x.iter().copied(), s.iter().copied());
                                    $(let mut $active = Argument::at($active, &mut floats).shadowed(&mut bars);)*
                                    let value = corpus::$name::[<$name _grad_into>]($($($shadowed)*),*);
                                    (
                                        output(&value, &[$($mutable.value.to_floats()),*]),
                                        output(&(), &[$($active.shadow.to_floats()),*]),
                                    )
                                }),
                                hvp: Box::new(|x, v| {
                                    let (mut floats, mut dots) = (x.iter().copied(), v.iter().copied());
                                    $(let mut $active = Argument::at($active, &mut floats).along(&mut dots);)*
                                    ($($active.shadow),*) = corpus::$name::[<$name _hvp>]($($($paired)*),*);
                                    output(&(), &[$($active.shadow.to_floats()),*])
                                }),
                                hessian: Box::new(|x| {
                                    let mut floats = x.iter().copied();
                                    $(let mut $active = Argument::at($active, &mut floats);)*
                                    rows(&corpus::$name::[<$name _hessian>]($($($plain)*),*))
                                }),
                                trace: Box::new(|x| {
                                    let mut floats = x.iter().copied();
                                    $(let mut $active = Argument::at($active, &mut floats);)*
                                    traced(&corpus::$name::[<$name _trace>]($($($plain)*),*))
                                }),
                            }
                        }),
                        vector: $crate::subject!(@if vector $shape {
                            VectorModes {
                                rows: outputs,
                                jacobian: Box::new(|x| {
                                    let mut floats = x.iter().copied();
                                    $(let mut $active = Argument::at($active, &mut floats);)*
                                    rows(&corpus::$name::[<$name _jacobian>]($($($plain)*),*))
                                }),
                                jacobian_into: Box::new(|x| {
                                    let mut floats = x.iter().copied();
                                    $(let mut $active = Argument::at($active, &mut floats);)*
                                    let mut jacobian = vec![Default::default(); outputs * columns];
                                    corpus::$name::[<$name _jacobian_into>]($($($plain)*,)* &mut jacobian);
                                    jacobian.to_floats()
                                }),
                            }
                        }),
                        generic: $crate::subject!(@generic $options {
                            GenericModes {
                                dual: Box::new(|x, v| {
                                    let (mut floats, mut dots) = (x.iter().copied(), v.iter().copied());
                                    $(let $active = Argument::at($active, &mut floats).along(&mut dots);)*
                                    $(let mut $active = dual(&$active);)*
                                    let returned = corpus::$name::[<$name _scalar>]($($($lifted)*),*);
                                    let mut outputs = Vec::new();
                                    returned.scalars(&mut outputs);
                                    $($mutable.scalars(&mut outputs);)*
                                    split(&outputs)
                                }),
                                tape: Box::new(|x, w| {
                                    let (tape, mut leaves) = (Tape::new(), Vec::new());
                                    let mut floats = x.iter().copied();
                                    $(let $active = Argument::at($active, &mut floats);)*
                                    $(let mut $active = recorded(&$active, &tape, &mut leaves);)*
                                    let returned = corpus::$name::[<$name _scalar>]($($($lifted)*),*);
                                    let mut outputs = Vec::new();
                                    returned.scalars(&mut outputs);
                                    $($mutable.scalars(&mut outputs);)*
                                    swept(&tape, &outputs, &leaves, w)
                                }),
                            }
                        }),
                    };
                    subject.check().assert_empty();
                }
            }
        }
    };

    // Points with whether the function is smooth there.
    (@points $name:ident [kinks $($option:ident)*]) => {
        corpus::$name::points().into_iter().map(|point| (true, point))
            .chain(corpus::$name::kinks().into_iter().map(|point| (false, point)))
    };
    (@points $name:ident [$other:ident $($option:ident)*]) => {
        $crate::subject!(@points $name [$($option)*])
    };
    (@points $name:ident []) => {
        corpus::$name::points().into_iter().map(|point| (true, point))
    };

    (@generic [concrete $($option:ident)*] $modes:tt) => { None };
    (@generic [$other:ident $($option:ident)*] $modes:tt) => {
        $crate::subject!(@generic [$($option)*] $modes)
    };
    (@generic [] $modes:expr) => { Some($modes) };

    // Rows of the Jacobian: what is returned, or else what is written.
    (@rows in_place $outputs:expr, $finals:expr) => { $outputs };
    (@rows $shape:ident $outputs:expr, $finals:expr) => { $outputs - $finals };

    (@pair in_place $call:expr) => { ($call, ()) };
    (@pair $shape:ident $call:expr) => { $call };

    (@pull in_place $pullback:ident, $cotangent:ident, $($argument:expr),*) => { $pullback($($argument),*) };
    (@pull $shape:ident $pullback:ident, $cotangent:ident, $($argument:expr),*) => {
        $pullback($cotangent, $($argument),*)
    };

    (@if scalar scalar $modes:expr) => { Some($modes) };
    (@if vector vector $modes:expr) => { Some($modes) };
    (@if vector in_place $modes:expr) => { Some($modes) };
    (@if $wanted:ident $shape:ident $modes:tt) => { None };
}
