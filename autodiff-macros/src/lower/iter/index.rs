//! Iterators that give their k-th item without the ones before: sequences, and adaptors that keep
//! that so.

use super::super::Lower;
use super::super::closure::Func;
use super::item::Item;
use super::parse::literal;
use super::{By, Iter};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

impl Iter {
    /// Whether items can be had by their position.
    pub(super) fn is_indexed(&self) -> bool {
        match self {
            Iter::Elements { .. } | Iter::Windows { .. } | Iter::Chunks { .. } | Iter::Count(_) => {
                true
            }
            Iter::Zip(a, b) => a.is_indexed() && b.is_indexed() && !(a.acts() || b.acts()),
            Iter::Enumerate(inner) | Iter::Copied(inner) | Iter::Take(inner, _) => {
                inner.is_indexed()
            }
            // These leave out items, which a closure with effects would see nevertheless.
            Iter::Rev(inner) | Iter::Skip(inner, _) | Iter::StepBy(inner, _) => {
                inner.is_indexed() && !inner.acts()
            }
            Iter::Map(inner, _) | Iter::Inspect(inner, _) => inner.is_indexed(),
            _ => false,
        }
    }

    /// Whether evaluating an item may change something.
    pub(super) fn acts(&self) -> bool {
        match self {
            Iter::Map(inner, func) => acts(func) || inner.acts(),
            Iter::Inspect(..) | Iter::Scan(..) => true,
            Iter::Zip(a, b) | Iter::Chain(a, b) => a.acts() || b.acts(),
            Iter::Filter(inner, func)
            | Iter::FilterMap(inner, func)
            | Iter::TakeWhile(inner, func)
            | Iter::SkipWhile(inner, func)
            | Iter::MapWhile(inner, func)
            | Iter::FlatMap(inner, func) => acts(func) || inner.acts(),
            Iter::Enumerate(inner)
            | Iter::Copied(inner)
            | Iter::Flatten(inner)
            | Iter::Rev(inner)
            | Iter::Take(inner, _)
            | Iter::Skip(inner, _)
            | Iter::StepBy(inner, _) => inner.acts(),
            _ => false,
        }
    }

