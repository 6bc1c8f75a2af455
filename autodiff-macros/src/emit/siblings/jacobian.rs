//! `f_jacobian` and `f_jacobian_into`, and the unit tangents that they share with the Hessian.

use super::*;

impl Writer<'_> {
    /// The number of active numbers that come in.
    pub(super) fn input_count(&self) -> TokenStream {
        let counts = self.f.active().map(|param| {
            let value = borrowed(param);
            quote!(::autodiff_runtime::private::count(#value))
        });
        quote!(0_usize #(+ #counts)*)
    }

    /// Unit tangents for the inputs from `__block` on, one a lane.
    pub(super) fn seeds(&self, lane: &TokenStream) -> TokenStream {
        let seeds = self.f.active().map(|param| {
            let (dot, zero) = (&param.dot, zero_like(param, lane));
            quote! {
                let mut #dot = #zero;
                ::autodiff_runtime::private::seed(&mut #dot, &mut __at, __block);
            }
        });
        quote!(let mut __at = 0_usize; #(#seeds)*)
    }

    /// The arguments for one of several evaluations: what is passed by value or changed is copied.
    pub(super) fn seeded_args(&self) -> TokenStream {
        let args = self.f.params.iter().map(|param| {
            let (value, dot) = (self.again(param), own_dot_given(param));
            quote!(#value, #dot)
        });
        quote!(#(#args),*)
    }

    pub(super) fn public_jacobian(&self) -> TokenStream {
        let float = self.float();
        let into = self.sibling("jacobian_into");
        let width = self.lanes_of_inputs();
        let lanes = quote!(::autodiff_runtime::private::Lanes<#float, #width>);
        let seeds = self.seeds(&lanes);
        let args = self.seeded_args();
        let total = self.input_count();
        // What comes out: the final values of `&mut` parameters if nothing is returned.
        let tangents: Vec<TokenStream> = match self.f.output_shape.may_be_active() {
            true => vec![quote!(__dot)],
            false => self
                .f
                .active()
                .filter(|param| param.passing == Passing::Mutable)
                .map(|param| param.dot.to_token_stream())
                .collect(),
        };
        let by_rows = self.rows_by_reverse();
        let (attempt, or_fail) = (self.attempted("jvp"), self.or_fail());
        let sweep = quote! {
            let __total = #total;
            #by_rows
            let mut __block = 0_usize;
            loop {
                #seeds
                let (__value, __dot) = #attempt(#args)#or_fail;
                let mut __row = 0_usize;
                #(::autodiff_runtime::private::store_rows(
                    &#tangents, &mut __row, __block, __total, &mut *jacobian,
                );)*
                ::autodiff_runtime::private::check_jacobian(jacobian.len(), __row, __total);
                __block += #width;
                if __block >= __total { break; }
            }
        };
        let mut params = self.plain_params();
        let again = self.f.params.iter().map(|param| self.handed(param));
        // Where the type does not say how many rows there are, a first evaluation does.
        let rows = match self.f.output_shape.static_count() {
            Some(rows) if self.f.output_shape.may_be_active() => quote!(#rows),
            _ => {
                let first = self.seeded_args();
                let zero_seeds = self.seeds(&float);
                quote! {{
                    let __block = usize::MAX;
                    #zero_seeds
                    let (__value, __dot) = #attempt(#first)#or_fail;
                    0_usize #(+ ::autodiff_runtime::private::count(&#tangents))*
                }}
            }
        };
        let zero = float::number(0.0);
        let body = quote! {
            let __columns = #total;
            let __rows = #rows;
            let mut __entries = ::std::vec![#zero; __rows * __columns];
            #into(#(#again,)* &mut __entries)#or_fail;
            ::autodiff_runtime::nalgebra::DMatrix::from_row_slice(__rows, __columns, &__entries)
        };
        let output = quote!(-> ::autodiff_runtime::nalgebra::DMatrix<#float>);
        let mut tokens = self.item("jacobian", &docs::jacobian(self.f), &params, output, body);
        params.push(quote!(jacobian: &mut [#float]));
        let doc = docs::jacobian_into(self.f);
        tokens.extend(self.item("jacobian_into", &doc, &params, quote!(), sweep));
        tokens.extend(self.jacobian_times(&tangents));
        tokens
    }

    /// `f_jacobian_times_into`: tangents in the directions that the caller chooses, eight at a
    /// time, and four where no more are left.
    fn jacobian_times(&self, tangents: &[TokenStream]) -> TokenStream {
        let (float, total) = (self.float(), self.input_count());
        let (wide, narrow) = (self.products(tangents, 8), self.products(tangents, 4));
        let body = quote! {
            let __seeds = seeds;
            ::autodiff_runtime::private::check_seeds::<#float>(__seeds, #total);
            let __directions = ::autodiff_runtime::sparse::Seeds::<#float>::directions(__seeds);
            let mut __block = 0_usize;
            while __block + 4 < __directions { #wide }
            if __block < __directions { #narrow }
        };
        let mut params = self.plain_params();
        params.push(quote!(seeds: &impl ::autodiff_runtime::sparse::Seeds<#float>));
        params.push(quote!(products: &mut [#float]));
        let doc = docs::jacobian_times(self.f);
        self.item("jacobian_times_into", &doc, &params, quote!(), body)
    }

    /// The products with `width` directions from `__block` on.
    fn products(&self, tangents: &[TokenStream], width: usize) -> TokenStream {
        let float = self.float();
        let lanes = quote!(::autodiff_runtime::private::Lanes<#float, #width>);
        let seeds = self.f.active().map(|param| {
            let (dot, zero) = (&param.dot, zero_like(param, &lanes));
            quote! {
                let mut #dot = #zero;
                ::autodiff_runtime::private::seed_directions(
                    &mut #dot, &mut __at, __block, __seeds,
                );
            }
        });
        let args = self.seeded_args();
        let (attempt, or_fail) = (self.attempted("jvp"), self.or_fail());
        quote! {
            let mut __at = 0_usize;
            #(#seeds)*
            let (__value, __dot) = #attempt(#args)#or_fail;
            let mut __row = 0_usize;
            #(::autodiff_runtime::private::store_rows(
                &#tangents, &mut __row, __block, __directions, &mut *products,
            );)*
            ::autodiff_runtime::private::check_products(products.len(), __row, __directions);
            __block += #width;
        }
    }

    /// Backward sweeps, for a Jacobian that is much wider than high: for several rows after one
    /// forward sweep where all functions called allow it, otherwise both sweeps for each row. What
    /// a function does to `&mut` parameters goes through forward mode.
    fn rows_by_reverse(&self) -> TokenStream {
        let in_place = self
            .f
            .active()
            .any(|param| param.passing == Passing::Mutable);
        if in_place || !self.f.output_shape.may_be_active() {
            return quote!();
        }
        let (float, takes_rows) = (self.float(), self.takes_rows());
        let lanes_of_inputs = self.lanes_of_inputs();
        let rows = self.f.output_shape.static_count();
        let width = rows.filter(|rows| (1..=8).contains(rows)).unwrap_or(4);
        let lanes = quote!(::autodiff_runtime::private::Lanes<#float, #width>);
        let rows = match rows {
            Some(rows) => quote!(#rows),
            None => quote!(::autodiff_runtime::private::rows_of(
                jacobian.len(),
                __total
            )),
        };
        let done = self.f.fallible.as_ref();
        let done = done.map(|_| quote!(::autodiff_runtime::private::succeed(())));
        let marker = quote!(::core::marker::PhantomData::<#lanes>);
        let at_once = self.rows("pull_rows", Some(marker), &lanes);
        let one = self.rows("pull", None, &float);
        quote! {
            let __rows = #rows;
            let __at_once = #takes_rows;
            let __width = if __at_once { #width } else { 1_usize };
            if ::autodiff_runtime::private::prefers_rows(__rows, __total, __width, #lanes_of_inputs) {
                if __at_once {
                    for __row in (0..__rows).step_by(#width) { #at_once }
                } else {
                    for __row in 0..__rows { #one }
                }
                return #done;
            }
        }
    }

    /// Both sweeps for the rows from `__row` on, as many as `lane` has.
    fn rows(&self, method: &str, marker: Option<TokenStream>, lane: &TokenStream) -> TokenStream {
        let (some, none) = (
            quote!(::core::option::Option::Some),
            quote!(::core::option::Option::None),
        );
        let (mut names, mut args) = (Vec::new(), vec![quote!(__seed)]);
        let (mut zeros, mut stores) = (TokenStream::new(), TokenStream::new());
        for param in &self.f.params {
            let (ident, bar) = (&param.ident, &param.bar);
            names.push(self.again(param));
            args.push(match param.passing {
                Passing::Shared => quote!(#some(#ident)),
                _ => none.clone(),
            });
            if !param.active {
                args.push(none.clone());
                continue;
            }
            args.push(quote!(#some(&mut #bar)));
            let zero = zero_like(param, lane);
            zeros.extend(quote!(let mut #bar = #zero;));
            stores.extend(quote! {
                ::autodiff_runtime::private::store_columns(
                    &#bar, &mut __column, __row, __total, &mut *jacobian,
                );
            });
        }
        names.extend(marker);
        let (pull, or_fail) = match method {
            "pull" => (self.attempted(method), self.or_fail()),
            _ => (self.unfailing(method), None),
        };
        quote! {
            let (__value, __pullback) = #pull(#(#names),*)#or_fail;
            let mut __seed = ::autodiff_runtime::private::zero_like::<#lane, _>(&__value);
            let mut __at = 0_usize;
            ::autodiff_runtime::private::seed(&mut __seed, &mut __at, __row);
            ::autodiff_runtime::private::check_jacobian(jacobian.len(), __at, __total);
            #zeros
            __pullback(#(#args),*);
            let mut __column = 0_usize;
            #stores
        }
    }
}
