//! The fields of a tangent by the hashes of their names.

use super::*;

impl Structure {
    pub(super) fn parts(&self) -> TokenStream {
        let lane = &self.lane;
        let over = self.over(&quote!(#lane));
        let generics = self.over_lanes(quote!());
        let clause = self.clause(&self.field_bounds(&quote!(#lane), &[]));
        let fields = self.fields.iter().map(|field| self.part(field));
        quote! {
            #(#fields)*
            #[automatically_derived]
            impl #generics ::autodiff_runtime::private::Companion<#over> for #over #clause {
                fn given(&self) -> ::core::option::Option<&#over> {
                    ::core::option::Option::Some(self)
                }
                fn given_mut(&mut self) -> ::core::option::Option<&mut #over> {
                    ::core::option::Option::Some(self)
                }
            }
        }
    }

    fn part(&self, field: &Field) -> TokenStream {
        let lane = &self.lane;
        let over = self.over(&quote!(#lane));
        let generics = self.over_lanes(quote!());
        let clause = self.clause(&self.field_bounds(&quote!(#lane), &[]));
        let (hash, member) = (field.hash(), &field.member);
        let still = quote!(::autodiff_runtime::private::Still);
        let (part, get, get_mut) = match field.active {
            true => (
                self.part_type(field).expect("an active field has a part"),
                quote!(&self.#member),
                quote!(&mut self.#member),
            ),
            false => (
                still.clone(),
                quote!(#still::place()),
                quote!(#still::place()),
            ),
        };
        quote! {
            #[automatically_derived]
            impl #generics ::autodiff_runtime::private::Field<#hash, #part> for #over #clause {
                #[inline(always)]
                fn part(&self) -> &#part {
                    #get
                }
                #[inline(always)]
                fn part_mut(&mut self) -> &mut #part {
                    #get_mut
                }
            }
        }
    }
}
