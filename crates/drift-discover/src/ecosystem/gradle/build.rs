//! [`BuildFile`]: the dependencies that a build file declares, and for which projects.

use super::applied::{self, Applied};
use super::blocks::{Blocks, Head};
use super::catalog::Catalog;
use super::script;
use crate::context::Context;
use crate::ecosystem::script::{Kind, Script};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;

/// One build file.
#[derive(Debug, Default)]
pub(super) struct BuildFile {
    pub(super) version: Option<String>,
    pub(super) projects: Vec<(Target, Reference)>,
    pub(super) external: Vec<(Target, External)>,
    /// `None` where code selects the projects.
    pub(super) applied: Vec<(Option<Target>, Applied)>,
}

/// The projects that a statement is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Own,
    /// `project(":x") { … }`.
    Project(String),
    /// `subprojects { … }`.
    Below,
    /// `allprojects { … }`.
    All,
}

/// A dependency on a project.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) path: String,
    /// What stands behind `projects.`.
    pub(super) accessor: Option<String>,
    pub(super) kind: EdgeKind,
    pub(super) line: u32,
}

/// A dependency on something else.
#[derive(Clone, Debug)]
pub(super) enum External {
    Module(ExternalDependency),
    /// What stands behind `libs.`.
    Alias(String, EdgeKind),
}

impl External {
    /// With the names and versions of `catalog`; nothing if it does not have them.
    pub(super) fn resolve(&self, catalog: &Catalog) -> Vec<ExternalDependency> {
        match self {
            External::Module(module) => vec![module.clone()],
            External::Alias(alias, kind) => catalog.get(alias, *kind),
        }
    }
}

impl BuildFile {
    /// Whether a statement of its own is for other projects than the one whose file it is.
    pub(super) fn speaks_for_others(&self) -> bool {
        let of_projects = self.projects.iter().map(|(target, _)| target);
        let of_external = self.external.iter().map(|(target, _)| target);
        of_projects.chain(of_external).any(|target| *target != Target::Own)
            || self.applied.iter().any(|(target, _)| *target != Some(Target::Own))
    }

    /// Reads the build file at `path`; `None` if it is absent or, with a problem reported, unreadable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<BuildFile> {
        let script = script(context, path)?;
        let mut file = BuildFile::default();
        let mut blocks = Blocks::default();
        let mut at = 0;
        while at < script.tokens.len() {
            blocks.note(&script, at);
            if blocks.is_top()
                && script.word(at) == Some("version")
                && !(at > 0 && script.is_sign(at - 1, '.'))
            {
                let value = at + 1 + usize::from(script.is_sign(at + 1, '='));
                file.version = script.text(value).map(str::to_owned).or(file.version);
            }
            let depends = blocks.heads().iter().rposition(|head| head.last() == "dependencies");
            let plugins = blocks.heads().last().is_some_and(|head| head.first() == "plugins");
            let applied = match depends {
                _ if plugins => applied::plugin_request(&script, at),
                Some(_) => None,
                None => applied::statement(&script, at, &blocks),
            };
            file.applied.extend(applied.map(|applied| (target(blocks.heads()), applied)));
            at = match depends {
                _ if plugins => file.plugin(&script, at),
                Some(block) if !blocks.within("dependencyManagement") => {
                    file.dependency(context, path, &script, at, &blocks.heads()[..=block], blocks.heads())
                }
                _ => at + 1,
            };
        }
        script.finish(context, path);
        Some(file)
    }

    /// Reads the piece at `at` of a `dependencies` block; the position to go on from.
    fn dependency(
        &mut self,
        context: &Context,
        path: &RepoPath,
        script: &Script,
        at: usize,
        around: &[Head],
        within: &[Head],
    ) -> usize {
        // `dependencies.project(…)` and, with a path from the root, `rootProject.project(…)` are `project(…)`.
        let same = |word: &str| matches!(word, "dependencies" | "rootProject");
        let behind_dot = at > 1 && script.is_sign(at - 1, '.') && !script.word(at - 2).is_some_and(same);
        let line = script.line(at);
        let report = |what: &str| {
            let message = format!("{what} here; it is not recorded");
            context.problem(path, Some(line), "dependency.computed", message);
        };
        let kind = || kind(script, at, within);
        match script.kind(at) {
            Some(Kind::Word(word)) if word == "project" && script.is_sign(at + 1, '(') && !behind_dot => {
                let (args, end) = script.call(at + 1);
                let target = target(around);
                let mapped = || mapped(script, at + 2);
                match (args.text_at(0).or_else(|| args.text("path")).or_else(mapped), target) {
                    (Some(to), Some(target)) => {
                        let reference = Reference { path: to.into(), accessor: None, kind: kind(), line };
                        self.projects.push((target, reference));
                    }
                    (None, _) => report("a dependency on a project is computed"),
                    (_, None) => report("code selects the projects that depend on another"),
                }
                end.max(at + 1)
            }
            Some(Kind::Word(word)) if word == "projects" && script.is_sign(at + 1, '.') && !behind_dot => {
                let (accessor, end) = chain(script, at + 1);
                let accessor = accessor.trim_end_matches(".dependencyProject").trim_end_matches(".path");
                match target(around) {
                    Some(target) => {
                        let accessor = Some(accessor.to_owned());
                        let reference = Reference { path: String::new(), accessor, kind: kind(), line };
                        self.projects.push((target, reference));
                    }
                    None => report("code selects the projects that depend on another"),
                }
                end
            }
            Some(Kind::Word(word)) if word == "libs" && script.is_sign(at + 1, '.') && !behind_dot => {
                let (alias, end) = chain(script, at + 1);
                if let Some(target) = target(around) {
                    let alias = alias.trim_end_matches(".get");
                    self.external.push((target, External::Alias(alias.to_owned(), kind())));
                }
                end
            }
            Some(Kind::Text(text) | Kind::Computed(text)) => {
                // `exclude`, maps and the name of a configuration hold no coordinates with a colon.
                if let (Some(module), Some(target)) = (module(text), target(around)) {
                    let dependency = ExternalDependency { kind: kind(), ..module };
                    self.external.push((target, External::Module(dependency)));
                }
                at + 1
            }
            _ => at + 1,
        }
    }

    /// `id("x") version "1"` and `alias(libs.plugins.x)`.
    fn plugin(&mut self, script: &Script, at: usize) -> usize {
        match script.word(at) {
            Some("id") => {
                let name = at + 1 + usize::from(script.is_sign(at + 1, '('));
                let Some(id) = script.text(name) else { return at + 1 };
                let behind = name + 1 + usize::from(script.is_sign(name + 1, ')'));
                let version = if script.word(behind) == Some("version") {
                    script.text(behind + 1 + usize::from(script.is_sign(behind + 1, '(')))
                } else {
                    None
                };
                let plugin = ExternalDependency {
                    name: id.to_owned(),
                    kind: EdgeKind::Plugin,
                    requirement: version.unwrap_or_default().to_owned(),
                };
                self.external.push((Target::Own, External::Module(plugin)));
                behind
            }
            Some("libs") if script.is_sign(at + 1, '.') => {
                let (alias, end) = chain(script, at + 1);
                self.external.push((Target::Own, External::Alias(alias, EdgeKind::Plugin)));
                end
            }
            _ => at + 1,
        }
    }
}

