//! The reading side: opens and splits inputs, and numbers their batches.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use crossbeam_channel::{Receiver, Sender, bounded};
use indicatif::ProgressBar;

use super::{Gate, Token, Work, lock};
use crate::coverage::Coverage;
use crate::progress::Progress;
use crate::reading::{Ended, Reading};
use crate::sources::input::Input;
use crate::sources::live::Live;
use crate::sources::{Batch, InputError, Options, Sink, Stopped};

/// Batches of a web input that may wait for an earlier input to be collected; mostly each is a page.
const WEB_WINDOW: usize = 512;
/// Web inputs that are read at once.
const WEB_INPUTS_AT_ONCE: usize = 16;

/// Reads the inputs and hands their batches to the workers.
pub(super) struct Reader {
    pub(super) gate: Arc<Gate>,
    pub(super) window: usize,
    pub(super) readings: Arc<Mutex<Vec<Reading>>>,
    pub(super) progress: Progress,
    pub(super) options: Options,
}

impl Reader {
    /// Reads what shows live accounts, several at once, and then the files.
    pub(super) fn read_all(self, inputs: &[Input]) {
        let (live, files): (Vec<_>, Vec<_>) =
            inputs.iter().enumerate().partition(|(_, input)| input.shows_live());
        let next = Mutex::new(live.iter());
        std::thread::scope(|scope| {
            for _ in 0..live.len().min(WEB_INPUTS_AT_ONCE) {
                scope.spawn(|| {
                    while let Some((index, input)) = { lock(&next).next() } {
                        if self.read(*index, input).is_err() {
                            break;
                        }
                    }
                });
            }
        });
        for (index, input) in files {
            if self.read(index, input).is_err() {
                break;
            }
        }
        self.gate.shut();
    }

    fn read(&self, index: usize, input: &Input) -> Result<(), Stopped> {
        let window = if input.shows_live() { WEB_WINDOW } else { self.window };
        let (token_sender, tokens) = bounded(window);
        for _ in 0..window {
            let _ = token_sender.send(());
        }
        let bar = if input.is_remote() {
            self.progress.site_bar(&input.name)
        } else {
            self.progress.bar(&input.name)
        };
        let mut feed = Feed {
            reader: self,
            bar,
            input: index,
            coverage: Coverage::default(),
            number: 0,
            live: (!input.shows_live()).then(|| Arc::clone(self.options.web.live())),
            tokens,
            token_sender,
        };
        let read = catch_unwind(AssertUnwindSafe(|| input.read(&self.options, &mut feed)));
        feed.publish();
        feed.bar.finish_and_clear();
        let ended = match read {
            Ok(Ok(())) => Ended::Complete,
            Ok(Err(InputError::Stopped(stopped))) => return Err(stopped),
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
        self.gate.pass(Work::End { number: feed.number, input: index })
    }
}

/// The sink that one input is read into.
struct Feed<'r> {
    reader: &'r Reader,
    bar: ProgressBar,
    input: usize,
    coverage: Coverage,
    number: u64,
    /// What an archive is compared with.
    live: Option<Arc<Live>>,
    tokens: Receiver<()>,
    token_sender: Sender<()>,
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
        self.tokens.recv().map_err(|_| Stopped)?;
        let token = Token(self.token_sender.clone());
        let batch = match self.live.clone() {
            None => batch,
            Some(live) => Batch::deferred(move || {
                let mut decoded = batch.decode();
                live.decide(&mut decoded.items);
                decoded
            }),
        };
        self.reader.gate.pass(Work::Batch { number: self.number, input: self.input, batch, token })?;
        self.number += 1;
        Ok(())
    }

    fn go_on(&self) -> Result<(), Stopped> {
        self.reader.gate.is_open().then_some(()).ok_or(Stopped)
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

    fn tell(&mut self, line: &str) {
        if self.reader.progress.is_lines() {
            self.reader.progress.line(line);
        }
    }

    fn progress(&self) -> &ProgressBar {
        &self.bar
    }
}
