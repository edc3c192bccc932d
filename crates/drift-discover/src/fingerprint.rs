//! Fingerprints: the BLAKE3 of every file, taken again only where the file may have changed.
//!
//! Two steps. [`Changes`] sets what the last scan stored against what the walk saw, without reading a file;
//! [`Hashing`] hashes the files it names, in parallel, and hands the results over in path order.
//! As git does, a file is taken as unchanged if size, modification time and inode are those stored, unless
//! that time is so close to the start of the last scan that a later write could bear the same one.
//! Invariants: memory does not depend on file sizes, and on their number by a few bytes for each; a hash is
//! handed over only with metadata that was the same before and after its file was read.

mod entry;

use std::cmp::Ordering;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{Scope, ScopedJoinHandle};

use rayon::prelude::*;

use crate::files::{FileKind, Files, Stat};
use crate::git::Vouched;
use crate::git::blob::BlobId;
use crate::path::RepoPath;
use crate::problem::Problem;
use crate::walk::{Event, OnEvent, WalkError, pool};
use entry::Entries;

/// A file last written less than this before a scan started is hashed again by the next one, since a write
/// after the scan read it could have left the same time: kernels stamp files with the time of the last tick,
/// 1 to 10 ms ago.
const TICK_NS: i64 = 100_000_000;
/// The same where the time stored is a whole second, as on file systems that keep no finer ones: FAT rounds
/// to even seconds (<https://learn.microsoft.com/windows/win32/sysinfo/file-times>).
const COARSE_TICK_NS: i64 = 2_000_000_000;
/// So many files are handed over at a time. The threads wait for each other once per batch.
const BATCH: usize = 4096;
/// So many batches wait for whoever takes them, a few megabytes: enough to go on while projects are looked for.
const AHEAD: usize = 8;
/// A file of at least this size is hashed by all threads together, so that one big file does not leave the
/// others idle.
const LARGE: u64 = 16 << 20;
/// How often a file that changes while it is read is read.
const ATTEMPTS: usize = 3;

/// What a scan has to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Places in the table of files that nothing was stored for, ascending.
    pub added: Vec<u32>,
    /// Places of files whose content may have changed, ascending.
    pub changed: Vec<u32>,
    /// Stored files that are gone, sorted.
    pub removed: Vec<RepoPath>,
    /// How many files are as stored.
    pub unchanged: usize,
}

impl Changes {
    /// What differs between `files`, as a walk saw them, and those that were stored by a scan that started at
    /// `last_scan_ns`, nanoseconds since 1970.
    pub fn between(files: &Files, stored: &Files, last_scan_ns: i64) -> Changes {
        let mut changes = Changes::default();
        let (mut at, mut before) = (0, 0);
        // A walk that found everything as it remembered hands out the table that it was given.
        let is_one = std::ptr::eq(files, stored);
        while at < files.len() && before < stored.len() {
            let order = if is_one { Ordering::Equal } else { files.compare_with(at, stored, before) };
            match order {
                Ordering::Less => changes.added.push(at as u32),
                Ordering::Greater => changes.removed.push(stored.path(before)),
                Ordering::Equal => {
                    let stat = stored.stat(before);
                    match files.stat(at) == stat && !racy(stat.mtime_ns, last_scan_ns) {
                        true => changes.unchanged += 1,
                        false => changes.changed.push(at as u32),
                    }
                }
            }
            at += usize::from(order.is_le());
            before += usize::from(order.is_ge());
        }
        changes.added.extend(at as u32..files.len() as u32);
        changes.removed.extend((before..stored.len()).map(|before| stored.path(before)));
        changes
    }

    /// Whether no file of the tree has anything stored for it.
    pub fn is_all_new(&self) -> bool {
        self.unchanged == 0 && self.changed.is_empty()
    }

    /// Places of files whose content has to be looked at, ascending.
    pub fn places(&self) -> Vec<u32> {
        let mut places = [&self.added[..], &self.changed[..]].concat();
        places.sort_unstable();
        places
    }
}

/// Whether a file of this modification time may have been written again after a scan that started at
/// `scan_ns` had read it, without the time telling.
pub(crate) fn racy(mtime_ns: i64, scan_ns: i64) -> bool {
    let tick = if mtime_ns % 1_000_000_000 == 0 { COARSE_TICK_NS } else { TICK_NS };
    mtime_ns >= scan_ns.saturating_sub(tick)
}

