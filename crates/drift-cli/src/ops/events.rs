//! What operations say while they work. Sinks are called from worker threads, and must not block for long.

use std::sync::atomic::{AtomicU64, Ordering};

use schemars::JsonSchema;
use serde::Serialize;

/// Something worth showing while an operation runs.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// A phase begins; the one before it, if any, is over.
    Start {
        phase: &'a str,
        total: Option<u64>,
        unit: Unit,
    },
    Advance(u64),
    Finish,
    Warning(Warning),
    Note(&'a str),
}

/// What the numbers of a phase count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Items,
    Bytes,
}

/// Something is wrong but the command goes on. `code` is dotted and stable: `fs.wal_unsafe`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub(crate) struct Warning {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Warning {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Warning {
        Warning { code, message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Warning {
        Warning { hint: Some(hint.into()), ..self }
    }
}

pub(crate) trait EventSink: Sync {
    fn on(&self, event: Event<'_>);
}

/// A phase under way. Cheap to advance from many threads; ends when dropped, on errors too.
pub(crate) struct Phase<'a> {
    events: &'a dyn EventSink,
    reached: AtomicU64,
}

impl<'a> Phase<'a> {
    pub(crate) fn start(events: &'a dyn EventSink, name: &str, total: Option<u64>, unit: Unit) -> Phase<'a> {
        tracing::debug!(total, ?unit, "{name}");
        events.on(Event::Start { phase: name, total, unit });
        Phase { events, reached: AtomicU64::new(0) }
    }

    pub(crate) fn advance(&self, by: u64) {
        self.events.on(Event::Advance(by));
    }

    /// Advances to `position`, as libraries that count for themselves say it; an older one is passed over.
    pub(crate) fn reach(&self, position: u64) {
        let before = self.reached.fetch_max(position, Ordering::Relaxed);
        if position > before {
            self.advance(position - before);
        }
    }
}

impl Drop for Phase<'_> {
    fn drop(&mut self) {
        self.events.on(Event::Finish);
    }
}

#[cfg(test)]
mod tests;
