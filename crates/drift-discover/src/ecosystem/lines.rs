//! [`Lines`]: the line of a byte, without reading the text again for each.

/// Where the lines of a text start.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    /// Indexes `text`.
    pub(crate) fn new(text: &str) -> Lines {
        Lines(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The 1-based line that the byte `offset` is on.
    pub(crate) fn of(&self, offset: usize) -> u32 {
        self.0.partition_point(|&start| start <= offset) as u32
    }
}
