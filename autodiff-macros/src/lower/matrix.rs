//! What is done with matrices entry by entry, written as loops: `map`, `zip_map`, `from_fn`, blocks
//! that are set; and the macros that make matrices, written as calls.

use super::Lower;
use super::closure::block;
use crate::ir::*;
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Expr, Token};

/// Methods that change a matrix in place, or give access to do so.
pub(super) const CHANGED_IN_PLACE: &[&str] = &[
    "row_mut",
    "column_mut",
    "rows_mut",
    "columns_mut",
    "view_mut",
    "fixed_view_mut",
    "fixed_rows_mut",
    "fixed_columns_mut",
    "row_iter_mut",
    "column_iter_mut",
    "gemm",
    "gemv",
    "ger",
    "axpy",
    "normalize_mut",
    "transpose_mut",
    "component_mul_assign",
    "component_div_assign",
    "scale_mut",
    "unscale_mut",
    "add_scalar_mut",
    "try_inverse_mut",
    "apply",
    "zip_apply",
    "swap_rows",
    "swap_columns",
    "fill_diagonal",
    "set_diagonal",
    "as_mut_slice",
    "neg_mut",
    "mul_to",
    "tr_mul_to",
];

/// Puts iterators over indices in the place of those over rows and columns, and calls in the place of
/// `vector!` and `matrix!`.
pub(super) fn write_out(body: &mut syn::Block) {
    struct WriteOut;
    impl VisitMut for WriteOut {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            syn::visit_mut::visit_expr_mut(self, expr);
            let written = lines(expr).or_else(|| owned_part(expr));
            if let Some(written) = written.or_else(|| made_by_macro(expr)) {
                *expr = written;
            }
        }
        fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    }
    WriteOut.visit_block_mut(body);
}

