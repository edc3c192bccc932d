//! Listing: the entries of one directory, and the metadata of those that matter.
//!
//! On Linux with the system calls themselves: no allocation for an entry, and metadata relative to the open
//! directory. Elsewhere with the standard library, which on Windows has the metadata from the listing.
//! Invariant: a directory below the root is never entered through a symlink, also if it became one just now.

use std::io;
use std::path::Path;

use crate::files::Stat;

/// What an entry is, symlinks not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dir,
    File,
    Symlink,
    /// A FIFO, socket or device.
    Other,
}

/// What tells whether the entries of a directory are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DirStamp {
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(super) changed_ns: i64,
    pub(super) modified_ns: i64,
}

pub(super) use system::{Dir, Listing, Root};

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::CStr;
    use std::os::fd::OwnedFd;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir};

    use super::{DirStamp, Kind, Path, Stat, io};

    /// Room for the entries of most directories in one call.
    const BUFFER: usize = 1 << 15;

    /// The directory that a walk starts at.
    pub(crate) struct Root(OwnedFd);

    impl Root {
        pub(crate) fn open(path: &Path) -> io::Result<Root> {
            Ok(Root(rustix::fs::open(path, directory(), Mode::empty())?))
        }

        /// Opens the directory `path` below the root; empty for the root itself.
        pub(crate) fn enter(&self, path: &Path) -> io::Result<Dir> {
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            Ok(Dir(rustix::fs::openat(&self.0, path, directory() | OFlags::NOFOLLOW, Mode::empty())?))
        }
    }

    /// An open directory.
    pub(crate) struct Dir(OwnedFd);

    impl Dir {
        /// As it is now, where the system tells enough.
        pub(crate) fn stamp(&self) -> Option<DirStamp> {
            let stat = rustix::fs::fstat(&self.0).ok()?;
            Some(DirStamp {
                device: stat.st_dev,
                inode: stat.st_ino,
                changed_ns: ns(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
                modified_ns: ns(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            })
        }

        /// The metadata of the entry `name`.
        pub(crate) fn look(&self, name: &[u8]) -> io::Result<(Stat, Kind)> {
            look(&self.0, name)
        }

        pub(crate) fn list(self) -> io::Result<Listing> {
            let mut listing = Listing { dir: self.0, names: Vec::new(), entries: Vec::new() };
            let mut buffer = Vec::with_capacity(BUFFER);
            let mut raw = RawDir::new(&listing.dir, buffer.spare_capacity_mut());
            while let Some(entry) = raw.next() {
                let entry = entry?;
                let name = entry.file_name();
                if !matches!(name.to_bytes(), b"." | b"..") {
                    listing.entries.push((listing.names.len(), kind(entry.file_type())));
                    listing.names.extend_from_slice(name.to_bytes_with_nul());
                }
            }
            for at in 0..listing.entries.len() {
                if listing.entries[at].1.is_none() {
                    let (_, kind) = listing.look(at)?;
                    listing.entries[at].1 = Some(kind);
                }
            }
            Ok(listing)
        }
    }

    pub(crate) struct Listing {
        dir: OwnedFd,
        /// Each ends with a zero byte.
        names: Vec<u8>,
        /// Where the name starts, and the kind if the file system tells.
        entries: Vec<(usize, Option<Kind>)>,
    }

    impl Listing {
        pub(crate) fn len(&self) -> usize {
            self.entries.len()
        }

        pub(crate) fn name(&self, at: usize) -> &[u8] {
            let end = self.entries.get(at + 1).map_or(self.names.len(), |next| next.0);
            &self.names[self.entries[at].0..end - 1]
        }

        pub(crate) fn kind(&self, at: usize) -> Kind {
            self.entries[at].1.unwrap_or(Kind::Other)
        }

        pub(crate) fn stat(&self, at: usize) -> io::Result<Stat> {
            Ok(self.look(at)?.0)
        }

        fn look(&self, at: usize) -> io::Result<(Stat, Kind)> {
            let name = CStr::from_bytes_until_nul(&self.names[self.entries[at].0..]).unwrap_or_default();
            look(&self.dir, name)
        }
    }

    fn look(dir: &OwnedFd, name: impl rustix::path::Arg) -> io::Result<(Stat, Kind)> {
        let stat = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
        let kind = kind(FileType::from_raw_mode(stat.st_mode)).unwrap_or(Kind::Other);
        Ok((Stat::of_raw(&stat), kind))
    }

    fn ns(seconds: i64, nanoseconds: i64) -> i64 {
        seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
    }

    fn directory() -> OFlags {
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
    }

    fn kind(of: FileType) -> Option<Kind> {
        match of {
            FileType::Directory => Some(Kind::Dir),
            FileType::RegularFile => Some(Kind::File),
            FileType::Symlink => Some(Kind::Symlink),
            FileType::Unknown => None,
            _ => Some(Kind::Other),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::{self, DirEntry};
    use std::path::PathBuf;

    use super::{DirStamp, Kind, Path, Stat, io};
    use crate::path::os_bytes;

    /// The directory that a walk starts at.
    pub(crate) struct Root(PathBuf);

    impl Root {
        pub(crate) fn open(path: &Path) -> io::Result<Root> {
            fs::read_dir(path)?;
            Ok(Root(path.to_path_buf()))
        }

        /// Goes to the directory `path` below the root; empty for the root itself.
        pub(crate) fn enter(&self, path: &Path) -> io::Result<Dir> {
            let dir = self.0.join(path);
            if !path.as_os_str().is_empty() && !fs::symlink_metadata(&dir)?.is_dir() {
                return Err(io::ErrorKind::NotFound.into());
            }
            Ok(Dir(dir))
        }
    }

    /// A directory.
    pub(crate) struct Dir(PathBuf);

    impl Dir {
        /// Nothing that is told here is enough.
        pub(crate) fn stamp(&self) -> Option<DirStamp> {
            None
        }

        /// Nobody knows a name before the directory is listed.
        pub(crate) fn look(&self, _: &[u8]) -> io::Result<(Stat, Kind)> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) fn list(self) -> io::Result<Listing> {
            let mut entries = Vec::new();
            for entry in fs::read_dir(self.0)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                let kind = match (kind.is_dir(), kind.is_file(), kind.is_symlink()) {
                    (true, _, _) => Kind::Dir,
                    (_, true, _) => Kind::File,
                    (_, _, true) => Kind::Symlink,
                    _ => Kind::Other,
                };
                entries.push((os_bytes(&entry.file_name()).into_owned(), kind, entry));
            }
            Ok(Listing(entries))
        }
    }

    pub(crate) struct Listing(Vec<(Vec<u8>, Kind, DirEntry)>);

    impl Listing {
        pub(crate) fn len(&self) -> usize {
            self.0.len()
        }

        pub(crate) fn name(&self, at: usize) -> &[u8] {
            &self.0[at].0
        }

        pub(crate) fn kind(&self, at: usize) -> Kind {
            self.0[at].1
        }

        pub(crate) fn stat(&self, at: usize) -> io::Result<Stat> {
            Ok(Stat::of(&self.0[at].2.metadata()?))
        }
    }
}
