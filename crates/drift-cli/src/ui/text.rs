//! Text for people, written line by line into memory and to stdout at once.

use std::fmt::Display;
use std::io::{self, Write};

use super::{Table, Tone, styled};

/// Where a report writes its text. Implements [`Write`], so `writeln!` works as well.
#[derive(Default)]
pub(crate) struct Text {
    bytes: Vec<u8>,
}

impl Text {
    pub(super) fn render(write: impl FnOnce(&mut Text) -> io::Result<()>) -> io::Result<Vec<u8>> {
        let mut text = Text::default();
        write(&mut text)?;
        Ok(text.bytes)
    }

    pub(crate) fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self, "{line}")
    }

    pub(crate) fn blank(&mut self) -> io::Result<()> {
        writeln!(self)
    }

    /// Text that is already as it should be: a script, a page, the records of `-0`.
    pub(crate) fn raw(&mut self, text: &str) -> io::Result<()> {
        self.write_all(text.as_bytes())
    }

    pub(crate) fn heading(&mut self, title: impl Display) -> io::Result<()> {
        writeln!(self, "{}", styled(Tone::Heading, title))
    }

    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        table.write(self)
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
