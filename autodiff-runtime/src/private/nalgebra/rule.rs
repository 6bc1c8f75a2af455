//! The rules, one after the other: what is computed, and how adjoints go back.

use super::engine::{Of, Rule, Tan};
use super::spaces::{Constants, Mat, Maybe, Nothing, Number, Real};
use nalgebra::allocator::Allocator;
use nalgebra::{ComplexField, DMatrix, DefaultAllocator, Dim, DimMin, OMatrix, U1};

pub(super) type Bars<'b, A, B, T> = (Option<&'b mut Tan<A, T>>, Option<&'b mut Tan<B, T>>);

/// Writes a rule as its two formulas. In the pullback `$da += …` is skipped for an operand whose
/// adjoint nobody asks for.
macro_rules! rule {
    ($(#[$doc:meta])* $name:ident $label:literal [$($generics:tt)*]: $A:ty, $B:ty => $Y:ty
        where [$($bound:tt)*];
        $self:ident, $a:ident, $b:ident => $primal:expr;
        $y:ident $($reads:ident)?, $seed:ident => [$($da:ident += $a_bar:expr)?] [$($db:ident += $b_bar:expr)?]
    ) => {
        impl<$($generics)*> Rule<$A, $B, $Y> for $name where $($bound)* {
            rule!(@reads $($reads)?);
            const NAME: &'static str = $label;

            #[inline]
            #[allow(unused_variables)]
            fn primal<T: Real>(&$self, $a: &Of<$A, T>, $b: &Of<$B, T>) -> Of<$Y, T> {
                $primal
            }

            #[allow(unused_variables)]
            fn pullback<T: Real>(
                &$self,
                ($a, $b): (&Of<$A, T>, &Of<$B, T>),
                $y: Option<&Of<$Y, T>>,
                $seed: &Tan<$Y, T>,
                bars: Bars<'_, $A, $B, T>,
            ) {
                $(if let Some($da) = bars.0 { $a_bar; })?
                $(if let Some($db) = bars.1 { $b_bar; })?
            }
        }
    };
    // Adjoints one coordinate after the other, by duals.
    ($name:ident $label:literal [$($generics:tt)*]: $A:ty => $Y:ty where [$($bound:tt)*];
        $self:ident, $a:pat => $primal:expr $(; duals => $duals:expr)?
    ) => {
        impl<$($generics)*> Rule<$A, Nothing, $Y> for $name where $($bound)* {
            const NAME: &'static str = $label;

            #[inline]
            fn primal<T: Real>(&$self, $a: &Of<$A, T>, (): &()) -> Of<$Y, T> {
                $primal
            }

            $(fn on_duals<T: Real>(&$self, $a: &Of<$A, T>, (): &()) -> Of<$Y, T> {
                $duals
            })?
        }
    };
    (@reads) => {};
    (@reads kept) => { const READS_RESULT: bool = true; };
}
pub(super) use rule;

/// Rules by name.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident $(($($field:ty),*))?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name $(($(pub $field),*))?;
    )*};
}
pub(super) use names;
names! {
    /// `A + B`
    Sum;
    /// `A − B`
    Difference;
    /// `A B`
    Product;
    /// `A s`
    Scaled;
    /// `s A`
    ScaledLeft;
    /// `A / s`
    Divided;
    /// `−A`
    Negative;
    /// `Aᵀ`
    Transposed;
    /// `Σ aᵢⱼ bᵢⱼ`
    Dot;
    /// `|A|`, the Frobenius norm
    Norm;
    /// `|A|²`
    NormSquared;
    /// `A / |A|`
    Normalized;
    /// `aᵢⱼ bᵢⱼ`
    ComponentProduct;
    /// `aᵢⱼ / bᵢⱼ`
    ComponentQuotient;
    /// `Σ aᵢⱼ`
    Total;
    /// `Σ aᵢᵢ`
    Trace;
    /// `Σ aᵢⱼ / n`
    Mean;
    /// `det A`
    Determinant;
    /// `A⁻¹`, if there is one
    Inverse;
    /// The diagonal.
    Diagonal;
    /// `|aᵢⱼ|`
    Absolute;
    /// The largest entry, the first one of equals.
    Largest;
    /// The smallest entry, the first one of equals.
    Smallest;
    /// The sum of the rows.
    RowSum;
    /// The mean of the rows.
    RowMean;
    /// The sum of the columns.
    ColumnSum;
    /// The mean of the columns.
    ColumnMean;
    /// The lower triangle, with zeros above.
    LowerTriangle;
    /// The upper triangle, with zeros below.
    UpperTriangle;
    /// `|A − B|`
    Distance;
    /// `a × b`
    Cross;
    /// `Aᵀ B`
    TransposedProduct;
    /// `A`
    Copied;
}

