//! Whether files are still as they were: the metadata of many known paths, asked for as cheaply as it goes.
//!
//! `status` and `context` do this each time, and it is most of what they do: so paths are looked up from the root,
//! which is opened once, and several threads share a long list. Symlinks are followed, as manifests are read.

use std::path::Path;
use std::thread;

use crate::files::Stat;
use crate::path::RepoPath;
use crate::tree::input_stat;

/// Fewer than this are not worth another thread.
const SHARE: usize = 400;
/// Beyond this many threads, the kernel's locks are what is waited for.
const THREADS: usize = 4;

/// The first place among `count` at which `is_same` denies that the file is as it was; `path` gives its path, relative
/// to `root`. What is no file, or cannot be looked at, is told as `None`.
pub fn first_changed<'a>(
    root: &Path,
    count: usize,
    path: &(dyn Fn(usize) -> &'a [u8] + Sync),
    is_same: &(dyn Fn(usize, Option<Stat>) -> bool + Sync),
) -> Option<usize> {
    let dir = system::Dir::open(root);
    let dir = &dir;
    let look = move |at: &usize| {
        let path = path(*at);
        let stat = match dir {
            Some(dir) if is_plain(path) => dir.stat(path),
            _ => input_stat(root, &RepoPath::new(path).unwrap_or_default()),
        };
        !is_same(*at, stat)
    };
    let threads =
        (count / SHARE).min(THREADS).min(thread::available_parallelism().map_or(1, usize::from)).max(1);
    let share = count.div_ceil(threads).max(1);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|at| scope.spawn(move || (at * share..count.min((at + 1) * share)).find(look)))
            .collect();
        let first = (0..count.min(share)).find(look);
        let join = |other: thread::ScopedJoinHandle<'_, _>| {
            other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        others.into_iter().map(join).fold(first, |first, found| first.or(found))
    })
}

/// Whether `path` can only mean something below the root; what comes from a database need not be as drift wrote it.
fn is_plain(path: &[u8]) -> bool {
    !path.contains(&0) && path.split(|&byte| byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}

#[cfg(target_os = "linux")]
mod system {
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags};

    use crate::files::Stat;

    /// The directory that paths are looked up from.
    pub(super) struct Dir(OwnedFd);

    impl Dir {
        pub(super) fn open(path: &Path) -> Option<Dir> {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            rustix::fs::open(path, flags, Mode::empty()).ok().map(Dir)
        }

        pub(super) fn stat(&self, path: &[u8]) -> Option<Stat> {
            let stat = rustix::fs::statat(&self.0, path, AtFlags::empty()).ok()?;
            (FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile).then(|| Stat::of_raw(&stat))
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::path::Path;

    use crate::files::Stat;

    /// Paths are looked up by their full names here.
    pub(super) struct Dir;

    impl Dir {
        pub(super) fn open(_: &Path) -> Option<Dir> {
            None
        }

        pub(super) fn stat(&self, _: &[u8]) -> Option<Stat> {
            None
        }
    }
}

#[cfg(test)]
mod tests;
