//! Calls, backwards: the pullback is taken in the forward sweep and applied in the backward sweep.

use super::*;

impl Vjp<'_> {
    pub(super) fn call(&mut self, call: &Call) -> Vec<Stmt> {
        let writes = call
            .args
            .iter()
            .any(|arg| matches!(arg, Arg::Mutable(place) | Arg::Either(place) if self.active(place.root)));
        if !self.active(call.result) && !writes {
            return vec![Stmt::Call(Box::new(call.clone()))];
        }
        let mut forward = Vec::new();
        let mut call = call.clone();
        let span = call.span;
        let pullback = self
            .trace
            .fresh("pullback", Ty::Passive, Kind::Temp, Span::mixed_site());
        let cotangents =
            self.trace
                .fresh("cotangents", Ty::Unknown, Kind::Temp, Span::mixed_site());
        let seed = if self.is_scalar(call.result) {
            self.total(call.result, span).unwrap_or(Operand::ZERO)
        } else {
            Operand::Var(self.bar(call.result))
        };
        let (shadows, apart) = self.shadows(&call);
        let mut backward = self.keep_arguments(&mut call, &mut forward);
        backward.form = CallForm::Backward {
            pullback,
            seed: Some(seed),
            shadows,
            cotangents,
        };
        self.out().push(Stmt::Call(Box::new(backward)));
        for (place, other) in apart {
            self.out().push(Stmt::AccumulateAll { place, other });
        }
        for (k, arg) in call.args.iter().enumerate() {
            if let Arg::Value(value) = arg {
                let k = Literal::usize_unsuffixed(k).to_token_stream();
                let from = Place {
                    root: cotangents,
                    path: vec![Step::Field(k)],
                };
                self.contribute_from(value, from, span);
            }
        }
        call.form = CallForm::Forward { pullback };
        forward.push(Stmt::Call(Box::new(call)));
        forward
    }

    /// The adjoints that a pullback adds to. A variable that is passed twice has only one: the
    /// second time it is given another, which is added afterwards.
    pub(super) fn shadows(&mut self, call: &Call) -> (Vec<Option<Place>>, Vec<(Place, Place)>) {
        let mut shadows: Vec<Option<Place>> = Vec::new();
        let mut apart = Vec::new();
        for arg in &call.args {
            let (Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place)) = arg else {
                shadows.push(None);
                continue;
            };
            if !self.active(place.root) {
                shadows.push(None);
                continue;
            }
            let bar = self.bar_place(place);
            let taken = shadows.iter().flatten().any(|other| overlap(other, &bar));
            if !taken {
                shadows.push(Some(bar));
                continue;
            }
            let second = Place::whole(self.emptied(&bar, call.span));
            apart.push((bar, second.clone()));
            shadows.push(Some(second));
        }
        (shadows, apart)
    }

    /// A zero of the shape of an adjoint, in a variable of its own.
    pub(super) fn emptied(&mut self, bar: &Place, span: Span) -> VarId {
        let ty = match self.trace.place_ty(bar) {
            Ty::Slice(element) => Ty::Vec(element),
            ty => ty,
        };
        let op = Op::CloneOf(bar.clone());
        let copy = self.builder(span).eqn(op, Vec::new(), ty.clone());
        let var = self
            .trace
            .fresh("second_bar", ty, Kind::Slot, Span::mixed_site());
        self.trace.var_mut(var).mutated = true;
        self.out().push(Stmt::Declare {
            var,
            init: Some(copy),
        });
        self.out().push(Stmt::Clear {
            place: Place::whole(var),
        });
        var
    }

    /// A pullback is given its shared arguments again: what changes in between is copied now.
    /// Returns the call as the backward sweep makes it.
    fn keep_arguments(&mut self, call: &mut Call, forward: &mut Vec<Stmt>) -> Call {
        let mut backward = call.clone();
        for (k, arg) in call.args.iter_mut().enumerate() {
            let (Arg::Shared(place) | Arg::Either(place)) = arg else {
                continue;
            };
            let root = self.trace.var(place.root);
            if !root.mutated && !root.moved {
                continue;
            }
            let ty = match self.trace.place_ty(place) {
                Ty::Slice(element) => Ty::Vec(element),
                ty => ty,
            };
            let name = format!("{}_kept", root.ident);
            let kept = self.trace.fresh(&name, ty, Kind::Temp, Span::mixed_site());
            let op = Op::CloneOf(place.clone());
            let eqn = Eqn {
                var: kept,
                op,
                args: Vec::new(),
                span: call.span,
            };
            forward.push(Stmt::Let(eqn));
            backward.args[k] = Arg::Shared(Place::whole(kept));
            if let Arg::Shared(place) = arg {
                *place = Place::whole(kept);
            }
        }
        backward
    }
}

/// Whether two places can have a part in common: different fields do not.
pub(super) fn overlap(a: &Place, b: &Place) -> bool {
    let differ = a.path.iter().zip(&b.path).find_map(|steps| match steps {
        (Step::Field(x), Step::Field(y)) if x.to_string() == y.to_string() => None,
        (Step::Field(_), Step::Field(_)) => Some(true),
        _ => Some(false),
    });
    a.root == b.root && differ != Some(true)
}
