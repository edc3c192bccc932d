//! Aligned columns, without lines: readable, and easy to cut apart.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Tone, styled, tame};

/// Space between two columns.
const GAP: usize = 2;
/// To this width a column in the middle is shown on every terminal.
const ALWAYS: usize = 24;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Align {
    #[default]
    Left,
    /// For numbers.
    Right,
}

/// Rows of cells. The width of a column is that of its widest cell, and control characters in a cell are spelled
/// out. Nothing is cut off but on a terminal, where one long cell would push all others off the line: there a
/// column in the middle takes at most a third of it. The first column, by which a row is named in the next
/// command, and the last stay whole.
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

    /// `line` is how wide the terminal is, if it is one.
    pub(super) fn write(&self, out: &mut impl Write, line: Option<usize>) -> io::Result<()> {
        let titled = self.columns.iter().any(|(name, _)| !name.is_empty());
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|(_, cell)| width(cell));
                cells.chain([width(&self.columns[at].0)]).max().unwrap_or(0)
            })
            .collect();
        if let (Some(line), true) = (line, titled) {
            self.fit(&mut widths, line);
        }
        let heading: Vec<_> = self.columns.iter().map(|(name, _)| (Tone::Heading, name.clone())).collect();
        for row in titled.then_some(&heading).into_iter().chain(&self.rows) {
            let mut pending = 0;
            for ((at, (tone, cell)), (_, align)) in row.iter().enumerate().zip(&self.columns) {
                let is_whole = at == 0 || at + 1 == self.columns.len();
                let cell = if is_whole { cell.into() } else { shortened(cell, widths[at]) };
                let padding = widths[at].saturating_sub(width(&cell));
                let (before, after) = match align {
                    Align::Left => (0, padding),
                    Align::Right => (padding, 0),
                };
                if !cell.is_empty() {
                    write!(out, "{:1$}{2}", "", pending + before, styled(*tone, &cell))?;
                    pending = after + GAP;
                } else {
                    pending += widths[at] + GAP;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// Narrows what is wide, if the rows are longer than the line. Numbers stay whole.
    fn fit(&self, widths: &mut [usize], line: usize) {
        let gaps = GAP * widths.len().saturating_sub(1);
        if widths.iter().sum::<usize>() + gaps <= line {
            return;
        }
        let Some((last, front)) = widths.split_last_mut() else { return };
        for (at, (width, (_, align))) in front.iter_mut().zip(&self.columns).enumerate() {
            let most = if at == 0 { line / 2 } else { (line / 3).max(ALWAYS) };
            if *align == Align::Left {
                *width = (*width).min(most);
            }
        }
        // Nothing stands behind the last column.
        if self.columns.last().is_some_and(|(_, align)| *align == Align::Left) {
            *last = 0;
        }
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn shortened(cell: &str, most: usize) -> Cow<'_, str> {
    if width(cell) <= most {
        return cell.into();
    }
    let kept: String = cell.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…").into()
}

#[cfg(test)]
mod tests;
