//! `f_trace`: the function, entering every equation into a `Trace` as it is executed.

use super::docs;
use super::siblings::{Writer, attributes, borrowed, own_dot_given};
use super::stmt::Emit;
use crate::derive;
use crate::signature::{Home, Passing};
use proc_macro2::TokenStream;
use quote::quote;

fn node() -> TokenStream {
    quote!(::autodiff_runtime::trace::Node)
}

/// The method by which other functions enter this one's equations into their trace.
pub(super) fn method(writer: &Writer<'_>) -> TokenStream {
    let node = node();
    let params = writer.key_params(&node);
    let generics = writer.generics(quote!(), quote!());
    let (output, nodes) = (writer.output(), writer.output_tangent(&node));
    let (clause, attributes) = (writer.where_clause(), attributes());
    let body = match writer.lowered {
        None => quote!(::core::unreachable!()),
        Some(lowered) => {
            let traced = derive::tracing(writer.f, lowered);
            let (trace, base) = (&traced.trace, writer.f.base);
            let emit = Emit {
                trace,
                base,
                lane: node.clone(),
                tracing: true,
                rows: false,
            };
            writer.carried(&traced, &emit)
        }
    };
    let (body, attempt) = (writer.success(body), writer.attempt("trace"));
    let pair = writer.f.wrapped(&quote!((#output, #nodes)));
    let head = |method: &proc_macro2::Ident| {
        let mut params = params.clone();
        let trace = quote!(__trace: &mut ::autodiff_runtime::Trace);
        match writer.f.home {
            Home::Module => params.insert(0, trace),
            Home::Type(_) => params.push(trace),
        }
        writer.head(method, &generics, &params)
    };
    let (first, enter) = (head(&attempt), writer.enter(false));
    let method = quote! {
        #attributes
        #first -> #pair #clause {
            #enter
            #body
        }
    };
    if writer.f.fallible.is_none() {
        return method;
    }
    let (outcome, nodes) = (writer.outcome(), writer.if_there(nodes));
    let (names, within) = (writer.paired_names(), writer.within(&attempt));
    let second = head(&quote::format_ident!("trace"));
    let value = match writer.f.home {
        Home::Module => quote!(#within(__trace, #names)),
        Home::Type(_) => quote!(#within(#names, __trace)),
    };
    quote! {
        #method
        #attributes
        #second -> (#outcome, #nodes) #clause {
            #enter
            ::autodiff_runtime::private::apart(#value)
        }
    }
}

/// The function for users.
pub(super) fn public(writer: &Writer<'_>) -> TokenStream {
    let name = writer.f.name().to_string();
    let inputs = writer.f.active().map(|param| {
        let (dot, name, of) = (&param.dot, param.shown(), borrowed(param));
        quote! {
            let mut #dot = ::autodiff_runtime::private::trace_inputs(&mut __trace, #name, #of);
        }
    });
    let args = writer.f.params.iter().map(|param| {
        let (ident, dot) = (&param.ident, own_dot_given(param));
        quote!(#ident, #dot)
    });
    let outputs = if writer.f.output_shape.may_be_active() {
        quote!(::autodiff_runtime::private::trace_outputs(&mut __trace, #name, &__nodes);)
    } else {
        let finals = writer
            .f
            .active()
            .filter(|param| param.passing == Passing::Mutable);
        let finals = finals.map(|param| {
            let (dot, name) = (&param.dot, param.shown());
            quote!(::autodiff_runtime::private::trace_outputs(&mut __trace, #name, &#dot);)
        });
        quote!(#(#finals)*)
    };
    let (attempt, or_fail) = (writer.attempted("trace"), writer.or_fail());
    let args: Vec<TokenStream> = args.collect();
    let call = match writer.f.home {
        Home::Module => quote!(#attempt(&mut __trace, #(#args),*)),
        Home::Type(_) => quote!(#attempt(#(#args,)* &mut __trace)),
    };
    let body = quote! {
        let mut __trace = ::autodiff_runtime::Trace::new(#name);
        #(#inputs)*
        let (_, __nodes) = #call #or_fail;
        #outputs
        __trace
    };
    let doc = docs::trace(writer.f);
    writer.item(
        "trace",
        &doc,
        &writer.plain_params(),
        quote!(-> ::autodiff_runtime::Trace),
        body,
    )
}
