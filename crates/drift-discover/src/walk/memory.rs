//! [`WalkMemory`]: the directories that an earlier walk entered, so that a later one need not list them.
//!
//! A directory that has not changed has the same entries, and under the same rules the same of them are
//! visible; only their metadata has to be looked at. The idea is that of git's untracked cache.
//! Invariant: a walk with a memory sees what a walk without one sees. The evidence for a directory covers its
//! identity, its change time, which nobody can set back, the names that are believed to be visible in it, and
//! the rules that hold there, all of which are read anew. It is not given for a directory that changed so late
//! that a further change could bear the same time, that lies on another file system, or in which something
//! could not be examined. Names come from the caller's own records: if these differ by one file from what was
//! seen, the evidence does not fit and the directory is listed.
//! Where the metadata is as recorded too, the walk keeps no more than that; if it is everywhere, what was
//! recorded is what the walk saw.
//! Only on Linux: elsewhere nobody has tried what a change time is worth.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::listing::DirStamp;
use super::rules::{Digest, RuleFiles};
use crate::files::{ByDir, Files};
use crate::fingerprint::racy;

/// What an earlier walk saw, by directory.
#[derive(Debug)]
pub struct WalkMemory {
    now_ns: i64,
    salt: Digest,
    places: HashMap<Box<[u8]>, u32>,
    dirs: Vec<KnownDir>,
    /// Names of directories.
    names: Vec<u8>,
    files: Arc<Files>,
    by_dir: ByDir,
    /// The numbers of directories of files that no walk entered: git tracks what is in them.
    elsewhere: Vec<u32>,
    /// Whether everything that was told could be kept.
    is_whole: bool,
}

#[derive(Debug)]
pub(super) struct KnownDir {
    pub(super) rules: RuleFiles,
    pub(super) evidence: [u8; 16],
    pub(super) dirs: Vec<Name>,
    /// Its number in the table of files, if it has any.
    files: Option<u32>,
    is_trusted: bool,
    outcome: AtomicU8,
}

/// What a walk found of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Outcome {
    /// Nothing yet, or something else.
    Unknown,
    /// It has the entries that it had.
    Recalled,
    /// The same, and all of its files are as stored.
    Same,
}

impl KnownDir {
    pub(super) fn set(&self, outcome: Outcome) {
        self.outcome.store(outcome as u8, Ordering::Relaxed);
    }

    fn is(&self, outcome: Outcome) -> bool {
        self.outcome.load(Ordering::Relaxed) == outcome as u8
    }
}

/// A name in the buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    at: u32,
    len: u32,
}

/// A directory that a walk entered, for [`WalkMemory::directory`] of a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkedDir {
    /// Relative to the root, which is empty.
    pub path: Box<[u8]>,
    /// Which files with rules it holds.
    pub rules: u8,
    /// `None` if it has to be listed again.
    pub evidence: Option<[u8; 16]>,
}

impl WalkMemory {
    /// Nothing is known yet. `now_ns`, nanoseconds since 1970, is when the walk starts; what another `salt`
    /// remembered does not count.
    pub fn new(salt: &str, now_ns: i64) -> WalkMemory {
        WalkMemory {
            now_ns,
            salt: Digest::of(salt.as_bytes()),
            places: HashMap::new(),
            dirs: Vec::new(),
            names: Vec::new(),
            files: Arc::default(),
            by_dir: ByDir::default(),
            elsewhere: Vec::new(),
            is_whole: true,
        }
    }

    /// A directory that was entered; after the one above it.
    pub fn directory(&mut self, path: &[u8], rules: u8, evidence: Option<[u8; 16]>) {
        let Some(place) = self.place(path) else {
            self.is_whole = false;
            return;
        };
        self.places.insert(path.into(), place);
        self.dirs.push(KnownDir {
            rules: RuleFiles::from_bits(rules),
            evidence: evidence.unwrap_or_default(),
            dirs: Vec::new(),
            files: None,
            is_trusted: evidence.is_some(),
            outcome: AtomicU8::new(Outcome::Unknown as u8),
        });
    }

    /// The place of one more directory, which the one above it then knows.
    fn place(&mut self, path: &[u8]) -> Option<u32> {
        let place = u32::try_from(self.dirs.len()).ok()?;
        if let Some((above, name)) = split(path) {
            let above = self.places.get(above).copied()?;
            let name = self.name(name)?;
            self.dirs[above as usize].dirs.push(name);
        }
        Some(place)
    }

