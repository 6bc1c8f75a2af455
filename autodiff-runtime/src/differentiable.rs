//! Values that have tangents.

/// A value made of floats, which therefore has tangents and adjoints of its own shape.
///
/// `#[differentiate]` returns the gradient with respect to a parameter as its
/// [`Tangent`](Differentiable::Tangent). Numbers are flattened in order, matrices column by column.
///
/// ```
/// use autodiff_runtime::Differentiable;
///
/// let point = (1.5, [2.0, 3.0]);
/// assert_eq!(point.zero_tangent(), (0.0, [0.0, 0.0]));
/// let mut flat = Vec::new();
/// point.flatten_into(&mut flat);
/// assert_eq!(flat, [1.5, 2.0, 3.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "the macro cannot see through the type `{Self}`, and it is not `Differentiable`",
    label = "derivatives with respect to this are asked for",
    note = "put `#[derive(Differentiable)]` on it; or hold it constant: mark the parameter or the \
            field `#[constant]`, or name the active parameters by `#[differentiate(wrt(…))]`"
)]
pub trait Differentiable {
    /// The type of tangents and adjoints, owned.
    type Tangent;

    /// The zero tangent of the shape of `self`.
    fn zero_tangent(&self) -> Self::Tangent;

    /// Appends all numbers in order.
    fn flatten_into(&self, out: &mut Vec<f64>);
}

macro_rules! floats {
    ($($float:ty)*) => {$(
        impl Differentiable for $float {
            type Tangent = $float;

            fn zero_tangent(&self) -> $float {
                0.0
            }

            fn flatten_into(&self, out: &mut Vec<f64>) {
                out.push(f64::from(*self));
            }
        }
    )*};
}
floats!(f32 f64);

macro_rules! without_numbers {
    ($($ty:ty)*) => {$(
        /// Nothing in it has a derivative.
        impl Differentiable for $ty {
            type Tangent = ();

            fn zero_tangent(&self) {}

            fn flatten_into(&self, _: &mut Vec<f64>) {}
        }
    )*};
}
without_numbers!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize str String);

impl<T: Differentiable + ?Sized> Differentiable for &T {
    type Tangent = T::Tangent;

    fn zero_tangent(&self) -> Self::Tangent {
        (**self).zero_tangent()
    }

    fn flatten_into(&self, out: &mut Vec<f64>) {
        (**self).flatten_into(out);
    }
}

impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Tangent = [T::Tangent; N];

    fn zero_tangent(&self) -> Self::Tangent {
        std::array::from_fn(|k| self[k].zero_tangent())
    }

    fn flatten_into(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|part| part.flatten_into(out));
    }
}

impl<T: Differentiable> Differentiable for [T] {
    type Tangent = Vec<T::Tangent>;

    fn zero_tangent(&self) -> Self::Tangent {
        self.iter().map(T::zero_tangent).collect()
    }

    fn flatten_into(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|part| part.flatten_into(out));
    }
}

impl<T: Differentiable> Differentiable for Vec<T> {
    type Tangent = Vec<T::Tangent>;

    fn zero_tangent(&self) -> Self::Tangent {
        self.as_slice().zero_tangent()
    }

    fn flatten_into(&self, out: &mut Vec<f64>) {
        self.as_slice().flatten_into(out);
    }
}

macro_rules! tuples {
    ($($($part:ident $k:tt)*;)*) => {$(
        impl<$($part: Differentiable),*> Differentiable for ($($part,)*) {
            type Tangent = ($($part::Tangent,)*);

            fn zero_tangent(&self) -> Self::Tangent {
                ($(self.$k.zero_tangent(),)*)
            }

            fn flatten_into(&self, out: &mut Vec<f64>) {
                $(self.$k.flatten_into(out);)*
            }
        }
    )*};
}
tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
}
