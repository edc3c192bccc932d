//! Writing a bundle.
//!
//! Order: both databases are pinned, cortex before drift → their portable forms are filled and hashed, each on a
//! thread of its own → header and members stream through the compressor into the output. A file is written in
//! staging, synced and renamed. Killed anywhere, the target is what it was or complete.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use drift_db::copy::PinnedSource;
use drift_db::portable::{Draft, Form, Places, Portable};
use drift_db::{DatabaseKind, DbError, durable};

use super::header::{self, BundleDatabase, BundleHeader};
use super::{MAX_BYTES, beside};
use crate::archive::{self, Compression, Digest, Meter};
use crate::create::Hold;
use crate::error::{BackupError, IoContext, Result};
use crate::id::SnapshotId;
use crate::restore::Staged;
use crate::space;
use crate::work::Work;

/// Smaller than what zstd would choose: the memory of its threads grows with it. Part of the format, in that
/// another value gives other bytes.
const ZSTD_JOB: u32 = 4 << 20;

/// What is exported.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    pub form: Form,
    /// With [`Form::Ci`], drift.db alone.
    pub databases: Vec<DatabaseKind>,
    pub compression: Compression,
    /// What must not be named.
    pub places: Places,
}

/// Where a bundle goes.
pub enum Output<'a> {
    /// A file that is there is replaced.
    File(&'a Path),
    Stream(&'a mut dyn Write),
}

/// A bundle that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub header: BundleHeader,
    pub bytes: u64,
    /// Of the bundle.
    pub blake3: String,
    /// How many values held something that must not leave.
    pub redacted: u64,
}

/// Writes a bundle of the live databases.
pub fn export(
    work: &Work<'_>,
    options: &ExportOptions,
    output: Output<'_>,
    _hold: Hold<'_>,
) -> Result<Exported> {
    let scratch = Scratch::new(work, &output)?;
    let (header, redacted) = fill(work, options, &scratch.dir)?;
    if header.bytes() > MAX_BYTES {
        let detail =
            format!("its databases have {} bytes; a bundle holds {MAX_BYTES} at most", header.bytes());
        return Err(BackupError::BundleRefused { detail });
    }
    let digest = match output {
        Output::Stream(stream) => {
            let target = Path::new("-");
            let (_, digest) = pack(work, &header, &scratch.dir, options.compression, stream, target)?;
            digest
        }
        Output::File(target) => {
            // In staging, which is swept after a kill; from there one rename away, unless it lies elsewhere.
            let whole = scratch.dir.join("bundle");
            space::require(&scratch.dir, header.bytes() / 4)?;
            durable::create_private(&whole)?;
            let file = File::options().write(true).open(&whole).doing("open", &whole)?;
            let (file, digest) = pack(work, &header, &scratch.dir, options.compression, file, target)?;
            file.sync_all().doing("sync", &whole)?;
            drop(file);
            work.check()?;
            publish(work, &whole, target, &scratch.id)?;
            digest
        }
    };
    Ok(Exported { header, bytes: digest.bytes, blake3: digest.blake3, redacted })
}

