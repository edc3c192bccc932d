//! How the files of a snapshot are stored: as they are, or compressed. And their hashes, computed on the way.
//!
//! Rule: what comes out of an archive is limited by the size its header tells, while it is being written.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

use drift_db::{DbError, durable};
use serde::{Deserialize, Serialize};

use crate::error::{IoContext, Result};
use crate::work::Work;

const BUFFER: usize = 1 << 20;

/// The form of a stored database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// A plain SQLite file, which opens anywhere.
    #[default]
    None,
    Zstd,
    Gzip,
}

impl Compression {
    /// As in files and documents.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Zstd => "zstd",
            Compression::Gzip => "gzip",
        }
    }

    /// What follows `.db` in the name of the file.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Zstd => ".zst",
            Compression::Gzip => ".gz",
        }
    }
}

/// Size and hash of a stream of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    pub bytes: u64,
    pub blake3: String,
}

/// Hashes a file.
pub(crate) fn digest(path: &Path, work: &Work<'_>) -> Result<Digest> {
    let file = File::open(path).doing("open", path)?;
    let mut meter = Meter::new(io::sink());
    pump(file, &mut meter, path, work)?;
    Ok(meter.finish().1)
}

/// Stores the database `source` as the new file `target`, synced. Returns the digest of what was written.
pub(crate) fn pack(
    source: &Path,
    target: &Path,
    compression: Compression,
    work: &Work<'_>,
) -> Result<Digest> {
    durable::create_private(target)?;
    let from = File::open(source).doing("open", source)?;
    let to = File::options().write(true).open(target).doing("open", target)?;
    let meter = Meter::new(to);
    let meter = match compression {
        Compression::None => {
            let mut meter = meter;
            pump(from, &mut meter, source, work)?;
            meter
        }
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(meter, 3).doing("compress", target)?;
            encoder.include_checksum(true).doing("compress", target)?;
            encoder.multithread(2).doing("compress", target)?;
            pump(from, &mut encoder, source, work)?;
            encoder.finish().doing("write", target)?
        }
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(meter, flate2::Compression::default());
            pump(from, &mut encoder, source, work)?;
            encoder.finish().doing("write", target)?
        }
    };
    let (file, digest) = meter.finish();
    file.sync_all().doing("sync", target)?;
    Ok(digest)
}

/// What came out of a stored file, and what the stored file is.
pub(crate) struct Unpacked {
    pub stored: Digest,
    /// `None` if the stream is no archive, or gives more than it should.
    pub content: Option<Digest>,
}

/// Reads the stored file `source` and writes the database it holds to the new file `target`, synced; without a
/// target it only hashes. Stops after `limit` bytes of content.
pub(crate) fn unpack(
    source: &Path,
    target: Option<&Path>,
    compression: Compression,
    limit: u64,
    work: &Work<'_>,
) -> Result<Unpacked> {
    let stored = File::open(source).doing("open", source)?;
    let mut to: Box<dyn Write> = match target {
        None => Box::new(io::sink()),
        Some(target) => {
            durable::create_private(target)?;
            Box::new(File::options().write(true).open(target).doing("open", target)?)
        }
    };
    let mut stored = Counted { inner: stored, hasher: blake3::Hasher::new(), bytes: 0 };
    let mut meter = Meter::new(&mut to);
    let result = match compression {
        // Stored and content are the same bytes: hashed once.
        Compression::None => pour(&mut stored, &mut meter.inner, limit, work),
        Compression::Zstd => match zstd::Decoder::new(&mut stored) {
            Ok(decoder) => pour(decoder, &mut meter, limit, work),
            Err(_) => Ok(false),
        },
        Compression::Gzip => pour(flate2::read::MultiGzDecoder::new(&mut stored), &mut meter, limit, work),
    };
    let sound = match result {
        Ok(sound) => sound,
        Err(Pour::Interrupted) => return Err(DbError::Interrupted.into()),
        Err(Pour::Read(why)) => return Err(why).doing("read", source),
        Err(Pour::Write(why)) => return Err(why).doing("write", target.unwrap_or(source)),
    };
    let (_, unpacked) = meter.finish();
    // What the decoder left unread is part of the file, and of its hash.
    io::copy(&mut stored, &mut io::sink()).doing("read", source)?;
    drop(to);
    if let Some(target) = target {
        durable::sync_file(target)?;
    }
    let stored = Digest { bytes: stored.bytes, blake3: stored.hasher.finalize().to_hex().to_string() };
    let content = if compression == Compression::None { stored.clone() } else { unpacked };
    Ok(Unpacked { stored, content: sound.then_some(content) })
}

enum Pour {
    Interrupted,
    Read(io::Error),
    Write(io::Error),
}

/// Copies until the end; `false` if the source is broken or longer than `limit`.
fn pour(mut from: impl Read, to: &mut impl Write, limit: u64, work: &Work<'_>) -> Result<bool, Pour> {
    let (mut buffer, mut total) = (vec![0; BUFFER], 0);
    loop {
        if work.interrupt.load(Ordering::Relaxed) {
            return Err(Pour::Interrupted);
        }
        match from.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(read) => {
                total += read as u64;
                if total > limit {
                    return Ok(false);
                }
                to.write_all(&buffer[..read]).map_err(Pour::Write)?;
                work.advance(read as u64);
            }
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            // What the system says is trouble with the disk; what the decoder says is trouble with the file.
            Err(why) if why.raw_os_error().is_some() => return Err(Pour::Read(why)),
            Err(_) => return Ok(false),
        }
    }
}

/// Copies until the end of `from`, which is the file `path`.
fn pump(mut from: File, to: &mut impl Write, path: &Path, work: &Work<'_>) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        work.check()?;
        let read = match from.read(&mut buffer) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            read => read.doing("read", path)?,
        };
        if read == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..read]).doing("write a copy of", path)?;
        work.advance(read as u64);
    }
}

/// Counts and hashes what is written. On one thread: each database has one of its own already, and more per file
/// wait for each other longer than they save.
pub(crate) struct Meter<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Meter<W> {
    pub(crate) fn new(inner: W) -> Meter<W> {
        Meter { inner, hasher: blake3::Hasher::new(), bytes: 0 }
    }

    pub(crate) fn finish(self) -> (W, Digest) {
        let digest = Digest { bytes: self.bytes, blake3: self.hasher.finalize().to_hex().to_string() };
        (self.inner, digest)
    }
}

impl<W: Write> Write for Meter<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Counts and hashes what is read.
struct Counted<R> {
    inner: R,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
