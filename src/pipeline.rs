//! From inputs to results, on every core, in the order of the inputs and with bounded memory.
//!
//! One thread reads and numbers batches, workers decode and use them, the calling thread collects in order. A batch
//! needs a token to start and gives it back when it has been collected, so never more than a window of batches exists:
//! a slow batch, or a slow reader of the output, holds everything behind it back.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded, never, select, unbounded};
use indicatif::ProgressBar;
use whitecoat_engine::Item;

use crate::coverage::Coverage;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::reading::{Counts, Ended, Reading};
use crate::sources::input::Input;
use crate::sources::{Batch, InputError, Options, Sink, Stopped};

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

/// Reads all inputs, lets a worker made by `worker` turn each batch into a result, and hands the results to `collect`
/// in the order of the inputs. `collect` may end the run early.
pub fn run<T, W, F, C>(inputs: Vec<Input>, settings: &Settings, worker: F, mut collect: C) -> Outcome
where
    T: Send,
    W: FnMut(Vec<Item>) -> T,
    F: Fn() -> W + Sync,
    C: FnMut(T) -> ControlFlow<()>,
{
    let readings =
        Arc::new(Mutex::new(inputs.iter().map(|input| Reading::of(&input.name)).collect::<Vec<_>>()));
    let window = settings.jobs.saturating_mul(WINDOW_PER_WORKER);
    let (work_sender, work) = unbounded();
    let (token_sender, tokens) = bounded(window);
    for _ in 0..window {
        let _ = token_sender.send(());
    }
    let gate = Arc::new(Gate(Mutex::new(Some(work_sender))));
    let reader = Reader {
        gate: Arc::clone(&gate),
        tokens,
        readings: Arc::clone(&readings),
        progress: settings.progress.clone(),
    };
    let options = settings.options.clone();
    // Not joined: a source may be stuck in a read that never returns, and Ctrl-C must end the run all the same.
    std::thread::spawn(move || reader.read_all(&inputs, &options));

    let (done_sender, done) = unbounded();
    let stopped = std::thread::scope(|scope| {
        for _ in 0..settings.jobs {
            let (work, done_sender, worker) = (work.clone(), done_sender.clone(), &worker);
            scope.spawn(move || serve(&work, &done_sender, worker));
        }
        drop(done_sender);
        drop(work);
        let collector = Collector { gate: &gate, readings: &readings, done, tokens: token_sender };
        collector.run(&settings.interrupt, &settings.progress, &mut collect)
    });
    settings.progress.finish();
    let readings = lock(&readings).clone();
    Outcome { readings, stopped }
}

struct Numbered {
    number: u64,
    input: usize,
    batch: Batch,
}

struct Done<T> {
    number: u64,
    input: usize,
    coverage: Coverage,
    counts: Counts,
    result: Option<T>,
}

/// Lets batches through until it is shut; then the workers run dry and the run ends.
struct Gate(Mutex<Option<Sender<Numbered>>>);

impl Gate {
    fn pass(&self, batch: Numbered) -> Result<(), Stopped> {
        lock(&self.0).as_ref().ok_or(Stopped)?.send(batch).map_err(|_| Stopped)
    }

