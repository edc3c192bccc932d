//! Member patterns: which directories a list of patterns selects, by the rule of each package manager.
//!
//! Invariants: a selected directory holds a manifest and does not lie in node_modules; ignored and hidden
//! directories count like any other where a pattern names them.

use std::collections::BTreeSet;

use crate::context::Context;
use crate::glob::{Budget, Glob, GlobError, GlobOptions, MAX_PATTERNS};
use crate::path::RepoPath;
use crate::source::EntryKind;

use super::manifest::Forms;
use super::syntax;

/// How a package manager combines its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// npm: every negation is taken off in the end, but for those that a later pattern takes back.
    Npm,
    /// bun: every negation is taken off what wildcards found; a plain directory stays.
    Bun,
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
    /// The same as it matches patterns: letter by letter, hidden directories and node_modules like others.
    of_texts: Glob,
    /// Nothing below a match is reached either.
    prunes: bool,
}

impl Negation {
    /// Whether it matches a pattern as if that were a path.
    fn covers(&self, pattern: &str) -> bool {
        self.of_texts.is_match(pattern.as_bytes())
    }
}

/// Takes back the negations that cover a later pattern. npm's loop then passes over the one behind.
fn take_back(negations: &mut Vec<Negation>, pattern: &str) {
    let mut at = 0;
    while at < negations.len() {
        if negations[at].covers(pattern) {
            negations.remove(at);
        }
        at += 1;
    }
}

/// A pattern that selects.
struct Positive<'p> {
    written: &'p str,
    text: String,
}

/// Most patterns that one manifest may have, plain directories included.
const MAX_LIST: usize = 20_000;

/// Which pattern of a list is the first too many; it and what follows is not to be read. Negations count as
/// wildcards, as each is held against all that is selected.
pub(super) fn first_beyond(list: &[&str]) -> Option<usize> {
    let costly = |pattern: &str| is_wild(pattern) || pattern.starts_with('!');
    let mut costly = list.iter().enumerate().filter(|(_, pattern)| costly(pattern));
    let end = costly.nth(MAX_PATTERNS).map(|(at, _)| at);
    end.or((list.len() > MAX_LIST).then_some(MAX_LIST)).map(|end| end.min(MAX_LIST))
}

/// Whether a pattern names several directories.
fn is_wild(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

/// Whether the last part of a pattern is a plain name.
fn names_last(pattern: &str) -> bool {
    let last = pattern.rsplit('/').next().unwrap_or_default();
    !last.is_empty() && !last.contains(['*', '?', '[', '{', '(', '!'])
}

impl Rule {
    fn options(self) -> GlobOptions {
        let never: &[&str] = match self {
            Rule::Npm | Rule::Bun | Rule::Each => &["node_modules"],
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
        let (positives, negations) = self.divide(context);
        let budget = Budget::default();
        for Positive { written, text } in positives {
            match self.select(context, &text, &budget) {
                Ok(dirs) if dirs.is_empty() => self.unmatched(context, written, &text),
                Ok(dirs) => {
                    let stays = self.rule == Rule::Bun && !is_wild(&text);
                    let is_off = |dir: &RepoPath| negations.iter().any(|not| self.is_negated(not, dir));
                    selected.extend(dirs.into_iter().filter(|dir| stays || !is_off(dir)));
                }
                Err(why) => self.unreadable(context, written, &why),
            }
        }
        selected
    }

    /// The patterns that select, and the negations that hold for all of them.
    fn divide(&self, context: &Context) -> (Vec<Positive<'_>>, Vec<Negation>) {
        let (mut positives, mut negations) = (Vec::new(), Vec::<Negation>::new());
        for &written in &self.list {
            let (text, is_negation) = self.split(written);
            if !is_negation {
                if self.rule == Rule::Npm {
                    take_back(&mut negations, &text);
                }
                positives.push(Positive { written, text });
                continue;
            }
            // Only npm drops the slash at the start of a negation; to the others it is another path.
            if text.starts_with('/') {
                continue;
            }
            // Negations see hidden directories in all package managers.
            match self.negation(&text) {
                Ok(negation) => negations.push(negation),
                Err(why) => self.unreadable(context, written, &why),
            }
        }
        if self.rule == Rule::Npm {
            positives.retain(|Positive { text, .. }| !negations.iter().any(|not| not.covers(text)));
        }
        (positives, negations)
    }

    fn negation(&self, text: &str) -> Result<Negation, GlobError> {
        let options = self.rule.options();
        Ok(Negation {
            glob: Glob::new(text, GlobOptions { dot: true, ..options })?,
            of_texts: Glob::new(text, GlobOptions { never: &[], ..options })?,
            prunes: self.rule == Rule::Prune && names_last(text),
        })
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
        // `!(a|b)` is an extended group, except to npm and bun.
        let is_group = pattern.starts_with("!(") && !matches!(self.rule, Rule::Npm | Rule::Bun);
        let marks = if is_group { 0 } else { pattern.bytes().take_while(|&b| b == b'!').count() };
        let text = &pattern[marks..];
        let text = match self.rule {
            Rule::Npm => {
                let text = text.replace('\\', "/");
                text.strip_prefix("./").unwrap_or(&text).trim_start_matches('/').to_owned()
            }
            // pnpm looks for the manifest, so that something always follows.
            Rule::Subtract => format!("{text}/"),
            Rule::Bun | Rule::Prune | Rule::Each => text.to_owned(),
        };
        (text, marks % 2 == 1)
    }

    fn select(&self, context: &Context, text: &str, budget: &Budget) -> Result<Vec<RepoPath>, GlobError> {
        if text.starts_with('/') {
            return Err(GlobError::Outside);
        }
        if self.rule == Rule::Each && text.starts_with('!') {
            return Ok(Vec::new());
        }
        let found = Glob::new(text, self.rule.options())?.find(
            context.source(),
            self.base,
            EntryKind::Dir,
            budget,
        )?;
        // fast-glob walks from where the wildcards begin, and does not report where it starts.
        let start = text.strip_suffix("/**").filter(|start| self.rule == Rule::Prune && !is_wild(start));
        let start = start.and_then(|start| self.base.join(start));
        let members = found.into_iter().filter(|dir| Some(dir) != start.as_ref());
        Ok(members.filter(|dir| self.forms.file(context, dir).is_some()).collect())
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
        } else if is_wild(text) || text.contains('(') {
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
