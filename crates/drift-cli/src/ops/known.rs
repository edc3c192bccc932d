//! Known workspaces: the registry of this machine, and what becomes of it.
//!
//! Rule: the registry is a cache. [`remember`], which commands of a workspace call after their own success, only ever
//! warns; of the commands about the registry itself, those that look show what there is, with a warning, and those
//! that change it fail where they cannot.

mod health;
mod resolve;

use std::path::{Path, PathBuf};

use drift_db::registry::{self, Changed, Known, Registered, Registry};
use drift_db::store::workspace::{self, WorkspaceRow};
use drift_db::{DatabaseKind, DbError, Need, canonical, find_workspace};
use schemars::JsonSchema;
use serde::Serialize;

use super::workspace::{Workspace, home, named_dir};
use super::{Place, Session, Warning};
use crate::error::{CommandError, ErrorCode};

pub(crate) use health::{Examined, Health};

/// A workspace that is known, and how it is.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct KnownView {
    pub(crate) name: String,
    /// Absolute.
    pub(crate) path: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) path_lossy: bool,
    pub(crate) id: String,
    /// Whether it is the one that was switched to last.
    pub(crate) current: bool,
    /// False for one that `info` found around the current directory only.
    pub(crate) registered: bool,
    pub(crate) added_at: Option<String>,
    pub(crate) used_at: Option<String>,
    #[serde(flatten)]
    pub(crate) examined: Examined,
    #[serde(skip)]
    pub(crate) root: PathBuf,
}

/// `drift project list`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ListReport {
    pub(crate) registry: Option<String>,
    /// The path of the one that was switched to last.
    pub(crate) current: Option<String>,
    /// By name, then path.
    pub(crate) workspaces: Vec<KnownView>,
}

/// `drift project add`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct AddReport {
    /// `added`, `changed`, `moved` or `same`.
    pub(crate) outcome: &'static str,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// Where it was, if it moved.
    pub(crate) moved_from: Option<String>,
}

/// `drift project remove` and `drift project cleanup`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ForgetReport {
    pub(crate) dry_run: bool,
    pub(crate) removed: Vec<NamedPath>,
    pub(crate) kept: Vec<NamedPath>,
}

/// Which workspace.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub(crate) struct NamedPath {
    pub(crate) name: String,
    pub(crate) path: String,
}

/// `drift project switch`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct SwitchReport {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// The path of the one that was current before.
    pub(crate) previous: Option<String>,
    #[serde(skip)]
    pub(crate) root: PathBuf,
}

/// Whether the registry is changed, or only said what would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Apply,
    DryRun,
}

/// Registers a workspace after a command made it, or made it live. Never fails: a warning is all.
pub(super) fn remember(session: &Session<'_>, root: &Path, row: &WorkspaceRow) {
    let Some(registry) = registry(session.place) else { return };
    let registered = match registry.entries() {
        // Most of the time it is there, and nothing is written.
        Ok(known) if known.iter().any(|one| one.path == root && one.id == row.id) => return,
        // It was waited for once, which is enough.
        Err(busy @ DbError::Busy { .. }) => Err(busy),
        _ => register(session, &registry, root, row, None),
    };
    match registered {
        Ok(changed) => warn_if_rebuilt(session, &registry, changed.rebuilt.as_deref()),
        Err(error) => {
            let message = format!("this workspace was not added to the known ones: {error}");
            session.warn(Warning::new("registry.skipped", message).with_hint("everything else was done"));
        }
    }
}

/// `drift project list`.
pub(crate) fn list(session: &Session<'_>) -> Result<ListReport, CommandError> {
    let registry = registry(session.place);
    let entries = registry.as_ref().map(|registry| entries(session, registry)).unwrap_or_default();
    let current = current(&entries).map(|one| one.path.clone());
    let examined = health::examine_all(session, &entries);
    let workspaces: Vec<KnownView> = (entries.into_iter().zip(examined))
        .map(|(known, examined)| {
            let current = current.as_ref() == Some(&known.path);
            view(known, current, examined)
        })
        .collect();
    Ok(ListReport {
        registry: registry.map(|registry| registry.path().display().to_string()),
        current: current.map(|path| path.display().to_string()),
        workspaces,
    })
}

