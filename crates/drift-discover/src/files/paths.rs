//! [`Paths`]: many paths in one buffer.

/// Numbered from 0, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Paths {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds a path and returns its number; `None` beyond 4 GiB.
    pub(super) fn push(&mut self, path: &[u8]) -> Option<u32> {
        let number = u32::try_from(self.ends.len()).ok()?;
        let end = u32::try_from(self.bytes.len() + path.len()).ok()?;
        self.bytes.extend_from_slice(path);
        self.ends.push(end);
        Some(number)
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.bytes[start as usize..self.ends[number as usize] as usize]
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.ends.len() as u32).map(|number| self.get(number))
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
