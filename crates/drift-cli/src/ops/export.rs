//! Export: the workspace in one file, for another machine.
//!
//! Takes the shared lock, so that nobody replaces the databases meanwhile, and writes no event: exporting
//! changes nothing.

use std::io::Write;
use std::path::{Path, PathBuf};

use drift_backup::{Compression, ExportOptions as Options, Exported, Hold, Output, export};
use drift_db::portable::{Form, Places};
use drift_db::{DatabaseKind, Need, SharedLock, WorkspacePaths, durable};
use schemars::JsonSchema;
use serde::Serialize;

use super::backup::keep_writers_out;
use super::wire::below;
use super::work::with_work;
use super::workspace::{Workspace, named_dir};
use super::{Session, Warning};
use crate::error::{CommandError, ErrorCode};

/// Holds the bundle for the cache of a CI job.
pub(crate) const CACHE_DIR: &str = ".drift-cache";
/// What such a bundle is called.
pub(crate) const CACHE_FILE: &str = "ci.drift.tar.zst";

/// What is exported, and where to.
pub(crate) struct ExportOptions<'a> {
    pub(crate) form: Form,
    pub(crate) databases: Vec<DatabaseKind>,
    /// `None` lets the name of the file decide.
    pub(crate) compression: Option<Compression>,
    pub(crate) target: Target<'a>,
}

/// Where a bundle goes.
pub(crate) enum Target<'a> {
    /// Named after the workspace and the time; a bundle for CI where CI looks for it.
    Default,
    /// Absolute; a file that is there is replaced.
    File(PathBuf),
    Stream(&'a mut dyn Write),
}

/// What was exported.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ExportReport {
    /// Relative to the root where it lies below it; `-` is the standard output.
    pub(crate) output: Option<String>,
    pub(crate) written: bool,
    /// Why nothing was written: the code of the error. Only with `--ci`.
    pub(crate) reason: Option<&'static str>,
    pub(crate) bytes: u64,
    pub(crate) compression: &'static str,
    pub(crate) blake3: Option<String>,
    /// `full` or `ci`.
    pub(crate) kind: &'static str,
    pub(crate) databases: Vec<ExportedView>,
    /// How many values held a credential or a place of this machine, which were taken out.
    pub(crate) redacted: u64,
}

/// A database in a bundle.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ExportedView {
    pub(crate) name: &'static str,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
    pub(crate) schema_version: u32,
}

impl ExportReport {
    /// That of an export for CI that could not be done, which is no failure of the job.
    pub(crate) fn missed(reason: ErrorCode, compression: Option<Compression>) -> ExportReport {
        ExportReport {
            output: None,
            written: false,
            reason: Some(reason.as_str()),
            bytes: 0,
            compression: compression.unwrap_or(Compression::Zstd).name(),
            blake3: None,
            kind: "ci",
            databases: Vec::new(),
            redacted: 0,
        }
    }
}

/// `drift workspace export`.
pub(crate) fn run(session: &Session<'_>, options: ExportOptions<'_>) -> Result<ExportReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Known)?;
    let name = workspace.reader(DatabaseKind::Drift)?.read(drift_db::store::workspace::get)?;
    let Workspace { paths, lock, inspection } = workspace;
    drop(inspection);
    let ExportOptions { form, databases, compression, target } = options;
    let file = match &target {
        Target::Default if form == Form::Ci => {
            prepare_cache(&paths)?;
            Some(paths.root().join(CACHE_DIR).join(CACHE_FILE))
        }
        Target::Default => {
            let name = name.map_or_else(String::new, |row| row.name);
            let suffix = suffix(compression.unwrap_or(Compression::Zstd));
            let time = session.now.strftime("%Y%m%dT%H%M%SZ");
            Some(session.place.cwd.join(format!("{}-{time}.drift.tar{suffix}", plain(&name))))
        }
        Target::File(file) => Some(file.clone()),
        Target::Stream(_) => None,
    };
    if let Some(file) = &file {
        check_target(&paths, file)?;
    }
    let compression = compression.unwrap_or_else(|| named(file.as_deref()));
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let (root, home) = (text(paths.root()), session.place.home.as_deref().and_then(text));
    let places = Places::new(root.as_deref(), home.as_deref());
    let options = Options { form, databases, compression, places };
    let output = match (target, &file) {
        (Target::Stream(stream), _) => Output::Stream(stream),
        (_, Some(file)) => Output::File(file),
        (_, None) => return Err(CommandError::new(ErrorCode::Internal, "a bundle has nowhere to go")),
    };
    let exported = write(session, &paths, &options, output, &lock)?;
    if exported.redacted > 0 {
        let count = exported.redacted;
        let values = if count == 1 { "a value".into() } else { format!("{count} values") };
        let message = format!("{values} held credentials or places of this machine");
        session.warn(
            Warning::new("export.redacted", message)
                .with_hint("the bundle has them without; nothing here was changed"),
        );
    }
    let output = file.as_deref().map_or_else(|| "-".into(), |file| below(paths.root(), file));
    Ok(report(output, compression, exported))
}

