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
        let seed = if self.is_scalar(call.result) {
            self.total(call.result, span).unwrap_or(Operand::ZERO)
        } else {
            Operand::Var(self.bar(call.result))
        };
        let given = call.args.clone();
        let mut backward = self.keep_arguments(&mut call, &mut forward);
        let Shadows { shadows, after } = self.shadows(&given, &backward.args, span);
        backward.form = CallForm::Backward {
            pullback,
            seed: Some(seed),
            shadows,
        };
        self.out().push(Stmt::Call(Box::new(backward)));
        for add in after {
            match add {
                Added::Number(value, from) => {
                    let total = self.snapshot(from, span);
                    self.contribute(&value, total);
                }
                Added::All(place, other) => {
                    self.out().push(Stmt::AccumulateAll { place, other });
                }
                Added::Replaced(place, by) => {
                    let value = Operand::Var(by.root);
                    self.out().push(Stmt::Assign { place, value, span });
                }
            }
        }
        call.form = CallForm::Forward { pullback };
        forward.push(Stmt::Call(Box::new(call)));
        forward
    }

    /// The adjoints that a pullback adds to. One that is an expression, and the second one of a
    /// variable that is passed twice, is given a variable of its own, which is added afterwards.
    fn shadows(&mut self, args: &[Arg], backward: &[Arg], span: Span) -> Shadows {
        let mut given = Shadows::default();
        for (arg, again) in args.iter().zip(backward) {
            let shadow = match arg {
                Arg::Value(value) => self.value_shadow(arg, value, &mut given, span),
                Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => {
                    let active = self.active(place.root);
                    active.then(|| self.place_shadow((arg, again), place, &mut given, span))
                }
                Arg::PassiveRef(_) => None,
            };
            given.shadows.push(shadow);
        }
        given
    }

    fn value_shadow(
        &mut self,
        arg: &Arg,
        value: &Operand,
        given: &mut Shadows,
        span: Span,
    ) -> Option<Place> {
        let var = self.activity.active_var(value)?;
        if !self.is_scalar(var) {
            let place = Place::whole(var);
            return Some(self.place_shadow((arg, arg), &place, given, span));
        }
        let span = span.resolved_at(Span::mixed_site());
        let own = self.trace.fresh("own_bar", Ty::Real, Kind::Slot, span);
        self.trace.var_mut(own).mutated = true;
        let (var, init) = (own, Some(Operand::ZERO));
        self.out().push(Stmt::Declare { var, init });
        let place = Place::whole(own);
        let add = Added::Number(value.clone(), place.clone());
        given.after.push(add);
        Some(place)
    }

    /// The adjoint of a place. The parts of what the macro cannot see through are borrowed one at a
    /// time, and what overlaps is never borrowed twice.
    /// The adjoint of the place of an argument. The parts of what the macro cannot see through are
    /// borrowed one at a time, and what overlaps is never borrowed twice.
    fn place_shadow(
        &mut self,
        (arg, again): (&Arg, &Arg),
        place: &Place,
        given: &mut Shadows,
        span: Span,
    ) -> Place {
        let bar = self.bar_place(place);
        let mut taken = given.shadows.iter().flatten();
        let hidden = self.is_hidden(place);
        if !taken.any(|other| overlap(other, &bar) || (hidden && other.root == bar.root)) {
            return bar;
        }
        let op = match (arg, again) {
            (Arg::Mutable(_) | Arg::Either(_), _) => Op::Load(bar.clone()),
            (_, Arg::Shared(again)) => Op::ZeroAt(again.clone()),
            _ => self.trace.zero_op(place.root),
        };
        let second = Place::whole(self.second_bar(&bar, op, span));
        given.after.push(match arg {
            Arg::Mutable(_) | Arg::Either(_) => Added::Replaced(bar, second.clone()),
            _ => Added::All(bar, second.clone()),
        });
        second
    }

    /// Whether a place leads through something that the macro cannot see into.
    fn is_hidden(&self, place: &Place) -> bool {
        let mut ty = self.trace.ty(place.root).clone();
        place.path.iter().any(|step| {
            let hidden = matches!(step, Step::Field(_)) && !matches!(ty.behind(), Ty::Tuple(_));
            ty = Trace::step_ty(&ty, step);
            hidden
        })
    }

    /// Another variable for an adjoint.
    fn second_bar(&mut self, bar: &Place, op: Op, span: Span) -> VarId {
        let ty = match self.trace.place_ty(bar) {
            Ty::Slice(element) => Ty::Vec(element),
            ty => ty,
        };
        let init = self.builder(span).eqn(op, Vec::new(), ty.clone());
        let here = Span::mixed_site();
        let var = self.trace.fresh("second_bar", ty, Kind::Slot, here);
        self.trace.var_mut(var).mutated = true;
        let init = Some(init);
        self.out().push(Stmt::Declare { var, init });
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

/// The adjoints that a pullback is given, one for each argument.
#[derive(Default)]
struct Shadows {
    shadows: Vec<Option<Place>>,
    /// What is to be done with them afterwards.
    after: Vec<Added>,
}

enum Added {
    /// What the place holds is added to the adjoint of a number.
    Number(Operand, Place),
    /// The second place is added to the first.
    All(Place, Place),
    /// The second place takes the place of the first.
    Replaced(Place, Place),
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
