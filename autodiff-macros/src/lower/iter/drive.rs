//! The loop around a body that uses each item.

use super::super::Lower;
use super::super::closure::Func;
use super::item::Item;
use super::{By, Iter};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Expr, Lifetime};

/// One loop under construction.
pub(super) struct Drive {
    /// The label by which the iteration ends early.
    label: Lifetime,
    used: bool,
    /// Whether the loop stands in a frame that has the label.
    framed: bool,
    /// Tests at the top of each iteration.
    tests: Vec<TokenStream>,
}

impl Drive {
    pub(super) fn new(lower: &mut Lower<'_>, label: Option<&Lifetime>) -> Drive {
        let own = || {
            let name = lower.hidden("items");
            Lifetime::new(&format!("'{name}"), Span::mixed_site())
        };
        Drive {
            used: label.is_some(),
            label: label.cloned().unwrap_or_else(own),
            framed: false,
            tests: Vec::new(),
        }
    }

    pub(super) fn label(&self) -> &Lifetime {
        &self.label
    }

    /// The label, to break out of the iteration.
    pub(super) fn stop(&mut self) -> Lifetime {
        self.used = true;
        self.label.clone()
    }

    /// A loop with this head.
    fn a_loop(&self, head: TokenStream, body: TokenStream) -> TokenStream {
        let label = (self.used && !self.framed).then(|| {
            let label = &self.label;
            quote!(#label:)
        });
        let tests = &self.tests;
        quote!(#label for #head { #(#tests)* #body })
    }
}

/// What is done with each item.
pub(super) type Body<'b> = dyn FnMut(&mut Lower<'_>, &mut Drive, Item, &mut TokenStream) + 'b;

impl Lower<'_> {
    /// Statements that run `body` for each item of `iter`.
    pub(super) fn drive(
        &mut self,
        iter: &Iter,
        drive: &mut Drive,
        body: &mut Body<'_>,
    ) -> TokenStream {
        if iter.is_indexed() {
            return self.by_index(iter, drive, body);
        }
        match iter {
            Iter::Range(range) | Iter::Constant(range) => {
                let item = self.hidden("i");
                let mut out = TokenStream::new();
                body(self, drive, Item::Value(quote!(#item)), &mut out);
                drive.a_loop(quote!(#item in #range), out)
            }
            Iter::Once(value) => {
                let mut out = TokenStream::new();
                body(self, drive, Item::Value(value.clone()), &mut out);
                drive.a_loop(quote!(_ in 0..1_usize), out)
            }
            Iter::Repeat(value) => {
                let mut out = TokenStream::new();
                body(self, drive, Item::Value(value.clone()), &mut out);
                drive.a_loop(quote!(_ in 0..), out)
            }
            Iter::Chain(first, second) => self.chained(first, second, drive, body),
            Iter::Zip(first, second) => self.zipped(first, second, drive, body),
            Iter::Rev(inner) => self.reversed(inner, drive, body),
            Iter::Enumerate(_) | Iter::Take(..) | Iter::Skip(..) | Iter::StepBy(..) => {
                self.counted(iter, drive, body)
            }
            Iter::FlatMap(inner, func) => self.nested(inner, Some(func), drive, body),
            Iter::Flatten(inner) => self.nested(inner, None, drive, body),
            other => self.staged(other, drive, body),
        }
    }

    fn by_index(&mut self, iter: &Iter, drive: &mut Drive, body: &mut Body<'_>) -> TokenStream {
        let at = self.hidden("i");
        self.in_bounds.insert(at.to_string());
        let (range, iter) = match iter {
            Iter::Rev(inner) => {
                let len = inner.len();
                (quote!((0..#len).rev()), &**inner)
            }
            Iter::StepBy(inner, by) => {
                let len = inner.len();
                (quote!((0..#len).step_by(#by)), &**inner)
            }
            Iter::Skip(inner, count) => {
                let len = inner.len();
                (quote!(#count..#len), &**inner)
            }
            other => {
                let len = other.len();
                (quote!(0..#len), other)
            }
        };
        let mut out = TokenStream::new();
        let item = self.item_at(iter, quote!(#at), &mut out);
        body(self, drive, item, &mut out);
        drive.a_loop(quote!(#at in #range), out)
    }

    /// Adaptors that look at one item at a time.
    fn staged(&mut self, iter: &Iter, drive: &mut Drive, body: &mut Body<'_>) -> TokenStream {
        match iter {
            Iter::Copied(inner) => self.drive(inner, drive, &mut |lower, drive, item, out| {
                body(lower, drive, item.deref(), out);
            }),
            Iter::Map(inner, func) => self.drive(inner, drive, &mut |lower, drive, item, out| {
                let item = lower.apply(func, vec![item], out);
                let item = lower.in_names(item, out);
                body(lower, drive, item, out);
            }),
            Iter::Inspect(inner, func) => {
                self.drive(inner, drive, &mut |lower, drive, item, out| {
                    let item = lower.in_names(item, out);
                    lower.look(func, &item, out);
                    body(lower, drive, item, out);
                })
            }
            Iter::Filter(inner, func) => {
                self.drive(inner, drive, &mut |lower, drive, item, out| {
                    let item = lower.in_names(item, out);
                    let test = lower.apply(func, vec![item.reference()], out).expr();
                    let mut rest = TokenStream::new();
                    body(lower, drive, item, &mut rest);
                    out.extend(quote!(if #test { #rest }));
                })
            }
            Iter::TakeWhile(inner, func) => {
                self.drive(inner, drive, &mut |lower, drive, item, out| {
                    let item = lower.in_names(item, out);
                    let test = lower.apply(func, vec![item.reference()], out).expr();
                    let stop = drive.stop();
                    out.extend(quote!(if !(#test) { break #stop; }));
                    body(lower, drive, item, out);
                })
            }
            Iter::SkipWhile(inner, func) => {
                let skipping = self.hidden("skipping");
                let rest = self.drive(inner, drive, &mut |lower, drive, item, out| {
                    let item = lower.in_names(item, out);
                    let mut test = TokenStream::new();
                    let value = lower.apply(func, vec![item.reference()], &mut test).expr();
                    out.extend(quote!(if #skipping { #test #skipping = #value; }));
                    let mut rest = TokenStream::new();
                    body(lower, drive, item, &mut rest);
                    out.extend(quote!(if !#skipping { #rest }));
                });
                quote!(let mut #skipping = true; #rest)
            }
            Iter::FilterMap(inner, func) => self.optional(inner, None, func, false, drive, body),
            Iter::MapWhile(inner, func) => self.optional(inner, None, func, true, drive, body),
            Iter::Scan(inner, state, func) => {
                let state = Item::Place {
                    of: quote!(#state),
                    mutable: true,
                    depth: 1,
                };
                self.optional(inner, Some(state), func, true, drive, body)
            }
            _ => unreachable!("`drive` has dealt with the others"),
        }
    }

    /// Adaptors whose closure gives an option: nothing is skipped, or ends the iteration.
    fn optional(
        &mut self,
        inner: &Iter,
        state: Option<Item>,
        func: &Func,
        ends: bool,
        drive: &mut Drive,
        body: &mut Body<'_>,
    ) -> TokenStream {
        self.drive(inner, drive, &mut |lower, drive, item, out| {
            let args = state.iter().cloned().chain([item]).collect();
            let Some((some, item)) = lower.apply_optional(func, args, out) else {
                return;
            };
            let Some(some) = some else {
                return body(lower, drive, item, out);
            };
            if ends {
                let stop = drive.stop();
                out.extend(quote!(if !#some { break #stop; }));
                return body(lower, drive, item, out);
            }
            let mut rest = TokenStream::new();
            body(lower, drive, item, &mut rest);
            out.extend(quote!(if #some { #rest }));
        })
    }

    /// Adaptors that count items.
    fn counted(&mut self, iter: &Iter, drive: &mut Drive, body: &mut Body<'_>) -> TokenStream {
        let count = self.hidden("count");
        let rest = match iter {
            Iter::Enumerate(inner) => self.drive(inner, drive, &mut |lower, drive, item, out| {
                let item = lower.in_names(item, out);
                let at = lower.hidden("at");
                out.extend(quote!(let #at = #count; #count += 1;));
                let parts = vec![Item::Value(quote!(#at)), item];
                body(lower, drive, Item::Tuple { parts, depth: 0 }, out);
            }),
            Iter::Take(inner, limit) => {
                let stop = drive.stop();
                drive
                    .tests
                    .push(quote!(if #count >= #limit { break #stop; }));
                self.drive(inner, drive, &mut |lower, drive, item, out| {
                    out.extend(quote!(#count += 1;));
                    body(lower, drive, item, out);
                })
            }
            Iter::Skip(inner, first) => self.drive(inner, drive, &mut |lower, drive, item, out| {
                let item = lower.in_names(item, out);
                let mut rest = TokenStream::new();
                body(lower, drive, item, &mut rest);
                out.extend(quote!(#count += 1; if #count > #first { #rest }));
            }),
            Iter::StepBy(inner, by) => self.drive(inner, drive, &mut |lower, drive, item, out| {
                let item = lower.in_names(item, out);
                let at = lower.hidden("at");
                let mut rest = TokenStream::new();
                body(lower, drive, item, &mut rest);
                out.extend(quote!(let #at = #count; #count += 1; if #at % #by == 0 { #rest }));
            }),
            _ => unreachable!("the caller has looked"),
        };
        quote!(let mut #count: usize = 0; #rest)
    }

    /// One iterator after the other, in a frame that both can be left through.
    fn chained(
        &mut self,
        first: &Iter,
        second: &Iter,
        drive: &mut Drive,
        body: &mut Body<'_>,
    ) -> TokenStream {
        let outermost = !std::mem::replace(&mut drive.framed, true);
        let first = self.drive(first, drive, body);
        let second = self.drive(second, drive, body);
        if outermost {
            drive.framed = false;
        }
        match outermost && drive.used {
            true => drive.a_loop(quote!(_ in 0..1_usize), quote!(#first #second)),
            false => quote!(#first #second),
        }
    }

    fn zipped(
        &mut self,
        first: &Iter,
        second: &Iter,
        drive: &mut Drive,
        body: &mut Body<'_>,
    ) -> TokenStream {
        let (at, other) = (self.hidden("i"), self.hidden("constant"));
        self.in_bounds.insert(at.to_string());
        let constant = |iter: &Iter| match iter {
            Iter::Constant(expr) | Iter::Range(expr) => Some(expr.clone()),
            _ => None,
        };
        let mut out = TokenStream::new();
        match (constant(first), constant(second)) {
            (None, Some(with)) if first.is_indexed() => {
                let (len, value) = (first.len(), Item::Value(quote!(#other)));
                let item = self.item_at(first, quote!(#at), &mut out);
                let parts = vec![self.in_names(item, &mut out), value];
                body(self, drive, Item::Tuple { parts, depth: 0 }, &mut out);
                drive.a_loop(quote!((#at, #other) in (0..#len).zip(#with)), out)
            }
            (Some(with), None) if second.is_indexed() => {
                let (len, value) = (second.len(), Item::Value(quote!(#other)));
                let item = self.item_at(second, quote!(#at), &mut out);
                let parts = vec![value, self.in_names(item, &mut out)];
                body(self, drive, Item::Tuple { parts, depth: 0 }, &mut out);
                let with = quote!(::core::iter::IntoIterator::into_iter(#with));
                drive.a_loop(quote!((#other, #at) in #with.zip(0..#len)), out)
            }
            _ => {
                let mut before = TokenStream::new();
                let second = self.in_memory(second, &mut before);
                let rest = self.zipped_by_count(first, &second, drive, body);
                quote!(#before #rest)
            }
        }
    }

    /// Each item of `first` with the next one of `second`, which is indexed.
    fn zipped_by_count(
        &mut self,
        first: &Iter,
        second: &Iter,
        drive: &mut Drive,
        body: &mut Body<'_>,
    ) -> TokenStream {
        let (count, len) = (self.hidden("count"), second.len());
        let rest = self.drive(first, drive, &mut |lower, drive, item, out| {
            let item = lower.in_names(item, out);
            let (at, stop) = (lower.hidden("at"), drive.stop());
            lower.in_bounds.insert(at.to_string());
            out.extend(quote! {
                if #count >= #len { break #stop; }
                let #at = #count;
                #count += 1;
            });
            let other = lower.item_at(second, quote!(#at), out);
            let parts = vec![item, lower.in_names(other, out)];
            body(lower, drive, Item::Tuple { parts, depth: 0 }, out);
        });
        quote!(let mut #count: usize = 0; #rest)
    }

    /// `iter` if it is indexed, otherwise its items in a `Vec` made beforehand.
    pub(super) fn in_memory(&mut self, iter: &Iter, before: &mut TokenStream) -> Iter {
        if iter.is_indexed() {
            return iter.clone();
        }
        let of = self.hidden("collected");
        let stmts = self.pushed(iter, &quote!(#of));
        before.extend(stmts);
        let (of, by) = (quote!(#of), By::Value);
        Iter::Elements { of, by }
    }

    fn reversed(&mut self, inner: &Iter, drive: &mut Drive, body: &mut Body<'_>) -> TokenStream {
        let rev = |iter: &Iter| Box::new(Iter::Rev(Box::new(iter.clone())));
        let turned = match inner {
            Iter::Rev(inner) => (**inner).clone(),
            Iter::Chain(a, b) => Iter::Chain(rev(b), rev(a)),
            Iter::Copied(inner) => Iter::Copied(rev(inner)),
            Iter::Map(inner, func) => Iter::Map(rev(inner), func.clone()),
            Iter::Inspect(inner, func) => Iter::Inspect(rev(inner), func.clone()),
            Iter::Filter(inner, func) => Iter::Filter(rev(inner), func.clone()),
            Iter::FilterMap(inner, func) => Iter::FilterMap(rev(inner), func.clone()),
            Iter::Range(range) => Iter::Range(syn::parse_quote!((#range).rev())),
            Iter::Constant(expr) => Iter::Constant(syn::parse_quote!((#expr).rev())),
            Iter::Once(_) | Iter::Repeat(_) => inner.clone(),
            other => {
                let mut before = TokenStream::new();
                let inner = self.in_memory(other, &mut before);
                let rest = self.drive(&Iter::Rev(Box::new(inner)), drive, body);
                return quote!(#before #rest);
            }
        };
        self.drive(&turned, drive, body)
    }

    /// An iterator inside of an iterator.
    fn nested(
        &mut self,
        inner: &Iter,
        func: Option<&Func>,
        drive: &mut Drive,
        body: &mut Body<'_>,
    ) -> TokenStream {
        self.drive(inner, drive, &mut |lower, drive, item, out| {
            let item = match func {
                Some(func) => lower.apply(func, vec![item], out),
                None => item,
            };
            let Ok(expr) = syn::parse2::<Expr>(item.expr()) else {
                return;
            };
            let mut setup = TokenStream::new();
            let Some(iter) = lower.read_nested(&expr, &item, &mut setup) else {
                return;
            };
            let mut own = Drive::new(lower, None);
            own.tests.clone_from(&drive.tests);
            let rest = lower.drive(&iter, &mut own, &mut |lower, _, item, out| {
                body(lower, drive, item, out);
            });
            out.extend(quote!(#setup #rest));
        })
    }
}
