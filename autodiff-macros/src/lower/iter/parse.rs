//! From a chain of method calls to an iterator.

use super::super::Lower;
use super::super::closure::Func;
use super::super::typing::by_names;
use super::{By, Iter};
use crate::ir::Ty;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, Lit};

/// The methods that end a chain with a value.
const CONSUMERS: &[&str] = &[
    "sum", "product", "fold", "reduce", "for_each", "collect", "unzip", "count", "any", "all",
    "position", "min_by", "max_by", "find", "last", "nth", "next", "find_map",
];

/// The adaptors, each of which needs an iterator below it.
const ADAPTORS: &[&str] = &[
    "zip",
    "chain",
    "enumerate",
    "rev",
    "take",
    "skip",
    "step_by",
    "copied",
    "cloned",
    "map",
    "inspect",
    "filter",
    "filter_map",
    "take_while",
    "skip_while",
    "map_while",
    "scan",
    "flat_map",
    "flatten",
    "by_ref",
    "fuse",
    "peekable",
];

/// The methods of sequences that give an iterator.
const SOURCES: &[&str] = &[
    "iter",
    "iter_mut",
    "into_iter",
    "windows",
    "chunks",
    "chunks_exact",
    "chunks_mut",
    "chunks_exact_mut",
    "drain",
];

pub(in crate::lower) fn is_consumer(name: &str) -> bool {
    CONSUMERS.contains(&name)
}

