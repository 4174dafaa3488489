//! One visitor at a time to each host, whoever's audit it is, and a pause between two.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Which hosts are being visited, and when the others may be again.
#[derive(Debug)]
pub(super) struct Hosts {
    state: Mutex<State>,
    changed: Condvar,
    pause: Duration,
}

#[derive(Debug, Default)]
struct State {
    visited: BTreeSet<String>,
    free_from: BTreeMap<String, Instant>,
}

/// Holds hosts until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'h> {
    hosts: &'h Hosts,
    names: BTreeSet<String>,
}

impl Hosts {
    /// With a pause between two visits to one host.
    pub(super) fn new(pause: Duration) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), pause }
    }

    /// Waits until nobody visits any of these hosts, and takes all of them at once: no two can wait for each other.
    pub(super) fn take<'n>(&self, names: impl Iterator<Item = &'n str>) -> Turn<'_> {
        let names: BTreeSet<String> = names.map(str::to_owned).collect();
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let wait = names.iter().filter_map(|name| state.free_from.get(name)).max().copied();
            if names.is_disjoint(&state.visited) {
                match wait.map(|until| until.saturating_duration_since(now)).filter(|wait| !wait.is_zero()) {
                    None => break,
                    Some(wait) => {
                        state =
                            self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
                    }
                }
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        state.visited.extend(names.iter().cloned());
        Turn { hosts: self, names }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let free_from = Instant::now() + self.hosts.pause;
        let mut state = self.hosts.lock();
        for name in &self.names {
            state.visited.remove(name);
            state.free_from.insert(name.clone(), free_from);
        }
        drop(state);
        self.hosts.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn nobody_meets_another_visitor_of_the_same_host() {
        let (hosts, inside) = (Hosts::new(Duration::ZERO), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (hosts, inside) = (&hosts, &inside);
                scope.spawn(move || {
                    for _ in 0..50 {
                        let names = if number % 2 == 0 { ["a", "b"] } else { ["b", "c"] };
                        let turn = hosts.take(names.into_iter());
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(turn);
                    }
                });
            }
        });
    }

    #[test]
    fn there_is_a_pause_between_two_visits() {
        let hosts = Hosts::new(Duration::from_millis(30));
        drop(hosts.take(["a"].into_iter()));
        let begun = Instant::now();
        drop(hosts.take(["b"].into_iter()));
        let other = begun.elapsed();
        drop(hosts.take(["a"].into_iter()));
        assert!(begun.elapsed() >= Duration::from_millis(25) && other < Duration::from_millis(25));
    }
}