/// `drift project add`: the workspace around `dir`, or the one that is meant without it.
pub(crate) fn add(
    session: &Session<'_>,
    dir: Option<&Path>,
    name: Option<&str>,
) -> Result<AddReport, CommandError> {
    if name.is_some_and(|name| name.trim().is_empty() || name.chars().any(char::is_control)) {
        let message = "a name has a visible character and no control character";
        return Err(CommandError::usage(message).with_hint("name it such as `--name shop`"));
    }
    let place = match dir {
        Some(dir) => Place { cwd: named_dir(dir)?, root: None, ..session.place.clone() },
        None => session.place.clone(),
    };
    let found = Session { place: &place, ..*session };
    let mut workspace = Workspace::look(&found, Need::Known)?;
    let row = workspace.reader(DatabaseKind::Drift)?.read(workspace::get)?;
    let row = row.ok_or_else(|| super::workspace::unfinished(workspace.paths.root()))?;
    let root = workspace.paths.root();
    let registry = registry(session.place).ok_or_else(no_home)?;
    let changed = register(session, &registry, root, &row, name)?;
    warn_if_rebuilt(session, &registry, changed.rebuilt.as_deref());
    let known = registry.entries()?.into_iter().find(|one| one.path == root);
    Ok(AddReport {
        outcome: match changed.value {
            Registered::Same => "same",
            Registered::Added => "added",
            Registered::Changed => "changed",
            Registered::Moved(_) => "moved",
        },
        name: known.map(|known| known.name).unwrap_or_default(),
        path: root.display().to_string(),
        id: row.id,
        moved_from: match changed.value {
            Registered::Moved(from) => Some(from.display().to_string()),
            _ => None,
        },
    })
}

/// `drift project remove`: forgets what is named. No file of a workspace is touched.
pub(crate) fn remove(
    session: &Session<'_>,
    names: &[String],
    mode: Mode,
) -> Result<ForgetReport, CommandError> {
    let registry = registry(session.place).ok_or_else(no_home)?;
    let entries = registry.entries()?;
    let mut places = Vec::new();
    for name in names {
        let at = resolve::resolve(Some(name), &session.place.cwd, &entries)?;
        if !places.contains(&at) {
            places.push(at);
        }
    }
    forget(session, &registry, &entries, |at| places.contains(&at), mode)
}

/// `drift project cleanup`: forgets those whose directory is gone.
pub(crate) fn cleanup(session: &Session<'_>, mode: Mode) -> Result<ForgetReport, CommandError> {
    let registry = registry(session.place).ok_or_else(no_home)?;
    let entries = registry.entries()?;
    forget(session, &registry, &entries, |at| health::is_gone(&entries[at].path), mode)
}

/// `drift project switch`: makes a workspace the current one. Where that cannot be remembered, its path is as good.
pub(crate) fn switch(session: &Session<'_>, name: &str) -> Result<SwitchReport, CommandError> {
    let registry = registry(session.place).ok_or_else(no_home)?;
    let entries = registry.entries()?;
    let known = &entries[resolve::resolve(Some(name), &session.place.cwd, &entries)?];
    if health::is_gone(&known.path) {
        let message = format!("the workspace `{}` is not in {} any more", known.name, known.path.display());
        return Err(CommandError::new(ErrorCode::NotFound, message).with_hint(
            "`drift project add` at its new place finds it again; `drift project cleanup` forgets it",
        ));
    }
    let now = session.now.to_string();
    let used = registry.change(&session.author(), |tx| tx.run(|c| registry::use_now(c, &known.path, &now)));
    if let Err(error) = used {
        let message = format!("the current workspace was not remembered: {error}");
        session.warn(Warning::new("registry.skipped", message));
    }
    Ok(SwitchReport {
        name: known.name.clone(),
        path: known.path.display().to_string(),
        id: known.id.clone(),
        previous: current(&entries).map(|one| one.path.display().to_string()),
        root: known.path.clone(),
    })
}

/// `drift project info`: one workspace, the one around the current directory unless named.
pub(crate) fn info(session: &Session<'_>, name: Option<&str>) -> Result<KnownView, CommandError> {
    let registry = registry(session.place);
    let entries = registry.as_ref().map(|registry| entries(session, registry)).unwrap_or_default();
    let around = match name {
        Some(_) => None,
        None => around(session.place),
    };
    let at = match (&around, name) {
        (Some(root), None) => entries.iter().position(|one| one.path == *root),
        _ => Some(resolve::resolve(name, &session.place.cwd, &entries)?),
    };
    let current = current(&entries).map(|one| one.path.clone());
    let (known, registered) = match (at, around) {
        (Some(at), _) => (entries[at].clone(), true),
        (None, Some(root)) => (unregistered(root), false),
        (None, None) => {
            let error = CommandError::new(ErrorCode::NotFound, "no workspace is meant");
            return Err(error.with_hint("name one of `drift project list`"));
        }
    };
    let examined = health::examine(session, &known);
    let is_current = current.as_ref() == Some(&known.path);
    let mut found = view(known, is_current, examined);
    if !registered {
        found.registered = false;
        found.added_at = None;
        found.id = found.examined.id.clone().unwrap_or_default();
    }
    Ok(found)
}

