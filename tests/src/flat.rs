//! Owned arguments and results seen as one list of floats, in the order of `_hessian` and
//! `_jacobian`: parameters in order, elements in memory order.

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};

/// A value made of floats.
///
/// ```
/// use autodiff_tests::flat::Flat;
///
/// let point = vec![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(point.to_floats(), [1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(point.rebuilt(&mut [5.0, 6.0, 7.0, 8.0].into_iter()), [[5.0, 6.0], [7.0, 8.0]]);
/// ```
pub trait Flat: Sized {
    /// Distance from 1 to the next float of this type.
    const EPSILON: f64;

    /// Appends the floats to `out`.
    fn floats(&self, out: &mut Vec<f64>);

    /// A value of the same shape with the next floats of `source`; missing ones become NaN, which
    /// no comparison lets pass.
    fn rebuilt(&self, source: &mut impl Iterator<Item = f64>) -> Self;

    /// The floats as a new list.
    fn to_floats(&self) -> Vec<f64> {
        let mut out = Vec::new();
        self.floats(&mut out);
        out
    }
}

impl Flat for f64 {
    const EPSILON: f64 = f64::EPSILON;

    fn floats(&self, out: &mut Vec<f64>) {
        out.push(*self);
    }

    fn rebuilt(&self, source: &mut impl Iterator<Item = f64>) -> Self {
        source.next().unwrap_or(f64::NAN)
    }
}

impl Flat for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;

    fn floats(&self, out: &mut Vec<f64>) {
        out.push(f64::from(*self));
    }

    fn rebuilt(&self, source: &mut impl Iterator<Item = f64>) -> Self {
        source.next().unwrap_or(f64::NAN) as f32
    }
}

impl Flat for () {
    const EPSILON: f64 = f64::EPSILON;

    fn floats(&self, _: &mut Vec<f64>) {}

    fn rebuilt(&self, _: &mut impl Iterator<Item = f64>) -> Self {}
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    const EPSILON: f64 = T::EPSILON;

    fn floats(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|element| element.floats(out));
    }

    fn rebuilt(&self, source: &mut impl Iterator<Item = f64>) -> Self {
        std::array::from_fn(|i| self[i].rebuilt(source))
    }
}

/// Matrices in the order of their storage, column by column.
impl<R: Dim, C: Dim> Flat for OMatrix<f64, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    const EPSILON: f64 = f64::EPSILON;

    fn floats(&self, out: &mut Vec<f64>) {
        out.extend(self.iter());
    }

    fn rebuilt(&self, source: &mut impl Iterator<Item = f64>) -> Self {
        let (rows, columns) = self.shape_generic();
        let entries = self.iter().map(|_| source.next().unwrap_or(f64::NAN));
        OMatrix::from_iterator_generic(rows, columns, entries)
    }
}

impl<T: Flat> Flat for Vec<T> {
    const EPSILON: f64 = T::EPSILON;

    fn floats(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|element| element.floats(out));
    }

    fn rebuilt(&self, source: &mut impl Iterator<Item = f64>) -> Self {
        self.iter().map(|element| element.rebuilt(source)).collect()
    }
}

macro_rules! flat_tuple {
    ($($name:ident)+) => {
        impl<$($name: Flat),+> Flat for ($($name,)+) {
            const EPSILON: f64 = {
                let mut largest = 0.0;
                $(if $name::EPSILON > largest { largest = $name::EPSILON; })+
                largest
            };

            #[allow(non_snake_case)]
            fn floats(&self, out: &mut Vec<f64>) {
                let ($($name,)+) = self;
                $($name.floats(out);)+
            }

            #[allow(non_snake_case)]
            fn rebuilt(&self, source: &mut impl Iterator<Item = f64>) -> Self {
                let ($($name,)+) = self;
                ($($name.rebuilt(source),)+)
            }
        }
    };
}

flat_tuple!(A B);
flat_tuple!(A B C);
flat_tuple!(A B C D);
