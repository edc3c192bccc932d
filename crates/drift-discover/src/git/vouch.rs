//! [`Vouched`]: which files have the content that git's index names, as far as a look at their metadata tells.
//!
//! The rule is git's own: a file is as the index says if its size, modification time and inode are those that
//! git saw, and that time is before the index was written; a time not before it may hide a later change, and
//! then only the content tells. Beyond git's rule: where an attribute lets git convert a file on its way into the
//! work tree (`filter`, `ident`, `working-tree-encoding`), nothing is said of it; ends of lines need no
//! attribute, but change the size, and whoever compares an id compares the size as well.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::Git;
use super::index::{Entry, Tracks, common_dir, each_entry, git_dir, prefix};
use crate::disk::read_regular;
use crate::files::{FileKind, Files, Stat};
use crate::path::os_path;
use crate::source::ReadError;

/// Attributes that let git write something else than what it stores.
const CONVERTING: [&str; 3] = ["filter", "ident", "working-tree-encoding"];
/// Submodules of submodules are followed this far.
const MAX_NESTED: usize = 16;
/// The id of the empty content: an entry of size 0 with another one was marked by git as unknown.
const EMPTY: [u8; 20] = [
    0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b, 0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4,
    0x8c, 0x53, 0x91,
];

/// What git's index says of files, by their place in the table.
#[derive(Clone, Debug, Default)]
pub struct Vouched {
    /// Ascending.
    files: Vec<(u32, Vouch)>,
}

/// What is known of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vouch {
    /// The id of the content that git tracks.
    pub id: [u8; 20],
    /// Whether the file has that content for sure; if not, only reading it tells.
    pub is_clean: bool,
}

impl Vouched {
    /// Asks the index of the work tree around `root`, and those of its submodules, about the files at `places`,
    /// ascending. Without git, or where its index is unusual, nothing is known of any.
    pub fn new(root: &Path, files: &Files, places: &[u32]) -> Vouched {
        let mut vouched = Vouched::default();
        let Some(top) = super::find_top(root) else { return vouched };
        let Some(prefix) = prefix(&top, root) else { return vouched };
        // Where the tree lies in the index, and where what the index names lies in the table.
        let mut trees = vec![Tree { top, outside: prefix, inside: Vec::new() }];
        let suspicious = mentions_conversions(root, files);
        for _ in 0..MAX_NESTED {
            let mut nested = Vec::new();
            for tree in &trees {
                nested.extend(vouched.add(tree, files, places, suspicious));
            }
            trees = nested;
        }
        vouched.files.sort_unstable_by_key(|(place, _)| *place);
        vouched
    }

    /// What is known of the file at `place`.
    pub fn get(&self, place: u32) -> Option<Vouch> {
        let at = self.files.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        Some(self.files[at].1)
    }

    /// Adds what one index says; returns the submodules in it.
    fn add(&mut self, tree: &Tree, files: &Files, places: &[u32], suspicious: bool) -> Vec<Tree> {
        let found = &mut self.files;
        let start = found.len();
        let (mut nested, mut next) = (Vec::new(), 0);
        let (mut path, mut suspicious) = (Vec::new(), suspicious);
        let mut sink = |entry: &Entry<'_>, written_ns: i64| {
            // Also one that lies above the root, or that drift's own rules hide.
            let name = entry.path.rsplit(|&byte| byte == b'/').next();
            if name == Some(b".gitattributes") && !suspicious {
                suspicious = is_suspicious(&tree.top.join(os_path(entry.path)));
            }
            let Some(rest) = entry.path.strip_prefix(&tree.outside[..]) else { return };
            path.clear();
            path.extend_from_slice(&tree.inside);
            path.extend_from_slice(rest);
            if entry.tracks == Tracks::Submodule {
                let top = tree.top.join(os_path(entry.path));
                path.push(b'/');
                nested.push(Tree { top, outside: Vec::new(), inside: path.clone() });
                return;
            }
            if !entry.is_seen {
                return;
            }
            let Some(at) = files.find_from(&mut next, &path) else { return };
            if places.binary_search(&(at as u32)).is_ok() {
                let is_clean =
                    is_same(entry, files.stat(at), files.kind(at)) && is_before(entry.mtime_ns, written_ns);
                found.push((at as u32, Vouch { id: entry.id, is_clean }));
            }
        };
        if each_entry(&tree.top, &mut sink).is_err() {
            found.truncate(start);
            return Vec::new();
        }
        if suspicious || tree.mentions_conversions() {
            let places: Vec<u32> = found[start..].iter().map(|(at, _)| *at).collect();
            match tree.converted(files, &places) {
                Ok(converted) if converted.is_empty() => {}
                Ok(converted) => {
                    let more = found.split_off(start);
                    let is_plain = |(at, _): &(u32, Vouch)| converted.binary_search(at).is_err();
                    found.extend(more.into_iter().filter(is_plain));
                }
                // Where nobody can say what is converted, nothing is vouched for.
                Err(()) => found.truncate(start),
            }
        }
        nested
    }
}

