//! Text for people, written line by line into memory and to stdout at once.

use std::fmt::Display;
use std::io::{self, Write};

use anstream::ColorChoice;
use anstream::adapter::strip_str;

use super::style::tame_lines;
use super::{Table, Tone, styled};

/// Where a report writes its text. Implements [`Write`], so `writeln!` works as well.
///
/// Reports quote files of repositories nobody vouches for: control characters come out spelled, but for line
/// ends, tabs, styles, and what is written by [`Text::raw`].
pub(crate) struct Text {
    colour: ColorChoice,
    /// How wide the terminal is, if it is one.
    line: Option<usize>,
    bytes: Vec<u8>,
    /// Up to here, `bytes` is as it is to be printed.
    settled: usize,
}

impl Text {
    pub(super) fn render(
        colour: ColorChoice,
        line: Option<usize>,
        write: impl FnOnce(&mut Text) -> io::Result<()>,
    ) -> io::Result<Vec<u8>> {
        let mut text = Text { colour, line, bytes: Vec::new(), settled: 0 };
        write(&mut text)?;
        text.settle();
        Ok(text.bytes)
    }

    fn settle(&mut self) {
        let lines = String::from_utf8_lossy(&self.bytes[self.settled..]);
        let mut tamed = tame_lines(&lines).into_owned();
        // What is tame has no other control characters than those of styles, and these begin with an escape.
        if self.colour == ColorChoice::Never && tamed.contains('\x1b') {
            tamed = strip_str(&tamed).to_string();
        }
        self.bytes.truncate(self.settled);
        self.bytes.extend_from_slice(tamed.as_bytes());
        self.settled = self.bytes.len();
    }

    pub(crate) fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self, "{line}")
    }

    pub(crate) fn blank(&mut self) -> io::Result<()> {
        writeln!(self)
    }

    /// Text that is already as it should be: a script, a page, the records of `-0`.
    pub(crate) fn raw(&mut self, text: impl AsRef<[u8]>) -> io::Result<()> {
        self.settle();
        self.bytes.extend_from_slice(text.as_ref());
        self.settled = self.bytes.len();
        Ok(())
    }

    pub(crate) fn heading(&mut self, title: impl Display) -> io::Result<()> {
        writeln!(self, "{}", styled(Tone::Heading, title))
    }

    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        let line = self.line;
        table.write(self, line)
    }
}

impl Write for Text {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.bytes.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
