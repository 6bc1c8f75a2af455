//! Decompositions. Their derivatives are those of the equations that they solve, not of the
//! elimination: `A x = b` gives `A ẋ = ḃ − Ȧ x`, hence `λ = A⁻ᵀ x̄`, `b̄ += λ`, `Ā −= λ xᵀ`.
//!
//! In derivative code a decomposition keeps the matrix it was made of. It answers to all methods of
//! `nalgebra`'s own, and its tangent is that of the matrix.

use super::engine::{Of, Rule, Tan};
use super::rule::rule;
use super::spaces::{Constants, Mat, Maybe, Nothing, Number, Real, Space};
use super::structure::Plain;
use crate::Dual;
use crate::private::{Coordinate, ZeroLike};
use nalgebra::allocator::Allocator;
use nalgebra::linalg::{Cholesky, LU};
use nalgebra::{DefaultAllocator, Dim, DimMin, OMatrix};
use std::marker::PhantomData;
use std::ops::Deref;

type Bars<'b, A, B, T> = (Option<&'b mut Tan<A, T>>, Option<&'b mut Tan<B, T>>);

macro_rules! decomposition {
    ($(#[$doc:meta])* $name:ident, $space:ident: $inner:ident<$($argument:ident),*>, [$($dim:tt)*], [$($alloc:tt)*];
        $matrix:ident => $new:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name<T: Real, D: $($dim)*>
        where
            DefaultAllocator: $($alloc)*,
        {
            matrix: OMatrix<T, D, D>,
            factors: $inner<T, $($argument),*>,
        }

        impl<T: Real, D: $($dim)*> $name<T, D>
        where
            DefaultAllocator: $($alloc)*,
        {
            /// Decomposes a matrix.
            pub fn new($matrix: OMatrix<T, D, D>) -> Option<Self> {
                let factors = $new?;
                Some(Self { matrix: $matrix, factors })
            }
        }

        impl<T: Real, D: $($dim)*> Deref for $name<T, D>
        where
            DefaultAllocator: $($alloc)*,
        {
            type Target = $inner<T, $($argument),*>;

            fn deref(&self) -> &Self::Target {
                &self.factors
            }
        }

        impl<T: Real + Plain, V: Coordinate, D: $($dim)*> ZeroLike<V> for $name<T, D>
        where
            DefaultAllocator: $($alloc)*,
        {
            type Outline = (D, D);
            type Zero = OMatrix<V, D, D>;

            fn outline(&self) -> (D, D) {
                self.matrix.shape_generic()
            }

            fn zero_of((rows, columns): &(D, D)) -> Self::Zero {
                OMatrix::from_element_generic(*rows, *columns, V::default())
            }
        }

        /// Decompositions with the coordinates of their matrix.
        #[derive(Clone, Copy, Debug)]
        pub struct $space<D>(PhantomData<D>);

        impl<D: $($dim)*> Space for $space<D>
        where
            DefaultAllocator: $($alloc)*,
        {
            type Of<T: Real> = $name<T, D>;
            type Tan<V: Coordinate> = OMatrix<V, D, D>;

            fn len<T: Real>(x: &$name<T, D>) -> usize {
                x.matrix.len()
            }
            fn at<T: Real>(x: &$name<T, D>, k: usize) -> T {
                x.matrix[k]
            }
            fn lift<F: Real>(x: &$name<F, D>, dot: &dyn Fn(usize) -> F) -> $name<Dual<F>, D> {
                let matrix = <Mat<D, D> as Space>::lift(&x.matrix, dot);
                // It was possible for the same values before.
                $name::new(matrix).expect("a decomposition on duals does what it does on floats")
            }
            fn tangent<T: Real, V: Coordinate>(
                like: &$name<T, D>,
                coordinate: &mut dyn FnMut(usize) -> V,
            ) -> OMatrix<V, D, D> {
                <Mat<D, D> as Space>::tangent(&like.matrix, coordinate)
            }
            fn get<V: Coordinate>(dot: &OMatrix<V, D, D>, k: usize) -> V {
                dot[k]
            }
            fn get_mut<V: Coordinate>(dot: &mut OMatrix<V, D, D>, k: usize) -> &mut V {
                &mut dot[k]
            }
            fn count<V: Coordinate>(dot: &OMatrix<V, D, D>) -> usize {
                dot.len()
            }
        }
    };
}

decomposition! {
    /// An LU decomposition with its matrix.
    Eliminated, Lu: LU<D, D>, [DimMin<D, Output = D>], [Allocator<D, D> + Allocator<D>];
    matrix => Some(LU::new(matrix.clone()))
}
decomposition! {
    /// A Cholesky decomposition with its matrix.
    Rooted, Chol: Cholesky<D>, [DimMin<D, Output = D>], [Allocator<D, D> + Allocator<D>];
    matrix => Cholesky::new(matrix.clone())
}

/// `a.lu()`
#[derive(Clone, Copy, Debug)]
pub struct Eliminate;
/// `a.cholesky()`
#[derive(Clone, Copy, Debug)]
pub struct Root;
/// `factors.solve(&b)`
#[derive(Clone, Copy, Debug)]
pub struct Solve;
/// `factors.l()` of Cholesky
#[derive(Clone, Copy, Debug)]
pub struct LowerFactor;
/// `l.solve_lower_triangular(&b)`
#[derive(Clone, Copy, Debug)]
pub struct LowerSolve;
/// `u.solve_upper_triangular(&b)`
#[derive(Clone, Copy, Debug)]
pub struct UpperSolve;
/// `l.tr_solve_lower_triangular(&b)`
#[derive(Clone, Copy, Debug)]
pub struct LowerTransposedSolve;
/// `u.tr_solve_upper_triangular(&b)`
#[derive(Clone, Copy, Debug)]
pub struct UpperTransposedSolve;
/// `factors.determinant()`
#[derive(Clone, Copy, Debug)]
pub struct FactoredDeterminant;
/// `factors.ln_determinant()`
#[derive(Clone, Copy, Debug)]
pub struct LnDeterminant;
/// `factors.inverse()`, `factors.try_inverse()`
#[derive(Clone, Copy, Debug)]
pub struct FactoredInverse;

rule! { Eliminate "lu" [D: DimMin<D, Output = D>]: Mat<D, D>, Nothing => Lu<D>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => Eliminated::new(a.clone()).expect("every matrix has an LU decomposition");
    y, seed => [da += *da += seed] []
}
rule! { Root "cholesky" [D: DimMin<D, Output = D>]: Mat<D, D>, Nothing => Maybe<Chol<D>>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => Rooted::new(a.clone());
    y, seed => [da += if let Some(seed) = seed { *da += seed }] []
}
rule! { Solve "solve" [D: DimMin<D, Output = D>, C: Dim]: Lu<D>, Mat<D, C> => Maybe<Mat<D, C>>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D> + Allocator<D, C> + Allocator<C, D>];
    self, a, b => a.factors.solve(b);
    x kept, seed => [da += if let (Some(Some(x)), Some(seed)) = (x, seed) {
        *da -= transposed_solve(a, seed) * x.transpose()
    }] [db += if let Some(seed) = seed {
        *db += transposed_solve(a, seed)
    }]
}
rule! { Solve "solve" [D: DimMin<D, Output = D>, C: Dim]: Chol<D>, Mat<D, C> => Mat<D, C>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D> + Allocator<D, C> + Allocator<C, D>];
    self, a, b => a.factors.solve(b);
    x kept, seed => [da += if let Some(x) = x {
        add_symmetric(da, &-(a.factors.solve(seed) * x.transpose()))
    }] [db += *db += a.factors.solve(seed)]
}
rule! { FactoredDeterminant "determinant" [D: DimMin<D, Output = D>]: Lu<D>, Nothing => Number
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => a.factors.determinant();
    y, seed => [da += <super::rule::Determinant as Rule<Mat<D, D>, Nothing, Number>>::pullback(
        &super::rule::Determinant, (&a.matrix, b), None, seed, (Some(da), None),
    )] []
}
rule! { FactoredDeterminant "determinant" [D: DimMin<D, Output = D>]: Chol<D>, Nothing => Number
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => a.factors.determinant();
    y kept, seed => [da += if let Some(y) = y {
        add_symmetric(da, &(a.factors.inverse() * (*seed * *y)))
    }] []
}
rule! { LnDeterminant "ln_determinant" [D: DimMin<D, Output = D>]: Chol<D>, Nothing => Number
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => a.factors.ln_determinant();
    y, seed => [da += add_symmetric(da, &(a.factors.inverse() * *seed))] []
}
rule! { FactoredInverse "inverse" [D: DimMin<D, Output = D>]: Chol<D>, Nothing => Mat<D, D>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => a.factors.inverse();
    y kept, seed => [da += if let Some(y) = y {
        add_symmetric(da, &-(y.transpose() * seed * y.transpose()))
    }] []
}
rule! { FactoredInverse "inverse" [D: DimMin<D, Output = D>]: Lu<D>, Nothing => Maybe<Mat<D, D>>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => a.factors.try_inverse();
    y kept, seed => [da += if let (Some(Some(y)), Some(seed)) = (y, seed) {
        *da -= y.transpose() * seed * y.transpose()
    }] []
}
// Ā = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, where Φ takes the lower triangle with half of the diagonal (I. Murray,
// "Differentiation of the Cholesky decomposition", 2016, equation 10).
rule! { LowerFactor "l" [D: DimMin<D, Output = D>]: Chol<D>, Nothing => Mat<D, D>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => a.factors.l();
    l kept, seed => [da += if let Some(l) = l {
        let mut phi = (l.transpose() * seed.lower_triangle()).lower_triangle();
        (0..phi.nrows()).for_each(|i| phi[(i, i)] *= T::number(0.5));
        let left = l.tr_solve_lower_triangular(&phi).expect("the diagonal of a factor is positive");
        let both = l.tr_solve_lower_triangular(&left.transpose());
        add_symmetric(da, &both.expect("the diagonal of a factor is positive"));
    }] []
}

