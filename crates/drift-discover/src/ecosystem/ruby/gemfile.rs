//! [`Gemfile`]: the literal statements of a `Gemfile`, and the gems of the repository that they name.

use std::collections::BTreeSet;

use super::{Dependency, GEMSPEC, path_of, requirement};
use crate::context::{Context, MAX_NESTING};
use crate::ecosystem::script::{Args, Language, Script, Value};
use crate::glob::{Budget, Glob, GlobError, GlobOptions};
use crate::graph::EdgeKind;
use crate::path::RepoPath;
use crate::source::EntryKind;

/// Where bundler looks for gemspecs below a path.
const BELOW: &str = "{,*,*/*}.gemspec";
/// The dialect of Ruby's `Dir.glob`.
const GLOBS: GlobOptions =
    GlobOptions { dot: false, braces: true, extended: false, escapes: true, picomatch: false, never: &[] };

/// One `Gemfile` or `gems.rb`.
#[derive(Debug, Default)]
pub(super) struct Gemfile {
    pub(super) path: RepoPath,
    pub(super) gems: Vec<Entry>,
    /// The directories that it takes gems from, relative to its own, and where to look below them.
    sources: Vec<Source>,
}

/// A `gem` statement.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) dependency: Dependency,
    /// It is to come from a directory.
    pub(super) path: Option<String>,
}

#[derive(Debug)]
struct Source {
    dir: String,
    glob: String,
    line: u32,
}

/// What a block is for.
#[derive(Clone, Debug)]
enum Block {
    Path(Option<String>),
    Group(Vec<String>),
    Other,
}

impl Gemfile {
    /// Reads the Gemfile at `path`; `None` if it is absent or, with a problem reported, unreadable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Gemfile> {
        let script = Script::read(context, path, Language::Ruby)?;
        let mut gemfile = Gemfile { path: path.clone(), ..Gemfile::default() };
        let mut blocks = Open::default();
        let mut at = 0;
        while at < script.tokens.len() {
            let start = at == 0
                || matches!(script.kind(at - 1), Some(crate::ecosystem::script::Kind::Newline))
                || script.is_sign(at - 1, ';');
            let Some(word) = script.word(at) else {
                at += 1;
                continue;
            };
            match word {
                "gem" | "gemspec" if start => {
                    let (args, end) = script.call(at + 1);
                    gemfile.add(context, &args, script.line(at), word == "gemspec", &blocks.known);
                    at = end.max(at + 1);
                }
                "path" | "group" | "source" | "git" | "platforms" | "platform" | "install_if" if start => {
                    let (args, end) = script.call(at + 1);
                    if script.word(end) == Some("do") {
                        blocks.push(Block::of(word, &args));
                        at = end + 1;
                    } else {
                        at = end.max(at + 1);
                    }
                }
                "do" => {
                    blocks.push(Block::Other);
                    at += 1;
                }
                "if" | "unless" | "case" | "begin" | "def" | "while" if start => {
                    blocks.push(Block::Other);
                    at += 1;
                }
                "end" => {
                    blocks.pop();
                    at += 1;
                }
                _ => at += 1,
            }
        }
        script.finish(context, path);
        Some(gemfile)
    }

    fn add(&mut self, context: &Context, args: &Args, line: u32, gemspec: bool, blocks: &[Block]) {
        let report = |what: &str| {
            let message = format!("{what} is computed here; it is not recorded");
            context.problem(&self.path, Some(line), "dependency.computed", message);
        };
        let own = args.get("path").map(|value| path_of(value).map(str::to_owned));
        let around = || {
            blocks.iter().rev().find_map(|block| match block {
                Block::Path(path) => Some(path.clone()),
                _ => None,
            })
        };
        let path = match own.or_else(around) {
            Some(Some(path)) => Some(path),
            Some(None) => return report("the path of a gem"),
            None => None,
        };
        let glob = args.text("glob").unwrap_or(BELOW).to_owned();
        if gemspec {
            self.sources.push(Source { dir: path.unwrap_or_default(), glob, line });
            return;
        }
        let Some(name) = args.text_at(0) else { return report("a gem") };
        if let Some(path) = &path {
            self.sources.push(Source { dir: path.clone(), glob, line });
        }
        let named = args.get("group").or_else(|| args.get("groups")).map(groups);
        let around = || {
            blocks.iter().rev().find_map(|block| match block {
                Block::Group(groups) => Some(groups.clone()),
                _ => None,
            })
        };
        let groups = named.or_else(around).unwrap_or_default();
        let dev = !groups.is_empty() && groups.iter().all(|group| group == "development" || group == "test");
        let kind = if dev { EdgeKind::Dev } else { EdgeKind::Normal };
        let requirement = requirement(&args.positional[1..]);
        let dependency = Dependency { name: name.to_owned(), kind, requirement };
        self.gems.push(Entry { dependency, path });
    }
}

/// The blocks that are open, from the outermost in; what is nested too deep to be told apart is counted.
#[derive(Default)]
struct Open {
    known: Vec<Block>,
    deeper: usize,
}

impl Open {
    fn push(&mut self, block: Block) {
        if self.known.len() < MAX_NESTING { self.known.push(block) } else { self.deeper += 1 }
    }

    fn pop(&mut self) {
        match self.deeper {
            0 => drop(self.known.pop()),
            _ => self.deeper -= 1,
        }
    }
}

impl Block {
    fn of(word: &str, args: &Args) -> Block {
        match word {
            "path" => Block::Path(args.positional.first().and_then(path_of).map(str::to_owned)),
            "group" => Block::Group(args.positional.iter().flat_map(groups).collect()),
            _ => Block::Other,
        }
    }
}

fn groups(value: &Value) -> Vec<String> {
    match value {
        Value::Symbol(name) | Value::Text(name) => vec![name.clone()],
        Value::List(args) => args.positional.iter().flat_map(groups).collect(),
        _ => Vec::new(),
    }
}

/// The gemspecs that the Gemfile in `dir` takes gems from.
pub(super) fn gems(context: &Context, dir: &RepoPath, gemfile: &Gemfile) -> BTreeSet<RepoPath> {
    let mut found = BTreeSet::new();
    let budget = Budget::default();
    for source in &gemfile.sources {
        let report = |code, message| context.problem(&gemfile.path, Some(source.line), code, message);
        // A path that leaves the repository is somebody else's project.
        let Some(base) = dir.join(&source.dir) else { continue };
        if !context.source().is_dir(&base) {
            context.input(&base);
            report("dependency.missing", format!("the path `{}` is no directory; correct it", source.dir));
            continue;
        }
        let specs: BTreeSet<RepoPath> = (patterns(&source.glob).into_iter())
            .map(|pattern| {
                Glob::new(&pattern, GLOBS)?.find(context.source(), &base, EntryKind::File, &budget)
            })
            .filter_map(|found| match found {
                Err(error) if error != GlobError::Outside => {
                    report("dependency.pattern", format!("pattern `{}` {error}", source.glob));
                    None
                }
                found => found.ok(),
            })
            .flatten()
            .filter(|path| path.file_name().ends_with(GEMSPEC.as_bytes()))
            .collect();
        found.extend(specs);
    }
    found
}

/// `{,*,*/*}.gemspec` names hidden files too in its first form: a gemspec has a name.
fn patterns(glob: &str) -> Vec<String> {
    match glob {
        BELOW => ["*.gemspec", "*/*.gemspec"].map(str::to_owned).to_vec(),
        other => vec![other.to_owned()],
    }
}
