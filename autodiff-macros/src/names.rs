//! Names for the emitted code: readable, and never one that the user has.
//!
//! A user's variable keeps its name; a second one of the same name gets a number. Tangents are
//! `x_dot`, adjoints `x_bar`, intermediate values `v1`, `v2`, …

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use std::collections::HashSet;

/// The number that stands for the name of a field, as `field_hash` of the runtime: FNV-1a, 64 bits.
pub fn field_hash(name: &str) -> u64 {
    let bytes = name.bytes();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The hidden item beside a method `name`: the way to its derivatives, or one of them.
pub fn hidden(name: &Ident, mode: Option<&str>) -> Ident {
    let plain = name.to_string();
    let plain = plain.trim_start_matches("r#");
    let text = match mode {
        Some(mode) => format!("__autodiff_{plain}_{mode}"),
        None => format!("__autodiff_{plain}"),
    };
    Ident::new(&text, name.span())
}

/// The names taken so far in one function.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
    counter: u32,
}

impl Names {
    /// Starts from all identifiers that occur in the user's function.
    pub fn new(function: TokenStream) -> Names {
        let mut names = Names::default();
        names.reserve(function);
        names
    }

    fn reserve(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    self.taken.insert(ident.to_string());
                }
                TokenTree::Group(group) => self.reserve(group.stream()),
                TokenTree::Literal(literal) => self.reserve_captures(&literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// Names captured by a format string, as in `"{x} {y:.3}"`.
    fn reserve_captures(&mut self, literal: &str) {
        for piece in literal.split('{').skip(1) {
            let name: String = piece
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !name.is_empty() {
                self.taken.insert(name);
            }
        }
    }

    /// Keeps `ident` from being given to anything else.
    pub fn take(&mut self, ident: &Ident) {
        self.taken.insert(ident.to_string());
    }

    /// A name that nothing else has, starting from `hint`; `v` asks for a numbered one.
    pub fn fresh(&mut self, hint: &str, span: Span) -> Ident {
        let hint = hint.trim_start_matches("r#").trim_start_matches('_');
        let hint = if hint.is_empty() || hint == "self" {
            "this"
        } else {
            hint
        };
        if hint != "v" && self.taken.insert(hint.to_string()) {
            return Ident::new(hint, span);
        }
        loop {
            self.counter += 1;
            let name = if hint == "v" {
                format!("v{}", self.counter)
            } else {
                format!("{hint}_{}", self.counter)
            };
            if self.taken.insert(name.clone()) {
                return Ident::new(&name, span);
            }
        }
    }
}
