//! Aligned columns, without lines: readable, and easy to cut apart.

use std::io::{self, Write};

use super::{Tone, styled, tame};

/// Space between two columns.
const GAP: usize = 2;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Align {
    #[default]
    Left,
    /// For numbers.
    Right,
}

/// Rows of cells. The width of a column is that of its widest cell; nothing is cut off, and control characters
/// in a cell are spelled out.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<(Tone, String)>>,
}

impl Table {
    /// A table whose heading is left out if every name is empty.
    pub(crate) fn new(columns: impl IntoIterator<Item = (&'static str, Align)>) -> Table {
        let columns = columns.into_iter().map(|(name, align)| (name.to_owned(), align)).collect();
        Table { columns, rows: Vec::new() }
    }

    /// Label and value, a pair per line.
    pub(crate) fn of_pairs() -> Table {
        Table::new([("", Align::Left), ("", Align::Left)])
    }

    pub(crate) fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) -> &mut Table {
        self.toned_row(cells.into_iter().map(|cell| (Tone::Plain, cell)))
    }

    pub(crate) fn toned_row<S: Into<String>>(
        &mut self,
        cells: impl IntoIterator<Item = (Tone, S)>,
    ) -> &mut Table {
        self.rows
            .push(cells.into_iter().map(|(tone, cell)| (tone, tame(&cell.into()).into_owned())).collect());
        self
    }

    /// A row of [`Table::of_pairs`].
    pub(crate) fn pair(&mut self, label: &str, value: impl Into<String>) -> &mut Table {
        self.toned_row([(Tone::Dim, label.to_owned()), (Tone::Plain, value.into())])
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let width = |text: &str| text.chars().count();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|(_, cell)| width(cell));
                cells.chain([width(&self.columns[at].0)]).max().unwrap_or(0)
            })
            .collect();
        let heading: Vec<_> = self.columns.iter().map(|(name, _)| (Tone::Heading, name.clone())).collect();
        let titled = self.columns.iter().any(|(name, _)| !name.is_empty());
        for row in titled.then_some(&heading).into_iter().chain(&self.rows) {
            let mut pending = 0;
            for ((at, (tone, cell)), (_, align)) in row.iter().enumerate().zip(&self.columns) {
                let padding = widths[at] - width(cell);
                let (before, after) = match align {
                    Align::Left => (0, padding),
                    Align::Right => (padding, 0),
                };
                if !cell.is_empty() {
                    write!(out, "{:1$}{2}", "", pending + before, styled(*tone, cell))?;
                    pending = after + GAP;
                } else {
                    pending += widths[at] + GAP;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
