//! Peers that no tool on every machine offers: run as processes of their own, so that pairs are fair.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use ignore::{WalkBuilder, WalkState};

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["walk-hash", root] => walk_hash(Path::new(root))?,
        ["copy-sync", from, to] => copy_sync(Path::new(from), Path::new(to))?,
        _ => bail!("no such peer: {arguments:?}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Hashes every file with as many threads as there are cores: the least that an index of contents must do.
fn walk_hash(root: &Path) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .threads(threads)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != ".drift")
        .build_parallel();
    let failed = std::sync::atomic::AtomicUsize::new(0);
    walk.run(|| {
        let mut buffer = Vec::new();
        let failed = &failed;
        Box::new(move |entry| {
            let is_read = entry.is_ok_and(|entry| {
                !entry.file_type().is_some_and(|kind| kind.is_file())
                    || hash(entry.path(), &mut buffer).is_ok()
            });
            if !is_read {
                failed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            WalkState::Continue
        })
    });
    match failed.into_inner() {
        0 => Ok(()),
        number => bail!("{number} files could not be read"),
    }
}

fn hash(path: &Path, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    use std::io::Read;
    buffer.clear();
    std::fs::File::open(path)?.read_to_end(buffer)?;
    std::hint::black_box(blake3::hash(buffer));
    Ok(())
}

/// A full copy that survives a power cut: the limit for everything that copies a database.
fn copy_sync(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    std::fs::File::options().write(true).open(to)?.sync_all()?;
    Ok(())
}
