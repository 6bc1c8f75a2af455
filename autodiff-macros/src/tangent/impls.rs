//! What the runtime asks of values and of their tangents.

use super::*;

impl Structure {
    pub(super) fn impls(&self) -> TokenStream {
        let zeros = self.zeros();
        let (trees, counts) = (self.trees(), self.counts());
        let (shapes, inputs) = (self.shapes(), self.inputs());
        let differentiable = self.differentiable();
        quote!(#zeros #trees #counts #shapes #inputs #differentiable)
    }

    /// Zero tangents of the struct, and of the struct of its tangents for second derivatives.
    fn zeros(&self) -> TokenStream {
        let (lane, float) = (&self.lane, &self.float);
        let over = self.over(&quote!(#lane));
        let base = self.over(float);
        let itself = self.itself();
        let generics = self.over_lanes(quote!());
        let value = self.construct(|field| {
            let value = look(field);
            match field.active {
                true => quote!(::autodiff_runtime::private::zero_like::<#lane, _>(#value)),
                false => quote!(()),
            }
        });
        let lane_tokens = quote!(#lane);
        let clone = [quote!(::core::clone::Clone)];
        let bounds = self.field_bounds(&lane_tokens, &clone);
        let mut second = bounds.clone();
        second.extend(self.field_bounds(float, &[]));
        for field in self.active().filter(|field| self.is_generic(field)) {
            let (from, to) = (
                self.part_over(field, float),
                self.part_over(field, &lane_tokens),
            );
            second.push(quote!(#from: ::autodiff_runtime::private::ZeroLike<#lane, Zero = #to>));
        }
        let of_tangent = self.construct(|field| {
            let member = &field.member;
            match field.active {
                true => quote!(::autodiff_runtime::private::zero_like::<#lane, _>(&self.#member)),
                false => quote!(()),
            }
        });
        let one = |of: &TokenStream, value: TokenStream, clause: TokenStream| {
            quote! {
                #[automatically_derived]
                impl #generics ::autodiff_runtime::private::ZeroLike<#lane> for #of #clause {
                    type Outline = #over;
                    type Zero = #over;

                    fn outline(&self) -> #over {
                        #value
                    }

                    fn zero_of(outline: &#over) -> #over {
                        ::core::clone::Clone::clone(outline)
                    }

                    fn zero_like(&self) -> #over {
                        #value
                    }
                }
            }
        };
        let (first, second) = (
            one(&itself, value, self.clause(&bounds)),
            one(&base, of_tangent, self.clause(&second)),
        );
        quote!(#first #second)
    }

    fn trees(&self) -> TokenStream {
        let lane = &self.lane;
        let over = self.over(&quote!(#lane));
        let members: Vec<_> = self.active().map(|field| &field.member).collect();
        let private = quote!(::autodiff_runtime::private);
        let impl_for = |bound: TokenStream, name: TokenStream| {
            let generics = self.over_lanes(quote!(+ #bound));
            let clause =
                self.clause(&self.field_bounds(&quote!(#lane), std::slice::from_ref(&name)));
            (quote!(impl #generics #name for #over), clause)
        };
        let tree = quote!(#private::Tree<#lane>);
        let (tree_impl, tree_where) = impl_for(tree.clone(), tree);
        let clear = quote!(#private::Clear);
        let (clear_impl, clear_where) = impl_for(clear.clone(), clear);
        let generics = self.over_lanes(quote!(+ #private::AddFrom<#lane>));
        let mut bounds = self.field_bounds(&quote!(#lane), &[]);
        for field in self.active().filter(|field| self.is_generic(field)) {
            let part = self.part_type(field);
            bounds.push(quote!(#part: #private::AddFrom<#part>));
        }
        let (add_where, still_generics) = (self.clause(&bounds), self.over_lanes(quote!()));
        let still_where = self.clause(&self.field_bounds(&quote!(#lane), &[]));
        quote! {
            #[automatically_derived]
            #tree_impl #tree_where {
                fn leaves(&self, visit: &mut impl ::core::ops::FnMut(&#lane)) {
                    #(#private::Tree::<#lane>::leaves(&self.#members, visit);)*
                }
                fn leaves_mut(&mut self, visit: &mut impl ::core::ops::FnMut(&mut #lane)) {
                    #(#private::Tree::<#lane>::leaves_mut(&mut self.#members, visit);)*
                }
            }
            #[automatically_derived]
            #clear_impl #clear_where {
                fn clear(&mut self) {
                    #(#private::clear(&mut self.#members);)*
                }
            }
            #[automatically_derived]
            impl #generics #private::AddFrom<#over> for #over #add_where {
                fn add_from(&mut self, other: &#over) {
                    #(#private::accumulate(&mut self.#members, &other.#members);)*
                }
            }
            #[automatically_derived]
            impl #still_generics #private::AddFrom<#private::Still> for #over #still_where {
                fn add_from(&mut self, _: &#private::Still) {}
            }
        }
    }

    /// How many numbers there are, in the struct and in its tangents.
    fn counts(&self) -> TokenStream {
        let lane = &self.lane;
        let over = self.over(&quote!(#lane));
        let (params, itself) = (self.params(), self.itself());
        let members = self.active().map(|field| &field.member);
        let count = quote!(::autodiff_runtime::private::Count);
        let body = quote! {
            fn count(&self) -> usize {
                0 #(+ ::autodiff_runtime::private::count(&self.#members))*
            }
        };
        let own = self.active().filter(|field| self.is_generic(field));
        let own: Vec<_> = own
            .map(|field| {
                let ty = &field.ty;
                quote!(#ty: #count)
            })
            .collect();
        let own = self.clause(&own);
        let generics = self.over_lanes(quote!(+ #count));
        let clause = self.clause(&self.field_bounds(&quote!(#lane), std::slice::from_ref(&count)));
        quote! {
            #[automatically_derived]
            impl<#(#params),*> #count for #itself #own { #body }
            #[automatically_derived]
            impl #generics #count for #over #clause { #body }
        }
    }

    /// The checks that tangents have the lengths of values.
    fn shapes(&self) -> TokenStream {
        let float = &self.float;
        let (params, itself, base) = (self.params(), self.itself(), self.over(float));
        let members: Vec<_> = self.active().map(|field| &field.member).collect();
        let looks = self.active().map(look);
        let same = quote!(::autodiff_runtime::private::SameShape);
        let mismatch = |values: Vec<TokenStream>| {
            quote! {
                fn mismatch(
                    &self,
                    companion: &#base,
                ) -> ::core::option::Option<(usize, usize)> {
                    ::core::option::Option::None
                    #(.or_else(|| #same::mismatch(#values, &companion.#members)))*
                }
            }
        };
        let body = mismatch(looks.collect());
        let of_tangent = mismatch(members.iter().map(|member| quote!(&self.#member)).collect());
        let clause = |of_tangent: bool| {
            let mut bounds = self.field_bounds(float, &[]);
            for field in self.active().filter(|field| self.is_generic(field)) {
                let (ty, part) = (&field.ty, self.part_over(field, float));
                bounds.push(match of_tangent {
                    true => quote!(#part: #same<#part>),
                    false => quote!(#ty: #same<#part>),
                });
            }
            self.clause(&bounds)
        };
        let (first, second) = (clause(false), clause(true));
        quote! {
            #[automatically_derived]
            impl<#(#params),*> #same<#base> for #itself #first { #body }
            #[automatically_derived]
            impl<#(#params),*> #same<#base> for #base #second { #of_tangent }
        }
    }

    /// The numbers as inputs of a printable trace.
    fn inputs(&self) -> TokenStream {
        let node = quote!(::autodiff_runtime::trace::Node);
        let (params, itself, over) = (self.params(), self.itself(), self.over(&node));
        let inputs = quote!(::autodiff_runtime::private::Inputs);
        let value = self.construct(|field| {
            let member = &field.member;
            let (name, value) = (
                format!("{{name}}.{}", member.to_token_stream()),
                look(field),
            );
            match field.active {
                true => quote! {
                    ::autodiff_runtime::private::trace_inputs(
                        trace,
                        &::std::format!(#name),
                        #value,
                    )
                },
                false => quote!(()),
            }
        });
        let mut bounds = self.field_bounds(&node, &[quote!(::core::clone::Clone)]);
        for field in self.active().filter(|field| self.is_generic(field)) {
            let ty = &field.ty;
            bounds.push(quote!(#ty: #inputs));
        }
        let clause = self.clause(&bounds);
        quote! {
            #[automatically_derived]
            impl<#(#params),*> #inputs for #itself #clause {
                fn inputs(
                    &self,
                    trace: &mut ::autodiff_runtime::Trace,
                    name: &str,
                ) -> #over {
                    #value
                }
            }
        }
    }

    fn differentiable(&self) -> TokenStream {
        let float = &self.float;
        let (params, itself, base) = (self.params(), self.itself(), self.over(float));
        let members = self.active().map(|field| &field.member);
        let mut bounds = self.field_bounds(float, &[quote!(::core::clone::Clone)]);
        for field in self.active().filter(|field| self.is_generic(field)) {
            let ty = &field.ty;
            bounds.push(quote!(#ty: ::autodiff_runtime::Differentiable));
        }
        let clause = self.clause(&bounds);
        quote! {
            #[automatically_derived]
            impl<#(#params),*> ::autodiff_runtime::Differentiable for #itself #clause {
                type Tangent = #base;

                fn zero_tangent(&self) -> #base {
                    ::autodiff_runtime::private::zero_like::<#float, _>(self)
                }

                fn flatten_into(&self, out: &mut ::std::vec::Vec<f64>) {
                    #(::autodiff_runtime::Differentiable::flatten_into(&self.#members, out);)*
                }
            }
        }
    }
}

/// A reference to the field; the tangent of a reference is that of what it refers to.
fn look(field: &Field) -> TokenStream {
    let member = &field.member;
    match &field.ty {
        syn::Type::Reference(_) => quote!(self.#member),
        _ => quote!(&self.#member),
    }
}
