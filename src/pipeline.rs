//! From inputs to results, on every core, in the order of the inputs and with bounded memory.
//!
//! Files are read by one thread, web inputs by a thread each, because they mostly wait. Readers number their batches,
//! workers decode and use them, the calling thread collects in order: what shows live accounts first, then files, which
//! are compared with it; each in the order of the command line. A batch needs a token of its input to start and gives it back when it has been collected, so never
//! more than a window of batches exists: a slow batch, or a slow reader of the output, holds everything behind it back.
//! A web input has a larger window, and is read ahead while an earlier one is being collected.

mod read;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use whitecoat_engine::Item;

use crate::coverage::Coverage;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::reading::{Counts, Reading};
use crate::sources::input::Input;
use crate::sources::{Batch, Options, Stopped};
use read::Reader;

/// Batches under way for each worker.
const WINDOW_PER_WORKER: usize = 4;
const BROKEN_BATCH: &str = "an internal error (a defect of whitecoat, please report it) lost some items";

/// How a run reads.
#[derive(Debug)]
pub struct Settings {
    /// How many workers.
    pub jobs: usize,
    /// What the sources may do.
    pub options: Options,
    /// Where progress is shown.
    pub progress: Progress,
    /// When to stop early.
    pub interrupt: Interrupt,
}

/// What was read, and whether the run was stopped early.
#[derive(Debug)]
pub struct Outcome {
    /// One an input, in order.
    pub readings: Vec<Reading>,
    /// The user stopped the run, or the collector asked for no more.
    pub stopped: bool,
}

/// Reads all inputs, lets a worker made by `worker` turn each batch into a result (it is told how many batches of the input came
/// before), and hands the results to `collect` in the order of the inputs. `collect` may end the run early.
pub fn run<T, W, F, C>(inputs: Vec<Input>, settings: &Settings, worker: F, mut collect: C) -> Outcome
where
    T: Send,
    W: FnMut(u64, Vec<Item>) -> T,
    F: Fn() -> W + Sync,
    C: FnMut(T) -> ControlFlow<()>,
{
    let readings =
        Arc::new(Mutex::new(inputs.iter().map(|input| Reading::of(&input.name)).collect::<Vec<_>>()));
    let window = settings.jobs.saturating_mul(WINDOW_PER_WORKER);
    let (work_sender, work) = unbounded();
    let gate = Arc::new(Gate(Mutex::new(Some(work_sender))));
    let reader = Reader {
        gate: Arc::clone(&gate),
        window,
        readings: Arc::clone(&readings),
        progress: settings.progress.clone(),
        options: settings.options.clone(),
    };
    let order = Order::of(&inputs);
    // Not joined: a source may be stuck in a read that never returns, and Ctrl-C must end the run all the same.
    std::thread::spawn(move || reader.read_all(&inputs));

    let (done_sender, done) = unbounded();
    let stopped = std::thread::scope(|scope| {
        for _ in 0..settings.jobs {
            let (work, done_sender, worker) = (work.clone(), done_sender.clone(), &worker);
            scope.spawn(move || serve(&work, &done_sender, worker));
        }
        drop(done_sender);
        drop(work);
        let collector = Collector { gate: &gate, readings: &readings, done, order };
        collector.run(&settings.interrupt, &settings.progress, &mut collect)
    });
    settings.progress.finish();
    let readings = lock(&readings).clone();
    Outcome { readings, stopped }
}

/// The order in which inputs are collected: what shows live accounts first, because archives are compared with it.
struct Order {
    /// By input, its rank.
    ranks: Vec<usize>,
}

impl Order {
    fn of(inputs: &[Input]) -> Self {
        let live = inputs.iter().filter(|input| input.shows_live()).count();
        let (mut lives, mut others) = (0.., live..);
        let rank = |input: &Input| if input.shows_live() { lives.next() } else { others.next() };
        Self { ranks: inputs.iter().map(rank).map(Option::unwrap_or_default).collect() }
    }

    fn rank(&self, input: usize) -> usize {
        self.ranks.get(input).copied().unwrap_or(input)
    }
}

enum Work {
    Batch {
        number: u64,
        input: usize,
        batch: Batch,
        token: Token,
    },
    /// An input had this many batches.
    End {
        number: u64,
        input: usize,
    },
}

/// Leave for a batch to exist, given back when it is gone.
struct Token(Sender<()>);

impl Drop for Token {
    fn drop(&mut self) {
        let _ = self.0.try_send(());
    }
}

struct Done<T> {
    number: u64,
    input: usize,
    /// `None` at the end of an input.
    batch: Option<DoneBatch<T>>,
}

struct DoneBatch<T> {
    coverage: Coverage,
    counts: Counts,
    result: Option<T>,
    _token: Token,
}

/// Lets batches through until it is shut; then the workers run dry and the run ends.
struct Gate(Mutex<Option<Sender<Work>>>);

impl Gate {
    fn pass(&self, work: Work) -> Result<(), Stopped> {
        lock(&self.0).as_ref().ok_or(Stopped)?.send(work).map_err(|_| Stopped)
    }

    fn is_open(&self) -> bool {
        lock(&self.0).is_some()
    }