/// `m.column_iter()` as `(0..m.ncols()).map(|j| m.column(j))`, and rows alike.
fn lines(expr: &Expr) -> Option<Expr> {
    let Expr::MethodCall(call) = expr else {
        return None;
    };
    let of = &call.receiver;
    let (count, line) = match call.method.to_string().as_str() {
        "column_iter" => (quote!(ncols), quote!(column)),
        "row_iter" => (quote!(nrows), quote!(row)),
        _ => return None,
    };
    let named = matches!(&**of, Expr::Path(_) | Expr::Field(_));
    let line = syn::Ident::new(&line.to_string(), call.method.span());
    (named && call.args.is_empty()).then(|| {
        syn::parse_quote!((0..#of.#count()).map(|__autodiff_line: usize| #of.#line(__autodiff_line)))
    })
}

/// `m.fixed_view::<2, 1>(0, 2).into()` with `into_owned()`, which does not ask for the type.
fn owned_part(expr: &Expr) -> Option<Expr> {
    const PARTS: &[&str] = &[
        "fixed_view",
        "view",
        "fixed_rows",
        "fixed_columns",
        "rows",
        "columns",
        "row",
        "column",
    ];
    let Expr::MethodCall(call) = expr else {
        return None;
    };
    let Expr::MethodCall(part) = &*call.receiver else {
        return None;
    };
    let is_part = PARTS.contains(&part.method.to_string().as_str());
    (call.method == "into" && is_part).then(|| syn::parse_quote!(#part.into_owned()))
}

/// `vector![x, y]`, `matrix![a, b; c, d]` and their dynamic forms.
fn made_by_macro(expr: &Expr) -> Option<Expr> {
    let Expr::Macro(made) = expr else {
        return None;
    };
    let name = made.mac.path.segments.last()?.ident.to_string();
    let tokens = &made.mac.tokens;
    let nalgebra = quote!(::autodiff_runtime::nalgebra);
    let row = Punctuated::<Expr, Token![,]>::parse_terminated;
    let matrix = |input: syn::parse::ParseStream<'_>| {
        let mut rows: Vec<Vec<Expr>> = Vec::new();
        while !input.is_empty() {
            let row = Punctuated::<Expr, Token![,]>::parse_separated_nonempty(input)?;
            rows.push(row.into_iter().collect());
            input.parse::<Option<Token![;]>>()?;
        }
        Ok(rows)
    };
    let written = match name.as_str() {
        "vector" => {
            let entries = row.parse2(tokens.clone()).ok()?;
            let n = Literal::usize_unsuffixed(entries.len());
            match entries.len() {
                1..=6 => quote!(#nalgebra::SVector::<_, #n>::new(#entries)),
                _ => quote!(#nalgebra::SVector::<_, #n>::from_column_slice(&[#entries])),
            }
        }
        "dvector" => {
            let entries = row.parse2(tokens.clone()).ok()?;
            quote!(#nalgebra::DVector::from_vec(::std::vec![#entries]))
        }
        "matrix" | "dmatrix" => {
            let rows = matrix.parse2(tokens.clone()).ok()?;
            let width = rows.first()?.len();
            if rows.iter().any(|row| row.len() != width) {
                return None;
            }
            let (r, c) = (
                Literal::usize_unsuffixed(rows.len()),
                Literal::usize_unsuffixed(width),
            );
            let entries = rows.iter().flatten();
            let (of, size) = match name.as_str() {
                "matrix" => (quote!(SMatrix::<_, #r, #c>), quote!()),
                _ => (quote!(DMatrix), quote!(#r, #c,)),
            };
            quote!(#nalgebra::#of::from_row_slice(#size &[#(#entries),*]))
        }
        _ => return None,
    };
    syn::parse2(written).ok()
}

impl Lower<'_> {
    /// The value of a method or function of matrices that is given a closure.
    pub(super) fn by_entries(&mut self, expr: &Expr) -> Option<Operand> {
        let stmts = match expr {
            Expr::MethodCall(call) => self.mapped(call)?,
            Expr::Call(call) => self.made_by_entries(call)?,
            _ => return None,
        };
        Some(self.block_value(&block(stmts)))
    }

    /// `m.map(f)`, `m.zip_map(&n, f)`.
    fn mapped(&mut self, call: &syn::ExprMethodCall) -> Option<TokenStream> {
        if !self.is_unknown(&call.receiver)
            || self.is_iterator(&call.receiver)
            || is_option(&call.receiver)
        {
            return None;
        }
        let args: Vec<&Expr> = call.args.iter().collect();
        let (source, made, k) = (self.hidden("source"), self.hidden("made"), self.hidden("k"));
        let given = self.borrowed_or_made(&call.receiver);
        let (other, entry) = match (call.method.to_string().as_str(), &args[..]) {
            ("map", [f]) => (quote!(), applied(f, &[quote!(#source[#k])])),
            ("zip_map", [other, f]) => {
                let second = self.hidden("second");
                let other = self.borrowed_or_made(bare(other));
                let entries = [quote!(#source[#k]), quote!(#second[#k])];
                (quote!(let #second = #other;), applied(f, &entries))
            }
            _ => return None,
        };
        Some(quote! {
            let #source = #given;
            #other
            let mut #made = #source.clone_owned();
            for #k in 0..#source.len() {
                #made[#k] = #entry;
            }
            #made
        })
    }

    /// `DMatrix::from_fn(r, c, f)` in the order in which `nalgebra` calls `f`, and
    /// `DVector::from_iterator(n, items)`.
    fn made_by_entries(&mut self, call: &syn::ExprCall) -> Option<TokenStream> {
        let Expr::Path(path) = &*call.func else {
            return None;
        };
        let mut ty = path.path.clone();
        let name = ty.segments.pop()?.ident.to_string();
        ty.segments.pop_punct();
        let upper = ty.segments.last()?.ident.to_string();
        if !upper.starts_with(char::is_uppercase) || !self.mentions_real(&Expr::Call(call.clone()))
        {
            return None;
        }
        let args: Vec<&Expr> = call.args.iter().collect();
        match (name.as_str(), &args[..]) {
            ("from_fn", [size @ .., f]) => {
                let (made, i, j) = (self.hidden("made"), self.hidden("i"), self.hidden("j"));
                let entry = applied(f, &[quote!(#i), quote!(#j)]);
                Some(quote! {
                    let mut #made = #ty::zeros(#(#size),*);
                    for #j in 0..#made.ncols() {
                        for #i in 0..#made.nrows() {
                            #made[(#i, #j)] = #entry;
                        }
                    }
                    #made
                })
            }
            ("from_columns" | "from_rows", [Expr::Reference(lines)]) => {
                let Expr::Array(lines) = &*lines.expr else {
                    return None;
                };
                let by_column = name == "from_columns";
                let (made, k) = (self.hidden("made"), self.hidden("k"));
                let dynamic = upper.starts_with('D');
                let (mut set, mut size) = (TokenStream::new(), TokenStream::new());
                let count = Literal::usize_unsuffixed(lines.elems.len());
                for (at, line) in lines.elems.iter().enumerate() {
                    let (from, at) = (self.hidden("from"), Literal::usize_unsuffixed(at));
                    let line = self.borrowed_or_made(line);
                    let entry = match by_column {
                        true => quote!((#k, #at)),
                        false => quote!((#at, #k)),
                    };
                    if size.is_empty() && dynamic {
                        size = match by_column {
                            true => quote!(#from.len(), #count),
                            false => quote!(#count, #from.len()),
                        };
                        set.extend(quote!(let #from = #line; let mut #made = #ty::zeros(#size);));
                    } else if at.to_string() == "0" {
                        set.extend(quote!(let mut #made = #ty::zeros(); let #from = #line;));
                    } else {
                        set.extend(quote!(let #from = #line;));
                    }
                    set.extend(quote!(for #k in 0..#from.len() { #made[#entry] = #from[#k]; }));
                }
                Some(quote!(#set #made))
            }
            ("from_iterator", [n, items]) => Some(quote! {
                #ty::from_vec(#items.take(#n).collect::<::std::vec::Vec<_>>())
            }),
            ("from_iterator", [r, c, items]) => Some(quote! {
                #ty::from_vec(#r, #c, #items.take(#r * #c).collect::<::std::vec::Vec<_>>())
            }),
            ("from_iterator", [items]) => Some(quote! {
                #ty::from_vec(#items.collect::<::std::vec::Vec<_>>())
            }),
            _ => None,
        }
    }

    /// A place is borrowed, anything else evaluated once.
    fn borrowed_or_made(&mut self, expr: &Expr) -> TokenStream {
        let is_place = matches!(expr, Expr::Path(_) | Expr::Field(_) | Expr::Index(_));
        match is_place && !matches!(self.ty_of(expr), Ty::Ref(..)) {
            true => quote!(&#expr),
            false => expr.to_token_stream(),
        }
    }

    /// Statements that set a part of a matrix; `false` if this is another one.
    pub(super) fn sets_entries(&mut self, call: &syn::ExprMethodCall) -> bool {
        if !self.is_unknown_or_written(call) {
            return false;
        }
        match self.set_part(call) {
            Some(stmts) => {
                self.rewritten(quote!({ #stmts }));
                true
            }
            None => false,
        }
    }

    fn is_unknown_or_written(&self, call: &syn::ExprMethodCall) -> bool {
        let mut of = &*call.receiver;
        while let Expr::MethodCall(inner) = of {
            of = &inner.receiver;
        }
        matches!(self.ty_of(of).behind(), Ty::Unknown)
            && self.mentions_real(&Expr::MethodCall(call.clone()))
    }

    fn set_part(&mut self, call: &syn::ExprMethodCall) -> Option<TokenStream> {
        let args: Vec<&Expr> = call.args.iter().collect();
        let (m, i, j, from) = (
            &call.receiver,
            self.hidden("i"),
            self.hidden("j"),
            self.hidden("from"),
        );
        match (call.method.to_string().as_str(), &args[..]) {
            ("set_column", [at, line]) => {
                let line = self.borrowed_or_made(bare(line));
                Some(quote! {
                    let #from = #line;
                    for #i in 0..#from.len() { #m[(#i, #at)] = #from[#i]; }
                })
            }
            ("set_row", [at, line]) => {
                let line = self.borrowed_or_made(bare(line));
                Some(quote! {
                    let #from = #line;
                    for #j in 0..#from.len() { #m[(#at, #j)] = #from[#j]; }
                })
            }
            ("copy_from", [part]) => {
                let part = self.borrowed_or_made(bare(part));
                let (m, (row, column)) = match &**m {
                    Expr::MethodCall(window) => {
                        (window.receiver.to_token_stream(), corner(window)?)
                    }
                    whole => (whole.to_token_stream(), (quote!(0), quote!(0))),
                };
                Some(quote! {
                    let #from = #part;
                    for #j in 0..#from.ncols() {
                        for #i in 0..#from.nrows() { #m[(#row + #i, #column + #j)] = #from[(#i, #j)]; }
                    }
                })
            }
            ("fill", [x]) if matches!(&**m, Expr::Path(_) | Expr::Field(_)) => Some(quote! {
                let #from = #x;
                for #i in 0..#m.len() { #m[#i] = #from; }
            }),
            _ => None,
        }
    }
}

/// Where the block of a `…_mut` method starts.
fn corner(window: &syn::ExprMethodCall) -> Option<(TokenStream, TokenStream)> {
    let args: Vec<&Expr> = window.args.iter().collect();
    match (window.method.to_string().as_str(), &args[..]) {
        ("fixed_view_mut", [row, column]) => Some((quote!((#row)), quote!((#column)))),
        ("view_mut", [Expr::Tuple(start), _]) if start.elems.len() == 2 => {
            let (row, column) = (&start.elems[0], &start.elems[1]);
            Some((quote!((#row)), quote!((#column))))
        }
        ("fixed_rows_mut" | "row_mut", [row]) | ("rows_mut", [row, _]) => {
            Some((quote!((#row)), quote!(0)))
        }
        ("fixed_columns_mut" | "column_mut", [column]) | ("columns_mut", [column, _]) => {
            Some((quote!(0), quote!((#column))))
        }
        _ => None,
    }
}

/// `f(args)`, with as many of them as a closure takes.
fn applied(f: &Expr, args: &[TokenStream]) -> TokenStream {
    match f {
        Expr::Closure(closure) => {
            let args = &args[..closure.inputs.len().min(args.len())];
            quote!((#f)(#(#args),*))
        }
        _ => quote!(#f(#(#args),*)),
    }
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Reference(reference) if reference.mutability.is_none() => bare(&reference.expr),
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

/// Whether a method of matrices gives an `Option`.
pub(super) fn is_option(expr: &Expr) -> bool {
    let Expr::MethodCall(call) = expr else {
        return false;
    };
    match call.method.to_string().as_str() {
        "try_inverse"
        | "cholesky"
        | "try_normalize"
        | "solve_lower_triangular"
        | "solve_upper_triangular"
        | "tr_solve_lower_triangular"
        | "tr_solve_upper_triangular" => true,
        "solve" => matches!(&*call.receiver, Expr::MethodCall(of) if of.method == "lu"),
        _ => false,
    }
}
