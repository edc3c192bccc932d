//! The index: what git tracks, read without running git.
//!
//! A walk needs every tracked path. Asking `git ls-files` costs a process that holds the whole index in
//! memory, 356 MB for a million files, more than all else a scan holds; so the file is read as a stream.
//! It is the one part of git's storage that drift reads itself, and only in the form that nearly every work
//! tree has: versions 2 to 4 with SHA-1 ids and no part of it elsewhere. Anything else is [`Unusual`], and
//! git is asked.
//! Invariant: what the file says is not trusted; a path that could leave the work tree is left out.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::disk::{open_regular, read_regular};
use crate::files::Stat;
use crate::path::{RepoPath, os_bytes};

/// The index is in a form that only git should read, or it is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusual;

/// What an entry of the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tracks {
    File,
    Submodule,
}

/// Before the name: times, device, inode, mode, owner, size, id, flags.
const FIXED: usize = 62;
const MTIME_AT: usize = 8;
const INODE_AT: usize = 20;
const MODE_AT: usize = 24;
const SIZE_AT: usize = 36;
const ID_AT: usize = 40;
const FLAGS_AT: usize = 60;
/// At the end of the file.
const CHECKSUM: u64 = 20;
/// Set if two more bytes of flags follow.
const EXTENDED: u16 = 0x4000;
/// Git was told not to look at the file; or the entry is one side of a conflict.
const NOT_LOOKED_AT: u16 = 0x8000 | 0x3000;
/// Longest path taken for one.
const MAX_PATH: usize = 1 << 16;

/// A file as git saw it when it last compared it with what is tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Relative to the top of the work tree.
    pub(crate) path: &'a [u8],
    pub(crate) tracks: Tracks,
    pub(crate) is_link: bool,
    /// Nanoseconds since 1970.
    pub(crate) mtime_ns: i64,
    /// The low half of it; 0 where git did not look.
    pub(crate) inode: u32,
    /// The low half of it: of the file, whatever git did with its content.
    pub(crate) size: u32,
    /// Of the content.
    pub(crate) id: [u8; 20],
    /// Whether the rest says what git saw.
    pub(crate) is_seen: bool,
}

/// Calls `sink` with each path that the work tree at `top` tracks, relative to it and in order.
pub(crate) fn each_tracked(top: &Path, sink: &mut dyn FnMut(&[u8], Tracks)) -> Result<(), Unusual> {
    each_entry(top, &mut |entry, _| sink(entry.path, entry.tracks))
}

/// The paths at or below one of `paths`, in the directory `dir` and relative to it, that the work tree around it
/// tracks.
pub(crate) fn tracked_below(dir: &Path, paths: &[&str]) -> Result<Vec<RepoPath>, Unusual> {
    let top = super::find_top(dir).ok_or(Unusual)?;
    let prefix = prefix(&top, dir).ok_or(Unusual)?;
    let is_below = |path: &[u8], above: &str| {
        path.strip_prefix(above.as_bytes()).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
    };
    let mut found = Vec::new();
    each_tracked(&top, &mut |path, _| {
        let path = path.strip_prefix(&prefix[..]).unwrap_or_default();
        if paths.iter().any(|above| is_below(path, above)) {
            found.push(RepoPath::from_clean(path));
        }
    })?;
    // A file in conflict has several entries.
    found.dedup();
    Ok(found)
}