rule! { Sum "add" [R: Dim, C: Dim]: Mat<R, C>, Mat<R, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a + b;
    y, seed => [da += *da += seed] [db += *db += seed]
}
rule! { Difference "sub" [R: Dim, C: Dim]: Mat<R, C>, Mat<R, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a - b;
    y, seed => [da += *da += seed] [db += *db -= seed]
}
rule! { Product "mul" [R: Dim, K: Dim, C: Dim]: Mat<R, K>, Mat<K, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<R, K> + Allocator<K, C> + Allocator<R, C>
        + Allocator<K, R> + Allocator<C, K>];
    self, a, b => a * b;
    y, seed => [da += *da += seed * b.transpose()] [db += *db += a.transpose() * seed]
}
rule! { Scaled "mul" [R: Dim, C: Dim]: Mat<R, C>, Number => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, s => a * *s;
    y, seed => [da += *da += seed * *s] [ds += *ds += inner(a, seed)]
}
rule! { ScaledLeft "mul" [R: Dim, C: Dim]: Number, Mat<R, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, s, a => a.map(|entry| *s * entry);
    y, seed => [ds += *ds += inner(a, seed)] [da += *da += seed * *s]
}
rule! { Divided "div" [R: Dim, C: Dim]: Mat<R, C>, Number => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, s => a / *s;
    y kept, seed => [da += *da += seed / *s]
        [ds += if let Some(y) = y { *ds -= inner(y, seed) / *s }]
}
rule! { Negative "neg" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => -a;
    y, seed => [da += *da -= seed] []
}
rule! { Copied "clone" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.clone();
    y, seed => [da += *da += seed] []
}
rule! { Transposed "transpose" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<C, R>
    where [DefaultAllocator: Allocator<R, C> + Allocator<C, R>];
    self, a, b => a.transpose();
    y, seed => [da += *da += seed.transpose()] []
}
rule! { Dot "dot" [R: Dim, C: Dim]: Mat<R, C>, Mat<R, C> => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.dot(b);
    y, seed => [da += *da += b * *seed] [db += *db += a * *seed]
}
rule! { TransposedProduct "tr_mul" [R: Dim, K: Dim, C: Dim]: Mat<K, R>, Mat<K, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<K, R> + Allocator<K, C> + Allocator<R, C>
        + Allocator<R, K> + Allocator<C, R>];
    self, a, b => a.tr_mul(b);
    y, seed => [da += *da += b * seed.transpose()] [db += *db += a * seed]
}
// The slope of the norm at 0 is taken to be 0, the subgradient of least norm.
rule! { Norm "norm" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => norm(a);
    y, seed => [da += {
        let size = norm(a);
        if size != T::zero_() { *da += a * (*seed / size) }
    }] []
}
rule! { NormSquared "norm_squared" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.norm_squared();
    y, seed => [da += *da += a * (*seed + *seed)] []
}
// ȧ = (ṡ − y (y·ṡ)) / |a|
rule! { Normalized "normalize" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a / a.norm();
    y kept, seed => [da += if let Some(y) = y {
        *da += (seed - y * inner(y, seed)) / a.norm()
    }] []
}
rule! { ComponentProduct "component_mul" [R: Dim, C: Dim]: Mat<R, C>, Mat<R, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.component_mul(b);
    y, seed => [da += *da += seed.component_mul(b)] [db += *db += seed.component_mul(a)]
}
rule! { ComponentQuotient "component_div" [R: Dim, C: Dim]: Mat<R, C>, Mat<R, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.component_div(b);
    y kept, seed => [da += *da += seed.component_div(b)]
        [db += if let Some(y) = y { *db -= seed.component_mul(y).component_div(b) }]
}
rule! { Total "sum" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.sum();
    y, seed => [da += da.iter_mut().for_each(|entry| *entry += *seed)] []
}
rule! { Mean "mean" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.mean();
    y, seed => [da += {
        let share = *seed / T::number(a.len() as f64);
        da.iter_mut().for_each(|entry| *entry += share)
    }] []
}
rule! { Trace "trace" [D: Dim]: Mat<D, D>, Nothing => Number
    where [DefaultAllocator: Allocator<D, D>];
    self, a, b => a.trace();
    y, seed => [da += (0..a.nrows()).for_each(|i| da[(i, i)] += *seed)] []
}
rule! { Diagonal "diagonal" [D: DimMin<D, Output = D>]: Mat<D, D>, Nothing => Mat<D, U1>
    where [DefaultAllocator: Allocator<D, D> + Allocator<D, U1>];
    self, a, b => a.diagonal();
    y, seed => [da += (0..a.nrows()).for_each(|i| da[(i, i)] += seed[i])] []
}
// Ā += d̄ · cof(A), which is d̄ · det(A) · A⁻ᵀ where A is regular.
rule! { Determinant "determinant" [D: DimMin<D, Output = D>]: Mat<D, D>, Nothing => Number
    where [DefaultAllocator: Allocator<D, D> + Allocator<D>];
    self, a, b => a.determinant();
    y, seed => [da += *da += cofactors(a) * *seed] []
}
rule! { Inverse "inverse" [D: Dim]: Mat<D, D>, Nothing => Maybe<Mat<D, D>>
    where [DefaultAllocator: Allocator<D, D>];
    self, a, b => a.clone().try_inverse();
    y kept, seed => [da += if let (Some(Some(y)), Some(seed)) = (y, seed) {
        *da -= y.transpose() * seed * y.transpose()
    }] []
}
rule! { Absolute "abs" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.map(|x| <T as ComplexField>::abs(x));
    y, seed => [da += da.iter_mut().zip(a.iter()).zip(seed.iter()).for_each(|((bar, x), seed)| {
        if *x > T::zero_() { *bar += *seed } else if *x < T::zero_() { *bar -= *seed }
    })] []
}
rule! { Largest "max" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.max();
    y, seed => [da += if let Some(k) = first(a, |x, best| x > best) { da[k] += *seed }] []
}
rule! { Smallest "min" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.min();
    y, seed => [da += if let Some(k) = first(a, |x, best| x < best) { da[k] += *seed }] []
}
rule! { RowSum "row_sum" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<U1, C>
    where [DefaultAllocator: Allocator<R, C> + Allocator<U1, C>];
    self, a, b => a.row_sum();
    y, seed => [da += da.row_iter_mut().for_each(|mut row| row += seed)] []
}
rule! { RowMean "row_mean" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<U1, C>
    where [DefaultAllocator: Allocator<R, C> + Allocator<U1, C>];
    self, a, b => a.row_mean();
    y, seed => [da += {
        let share = seed / T::number(a.nrows() as f64);
        da.row_iter_mut().for_each(|mut row| row += &share)
    }] []
}
rule! { ColumnSum "column_sum" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, U1>
    where [DefaultAllocator: Allocator<R, C> + Allocator<R, U1>];
    self, a, b => a.column_sum();
    y, seed => [da += da.column_iter_mut().for_each(|mut column| column += seed)] []
}
rule! { ColumnMean "column_mean" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, U1>
    where [DefaultAllocator: Allocator<R, C> + Allocator<R, U1>];
    self, a, b => a.column_mean();
    y, seed => [da += {
        let share = seed / T::number(a.ncols() as f64);
        da.column_iter_mut().for_each(|mut column| column += &share)
    }] []
}
rule! { LowerTriangle "lower_triangle" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.lower_triangle();
    y, seed => [da += *da += seed.lower_triangle()] []
}
rule! { UpperTriangle "upper_triangle" [R: Dim, C: Dim]: Mat<R, C>, Nothing => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => a.upper_triangle();
    y, seed => [da += *da += seed.upper_triangle()] []
}
// As for the norm, the slope where both are equal is taken to be 0.
rule! { Distance "metric_distance" [R: Dim, C: Dim]: Mat<R, C>, Mat<R, C> => Number
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => norm(&(a - b));
    y, seed => [da += {
        let size = norm(&(a - b));
        if size != T::zero_() { *da += (a - b) * (*seed / size) }
    }] [db += {
        let size = norm(&(a - b));
        if size != T::zero_() { *db -= (a - b) * (*seed / size) }
    }]
}
rule! { Cross "cross" [R: Dim, C: Dim]: Mat<R, C>, Mat<R, C> => Mat<R, C>
    where [DefaultAllocator: Allocator<R, C>];
    self, a, b => cross(a, b);
    y, seed => [da += *da += cross(b, seed)] [db += *db += cross(seed, a)]
}

