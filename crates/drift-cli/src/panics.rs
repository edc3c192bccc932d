//! A broken invariant of drift itself: reported as `internal`, never as a bare panic message.
//!
//! One panic is none of drift's doing: the standard library and rayon have no other way to say that the system starts
//! no further thread. It is an `io` error.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

use crate::error::{CommandError, ErrorCode};

/// What the first panic said, in whichever thread; `guard` sees it arrive in its own.
static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// How they say so.
const NO_THREAD: [&str; 2] = ["failed to spawn thread: ", "The global thread pool has not been initialized"];

/// Keeps the message instead of printing it; `guard` reports it.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let backtrace = Backtrace::capture();
        let mut text = describe(info);
        tracing::debug!(panic = %text);
        if backtrace.status() == BacktraceStatus::Captured {
            text = format!("{text}\n{backtrace}");
        }
        FIRST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
    }));
}

/// Runs `work`, and makes of a panic in it an `internal` error.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, CommandError>) -> Result<T, CommandError> {
    // What `work` leaves half done is dropped with it: only the error is looked at afterwards.
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let told = FIRST.lock().unwrap_or_else(PoisonError::into_inner).take();
        let told = told.unwrap_or_else(|| message(payload.as_ref()).to_owned());
        Err(match NO_THREAD.iter().any(|start| told.starts_with(start)) {
            true => CommandError {
                causes: told.lines().next().map(str::to_owned).into_iter().collect(),
                ..no_thread()
            },
            false => CommandError { causes: vec![told], ..internal() },
        })
    })
}

fn no_thread() -> CommandError {
    CommandError::new(ErrorCode::Io, "the system starts no further thread").with_hint(
        "raise the limit on processes or memory (`ulimit -u`, `ulimit -v`, or the container's), or wait until other \
         programs have ended",
    )
}

pub(crate) fn internal() -> CommandError {
    CommandError::new(ErrorCode::Internal, "internal error: this is a bug in drift").with_hint(
        "please report it with the command you ran, the lines above and the output of `drift --version`; \
         RUST_BACKTRACE=1 shows where it happened",
    )
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    match info.location() {
        Some(at) => format!("{} ({}:{})", message(info.payload()), at.file(), at.line()),
        None => message(info.payload()).to_owned(),
    }
}

fn message(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests;
