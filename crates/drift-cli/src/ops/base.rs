//! Base: the commit that changes are counted from, and the rule that found it.
//!
//! In order: the flag, `DRIFT_BASE`, the commit that the CI provider names, the branch that it merges into,
//! the configured default branch, the one that `origin/HEAD` points at; on the default branch itself, with
//! nothing to push, the commit before. What the rules name is where history forked off: the changes are those
//! since the merge base. A name that is given but unknown is an error, never passed over in silence.

use std::collections::BTreeMap;
use std::io::Read as _;

use drift_config::CiEnv;
use drift_discover::{Git, GitError};

use super::{Session, Warning};
use crate::error::CommandError;

/// A description of what happened that is larger is not read.
const MAX_EVENT_BYTES: u64 = 32 << 20;

/// What names the base besides git.
#[derive(Clone, Debug, Default)]
pub(crate) struct BaseOptions {
    /// `--base`
    pub(crate) flag: Option<String>,
    /// `DRIFT_BASE`
    pub(crate) variable: Option<String>,
    pub(crate) ci: Option<CiEnv>,
    /// `workspace.default_branch`
    pub(crate) default_branch: Option<String>,
}

/// Where changes are counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    /// The id of the merge base.
    pub(crate) commit: String,
    /// What the rule named.
    pub(crate) name: String,
    pub(crate) rule: BaseRule,
}

/// How the base was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaseRule {
    Flag,
    Variable,
    CiCommit,
    CiBranch,
    DefaultBranch,
    OriginHead,
    Parent,
}

impl BaseRule {
    /// The name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            BaseRule::Flag => "flag",
            BaseRule::Variable => "env",
            BaseRule::CiCommit => "ci_commit",
            BaseRule::CiBranch => "ci_branch",
            BaseRule::DefaultBranch => "default_branch",
            BaseRule::OriginHead => "origin_head",
            BaseRule::Parent => "parent",
        }
    }
}

/// The CI run that `vars` describe, completed from the file in which its provider says more.
pub(crate) fn ci(vars: &BTreeMap<String, String>) -> Option<CiEnv> {
    CiEnv::detect(vars).map(completed)
}

/// The same run with what the file says in which its provider describes it.
pub(super) fn completed(ci: CiEnv) -> CiEnv {
    let event = ci.event_file.as_ref().and_then(|path| {
        let mut text = String::new();
        let file = fs_err::File::open(path).ok()?;
        file.take(MAX_EVENT_BYTES).read_to_string(&mut text).ok()?;
        Some(text)
    });
    match event {
        Some(text) => ci.with_event(&text),
        None => ci,
    }
}

