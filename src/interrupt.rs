//! Ctrl-C: the first asks the run to end with what it has, the second ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, TryRecvError};

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

    /// Listens to Ctrl-C: every clone becomes ready. Fails when the process listens already.
    pub fn on_ctrl_c() -> Result<Self, ctrlc::Error> {
        let (sender, receiver) = crossbeam_channel::bounded(0);
        // A channel that is closed is ready for all that look at it.
        let mut sender = Some(sender);
        let asked = AtomicBool::new(false);
        ctrlc::set_handler(move || {
            if asked.swap(true, Ordering::SeqCst) {
                std::process::exit(ABORTED);
            }
            sender.take();
        })?;
        Ok(Self(receiver))
    }

    /// Whether the user has asked.
    pub fn is_asked(&self) -> bool {
        matches!(self.0.try_recv(), Err(TryRecvError::Disconnected))
    }

    /// The channel to select on.
    pub fn receiver(&self) -> &Receiver<()> {
        &self.0
    }
}
