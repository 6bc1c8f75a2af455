//! `f_grad_into` and what is made of it.

use super::*;
use crate::explain::{self, Note};

impl Writer<'_> {
    /// Whether the gradient is computed by a forward sweep.
    pub(super) fn is_forward(&self, lowered: &Lowered) -> bool {
        // The adjoint of a `&mut` parameter is replaced, which takes a backward sweep.
        let in_place = self
            .f
            .active()
            .any(|param| param.passing == Passing::Mutable);
        let chosen = || {
            let reverse = self.reverse(lowered, Purpose::Gradient);
            reverse.is_dearer_than_tangents(self.static_inputs(), &lowered.trace)
        };
        let forward = match self.mode {
            Some(mode) => mode == Mode::Forward,
            // Over a scalar of the caller's, tangents could be anything.
            None => self.f.base != Base::Parameter && chosen(),
        };
        forward && !in_place
    }

    /// What the gradient does, as notes.
    pub(super) fn explanation(&self, lowered: &Lowered) -> TokenStream {
        let reverse = self.reverse(lowered, Purpose::Gradient);
        let span = self.f.name().span();
        if self.is_forward(lowered) {
            let chosen = match self.mode {
                Some(_) => "as the attribute says",
                None => "because the inputs are few and a backward sweep would need records",
            };
            let text =
                format!("the gradient runs forwards, with a tangent for each input, {chosen}");
            return explain::emit(&[Note { span, text }]);
        }
        let mut notes = explain::notes(self.f, reverse);
        if notes.is_empty() {
            let text = "the gradient runs forwards, then backwards; there are no loops, and \
                        nothing is recorded";
            let text = text.to_owned();
            notes.push(Note { span, text });
        }
        explain::emit(&notes)
    }

    /// The number of active numbers that come in, if the signature says it.
    pub(super) fn static_inputs(&self) -> Option<usize> {
        self.f
            .active()
            .map(|param| param.shape.static_count())
            .sum()
    }

    /// How many tangents go along at a time where each input has one.
    pub(super) fn lanes_of_inputs(&self) -> usize {
        const MOST: usize = 8;
        self.static_inputs()
            .map_or(MOST, |inputs| inputs.clamp(1, MOST))
    }

    pub(super) fn public_grad_into(&self) -> TokenStream {
        let float = self.float();
        let params = self.params_with(|param| {
            let (bar, ty) = (&param.bar, tangent_type(param.referent(), &float));
            quote!(#bar: &mut #ty)
        });
        let checks = self.checks(|param| &param.bar, "adjoint");
        let output = self.output();
        let body = self.lowered.map(|lowered| match self.is_forward(lowered) {
            true => self.forward_gradient(),
            false => self.reverse_gradient(lowered),
        });
        self.item(
            "grad_into",
            &docs::grad_into(self.f),
            &params,
            quote!(-> #output),
            quote!(#checks #body),
        )
    }

    pub(super) fn reverse_gradient(&self, lowered: &Lowered) -> TokenStream {
        let reverse = self.reverse(lowered, Purpose::Gradient);
        let (trace, forward, backward) = reverse.finished();
        let emit = self.emit(&trace, self.float());
        let (forward, backward) = (emit.block(&forward), emit.block(&backward));
        let adds = self
            .f
            .params
            .iter()
            .zip(&reverse.cotangents)
            .map(|(param, cotangent)| {
                let bar = &param.bar;
                match cotangent {
                    Some(Operand::Lit(0.0, _)) | None => quote!(),
                    Some(operand) => add_cotangent(param, &quote!(#bar), &emit.operand(operand)),
                }
            });
        let (result, rebind) = (self.result(&emit), self.rebind());
        let imports = self.imports();
        quote!(#imports #rebind #forward #backward #(#adds)* #result)
    }

    /// Tangents of all inputs, some at a time, through the forward mode.
    pub(super) fn forward_gradient(&self) -> TokenStream {
        let float = self.float();
        let width = self.lanes_of_inputs();
        let lanes = quote!(::autodiff_runtime::private::Lanes<#float, #width>);
        let seeds = self.seeds(&lanes);
        let args = self.seeded_args();
        let collect = self.f.active().map(|param| {
            let bar = &param.bar;
            quote!(::autodiff_runtime::private::scatter(&mut *#bar, &mut __at, __block, &__dot);)
        });
        let total = self.input_count();
        let (attempt, or_fail) = (self.attempted("jvp"), self.or_fail());
        quote! {
            let __total = #total;
            let mut __block = 0_usize;
            loop {
                #seeds
                let (__value, __dot) = #attempt(#args)#or_fail;
                let mut __at = 0_usize;
                #(#collect)*
                __block += #width;
                if __block >= __total { break __value; }
            }
        }
    }

    /// The symbolic partials, where they can be written down.
    fn formulas(&self) -> Option<String> {
        let lowered = self.lowered?;
        let reverse = self.reverse(lowered, Purpose::Gradient);
        super::super::symbolic::partials(self.f, lowered, reverse)
    }

    pub(super) fn gradient_type(&self) -> TokenStream {
        let float = self.float();
        let types = self
            .f
            .active()
            .map(|param| owned_tangent(&param.ty, &float).to_token_stream());
        bare(types.collect())
    }

    pub(super) fn public_grad(&self) -> TokenStream {
        let (float, into) = (self.float(), self.sibling("grad_into"));
        let zeros = self.f.active().map(|param| {
            let (bar, zero) = (&param.bar, zero_like(param, &float));
            quote!(let mut #bar = #zero;)
        });
        let zeros: TokenStream = zeros.collect();
        let args = self.f.params.iter().map(|param| {
            let (ident, bar) = (&param.ident, &param.bar);
            let value = match self.is_given_by_value(param) {
                true => self.handed(param),
                false => quote!(#ident),
            };
            match param.active {
                true => quote!(#value, &mut #bar),
                false => value,
            }
        });
        let or_fail = self.or_fail();
        let call = quote!(#into(#(#args),*)#or_fail);
        let gradient = bare(
            self.f
                .active()
                .map(|param| param.bar.to_token_stream())
                .collect(),
        );
        let (ty, output) = (self.gradient_type(), self.output());
        let params = self.plain_params();
        let mut tokens = self.item(
            "grad",
            &docs::grad(self.f, self.formulas()),
            &params,
            quote!(-> #ty),
            quote!(#zeros #call; #gradient),
        );
        tokens.extend(self.item(
            "value_and_grad",
            &docs::value_and_grad(self.f),
            &params,
            quote!(-> (#output, #ty)),
            quote!(#zeros let __value = #call; (__value, #gradient)),
        ));
        tokens
    }
}
