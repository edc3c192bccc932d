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
//! Only on Linux: elsewhere nobody has tried what a change time is worth.

use std::collections::HashMap;
use std::ffi::CStr;

use super::listing::DirStamp;
use super::rules::{Digest, RuleFiles};
use crate::fingerprint::racy;

/// What an earlier walk saw, by directory.
#[derive(Debug)]
pub struct WalkMemory {
    now_ns: i64,
    salt: Digest,
    places: HashMap<Box<[u8]>, u32>,
    dirs: Vec<KnownDir>,
    /// Names, each with a final zero byte.
    names: Vec<u8>,
    /// Whether everything that was told could be kept.
    is_whole: bool,
    /// The directory of the file before.
    last: Option<(Box<[u8]>, u32)>,
}

#[derive(Debug)]
pub(super) struct KnownDir {
    pub(super) rules: RuleFiles,
    pub(super) evidence: [u8; 16],
    pub(super) files: Vec<Name>,
    pub(super) dirs: Vec<Name>,
    is_trusted: bool,
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
            is_whole: true,
            last: None,
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
            files: Vec::new(),
            dirs: Vec::new(),
            is_trusted: evidence.is_some(),
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

    /// How many directories there are, if these are all.
    pub(super) fn len(&self) -> Option<usize> {
        self.is_whole.then_some(self.dirs.len())
    }

    /// A file that was seen; after all directories.
    pub fn file(&mut self, path: &[u8]) {
        let Some((dir, name)) = split(path) else { return };
        let place = match &self.last {
            Some((last, place)) if **last == *dir => *place,
            _ => {
                let Some(&place) = self.places.get(dir) else { return };
                self.last = Some((dir.into(), place));
                place
            }
        };
        if let Some(name) = self.name(name) {
            self.dirs[place as usize].files.push(name);
        }
    }

    fn name(&mut self, name: &[u8]) -> Option<Name> {
        let found = Name { at: u32::try_from(self.names.len()).ok()?, len: u32::try_from(name.len()).ok()? };
        self.names.extend_from_slice(name);
        self.names.push(0);
        Some(found)
    }

    /// What is known of `path` if it may be believed.
    pub(super) fn get(&self, path: &[u8]) -> Option<&KnownDir> {
        self.places.get(path).map(|&place| &self.dirs[place as usize]).filter(|dir| dir.is_trusted)
    }

    pub(super) fn text(&self, name: Name) -> &[u8] {
        &self.names[name.at as usize..][..name.len as usize]
    }

    /// The name as the system takes it.
    pub(super) fn c_str(&self, name: Name) -> &CStr {
        CStr::from_bytes_until_nul(&self.names[name.at as usize..]).unwrap_or_default()
    }

    /// The evidence that a directory with these visible entries, in any order, leaves; `None` if it cannot be
    /// believed later.
    pub(super) fn evidence<'n>(
        &self,
        stamp: &DirStamp,
        device: u64,
        rules: &[Digest],
        files: &mut [&'n [u8]],
        dirs: &mut [&'n [u8]],
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
        for names in [files, dirs] {
            if !names.is_sorted() {
                names.sort_unstable();
            }
            hasher.update(&(names.len() as u64).to_le_bytes());
            for name in names.iter() {
                hasher.update(name);
                // No name has a zero byte.
                hasher.update(&[0]);
            }
        }
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
