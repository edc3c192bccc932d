//! A bundle that anybody may have written, read as an import does: the first byte says how much of it is made for
//! the reader, so that what lies behind its limits is reached.
//!
//! 0: the input is the file. 1: the input is what is compressed. 2: the input is `bundle.json`, its members follow
//! as it promises. 3: the input is the content of drift.db in a bundle that is in order, its hash included. Else
//! the same with a good database, in which the rest of the input replaces bytes: places and values in turn.
#![no_main]

use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use std::{fs, iter};

use drift_backup::{BundleReader, Work, arrive};
use drift_db::{Author, DatabaseKind, Holder, JournalMode, LockRequest, WorkspacePaths};
use tempfile::TempDir;

struct Workspace {
    _dir: TempDir,
    paths: WorkspacePaths,
    interrupt: Arc<AtomicBool>,
    /// A drift.db without rows.
    good: Vec<u8>,
}

static WORKSPACE: LazyLock<Workspace> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let paths = WorkspacePaths::new(drift_db::canonical(dir.path()).expect("it is there"));
    drift_db::durable::private_dir(&paths.drift_dir()).expect("a new directory");
    let author = Author { now: "2026-01-01T00:00:00Z".into(), drift_version: "fuzz" };
    let empty = dir.path().join("empty.db");
    drift_db::create(&empty, DatabaseKind::Drift, JournalMode::Delete, &author).expect("a new database");
    let good = fs::read(&empty).expect("it was just made");
    Workspace { _dir: dir, paths, interrupt: Arc::default(), good }
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&how, content)) = data.split_first() else { return };
    let workspace = &*WORKSPACE;
    let bundle = match how {
        0 => content.to_vec(),
        1 => zstd::encode_all(content, 1).expect("memory for a small archive"),
        2 => archive(&[("bundle.json", content), ("drift.db", &workspace.good)]),
        3 => whole(content),
        _ => {
            let mut database = workspace.good.clone();
            for change in content.chunks_exact(4) {
                let at = usize::from(change[0]) << 16 | usize::from(change[1]) << 8 | usize::from(change[2]);
                let size = database.len();
                database[at % size] = change[3];
            }
            whole(&database)
        }
    };
    let Ok(reader) = BundleReader::stream(Box::new(Cursor::new(bundle)), Path::new("input")) else { return };
    let holder = Holder { pid: 1, command: "fuzz".into(), since: String::new() };
    let work = Work {
        paths: &workspace.paths,
        locks: &LockRequest { holder, wait: Duration::ZERO, interrupt: &workspace.interrupt },
        now: jiff::Timestamp::UNIX_EPOCH,
        random: 0,
        drift_version: "fuzz",
        git_head: None,
        journal: None,
        interrupt: &workspace.interrupt,
        events: &|_| {},
    };
    let arrived = arrive(&work, reader);
    drop(arrived);
    let left = fs::read_dir(workspace.paths.staging()).map_or(0, Iterator::count);
    assert_eq!(left, 0, "nothing stays in staging");
});

/// A bundle of one database, which its header describes rightly.
fn whole(database: &[u8]) -> Vec<u8> {
    let version = database.get(60..64).and_then(|bytes| bytes.try_into().ok()).map_or(1, u32::from_be_bytes);
    let header = format!(
        r#"{{"format":1,"kind":"full","databases":[{{"name":"drift","bytes":{},"blake3":"{}","schema_version":{version}}}]}}"#,
        database.len(),
        blake3::hash(database).to_hex(),
    );
    archive(&[("bundle.json", header.as_bytes()), ("drift.db", database)])
}

/// A tar archive of these members, as drift writes them.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000600\0");
        for (at, text) in [(108, "0000000\0"), (116, "0000000\0"), (136, "00000000000\0")] {
            header[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(content);
        let padding = content.len().next_multiple_of(512) - content.len();
        bytes.extend(iter::repeat_n(0, padding));
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}