/// `Σ aᵢⱼ bᵢⱼ`
fn inner<T: Real, R: Dim, C: Dim>(a: &OMatrix<T, R, C>, b: &OMatrix<T, R, C>) -> T
where
    DefaultAllocator: Allocator<R, C>,
{
    a.dot(b)
}

/// Where the entry is that no other one beats.
fn first<T: Real, R: Dim, C: Dim>(
    a: &OMatrix<T, R, C>,
    beats: impl Fn(&T, &T) -> bool,
) -> Option<usize>
where
    DefaultAllocator: Allocator<R, C>,
{
    let better = |best: usize, k: usize| if beats(&a[k], &a[best]) { k } else { best };
    (0..a.len()).reduce(better)
}

/// The norm; at 0, where its slope is infinite, one that does not move.
fn norm<T: Real, R: Dim, C: Dim>(a: &OMatrix<T, R, C>) -> T
where
    DefaultAllocator: Allocator<R, C>,
{
    let squared = a.norm_squared();
    match squared == T::zero_() {
        true => T::zero_(),
        false => a.norm(),
    }
}

fn cross<T: Real, R: Dim, C: Dim>(a: &OMatrix<T, R, C>, b: &OMatrix<T, R, C>) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    a.cross(b)
}

/// The matrix of cofactors, `∂ det A / ∂A`.
fn cofactors<T: Real, D>(a: &OMatrix<T, D, D>) -> OMatrix<T, D, D>
where
    D: DimMin<D, Output = D>,
    DefaultAllocator: Allocator<D, D> + Allocator<D>,
{
    let n = a.nrows();
    if n > 3
        && let Some(inverse) = a.clone().try_inverse()
    {
        return inverse.transpose() * a.determinant();
    }
    // Also right where the determinant is 0.
    let (rows, columns) = a.shape_generic();
    OMatrix::from_fn_generic(rows, columns, |i, j| {
        let skip = |k: usize, without: usize| k + usize::from(k >= without);
        let minor = DMatrix::from_fn(n - 1, n - 1, |k, l| a[(skip(k, i), skip(l, j))]);
        let minor = match n {
            1 => T::number(1.0),
            _ => minor.determinant(),
        };
        if (i + j) % 2 == 0 { minor } else { -minor }
    })
}
