//! Cache key: under which name a CI run stores what drift learned, where it looks for it, and whether it may
//! store at all. Needs no workspace: it is asked before there is one.
//!
//! The key has a hash of the manifests and of `drift.toml`, read from the work tree, so that two runs of one
//! commit agree on it wherever they are.

mod key;
mod snippet;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use blake3::Hasher;
use drift_config::{CiEnv, CiProvider, CiValue};
use drift_db::{canonical, choose_root, find_workspace};
use drift_discover::{Examined, Git, Head, Tree, TreeOptions};
use schemars::JsonSchema;
use serde::Serialize;

use super::base::{self, BaseOptions};
use super::workspace::home;
use super::{Session, Warning, tree};
use crate::error::CommandError;
use key::Facts;

pub(crate) use snippet::snippet;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct CacheKeyOptions {
    pub(crate) tree: TreeOptions,
    /// `ci` is the run that the key is for.
    pub(crate) base: BaseOptions,
}

/// Where a run finds and stores what drift learned.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct CacheKeyReport {
    pub(crate) provider: CiProvider,
    pub(crate) key: String,
    /// Best first.
    pub(crate) restore_keys: Vec<String>,
    /// Relative to the root.
    pub(crate) path: &'static str,
    /// Never for a pull request.
    pub(crate) save: bool,
    pub(crate) base: BaseBranch,
}

/// What the run is compared with.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct BaseBranch {
    pub(crate) branch: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) rule: &'static str,
}

/// The run of `provider`, or of the one that `vars` tell of.
pub(crate) fn run_of(provider: Option<CiProvider>, vars: &BTreeMap<String, String>) -> CiEnv {
    let found = base::ci(vars);
    match (provider, found) {
        (Some(named), Some(found)) if named == found.provider => found,
        (Some(named), _) => base::completed(CiEnv::of_provider(named, vars)),
        (None, Some(found)) => found,
        (None, None) => CiEnv::of_provider(CiProvider::Generic, vars),
    }
}

/// `drift workspace cache-key`.
pub(crate) fn run(
    session: &Session<'_>,
    ci: &CiEnv,
    options: &CacheKeyOptions,
) -> Result<CacheKeyReport, CommandError> {
    let root = root(session)?;
    let tree = tree::read(session, &root, &options.tree, Examined::Manifests)?;
    let content = content(&root, &tree)?;
    session.check()?;

    let git = Git::new(&root);
    // Without git a key is as good; it then says nothing of a commit.
    let head = git.head().unwrap_or_default();
    let value = |value: &Option<CiValue>| value.as_ref().map(|found| found.value.clone());
    let branch = value(&ci.branch).or_else(|| head.branch.clone());
    let commit = value(&ci.commit).or_else(|| head.commit.clone());
    let default = base::default_branch(&git, &options.base, branch.as_deref()).unwrap_or_default();
    let default = default.map(|(name, _)| name).or_else(|| value(&ci.default_branch));
    let keys = key::keys(&Facts {
        provider: ci.provider,
        os: std::env::consts::OS,
        arch: std::env::consts::ARCH,
        branch: branch.as_deref(),
        pull_request: ci.pull_request,
        base_branch: ci.base_branch.as_ref().map(|found| &*found.value),
        default_branch: default.as_deref(),
        content: &content,
        commit: commit.as_deref(),
    });
    Ok(CacheKeyReport {
        provider: ci.provider,
        key: keys.key,
        restore_keys: keys.restore,
        path: key::path(ci.provider),
        save: !ci.pull_request,
        base: compared_with(session, &git, &head, ci, default, &options.base)?,
    })
}

/// The base as `affected` finds it. What a provider says of it counts even where the clone lacks the commit.
fn compared_with(
    session: &Session<'_>,
    git: &Git,
    head: &Head,
    ci: &CiEnv,
    default: Option<String>,
    options: &BaseOptions,
) -> Result<BaseBranch, CommandError> {
    let branch = ci.base_branch.as_ref().map(|found| found.value.clone()).or(default);
    if head.commit.is_some() {
        match base::resolve(session, git, "HEAD", options) {
            Ok(Some(base)) if base.rule == base::BaseRule::Variable => {
                let name = base.name.strip_prefix("origin/").unwrap_or(&base.name).to_owned();
                let branch = base::tip(git, &name)?.map(|_| name);
                return Ok(BaseBranch { branch, commit: Some(base.commit), rule: base.rule.name() });
            }
            Ok(Some(base)) => {
                return Ok(BaseBranch { branch, commit: Some(base.commit), rule: base.rule.name() });
            }
            Ok(None) => {}
            // A name that somebody gave must be right.
            Err(error) if options.variable.is_some() => return Err(error),
            Err(error) => {
                let message = format!("the base is not in this clone: {}", error.message);
                let warning = Warning::new("cache_key.base_unknown", message);
                session.warn(match error.hint {
                    Some(hint) => warning.with_hint(hint),
                    None => warning,
                });
            }
        }
    }
    let commit = ci.base_commit.as_ref().map(|found| found.value.clone());
    let rule = match (&commit, &ci.base_branch, &branch) {
        (Some(_), ..) => base::BaseRule::CiCommit.name(),
        (None, Some(_), _) => base::BaseRule::CiBranch.name(),
        (None, None, Some(_)) => base::BaseRule::DefaultBranch.name(),
        (None, None, None) => "none",
    };
    Ok(BaseBranch { branch, commit, rule })
}

/// The root of the workspace or, where there is none, of the one that `init` would make.
fn root(session: &Session<'_>) -> Result<PathBuf, CommandError> {
    let place = session.place;
    if let Some(root) = &place.root {
        return Ok(canonical(root)?);
    }
    let (start, home) = (canonical(&place.cwd)?, home(place));
    let root = match find_workspace(&start, home.as_deref())? {
        Some(root) => root,
        None => choose_root(&start, home.as_deref())?,
    };
    if Some(&root) == home.as_ref() {
        return Err(CommandError::usage(format!("{} is the home directory", root.display()))
            .with_hint("start it in a repository, or name one with --root"));
    }
    Ok(root)
}

/// The hash of everything that the projects are read from, and of the settings that say how.
fn content(root: &Path, tree: &Tree) -> Result<String, CommandError> {
    let mut all = Hasher::new();
    let mut add = |name: &[u8], path: &Path| {
        let Some(hash) = hash_file(path)? else { return Ok::<_, CommandError>(()) };
        all.update(&(name.len() as u64).to_le_bytes());
        all.update(name);
        all.update(hash.as_bytes());
        Ok(())
    };
    add(b"drift.toml", &root.join("drift.toml"))?;
    for input in tree.inputs.iter().filter(|input| input.stat.is_some()) {
        add(input.path.as_bytes(), &input.path.to_fs(root))?;
    }
    Ok(all.finalize().to_hex().to_string())
}

/// `None` for what is not there, or may not be read: discovery has a problem for it, not an error.
fn hash_file(path: &Path) -> Result<Option<blake3::Hash>, CommandError> {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied};
    let mut hasher = Hasher::new();
    let read = fs_err::File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ()));
    match read {
        Ok(()) => Ok(Some(hasher.finalize())),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | IsADirectory | PermissionDenied) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
