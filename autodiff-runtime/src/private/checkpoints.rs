//! Which states of a long loop are kept, and which are computed again.
//!
//! A. Griewank and A. Walther, "Algorithm 799: revolve", ACM TOMS 26 (2000): with `c` snapshots and
//! every step repeated at most `r` times, C(c + r, c) steps can be reversed, and no schedule does
//! with fewer repetitions in all than the one that follows from this number.

/// Snapshots of the state of a loop, at most `limit` at a time.
///
/// The forward sweep calls [`visit`](Checkpoints::visit) at the start of every step. The backward
/// sweep calls [`revisit`](Checkpoints::revisit) [`steps`](Checkpoints::steps) times; each time it
/// repeats the steps from the one it is told to the one to reverse, with `visit` again.
#[derive(Debug, Clone)]
pub struct Checkpoints<S> {
    limit: usize,
    /// How many steps the forward sweep was said to have.
    expected: usize,
    /// The snapshots with the steps they were taken before, in order.
    kept: Vec<(usize, S)>,
    /// The steps run forwards and not yet reversed.
    steps: usize,
    /// The step that comes next in the present sweep.
    at: usize,
    /// The step before which the next snapshot is due.
    due: usize,
    /// The end of the present sweep.
    end: usize,
    backward: bool,
}

impl<S: Clone> Checkpoints<S> {
    /// At least one snapshot is kept.
    pub fn new(limit: usize) -> Self {
        Checkpoints {
            limit: limit.max(1),
            expected: 0,
            kept: Vec::new(),
            steps: 0,
            at: 0,
            due: 0,
            end: 0,
            backward: false,
        }
    }

    /// Says how many steps there will be at most, so that the first sweep can leave snapshots
    /// behind. Without it only the first state is kept.
    pub fn expect(&mut self, steps: usize) {
        self.expected = steps;
    }

    /// The number of steps to reverse.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// A step is about to run from `state`.
    #[inline]
    pub fn visit(&mut self, state: impl FnOnce() -> S) {
        if self.at == self.due {
            self.save(state());
        }
        self.at += 1;
        if !self.backward {
            self.steps = self.at;
        }
    }

    #[cold]
    fn save(&mut self, state: S) {
        let end = if self.backward {
            self.end
        } else {
            self.expected
        };
        if self.kept.last().is_none_or(|(step, _)| *step < self.at) {
            self.kept.push((self.at, state));
        }
        let free = self.limit - self.kept.len();
        let left = end.saturating_sub(self.at);
        self.due = match advance(left, free) {
            Some(steps) => self.at + steps,
            None => usize::MAX,
        };
    }

    /// Where to start from to reverse the last step that is left: the step of the snapshot, the step
    /// to reverse, and the state before the former.
    ///
    /// # Panics
    ///
    /// If no step is left.
    pub fn revisit(&mut self) -> (usize, usize, S) {
        assert!(self.steps > 0, "every step has been reversed");
        self.backward = true;
        self.steps -= 1;
        let step = self.steps;
        self.end = step + 1;
        while self.kept.last().is_some_and(|(from, _)| *from > step) {
            self.kept.pop();
        }
        let (from, state) = match self.kept.pop() {
            Some((from, state)) if from < step => {
                self.kept.push((from, state.clone()));
                (from, state)
            }
            Some(found) => found,
            None => unreachable!("the first state is kept until its step is reversed"),
        };
        self.at = from;
        self.due = from;
        (from, step, state)
    }
}

/// How many steps after a snapshot the next one is best taken, if `left` steps are to be reversed
/// from there and `free` more snapshots can be kept.
fn advance(left: usize, free: usize) -> Option<usize> {
    if left < 2 || free == 0 {
        return None;
    }
    let snapshots = free + 1;
    let mut repetitions: isize = 1;
    while reversible(snapshots, repetitions) < left {
        repetitions += 1;
    }
    // The steps before the next snapshot are repeated once more than those after it.
    let least = reversible(snapshots, repetitions - 2);
    let behind = reversible(snapshots - 1, repetitions);
    Some(least.max(left.saturating_sub(behind)).clamp(1, left - 1))
}

/// C(snapshots + repetitions, snapshots), or the largest number.
fn reversible(snapshots: usize, repetitions: isize) -> usize {
    let Ok(repetitions) = u128::try_from(repetitions) else {
        return 0;
    };
    let (mut small, mut large) = (repetitions, snapshots as u128);
    if small > large {
        std::mem::swap(&mut small, &mut large);
    }
    let mut product: u128 = 1;
    for k in 1..=small {
        product = product * (large + k) / k;
        if product > usize::MAX as u128 {
            return usize::MAX;
        }
    }
    product as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a loop of `n` steps backwards; returns how many steps were repeated and the most
    /// snapshots that were kept.
    fn reverse(n: usize, limit: usize, known: bool) -> (usize, usize) {
        let mut checkpoints = Checkpoints::new(limit);
        if known {
            checkpoints.expect(n);
        }
        for step in 0..n {
            checkpoints.visit(|| step);
        }
        let (mut repeated, mut most) = (0, checkpoints.kept.len());
        assert_eq!(checkpoints.steps(), n);
        for expected in (0..n).rev() {
            let (from, step, mut state) = checkpoints.revisit();
            assert_eq!((step, state), (expected, from));
            for _ in from..step {
                checkpoints.visit(|| state);
                state += 1;
                repeated += 1;
                most = most.max(checkpoints.kept.len());
            }
        }
        (repeated, most)
    }

    /// The fewest repetitions by trying every place for the next snapshot: `cost[c][n]` for the
    /// reversal of `n` steps from a snapshot that is there, with `c - 1` more.
    fn fewest(n: usize, limit: usize) -> Vec<usize> {
        let mut cost: Vec<usize> = (0..=n).map(|n| n * n.saturating_sub(1) / 2).collect();
        for _ in 1..limit {
            let mut better = cost.clone();
            for left in 2..=n {
                let placed = (1..left).map(|m| m + cost[left - m] + better[m]);
                better[left] = placed.fold(better[left], usize::min);
            }
            cost = better;
        }
        cost
    }

    #[test]
    fn no_schedule_repeats_fewer_steps() {
        for limit in 1..=7 {
            let best = fewest(60, limit);
            for (n, best) in best.into_iter().enumerate().skip(1) {
                let (repeated, most) = reverse(n, limit, false);
                assert_eq!(repeated, best, "{n} steps, {limit} snapshots");
                assert!(most <= limit);
            }
        }
    }

    #[test]
    fn snapshots_of_the_first_sweep_save_its_repetition() {
        for limit in 2..=7 {
            for n in 2..=60 {
                let (late, _) = reverse(n, limit, false);
                let (early, most) = reverse(n, limit, true);
                assert!(early < late, "{n} steps, {limit} snapshots");
                assert!(most <= limit);
            }
        }
    }

    #[test]
    fn a_million_steps_are_repeated_four_times_with_a_hundred_snapshots() {
        let n = 1_000_000;
        let (repeated, most) = reverse(n, 100, true);
        assert!(repeated <= 4 * n, "{repeated}");
        assert!(most <= 100);
    }

    #[test]
    fn fewer_steps_than_expected() {
        let mut checkpoints = Checkpoints::new(3);
        checkpoints.expect(100);
        for step in 0..37 {
            checkpoints.visit(|| step);
        }
        for expected in (0..37).rev() {
            let (from, step, mut state) = checkpoints.revisit();
            assert_eq!(step, expected);
            for _ in from..step {
                checkpoints.visit(|| state);
                state += 1;
            }
            assert_eq!(state, expected);
        }
    }
}
