//! Shows what the macro makes of a function: `EXPAND=file.rs cargo test -p autodiff-macros show -- --nocapture` prints the
//! evaluation trace of the first function in the file, the two sweeps of its gradient, and the expansion.
//!
//! The excerpts in `docs/pipeline.md` are made in the same way.

use crate::args::Args;
use crate::derive::{Purpose, reverse};
use crate::errors::Errors;
use crate::expand::expand;
use crate::ir::print::print;
use crate::lower::lower;
use crate::passes::simplify;
use crate::signature::{Function, Home};
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::path::Path;
use std::{env, fs};

/// A function with the attribute's arguments taken off.
struct Source {
    args: TokenStream,
    item: syn::ItemFn,
}

impl Source {
    /// The first function in the text of a file.
    fn first(text: &str) -> Source {
        let file: syn::File = syn::parse_str(text).expect("the source parses");
        let mut functions = file.items.into_iter().filter_map(|item| match item {
            syn::Item::Fn(function) => Some(function),
            _ => None,
        });
        let mut item = functions.next().expect("the source has a function");
        let (ours, others) = { item.attrs }
            .into_iter()
            .partition::<Vec<_>, _>(|attr| attr.path().is_ident("differentiate"));
        item.attrs = others;
        let args = ours.into_iter().find_map(|attr| match attr.meta {
            syn::Meta::List(list) => Some(list.tokens),
            _ => None,
        });
        let args = args.unwrap_or_default();
        Source { args, item }
    }

    fn expansion(&self) -> syn::File {
        let tokens = expand(self.args.clone(), self.item.to_token_stream());
        syn::parse2(tokens).expect("the expansion parses")
    }

    /// The sibling `NAME_suffix`, without its attributes.
    fn sibling(&self, suffix: &str) -> String {
        let name = format!("{}_{suffix}", self.item.sig.ident);
        let mut file = self.expansion();
        file.items
            .retain(|item| matches!(item, syn::Item::Fn(f) if f.sig.ident == name));
        for item in &mut file.items {
            if let syn::Item::Fn(function) = item {
                function.attrs.clear();
            }
        }
        prettyplease::unparse(&file)
    }

    /// The trace, and the forward and the backward sweep of the gradient. A function with errors has none: its expansion
    /// holds the messages.
    fn traces(&self) -> Option<[String; 3]> {
        let errors = Errors::default();
        let args = Args::parse(self.args.clone(), &errors);
        let function = Function::read(self.item.clone(), Home::Module, &args, &errors);
        let mut lowered = lower(&function, &errors);
        if !errors.is_empty() {
            return None;
        }
        simplify(&mut lowered.trace, function.base);
        let trace = print(&lowered.trace);
        let mut sweeps = reverse(&function, &lowered, Purpose::Gradient);
        sweeps.trace.body = sweeps.forward;
        let forward = print(&sweeps.trace);
        (sweeps.trace.body, sweeps.trace.result) = (sweeps.backward, None);
        Some([trace, forward, print(&sweeps.trace)])
    }
}

#[test]
fn show() {
    let Ok(path) = env::var("EXPAND") else {
        return;
    };
    let text = fs::read_to_string(&path).expect("the file in EXPAND can be read");
    let source = Source::first(&text);
    if let Some([trace, forward, backward]) = source.traces() {
        println!("TRACE\n\n{trace}");
        println!("GRADIENT, forward sweep\n\n{forward}");
        println!("GRADIENT, backward sweep\n\n{backward}");
    }
    println!(
        "EXPANSION\n\n{}",
        prettyplease::unparse(&source.expansion())
    );
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pipeline.md");
/// An excerpt stands between `<!-- shown: FUNCTION PART -->` and `<!-- end -->`.
const START: &str = "<!-- shown: ";
const END: &str = "<!-- end -->";

#[test]
fn pipeline_page_is_up_to_date() {
    let text = fs::read_to_string(Path::new(PAGE)).unwrap();
    let mut pieces = text.split(START);
    let mut current = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (title, rest) = piece.split_once(" -->\n").expect("an excerpt has a title");
        let (_, after) = rest.split_once(END).expect("an excerpt has an end");
        let (name, part) = title
            .split_once(' ')
            .expect("a title is a function and a part");
        let excerpt = excerpt(&source_in(&text, name), part);
        current += &format!("{START}{title} -->\n{excerpt}{END}{after}");
    }
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, current).unwrap();
    } else {
        assert!(
            text == current,
            "docs/pipeline.md is stale; run UPDATE_DOCS=1 cargo test -p autodiff-macros page"
        );
    }
}

/// The function of this name, from the first block of the page that defines it.
fn source_in(page: &str, name: &str) -> Source {
    let fence = "```rust\n#[differentiate";
    let at = page
        .find(&format!("\nfn {name}("))
        .and_then(|at| page[..at].rfind(fence))
        .expect("the page has the function's source");
    let body = &page[at + "```rust\n".len()..];
    Source::first(&body[..body.find("```").expect("a block has an end")])
}

fn excerpt(source: &Source, part: &str) -> String {
    let [trace, forward, backward] = source.traces().expect("the function has no errors");
    match part {
        "trace" => format!("```text\n{trace}```\n"),
        "forward" => format!("```text\n{forward}```\n"),
        "backward" => format!("```text\n{backward}```\n"),
        sibling => format!("```rust\n{}```\n", source.sibling(sibling)),
    }
}