// L x = b: b̄ += L⁻ᵀ x̄, L̄ −= (L⁻ᵀ x̄) xᵀ, of which only the triangle counts that is read.
rule! { LowerSolve "solve_lower_triangular" [D: Dim, C: Dim]: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
    self, l, b => l.solve_lower_triangular(b);
    x kept, seed => [dl += if let (Some(Some(x)), Some(seed)) = (x, seed) {
        let lambda = l.tr_solve_lower_triangular(seed).expect(REGULAR);
        *dl -= (lambda * x.transpose()).lower_triangle();
    }] [db += if let Some(seed) = seed {
        *db += l.tr_solve_lower_triangular(seed).expect(REGULAR);
    }]
}
rule! { UpperSolve "solve_upper_triangular" [D: Dim, C: Dim]: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
    self, u, b => u.solve_upper_triangular(b);
    x kept, seed => [du += if let (Some(Some(x)), Some(seed)) = (x, seed) {
        let lambda = u.tr_solve_upper_triangular(seed).expect(REGULAR);
        *du -= (lambda * x.transpose()).upper_triangle();
    }] [db += if let Some(seed) = seed {
        *db += u.tr_solve_upper_triangular(seed).expect(REGULAR);
    }]
}
// Lᵀ x = b: b̄ += L⁻¹ x̄, L̄ −= x (L⁻¹ x̄)ᵀ.
rule! { LowerTransposedSolve "tr_solve_lower_triangular" [D: Dim, C: Dim]: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
    self, l, b => l.tr_solve_lower_triangular(b);
    x kept, seed => [dl += if let (Some(Some(x)), Some(seed)) = (x, seed) {
        let lambda = l.solve_lower_triangular(seed).expect(REGULAR);
        *dl -= (x * lambda.transpose()).lower_triangle();
    }] [db += if let Some(seed) = seed {
        *db += l.solve_lower_triangular(seed).expect(REGULAR);
    }]
}
rule! { UpperTransposedSolve "tr_solve_upper_triangular" [D: Dim, C: Dim]: Mat<D, D>, Mat<D, C> => Maybe<Mat<D, C>>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D, C> + Allocator<C, D>];
    self, u, b => u.tr_solve_upper_triangular(b);
    x kept, seed => [du += if let (Some(Some(x)), Some(seed)) = (x, seed) {
        let lambda = u.solve_upper_triangular(seed).expect(REGULAR);
        *du -= (x * lambda.transpose()).upper_triangle();
    }] [db += if let Some(seed) = seed {
        *db += u.solve_upper_triangular(seed).expect(REGULAR);
    }]
}