impl Lower<'_> {
    /// Whether `expr` is a chain that starts from a sequence or a range.
    pub(in crate::lower) fn is_iterator(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_iterator(&inner.expr),
            Expr::Group(inner) => self.is_iterator(&inner.expr),
            Expr::Range(_) => true,
            Expr::Path(path) => path
                .path
                .get_ident()
                .and_then(|name| self.lookup(&name.to_string()))
                .is_some_and(|var| self.iterators.contains_key(&var)),
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                if SOURCES.contains(&name.as_str()) {
                    return true;
                }
                ADAPTORS.contains(&name.as_str()) && self.is_iterator(&call.receiver)
            }
            Expr::Call(call) => iter_function(call).is_some(),
            _ => false,
        }
    }

    /// Reads `expr`, given where an iterator is wanted: a chain, or a sequence that is made into
    /// one. What is evaluated beforehand goes to `setup`. `None` if an error has been reported.
    pub(super) fn read_iter(&mut self, expr: &Expr, setup: &mut TokenStream) -> Option<Iter> {
        match expr {
            Expr::Paren(inner) => return self.read_iter(&inner.expr, setup),
            Expr::Group(inner) => return self.read_iter(&inner.expr, setup),
            Expr::Range(range) => return Some(self.read_range(range, expr, setup)),
            Expr::MethodCall(call) if self.is_iterator(expr) => {
                return self.read_method(call, expr, setup);
            }
            Expr::Call(call) => {
                if let Some(name) = iter_function(call) {
                    return self.read_function(&name, call, expr, setup);
                }
            }
            Expr::Path(path) => {
                let known = path
                    .path
                    .get_ident()
                    .and_then(|name| self.lookup(&name.to_string()))
                    .and_then(|var| self.iterators.get(&var).cloned());
                if let Some(chain) = known {
                    if !self.means_the_same(&chain.1) {
                        self.errors.at(
                            expr,
                            "a name in this iterator means something else by now; use the iterator \
                             where it is made",
                        );
                        return None;
                    }
                    return self.read_iter(&chain.0, setup);
                }
            }
            _ => {}
        }
        if !self.mentions_real(expr) && !self.is_constant_sequence(expr) {
            return Some(Iter::Constant(expr.clone()));
        }
        // A sequence: `x`, `&x`, `&mut x[a..b]`, `[x, y]`, a call.
        let by = match expr {
            Expr::Reference(r) if r.mutability.is_some() => By::Mutable,
            Expr::Reference(_) => By::Shared,
            _ => match self.ty_of(expr) {
                Ty::Ref(_, true) => By::Mutable,
                Ty::Ref(..) => By::Shared,
                _ => By::Value,
            },
        };
        let of = match expr {
            Expr::Reference(r) => self.sequence(&r.expr, by, setup),
            _ => self.sequence(expr, by, setup),
        };
        Some(Iter::Elements { of, by })
    }

    /// `lo..hi`; one that starts from 0 gives positions.
    fn read_range(&mut self, range: &syn::ExprRange, expr: &Expr, setup: &mut TokenStream) -> Iter {
        if let (Some(start), Some(end), syn::RangeLimits::HalfOpen(_)) =
            (&range.start, &range.end, &range.limits)
            && literal(&start.to_token_stream()) == Some(0)
            && self.is_usize(end)
            && !matches!(&**end, Expr::Lit(lit) if lit.to_token_stream().to_string().contains('i'))
        {
            return Iter::Count(match &**end {
                Expr::Lit(_) => quote!(#end),
                end => self.count_of(end, setup),
            });
        }
        Iter::Range(expr.clone())
    }

    /// Whether a chain of adaptors starts from a constant sequence that can be indexed.
    fn starts_from_sequence(&self, expr: &Expr) -> bool {
        match expr {
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                let plain = SOURCES.contains(&name.as_str())
                    || matches!(name.as_str(), "copied" | "cloned" | "enumerate");
                plain && self.starts_from_sequence(&call.receiver)
            }
            _ => self.is_constant_sequence(expr),
        }
    }

    /// Reads what a closure gives to `flat_map`, whose parameters are not in scope yet.
    pub(super) fn read_nested(
        &mut self,
        expr: &Expr,
        item: &super::item::Item,
        setup: &mut TokenStream,
    ) -> Option<Iter> {
        use super::item::Item;
        let before = std::mem::replace(&mut self.assume_active, true);
        let iter = match item {
            Item::Place { of, mutable, .. } => {
                let by = if *mutable { By::Mutable } else { By::Shared };
                let of = match syn::parse2::<Expr>(of.clone()) {
                    Ok(of) => self.sequence(&of, by, setup),
                    Err(_) => of.clone(),
                };
                Some(Iter::Elements { of, by })
            }
            _ if self.is_iterator(expr) => self.read_iter(expr, setup),
            _ => {
                let (of, by) = (self.sequence(expr, By::Value, setup), By::Value);
                Some(Iter::Elements { of, by })
            }
        };
        self.assume_active = before;
        iter
    }

    /// Whether names still mean what they did.
    fn means_the_same(&self, meanings: &[(String, crate::ir::VarId)]) -> bool {
        meanings
            .iter()
            .all(|(name, var)| self.lookup(name) == Some(*var))
    }

    /// `let it = x.iter().map(…);`: the chain stands where the name is used.
    pub(in crate::lower) fn let_iterator(&mut self, ident: &syn::Ident, init: &Expr) -> bool {
        if matches!(init, Expr::Range(_)) || !self.is_iterator(init) || !self.mentions_real(init) {
            return false;
        }
        let mut meanings = Vec::new();
        super::super::opaque::for_each_name(init.to_token_stream(), &mut |name| {
            meanings.extend(self.lookup(name).map(|var| (name.to_string(), var)));
        });
        let var = self.user_var(ident, Ty::Passive, crate::ir::Kind::Temp);
        self.iterators.insert(var, (init.clone(), meanings));
        self.bind(ident, var);
        true
    }

    /// A sequence that may be named more than once.
    pub(in crate::lower) fn sequence_of(
        &mut self,
        expr: &Expr,
        mutable: bool,
        setup: &mut TokenStream,
    ) -> TokenStream {
        let by = if mutable { By::Mutable } else { By::Shared };
        self.sequence(expr, by, setup)
    }

    fn sequence(&mut self, expr: &Expr, by: By, setup: &mut TokenStream) -> TokenStream {
        if let Expr::Path(_) = expr {
            return expr.to_token_stream();
        }
        let hidden = self.hidden("sequence");
        match expr {
            Expr::Index(_) | Expr::Field(_) | Expr::Unary(_) if by == By::Mutable => {
                setup.extend(quote!(let #hidden = &mut #expr;));
            }
            Expr::Index(_) | Expr::Field(_) | Expr::Unary(_) => {
                setup.extend(quote!(let #hidden = &#expr;));
            }
            _ => setup.extend(quote!(let #hidden = #expr;)),
        }
        quote!(#hidden)
    }

    /// A number that may be named more than once.
    pub(in crate::lower) fn count_of(
        &mut self,
        expr: &Expr,
        setup: &mut TokenStream,
    ) -> TokenStream {
        if matches!(expr, Expr::Lit(_)) {
            return expr.to_token_stream();
        }
        let hidden = self.hidden("number");
        setup.extend(quote!(let #hidden: usize = #expr;));
        quote!(#hidden)
    }

    fn read_method(
        &mut self,
        call: &syn::ExprMethodCall,
        expr: &Expr,
        setup: &mut TokenStream,
    ) -> Option<Iter> {
        if !self.mentions_real(expr) && !self.starts_from_sequence(expr) {
            return Some(Iter::Constant(expr.clone()));
        }
        let name = call.method.to_string();
        if SOURCES.contains(&name.as_str()) && !self.is_iterator(&call.receiver) {
            return self.read_source(&name, call, expr, setup);
        }
        if (name == "rev" || name == "step_by") && super::super::loops::simple_range(expr).is_some()
        {
            return Some(Iter::Range(expr.clone()));
        }
        if name == "rev" || name == "step_by" {
            let inner = self.read_iter(&call.receiver, setup)?;
            if let Iter::Range(_) = inner {
                return Some(Iter::Range(expr.clone()));
            }
            let inner = Box::new(inner);
            return Some(match call.args.first() {
                Some(by) => Iter::StepBy(inner, self.count_of(by, setup)),
                None => Iter::Rev(inner),
            });
        }
        let inner = Box::new(self.read_iter(&call.receiver, setup)?);
        self.read_adaptor(&name, inner, call, expr, setup)
    }

    fn read_adaptor(
        &mut self,
        name: &str,
        inner: Box<Iter>,
        call: &syn::ExprMethodCall,
        expr: &Expr,
        setup: &mut TokenStream,
    ) -> Option<Iter> {
        let func = || Func::of(&call.args[0]);
        Some(match (name, call.args.len()) {
            ("iter" | "into_iter" | "by_ref" | "fuse", 0) => *inner,
            ("zip", 1) => Iter::Zip(inner, Box::new(self.read_iter(&call.args[0], setup)?)),
            ("chain", 1) => Iter::Chain(inner, Box::new(self.read_iter(&call.args[0], setup)?)),
            ("enumerate", 0) => Iter::Enumerate(inner),
            ("take", 1) => Iter::Take(inner, self.count_of(&call.args[0], setup)),
            ("skip", 1) => Iter::Skip(inner, self.count_of(&call.args[0], setup)),
            ("copied" | "cloned", 0) => Iter::Copied(inner),
            ("map", 1) => Iter::Map(inner, func()),
            ("inspect", 1) => Iter::Inspect(inner, func()),
            ("filter", 1) => Iter::Filter(inner, func()),
            ("filter_map", 1) => Iter::FilterMap(inner, func()),
            ("take_while", 1) => Iter::TakeWhile(inner, func()),
            ("skip_while", 1) => Iter::SkipWhile(inner, func()),
            ("map_while", 1) => Iter::MapWhile(inner, func()),
            ("flat_map", 1) => Iter::FlatMap(inner, func()),
            ("flatten", 0) => Iter::Flatten(inner),
            ("scan", 2) => {
                let (state, init) = (self.hidden("state"), &call.args[0]);
                setup.extend(quote!(let mut #state = #init;));
                Iter::Scan(inner, state, Func::of(&call.args[1]))
            }
            _ => {
                self.errors.at(
                    expr,
                    format!(
                        "the iterator method `{name}` over active values is not supported by \
                         `#[differentiate]`; write this part as a loop"
                    ),
                );
                return None;
            }
        })
    }

    fn read_source(
        &mut self,
        name: &str,
        call: &syn::ExprMethodCall,
        expr: &Expr,
        setup: &mut TokenStream,
    ) -> Option<Iter> {
        let by = match name {
            "into_iter" => match self.ty_of(&call.receiver) {
                Ty::Ref(_, true) => By::Mutable,
                Ty::Ref(..) => By::Shared,
                _ => By::Value,
            },
            name if name.ends_with("_mut") => By::Mutable,
            _ => By::Shared,
        };
        if name == "drain" {
            self.errors.at(
                expr,
                "`drain` on active values is not supported by `#[differentiate]`; copy the part \
                 with `to_vec`, then `truncate`",
            );
            return None;
        }
        let of = self.sequence(&call.receiver, by, setup);
        let Some(size) = call.args.first() else {
            return Some(Iter::Elements { of, by });
        };
        let size = self.count_of(size, setup);
        let what = if name == "windows" { "window" } else { "chunk" };
        if size.to_string().parse::<usize>().is_err() {
            let message = format!("{what} size must be non-zero");
            setup.extend(quote!(assert!(#size != 0, #message);));
        }
        Some(match name {
            "windows" => Iter::Windows { of, size },
            _ => Iter::Chunks {
                of,
                size,
                exact: name.starts_with("chunks_exact"),
                mutable: by == By::Mutable,
            },
        })
    }

    fn read_function(
        &mut self,
        name: &str,
        call: &syn::ExprCall,
        expr: &Expr,
        setup: &mut TokenStream,
    ) -> Option<Iter> {
        if !self.mentions_real(expr) {
            return Some(Iter::Constant(expr.clone()));
        }
        match (name, call.args.len()) {
            ("zip", 2) => {
                let first = self.read_iter(&call.args[0], setup)?;
                let second = self.read_iter(&call.args[1], setup)?;
                Some(Iter::Zip(Box::new(first), Box::new(second)))
            }
            ("once" | "repeat", 1) => {
                let (hidden, value) = (self.hidden("value"), &call.args[0]);
                setup.extend(quote!(let #hidden = #value;));
                Some(match name {
                    "once" => Iter::Once(quote!(#hidden)),
                    _ => Iter::Repeat(quote!(#hidden)),
                })
            }
            _ => {
                self.errors.at(
                    expr,
                    format!(
                        "`std::iter::{name}` over active values is not supported by \
                         `#[differentiate]`; write it as a loop"
                    ),
                );
                None
            }
        }
    }
}

/// The function of `std::iter` that is called.
fn iter_function(call: &syn::ExprCall) -> Option<String> {
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    by_names(&path.path, |names| match names {
        ["std" | "core", "iter", name] | ["iter", name] => Some(name.to_string()),
        _ => None,
    })
}

/// The number that a literal is.
pub(super) fn literal(tokens: &TokenStream) -> Option<usize> {
    match syn::parse2::<Expr>(tokens.clone()) {
        Ok(Expr::Lit(lit)) => match &lit.lit {
            Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}