/// What paths in the index of the work tree at `top` begin with in the directory `dir`: nothing, or its path with
/// a final `/`.
pub(crate) fn prefix(top: &Path, dir: &Path) -> Option<Vec<u8>> {
    let mut prefix = os_bytes(dir.strip_prefix(top).ok()?.as_os_str()).into_owned();
    if cfg!(windows) {
        prefix.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    Some(prefix)
}

/// Calls `sink` with each entry of the index of the work tree at `top`, in the order of paths, and with the time
/// at which the index was written, in nanoseconds since 1970.
pub(crate) fn each_entry(top: &Path, sink: &mut dyn FnMut(&Entry<'_>, i64)) -> Result<(), Unusual> {
    let git_dir = git_dir(top).ok_or(Unusual)?;
    if uses_other_ids(&git_dir) {
        return Err(Unusual);
    }
    let (file, metadata) = match open_regular(&git_dir.join("index")) {
        Ok(file) => file.ok_or(Unusual)?,
        // Nothing was added yet.
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
        Err(_) => return Err(Unusual),
    };
    let content = metadata.len().checked_sub(CHECKSUM).ok_or(Unusual)?;
    let written_ns = Stat::of(&metadata).mtime_ns;
    let input = BufReader::with_capacity(1 << 18, file.take(content));
    read_entries(input, &mut |entry| sink(entry, written_ns)).map_err(|_| Unusual)
}

/// The directory that holds the index of the work tree at `top`.
pub(crate) fn git_dir(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let line = text(&git)?;
    Some(top.join(line.strip_prefix("gitdir:")?.trim()))
}

/// The directory that all work trees of the repository share.
pub(crate) fn common_dir(git_dir: &Path) -> PathBuf {
    match text(&git_dir.join("commondir")) {
        Some(common) => git_dir.join(common.trim()),
        None => git_dir.to_path_buf(),
    }
}

/// Whether ids are not SHA-1, as far as a look at the configuration tells.
fn uses_other_ids(git_dir: &Path) -> bool {
    text(&common_dir(git_dir).join("config"))
        .is_none_or(|config| config.to_ascii_lowercase().contains("objectformat"))
}

fn text(file: &Path) -> Option<String> {
    String::from_utf8(read_regular(file, 1 << 20).ok()?).ok()
}

/// Calls `sink` with each path, for whoever has the bytes of an index.
#[cfg(fuzzing)]
pub(crate) fn read(input: impl BufRead, sink: &mut dyn FnMut(&[u8], Tracks)) -> std::io::Result<()> {
    read_entries(input, &mut |entry| sink(entry.path, entry.tracks))
}

fn read_entries(mut input: impl BufRead, sink: &mut dyn FnMut(&Entry<'_>)) -> std::io::Result<()> {
    let mut header = [0; 12];
    input.read_exact(&mut header)?;
    let version = u32_at(&header, 4);
    if &header[..4] != b"DIRC" || !(2..=4).contains(&version) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut path = Vec::new();
    for _ in 0..u32_at(&header, 8) {
        let mut fixed = [0; FIXED];
        input.read_exact(&mut fixed)?;
        let flags = u16::from_be_bytes([fixed[FLAGS_AT], fixed[FLAGS_AT + 1]]);
        let mut length = FIXED;
        if flags & EXTENDED != 0 {
            input.read_exact(&mut [0; 2])?;
            length += 2;
        }
        if version == 4 {
            // Only what differs from the path before is there.
            let kept = path.len().checked_sub(varint(&mut input)?).ok_or(ErrorKind::InvalidData)?;
            path.truncate(kept);
        } else {
            path.clear();
        }
        let start = path.len();
        input.by_ref().take(MAX_PATH as u64).read_until(0, &mut path)?;
        if path.pop() != Some(0) {
            return Err(ErrorKind::InvalidData.into());
        }
        if version != 4 {
            // Entries end with one to eight zero bytes, on a multiple of eight; one is read.
            let padding = 8 - (length + path.len() - start) % 8;
            input.read_exact(&mut [0; 8][..padding - 1])?;
        }
        let mode = u32_at(&fixed, MODE_AT) >> 12;
        let tracks = match mode {
            0o10 | 0o12 => Tracks::File,
            0o16 => Tracks::Submodule,
            // A directory that a sparse checkout left out is not there.
            _ => continue,
        };
        if is_inside(&path) {
            let (seconds, nanoseconds) = (u32_at(&fixed, MTIME_AT), u32_at(&fixed, MTIME_AT + 4));
            let mut id = [0; 20];
            id.copy_from_slice(&fixed[ID_AT..ID_AT + 20]);
            sink(&Entry {
                path: &path,
                tracks,
                is_link: mode == 0o12,
                mtime_ns: i64::from(seconds) * 1_000_000_000 + i64::from(nanoseconds),
                inode: u32_at(&fixed, INODE_AT),
                size: u32_at(&fixed, SIZE_AT),
                id,
                // What a sparse checkout left out, or was only announced, has flags of the extended kind.
                is_seen: flags & (NOT_LOOKED_AT | EXTENDED) == 0,
            });
        }
    }
    extensions(&mut input)
}

/// Passes over the extensions. One that is not optional changes what the entries mean.
fn extensions(input: &mut impl BufRead) -> std::io::Result<()> {
    while !input.fill_buf()?.is_empty() {
        let mut head = [0; 8];
        input.read_exact(&mut head)?;
        // Directories left out by a sparse checkout were passed over already.
        if !(head[0].is_ascii_uppercase() || &head[..4] == b"sdir") {
            return Err(ErrorKind::InvalidData.into());
        }
        let size = u64::from(u32_at(&head, 4));
        if std::io::copy(&mut input.by_ref().take(size), &mut std::io::sink())? != size {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

/// The number of bytes to drop, in git's encoding of offsets.
fn varint(input: &mut impl BufRead) -> std::io::Result<usize> {
    let mut value: usize = 0;
    for at in 0..8 {
        let mut byte = [0];
        input.read_exact(&mut byte)?;
        value = (value << 7) | usize::from(byte[0] & 0x7f);
        if byte[0] & 0x80 == 0 {
            return Ok(value);
        }
        value += 1;
        if at == 7 {
            break;
        }
    }
    Err(ErrorKind::InvalidData.into())
}

fn is_inside(path: &[u8]) -> bool {
    // An odd part is empty or begins with a dot, and few do; all bytes are looked at without a branch for each.
    let is_start = |byte: u8| byte == b'/' || byte == b'.';
    let inner = path.windows(2).fold(false, |odd, pair| odd | ((pair[0] == b'/') & is_start(pair[1])));
    let outer = path.first().is_none_or(|&byte| is_start(byte)) || path.last() == Some(&b'/');
    let is_odd = |part: &[u8]| matches!(part, b"" | b"." | b"..");
    !(inner || outer) || !path.split(|&b| b == b'/').any(is_odd)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests;
