//! How many records a loop nest makes.

/// How often a loop over `range` runs.
#[inline]
pub fn trips<R: Iterator>(range: &R) -> usize {
    range.size_hint().0
}

/// The most room, in records, that is reserved beforehand: beyond it a stack grows as it fills.
const MOST: usize = 1 << 24;

/// How many records loops within each other make, given how often each of them runs.
#[inline]
pub fn records(trips: &[usize]) -> usize {
    let all = trips
        .iter()
        .try_fold(1_usize, |all, trips| all.checked_mul(*trips));
    all.filter(|all| *all <= MOST).unwrap_or(0)
}
