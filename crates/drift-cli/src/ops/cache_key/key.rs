//! [`keys`]: under which key a CI run stores what drift learned, and under which it looks for it. Pure.
//!
//! `drift-v{format}-{os}-{arch}-{branch}-{manifests}-{commit}`. Restore keys drop the commit, then the hash of
//! the manifests, then turn to the branch that the run is compared with, then to the default branch.
//! Branches are named by whoever opens a pull request, so: two branches never get the same part of a key by
//! what cleaning did to their names, and the key of a pull request is never that of a branch.

use std::fmt::Write as _;

use drift_config::CiProvider;

#[cfg(test)]
mod tests;

/// Raised when an older drift could not use what a newer one stored.
pub(super) const CACHE_FORMAT: u32 = 1;

/// Of a hash or a commit id, what a key carries.
const SHORT: usize = 12;

/// Bytes of a branch in a key. With everything else a key stays below 255, the shortest limit there is.
const MAX_BRANCH: usize = 120;

/// What a run is about.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) provider: CiProvider,
    /// As `std::env::consts` has them.
    pub(super) os: &'a str,
    pub(super) arch: &'a str,
    /// The branch that is built; of a pull request, its source.
    pub(super) branch: Option<&'a str>,
    pub(super) pull_request: bool,
    pub(super) base_branch: Option<&'a str>,
    pub(super) default_branch: Option<&'a str>,
    /// Hexadecimal, of the configuration and all manifests.
    pub(super) content: &'a str,
    pub(super) commit: Option<&'a str>,
}

/// Under which names the cache is stored and looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) key: String,
    /// Best first.
    pub(super) restore: Vec<String>,
}

/// What the store of a provider does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    /// An entry never changes, and a restore key finds the newest entry that begins with it.
    Immutable,
    /// An entry is replaced, and a restore key finds the entry of exactly that name.
    Replaced,
}

/// What is stored, relative to the root: a file, or its directory for those that store only directories.
pub(super) fn path(provider: CiProvider) -> &'static str {
    match provider {
        CiProvider::Azure | CiProvider::CircleCi | CiProvider::Jenkins => ".drift-cache",
        _ => ".drift-cache/ci.drift.tar.zst",
    }
}

pub(super) fn keys(facts: &Facts<'_>) -> Keys {
    let scope = format!("drift-v{CACHE_FORMAT}-{}-{}", clean(facts.os), clean(facts.arch));
    let own = match (facts.branch, facts.pull_request) {
        (branch, true) => format!("pr-{}", slug(branch)),
        (branch, false) => slug(branch),
    };
    // What a pull request goes into is nearer to it than the default branch is.
    let others = [facts.base_branch, facts.default_branch];
    let others = others.iter().flatten().map(|&branch| slug(Some(branch)));
    let mut restore = Vec::new();
    let mut add = |key: String| {
        if !restore.contains(&key) {
            restore.push(key);
        }
    };
    let key = match store(facts.provider) {
        Store::Immutable => {
            let content = short(Some(facts.content));
            for branch in [own.clone()].into_iter().chain(others) {
                add(format!("{scope}-{branch}-{content}-"));
                add(format!("{scope}-{branch}-"));
            }
            format!("{scope}-{own}-{content}-{}", short(facts.commit))
        }
        Store::Replaced => {
            let key = format!("{scope}-{own}");
            others.map(|branch| format!("{scope}-{branch}")).filter(|other| *other != key).for_each(add);
            key
        }
    };
    Keys { key, restore }
}

fn store(provider: CiProvider) -> Store {
    match provider {
        CiProvider::Gitlab | CiProvider::Jenkins | CiProvider::Buildkite => Store::Replaced,
        _ => Store::Immutable,
    }
}

/// A branch as a part of a key: its name if that is plain, else its name made plain and a hash of it.
///
/// Capitals count as not plain, because GitHub compares keys without regard to case. So do names that look
/// like what this function makes of another name.
fn slug(branch: Option<&str>) -> String {
    let Some(branch) = branch else { return NO_BRANCH.to_owned() };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if branch.len() <= MAX_BRANCH && branch.chars().all(plain) && !is_taken(branch) {
        return branch.to_owned();
    }
    let mut slug = clean(branch);
    slug.truncate(MAX_BRANCH - 1 - SHORT);
    let hash = blake3::hash(branch.as_bytes()).to_hex();
    // Writing into a string cannot fail.
    let _ = write!(slug, "-{}", &hash[..SHORT]);
    slug
}

/// Stands for the branch of a tag, or of a commit that is no branch.
const NO_BRANCH: &str = "none";

/// Whether other branches, or pull requests, may get `name` as their part of a key.
fn is_taken(name: &str) -> bool {
    let hashed = name.rsplit_once('-').is_some_and(|(_, tail)| {
        tail.len() == SHORT && tail.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    });
    hashed || name.starts_with("pr-") || name == NO_BRANCH
}

/// One byte per character, so that cutting never splits one.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect()
}

/// The beginning of a hexadecimal id, always of the same length, so that a key can be read from its end.
fn short(id: Option<&str>) -> String {
    format!("{:0<SHORT$.SHORT$}", id.unwrap_or_default())
}
