//! Registers full of numbers, of either precision.

use pulp::Simd;

/// A machine number with its vector instructions, under whatever instruction set `S` was found at run time. The names
/// keep apart from those of the operators on single numbers.
pub trait Lanes: Copy + Send + Sync + 'static {
    /// A register full of numbers.
    type Vector<S: Simd>: Copy + Send + Sync;
    /// A truth value for each.
    type Mask<S: Simd>: Copy;

    /// The same number throughout.
    fn v_splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// a + b.
    fn v_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a − b.
    fn v_sub<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a · b.
    fn v_mul<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a / b.
    fn v_div<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// √a.
    fn v_sqrt<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// a · b + c, fused where the machine can.
    fn v_mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// The smaller number.
    fn v_min<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// The larger number.
    fn v_max<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a ≤ b.
    fn v_at_most<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Mask<S>;
    /// a where `mask` holds, b elsewhere.
    fn v_select<S: Simd>(
        simd: S,
        mask: Self::Mask<S>,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// Whether a < b anywhere.
    fn any_below<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> bool;
    /// The whole registers in a slice.
    fn vectors<S: Simd>(numbers: &[Self]) -> &[Self::Vector<S>];
    /// The whole registers in a slice, to be written.
    fn vectors_mut<S: Simd>(numbers: &mut [Self]) -> &mut [Self::Vector<S>];

    /// Numbers in a register.
    fn width<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! lanes {
    ($t:ident, $vector:ident, $mask:ident: $splat:ident $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $mul_add:ident $min:ident
        $max:ident $at_most:ident $select:ident $below:ident $first:ident $vectors:ident $vectors_mut:ident) => {
        impl Lanes for $t {
            type Vector<S: Simd> = S::$vector;
            type Mask<S: Simd> = S::$mask;

            #[inline(always)]
            fn v_splat<S: Simd>(simd: S, x: Self) -> S::$vector {
                simd.$splat(x)
            }

            #[inline(always)]
            fn v_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn v_sub<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$sub(a, b)
            }

            #[inline(always)]
            fn v_mul<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
            }

            #[inline(always)]
            fn v_div<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$div(a, b)
            }

            #[inline(always)]
            fn v_sqrt<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$sqrt(a)
            }

            #[inline(always)]
            fn v_mul_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn v_min<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$min(a, b)
            }

            #[inline(always)]
            fn v_max<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$max(a, b)
            }

            #[inline(always)]
            fn v_at_most<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$mask {
                simd.$at_most(a, b)
            }

            #[inline(always)]
            fn v_select<S: Simd>(
                simd: S,
                mask: S::$mask,
                a: S::$vector,
                b: S::$vector,
            ) -> S::$vector {
                simd.$select(mask, a, b)
            }

            #[inline(always)]
            fn any_below<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> bool {
                // The first of none comes after the last.
                simd.$first(simd.$below(a, b)) < Self::width::<S>()
            }

            #[inline(always)]
            fn vectors<S: Simd>(numbers: &[Self]) -> &[S::$vector] {
                S::$vectors(numbers).0
            }

            #[inline(always)]
            fn vectors_mut<S: Simd>(numbers: &mut [Self]) -> &mut [S::$vector] {
                S::$vectors_mut(numbers).0
            }
        }
    };
}

lanes!(f32, f32s, m32s: splat_f32s add_f32s sub_f32s mul_f32s div_f32s sqrt_f32s mul_add_e_f32s min_f32s max_f32s
    less_than_or_equal_f32s select_f32s less_than_f32s first_true_m32s as_simd_f32s as_mut_simd_f32s);
lanes!(f64, f64s, m64s: splat_f64s add_f64s sub_f64s mul_f64s div_f64s sqrt_f64s mul_add_e_f64s min_f64s max_f64s
    less_than_or_equal_f64s select_f64s less_than_f64s first_true_m64s as_simd_f64s as_mut_simd_f64s);