/// The content of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The place in the table of files.
    pub file: u32,
    /// As it was when the content was read.
    pub stat: Stat,
    /// BLAKE3 of the content; of a symlink, of its target.
    pub hash: [u8; 32],
    /// The id that git has for the content, where git tracks it and it is known to be that.
    pub git_id: Option<[u8; 20]>,
}

/// What is to be hashed: the files at `places` of `files`, ascending, in the tree at `root`.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    pub root: &'a Path,
    pub files: &'a Files,
    pub places: &'a [u32],
    /// How many threads; 0 as for a walk.
    pub threads: usize,
    pub cancel: &'a AtomicBool,
    pub on: OnEvent<'a>,
}

/// Hashing under way, on threads of its own. What is done waits until [`Hashing::finish`] takes it; when much is
/// waiting, the threads wait too. Dropped, it ends early.
pub struct Hashing<'scope> {
    receive: mpsc::Receiver<Vec<Hashed>>,
    thread: ScopedJoinHandle<'scope, Result<(), WalkError>>,
    _stop: StopOnDrop,
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl<'scope> Hashing<'scope> {
    /// Starts. What `vouched`, which is asked on the first of the threads, leaves to a look at the content, the
    /// same reading settles.
    pub fn start(
        scope: &'scope Scope<'scope, '_>,
        work: Work<'scope>,
        vouched: impl FnOnce() -> Vouched + Send + 'scope,
    ) -> Hashing<'scope> {
        let (send, receive) = mpsc::sync_channel::<Vec<Hashed>>(AHEAD);
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = StopOnDrop(Arc::clone(&stopped));
        let thread = scope.spawn(move || {
            if work.places.is_empty() {
                return Ok(());
            }
            let pool = pool(work.threads)?;
            let vouched = vouched();
            let hasher = Hasher::new(work, &vouched, &stopped);
            for batch in work.places.chunks(BATCH) {
                let hashed = pool.install(|| hasher.batch(batch));
                if hasher.is_stopped() || send.send(hashed).is_err() {
                    break;
                }
            }
            Ok(())
        });
        Hashing { receive, thread, _stop: stop }
    }

    /// Calls `sink` on this thread with each result in path order. A file that vanished is left out; one that is
    /// unreadable, or keeps changing, is left out and reported.
    pub fn finish(
        self,
        cancel: &AtomicBool,
        sink: &mut dyn FnMut(Fingerprint),
    ) -> Result<Vec<Problem>, WalkError> {
        let mut problems = Vec::new();
        for hashed in self.receive.iter().flatten() {
            match hashed {
                Hashed::Is(found) => sink(found),
                Hashed::Gone => {}
                Hashed::Bad(problem) => problems.push(problem),
            }
        }
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        match cancel.load(Relaxed) {
            true => Err(WalkError::Cancelled),
            false => Ok(problems),
        }
    }
}

/// Hashes all of it, and calls `sink` on this thread with each result in path order while the next ones are being
/// hashed.
pub fn fingerprint(work: Work<'_>, sink: &mut dyn FnMut(Fingerprint)) -> Result<Vec<Problem>, WalkError> {
    std::thread::scope(|scope| Hashing::start(scope, work, Vouched::default).finish(work.cancel, sink))
}

enum Hashed {
    Is(Fingerprint),
    Gone,
    Bad(Problem),
}

/// What a reading gave.
struct Content {
    hash: [u8; 32],
    git_id: Option<[u8; 20]>,
}

struct Hasher<'a> {
    work: Work<'a>,
    vouched: &'a Vouched,
    stopped: &'a AtomicBool,
    of_files: u64,
    of_bytes: u64,
    done: AtomicU64,
    bytes: AtomicU64,
    /// Buffers that nobody uses.
    spare: Mutex<Vec<Box<[u8]>>>,
}

/// What a thread works with for a run of files.
struct Desk<'a> {
    entries: Entries<'a>,
    buffer: Box<[u8]>,
    spare: &'a Mutex<Vec<Box<[u8]>>>,
}

