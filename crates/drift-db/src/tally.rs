//! [`TextCounts`]: how often each text occurs among many that come in runs, such as the languages of files in the order
//! of paths.

use std::collections::HashMap;

/// Looks a text up where it changes, not every time.
#[derive(Debug, Default)]
pub(crate) struct TextCounts {
    counts: HashMap<String, usize>,
    text: String,
    run: usize,
}

impl TextCounts {
    /// One more.
    pub(crate) fn add(&mut self, text: &str) {
        if self.text != text {
            self.end_run();
            text.clone_into(&mut self.text);
        }
        self.run += 1;
    }

    /// All that were added.
    pub(crate) fn finish(mut self) -> HashMap<String, usize> {
        self.end_run();
        self.counts
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run == 0 {
            return;
        }
        match self.counts.get_mut(&self.text) {
            Some(count) => *count += run,
            None => drop(self.counts.insert(self.text.clone(), run)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_add_up() {
        let mut counts = TextCounts::default();
        for text in ["", "a", "a", "b", "a", "", "c"] {
            counts.add(text);
        }
        let mut counts: Vec<_> = counts.finish().into_iter().collect();
        counts.sort();
        assert_eq!(
            counts,
            [("", 2), ("a", 3), ("b", 1), ("c", 1)].map(|(text, count)| (text.to_owned(), count))
        );
        assert!(TextCounts::default().finish().is_empty());
    }
}