    fn shut(&self) {
        lock(&self.0).take();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve<T, W, F>(work: &Receiver<Work>, done: &Sender<Done<T>>, make: &F)
where
    W: FnMut(u64, Vec<Item>) -> T,
    F: Fn() -> W,
{
    let mut worker = make();
    for work in work {
        let finished = match work {
            Work::End { number, input } => Done { number, input, batch: None },
            Work::Batch { number, input, batch, token } => {
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    let decoded = batch.decode();
                    let counts = Counts::of(&decoded.items);
                    (decoded.coverage, counts, Some(worker(number, decoded.items)))
                }));
                let (coverage, counts, result) = outcome.unwrap_or_else(|_| {
                    worker = make();
                    let mut coverage = Coverage::default();
                    coverage.fail(BROKEN_BATCH, format!("batch {number}"));
                    (coverage, Counts::default(), None)
                });
                Done { number, input, batch: Some(DoneBatch { coverage, counts, result, _token: token }) }
            }
        };
        if done.send(finished).is_err() {
            return;
        }
    }
}

struct Collector<'c, T> {
    gate: &'c Gate,
    readings: &'c Mutex<Vec<Reading>>,
    done: Receiver<Done<T>>,
    order: Order,
}

impl<T> Collector<'_, T> {
    /// Collects until all workers are done. True when the run was stopped early.
    fn run(
        self,
        interrupt: &Interrupt,
        progress: &Progress,
        collect: &mut impl FnMut(T) -> ControlFlow<()>,
    ) -> bool {
        // By the rank of the input and the number of the batch.
        let mut early = BTreeMap::new();
        let (mut rank, mut number, mut items) = (0, 0, 0);
        let (mut stopped, mut wanted) = (false, true);
        let mut interrupted = interrupt.receiver().clone();
        let mut take = |done: Done<T>, wanted: bool| {
            let Some(batch) = done.batch else { return false };
            items += batch.counts.items;
            progress.scanned(items);
            if let Some(reading) = lock(self.readings).get_mut(done.input) {
                reading.coverage.absorb(batch.coverage);
                reading.counts.absorb(batch.counts);
            }
            wanted && batch.result.is_some_and(|result| collect(result).is_break())
        };
        loop {
            select! {
                recv(interrupted) -> _ => {
                    progress.line("stopping: what was read so far is being written (Ctrl-C again to abort)");
                    self.gate.shut();
                    stopped = true;
                    interrupted = never();
                }
                recv(self.done) -> done => {
                    let Ok(done) = done else { break };
                    early.insert((self.order.rank(done.input), done.number), done);
                    while let Some(done) = early.remove(&(rank, number)) {
                        (rank, number) =
                            if done.batch.is_some() { (rank, number + 1) } else { (rank + 1, 0) };
                        if take(done, wanted) {
                            self.gate.shut();
                            (stopped, wanted) = (true, false);
                        }
                    }
                }
            }
        }
        // A run that was stopped has inputs without an end; what is there of later ones counts all the same.
        for done in early.into_values() {
            wanted &= !take(done, wanted);
        }
        stopped
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::reading::Ended;

    /// Runs over a file of `count` numbered items; the worker gives their ids.
    fn ids(count: usize, jobs: usize, spoil: &str, take: usize) -> (Outcome, Vec<String>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line =
            |id| format!("{{\"id\":\"{id}\",\"text\":\"a post that is long enough to fill a batch\"}}\n");
        std::fs::write(file.path(), (0..count).map(line).collect::<String>()).unwrap();
        let inputs = Input::recognise(file.path().as_os_str()).unwrap();
        let settings = Settings {
            jobs,
            options: Options::default(),
            progress: Progress::new(true),
            interrupt: Interrupt::never(),
        };
        let worker = || {
            |_, items: Vec<Item>| {
                assert!(items.iter().all(|item| item.id != spoil), "spoilt");
                items.into_iter().map(|item| item.id).collect::<Vec<_>>()
            }
        };
        let mut all = Vec::new();
        let outcome = run(inputs, &settings, worker, |ids| {
            all.extend(ids);
            if all.len() < take { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        (outcome, all)
    }

    #[test]
    fn results_come_in_order_whatever_the_number_of_workers() {
        for jobs in [1, 3, 16] {
            let (outcome, all) = ids(40_000, jobs, "", usize::MAX);
            assert!(all.iter().enumerate().all(|(at, id)| *id == at.to_string()));
            assert_eq!(
                (all.len(), outcome.stopped, outcome.readings[0].is_complete()),
                (40_000, false, true)
            );
        }
    }

    #[test]
    fn a_worker_that_breaks_loses_one_batch_and_says_so() {
        let (outcome, all) = ids(40_000, 2, "20000", usize::MAX);
        assert!(all.len() > 20_000 && all.len() < 40_000, "{}", all.len());
        assert_eq!(outcome.readings[0].coverage.failed[BROKEN_BATCH].count, 1);
        assert_eq!(outcome.readings[0].ended, Ended::Complete);
    }

    #[test]
    fn the_collector_may_have_had_enough() {
        let (outcome, all) = ids(400_000, 2, "", 1);
        assert!(all.len() < 20_000, "{}", all.len());
        assert!(outcome.stopped && outcome.readings[0].ended == Ended::Interrupted);
    }
}
