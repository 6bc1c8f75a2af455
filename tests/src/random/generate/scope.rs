//! The variables in scope.

use rand::RngExt;
use rand_pcg::Pcg64;

use crate::random::program::*;

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Float,
    Pair,
    /// An array, `Vec` or slice of this many floats.
    Floats(usize),
    /// A slice of this many `[f64; 2]`.
    Rows(usize),
    /// An integer below the bound.
    Int(usize),
    /// A closure from a float to a float.
    Closure,
    /// Not to be used.
    Hidden,
}

/// How a sequence is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Array,
    Vec,
    Slice,
    SliceMut,
    Plain,
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub name: String,
    pub shape: Shape,
    pub held: Held,
    pub mutable: bool,
}

impl Binding {
    pub fn float(name: &str, mutable: bool) -> Binding {
        Binding::new(name, Shape::Float, Held::Plain, mutable)
    }

    pub fn new(name: &str, shape: Shape, held: Held, mutable: bool) -> Binding {
        Binding {
            name: name.to_owned(),
            shape,
            held,
            mutable,
        }
    }

    pub fn of_param(param: &Param) -> Binding {
        let (shape, held) = match param.passing {
            Passing::Value(Kind::Float) => (Shape::Float, Held::Plain),
            Passing::Value(Kind::Pair) => (Shape::Pair, Held::Plain),
            Passing::Value(Kind::Array(n)) => (Shape::Floats(n), Held::Array),
            Passing::Value(Kind::Vec(n)) => (Shape::Floats(n), Held::Vec),
            Passing::Slice(n) => (Shape::Floats(n), Held::Slice),
            Passing::SliceMut(n) => (Shape::Floats(n), Held::SliceMut),
            Passing::Rows(n) => (Shape::Rows(n), Held::Slice),
            Passing::Count => (Shape::Int(usize::MAX), Held::Plain),
        };
        let mutable = param.mutable || held == Held::SliceMut;
        Binding::new(&param.name, shape, held, mutable)
    }
}

/// Nested scopes.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    levels: Vec<Vec<Binding>>,
}

impl Scope {
    pub fn new() -> Scope {
        Scope {
            levels: vec![Vec::new()],
        }
    }

    pub fn add(&mut self, binding: Binding) {
        self.levels.last_mut().expect("a scope").push(binding);
    }

    pub fn open(&mut self) {
        self.levels.push(Vec::new());
    }

    pub fn close(&mut self) {
        self.levels.pop();
    }

    /// Makes `name` unavailable to the end of the scope.
    pub fn hide(&mut self, name: &str) {
        self.add(Binding::new(name, Shape::Hidden, Held::Plain, false));
    }

    /// Makes `name` unchangeable to the end of the scope.
    pub fn freeze(&mut self, name: &str) {
        let found = self.visible().into_iter().find(|b| b.name == name).cloned();
        if let Some(found) = found {
            self.add(Binding {
                mutable: false,
                ..found
            });
        }
    }

    /// What is visible, shadowed variables left out.
    pub fn visible(&self) -> Vec<&Binding> {
        let mut found: Vec<&Binding> = Vec::new();
        for binding in self
            .levels
            .iter()
            .rev()
            .flat_map(|level| level.iter().rev())
        {
            if !found.iter().any(|known| known.name == binding.name) {
                found.push(binding);
            }
        }
        found.retain(|binding| binding.shape != Shape::Hidden);
        found
    }

    /// One of the visible variables that `wanted` accepts.
    pub fn find(&self, random: &mut Pcg64, wanted: impl Fn(&Binding) -> bool) -> Option<Binding> {
        let found: Vec<&Binding> = self
            .visible()
            .into_iter()
            .filter(|binding| wanted(binding))
            .collect();
        if found.is_empty() {
            return None;
        }
        Some(found[random.random_range(0..found.len())].clone())
    }

    /// The name of a float that a new one may hide.
    pub fn shadowable(&self, random: &mut Pcg64) -> Option<String> {
        self.find(random, |binding| binding.shape == Shape::Float)
            .map(|binding| binding.name)
    }
}
