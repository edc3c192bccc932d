//! Seeing a directory by its memory: its entries are not listed, only the metadata of its files is looked at.

use std::borrow::Cow;
use std::sync::PoisonError;

use rayon::Scope;

use super::listing::{Dir, Kind};
use super::memory::Outcome;
use super::rules::{Level, Verdict};
use super::{Place, Walker};
use crate::files::{DirFiles, FileKind};
use crate::path::os_path;

impl Walker<'_> {
    /// Sees the entries that are remembered of a directory, if these are all it has; says whether they are.
    pub(super) fn recall<'s>(
        &'s self,
        scope: &Scope<'s>,
        path: &[u8],
        above: &Level,
        dir: &Dir,
        place: &Place<'_>,
    ) -> bool {
        let Some((memory, stamp)) = self.memory.as_ref().zip(place.stamp) else { return false };
        let Some(known) = memory.get(place.path) else { return false };
        let own = self.level(above, place.rel, path, known.rules);
        let level = own.as_ref().unwrap_or(above);
        let (files, rows) = (memory.table(), memory.rows(known));
        let name = |row: u32| files.split(row as usize).1;
        let mut names: Vec<&[u8]> = rows.iter().map(|&row| name(row)).collect();
        let mut below: Vec<&[u8]> = known.dirs.iter().map(|&name| memory.text(name)).collect();
        let digests = self.digests(level);
        let mut believed = |names: &mut [&[u8]]| {
            memory.evidence(&stamp, self.device, &digests, names, &mut below) == Some(known.evidence)
        };
        let (mut visible, mut hidden) = (Cow::Borrowed(rows), Vec::new());
        if !believed(&mut names) {
            // A file that is hidden, but tracked, is known too, and no walk sees it.
            let is_hidden = |row: &u32| {
                let (path, dot) = ([path, name(*row)].concat(), name(*row).first() == Some(&b'.'));
                self.rules.verdict(level, &os_path(&path), false, dot) == Verdict::Hidden
            };
            hidden = rows.iter().copied().filter(is_hidden).collect();
            visible.to_mut().retain(|row| !hidden.contains(row));
            names = visible.iter().map(|&row| name(row)).collect();
            if hidden.is_empty() || !believed(&mut names) {
                return false;
            }
        }
        let mut seen: Option<DirFiles> = None;
        for (at, &row) in visible.iter().enumerate() {
            let stored = files.stat(row as usize);
            let (stat, kind) = match dir.look(name(row)) {
                Ok((stat, Kind::File)) => (stat, FileKind::Regular),
                Ok((stat, Kind::Symlink)) => (stat, FileKind::Symlink),
                // Something is happening right now.
                _ => return false,
            };
            // The table knows no symlinks.
            if seen.is_none() && stat == stored && kind == FileKind::Regular {
                continue;
            }
            let seen = seen.get_or_insert_with(|| {
                let mut seen = DirFiles::new(&path[self.prefix.len()..]);
                let before = visible[..at].iter().map(|&row| row as usize);
                before.for_each(|row| seen.push(files.split(row).1, files.stat(row), files.kind(row)));
                seen
            });
            seen.push(name(row), stat, kind);
        }
        for name in below {
            let (path, level) = ([path, name, b"/"].concat(), level.clone());
            scope.spawn(move |scope| self.visit(scope, path, &level));
        }
        match seen {
            Some(seen) => {
                known.set(Outcome::Recalled);
                self.keep(seen);
            }
            None => {
                known.set(Outcome::Same);
                self.hidden.lock().unwrap_or_else(PoisonError::into_inner).extend(hidden);
                self.count(visible.len());
            }
        }
        true
    }
}