impl<'a> Desk<'a> {
    fn new(hasher: &'a Hasher<'a>) -> Desk<'a> {
        let buffer = hasher.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let buffer = buffer.unwrap_or_else(|| vec![0; 1 << 16].into());
        Desk { entries: Entries::new(hasher.work.root), buffer, spare: &hasher.spare }
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

impl<'a> Hasher<'a> {
    fn new(work: Work<'a>, vouched: &'a Vouched, stopped: &'a AtomicBool) -> Hasher<'a> {
        let of_bytes = work.places.iter().map(|&at| work.files.stat(at as usize).size).sum();
        let of_files = work.places.len() as u64;
        let (done, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Hasher { work, vouched, stopped, of_files, of_bytes, done, bytes, spare: Mutex::default() }
    }

    fn is_stopped(&self) -> bool {
        self.work.cancel.load(Relaxed) || self.stopped.load(Relaxed)
    }

    fn batch(&self, places: &[u32]) -> Vec<Hashed> {
        let desk = || Desk::new(self);
        places.par_iter().with_max_len(64).map_init(desk, |desk, &at| self.one(at, desk)).collect()
    }

    fn one(&self, file: u32, desk: &mut Desk<'a>) -> Hashed {
        if self.is_stopped() {
            return Hashed::Gone;
        }
        let Work { files, on, .. } = self.work;
        let walked = files.stat(file as usize);
        let vouch = self.vouched.get(file);
        let look = vouch.is_some_and(|vouch| !vouch.is_clean);
        let hashed = self.hash(file, walked, look, desk);
        let done = self.done.fetch_add(1, Relaxed) + 1;
        let bytes = self.bytes.fetch_add(walked.size, Relaxed) + walked.size;
        if done.is_multiple_of(64) || done == self.of_files {
            let (of_files, of_bytes) = (self.of_files, self.of_bytes);
            on(Event::Hashed { files: done, bytes, of_files, of_bytes });
        }
        let bad = |code, message| {
            let file = files.path(file as usize);
            Hashed::Bad(Problem { file, line: None, code, message })
        };
        match hashed {
            Ok(Some((stat, Content { hash, git_id }))) => {
                let known = vouch.filter(|vouch| match git_id {
                    Some(found) => found == vouch.id,
                    // What git saw is what the walk saw, and what was read.
                    None => vouch.is_clean && stat == walked,
                });
                Hashed::Is(Fingerprint { file, stat, hash, git_id: known.map(|vouch| vouch.id) })
            }
            Ok(None) => bad("file.changing", "kept changing while it was read; scan again".into()),
            Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Hashed::Gone,
            Err(why) => bad("file.unreadable", format!("cannot be read: {why}")),
        }
    }

    /// `None` if the file would not hold still.
    ///
    /// What the walk saw is the first look at the file; if it is still the same after the reading, nothing
    /// wrote to it in between, and one look is saved.
    fn hash(
        &self,
        file: u32,
        walked: Stat,
        look: bool,
        desk: &mut Desk<'a>,
    ) -> std::io::Result<Option<(Stat, Content)>> {
        let files = self.work.files;
        let (dir, name) = files.split(file as usize);
        let mut before = walked;
        for _ in 0..ATTEMPTS {
            let (after, hash) = match files.kind(file as usize) {
                FileKind::Symlink => {
                    let (target, after) = desk.entries.link(dir, name)?;
                    let mut git = look.then(|| BlobId::new(target.len() as u64));
                    git.iter_mut().for_each(|git| git.update(&target));
                    let git_id = git.map(BlobId::finish);
                    let hash = Content { hash: *blake3::hash(&target).as_bytes(), git_id };
                    (after, hash)
                }
                FileKind::Regular => {
                    let mut file = desk.entries.open(dir, name)?;
                    let hash = self.content(&mut file, before.size, look, &mut desk.buffer)?;
                    (Entries::stat(&file)?.ok_or(ErrorKind::NotFound)?, hash)
                }
            };
            if after == before {
                return Ok(Some((after, hash)));
            }
            before = after;
        }
        Ok(None)
    }

    /// Hashes the first `size` bytes. If there are more or less, the file has changed, which the caller sees.
    fn content(&self, file: &mut File, size: u64, look: bool, small: &mut [u8]) -> std::io::Result<Content> {
        let mut hasher = blake3::Hasher::new();
        let mut git = look.then(|| BlobId::new(size));
        let mut large = if size >= LARGE { vec![0; 4 << 20] } else { Vec::new() };
        let buffer = if large.is_empty() { small } else { &mut large };
        while hasher.count() < size {
            let count = match file.read(buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(why) if why.kind() == ErrorKind::Interrupted => continue,
                Err(why) => return Err(why),
            };
            if let Some(git) = &mut git {
                git.update(&buffer[..count]);
            }
            if size >= LARGE {
                hasher.update_rayon(&buffer[..count]);
                if self.is_stopped() {
                    break;
                }
            } else {
                hasher.update(&buffer[..count]);
            }
        }
        Ok(Content { hash: *hasher.finalize().as_bytes(), git_id: git.map(BlobId::finish) })
    }
}

#[cfg(test)]
mod tests;
