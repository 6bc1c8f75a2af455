//! Which functions call themselves, directly or through others?
//!
//! A pullback is a closure that holds the pullbacks of the calls it made, so the type of a function
//! in a cycle of calls would contain itself. One boxed pullback in each cycle breaks it. A function
//! is expanded without sight of the others, but they are expanded one after the other in one
//! process: the last member of a cycle knows what all the others call, and is the one to box.

use crate::ir::{Block, Callee, Stmt};
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// Calls by name: function → the functions it calls.
#[derive(Default)]
struct Calls(HashMap<String, HashSet<String>>);

impl Calls {
    /// Notes what `function` calls; whether that closes a cycle.
    fn closes_cycle(&mut self, function: &str, callees: HashSet<String>) -> bool {
        self.0.insert(function.to_string(), callees);
        let mut reached = HashSet::new();
        let mut open = vec![function];
        while let Some(name) = open.pop() {
            for callee in self.0.get(name).into_iter().flatten() {
                if callee == function {
                    return true;
                }
                if reached.insert(callee) {
                    open.push(callee);
                }
            }
        }
        false
    }
}

/// Whether the pullback of a function has to be boxed. A namesake elsewhere can make it so without
/// need, which costs an allocation and nothing else.
pub fn must_box(function: &str, body: &Block) -> bool {
    static KNOWN: Mutex<Option<Calls>> = Mutex::new(None);
    let mut callees = HashSet::new();
    body.walk(&mut |stmt| {
        // The key of a rule is no function.
        if let Stmt::Call(call) = stmt {
            match &call.callee {
                Callee::Function(path) => {
                    let name = path.clone().into_iter().last();
                    callees.extend(name.map(|name| name.to_string()));
                }
                Callee::Associated(_, name) | Callee::Method(name) => {
                    callees.insert(name.to_string());
                }
                Callee::Keyed { .. } | Callee::Operator(_) => {}
            }
        }
    });
    // In tests of the macro, functions of different programs share a process.
    if !proc_macro::is_available() {
        return callees.contains(function);
    }
    let Ok(mut known) = KNOWN.lock() else {
        return true;
    };
    known
        .get_or_insert_default()
        .closes_cycle(function, callees)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<const N: usize>(names: [&str; N]) -> HashSet<String> {
        names.into_iter().map(str::to_string).collect()
    }

    #[test]
    fn the_last_member_of_a_cycle_closes_it() {
        let mut calls = Calls::default();
        assert!(!calls.closes_cycle("even", names(["odd"])));
        assert!(calls.closes_cycle("odd", names(["even"])));
        assert!(!calls.closes_cycle("parity", names(["even", "odd"])));
    }

    #[test]
    fn a_function_that_calls_itself_is_a_cycle() {
        let mut calls = Calls::default();
        assert!(calls.closes_cycle("power", names(["power"])));
        assert!(!calls.closes_cycle("sum", names(["square"])));
    }

    #[test]
    fn a_cycle_may_be_long() {
        let mut calls = Calls::default();
        assert!(!calls.closes_cycle("a", names(["b"])));
        assert!(!calls.closes_cycle("b", names(["c", "leaf"])));
        assert!(calls.closes_cycle("c", names(["a"])));
    }
}
