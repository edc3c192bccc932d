//! The configuration: where its files are, what it says, and changes to its files.
//!
//! [`load`] is for every command that has settings; the rest is `drift config`. No lock is needed: a file is
//! replaced as a whole, and whoever reads it reads the old or the new one.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use drift_config::{ConfigFile, Layer, LoadOptions, Loaded, Problem, ProblemLevel};
use drift_db::{canonical, choose_root, durable, find_workspace};

use super::workspace::home;
use super::{Place, Session, Warning};
use crate::error::{CommandError, ErrorCode};

/// Where editors look for the schema that `drift config schema` prints.
const SCHEMA_FILE: &str = "./drift.schema.json";

/// What settings come from besides files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    pub(crate) env: BTreeMap<OsString, OsString>,
    /// `--config key=value`.
    pub(crate) flags: Vec<(String, String)>,
    /// Unknown keys are errors.
    pub(crate) strict: bool,
}

/// Which of the two files is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    User,
    Workspace,
}

impl Scope {
    fn layer(self) -> Layer {
        match self {
            Scope::User => Layer::User,
            Scope::Workspace => Layer::Workspace,
        }
    }
}

/// The files that settings are read from, whether they exist or not.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// `None` without a home directory.
    pub(crate) user: Option<PathBuf>,
    /// `None` in the home directory, which is no workspace.
    pub(crate) workspace: Option<PathBuf>,
}

/// Which workspace settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The one around the current directory or, where there is none, the one that `init` would make.
    Existing,
    /// The one that `init` makes or completes.
    New,
}

impl Files {
    pub(crate) fn locate(place: &Place, anchor: Anchor) -> Result<Files, CommandError> {
        let home = home(place);
        let root = match &place.root {
            // A root that is not there has no settings either; the command itself says what is wrong.
            Some(root) => canonical(root).unwrap_or_else(|_| root.clone()),
            None => {
                let start = canonical(&place.cwd)?;
                let existing = match anchor {
                    Anchor::Existing => find_workspace(&start, home.as_deref())?,
                    Anchor::New => None,
                };
                match existing {
                    Some(root) => root,
                    None => choose_root(&start, home.as_deref())?,
                }
            }
        };
        Ok(Files {
            user: place.drift_home.as_ref().map(|dir| dir.join("config.toml")),
            workspace: (Some(&root) != home.as_ref()).then(|| root.join("drift.toml")),
        })
    }

    fn of_scope(&self, scope: Scope) -> Result<&Path, CommandError> {
        let path = match scope {
            Scope::User => self.user.as_deref(),
            Scope::Workspace => self.workspace.as_deref(),
        };
        path.ok_or_else(|| match scope {
            Scope::User => CommandError::new(ErrorCode::Config, "there is no home directory")
                .with_hint("name the directory for your configuration with DRIFT_HOME"),
            Scope::Workspace => CommandError::usage("the home directory is no workspace")
                .with_hint("change to a repository, or use `--user`"),
        })
    }
}

/// The settings that hold, with a warning for what nobody reads.
pub(crate) fn load(session: &Session<'_>, files: &Files, sources: &Sources) -> Result<Loaded, CommandError> {
    let loaded = drift_config::load(&LoadOptions {
        user_file: files.user.clone(),
        workspace_file: files.workspace.clone(),
        env: sources.env.clone(),
        flags: sources.flags.clone(),
        strict: sources.strict,
    })?;
    loaded.warnings.iter().for_each(|problem| session.warn(warning(problem)));
    Ok(loaded)
}

fn warning(problem: &Problem) -> Warning {
    let warning = Warning::new(problem.code, problem.to_string());
    match &problem.hint {
        Some(hint) => warning.with_hint(hint),
        None => warning,
    }
}

/// A file that was or would be written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) path: PathBuf,
    /// Whether the file is new.
    pub(crate) created: bool,
    pub(crate) text: String,
}

/// Whether to write or only to say what would be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Apply,
    DryRun,
}

/// Writes the commented example where there is no file yet.
pub(crate) fn init(files: &Files, scope: Scope, mode: Mode) -> Result<Written, CommandError> {
    let path = files.of_scope(scope)?;
    if path.symlink_metadata().is_ok() {
        return Err(CommandError::usage(format!("{} exists already", path.display()))
            .with_hint("change single settings with `drift config set KEY VALUE`"));
    }
    let text = drift_config::init(SCHEMA_FILE);
    if mode == Mode::Apply {
        write_new(path, &text)?;
    }
    Ok(Written { path: path.to_owned(), created: true, text })
}

/// Changes one setting in a file, which is created if need be; everything else in it stays as it is.
pub(crate) fn set(
    files: &Files,
    scope: Scope,
    (key, value): (&str, &str),
    mode: Mode,
) -> Result<Written, CommandError> {
    let path = files.of_scope(scope)?;
    let found = ConfigFile::read(scope.layer(), path)?;
    let created = found.is_none();
    let absent = || ConfigFile { layer: scope.layer(), path: path.to_owned(), text: String::new() };
    let text = drift_config::set(&found.unwrap_or_else(absent), key, value)?;
    if mode == Mode::Apply {
        if created { write_new(path, &text)? } else { replace(path, &text)? }
    }
    Ok(Written { path: path.to_owned(), created, text })
}

/// What is wrong with a file, unknown keys included; `None` if there is no such file.
pub(crate) fn problems(path: &Path, scope: Scope) -> Result<Option<Vec<Problem>>, CommandError> {
    let Some(file) = ConfigFile::read(scope.layer(), path)? else { return Ok(None) };
    let mut problems = drift_config::validate(&file);
    problems.iter_mut().for_each(|problem| problem.level = ProblemLevel::Error);
    Ok(Some(problems))
}

/// Creates the file as the user's umask has it, then fills it at once. An empty file, should drift be killed
/// in between, is a valid configuration.
fn write_new(path: &Path, text: &str) -> Result<(), CommandError> {
    // The drift home may not be there yet; the root of a workspace is.
    if let Some(dir) = path.parent().filter(|dir| !dir.exists()) {
        dir.parent().map_or(Ok(()), fs_err::create_dir_all)?;
        durable::private_dir(dir)?;
    }
    fs_err::OpenOptions::new().write(true).create_new(true).open(path)?;
    replace(path, text)
}

/// Replaces the text of a file and keeps its permissions; behind a symlink, that of the file it leads to.
fn replace(path: &Path, text: &str) -> Result<(), CommandError> {
    let path = canonical(path)?;
    let permissions = fs_err::metadata(&path)?.permissions();
    durable::write_file(&path, text.as_bytes())?;
    fs_err::set_permissions(&path, permissions)?;
    Ok(())
}
