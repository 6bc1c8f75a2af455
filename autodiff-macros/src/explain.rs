//! `#[differentiate(explain)]`: what a gradient costs and why, as notes at the loops.
//!
//! Read off the finished sweeps, so that it says what is, not what was meant. Stable Rust lets a
//! macro give no notes of its own; a warning about the use of something deprecated carries any
//! text, at any place.

use crate::derive::Reverse;
use crate::ir::*;
use crate::signature::{Base, Function};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::{BTreeMap, HashSet};

/// A text and where it belongs.
pub struct Note {
    pub span: Span,
    pub text: String,
}

/// What the sweeps of a gradient do, loop by loop.
pub fn notes(function: &Function, reverse: &Reverse) -> Vec<Note> {
    let mut reader = Reader {
        trace: &reverse.trace,
        float_bytes: match function.base {
            Base::F32 => 4,
            _ => 8,
        },
        notes: BTreeMap::new(),
    };
    reader.blocks(&reverse.forward, &reverse.backward);
    reader.notes.into_values().collect()
}

/// A warning with the text of each note.
pub fn emit(notes: &[Note]) -> TokenStream {
    notes
        .iter()
        .map(|Note { span, text }| {
            let use_it = quote_spanned!(*span=> EXPLANATION);
            quote! {
                const _: () = {
                    #[deprecated(note = #text)]
                    const EXPLANATION: () = ();
                    #use_it
                };
            }
        })
        .collect()
}

struct Reader<'a> {
    trace: &'a Trace,
    float_bytes: usize,
    /// By the number of the loop's first appearance.
    notes: BTreeMap<u32, Note>,
}

impl Reader<'_> {
    /// Reads two blocks of one region, the second running after the first.
    fn blocks(&mut self, forward: &Block, backward: &Block) {
        let mut paired = HashSet::new();
        for stmt in &forward.0 {
            let Some(id) = stmt.region() else { continue };
            if !paired.insert(id) {
                continue;
            }
            let again = backward.0.iter().chain(&forward.0);
            let partner = again
                .filter(|other| other.region() == Some(id))
                .find(|other| !std::ptr::eq(*other, stmt));
            match (stmt, partner) {
                (Stmt::Loop(l), Some(Stmt::Loop(back))) => self.pair(l, back),
                (Stmt::Loop(l), _) => self.alone(l),
                (
                    Stmt::If { then, els, .. },
                    Some(Stmt::If {
                        then: then_back,
                        els: els_back,
                        ..
                    }),
                ) => {
                    self.blocks(then, then_back);
                    self.blocks(els, els_back);
                }
                (Stmt::If { then, els, .. }, _) => {
                    self.blocks(then, &Block::default());
                    self.blocks(els, &Block::default());
                }
                _ => {}
            }
        }
        for stmt in &backward.0 {
            if let (Some(id), Stmt::Loop(l)) = (stmt.region(), stmt)
                && !paired.contains(&id)
            {
                self.blocks(&l.body, &Block::default());
            }
        }
    }

    /// A loop that runs forwards, then backwards.
    fn pair(&mut self, l: &Loop, back: &Loop) {
        let records = l.body.0.iter().find_map(|stmt| match stmt {
            Stmt::Put {
                store: Store::Stack,
                values,
                ..
            } => Some(values),
            _ => None,
        });
        let bound = |block: &Block| -> HashSet<VarId> {
            let lets = block.0.iter().filter_map(|stmt| match stmt {
                Stmt::Let(eqn) => Some(eqn.var),
                _ => None,
            });
            lets.collect()
        };
        let again = bound(&l.body).intersection(&bound(&back.body)).count();
        let mut text = match records {
            Some(values) => format!(
                "the gradient runs this loop forwards, then backwards; it records {} an iteration ({})",
                count(values.len(), "value"),
                self.size(values),
            ),
            None => "the gradient runs this loop forwards, then backwards, and records nothing"
                .to_owned(),
        };
        if again > 0 {
            text += &format!(", and computes {} again", count(again, "value"));
        }
        if let Some(values) = records {
            text += &format!("\nrecorded: {}", self.described(values, &l.body));
        }
        self.note(l, text);
        self.blocks(&l.body, &back.body);
    }

    fn alone(&mut self, l: &Loop) {
        let snapshot = l.body.0.iter().find_map(|stmt| match stmt {
            Stmt::Snapshot { store, values } => Some((store, values)),
            _ => None,
        });
        let adjoints = l.body.all_writes().into_iter().any(|var| {
            self.trace.adjoints.contains(&var) || self.trace.var(var).companion_of.is_some()
        });
        if let Some((_, values)) = snapshot {
            let text = format!(
                "the gradient keeps snapshots of the state ({}) and repeats the iterations in \
                 between\nstate: {}",
                self.size(values),
                self.described(values, &l.body)
            );
            self.note(l, text);
        } else if adjoints {
            let text = "the gradient runs each iteration forwards and backwards at once, and \
                        records nothing";
            self.note(l, text.to_owned());
        } else {
            let text = "this loop runs as written; nothing in it has to run backwards";
            self.note(l, text.to_owned());
        }
        self.blocks(&l.body, &Block::default());
    }

    fn note(&mut self, l: &Loop, text: String) {
        let span = l.span;
        self.notes.entry(l.id).or_insert(Note { span, text });
    }

    fn size(&self, values: &[VarId]) -> String {
        let sizes: Option<Vec<usize>> = values
            .iter()
            .map(|var| self.bytes(self.trace.ty(*var)))
            .collect();
        match sizes {
            Some(sizes) => format!("{} bytes", sizes.iter().sum::<usize>()),
            None => "of a size known at run time".to_owned(),
        }
    }

    fn bytes(&self, ty: &Ty) -> Option<usize> {
        match ty {
            Ty::Real => Some(self.float_bytes),
            Ty::Other => Some(12 - self.float_bytes),
            Ty::Array(inner, Some(len)) => {
                let len: usize = len.to_string().parse().ok()?;
                Some(len * self.bytes(inner)?)
            }
            Ty::Tuple(parts) => parts.iter().map(|part| self.bytes(part)).sum(),
            _ => None,
        }
    }

    /// Values by the user's names, or by the operations that they come from.
    fn described(&self, values: &[VarId], body: &Block) -> String {
        let one = |var: &VarId| {
            let of = self.trace.var(*var);
            if !of.source_name.is_empty() {
                return format!("`{}`", of.source_name);
            }
            let eqn = body.0.iter().find_map(|stmt| match stmt {
                Stmt::Let(eqn) if eqn.var == *var => Some(eqn),
                _ => None,
            });
            match eqn.map(|eqn| &eqn.op) {
                Some(Op::Rule(row)) => format!("a result of `{}`", row.name),
                Some(Op::Load(place)) => {
                    format!("`{}`", crate::emit::place(place, self.trace)).replace(' ', "")
                }
                _ if matches!(of.kind, Kind::Slot) => format!("`{}`", of.ident),
                _ => "the result of a call or a condition".to_owned(),
            }
        };
        values.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

fn count(number: usize, of: &str) -> String {
    match number {
        1 => format!("1 {of}"),
        _ => format!("{number} {of}s"),
    }
}
