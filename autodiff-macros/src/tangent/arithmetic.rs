//! What one does with tangents: print, compare, add, scale.

use super::*;

impl Structure {
    pub(super) fn arithmetic(&self) -> TokenStream {
        let (standard, default) = (self.standard(), self.default_value());
        let (sums, scaling, comparisons) = (self.sums(), self.scaling(), self.comparisons());
        quote!(#standard #default #sums #scaling #comparisons)
    }

    /// `Clone`, `Copy`, `PartialEq` and `Debug`, where the parts have them.
    fn standard(&self) -> TokenStream {
        let lane = &self.lane;
        let over = self.over(&quote!(#lane));
        let generics = self.over_lanes(quote!());
        let clause = |bound: TokenStream| self.clause(&self.field_bounds(&quote!(#lane), &[bound]));
        let (clone, partial_eq, debug) = (
            clause(quote!(::core::clone::Clone)),
            clause(quote!(::core::cmp::PartialEq)),
            clause(quote!(::core::fmt::Debug)),
        );
        let own = self.tangent.to_string();
        let of_self = |field: &Field| mentions_ident(&field.ty, &self.name);
        let copied = self.active().filter(|field| !of_self(field));
        let copied: Vec<_> = copied
            .map(|field| {
                let part = self.part_type(field);
                quote!(#part: ::core::marker::Copy)
            })
            .chain(self.field_bounds(&quote!(#lane), &[]))
            .collect();
        // A part that holds values of its own kind lies behind something that is not `Copy`.
        let copy = (!self.active().any(of_self)).then(|| {
            let copy = self.clause(&copied);
            quote!(#[automatically_derived] impl #generics ::core::marker::Copy for #over #copy {})
        });
        let cloned = self.construct(|field| {
            let member = &field.member;
            quote!(::core::clone::Clone::clone(&self.#member))
        });
        let members: Vec<_> = self.present().map(|field| &field.member).collect();
        let names = members
            .iter()
            .map(|member| member.to_token_stream().to_string());
        let shown = match self.named {
            true => quote!(.debug_struct(#own) #(.field(#names, &self.#members))*),
            false => quote!(.debug_tuple(#own) #(.field(&self.#members))*),
        };
        quote! {
            #[automatically_derived]
            impl #generics ::core::clone::Clone for #over #clone {
                fn clone(&self) -> Self {
                    #cloned
                }
            }
            #copy
            #[automatically_derived]
            impl #generics ::core::cmp::PartialEq for #over #partial_eq {
                fn eq(&self, other: &Self) -> bool {
                    true #(&& self.#members == other.#members)*
                }
            }
            #[automatically_derived]
            impl #generics ::core::fmt::Debug for #over #debug {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    formatter #shown .finish()
                }
            }
        }
    }

    /// Zeros, and sequences without elements.
    fn default_value(&self) -> TokenStream {
        let float = &self.float;
        let (params, base) = (self.params(), self.over(float));
        let placeholder = quote!(::autodiff_runtime::private::Placeholder);
        let clause = self.clause(&self.field_bounds(float, std::slice::from_ref(&placeholder)));
        let value = self.construct(|_| quote!(::autodiff_runtime::private::placeholder()));
        quote! {
            #[automatically_derived]
            impl<#(#params),*> ::core::default::Default for #base #clause {
                fn default() -> Self {
                    #value
                }
            }
            #[automatically_derived]
            impl<#(#params),*> #placeholder for #base #clause {
                fn placeholder() -> Self {
                    ::core::default::Default::default()
                }
            }
        }
    }

    /// What the operators below need of parts that depend on a parameter.
    fn operand_clause(&self) -> TokenStream {
        let float = &self.float;
        let private = quote!(::autodiff_runtime::private);
        let mut bounds = self.field_bounds(
            float,
            &[
                quote!(::core::clone::Clone),
                quote!(::core::cmp::PartialEq),
                quote!(#private::Placeholder),
                quote!(#private::Tree<#float>),
            ],
        );
        for field in self.active().filter(|field| self.is_generic(field)) {
            let part = self.part_over(field, float);
            bounds.push(quote!(#part: #private::AddFrom<#part> + #private::SameShape<#part>));
        }
        self.clause(&bounds)
    }

    fn sums(&self) -> TokenStream {
        let (params, base) = (self.params(), self.over(&self.float));
        let (clause, float) = (self.operand_clause(), &self.float);
        let private = quote!(::autodiff_runtime::private);
        quote! {
            #[automatically_derived]
            impl<#(#params),*> ::core::ops::AddAssign for #base #clause {
                fn add_assign(&mut self, other: Self) {
                    #private::add_tangent(self, &other);
                }
            }
            #[automatically_derived]
            impl<#(#params),*> ::core::ops::Add for #base #clause {
                type Output = Self;
                fn add(mut self, other: Self) -> Self {
                    self += other;
                    self
                }
            }
            #[automatically_derived]
            impl<#(#params),*> ::core::ops::Neg for #base #clause {
                type Output = Self;
                fn neg(mut self) -> Self {
                    #private::each::<#float, _>(&mut self, |part| -part);
                    self
                }
            }
            #[automatically_derived]
            impl<#(#params),*> ::core::ops::SubAssign for #base #clause {
                fn sub_assign(&mut self, other: Self) {
                    *self += -other;
                }
            }
            #[automatically_derived]
            impl<#(#params),*> ::core::ops::Sub for #base #clause {
                type Output = Self;
                fn sub(mut self, other: Self) -> Self {
                    self -= other;
                    self
                }
            }
            #[automatically_derived]
            impl<#(#params),*> ::core::iter::Sum for #base #clause {
                fn sum<__I: ::core::iter::Iterator<Item = Self>>(tangents: __I) -> Self {
                    tangents.fold(::core::default::Default::default(), |sum, tangent| sum + tangent)
                }
            }
        }
    }

    fn scaling(&self) -> TokenStream {
        let (params, base) = (self.params(), self.over(&self.float));
        let (clause, float) = (self.operand_clause(), &self.float);
        let private = quote!(::autodiff_runtime::private);
        let assign = |name: &str, method: &str, op: TokenStream| {
            let (name, method) = (format_ident!("{name}"), format_ident!("{method}"));
            let (whole, assigning) = (
                format_ident!("{}Assign", name),
                format_ident!("{}_assign", method),
            );
            quote! {
                #[automatically_derived]
                impl<#(#params),*> ::core::ops::#whole<#float> for #base #clause {
                    fn #assigning(&mut self, factor: #float) {
                        #private::each::<#float, _>(self, |part| part #op factor);
                    }
                }
                #[automatically_derived]
                impl<#(#params),*> ::core::ops::#name<#float> for #base #clause {
                    type Output = Self;
                    fn #method(mut self, factor: #float) -> Self {
                        #private::each::<#float, _>(&mut self, |part| part #op factor);
                        self
                    }
                }
            }
        };
        let (products, quotients) = (
            assign("Mul", "mul", quote!(*)),
            assign("Div", "div", quote!(/)),
        );
        quote! {
            #products
            #quotients
            #[automatically_derived]
            impl<#(#params),*> ::core::ops::Mul<#base> for #float #clause {
                type Output = #base;
                fn mul(self, tangent: #base) -> #base {
                    tangent * self
                }
            }
        }
    }

    /// The traits of `approx`, number by number.
    fn comparisons(&self) -> TokenStream {
        let (params, base) = (self.params(), self.over(&self.float));
        let (clause, float) = (self.operand_clause(), &self.float);
        let private = quote!(::autodiff_runtime::private);
        let approx = quote!(#private::approx);
        quote! {
            #[automatically_derived]
            impl<#(#params),*> #approx::AbsDiffEq for #base #clause {
                type Epsilon = #float;
                fn default_epsilon() -> #float {
                    <#float as #approx::AbsDiffEq>::default_epsilon()
                }
                fn abs_diff_eq(&self, other: &Self, epsilon: #float) -> bool {
                    #private::all_pairs::<#float, _>(self, other, |a, b| {
                        #approx::AbsDiffEq::abs_diff_eq(a, b, epsilon)
                    })
                }
            }
            #[automatically_derived]
            impl<#(#params),*> #approx::RelativeEq for #base #clause {
                fn default_max_relative() -> #float {
                    <#float as #approx::RelativeEq>::default_max_relative()
                }
                fn relative_eq(&self, other: &Self, epsilon: #float, max_relative: #float) -> bool {
                    #private::all_pairs::<#float, _>(self, other, |a, b| {
                        #approx::RelativeEq::relative_eq(a, b, epsilon, max_relative)
                    })
                }
            }
            #[automatically_derived]
            impl<#(#params),*> #approx::UlpsEq for #base #clause {
                fn default_max_ulps() -> u32 {
                    <#float as #approx::UlpsEq>::default_max_ulps()
                }
                fn ulps_eq(&self, other: &Self, epsilon: #float, max_ulps: u32) -> bool {
                    #private::all_pairs::<#float, _>(self, other, |a, b| {
                        #approx::UlpsEq::ulps_eq(a, b, epsilon, max_ulps)
                    })
                }
            }
        }
    }
}

fn mentions_ident(ty: &syn::Type, name: &Ident) -> bool {
    crate::signature::mentions(ty.to_token_stream(), &name.to_string())
}