/// The root of the workspace around the current directory, or the one named with `--root`.
fn around(place: &Place) -> Option<PathBuf> {
    match &place.root {
        Some(root) => canonical(root).ok().filter(|root| !health::is_gone(root)),
        None => find_workspace(&canonical(&place.cwd).ok()?, home(place).as_deref()).ok()?,
    }
}

fn unregistered(root: PathBuf) -> Known {
    let (id, added_at) = (String::new(), String::new());
    Known { name: default_name(&root), path: root, id, added_at, used: 0, used_at: None }
}

fn default_name(root: &Path) -> String {
    root.file_name().unwrap_or(root.as_os_str()).to_string_lossy().into_owned()
}

fn registry(place: &Place) -> Option<Registry> {
    place.drift_home.as_deref().map(Registry::at)
}

fn no_home() -> CommandError {
    CommandError::new(ErrorCode::Config, "there is no home directory for the registry")
        .with_hint("name a directory with DRIFT_HOME")
}

/// What is known; where that cannot be read, nothing, with a warning.
fn entries(session: &Session<'_>, registry: &Registry) -> Vec<Known> {
    registry.entries().unwrap_or_else(|error| {
        let warning = Warning::new("registry.skipped", format!("the registry cannot be read: {error}"));
        session.warn(match error.hint() {
            Some(hint) => warning.with_hint(hint),
            None => warning,
        });
        Vec::new()
    })
}

fn current(entries: &[Known]) -> Option<&Known> {
    entries.iter().filter(|one| one.used > 0).max_by_key(|one| one.used)
}

fn register(
    session: &Session<'_>,
    registry: &Registry,
    root: &Path,
    row: &WorkspaceRow,
    renamed: Option<&str>,
) -> Result<Changed<Registered>, DbError> {
    let new = Known {
        path: root.to_path_buf(),
        id: row.id.clone(),
        name: default_name(root),
        added_at: session.now.to_string(),
        used: 0,
        used_at: None,
    };
    let holds = |known: &Known| health::holds(session, known);
    registry.change(&session.author(), |tx| tx.run(|c| registry::register(c, &new, renamed, &holds)))
}

fn warn_if_rebuilt(session: &Session<'_>, registry: &Registry, why: Option<&str>) {
    if let Some(why) = why {
        let message = format!("{} was of no use ({why}) and was made anew", registry.path().display());
        session.warn(
            Warning::new("registry.rebuilt", message)
                .with_hint("run `drift project add` in the workspaces that it should know"),
        );
    }
}

fn forget(
    session: &Session<'_>,
    registry: &Registry,
    entries: &[Known],
    goes: impl Fn(usize) -> bool,
    mode: Mode,
) -> Result<ForgetReport, CommandError> {
    let (removed, kept): (Vec<_>, Vec<_>) = (0..entries.len()).partition(|&at| goes(at));
    if mode == Mode::Apply && !removed.is_empty() {
        registry.change(&session.author(), |tx| {
            tx.run(|c| removed.iter().try_for_each(|&at| registry::forget(c, &entries[at].path).map(drop)))
        })?;
    }
    let named = |places: Vec<usize>| -> Vec<NamedPath> {
        let one = |at: usize| NamedPath {
            name: entries[at].name.clone(),
            path: entries[at].path.display().to_string(),
        };
        places.into_iter().map(one).collect()
    };
    Ok(ForgetReport { dry_run: mode == Mode::DryRun, removed: named(removed), kept: named(kept) })
}

fn view(known: Known, current: bool, examined: Examined) -> KnownView {
    KnownView {
        path: known.path.display().to_string(),
        path_lossy: known.path.to_str().is_none(),
        name: known.name,
        id: known.id,
        current,
        registered: true,
        added_at: Some(known.added_at),
        used_at: known.used_at,
        examined,
        root: known.path,
    }
}