/// The path in Kotlin's `mapOf("path" to ":x")` at `at`.
fn mapped(script: &Script, at: usize) -> Option<&str> {
    let is_map = script.word(at) == Some("mapOf") && script.is_sign(at + 1, '(');
    let is_path = |at: &usize| script.text(*at) == Some("path") && script.word(at + 1) == Some("to");
    // The other key is `configuration`.
    let key = [at + 2, at + 6].into_iter().find(is_path).filter(|_| is_map)?;
    script.text(key + 2)
}

/// The names behind dots from `at` on, and the position behind them.
pub(super) fn chain(script: &Script, mut at: usize) -> (String, usize) {
    let mut names = Vec::new();
    while script.is_sign(at, '.') {
        let Some(name) = script.word(at + 1) else { break };
        names.push(name);
        at += 2;
    }
    (names.join("."), at)
}

/// For which projects a statement in these blocks is; `None` if code selects them.
fn target(heads: &[Head]) -> Option<Target> {
    let mut target = Target::Own;
    for head in heads {
        match head.first() {
            "subprojects" if head.words.len() == 1 => target = Target::Below,
            "allprojects" if head.words.len() == 1 => target = Target::All,
            "project" if head.texts.len() == 1 => target = Target::Project(head.texts[0].clone()),
            "configure" if head.words.len() == 2 && head.has("project") && head.texts.len() == 1 => {
                target = Target::Project(head.texts[0].clone());
            }
            "configure" if head.words.len() == 2 && head.last() == "subprojects" => target = Target::Below,
            "configure" if head.words.len() == 2 && head.last() == "allprojects" => target = Target::All,
            "subprojects" | "allprojects" => return None,
            // `configure(javaProjects) { … }`; extensions are configured by type: `configure<Type>`.
            "configure"
                if head
                    .words
                    .iter()
                    .any(|word| word == "project" || word == "rootProject" || word.ends_with("rojects")) =>
            {
                return None;
            }
            _ => {}
        }
    }
    Some(target)
}

/// The kind that the configuration before the piece at `at`, or a block around it, stands for.
fn kind(script: &Script, at: usize, heads: &[Head]) -> EdgeKind {
    if heads.iter().any(|head| head.first() == "constraints") {
        return EdgeKind::Bom;
    }
    if heads.iter().any(|head| head.first() == "buildscript") {
        return EdgeKind::Build;
    }
    let configuration = configuration(script, at);
    if matches!(configuration, "kapt" | "ksp" | "annotationProcessor" | "classpath") {
        return EdgeKind::Build;
    }
    let is_test = |name: &str| name.starts_with("test") || name.contains("Test");
    let source_set = heads.iter().any(|head| head.words.iter().any(|word| is_test(word)));
    if is_test(configuration) || source_set { EdgeKind::Dev } else { EdgeKind::Normal }
}

/// The name of the configuration: the word that the statement starts with.
fn configuration(script: &Script, at: usize) -> &str {
    let mut start = at;
    while start > 0 && at - start < 20 {
        match script.kind(start - 1) {
            Some(Kind::Newline | Kind::Sign('{' | '}' | ';')) | None => break,
            _ => start -= 1,
        }
    }
    match script.kind(start) {
        Some(Kind::Word(word)) if word == "add" => {
            (start..at).find_map(|at| script.text(at)).unwrap_or_default()
        }
        Some(Kind::Word(word) | Kind::Text(word)) => word,
        _ => "",
    }
}

/// `group:name:version`; what is computed of the version stays as written.
fn module(text: &str) -> Option<ExternalDependency> {
    let mut parts = text.splitn(3, ':');
    let (group, name) = (parts.next()?, parts.next()?);
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    if !plain(group) || !plain(name) {
        return None;
    }
    let requirement = parts.next().unwrap_or_default().to_owned();
    Some(ExternalDependency { name: format!("{group}:{name}"), kind: EdgeKind::Normal, requirement })
}
