//! Signals: the first asks drift to stop, the second stops it.
//!
//! The first SIGINT, SIGTERM or SIGHUP (Ctrl-C and Ctrl-Break on Windows) sets the [`Interrupt`] that
//! operations poll; they roll back, clean up, and the command ends with `interrupted`, exit 130. The second
//! ends the process at once, which is as safe as `kill -9`: every state on disk is one that survives it.
//! SIGPIPE: Rust's runtime ignores it, so a closed pipe is a write error that `ui/` takes for the end.
//! SIGXFSZ, which kills by default when a file grows past the limit of the shell, gets a handler that does
//! nothing, so the write fails with EFBIG and is reported as `no_space`. SIGQUIT keeps its core dump.

use crate::error::ErrorCode;
use crate::ops::Interrupt;

/// Installs the handlers. Only the first call in a process does something; a second command line in the same
/// process (tests) is not interruptible.
pub(crate) fn install(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    let installed = ctrlc::set_handler(move || {
        if interrupt.set() {
            stop_hard();
        }
        tracing::debug!("asked to stop");
    });
    match installed {
        Ok(()) => tracing::debug!("signals are handled"),
        Err(error) => tracing::debug!(%error, "signals keep their default effect"),
    }
    ignore_file_size_signal();
}

#[cfg(unix)]
fn ignore_file_size_signal() {
    let flag = std::sync::Arc::default();
    if let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, flag) {
        tracing::debug!(%error, "a file size limit will end the process");
    }
}

#[cfg(not(unix))]
fn ignore_file_size_signal() {}

#[expect(clippy::exit, clippy::disallowed_methods, reason = "a second signal must not wait for destructors")]
fn stop_hard() -> ! {
    std::process::exit(i32::from(ErrorCode::Interrupted.exit()))
}
