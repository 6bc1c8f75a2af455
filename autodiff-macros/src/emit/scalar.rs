//! Twin.
use crate::lower::Lowered;
use crate::signature::Function;
use proc_macro2::TokenStream;
pub fn twin(_function: &Function, _lowered: &Lowered) -> TokenStream {
    TokenStream::new()
}
