//! Messages on stderr: errors, warnings, notes and logs, each written whole.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::MultiProgress;

use super::{Stream, Tone, styled, tame};
use crate::error::CommandError;
use crate::ops::Warning;

/// Stderr, shared by all who write to it. A progress bar makes room for each write.
#[derive(Clone)]
pub(crate) struct MessageWriter {
    stderr: Arc<Mutex<Stream>>,
    progress: MultiProgress,
}

impl MessageWriter {
    pub(super) fn new(stderr: Stream, progress: MultiProgress) -> MessageWriter {
        MessageWriter { stderr: Arc::new(Mutex::new(stderr)), progress }
    }

    /// Writes a message. Where stderr cannot be written there is nobody left to tell.
    pub(super) fn print(&self, text: &str) {
        let mut writer = self.clone();
        drop(writer.write_all(text.as_bytes()));
    }
}

impl Write for MessageWriter {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.progress.suspend(|| {
            let mut stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
            stderr.write_all(buffer)?;
            stderr.flush()?;
            Ok(buffer.len())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn error(error: &CommandError) -> String {
    let mut text = paragraph(Tone::Error, "error", &error.message);
    for cause in &error.causes {
        text.push_str(&paragraph(Tone::Heading, "caused by", cause));
    }
    if let Some(hint) = &error.hint {
        text.push_str(&paragraph(Tone::Hint, "hint", hint));
    }
    text
}

pub(super) fn warning(warning: &Warning) -> String {
    let mut text = paragraph(Tone::Warning, "warning", &warning.message);
    if let Some(hint) = &warning.hint {
        text.push_str(&paragraph(Tone::Hint, "hint", hint));
    }
    text
}

pub(super) fn note(text: &str) -> String {
    paragraph(Tone::Heading, "note", text)
}

/// One message; further lines of it are indented, so that each message can be told from the next. What it
/// quotes from files must not steer the terminal.
fn paragraph(tone: Tone, label: &str, text: &str) -> String {
    let mut lines = text.lines();
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "{} {}",
        styled(tone, format_args!("{label}:")),
        tame(lines.next().unwrap_or_default())
    );
    for line in lines {
        let _ = writeln!(out, "  {}", tame(line));
    }
    out
}