const REGULAR: &str = "a system that was solved has a transpose that can be";

/// `A⁻ᵀ b`: with `P A = L U` it is `Pᵀ L⁻ᵀ U⁻ᵀ b`.
fn transposed_solve<T: Real, D, C: Dim>(
    a: &Eliminated<T, D>,
    b: &OMatrix<T, D, C>,
) -> OMatrix<T, D, C>
where
    D: DimMin<D, Output = D>,
    DefaultAllocator: Allocator<D, D> + Allocator<D> + Allocator<D, C>,
{
    let upper = a.factors.u().tr_solve_upper_triangular(b).expect(REGULAR);
    let mut solution = a
        .factors
        .l()
        .tr_solve_lower_triangular(&upper)
        .expect(REGULAR);
    a.factors.p().inv_permute_rows(&mut solution);
    solution
}

/// Adds the adjoint of a symmetric matrix of which only the lower triangle is read.
fn add_symmetric<T: Real, D: Dim>(bar: &mut OMatrix<T, D, D>, symmetric: &OMatrix<T, D, D>)
where
    DefaultAllocator: Allocator<D, D>,
{
    for j in 0..bar.ncols() {
        bar[(j, j)] += symmetric[(j, j)];
        for i in j + 1..bar.nrows() {
            bar[(i, j)] += symmetric[(i, j)] + symmetric[(j, i)];
        }
    }
}
