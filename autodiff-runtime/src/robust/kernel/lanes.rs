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
    /// |a|.
    fn v_abs<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
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
    /// m and e of a = m · 2ᵉ with 1 ≤ m < 2, for positive a of full precision.
    fn v_split<S: Simd>(simd: S, a: Self::Vector<S>) -> [Self::Vector<S>; 2];
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
    ($t:ident, $vector:ident, $mask:ident: $splat:ident $add:ident $sub:ident $mul:ident $div:ident $abs:ident $sqrt:ident $mul_add:ident
        $min:ident $max:ident $at_most:ident $select:ident $below:ident $first:ident $vectors:ident $vectors_mut:ident $split:ident) => {
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
            fn v_abs<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$abs(a)
            }

            #[inline(always)]
            fn v_split<S: Simd>(simd: S, a: S::$vector) -> [S::$vector; 2] {
                $split(simd, a)
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

lanes!(f32, f32s, m32s: splat_f32s add_f32s sub_f32s mul_f32s div_f32s abs_f32s sqrt_f32s mul_add_e_f32s
    min_f32s max_f32s less_than_or_equal_f32s select_f32s less_than_f32s first_true_m32s as_simd_f32s as_mut_simd_f32s split_f32);
lanes!(f64, f64s, m64s: splat_f64s add_f64s sub_f64s mul_f64s div_f64s abs_f64s sqrt_f64s mul_add_e_f64s
    min_f64s max_f64s less_than_or_equal_f64s select_f64s less_than_f64s first_true_m64s as_simd_f64s as_mut_simd_f64s split_f64);

/// The exponent's bits, put below those of 2²³, are that number plus the biased exponent.
#[inline(always)]
fn split_f32<S: Simd>(simd: S, a: S::f32s) -> [S::f32s; 2] {
    let splat = |bits| simd.splat_u32s(bits);
    let bits = simd.transmute_u32s_f32s(a);
    let mantissa = simd.or_u32s(simd.and_u32s(bits, splat(0x007f_ffff)), splat(0x3f80_0000));
    let biased = simd.wrapping_dyn_shr_u32s(bits, splat(23));
    let above = simd.transmute_f32s_u32s(simd.or_u32s(biased, splat(0x4b00_0000)));
    let bias = simd.splat_f32s((1 << 23) as f32 + 127.0);
    [
        simd.transmute_f32s_u32s(mantissa),
        simd.sub_f32s(above, bias),
    ]
}

/// The same number by number: vectors of 64-bit integers cannot be shifted here.
#[inline(always)]
fn split_f64<S: Simd>(_: S, a: S::f64s) -> [S::f64s; 2] {
    let (mut mantissa, mut exponent) = (a, a);
    for x in pulp::bytemuck::cast_slice_mut::<S::f64s, f64>(std::slice::from_mut(&mut mantissa)) {
        *x = f64::from_bits(x.to_bits() & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    }
    for x in pulp::bytemuck::cast_slice_mut::<S::f64s, f64>(std::slice::from_mut(&mut exponent)) {
        *x = f64::from_bits((x.to_bits() >> 52) | 0x4330_0000_0000_0000)
            - ((1_u64 << 52) as f64 + 1023.0);
    }
    [mantissa, exponent]
}
