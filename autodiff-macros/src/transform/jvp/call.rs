//! Calls, with tangents.

use super::*;

impl Jvp<'_> {
    pub(super) fn call(&mut self, mut call: Call, out: &mut Vec<Stmt>) {
        // A pullback taken with tangents must be applied with tangents: all of them are.
        let plain = matches!(call.form, CallForm::Plain);
        if plain && !self.active(call.result) && !self.writes_active(&call) {
            out.push(Stmt::Call(Box::new(call)));
            return;
        }
        let mut args = Vec::new();
        for arg in &call.args {
            args.push(match arg {
                Arg::Value(value) => self
                    .activity
                    .active_var(value)
                    .map(|var| Place::whole(self.dot(var))),
                Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => {
                    self.active(place.root).then(|| self.dot_place(place))
                }
                Arg::PassiveRef(_) => None,
            });
        }
        let (result, shadows, seed) = match &call.form {
            CallForm::Backward { seed, shadows, .. } => {
                let (seed, shadows) = (seed.clone(), shadows.clone());
                let seed = seed.as_ref().map(|seed| self.dot_or_zero(seed, out));
                let shadows = shadows
                    .iter()
                    .map(|place| {
                        let place = place.as_ref().filter(|place| self.active(place.root))?;
                        Some(self.dot_place(place))
                    })
                    .collect();
                (None, shadows, seed)
            }
            _ => (Some(self.dot(call.result)), Vec::new(), None),
        };
        call.dots = Some(Dots {
            args,
            result,
            shadows,
            seed,
        });
        out.push(Stmt::Call(Box::new(call)));
    }

    pub(super) fn writes_active(&self, call: &Call) -> bool {
        call.args
            .iter()
            .any(|arg| matches!(arg, Arg::Mutable(place) | Arg::Either(place) if self.active(place.root)))
    }
}
