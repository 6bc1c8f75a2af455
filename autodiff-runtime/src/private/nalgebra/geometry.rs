//! Points, rotations and unit vectors under the traits of generated code. Their tangents are those
//! of their coordinates: of a rotation the matrix, of a quaternion `i`, `j`, `k`, `w`.

use super::spaces::{Float, Mat, Real, Space};
use crate::Dual;
use crate::differentiable::Differentiable;
use crate::private::{Coordinate, Count, Inputs, Placeholder, SameShape, ZeroLike};
use crate::trace::{Node, Trace};
use nalgebra::{Const, OPoint, Quaternion, Rotation, SMatrix, SVector, Unit};

/// What has the coordinates of a matrix of `R` rows and `C` columns.
macro_rules! coordinates {
    ($($(#[$doc:meta])* $space:ident $([$d:ident])?: $of:ty, $rows:expr, $columns:expr;
        $x:ident => $matrix:expr; $m:ident => $value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $space $(<const $d: usize>)?;

        impl$(<const $d: usize>)? Space for $space $(<$d>)? {
            type Of<T: Real> = $of;
            type Tan<V: Coordinate> = SMatrix<V, { $rows }, { $columns }>;

            #[inline]
            fn len<T: Real>(_: &$of) -> usize {
                $rows * $columns
            }
            #[inline]
            fn at<T: Real>($x: &$of, k: usize) -> T {
                $matrix[k]
            }
            fn lift<T: Real>($x: &$of, dot: &dyn Fn(usize) -> T) -> Self::Of<Dual<T>> {
                let $m = Mat::<Const<{ $rows }>, Const<{ $columns }>>::lift(&$matrix, dot);
                $value
            }
            fn tangent<T: Real, V: Coordinate>(
                _: &$of,
                coordinate: &mut dyn FnMut(usize) -> V,
            ) -> Self::Tan<V> {
                SMatrix::from_fn(|i, j| coordinate(i + j * $rows))
            }
            #[inline]
            fn get<V: Coordinate>(dot: &Self::Tan<V>, k: usize) -> V {
                dot[k]
            }
            #[inline]
            fn get_mut<V: Coordinate>(dot: &mut Self::Tan<V>, k: usize) -> &mut V {
                &mut dot[k]
            }
            #[inline]
            fn count<V: Coordinate>(dot: &Self::Tan<V>) -> usize {
                dot.len()
            }
        }

        impl<V: Coordinate, T: Float $(, const $d: usize)?> ZeroLike<V> for $of {
            type Outline = ();
            type Zero = SMatrix<V, { $rows }, { $columns }>;

            #[inline]
            fn outline(&self) {}
            #[inline]
            fn zero_of((): &()) -> Self::Zero {
                SMatrix::from_element(V::default())
            }
        }

        impl<T: Float $(, const $d: usize)?> Count for $of {
            #[inline]
            fn count(&self) -> usize {
                $rows * $columns
            }
        }

        impl<V, T: Float $(, const $d: usize)?> SameShape<SMatrix<V, { $rows }, { $columns }>> for $of {
            #[inline]
            fn mismatch(&self, _: &SMatrix<V, { $rows }, { $columns }>) -> Option<(usize, usize)> {
                None
            }
        }

        impl<T: Float $(, const $d: usize)?> Inputs for $of {
            fn inputs(&self, trace: &mut Trace, name: &str) -> SMatrix<Node, { $rows }, { $columns }> {
                let $x = self;
                $matrix.inputs(trace, name)
            }
        }

        impl<T: Float $(, const $d: usize)?> Placeholder for $of {
            #[inline]
            fn placeholder() -> Self {
                let $m = SMatrix::<T, { $rows }, { $columns }>::from_element(<T as Default>::default());
                $value
            }
        }

        impl<T: Float $(, const $d: usize)?> Differentiable for $of {
            type Tangent = SMatrix<T, { $rows }, { $columns }>;

            fn zero_tangent(&self) -> Self::Tangent {
                SMatrix::from_element(<T as Default>::default())
            }

            fn flatten_into(&self, out: &mut Vec<f64>) {
                let $x = self;
                $matrix.flatten_into(out);
            }
        }
    )*};
}
coordinates! {
    /// Points.
    Pt[D]: OPoint<T, Const<D>>, D, 1; x => x.coords; m => OPoint { coords: m };
    /// Rotations as matrices.
    Rot[D]: Rotation<T, D>, D, D; x => x.matrix(); m => Rotation::from_matrix_unchecked(m);
    /// Quaternions.
    Quat: Quaternion<T>, 4, 1; x => x.coords; m => Quaternion { coords: m };
    /// Rotations as unit quaternions.
    Versor: Unit<Quaternion<T>>, 4, 1; x => x.coords; m => Unit::new_unchecked(Quaternion { coords: m });
    /// Directions.
    Direction[D]: Unit<SVector<T, D>>, D, 1; x => x.as_ref(); m => Unit::new_unchecked(m);
}
