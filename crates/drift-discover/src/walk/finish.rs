//! The end of a walk: one table of all that was seen, and of what git tracks besides.
//!
//! A walk that found everything as it remembered hands out the table that it was given, and makes none.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::rules::problem;
use super::unseen::{Tracked, Unseen};
use super::{Walk, WalkMemory, Walker};
use crate::files::{Files, Gathered};
use crate::problem::Problem;

impl Walker<'_> {
    /// Sorts everything, and adds what the work tree at `top` tracks and the walk did not see.
    pub(super) fn finish(self, top: Option<&Path>, tracked: Option<Tracked>) -> Walk {
        let seen = self.gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut hidden = self.hidden.into_inner().unwrap_or_else(PoisonError::into_inner);
        hidden.extend(self.memory.iter().flat_map(WalkMemory::elsewhere));
        hidden.sort_unstable();
        let mut dirs = self.walked.into_inner().unwrap_or_else(PoisonError::into_inner);
        let levels = self.drift_levels.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut bad = self.bad.into_inner().unwrap_or_else(PoisonError::into_inner);
        let memory = self.memory;
        let is_as_remembered = dirs.is_empty() && memory.as_ref().is_some_and(WalkMemory::is_all_recalled);
        if !is_as_remembered {
            dirs.extend(memory.iter().flat_map(WalkMemory::recalled));
        }
        let is_hidden = |full: &[u8]| self.rules.drift_hides(full, |dir| levels.get(dir));
        let same = memory.as_ref().filter(|memory| seen.len() == 0 && memory.are_all_same());
        let same = same.map(WalkMemory::table).zip(tracked).and_then(|(files, tracked)| {
            let mut unseen = Unseen::new(self.root, &self.prefix, files, &is_hidden);
            unseen.add_known(&tracked, &hidden);
            let (found, own) = unseen.found();
            files.are_rows(&hidden, &found).then(|| (Arc::clone(files), own))
        });
        let (files, tracked_own) = match same {
            Some(same) => same,
            None => {
                let files = table(memory.as_ref(), seen, &hidden);
                // What comes now takes its room.
                drop(memory);
                let mut unseen = Unseen::new(self.root, &self.prefix, &files, &is_hidden);
                if let Some(top) = top
                    && let Err(why) = unseen.add_tracked(top)
                {
                    let hint = why.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
                    let message =
                        format!("files that are ignored or hidden, but tracked, were not seen: {why}{hint}");
                    bad.push((self.root.to_path_buf(), message));
                }
                let (found, own) = unseen.found();
                (Arc::new(if found.is_empty() { files } else { files.with(&found) }), own)
            }
        };
        let mut problems: Vec<Problem> =
            bad.into_iter().map(|(path, message)| problem(self.root, &path, message)).collect();
        problems.sort();
        problems.dedup();
        Walk { files, tracked_own, problems, dirs, is_as_remembered }
    }
}

/// The table of what was seen, and of what is as it was remembered, without the rows in `hidden`.
fn table(memory: Option<&WalkMemory>, mut seen: Gathered, hidden: &[u32]) -> Files {
    if let Some(memory) = memory {
        for rows in memory.same() {
            let visible = rows.iter().copied().filter(|row| hidden.binary_search(row).is_err());
            seen.add_stored(memory.table(), visible);
        }
    }
    seen.join()
}
