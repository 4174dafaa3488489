//! Ctrl-C: the first asks the run to end with what it has, the second ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Receiver;

/// What a shell reports for a process that Ctrl-C ended.
const ABORTED: i32 = 130;

/// Becomes ready when the user asks to stop.
#[derive(Clone, Debug)]
pub struct Interrupt(Receiver<()>);

impl Interrupt {
    /// One that never comes.
    pub fn never() -> Self {
        Self(crossbeam_channel::never())
    }

    /// Listens to Ctrl-C. Fails when the process listens already.
    pub fn on_ctrl_c() -> Result<Self, ctrlc::Error> {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let asked = AtomicBool::new(false);
        ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::SeqCst) {
                std::process::exit(ABORTED);
            }
            let _ = sender.try_send(());
        })?;
        Ok(Self(receiver))
    }

    /// The channel to select on.
    pub fn receiver(&self) -> &Receiver<()> {
        &self.0
    }
}
