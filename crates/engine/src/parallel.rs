//! The same work on many things, on several cores.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What `make` makes of each thing, in their order, on so many cores at most.
pub(crate) fn map<T: Sync, R: Send>(things: &[T], cores: usize, make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(thing) = things.get(at)
        {
            made.push((at, make(thing)));
        }
        made
    };
    let mut made = thread::scope(|scope| {
        let others: Vec<_> = (1..cores.min(things.len())).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_made_once_and_in_order() {
        let things: Vec<usize> = (0..1000).collect();
        for cores in [0, 1, 2, 7, 5000] {
            assert_eq!(map(&things, cores, |thing| thing * 2), (0..2000).step_by(2).collect::<Vec<_>>());
        }
        assert!(map(&[(); 0], 4, |()| ()).is_empty());
    }
}