/// The base of `head`, a revision. `None` outside git, before the first commit, and where no rule applies.
pub(crate) fn resolve(
    session: &Session<'_>,
    git: &Git,
    head: &str,
    options: &BaseOptions,
) -> Result<Option<Base>, CommandError> {
    let given = options.flag.as_ref().map(|name| (name, BaseRule::Flag));
    let given = given.or_else(|| options.variable.as_ref().map(|name| (name, BaseRule::Variable)));
    if let Some((name, rule)) = given {
        let commit = git.merge_base(name, head)?;
        return Ok(Some(Base { commit, name: name.clone(), rule }));
    }
    let checked_out = match git.head() {
        Err(GitError::NotInstalled(_) | GitError::NotARepository { .. }) => return Ok(None),
        found => found?,
    };
    if checked_out.commit.is_none() {
        return Ok(None);
    }
    let ci = options.ci.as_ref();
    if let Some(base) = named_by_ci(session, git, head, ci)? {
        return Ok(Some(base));
    }
    // A build often has no branch checked out, but the provider knows which one it is.
    let current = match head {
        "HEAD" => checked_out.branch.or_else(|| Some(ci?.branch.as_ref()?.value.clone())),
        other => Some(other.strip_prefix("origin/").unwrap_or(other).to_owned()),
    };
    let default = default_branch(git, options, current.as_deref())?;
    let Some((default, rule)) = default else { return Ok(None) };
    let on_itself = current.as_deref() == Some(default.as_str());
    match tip(git, &default)? {
        Some((full, name)) => {
            let commit = git.merge_base(&full, head)?;
            if !(on_itself && commit == git.commit(head)?) {
                return Ok(Some(Base { commit, name, rule }));
            }
        }
        None if on_itself => {}
        None => return Err(unknown(git, &default)),
    }
    let name = format!("{head}^1");
    match git.commit(&name) {
        Ok(commit) => Ok(Some(Base { commit, name, rule: BaseRule::Parent })),
        // The first commit there ever was has nothing before it.
        Err(GitError::UnknownRevision { shallow: false, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The name of the branch that others are compared with, by the same order of rules; it need not be here. `None`
/// where no rule applies.
pub(crate) fn branch(
    git: &Git,
    options: &BaseOptions,
    current: Option<&str>,
) -> Result<Option<String>, CommandError> {
    if let Some(name) = options.flag.as_ref().or(options.variable.as_ref()) {
        let prefixes = ["refs/heads/", "refs/remotes/origin/", "origin/"];
        let name = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
        return Ok(Some(name.to_owned()));
    }
    if let Some(named) = options.ci.as_ref().and_then(|ci| ci.base_branch.as_ref()) {
        return Ok(Some(named.value.clone()));
    }
    match default_branch(git, options, current) {
        Err(GitError::NotInstalled(_) | GitError::NotARepository { .. }) => Ok(None),
        found => Ok(found?.map(|(name, _)| name)),
    }
}

/// What the provider says of a pull request or a push.
fn named_by_ci(
    session: &Session<'_>,
    git: &Git,
    head: &str,
    ci: Option<&CiEnv>,
) -> Result<Option<Base>, CommandError> {
    let Some(ci) = ci else { return Ok(None) };
    if let Some(named) = &ci.base_commit {
        match git.merge_base(&named.value, head) {
            Ok(commit) => {
                return Ok(Some(Base { commit, name: named.value.clone(), rule: BaseRule::CiCommit }));
            }
            // A push that rewrote history names what it replaced, which nobody can fetch any more.
            Err(
                GitError::UnknownRevision { shallow: false, .. }
                | GitError::NoMergeBase { shallow: false, .. },
            ) => {
                let message = format!("the commit {} that {} names is not here", named.value, named.from);
                session.warn(
                    Warning::new("affected.base_unknown", message)
                        .with_hint("if it should be, fetch it, or name another with --base"),
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
    let Some(named) = &ci.base_branch else { return Ok(None) };
    let (full, name) = tip(git, &named.value)?.ok_or_else(|| unknown(git, &named.value))?;
    let commit = git.merge_base(&full, head)?;
    Ok(Some(Base { commit, name, rule: BaseRule::CiBranch }))
}

/// The default branch. Where nobody names it, the current branch is taken for it if it is called as git calls
/// the first branch of a repository.
pub(super) fn default_branch(
    git: &Git,
    options: &BaseOptions,
    current: Option<&str>,
) -> Result<Option<(String, BaseRule)>, GitError> {
    if let Some(name) = &options.default_branch {
        return Ok(Some((name.clone(), BaseRule::DefaultBranch)));
    }
    if let Some(name) = git.default_branch()? {
        let name = name.strip_prefix("origin/").unwrap_or(&name).to_owned();
        return Ok(Some((name, BaseRule::OriginHead)));
    }
    let named = options.ci.as_ref().and_then(|ci| ci.default_branch.as_ref()).map(|named| &*named.value);
    let named = named.or_else(|| current.filter(|name| matches!(*name, "main" | "master")));
    Ok(named.map(|name| (name.to_owned(), BaseRule::DefaultBranch)))
}

/// The remote branch, else the local one: its full name, which no tag can take, and the one people use.
pub(super) fn tip(git: &Git, branch: &str) -> Result<Option<(String, String)>, GitError> {
    for (full, short) in [
        (format!("refs/remotes/origin/{branch}"), format!("origin/{branch}")),
        (format!("refs/heads/{branch}"), branch.to_owned()),
    ] {
        match git.commit(&full) {
            Ok(_) => return Ok(Some((full, short))),
            Err(GitError::UnknownRevision { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn unknown(git: &Git, branch: &str) -> CommandError {
    let revision = format!("origin/{branch}");
    let shallow = git.is_shallow().unwrap_or(false);
    GitError::UnknownRevision { revision, shallow }.into()
}