/// Gives the finished bundle its name.
fn publish(work: &Work<'_>, whole: &Path, target: &Path, id: &SnapshotId) -> Result<()> {
    match durable::rename(whole, target) {
        Err(DbError::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {
            let dir = target.parent().unwrap_or(Path::new("."));
            space::require(dir, whole.metadata().doing("look at", whole)?.len())?;
            beside::sweep(dir, work.now);
            let copy = Temporary(beside::place(dir, id));
            durable::copy_file(whole, &copy.0, work.interrupt, &|_| {})?;
            Ok(durable::rename(&copy.0, target)?)
        }
        renamed => Ok(renamed?),
    }
}

/// Makes the portable form of every database in `dir`.
fn fill(work: &Work<'_>, options: &ExportOptions, dir: &Path) -> Result<(BundleHeader, u64)> {
    let mut drafts = Vec::new();
    // Cortex first: what it remembers of a project must not be newer than the project.
    for kind in [DatabaseKind::Cortex, DatabaseKind::Drift] {
        if options.databases.contains(&kind) {
            let live = work.paths.database(kind);
            let source = PinnedSource::open(&live, kind)?;
            space::require(dir, source.bytes())?;
            let target = dir.join(kind.file_name());
            let draft = work
                .watched(|watch| Draft::new(source, &live, &target, options.form, &options.places, watch))?;
            drafts.push(draft);
        }
    }
    drafts.reverse();
    work.phase("collecting", 0);
    let finish = |draft: Draft| -> Result<(Portable, Digest)> {
        let portable = draft.fill(work.interrupt)?;
        let digest = archive::digest(&dir.join(portable.kind.file_name()), work)?;
        Ok((portable, digest))
    };
    let filled: Vec<Result<(Portable, Digest)>> = std::thread::scope(|scope| {
        let finish = &finish;
        let threads: Vec<_> = drafts.into_iter().map(|draft| scope.spawn(move || finish(draft))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    let (mut databases, mut redacted) = (Vec::new(), 0);
    for one in filled {
        let (Portable { kind, schema_version, redacted: changed }, Digest { bytes, blake3 }) = one?;
        databases.push(BundleDatabase { kind, bytes, blake3, schema_version });
        redacted += changed;
    }
    Ok((BundleHeader { form: options.form, databases }, redacted))
}

/// Streams header and members into `out`, which is the file `target`.
fn pack<W: Write>(
    work: &Work<'_>,
    header: &BundleHeader,
    dir: &Path,
    compression: Compression,
    out: W,
    target: &Path,
) -> Result<(W, Digest)> {
    work.phase("writing", header.bytes());
    let meter = Meter::new(out);
    let meter = match compression {
        Compression::None => members(work, header, dir, meter, target)?,
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(meter, 3).doing("compress", target)?;
            encoder.include_checksum(true).doing("compress", target)?;
            // The number of threads does not change the bytes; that there are any does.
            encoder.multithread(2).doing("compress", target)?;
            let job = zstd::zstd_safe::CParameter::JobSize(ZSTD_JOB);
            encoder.set_parameter(job).doing("compress", target)?;
            members(work, header, dir, encoder, target)?.finish().doing("write", target)?
        }
        Compression::Gzip => {
            let encoder = flate2::GzBuilder::new().write(meter, flate2::Compression::default());
            members(work, header, dir, encoder, target)?.finish().doing("write", target)?
        }
    };
    let (mut out, digest) = meter.finish();
    out.flush().doing("write", target)?;
    Ok((out, digest))
}

/// The archive itself. Returns what it was written to.
fn members<W: Write>(work: &Work<'_>, header: &BundleHeader, dir: &Path, out: W, target: &Path) -> Result<W> {
    let mut archive = tar::Builder::new(out);
    let json = header.encode();
    archive.append(&member(header::NAME, json.len() as u64), &json[..]).doing("write", target)?;
    for database in &header.databases {
        let name = database.kind.file_name();
        let path = dir.join(name);
        let file = File::open(&path).doing("open", &path)?;
        let source = Watched { file, work };
        archive.append(&member(name, database.bytes), source).map_err(|why| match why.get_ref() {
            Some(inner) if inner.is::<DbError>() => DbError::Interrupted.into(),
            _ => BackupError::Db(DbError::io("write", target, why)),
        })?;
    }
    archive.into_inner().doing("write", target)
}

/// The header of a member: nothing in it but its name and size.
fn member(name: &str, bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(bytes);
    header.set_cksum();
    header
}

/// A file that stops being read once the user has asked to stop.
struct Watched<'a> {
    file: File,
    work: &'a Work<'a>,
}

impl io::Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.work.check().map_err(io::Error::other)?;
        let read = self.file.read(buffer)?;
        self.work.advance(read as u64);
        Ok(read)
    }
}

/// Where the portable forms lie meanwhile: in the staging of the workspace or, where nothing can be written
/// there, beside the output. It vanishes with this value.
struct Scratch {
    id: SnapshotId,
    dir: PathBuf,
    _staged: Option<Staged>,
}

impl Scratch {
    fn new(work: &Work<'_>, output: &Output<'_>) -> Result<Scratch> {
        let why = match Staged::new(work) {
            Ok(staged) => {
                let (id, dir) = (staged.id().clone(), staged.dir().to_path_buf());
                return Ok(Scratch { id, dir, _staged: Some(staged) });
            }
            Err(why) => why,
        };
        let Output::File(target) = output else { return Err(why) };
        let Some(parent) = target.parent() else { return Err(why) };
        let id = SnapshotId::new(work.now, work.random);
        beside::sweep(parent, work.now);
        let dir = beside::place(parent, &id);
        if !durable::private_dir(&dir)? {
            // Not made by us, so not ours to remove either.
            return Err(DbError::io("create", &dir, io::ErrorKind::AlreadyExists.into()).into());
        }
        Ok(Scratch { id, dir, _staged: None })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self._staged.is_none() {
            // Nothing else can be done about it here.
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// A file that vanishes unless it was renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename there is none.
        let _ = std::fs::remove_file(&self.0);
    }
}
