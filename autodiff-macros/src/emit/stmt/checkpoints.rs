//! Saving the state of a loop, and going back to it.

use super::*;

impl Emit<'_> {
    pub(super) fn snapshot(&self, store: VarId, values: &[VarId]) -> TokenStream {
        let store = &self.trace.var(store).ident;
        let saved = values.iter().map(|var| {
            let var = self.trace.var(*var);
            let ident = &var.ident;
            match &var.ty {
                Ty::Ref(inner, _) if matches!(**inner, Ty::Slice(_)) => quote!(#ident.to_vec()),
                Ty::Ref(..) => quote!(::core::clone::Clone::clone(&*#ident)),
                _ => quote!(::core::clone::Clone::clone(&#ident)),
            }
        });
        quote!(#store.visit(|| (#(#saved,)*));)
    }

    /// The state under the same names; what was behind a reference is so again.
    pub(super) fn revisit(
        &self,
        store: VarId,
        numbers: [VarId; 2],
        values: &[VarId],
    ) -> TokenStream {
        let store = &self.trace.var(store).ident;
        let numbers = self.idents(&numbers);
        let idents = self.idents(values);
        let behind = values.iter().filter_map(|var| {
            let var = self.trace.var(*var);
            let ident = &var.ident;
            match &var.ty {
                Ty::Ref(inner, _) if matches!(**inner, Ty::Slice(_)) => {
                    Some(quote!(let #ident = &mut #ident[..];))
                }
                Ty::Ref(..) => Some(quote!(let #ident = &mut #ident;)),
                _ => None,
            }
        });
        quote! {
            let (#(#numbers,)* (#(mut #idents,)*)) = #store.revisit();
            #(#behind)*
        }
    }
}
