//! The user interface: results on stdout, everything else on stderr, in text or as one JSON document.
//!
//! A command ends with [`Ui::report`], or with an error that [`Ui::conclude`] renders; there is no other way
//! to stdout, so that JSON mode prints exactly one document. Warnings are printed when they come up, or, in
//! JSON mode, collected into the document. Nothing here decides anything about a workspace.

mod confirm;
pub(crate) mod human;
mod message;
mod progress;
mod report;
mod settings;
mod style;
mod table;
mod text;

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstream::AutoStream;

pub(crate) use message::MessageWriter;
#[cfg(test)]
pub(crate) use report::{Document, ErrorDocument};
pub(crate) use report::{Outcome, Report};
pub(crate) use settings::Settings;
pub(crate) use style::{Tone, styled};
pub(crate) use table::{Align, Table};
pub(crate) use text::Text;

use crate::args::Format;
use crate::env::Streams;
use crate::error::{CommandError, ErrorCode};
use crate::ops::{Event, EventSink, Warning};
use progress::Progress;
use style::tame;

type Stream = AutoStream<Box<dyn Write + Send>>;

pub(crate) struct Ui {
    settings: Settings,
    stdout: Mutex<Stream>,
    messages: MessageWriter,
    progress: Progress,
    warnings: Mutex<Vec<Warning>>,
    /// Whether a result was handed to stdout, even if writing it failed half way.
    answered: AtomicBool,
}

impl Ui {
    pub(crate) fn new(settings: Settings, streams: Streams) -> Ui {
        let progress = Progress::new(settings.progress);
        Ui {
            stdout: Mutex::new(if settings.colour_stdout {
                AutoStream::always(streams.stdout)
            } else {
                // Without styles to remove: the stream would remove the NUL of `-0` as well.
                AutoStream::always_ansi(streams.stdout)
            }),
            messages: MessageWriter::new(
                AutoStream::new(streams.stderr, style::choice(settings.colour_stderr)),
                progress.multi(),
            ),
            progress,
            warnings: Mutex::default(),
            answered: AtomicBool::new(false),
            settings,
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.settings.format
    }

    /// Fails if the command does not know the form that was asked for.
    pub(crate) fn expect_format(&self, known: &[Format]) -> Result<(), CommandError> {
        if known.contains(&self.settings.format) {
            return Ok(());
        }
        let known: Vec<_> = known.iter().map(|format| format.name()).collect();
        Err(CommandError::usage(format!(
            "this command does not print `--format {}`",
            self.settings.format.name()
        ))
        .with_hint(format!("it knows {}", known.join(", "))))
    }

    /// Prints the result. A command calls this once, last, after all its warnings.
    pub(crate) fn report<R: Report>(&self, report: &R) -> Result<Outcome, CommandError> {
        self.progress.clear();
        let document = match self.settings.format {
            Format::Json => report::document(report, &self.warnings(), self.settings.json_layout)?,
            _ => {
                let colour = style::choice(self.settings.colour_stdout);
                Text::render(colour, self.settings.line, |text| report.text(text))?
            }
        };
        self.answer(&document).map_err(|error| {
            CommandError::new(ErrorCode::of_io(&error), "cannot write the result to stdout")
                .with_cause(&error)
        })?;
        Ok(Outcome::new(report.exit()))
    }

    /// Lets `write` fill stdout with a result that is not a report: a file, as it is.
    pub(crate) fn stream(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), CommandError>,
    ) -> Result<Outcome, CommandError> {
        self.answered.store(true, Ordering::SeqCst);
        let mut stdout = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut Patient(&mut stdout))?;
        Ok(Outcome::new(0))
    }

    /// Prints the error, if there is one, and returns the exit code.
    pub(crate) fn conclude(&self, result: Result<Outcome, CommandError>) -> u8 {
        self.progress.clear();
        let error = match result {
            Ok(outcome) => return outcome.exit(),
            Err(error) => error,
        };
        let in_json = self.settings.format == Format::Json && !self.answered.load(Ordering::SeqCst);
        let told = in_json && {
            let document = report::error_document(&error, &self.warnings(), self.settings.json_layout);
            self.answer(&document).is_ok()
        };
        if !told {
            self.messages.print(&message::error(&error));
        }
        error.code.exit()
    }

    /// Tells of something wrong that does not stop the command. Saying the same twice has no effect.
    pub(crate) fn warn(&self, warning: Warning) {
        let mut warnings = self.warnings();
        if warnings.contains(&warning) {
            return;
        }
        let shown = !self.settings.quiet
            && (self.settings.format != Format::Json || self.answered.load(Ordering::SeqCst));
        if shown {
            self.messages.print(&message::warning(&warning));
        }
        warnings.push(warning);
    }

    /// A sentence for people; scripts find what it says in the document.
    pub(crate) fn note(&self, text: &str) {
        if !self.settings.quiet && self.settings.format != Format::Json {
            self.messages.print(&message::note(text));
        }
    }

    /// Text for people that is not a message of its own, such as the help after an empty command line.
    pub(crate) fn aside(&self, text: &str) {
        if self.settings.format != Format::Json {
            self.messages.print(text);
        }
    }

    /// For logs: whole lines to stderr that do not tear a progress bar.
    pub(crate) fn message_writer(&self) -> MessageWriter {
        self.messages.clone()
    }

    pub(crate) fn colours_messages(&self) -> bool {
        self.settings.colour_stderr
    }

    fn answer(&self, document: &[u8]) -> io::Result<()> {
        self.answered.store(true, Ordering::SeqCst);
        let mut stdout = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        match stdout.write_all(document).and_then(|()| stdout.flush()) {
            // Whoever closed the pipe has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    fn warnings(&self) -> MutexGuard<'_, Vec<Warning>> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Goes on when whoever reads has read enough.
struct Patient<'a>(&'a mut Stream);

impl Write for Patient<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self.0.write(buffer) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(buffer.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

impl EventSink for Ui {
    fn on(&self, event: Event<'_>) {
        match event {
            Event::Start { phase, total, unit } => self.progress.start(phase, total, unit),
            Event::Advance(by) => self.progress.advance(by),
            Event::Finish => self.progress.clear(),
            Event::Warning(warning) => self.warn(warning),
            Event::Note(text) => self.note(text),
        }
    }
}

#[cfg(test)]
mod tests;
