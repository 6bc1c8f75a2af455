//! What a pullback holds on to.

use super::*;

/// Computes cheap values again in the pullback, so that it need not keep them: where a function is
/// called in a loop, that is a record for each call.
pub fn fewer_captures(trace: &mut Trace, forward: &Block, backward: &mut Block) {
    let written = written_in(trace, &forward.0);
    let mut recorder = Recorder {
        trace,
        stacks: Vec::new(),
        intact: Intact {
            written,
            ..Intact::default()
        },
    };
    recorder.needs(forward, backward, &[]);
}