    /// The number of items of an indexed iterator.
    pub(super) fn len(&self) -> TokenStream {
        match self {
            Iter::Elements { of, .. } => quote!(#of.len()),
            Iter::Count(end) => end.clone(),
            Iter::Windows { of, size } => match literal(size) {
                Some(size) if size > 0 => {
                    let less = proc_macro2::Literal::usize_unsuffixed(size - 1);
                    quote!(#of.len().saturating_sub(#less))
                }
                _ => quote!((#of.len() + 1).saturating_sub(#size)),
            },
            Iter::Chunks {
                of, size, exact, ..
            } => match exact {
                true => quote!((#of.len() / #size)),
                false => quote!(#of.len().div_ceil(#size)),
            },
            Iter::Zip(a, b) => {
                let (a, b) = (a.len(), b.len());
                quote!(#a.min(#b))
            }
            Iter::Enumerate(inner)
            | Iter::Copied(inner)
            | Iter::Rev(inner)
            | Iter::Map(inner, _)
            | Iter::Inspect(inner, _) => inner.len(),
            Iter::Take(inner, count) => {
                let len = inner.len();
                quote!(#len.min(#count))
            }
            Iter::Skip(inner, count) => {
                let len = inner.len();
                quote!(#len.saturating_sub(#count))
            }
            Iter::StepBy(inner, by) => {
                let len = inner.len();
                quote!(#len.div_ceil(#by))
            }
            _ => unreachable!("only indexed iterators have a length"),
        }
    }
}

/// Whether a closure may change something that it captures.
fn acts(func: &Func) -> bool {
    use syn::visit::Visit;
    struct Acts(bool);
    impl<'ast> Visit<'ast> for Acts {
        fn visit_expr_assign(&mut self, _: &'ast syn::ExprAssign) {
            self.0 = true;
        }
        fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
            self.0 |= super::super::opaque::is_assigning(&binary.op);
            syn::visit::visit_expr_binary(self, binary);
        }
        fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
            self.0 |= reference.mutability.is_some();
            syn::visit::visit_expr_reference(self, reference);
        }
        fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
            self.0 |= super::super::opaque::changes(&call.method.to_string());
            syn::visit::visit_expr_method_call(self, call);
        }
        fn visit_macro(&mut self, _: &'ast syn::Macro) {
            self.0 = true;
        }
    }
    let mut visitor = Acts(false);
    if let Func::Closure(closure) = func {
        visitor.visit_expr(&closure.body);
    }
    visitor.0
}

impl Lower<'_> {
    /// The item at position `at` of an indexed iterator; statements that make it go to `out`.
    pub(super) fn item_at(&mut self, iter: &Iter, at: TokenStream, out: &mut TokenStream) -> Item {
        match iter {
            Iter::Elements { of, by } => match by {
                By::Shared | By::Mutable => Item::Place {
                    of: quote!(#of[#at]),
                    mutable: *by == By::Mutable,
                    depth: 1,
                },
                By::Value => Item::Value(quote!(#of[#at])),
            },
            Iter::Count(_) => Item::Value(self.position(at, out)),
            Iter::Windows { of, size } => {
                let start = self.position(at, out);
                let end = self.hidden("end");
                self.in_bounds.insert(end.to_string());
                out.extend(quote!(let #end = #start + #size;));
                Item::Window {
                    of: of.clone(),
                    start: self.named(&start, out),
                    end: quote!(#end),
                    len: literal(size),
                }
            }
            Iter::Chunks {
                of,
                size,
                exact,
                mutable,
            } => {
                let start = self.position(quote!(#at * #size), out);
                let end = match exact {
                    true => quote!(#start + #size),
                    false => quote!((#start + #size).min(#of.len())),
                };
                let end = self.position(end, out);
                Item::Place {
                    of: quote!(#of[#start..#end]),
                    mutable: *mutable,
                    depth: 1,
                }
            }
            Iter::Zip(a, b) => {
                let at = self.position(at, out);
                let first = self.item_at(a, at.clone(), out);
                let first = self.in_names(first, out);
                let second = self.item_at(b, at, out);
                let second = self.in_names(second, out);
                Item::Tuple {
                    parts: vec![first, second],
                    depth: 0,
                }
            }
            Iter::Enumerate(inner) => {
                let at = self.position(at, out);
                let item = self.item_at(inner, at.clone(), out);
                let item = self.in_names(item, out);
                Item::Tuple {
                    parts: vec![Item::Value(at), item],
                    depth: 0,
                }
            }
            Iter::Copied(inner) => self.item_at(inner, at, out).deref(),
            Iter::Take(inner, _) => self.item_at(inner, at, out),
            Iter::Rev(inner) => {
                let len = inner.len();
                let at = self.position(quote!(#len - 1 - #at), out);
                self.item_at(inner, at, out)
            }
            Iter::Skip(inner, count) => {
                let at = self.position(quote!(#at + #count), out);
                self.item_at(inner, at, out)
            }
            Iter::StepBy(inner, by) => {
                let at = self.position(quote!(#at * #by), out);
                self.item_at(inner, at, out)
            }
            Iter::Map(inner, func) => {
                let item = self.item_at(inner, at, out);
                let item = self.apply(func, vec![item], out);
                self.in_names(item, out)
            }
            Iter::Inspect(inner, func) => {
                let item = self.item_at(inner, at, out);
                let item = self.in_names(item, out);
                self.look(func, &item, out);
                item
            }
            _ => unreachable!("only indexed iterators have positions"),
        }
    }

    /// Calls `func` for its effect.
    pub(super) fn look(&mut self, func: &Func, item: &Item, out: &mut TokenStream) {
        let seen = self.apply(func, vec![item.reference()], out).expr();
        out.extend(quote!(#seen;));
    }

    /// A position within the bounds, by a name.
    pub(super) fn position(&mut self, at: TokenStream, out: &mut TokenStream) -> TokenStream {
        if at.clone().into_iter().count() == 1 {
            return at;
        }
        let hidden = self.hidden("at");
        self.in_bounds.insert(hidden.to_string());
        out.extend(quote!(let #hidden = #at;));
        quote!(#hidden)
    }

    fn named(&mut self, at: &TokenStream, out: &mut TokenStream) -> proc_macro2::Ident {
        syn::parse2(at.clone()).unwrap_or_else(|_| {
            let hidden = self.hidden("at");
            out.extend(quote!(let #hidden = #at;));
            hidden.to_token_stream();
            hidden
        })
    }
}