fn write(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &Options,
    output: Output<'_>,
    lock: &SharedLock,
) -> Result<Exported, CommandError> {
    let _writer = keep_writers_out(session, paths)?;
    Ok(with_work(session, paths, |work| export(work, options, output, Hold::Shared(lock)))?)
}

/// `.drift-cache`, which no scan takes for source and git does not see.
fn prepare_cache(paths: &WorkspacePaths) -> Result<(), CommandError> {
    let dir = paths.root().join(CACHE_DIR);
    durable::private_dir(&dir)?;
    let ignore = dir.join(".gitignore");
    if !ignore.exists() {
        durable::write_file(&ignore, b"*\n")?;
    }
    Ok(())
}

/// A bundle replaces a file, and nothing that is drift's own.
fn check_target(paths: &WorkspacePaths, file: &Path) -> Result<(), CommandError> {
    let parent = file.parent().unwrap_or(Path::new("/"));
    // As where it cannot be written for any other reason.
    let parent = named_dir(parent).map_err(|error| CommandError { code: ErrorCode::Io, ..error })?;
    if [paths.drift_dir(), paths.backups_dir()].iter().any(|own| parent.starts_with(own)) {
        let message = format!("{} is where drift keeps its own files", parent.display());
        return Err(CommandError::usage(message).with_hint("name a file elsewhere"));
    }
    match file.symlink_metadata() {
        Ok(meta) if !meta.is_file() => {
            let message = format!("{} is there, and is not a regular file", file.display());
            Err(CommandError::usage(message).with_hint("`-o -` writes to the standard output"))
        }
        _ => Ok(()),
    }
}

/// The form that a file name promises.
fn named(file: Option<&Path>) -> Compression {
    match file.and_then(Path::extension).and_then(|extension| extension.to_str()) {
        Some("gz" | "tgz") => Compression::Gzip,
        Some("tar") => Compression::None,
        _ => Compression::Zstd,
    }
}

fn suffix(compression: Compression) -> &'static str {
    match compression {
        Compression::None => "",
        Compression::Zstd => ".zst",
        Compression::Gzip => ".gz",
    }
}

/// A name that any file system takes.
fn plain(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let plain: String = name.chars().take(64).map(keep).collect();
    let plain = plain.trim_matches(['.', '-']);
    if plain.is_empty() { "workspace".into() } else { plain.into() }
}

fn report(output: String, compression: Compression, exported: Exported) -> ExportReport {
    let kind = exported.header.form_name();
    let view = |database: drift_backup::BundleDatabase| ExportedView {
        name: database.kind.name(),
        bytes: database.bytes,
        blake3: database.blake3,
        schema_version: database.schema_version,
    };
    ExportReport {
        output: Some(output),
        written: true,
        reason: None,
        bytes: exported.bytes,
        compression: compression.name(),
        blake3: Some(exported.blake3),
        kind,
        databases: exported.header.databases.into_iter().map(view).collect(),
        redacted: exported.redacted,
    }
}

#[cfg(test)]
mod tests;