    fn shut(&self) {
        lock(&self.0).take();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Reader {
    gate: Arc<Gate>,
    tokens: Receiver<()>,
    readings: Arc<Mutex<Vec<Reading>>>,
    progress: Progress,
}

impl Reader {
    fn read_all(self, inputs: &[Input], options: &Options) {
        let mut number = 0;
        for (index, input) in inputs.iter().enumerate() {
            let mut feed = Feed {
                reader: &self,
                bar: self.progress.bar(&input.name),
                input: index,
                coverage: Coverage::default(),
                number,
            };
            let read = catch_unwind(AssertUnwindSafe(|| input.read(options, &mut feed)));
            feed.publish();
            feed.bar.finish_and_clear();
            number = feed.number;
            let ended = match read {
                Ok(Ok(())) => Ended::Complete,
                Ok(Err(InputError::Stopped(_))) => break,
                Ok(Err(error)) => Ended::Unreadable(error.to_string()),
                Err(_) => Ended::Unreadable(format!(
                    "{}: an internal error (a defect of whitecoat, please report it) ended the reading",
                    input.name
                )),
            };
            let fingerprint = input.fingerprint();
            if let Some(reading) = lock(&self.readings).get_mut(index) {
                reading.ended = ended;
                reading.fingerprint = fingerprint;
            }
        }
        self.gate.shut();
    }
}

/// The sink that one input is read into.
struct Feed<'r> {
    reader: &'r Reader,
    bar: ProgressBar,
    input: usize,
    coverage: Coverage,
    number: u64,
}

impl Feed<'_> {
    /// Hands the coverage over, so that it is there even if the source never returns.
    fn publish(&mut self) {
        let coverage = std::mem::take(&mut self.coverage);
        if let Some(reading) = lock(&self.reader.readings).get_mut(self.input) {
            reading.coverage.absorb(coverage);
        }
    }
}

impl Sink for Feed<'_> {
    fn batch(&mut self, batch: Batch) -> Result<(), Stopped> {
        self.publish();
        self.reader.tokens.recv().map_err(|_| Stopped)?;
        self.reader.gate.pass(Numbered { number: self.number, input: self.input, batch })?;
        self.number += 1;
        Ok(())
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn recognised(&mut self, what: &str) {
        let mut readings = lock(&self.reader.readings);
        let Some(reading) = readings.get_mut(self.input) else { return };
        // One input may hold exports of several platforms.
        let known = &mut reading.coverage.recognised;
        *known = if known.is_empty() { what.to_owned() } else { format!("{known}; {what}") };
        self.reader.progress.line(&format!("{}: {what}", reading.coverage.input));
    }

    fn progress(&self) -> &ProgressBar {
        &self.bar
    }
}

fn serve<T, W, F>(work: &Receiver<Numbered>, done: &Sender<Done<T>>, make: &F)
where
    W: FnMut(Vec<Item>) -> T,
    F: Fn() -> W,
{
    let mut worker = make();
    for Numbered { number, input, batch } in work {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let decoded = batch.decode();
            let counts = Counts::of(&decoded.items);
            (decoded.coverage, counts, worker(decoded.items))
        }));
        let finished = match outcome {
            Ok((coverage, counts, result)) => Done { number, input, coverage, counts, result: Some(result) },
            Err(_) => {
                worker = make();
                let mut coverage = Coverage::default();
                coverage.fail(BROKEN_BATCH, format!("batch {number}"));
                Done { number, input, coverage, counts: Counts::default(), result: None }
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
    tokens: Sender<()>,
}

impl<T> Collector<'_, T> {
    /// Collects until all workers are done. True when the run was stopped early.
    fn run(
        self,
        interrupt: &Interrupt,
        progress: &Progress,
        collect: &mut impl FnMut(T) -> ControlFlow<()>,
    ) -> bool {
        let mut early = BTreeMap::new();
        let (mut next, mut items) = (0, 0);
        let (mut stopped, mut wanted) = (false, true);
        let mut interrupted = interrupt.receiver().clone();
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
                    early.insert(done.number, done);
                    while let Some(done) = early.remove(&next) {
                        next += 1;
                        items += done.counts.items;
                        progress.scanned(items);
                        if let Some(reading) = lock(self.readings).get_mut(done.input) {
                            reading.coverage.absorb(done.coverage);
                            reading.counts.absorb(done.counts);
                        }
                        if wanted && done.result.is_some_and(|result| collect(result).is_break()) {
                            self.gate.shut();
                            (stopped, wanted) = (true, false);
                        }
                        let _ = self.tokens.try_send(());
                    }
                }
            }
        }
        stopped
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

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
            |items: Vec<Item>| {
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
