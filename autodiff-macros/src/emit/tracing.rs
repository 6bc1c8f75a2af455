//! `f_trace`.

use super::siblings::Writer;
use proc_macro2::TokenStream;

pub(super) fn public(_writer: &Writer<'_>) -> TokenStream {
    TokenStream::new()
}
