//! Member patterns: which directories a list of patterns selects, by the rule of each package manager.
//!
//! Invariants: a selected directory holds a manifest and does not lie in node_modules; ignored and hidden
//! directories count like any other where a pattern names them.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::glob::{Glob, GlobError, GlobOptions};
use crate::path::RepoPath;
use crate::source::EntryKind;

use super::manifest::Forms;
use super::syntax;

/// How a package manager combines its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// npm and bun: in order, the last match wins.
    Ordered,
    /// pnpm: what any negation matches is taken off in the end.
    Subtract,
    /// yarn 2 and later: as pnpm, and what lies below a directory that a negation names is never reached.
    Prune,
    /// yarn 1 and lerna: each pattern alone; a pattern with a leading `!` selects nothing and excludes nothing.
    Each,
}

/// A list of patterns and where it is written.
pub(super) struct Patterns<'a> {
    pub(super) list: Vec<&'a str>,
    pub(super) rule: Rule,
    pub(super) forms: Forms,
    /// The directory that the patterns are relative to.
    pub(super) base: &'a RepoPath,
    /// The file that holds them.
    pub(super) file: &'a RepoPath,
}

struct Negation {
    glob: Glob,
    /// Nothing below a match is reached either.
    prunes: bool,
}

/// Whether the last part of a pattern is a plain name.
fn names_last(pattern: &str) -> bool {
    let last = pattern.rsplit('/').next().unwrap_or_default();
    !last.is_empty() && !last.contains(['*', '?', '[', '{', '(', '!'])
}

impl Rule {
    fn options(self) -> GlobOptions {
        let never: &[&str] = match self {
            Rule::Ordered | Rule::Each => &["node_modules"],
            Rule::Subtract => &["node_modules", "bower_components"],
            Rule::Prune => &["node_modules", ".git", ".yarn"],
        };
        let picomatch = matches!(self, Rule::Subtract | Rule::Prune);
        GlobOptions { dot: false, braces: true, extended: true, picomatch, escapes: true, never }
    }
}

impl Patterns<'_> {
    /// The selected directories; what is wrong with a pattern is reported.
    pub(super) fn members(&self, context: &Context) -> BTreeSet<RepoPath> {
        let mut selected = BTreeSet::new();
        let mut negations: Vec<Negation> = Vec::new();
        for pattern in &self.list {
            let (text, is_negation) = self.split(pattern);
            if is_negation {
                // Negations see hidden directories in all package managers.
                let options = GlobOptions { dot: true, ..self.rule.options() };
                match Glob::new(&text, options) {
                    Ok(glob) if self.rule == Rule::Ordered => {
                        selected.retain(|dir| !glob.is_match(self.relative(dir)));
                    }
                    Ok(glob) => negations
                        .push(Negation { glob, prunes: self.rule == Rule::Prune && names_last(&text) }),
                    Err(why) => self.unreadable(context, pattern, &why),
                }
                continue;
            }
            match self.select(context, &text) {
                Ok(dirs) if dirs.is_empty() => self.unmatched(context, pattern, &text),
                Ok(dirs) => selected.extend(dirs),
                Err(why) => self.unreadable(context, pattern, &why),
            }
        }
        selected.retain(|dir| !negations.iter().any(|negation| self.is_negated(negation, dir)));
        selected
    }

    /// The patterns that take directories off; for yarn 1 and lerna none does.
    pub(super) fn negations(&self) -> Vec<Glob> {
        let texts = self.list.iter().map(|pattern| self.split(pattern));
        let options = GlobOptions { dot: true, ..self.rule.options() };
        texts.filter(|(_, negates)| *negates).filter_map(|(text, _)| Glob::new(&text, options).ok()).collect()
    }

    /// The pattern without its marks, and whether it is a negation.
    fn split(&self, pattern: &str) -> (String, bool) {
        if self.rule == Rule::Each {
            return (pattern.to_owned(), false);
        }
        // `!(a|b)` is an extended group, except to npm.
        let is_group = pattern.starts_with("!(") && self.rule != Rule::Ordered;
        let marks = if is_group { 0 } else { pattern.bytes().take_while(|&b| b == b'!').count() };
        let text = &pattern[marks..];
        let text = match self.rule {
            Rule::Ordered => text.replace('\\', "/").trim_start_matches('/').to_owned(),
            // pnpm looks for the manifest, so that something always follows.
            Rule::Subtract => format!("{text}/"),
            Rule::Prune | Rule::Each => text.to_owned(),
        };
        (text, marks % 2 == 1)
    }

    fn select(&self, context: &Context, text: &str) -> Result<Vec<RepoPath>, GlobError> {
        if text.starts_with('/') {
            return Err(GlobError::Outside);
        }
        if self.rule == Rule::Each && text.starts_with('!') {
            return Ok(Vec::new());
        }
        let found =
            Glob::new(text, self.rule.options())?.find(context.source(), self.base, EntryKind::Dir)?;
        Ok(found.into_iter().filter(|dir| self.forms.file(context, dir).is_some()).collect())
    }

    fn relative<'a>(&self, dir: &'a RepoPath) -> &'a [u8] {
        dir.strip_prefix(self.base).unwrap_or(dir.as_bytes())
    }

    fn is_negated(&self, negation: &Negation, dir: &RepoPath) -> bool {
        let is_match =
            |dir: &RepoPath| dir.starts_with(self.base) && negation.glob.is_match(self.relative(dir));
        let reach = if negation.prunes { usize::MAX } else { 1 };
        dir.ancestors().take_while(|up| up != self.base).take(reach).any(|up| is_match(&up))
    }

    fn unmatched(&self, context: &Context, pattern: &str, text: &str) {
        let is_root = matches!(text.trim_end_matches('/'), "" | ".");
        if is_root {
            return;
        }
        let line = syntax::line_of(context, self.file, pattern);
        if self.rule == Rule::Each && pattern.starts_with('!') {
            let message =
                format!("pattern `{pattern}` excludes nothing: here each pattern stands alone; remove it");
            context.problem(self.file, line, "pattern.unmatched", message);
        } else if text.contains(['*', '?', '[', '{', '(']) {
            let message =
                format!("pattern `{pattern}` matches no directory with a package.json; correct or remove it");
            context.problem(self.file, line, "pattern.unmatched", message);
        } else {
            let message = format!("member `{pattern}` has no package.json; restore it or remove the entry");
            context.problem(self.file, line, "member.missing", message);
        }
    }

    fn unreadable(&self, context: &Context, pattern: &str, why: &GlobError) {
        let line = syntax::line_of(context, self.file, pattern);
        context.problem(self.file, line, "pattern.unsupported", format!("pattern `{pattern}` {why}"));
    }
}

#[cfg(test)]
mod tests;
