//! What every type of number gets from the rule table in the same way: the `std` operator traits
//! and the float methods. The type brings a module with one function for each row.

/// For `with_rules!`: the methods of an inherent `impl`, each a call of its rule in the named module.
macro_rules! inherent_methods {
    (($rules:ident) operators { $($operators:tt)* } methods { $(
        $name:ident {
            doc $doc:literal;
            kink $kink:literal;
            arguments($x:ident; $($arg:ident),*; $($int:ident: $ty:ident),*);
            value $y:ident = $value:expr;
            partials $partials:tt;
            tangent $tangent:expr;
        }
    )* }) => { $(
        #[doc = $doc]
        #[inline]
        pub fn $name(self $(, $arg: Self)* $(, $int: $ty)*) -> Self {
            $rules::$name(self $(, $arg)* $(, $int)*)
        }
    )* };
}

/// For `with_rules!`: the methods of an `impl Scalar`, each a call of the inherent method.
macro_rules! scalar_methods {
    (() operators { $($operators:tt)* } methods { $(
        $name:ident {
            doc $doc:literal;
            kink $kink:literal;
            arguments($x:ident; $($arg:ident),*; $($int:ident: $ty:ident),*);
            value $y:ident = $value:expr;
            partials $partials:tt;
            tangent $tangent:expr;
        }
    )* }) => { $(
        #[inline]
        fn $name(self $(, $arg: Self)* $(, $int: $ty)*) -> Self {
            self.$name($($arg,)* $($int)*)
        }
    )* };
}

/// The operator traits, between numbers, references to them and plain floats, and sums.
macro_rules! scalar_operators {
    ([$($generics:tt)*] $number:ty, constant $inner:ty, $rules:ident) => {
        $crate::scalar::binary_operator!([$($generics)*] $number, $inner, $rules, Add add AddAssign add_assign);
        $crate::scalar::binary_operator!([$($generics)*] $number, $inner, $rules, Sub sub SubAssign sub_assign);
        $crate::scalar::binary_operator!([$($generics)*] $number, $inner, $rules, Mul mul MulAssign mul_assign);
        $crate::scalar::binary_operator!([$($generics)*] $number, $inner, $rules, Div div DivAssign div_assign);
        $crate::scalar::binary_operator!([$($generics)*] $number, $inner, $rules, Rem rem RemAssign rem_assign);

        impl<$($generics)*> ::std::ops::Neg for $number {
            type Output = Self;

            #[inline]
            fn neg(self) -> Self {
                $rules::neg(self)
            }
        }

        impl<$($generics)*> ::std::ops::Neg for &$number {
            type Output = $number;

            #[inline]
            fn neg(self) -> $number {
                $rules::neg(*self)
            }
        }

        $crate::scalar::fold_operator!([$($generics)*] $number, Sum sum Add add);
        $crate::scalar::fold_operator!([$($generics)*] $number, Product product Mul mul);
    };
}

/// One binary operator: by value, by reference, with a constant on the right, assigning.
macro_rules! binary_operator {
    ([$($generics:tt)*] $number:ty, $inner:ty, $rules:ident, $Op:ident $op:ident $Assign:ident $assign:ident) => {
        impl<$($generics)*> ::std::ops::$Op for $number {
            type Output = Self;

            #[inline]
            fn $op(self, other: Self) -> Self {
                $rules::$op(self, other)
            }
        }

        impl<$($generics)*> ::std::ops::$Op<&Self> for $number {
            type Output = Self;

            #[inline]
            fn $op(self, other: &Self) -> Self {
                $rules::$op(self, *other)
            }
        }

        impl<$($generics)*> ::std::ops::$Op<$number> for &$number {
            type Output = $number;

            #[inline]
            fn $op(self, other: $number) -> $number {
                $rules::$op(*self, other)
            }
        }

        impl<$($generics)*> ::std::ops::$Op for &$number {
            type Output = $number;

            #[inline]
            fn $op(self, other: Self) -> $number {
                $rules::$op(*self, *other)
            }
        }

        impl<$($generics)*> ::std::ops::$Op<$inner> for $number {
            type Output = Self;

            #[inline]
            fn $op(self, constant: $inner) -> Self {
                $rules::$op(self, <$number>::constant(constant))
            }
        }

        impl<$($generics)*> ::std::ops::$Assign for $number {
            #[inline]
            fn $assign(&mut self, other: Self) {
                *self = $rules::$op(*self, other);
            }
        }

        impl<$($generics)*> ::std::ops::$Assign<$inner> for $number {
            #[inline]
            fn $assign(&mut self, constant: $inner) {
                *self = $rules::$op(*self, <$number>::constant(constant));
            }
        }
    };
}

/// The operators with a plain float on the left.
macro_rules! left_operators {
    ([$($generics:tt)*] $float:ident, $number:ty) => {
        $crate::scalar::left_operators!([$($generics)*] $float, $number, Add add Sub sub Mul mul Div div Rem rem);
    };
    ([$($generics:tt)*] $float:ident, $number:ty, $Op:ident $op:ident $($rest:ident)*) => {
        impl<$($generics)*> ::std::ops::$Op<$number> for $float {
            type Output = $number;

            #[inline]
            fn $op(self, other: $number) -> $number {
                ::std::ops::$Op::$op(<$number>::constant(self), other)
            }
        }

        $crate::scalar::left_operators!([$($generics)*] $float, $number, $($rest)*);
    };
    ([$($generics:tt)*] $float:ident, $number:ty,) => {};
}

/// `Sum` or `Product`, over values and over references.
macro_rules! fold_operator {
    ([$($generics:tt)*] $number:ty, $Fold:ident $fold:ident $Op:ident $op:ident) => {
        impl<$($generics)*> ::std::iter::$Fold for $number {
            fn $fold<I: Iterator<Item = Self>>(numbers: I) -> Self {
                // Without the neutral element there is nothing more to compute or to record.
                numbers.reduce(::std::ops::$Op::$op).unwrap_or_else(|| {
                    <Self as $crate::Scalar>::from_f64(::std::iter::empty::<f64>().$fold())
                })
            }
        }

        impl<'a, $($generics)*> ::std::iter::$Fold<&'a $number> for $number {
            fn $fold<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
                numbers.copied().$fold()
            }
        }
    };
}

pub(crate) use {
    binary_operator, fold_operator, inherent_methods, left_operators, scalar_methods,
    scalar_operators,
};
