//! [`RevisionSource`]: the tree of a commit as a [`Source`], without checking it out.
//!
//! The list of files is read at once; contents come one by one, as they are asked for, from a single
//! `git cat-file` that stays open. Symlinks are followed inside the tree, as on disk. What a submodule holds
//! is not part of the commit, so it is not seen.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Git, GitError};
use crate::path::RepoPath;
use crate::source::{Entry, EntryKind, ReadError, Source};

/// As many links as Linux follows before it gives up.
const MAX_LINKS: usize = 40;
/// Targets of links are paths; a longer one leads nowhere.
const MAX_TARGET: u64 = 4096;

/// The files of a commit.
pub struct RevisionSource {
    blobs: Vec<Blob>,
    reader: Mutex<Reader>,
}

struct Blob {
    path: RepoPath,
    id: Box<str>,
    is_link: bool,
}

struct Reader {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl RevisionSource {
    /// The tree of `commit` below the directory that `git` asks about.
    pub fn new(git: &Git, commit: &str) -> Result<RevisionSource, GitError> {
        let listing = git.run(["ls-tree", "-r", "-z", commit])?;
        let mut blobs: Vec<Blob> = listing.split(|&b| b == 0).filter_map(parse).collect();
        blobs.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let mut command = git.command();
        command
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(GitError::NotInstalled)?;
        let (Some(ask), Some(answer)) = (child.stdin.take(), child.stdout.take()) else {
            let message = "its input and output cannot be reached".to_owned();
            return Err(GitError::Failed { command: "cat-file --batch".into(), message });
        };
        let reader = Mutex::new(Reader { child, ask, answer: BufReader::new(answer) });
        Ok(RevisionSource { blobs, reader })
    }

    fn blob(&self, path: &RepoPath) -> Option<&Blob> {
        let at = self.blobs.binary_search_by(|blob| blob.path.cmp(path)).ok()?;
        Some(&self.blobs[at])
    }

    fn is_tree(&self, path: &RepoPath) -> bool {
        let from = self.blobs.partition_point(|blob| blob.path <= *path);
        // What sorts right after `a` may be `a-b`, so the search is for `a/`.
        let prefix = [path.as_bytes(), b"/"].concat();
        let below = from + self.blobs[from..].partition_point(|blob| blob.path.as_bytes() < &prefix[..]);
        path.is_root() || self.blobs.get(below).is_some_and(|blob| blob.path.starts_with(path))
    }

    fn content(&self, blob: &Blob, limit: u64) -> Result<Vec<u8>, ReadError> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.read(&blob.id, limit)
    }

    /// Where `path` leads once every link in it is followed. `None` if that is outside, or round in circles.
    fn resolve(&self, path: &RepoPath, links: &mut usize) -> Option<RepoPath> {
        let mut real = RepoPath::root();
        for part in path.parts() {
            let next = real.join(part)?;
            real = match self.blob(&next).filter(|blob| blob.is_link) {
                None => next,
                Some(blob) => {
                    *links = links.checked_sub(1)?;
                    let target = self.content(blob, MAX_TARGET).ok()?;
                    self.resolve(&real.join(target)?, links)?
                }
            };
        }
        Some(real)
    }

    fn kind(&self, path: &RepoPath) -> Option<EntryKind> {
        let real = self.resolve(path, &mut MAX_LINKS.clone())?;
        match self.blob(&real) {
            Some(_) => Some(EntryKind::File),
            None => self.is_tree(&real).then_some(EntryKind::Dir),
        }
    }
}

impl Source for RevisionSource {
    fn read(&self, path: &RepoPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let real = self.resolve(path, &mut MAX_LINKS.clone()).ok_or(ReadError::Absent)?;
        self.content(self.blob(&real).ok_or(ReadError::Absent)?, limit)
    }

    fn list(&self, dir: &RepoPath) -> Arc<[Entry]> {
        let Some(real) = self.resolve(dir, &mut MAX_LINKS.clone()) else { return Arc::default() };
        let prefix = if real.is_root() { Vec::new() } else { [real.as_bytes(), b"/"].concat() };
        let mut at = self.blobs.partition_point(|blob| blob.path.as_bytes() < &prefix[..]);
        let mut entries = Vec::new();
        while let Some(blob) = self.blobs.get(at) {
            let Some(rest) = blob.path.as_bytes().strip_prefix(&prefix[..]) else { break };
            match rest.iter().position(|&b| b == b'/') {
                None => {
                    let kind = if blob.is_link { self.kind(&blob.path) } else { Some(EntryKind::File) };
                    entries.extend(kind.map(|kind| Entry { name: rest.into(), kind }));
                    at += 1;
                }
                Some(end) => {
                    entries.push(Entry { name: rest[..end].into(), kind: EntryKind::Dir });
                    // `0` is the byte after `/`: on to what is not below this directory.
                    let after = [&prefix[..], &rest[..end], b"0"].concat();
                    at += self.blobs[at..].partition_point(|blob| blob.path.as_bytes() < &after[..]);
                }
            }
        }
        entries.sort_unstable();
        entries.into()
    }

    fn is_symlink(&self, path: &RepoPath) -> bool {
        self.blob(path).is_some_and(|blob| blob.is_link)
    }

    fn visible(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<RepoPath> {
        let blobs = self.blobs.iter().filter(|blob| wanted(blob.path.file_name()));
        blobs.map(|blob| blob.path.clone()).collect()
    }
}

impl Reader {
    fn read(&mut self, id: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.try_read(id, limit).unwrap_or_else(|why| Err(ReadError::Io(why.to_string())))
    }

    fn try_read(&mut self, id: &str, limit: u64) -> std::io::Result<Result<Vec<u8>, ReadError>> {
        self.ask.write_all(format!("{id}\n").as_bytes())?;
        self.ask.flush()?;
        let mut header = String::new();
        self.answer.read_line(&mut header)?;
        let Some(size) = header.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok())
        else {
            return Ok(Err(ReadError::Io("is not in this clone".into())));
        };
        // The content ends with a line feed of git's own.
        let mut body = (&mut self.answer).take(size + 1);
        if size > limit {
            std::io::copy(&mut body, &mut std::io::sink())?;
            return Ok(Err(ReadError::TooLarge(size)));
        }
        let mut content = Vec::with_capacity(size as usize + 1);
        body.read_to_end(&mut content)?;
        if content.pop() != Some(b'\n') || content.len() as u64 != size {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Ok(content))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It has nothing to finish; waiting leaves no zombie. Neither can fail in a way that matters here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads `mode SP type SP id TAB path`; nothing but blobs.
fn parse(line: &[u8]) -> Option<Blob> {
    let tab = line.iter().position(|&b| b == b'\t')?;
    let mut words = std::str::from_utf8(&line[..tab]).ok()?.split(' ');
    let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
    let path = RepoPath::from_clean(&line[tab + 1..]);
    (kind == "blob").then(|| Blob { path, id: id.into(), is_link: mode == "120000" })
}
