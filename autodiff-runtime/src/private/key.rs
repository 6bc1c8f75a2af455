//! How one function finds the derivatives of another.

/// Stands for the one function with this number.
#[derive(Clone, Copy, Debug)]
pub struct Key<const ID: u64>;

/// The type that has the derivatives of a function as its methods. Each [`Key`] implements this for
/// one type only, so the type follows from the number.
pub trait Found<T> {
    /// The value of the type, which holds nothing.
    fn found() -> T;
}

/// The derivatives of the function with number `ID`.
#[inline(always)]
pub fn find<const ID: u64, T>() -> T
where
    Key<ID>: Found<T>,
{
    Key::<ID>::found()
}

/// What a caller would have to give as the tangent or adjoint of a parameter that the callee holds
/// constant. There is no such value: an active argument in that place does not compile.
#[derive(Clone, Copy, Debug)]
pub enum HeldConstant {}
