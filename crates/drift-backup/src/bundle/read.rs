//! Reading a bundle, which anybody may have written.
//!
//! Rules: the form of compression is told by the first bytes; a member is taken only if it has the name that must
//! come next, is a regular file, and has the size that the header promised; how much comes out is limited, in
//! all and against what went in, while it comes out; behind the last member there is nothing.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use drift_db::{DbError, durable};

use super::MAX_BYTES;
use super::header::{self, BundleDatabase, BundleHeader, refused};
use crate::archive::{Compression, Digest, Meter};
use crate::error::{BackupError, IoContext, Result};
use crate::work::Work;

/// From here on, more may not come out than so many times what went in.
const RATIO_FROM: u64 = 64 << 20;
const MAX_RATIO: u64 = 200;
/// The memory that a zstd frame may ask for: what `zstd -19` uses, twice.
const MAX_WINDOW_LOG: u32 = 24;
/// Other programs pad an archive with zeros.
const MAX_PADDING: u64 = 64 << 10;
const BUFFER: usize = 1 << 20;

/// A bundle whose header was read.
pub struct BundleReader {
    header: BundleHeader,
    compression: Compression,
    input: Limited,
    /// For messages.
    path: std::path::PathBuf,
}

impl BundleReader {
    /// Opens the bundle at `path`.
    pub fn open(path: &Path) -> Result<BundleReader> {
        let not = |what: &str| BackupError::NotABundle { path: path.to_path_buf(), what: what.into() };
        let meta = match fs_err::metadata(path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                return Err(BackupError::NoBundle { path: path.to_path_buf() });
            }
            meta => meta.doing("look at", path)?,
        };
        if meta.is_dir() {
            return Err(not("it is a directory"));
        }
        let file = File::open(path).doing("open", path)?;
        let size = meta.is_file().then_some(meta.len());
        BundleReader::new(Box::new(file), path, size)
    }

    /// Reads a bundle from a stream, which `path` names in messages.
    pub fn stream(source: Box<dyn Read>, path: &Path) -> Result<BundleReader> {
        BundleReader::new(source, path, None)
    }

    fn new(mut source: Box<dyn Read>, path: &Path, size: Option<u64>) -> Result<BundleReader> {
        let not = |what: &str| BackupError::NotABundle { path: path.to_path_buf(), what: what.into() };
        let mut start = Vec::new();
        source.by_ref().take(16).read_to_end(&mut start).doing("read", path)?;
        let compression = match &start[..] {
            [] => return Err(not("it is empty")),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
            [0x1f, 0x8b, ..] => Compression::Gzip,
            start if start.starts_with(b"SQLite format 3\0") => {
                return Err(not("it is a database, and only a bundle can be imported"));
            }
            start if start.starts_with(header::NAME.as_bytes()) => Compression::None,
            _ => return Err(not("it is no archive that drift writes")),
        };
        let taken = Arc::new(AtomicU64::new(0));
        let source = Counted { inner: io::Cursor::new(start).chain(source), taken: Arc::clone(&taken) };
        let inner: Box<dyn Read> = match compression {
            Compression::None => Box::new(BufReader::with_capacity(BUFFER, source)),
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::new(source).doing("read", path)?;
                decoder.window_log_max(MAX_WINDOW_LOG).doing("read", path)?;
                Box::new(decoder)
            }
            Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source)),
        };
        let mut input = Limited { inner, given: 0, taken };
        let header = read_header(&mut input).map_err(|why| why.about(path))?;
        if let Some(size) = size
            && compression != Compression::None
            && exceeds(header.bytes(), size)
        {
            return Err(refused("its databases are too large for its size".into()));
        }
        Ok(BundleReader { header, compression, input, path: path.to_path_buf() })
    }

    /// What the bundle says of itself; nothing of it is believed before it is compared.
    pub fn header(&self) -> &BundleHeader {
        &self.header
    }

    /// How it is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Hands over each database, its content written to the new private file that `place` names, with the digest
    /// of what was written.
    pub(super) fn unpack(
        self,
        work: &Work<'_>,
        place: impl Fn(&BundleDatabase) -> std::path::PathBuf,
    ) -> Result<Vec<(BundleDatabase, Digest)>> {
        let BundleReader { header, mut input, path, .. } = self;
        work.phase("unpacking", header.bytes());
        let mut unpacked = Vec::new();
        for database in header.databases {
            let target = place(&database);
            let digest = unpack(&mut input, &database, &target, work).map_err(|why| why.about(&path))?;
            unpacked.push((database, digest));
        }
        end(&mut input).map_err(|why| why.about(&path))?;
        Ok(unpacked)
    }
}

/// Whether so many bytes cannot come of so few.
fn exceeds(given: u64, taken: u64) -> bool {
    given > RATIO_FROM && given / MAX_RATIO > taken
}

/// What failed: the system, or the bundle.
enum Fault {
    Io(io::Error),
    Bundle(BackupError),
}