    /// The files that were seen; after all directories.
    pub fn files(&mut self, files: Arc<Files>) {
        for (number, dir) in (0..).zip(files.dirs()) {
            match self.places.get(dir.strip_suffix(b"/").unwrap_or(dir)) {
                Some(&place) => self.dirs[place as usize].files = Some(number),
                None => self.elsewhere.push(number),
            }
        }
        self.by_dir = ByDir::new(&files);
        self.files = files;
    }

    fn name(&mut self, name: &[u8]) -> Option<Name> {
        let found = Name { at: u32::try_from(self.names.len()).ok()?, len: u32::try_from(name.len()).ok()? };
        self.names.extend_from_slice(name);
        Some(found)
    }

    /// What is known of `path` if it may be believed.
    pub(super) fn get(&self, path: &[u8]) -> Option<&KnownDir> {
        self.places.get(path).map(|&place| &self.dirs[place as usize]).filter(|dir| dir.is_trusted)
    }

    pub(super) fn text(&self, name: Name) -> &[u8] {
        &self.names[name.at as usize..][..name.len as usize]
    }

    /// The files of a directory: their rows in the table, ascending.
    pub(super) fn rows(&self, dir: &KnownDir) -> &[u32] {
        dir.files.map_or(&[], |number| self.by_dir.rows(number))
    }

    /// All files that were seen.
    pub(super) fn table(&self) -> &Arc<Files> {
        &self.files
    }

    /// For another walk.
    pub(super) fn forget_outcomes(&mut self) {
        self.dirs.iter_mut().for_each(|dir| dir.set(Outcome::Unknown));
    }

    /// Whether every directory was recalled, if everything that was told could be kept.
    pub(super) fn is_all_recalled(&self) -> bool {
        self.is_whole && self.dirs.iter().all(|dir| !dir.is(Outcome::Unknown))
    }

    /// The directories that were recalled.
    pub(super) fn recalled(&self) -> impl Iterator<Item = WalkedDir> {
        let dirs = self.places.iter().map(|(path, &place)| (path, &self.dirs[place as usize]));
        dirs.filter(|(_, dir)| !dir.is(Outcome::Unknown)).map(|(path, dir)| WalkedDir {
            path: path.clone(),
            rules: dir.rules.bits(),
            evidence: Some(dir.evidence),
        })
    }

    /// Whether every directory that was entered has the files that are stored.
    pub(super) fn are_all_same(&self) -> bool {
        self.same().map(<[u32]>::len).sum::<usize>() + self.elsewhere().count() == self.files.len()
    }

    /// The rows of files in directories that were never entered.
    pub(super) fn elsewhere(&self) -> impl Iterator<Item = u32> {
        self.elsewhere.iter().flat_map(|&number| self.by_dir.rows(number).iter().copied())
    }

    /// The rows of each directory whose files are as stored.
    pub(super) fn same(&self) -> impl Iterator<Item = &[u32]> {
        self.dirs.iter().filter(|dir| dir.is(Outcome::Same)).map(|dir| self.rows(dir))
    }

    /// The evidence that a directory with these visible entries, in any order, leaves; `None` if it cannot be
    /// believed later.
    pub(super) fn evidence(
        &self,
        stamp: &DirStamp,
        device: u64,
        rules: &[Digest],
        files: &mut [&[u8]],
        dirs: &mut [&[u8]],
    ) -> Option<[u8; 16]> {
        let is_settled = |ns: i64| !racy(ns, self.now_ns);
        if stamp.device != device || !is_settled(stamp.changed_ns) || !is_settled(stamp.modified_ns) {
            return None;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.salt.0);
        for rules in rules {
            hasher.update(&rules.0);
        }
        let numbers = [stamp.inode, stamp.changed_ns.cast_unsigned(), stamp.modified_ns.cast_unsigned()];
        numbers.iter().for_each(|number| {
            hasher.update(&number.to_le_bytes());
        });
        let mut add = |names: &mut [&[u8]]| {
            if !names.is_sorted() {
                names.sort_unstable();
            }
            hasher.update(&(names.len() as u64).to_le_bytes());
            for name in names.iter() {
                hasher.update(name);
                // No name has a zero byte.
                hasher.update(&[0]);
            }
        };
        add(files);
        add(dirs);
        let mut short = [0; 16];
        short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Some(short)
    }
}

/// The directory and the name; `None` for the root.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(end) => Some((&path[..end], &path[end + 1..])),
        None if path.is_empty() => None,
        None => Some((&[], path)),
    }
}

#[cfg(test)]
mod tests;
