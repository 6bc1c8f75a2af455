//! `f_jacobian` and `f_jacobian_into`, and the unit tangents that they share with the Hessian.

use super::*;

impl Writer<'_> {
    /// The number of active numbers that come in.
    pub(super) fn input_count(&self) -> TokenStream {
        let counts = self.f.active().map(|param| {
            let ident = &param.ident;
            quote!(::autodiff_runtime::private::count(&#ident))
        });
        quote!(0_usize #(+ #counts)*)
    }

    /// Unit tangents for the inputs from `__block` on, one a lane.
    pub(super) fn seeds(&self, lane: &TokenStream) -> TokenStream {
        let seeds = self.f.active().map(|param| {
            let (ident, dot) = (&param.ident, &param.dot);
            let of = match param.passing {
                Passing::Value => quote!(&#ident),
                _ => quote!(&*#ident),
            };
            quote! {
                let mut #dot = ::autodiff_runtime::private::zero_like::<#lane, _>(#of);
                ::autodiff_runtime::private::seed(&mut #dot, &mut __at, __block);
            }
        });
        quote!(let mut __at = 0_usize; #(#seeds)*)
    }

    /// The arguments for one of several evaluations: what is passed by value or changed is copied.
    pub(super) fn seeded_args(&self) -> TokenStream {
        let args = self.f.params.iter().map(|param| {
            let value = self.again(param);
            let dot = &param.dot;
            match (param.active, param.passing) {
                (false, _) => quote!(#value, ::core::option::Option::None),
                (true, Passing::Value) => quote!(#value, ::core::option::Option::Some(#dot)),
                (true, Passing::Shared) => quote!(#value, ::core::option::Option::Some(&#dot)),
                (true, Passing::Mutable) => {
                    quote!(#value, ::core::option::Option::Some(&mut #dot))
                }
            }
        });
        quote!(#(#args),*)
    }

    pub(super) fn public_jacobian(&self) -> TokenStream {
        let (key, float) = (self.key_name(), self.float());
        let into = self.name("jacobian_into");
        let lanes = quote!(::autodiff_runtime::private::Lanes<#float, 8>);
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
        let sweep = quote! {
            let __total = #total;
            let mut __block = 0_usize;
            loop {
                #seeds
                let (__value, __dot) = #key.jvp(#args);
                let mut __row = 0_usize;
                #(::autodiff_runtime::private::store_rows(
                    &#tangents, &mut __row, __block, __total, &mut *jacobian,
                );)*
                ::autodiff_runtime::private::check_jacobian(jacobian.len(), __row, __total);
                __block += 8;
                if __block >= __total { break; }
            }
        };
        let mut params = self.plain_params();
        let names: Vec<_> = self
            .f
            .params
            .iter()
            .map(|param| match param.passing {
                Passing::Shared => param.ident.to_token_stream(),
                _ => self.again(param),
            })
            .collect();
        // A first evaluation tells how many rows there are.
        let rows = {
            let first = self.seeded_args();
            let zero_seeds = self.seeds(&float);
            quote! {{
                let __block = usize::MAX;
                #zero_seeds
                let (__value, __dot) = #key.jvp(#first);
                0_usize #(+ ::autodiff_runtime::private::count(&#tangents))*
            }}
        };
        let body = quote! {
            let __columns = #total;
            let __rows = #rows;
            let mut __entries = ::std::vec![0.0; __rows * __columns];
            #into(#(#names,)* &mut __entries);
            ::autodiff_runtime::nalgebra::DMatrix::from_row_slice(__rows, __columns, &__entries)
        };
        let output = quote!(-> ::autodiff_runtime::nalgebra::DMatrix<#float>);
        let (sweep, body) = match self.lowered {
            Some(_) => (sweep, body),
            None => (
                quote!(::core::unreachable!()),
                quote!(::core::unreachable!()),
            ),
        };
        let mut tokens = self.item("jacobian", &docs::jacobian(self.f), &params, output, body);
        params.push(quote!(jacobian: &mut [#float]));
        let doc = docs::jacobian_into(self.f);
        tokens.extend(self.item("jacobian_into", &doc, &params, quote!(), sweep));
        tokens
    }
}
