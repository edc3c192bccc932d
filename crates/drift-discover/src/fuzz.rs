//! Doors for the fuzz targets (`fuzz/`) to parsers that are private; compiled under `cfg(fuzzing)` alone.

use crate::glob::{Glob, GlobOptions};
use crate::path::RepoPath;
use crate::source::{EntryKind, MemorySource};

/// Compiles `pattern` in the dialect that the bits of `options` choose and matches it against `paths`, by name
/// and by descent.
pub fn glob(options: u8, pattern: &str, paths: &[&[u8]]) {
    let options = GlobOptions {
        dot: options & 1 != 0,
        braces: options & 2 != 0,
        extended: options & 4 != 0,
        picomatch: options & 8 != 0,
        escapes: options & 16 != 0,
        never: if options & 32 != 0 { &["node_modules"] } else { &[] },
    };
    let Ok(glob) = Glob::new(pattern, options) else { return };
    let files: Vec<_> = paths.iter().filter_map(|path| RepoPath::new(*path)).collect();
    for file in &files {
        glob.is_match(file.as_bytes());
    }
    let source = MemorySource::new(files.into_iter().map(|file| (file, Vec::new())));
    for kind in [EntryKind::File, EntryKind::Dir] {
        // A pattern that leaves the tree or reaches too much is refused, which is right.
        let _ = glob.find(&source, &RepoPath::root(), kind, &Default::default());
    }
}

/// Reads `bytes` as the index of git.
pub fn git_index(bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
    // What is damaged is refused, which is right.
    let _ = crate::git::index::read(bytes, &mut |path, _| sink(path));
}