impl Fault {
    fn about(self, path: &Path) -> BackupError {
        match self {
            Fault::Bundle(why) => why,
            // What the system says is trouble with the disk; what a decoder says is trouble with the bundle.
            Fault::Io(why) if why.raw_os_error().is_some() => DbError::io("read", path, why).into(),
            Fault::Io(why) => refused(why.to_string()),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(why: io::Error) -> Fault {
        Fault::Io(why)
    }
}

impl From<BackupError> for Fault {
    fn from(why: BackupError) -> Fault {
        Fault::Bundle(why)
    }
}

fn read_header(input: &mut Limited) -> Result<BundleHeader, Fault> {
    let size = expect(input, header::NAME)?;
    if size > header::MAX_HEADER_BYTES {
        return Err(refused(format!("{} is too large", header::NAME)).into());
    }
    let mut text = vec![0; size as usize];
    input.read_exact(&mut text)?;
    skip_padding(input, size)?;
    Ok(BundleHeader::decode(&text)?)
}

/// Writes the member that must be `database` to the new file `target`, synced.
fn unpack(
    input: &mut Limited,
    database: &BundleDatabase,
    target: &Path,
    work: &Work<'_>,
) -> Result<Digest, Fault> {
    let name = database.kind.file_name();
    let size = expect(input, name)?;
    if size != database.bytes {
        return Err(refused(format!("{name} has {size} bytes, not the {} promised", database.bytes)).into());
    }
    let write = |why| Fault::Bundle(BackupError::Db(DbError::io("write", target, why)));
    durable::create_private(target).map_err(BackupError::from)?;
    let mut meter = Meter::new(File::options().write(true).open(target).map_err(write)?);
    let (mut buffer, mut left) = (vec![0; BUFFER], size);
    while left > 0 {
        work.check().map_err(BackupError::from)?;
        let wanted = left.min(BUFFER as u64) as usize;
        let read = match input.read(&mut buffer[..wanted]) {
            Ok(0) => return Err(refused("it ends in the middle".into()).into()),
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        meter.write_all(&buffer[..read]).map_err(write)?;
        work.advance(read as u64);
        left -= read as u64;
    }
    skip_padding(input, size)?;
    Ok(meter.finish().1)
}

/// Reads the header of the next member, which must be the regular file `name`, and returns its size.
fn expect(input: &mut Limited, name: &str) -> Result<u64, Fault> {
    let bad = |what: String| Fault::Bundle(refused(what));
    let mut header = tar::Header::new_old();
    input.read_exact(header.as_mut_bytes())?;
    // As the format has it: the sum of all bytes, those of the sum itself taken as blanks.
    let bytes = header.as_bytes();
    let sum: u32 =
        bytes[..148].iter().chain(&[b' '; 8]).chain(&bytes[156..]).map(|&byte| u32::from(byte)).sum();
    if header.cksum().ok() != Some(sum) || header.as_ustar().is_none() {
        return Err(bad(format!("where {name} must come, there is no member")));
    }
    let found = header.path_bytes();
    if &*found != name.as_bytes() {
        let shown = String::from_utf8_lossy(&found).escape_debug().to_string();
        return Err(bad(format!("where {name} must come, there is `{shown}`")));
    }
    if header.entry_type() != tar::EntryType::Regular || header.link_name_bytes().is_some() {
        return Err(bad(format!("{name} is not a regular file")));
    }
    header.size().map_err(|_| bad(format!("{name} has no size")))
}

/// A member is filled up to whole blocks.
fn skip_padding(input: &mut Limited, size: u64) -> Result<(), Fault> {
    let mut block = [0; 512];
    input.read_exact(&mut block[..(size.next_multiple_of(512) - size) as usize])?;
    zeros(&block)
}

/// Two blocks of zeros, and then nothing but more of them.
fn end(input: &mut Limited) -> Result<(), Fault> {
    let mut block = [0; 1024];
    input.read_exact(&mut block)?;
    zeros(&block)?;
    let mut rest = Vec::new();
    input.take(MAX_PADDING + 1).read_to_end(&mut rest)?;
    zeros(&rest)?;
    if rest.len() as u64 > MAX_PADDING {
        return Err(refused("it goes on behind its end".into()).into());
    }
    Ok(())
}

fn zeros(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.iter().any(|&byte| byte != 0) {
        return Err(refused("there is something where nothing may be".into()).into());
    }
    Ok(())
}

/// Counts what goes in.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Counts what comes out, and ends when it is too much.
struct Limited {
    inner: Box<dyn Read>,
    given: u64,
    taken: Arc<AtomicU64>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.given += read as u64;
        let slack = header::MAX_HEADER_BYTES + MAX_PADDING + (1 << 20);
        if self.given > MAX_BYTES + slack || exceeds(self.given, self.taken.load(Ordering::Relaxed)) {
            return Err(io::Error::other("more comes out of it than can be in it"));
        }
        Ok(read)
    }
}
