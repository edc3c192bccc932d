//! The wish to stop: set once by a signal, polled by operations between steps that they can undo.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared between the signal handler and whoever works.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

#[derive(Debug, thiserror::Error)]
#[error("interrupted; what was begun has been rolled back")]
pub(crate) struct Interrupted;

impl Interrupt {
    /// Sets the flag and returns whether it was set before.
    pub(crate) fn set(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// For libraries that poll a flag of their own accord.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }

    /// For libraries whose callbacks outlive the call.
    pub(crate) fn shared(&self) -> &Arc<AtomicBool> {
        &self.0
    }

    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        if self.is_set() { Err(Interrupted) } else { Ok(()) }
    }
}
