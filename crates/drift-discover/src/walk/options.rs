//! What a walk is asked for, and what it tells meanwhile.

use std::path::PathBuf;

use super::WalkError;

/// How a tree is walked.
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// Patterns in the syntax of `.gitignore`, relative to the root; they win over all ignore files.
    pub ignore: Vec<String>,
    /// The file of patterns that git reads where `core.excludesFile` is not set:
    /// `$XDG_CONFIG_HOME/git/ignore`, else `~/.config/git/ignore`.
    pub default_excludes: Option<PathBuf>,
    /// How many threads; 0 takes one per core, but at least four, since threads that wait for a cold disk
    /// cost nothing.
    pub threads: usize,
}

/// Which files a walk examines; of the others it only sees that they are there.
#[derive(Clone, Copy)]
pub(crate) enum Examine<'a> {
    All,
    /// Those whose name is accepted.
    Named(&'a (dyn Fn(&[u8]) -> bool + Sync)),
}

impl Examine<'_> {
    pub(super) fn includes(self, name: &[u8]) -> bool {
        match self {
            Examine::All => true,
            Examine::Named(is_wanted) => is_wanted(name),
        }
    }
}

/// What is happening, for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// So many files were seen until now.
    Walked { files: u64 },
    /// So many files, and bytes of them, were hashed until now, of so many.
    Hashed { files: u64, bytes: u64, of_files: u64, of_bytes: u64 },
}

/// Where events go; called from several threads.
pub type OnEvent<'a> = &'a (dyn Fn(Event) + Sync);

/// A pool of `threads` threads, or the default of [`WalkOptions::threads`].
pub(crate) fn pool(threads: usize) -> Result<rayon::ThreadPool, WalkError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = if threads == 0 { cores.max(4) } else { threads };
    (rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|_| "drift-walk".into()).build())
        .map_err(|source| WalkError::Threads { threads, source })
}
