//! Progress: bars on a terminal, plain lines otherwise, nothing when quiet. Always on standard error.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::wording::printable;

const BAR: &str = "{prefix} {wide_bar} {percent:>3}%  {msg}  {eta} left";
const SITE_BAR: &str = "{prefix} {wide_bar} {pos}/{len}  {msg}  {elapsed}";
const SPINNER: &str = "{prefix} {spinner}  {msg}  {elapsed}";
const TICK: std::time::Duration = std::time::Duration::from_millis(120);

/// Shows how far a run is. Clones show the same.
#[derive(Clone, Debug)]
pub struct Progress {
    mode: Mode,
    current: Arc<Mutex<Option<ProgressBar>>>,
}

#[derive(Clone, Debug)]
enum Mode {
    Quiet,
    Lines,
    Bars(MultiProgress),
}

impl Progress {
    /// Bars if standard error is a terminal, lines if not, nothing if `quiet`.
    pub fn new(quiet: bool) -> Self {
        let mode = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Mode::Quiet,
            (false, false) => Mode::Lines,
            (false, true) => Mode::Bars(MultiProgress::new()),
        };
        Self { mode, current: Arc::default() }
    }

    /// The bar of the input that is read now. It turns into a real bar once its length is set.
    pub fn bar(&self, input: &str) -> ProgressBar {
        let Mode::Bars(bars) = &self.mode else { return ProgressBar::hidden() };
        let bar = bars.add(ProgressBar::no_length());
        bar.set_style(style(SPINNER));
        bar.set_prefix(printable(input));
        bar.enable_steady_tick(TICK);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
        bar
    }

    /// The bar of a site that is fetched, beside those of other sites.
    pub fn site_bar(&self, input: &str) -> ProgressBar {
        let Mode::Bars(bars) = &self.mode else { return ProgressBar::hidden() };
        let bar = bars.add(ProgressBar::new(1));
        bar.set_style(style(SITE_BAR));
        bar.set_prefix(printable(input));
        bar.enable_steady_tick(TICK);
        bar
    }

    /// Says how many items have been through the workers.
    pub fn scanned(&self, items: u64) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = current.as_ref().filter(|bar| !bar.is_finished()) {
            if bar.length().is_some() {
                bar.set_style(style(BAR));
            }
            bar.set_message(format!("{} items", indicatif::HumanCount(items)));
        }
    }

    /// Says something, above the bars where there are any.
    pub fn line(&self, text: &str) {
        let text = printable(text);
        match &self.mode {
            Mode::Quiet => {}
            Mode::Lines => {
                let _ = writeln!(std::io::stderr(), "{text}");
            }
            Mode::Bars(bars) => {
                let _ = bars.println(text);
            }
        }
    }

    /// Whether there are plain lines, and no bars.
    pub fn is_lines(&self) -> bool {
        matches!(self.mode, Mode::Lines)
    }

    /// Whether nothing is to be said that is not an error.
    pub fn is_quiet(&self) -> bool {
        matches!(self.mode, Mode::Quiet)
    }

    /// Takes the bars off the screen.
    pub fn finish(&self) {
        if let Mode::Bars(bars) = &self.mode {
            let _ = bars.clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
