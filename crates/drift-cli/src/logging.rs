//! Logs for people who look for the reason of something: `-v`, `-vv`, `-vvv`, or `DRIFT_LOG` with filters.

use std::ffi::OsStr;

use tracing_subscriber::EnvFilter;

use crate::ops::Warning;
use crate::ui::Ui;

/// Starts logging to stderr. `filter` (`DRIFT_LOG`) wins over the number of `-v`. Only the first call in a
/// process does something.
pub(crate) fn start(ui: &Ui, verbose: u8, filter: Option<&OsStr>) {
    let level = match verbose {
        0 => "error",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = match filter {
        None => EnvFilter::new(level),
        Some(text) => EnvFilter::try_new(text.to_string_lossy()).unwrap_or_else(|error| {
            let message = format!("DRIFT_LOG is not a log filter: {error}");
            ui.warn(Warning::new("log.filter", message).with_hint("for example DRIFT_LOG=drift_db=debug"));
            EnvFilter::new(level)
        }),
    };
    let writer = ui.message_writer();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(ui.colours_messages())
        .with_writer(move || writer.clone())
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("logging was started before");
    }
}
