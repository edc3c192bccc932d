//! [`Entries`]: opening the files of a tree to hash them, one after the other.
//!
//! On Linux relative to their directory, which stays open while the next file is in it too: a path from the root
//! of the file system costs a look at each of its parts, for every file. Elsewhere by full paths.
//! Invariants: what is opened may be something else than the walk saw, and nothing is waited for; neither the
//! entry itself nor, on Linux, its directory is followed if it became a symlink.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::files::Stat;

pub(super) use system::Entries;

#[cfg(target_os = "linux")]
mod system {
    use std::os::fd::OwnedFd;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags};

    use super::{File, Path, Stat, io};
    use crate::path::os_path;

    /// Where one thread is in the tree at `root`.
    pub(crate) struct Entries<'a> {
        root: &'a Path,
        /// The directory of the entry before.
        last: Option<(&'a [u8], OwnedFd)>,
    }

    impl<'a> Entries<'a> {
        pub(crate) fn new(root: &'a Path) -> Entries<'a> {
            Entries { root, last: None }
        }

        /// Opens the file `name` in `dir`, which is relative to the root.
        pub(crate) fn open(&mut self, dir: &'a [u8], name: &[u8]) -> io::Result<File> {
            let flags =
                OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            Ok(rustix::fs::openat(self.enter(dir)?, name, flags, Mode::empty())?.into())
        }

        /// The target of a symlink, and the symlink.
        pub(crate) fn link(&mut self, dir: &'a [u8], name: &[u8]) -> io::Result<(Vec<u8>, Stat)> {
            let dir = self.enter(dir)?;
            let target = rustix::fs::readlinkat(dir, name, Vec::new())?.into_bytes();
            let stat = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
            Ok((target, Stat::of_raw(&stat)))
        }

        /// A file as it is now; `None` if it is no regular one.
        pub(crate) fn stat(file: &File) -> io::Result<Option<Stat>> {
            let stat = rustix::fs::fstat(file)?;
            let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
            Ok(is_file.then(|| Stat::of_raw(&stat)))
        }

        fn enter(&mut self, dir: &'a [u8]) -> io::Result<&OwnedFd> {
            // Files of one directory have one and the same path for it.
            let last = self.last.take().filter(|(last, _)| std::ptr::eq(*last, dir));
            let open = || {
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let path = self.root.join(os_path(dir.strip_suffix(b"/").unwrap_or(dir)));
                Ok::<_, io::Error>((dir, rustix::fs::open(path, flags, Mode::empty())?))
            };
            let last = last.map_or_else(open, Ok)?;
            Ok(&self.last.insert(last).1)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::path::PathBuf;

    use super::{File, Path, Stat, io};
    #[cfg(not(unix))]
    use crate::disk::reading;
    use crate::path::{os_bytes, os_path};

    /// The tree at `root`.
    pub(crate) struct Entries<'a>(&'a Path);

    impl<'a> Entries<'a> {
        pub(crate) fn new(root: &'a Path) -> Entries<'a> {
            Entries(root)
        }

        /// Opens the file `name` in `dir`, which is relative to the root.
        pub(crate) fn open(&mut self, dir: &'a [u8], name: &[u8]) -> io::Result<File> {
            reading().open(self.path(dir, name))
        }

        /// The target of a symlink, and the symlink.
        pub(crate) fn link(&mut self, dir: &'a [u8], name: &[u8]) -> io::Result<(Vec<u8>, Stat)> {
            let path = self.path(dir, name);
            let target = os_bytes(std::fs::read_link(&path)?.as_os_str()).into_owned();
            Ok((target, Stat::of(&std::fs::symlink_metadata(path)?)))
        }

        /// A file as it is now; `None` if it is no regular one.
        pub(crate) fn stat(file: &File) -> io::Result<Option<Stat>> {
            let metadata = file.metadata()?;
            Ok(metadata.is_file().then(|| Stat::of(&metadata)))
        }

        fn path(&self, dir: &[u8], name: &[u8]) -> PathBuf {
            let mut path = PathBuf::with_capacity(self.0.as_os_str().len() + dir.len() + name.len() + 1);
            path.push(self.0);
            path.push(os_path(dir));
            path.push(os_path(name));
            path
        }
    }

    #[cfg(unix)]
    fn reading() -> std::fs::OpenOptions {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
        let mut options = File::options();
        options.read(true).custom_flags(flags.bits() as i32);
        options
    }
}