/// Whether git saw the file as it is now.
fn is_same(entry: &Entry<'_>, stat: Stat, kind: FileKind) -> bool {
    let unknown = entry.size == 0 && entry.id != EMPTY;
    let inode = cfg!(windows) || entry.inode == stat.inode as u32;
    !unknown
        && inode
        && entry.size == stat.size as u32
        && entry.mtime_ns == stat.mtime_ns
        && entry.is_link == (kind == FileKind::Symlink)
}

/// Whether a file of this time cannot have been written again after the index was. A time in whole seconds may
/// come of a file system that stores no others.
fn is_before(mtime_ns: i64, written_ns: i64) -> bool {
    const SECOND: i64 = 1_000_000_000;
    if mtime_ns % SECOND == 0 || written_ns % SECOND == 0 {
        mtime_ns / SECOND < written_ns / SECOND
    } else {
        mtime_ns < written_ns
    }
}

/// A work tree with an index of its own.
struct Tree {
    top: PathBuf,
    /// From its top to the root, with a final `/`; what lies elsewhere in it is not in the table.
    outside: Vec<u8>,
    /// From the root to its top, with a final `/`.
    inside: Vec<u8>,
}

impl Tree {
    /// Whether attributes that are in no file of the tree may convert files.
    fn mentions_conversions(&self) -> bool {
        let Some(git_dir) = git_dir(&self.top) else { return true };
        let mut sources = vec![common_dir(&git_dir).join("info").join("attributes")];
        let git = Git::new(&self.top);
        for name in ["GIT_ATTR_SYSTEM", "GIT_ATTR_GLOBAL"] {
            match git.run(["var", name]) {
                Ok(out) => {
                    sources.extend(out.split(|&byte| byte == b'\n').map(|line| os_path(line).into_owned()));
                }
                Err(super::GitError::NoAnswer) => {}
                // An older git does not say where they are.
                Err(_) => return true,
            }
        }
        sources.iter().filter(|path| path.is_absolute()).any(|path| is_suspicious(path))
    }

    /// Those of `places` that an attribute converts, ascending, as git itself says.
    fn converted(&self, files: &Files, places: &[u32]) -> Result<Vec<u32>, ()> {
        let mut command = Git::new(&self.top).command();
        command.args(["check-attr", "-z", "--stdin"]).args(CONVERTING);
        let mut child = (command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()))
            .spawn()
            .map_err(|_| ())?;
        let stdin = child.stdin.take();
        let out = std::thread::scope(|scope| {
            scope.spawn(move || {
                let Some(stdin) = stdin else { return };
                let mut stdin = std::io::BufWriter::new(stdin);
                for &at in places {
                    let (dir, name) = files.split(at as usize);
                    let path = [dir, name].concat();
                    let path = path.strip_prefix(&self.inside[..]).unwrap_or(&path);
                    // A git that ended is noticed by its status.
                    let _ = stdin.write_all(&[&self.outside, path, &[0][..]].concat());
                }
            });
            child.wait_with_output()
        });
        let out = out.ok().filter(|out| out.status.success()).ok_or(())?;
        let fields: Vec<&[u8]> = out.stdout.split(|&byte| byte == 0).collect();
        let (answers, _) = fields.as_chunks::<3>();
        if answers.len() != places.len() * CONVERTING.len() {
            return Err(());
        }
        let is_set = |answer: &[&[u8]; 3]| !matches!(answer[2], b"unspecified" | b"unset");
        let of_file = answers.chunks(CONVERTING.len()).zip(places);
        Ok(of_file.filter(|(answers, _)| answers.iter().any(is_set)).map(|(_, &at)| at).collect())
    }
}

/// Whether an attributes file of the tree may convert files.
fn mentions_conversions(root: &Path, files: &Files) -> bool {
    (0..files.len())
        .filter(|&at| files.split(at).1 == b".gitattributes")
        .any(|at| is_suspicious(&files.path(at).to_fs(root)))
}

/// Whether an attributes file names an attribute that converts; one that cannot be read may.
fn is_suspicious(path: &Path) -> bool {
    match read_regular(path, 1 << 20) {
        Ok(text) => {
            let text = String::from_utf8_lossy(&text).into_owned();
            CONVERTING.iter().any(|name| text.contains(name))
        }
        Err(why) => why != ReadError::Absent,
    }
}

#[cfg(test)]
mod tests;
