//! What `cargo xtask bench` runs beside or instead of drift: the copy of a snapshot alone, and a program that writes.
//!
//! `copy DIR FROM...` copies live databases into a directory as a backup does, each on a thread of its own, hashes
//! the copies, and syncs them meanwhile.
//! `write DATABASE RATE` commits a row so many times a second until its standard input ends, and prints how long
//! commits took.

#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use drift_db::copy::{PinnedSource, Watch};
use drift_db::{DatabaseKind, durable};
use rusqlite::Connection;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["copy", dir, ref from @ ..] => std::thread::scope(|scope| {
            let copy_one = |from: &&str| {
                let from = PathBuf::from(*from);
                scope.spawn(move || copy(&from, Path::new(dir)).map_err(|why| why.to_string()))
            };
            for thread in from.iter().map(copy_one).collect::<Vec<_>>() {
                thread.join().map_err(|_| "a copy panicked")??;
            }
            Ok(())
        }),
        ["write", database, rate] => write(Path::new(database), rate.parse()?),
        _ => Err("copy DIR FROM..., or write DATABASE RATE".into()),
    }
}

fn copy(from: &Path, dir: &Path) -> Result<(), Box<dyn Error>> {
    let is_named = |kind: &DatabaseKind| from.file_name().is_some_and(|name| name == kind.file_name());
    let kind = DatabaseKind::WORKSPACE.into_iter().find(is_named).ok_or("no database of a workspace")?;
    let interrupt = Arc::new(AtomicBool::new(false));
    let watch = Watch { advance: &|_| {}, interrupt: &interrupt };
    let to = dir.join(kind.file_name());
    PinnedSource::open(from, kind)?.copy_to(&to, watch)?;
    std::thread::scope(|scope| {
        let sync = scope.spawn(|| durable::sync_file(&to));
        println!("{}", hash(&to)?);
        Ok(sync.join().map_err(|_| "a sync panicked")??)
    })
}

fn hash(path: &Path) -> Result<blake3::Hash, std::io::Error> {
    let (mut file, mut hasher) = (std::fs::File::open(path)?, blake3::Hasher::new());
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            read => hasher.update(&buffer[..read]),
        };
    }
}

fn write(database: &Path, rate: u32) -> Result<(), Box<dyn Error>> {
    let stop = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&stop);
    std::thread::spawn(move || {
        // Whatever this returns, nobody wants more rows.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        ended.store(true, Ordering::Relaxed);
    });
    let connection = Connection::open(database)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.execute_batch("PRAGMA synchronous = NORMAL;")?;
    let mut insert = connection.prepare("INSERT INTO event (at, kind, detail) VALUES ('t', 'bench', ?1)")?;
    let (detail, started, mut took) = ("x".repeat(200), Instant::now(), Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        insert.execute([&detail])?;
        took.push(begun.elapsed());
        let due = Duration::from_secs(1).mul_f64(took.len() as f64 / f64::from(rate));
        std::thread::sleep(due.saturating_sub(started.elapsed()));
    }
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 1000].as_micros();
    println!(
        r#"{{"commits":{},"seconds":{:.2},"p50_us":{},"p99_us":{},"max_us":{}}}"#,
        took.len(),
        started.elapsed().as_secs_f64(),
        at(500),
        at(990),
        at(1000)
    );
    Ok(())
}
