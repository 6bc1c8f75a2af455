//! What an iterator gives, as expressions: a value, a reference to a part of something, a tuple of
//! these. Patterns take an item apart without making it first.

use super::super::Lower;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::visit_mut::VisitMut;
use syn::{Expr, Lit, Pat};

/// One item of an iterator.
#[derive(Clone)]
pub(in crate::lower) enum Item {
    Value(TokenStream),
    /// `&of`, `&mut of`, `&&of`: as many references as `depth` says.
    Place {
        of: TokenStream,
        mutable: bool,
        depth: usize,
    },
    /// A tuple, or a reference to one.
    Tuple {
        parts: Vec<Item>,
        depth: usize,
    },
    /// `&of[start..end]`, which has `len` elements if that is known.
    Window {
        of: TokenStream,
        start: Ident,
        end: TokenStream,
        len: Option<usize>,
    },
}

impl Item {
    /// The item that an argument of a call is, bound to `hidden`.
    pub(in crate::lower) fn of_argument(arg: &Expr, hidden: &Ident) -> Item {
        match arg {
            Expr::Reference(reference) => Item::Place {
                of: quote!((*#hidden)),
                mutable: reference.mutability.is_some(),
                depth: 1,
            },
            _ => Item::Value(quote!(#hidden)),
        }
    }

    /// The item as an expression.
    pub(in crate::lower) fn expr(&self) -> TokenStream {
        match self {
            Item::Value(value) => value.clone(),
            Item::Place { of, mutable, depth } => {
                let ands = (1..*depth).map(|_| quote!(&));
                let mutable = mutable.then(|| quote!(mut));
                quote!(#(#ands)* & #mutable #of)
            }
            Item::Tuple { parts, depth } => {
                let parts = parts.iter().map(Item::expr);
                let ands = (0..*depth).map(|_| quote!(&));
                quote!(#(#ands)* (#(#parts,)*))
            }
            Item::Window { of, start, end, .. } => quote!(&#of[#start..#end]),
        }
    }

    /// What stands behind the references.
    pub(in crate::lower) fn value(&self) -> TokenStream {
        match self {
            Item::Place { of, .. } => of.clone(),
            other => other.expr(),
        }
    }

    /// `&item`.
    pub(super) fn reference(&self) -> Item {
        match self.clone() {
            Item::Value(of) => Item::Place {
                of,
                mutable: false,
                depth: 1,
            },
            Item::Place { of, mutable, depth } => Item::Place {
                of,
                mutable,
                depth: depth + 1,
            },
            Item::Tuple { parts, depth } => Item::Tuple {
                parts,
                depth: depth + 1,
            },
            window @ Item::Window { .. } => window,
        }
    }

    /// `*item`.
    pub(super) fn deref(&self) -> Item {
        match self.clone() {
            Item::Value(value) => Item::Value(quote!((*#value))),
            Item::Place { of, depth: 1, .. } => Item::Value(of),
            Item::Place { of, mutable, depth } => Item::Place {
                of,
                mutable,
                depth: depth - 1,
            },
            Item::Tuple { parts, depth } => Item::Tuple {
                parts,
                depth: depth.saturating_sub(1),
            },
            Item::Window { of, start, end, .. } => Item::Value(quote!(#of[#start..#end])),
        }
    }

    /// The `k`-th part of a tuple; by reference if the tuple is one.
    fn part(&self, k: usize) -> Item {
        let index = syn::Index::from(k);
        match self {
            Item::Tuple { parts, depth } if k < parts.len() => {
                (0..*depth).fold(parts[k].clone(), |part, _| part.reference())
            }
            Item::Place { of, mutable, .. } => Item::Place {
                of: quote!(#of.#index),
                mutable: *mutable,
                depth: 1,
            },
            other => {
                let value = other.expr();
                Item::Value(quote!(#value.#index))
            }
        }
    }

    /// The element `k` of an array or slice, or the elements of a range.
    fn element(&self, k: TokenStream) -> Item {
        match self {
            Item::Place { of, mutable, .. } => Item::Place {
                of: quote!(#of[#k]),
                mutable: *mutable,
                depth: 1,
            },
            Item::Window { of, start, .. } => Item::Place {
                of: match k.to_string().as_str() {
                    "0" => quote!(#of[#start]),
                    _ => quote!(#of[#start + #k]),
                },
                mutable: false,
                depth: 1,
            },
            other => {
                let value = other.expr();
                Item::Value(quote!(#value[#k]))
            }
        }
    }
}

/// The names a pattern has bound so far, and to what.
pub(in crate::lower) type Bound = Vec<(String, Item)>;

impl Lower<'_> {
    /// Binds `item` to `pat` by statements in `out`; `body` is where the names are used.
    pub(in crate::lower) fn bind_item(
        &mut self,
        pat: &Pat,
        item: Item,
        body: &mut Expr,
        out: &mut TokenStream,
        bound: &mut Bound,
    ) {
        match (pat, item) {
            (Pat::Wild(_), Item::Value(value)) => {
                if value.clone().into_iter().count() > 1 {
                    out.extend(quote!(let _ = #value;));
                }
            }
            (Pat::Wild(_), _) => {}
            (Pat::Type(typed), Item::Value(value)) if matches!(&*typed.pat, Pat::Ident(_)) => {
                out.extend(quote!(let #typed = #value;));
            }
            (Pat::Type(typed), item) => self.bind_item(&typed.pat, item, body, out, bound),
            (Pat::Paren(inner), item) => self.bind_item(&inner.pat, item, body, out, bound),
            (Pat::Reference(reference), item) => {
                self.bind_item(&reference.pat, item.deref(), body, out, bound);
            }
            (Pat::Tuple(tuple), item @ (Item::Tuple { .. } | Item::Place { .. }))
                if !tuple.elems.iter().any(|part| matches!(part, Pat::Rest(_))) =>
            {
                for (k, part) in tuple.elems.iter().enumerate() {
                    self.bind_item(part, item.part(k), body, out, bound);
                }
            }
            (Pat::Slice(slice), item @ (Item::Place { .. } | Item::Window { .. }))
                if !slice.elems.iter().any(is_rest) =>
            {
                for (k, part) in slice.elems.iter().enumerate() {
                    let k = syn::Index::from(k).to_token_stream();
                    self.bind_item(part, item.element(k), body, out, bound);
                }
            }
            (Pat::Slice(slice), Item::Value(value)) if !slice.elems.iter().any(is_rest) => {
                let item = self.in_names(Item::Value(value), out);
                for (k, part) in slice.elems.iter().enumerate() {
                    let k = syn::Index::from(k).to_token_stream();
                    self.bind_item(part, item.element(k), body, out, bound);
                }
            }
            (Pat::Ident(ident), item) if ident.subpat.is_none() && ident.by_ref.is_none() => {
                self.bind_item_name(ident, item, body, out, bound);
            }
            (pat, item) => {
                let value = item.expr();
                out.extend(quote!(let #pat = #value;));
            }
        }
    }

    fn bind_item_name(
        &mut self,
        pat: &syn::PatIdent,
        item: Item,
        body: &mut Expr,
        out: &mut TokenStream,
        bound: &mut Bound,
    ) {
        let ident = &pat.ident;
        let whole = match &item {
            Item::Tuple { parts, .. } => {
                let mut parts_of = Parts::of_tuple(ident, parts.len());
                for (k, name) in parts_of.names.iter_mut().enumerate() {
                    *name = Some(self.hidden(&format!("{ident}_{k}")));
                }
                parts_of.visit_expr_mut(body);
                for k in parts_of.used() {
                    let name = parts_of.names[k].clone().expect("named above");
                    self.bind_part(&name, &parts[k], out);
                }
                parts_of.mentioned
            }
            Item::Window { len: Some(len), .. } => {
                let mut parts_of = Parts::of_window(ident, *len);
                for (k, name) in parts_of.names.iter_mut().enumerate() {
                    *name = Some(self.hidden(&format!("{ident}_{k}")));
                }
                parts_of.visit_expr_mut(body);
                for k in parts_of.used() {
                    let name = parts_of.names[k].clone().expect("named above");
                    let value = item.element(syn::Index::from(k).to_token_stream()).value();
                    out.extend(quote!(let #name = #value;));
                }
                parts_of.mentioned
            }
            _ => true,
        };
        if whole {
            let value = item.expr();
            out.extend(quote!(let #pat = #value;));
        }
        if pat.mutability.is_none() && !matches!(item, Item::Value(_)) {
            bound.push((ident.to_string(), item));
        }
    }

    fn bind_part(&mut self, name: &Ident, part: &Item, out: &mut TokenStream) {
        let value = part.expr();
        out.extend(quote!(let #name = #value;));
    }
}

fn is_rest(pat: &Pat) -> bool {
    match pat {
        Pat::Rest(_) => true,
        Pat::Ident(ident) => matches!(&ident.subpat, Some((_, sub)) if is_rest(sub)),
        _ => false,
    }
}

/// Replaces `t.0` or `w[0]` by names for the parts, where `t` is a tuple and `w` a window.
struct Parts<'a> {
    whole: &'a Ident,
    names: Vec<Option<Ident>>,
    used: Vec<bool>,
    /// Whether there are elements, not fields.
    elements: bool,
    /// Whether the whole is used otherwise.
    mentioned: bool,
}

impl<'a> Parts<'a> {
    fn of_tuple(whole: &'a Ident, len: usize) -> Parts<'a> {
        Parts {
            whole,
            names: vec![None; len],
            used: vec![false; len],
            elements: false,
            mentioned: false,
        }
    }

    fn of_window(whole: &'a Ident, len: usize) -> Parts<'a> {
        Parts {
            elements: true,
            ..Parts::of_tuple(whole, len)
        }
    }

    fn used(&self) -> Vec<usize> {
        (0..self.used.len()).filter(|k| self.used[*k]).collect()
    }

    fn is_whole(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Path(path) => path.path.is_ident(self.whole),
            Expr::Paren(inner) => self.is_whole(&inner.expr),
            _ => false,
        }
    }

    /// Which part `expr` is.
    fn part(&self, expr: &Expr) -> Option<usize> {
        let k = match expr {
            Expr::Field(field) if !self.elements && self.is_whole(&field.base) => {
                match &field.member {
                    syn::Member::Unnamed(index) => index.index as usize,
                    syn::Member::Named(_) => return None,
                }
            }
            Expr::Index(index) if self.elements && self.is_whole(&index.expr) => {
                match &*index.index {
                    Expr::Lit(lit) => match &lit.lit {
                        Lit::Int(int) => int.base10_parse().ok()?,
                        _ => return None,
                    },
                    _ => return None,
                }
            }
            _ => return None,
        };
        (k < self.names.len()).then_some(k)
    }
}

impl VisitMut for Parts<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(k) = self.part(expr)
            && let Some(name) = &self.names[k]
        {
            self.used[k] = true;
            *expr = syn::parse_quote!(#name);
            return;
        }
        self.mentioned |= matches!(expr, Expr::Path(path) if path.path.is_ident(self.whole));
        syn::visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        // What a macro makes of it is not visible.
        self.mentioned |= mac.tokens.to_string().contains(&self.whole.to_string());
    }
}
