//! A backward sweep for several cotangents at once.
//!
//! The sweep is linear in its adjoints, so that these can be lanes as well as numbers. What is left
//! to do is to find them: an adjoint that starts from 0 starts from the zero of a lane, and in a
//! product it comes first, because lanes can be multiplied by a number but not the other way round.

use crate::ir::*;
use std::collections::HashSet;

/// `backward` over lanes, with `zero` in the place of the adjoints' 0; `entering` are the seed and
/// the shadows. `None` if it calls something that cannot take lanes.
pub fn over_lanes(
    trace: &Trace,
    (forward, mut backward): (&Block, Block),
    entering: impl IntoIterator<Item = VarId>,
    zero: &Operand,
) -> Option<Block> {
    let mut lanes = Lanes {
        // Also an adjoint that nothing is ever added to.
        of: entering
            .into_iter()
            .chain(trace.adjoints.iter().copied())
            .collect(),
        grown: true,
    };
    while std::mem::take(&mut lanes.grown) {
        forward.walk(&mut |stmt| lanes.learn(stmt));
        backward.walk(&mut |stmt| lanes.learn(stmt));
    }
    let mut fine = true;
    for block in [forward, &backward] {
        block.walk(&mut |stmt| fine &= lanes.can_take(trace, stmt));
    }
    fine.then(|| {
        lanes.rewrite(&mut backward, zero);
        backward
    })
}

/// The paths of the functions whose pullbacks are called: they have to take lanes as well.
pub fn pulled(block: &Block) -> Vec<proc_macro2::TokenStream> {
    let mut paths: Vec<proc_macro2::TokenStream> = Vec::new();
    block.walk(&mut |stmt| {
        if let Stmt::Call(call) = stmt
            && let (Callee::Function(path), CallForm::Forward { .. }) = (&call.callee, &call.form)
            && paths
                .iter()
                .all(|known| known.to_string() != path.to_string())
        {
            paths.push(path.clone());
        }
    });
    paths
}

/// The variables that are lanes, or made of lanes.
struct Lanes {
    of: HashSet<VarId>,
    grown: bool,
}

impl Lanes {
    fn has(&self, operand: &Operand) -> bool {
        operand.var().is_some_and(|var| self.of.contains(&var))
    }

    fn add(&mut self, var: VarId) {
        self.grown |= self.of.insert(var);
    }

    fn learn(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(eqn) => {
                let made = match &eqn.op {
                    Op::ZeroLike(_) | Op::ZeroAt(_) | Op::Zero => true,
                    Op::Load(place) | Op::SumOf(place) | Op::CloneOf(place) => {
                        self.of.contains(&place.root)
                    }
                    _ => eqn.args.iter().any(|arg| self.has(arg)),
                };
                if made {
                    self.add(eqn.var);
                }
            }
            Stmt::Declare {
                var,
                init: Some(init),
            } if self.has(init) => self.add(*var),
            Stmt::Assign { place, value, .. }
            | Stmt::Accumulate { place, value, .. }
            | Stmt::Push { place, value, .. }
                if self.has(value) =>
            {
                self.add(place.root);
            }
            Stmt::AccumulateAll { place, other } if self.of.contains(&other.root) => {
                self.add(place.root);
            }
            Stmt::Pop { place, var, .. } if self.of.contains(&place.root) => self.add(*var),
            Stmt::Call(call) => {
                if let CallForm::Backward { seed, shadows, .. } = &call.form {
                    let seed = seed.iter().filter_map(Operand::var);
                    let shadows = shadows.iter().flatten().map(|place| place.root);
                    seed.chain(shadows).for_each(|var| self.add(var));
                }
            }
            _ => {}
        }
    }

    fn can_take(&self, trace: &Trace, stmt: &Stmt) -> bool {
        match stmt {
            Stmt::Call(call) => {
                let takes = matches!(call.callee, Callee::Function(_) | Callee::Operator(_));
                takes || matches!(call.form, CallForm::Plain)
            }
            Stmt::Let(eqn) if self.of.contains(&eqn.var) => !matches!(eqn.op, Op::Cast(_)),
            // The type of `None` is written down for numbers only.
            Stmt::Declare { var, .. } if self.of.contains(var) => {
                !matches!(trace.ty(*var), Ty::Maybe(_))
            }
            _ => true,
        }
    }

    fn rewrite(&self, block: &mut Block, zero: &Operand) {
        let start = |operand: &mut Operand| {
            if operand.lit() == Some(0.0) {
                *operand = zero.clone();
            }
        };
        for stmt in &mut block.0 {
            match stmt {
                Stmt::Let(eqn) if self.of.contains(&eqn.var) => match &eqn.op {
                    Op::Rule(row) if row.name == "mul" && !self.has(&eqn.args[0]) => {
                        eqn.args.swap(0, 1);
                    }
                    Op::Select(_) => eqn.args.iter_mut().for_each(start),
                    _ => {}
                },
                Stmt::Declare {
                    var,
                    init: Some(init),
                } if self.of.contains(var) => start(init),
                Stmt::Assign { place, value, .. } | Stmt::Push { place, value, .. }
                    if self.of.contains(&place.root) =>
                {
                    start(value);
                }
                Stmt::Call(call) => {
                    if let CallForm::Backward {
                        seed: Some(seed), ..
                    } = &mut call.form
                    {
                        start(seed);
                    }
                }
                _ => {}
            }
            for inner in stmt.blocks_mut() {
                self.rewrite(inner, zero);
            }
        }
    }
}
