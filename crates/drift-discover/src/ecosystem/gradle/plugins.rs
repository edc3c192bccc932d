//! [`Plugins`]: the convention plugins that the repository itself holds, by the build that can apply them.
//!
//! A precompiled script plugin is a file `src/main/{groovy,kotlin}/NAME.gradle(.kts)` of `buildSrc` or of an included
//! build, and reads like a build file. A plugin that is a class is a program: if it declares dependencies on projects,
//! that is a problem. A plugin that the repository does not define declares none of its projects.

use std::collections::{BTreeMap, BTreeSet};

use super::applied::What;
use super::blocks::Blocks;
use super::build::BuildFile;
use super::settings::Build;
use crate::context::{Context, MAX_MANIFEST_BYTES};
use crate::ecosystem::script::{Kind, Language, Script};
use crate::path::RepoPath;
use crate::source::EntryKind;

/// Where the sources of plugins lie.
const SOURCES: [&str; 3] = ["src/main/groovy", "src/main/kotlin", "src/main/java"];
/// The plugins that make a project one of plugins.
const MAKERS: [&str; 5] = [
    "kotlin-dsl",
    "org.gradle.kotlin.kotlin-dsl",
    "groovy-gradle-plugin",
    "java-gradle-plugin",
    "org.gradle.java-gradle-plugin",
];
/// Most directories of sources that are listed, of all builds, and how deep they are nested.
const MAX_DIRS: usize = 20_000;
const MAX_DEPTH: usize = 30;

/// The script plugins of each build, by id.
#[derive(Debug, Default)]
pub(super) struct Plugins {
    of_build: Vec<BTreeMap<String, RepoPath>>,
}

/// What is needed to find plugins.
struct Search<'a> {
    context: &'a Context<'a>,
    builds: &'a [Build],
    read: &'a BTreeMap<RepoPath, (RepoPath, BuildFile)>,
    /// How many directories may still be listed.
    left: usize,
    /// The script plugins of each build that holds plugins, by its root.
    known: BTreeMap<RepoPath, BTreeMap<String, RepoPath>>,
}

impl Plugins {
    /// Finds them; reports the classes among them that declare dependencies on projects.
    pub(super) fn find(
        context: &Context,
        builds: &[Build],
        read: &BTreeMap<RepoPath, (RepoPath, BuildFile)>,
    ) -> Plugins {
        let mut search = Search { context, builds, read, left: MAX_DIRS, known: BTreeMap::new() };
        Plugins { of_build: builds.iter().map(|build| search.reachable(build)).collect() }
    }

    /// The script that is the plugin `id` for the build at `build`.
    pub(super) fn script(&self, build: usize, id: &str) -> Option<&RepoPath> {
        self.of_build[build].get(id)
    }

    /// All scripts that are plugins for the build at `build`.
    pub(super) fn scripts(&self, build: usize) -> impl Iterator<Item = &RepoPath> {
        self.of_build[build].values()
    }
}

impl Search<'_> {
    /// The script plugins of the `buildSrc` of `build`, of the builds that it includes, and of those they include.
    fn reachable(&mut self, build: &Build) -> BTreeMap<String, RepoPath> {
        let mut todo = homes(build);
        let mut seen = BTreeSet::from([build.root.clone()]);
        let mut found = BTreeMap::new();
        while let Some(root) = todo.pop() {
            if !seen.insert(root.clone()) {
                continue;
            }
            self.context.input(&root);
            if !self.context.source().is_dir(&root) {
                continue;
            }
            let own = self.builds.iter().find(|build| build.root == root);
            todo.extend(own.into_iter().flat_map(homes));
            for (id, script) in self.of_home(&root) {
                // `buildSrc`, which comes first, wins.
                found.entry(id).or_insert(script);
            }
        }
        found
    }

    /// The script plugins of the build at `root`.
    fn of_home(&mut self, root: &RepoPath) -> BTreeMap<String, RepoPath> {
        if let Some(known) = self.known.get(root) {
            return known.clone();
        }
        let build = self.builds.iter().find(|build| build.root == *root);
        let dirs: Vec<RepoPath> = match build {
            Some(build) => build.projects.iter().filter_map(|entry| entry.dir.clone()).collect(),
            None => vec![root.clone()],
        };
        let mut found = BTreeMap::new();
        for dir in dirs {
            let makes = |(_, file): &(RepoPath, BuildFile)| {
                let makes = |what: &What| matches!(what, What::Plugin(id) if MAKERS.contains(&id.as_str()));
                file.applied.iter().any(|(_, applied)| makes(&applied.what))
            };
            let is_home = root.file_name() == b"buildSrc" || self.read.get(&dir).is_some_and(makes);
            // A project that is one of plugins by way of another plugin shows it by scripts at the top.
            let depth = if is_home { MAX_DEPTH } else { 1 };
            for source in SOURCES.iter().filter_map(|source| dir.join(source)) {
                self.sources(&source, depth, &mut found);
            }
        }
        self.known.insert(root.clone(), found.clone());
        found
    }

    fn sources(&mut self, dir: &RepoPath, depth: usize, found: &mut BTreeMap<String, RepoPath>) {
        if depth == 0 || self.left == 0 || !self.context.source().is_dir(dir) {
            return;
        }
        self.left -= 1;
        for entry in self.context.source().list(dir).iter() {
            let Some(path) = dir.join(&*entry.name) else { continue };
            let Ok(name) = std::str::from_utf8(&entry.name) else { continue };
            match entry.kind {
                EntryKind::Dir if !self.context.source().is_symlink(&path) => {
                    self.sources(&path, depth - 1, found);
                }
                EntryKind::Dir => {}
                EntryKind::File => match plugin_name(name) {
                    Some(name) => {
                        let id = self.id(&path, name);
                        found.entry(id).or_insert(path);
                    }
                    None => report_class(self.context, &path, name),
                },
            }
        }
    }

    /// The id of the script plugin at `path`: its name behind its package.
    fn id(&self, path: &RepoPath, name: &str) -> String {
        let package = || -> Option<String> {
            let bytes = self.context.source().read(path, MAX_MANIFEST_BYTES).ok()?;
            let text = String::from_utf8_lossy(&bytes);
            let named = text.lines().find_map(|line| line.trim().strip_prefix("package "))?;
            Some(named.trim().trim_end_matches(';').to_owned())
        };
        match package() {
            Some(package) => format!("{package}.{name}"),
            None => name.to_owned(),
        }
    }
}

/// The builds beside `build` that can hold its plugins; the last comes first.
fn homes(build: &Build) -> Vec<RepoPath> {
    build.included.iter().rev().cloned().chain(build.root.join("buildSrc")).collect()
}

/// The name of the script plugin for projects that a file is.
fn plugin_name(file: &str) -> Option<&str> {
    let name = file.strip_suffix(".gradle.kts").or_else(|| file.strip_suffix(".gradle"))?;
    // Those of settings and of Gradle itself.
    (!name.ends_with(".settings") && !name.ends_with(".init")).then_some(name)
}

/// Reports the first dependency on a project that the class at `path` declares.
fn report_class(context: &Context, path: &RepoPath, name: &str) {
    let language = match name.rsplit_once('.') {
        Some((_, "kt")) => Language::Kotlin,
        Some((_, "groovy" | "java")) => Language::Groovy,
        _ => return,
    };
    let Ok(bytes) = context.source().read(path, MAX_MANIFEST_BYTES) else { return };
    let text = String::from_utf8_lossy(&bytes);
    if !text.contains("project(") || !text.to_ascii_lowercase().contains("dependencies") {
        return;
    }
    let Some(script) = Script::new(language, &text) else { return };
    let mut blocks = Blocks::default();
    for at in 0..script.tokens.len() {
        blocks.note(&script, at);
        let calls = script.word(at) == Some("project") && script.is_sign(at + 1, '(');
        if !calls || script.is_sign(at + 2, ')') {
            continue;
        }
        let declares = blocks.heads().last().is_some_and(|head| head.last() == "dependencies");
        if declares || adds(&script, at) {
            let message = "a plugin declares a dependency on a project by code here; it is not recorded for the \
                           projects that apply the plugin: declare it in their build files or in a script plugin";
            context.problem(path, Some(script.line(at)), "dependency.computed", message.into());
            return;
        }
    }
}

/// Whether the statement of the piece at `at` is `dependencies.add(…)`.
fn adds(script: &Script, at: usize) -> bool {
    let is_end = |at: &usize| matches!(script.kind(*at), Some(Kind::Newline | Kind::Sign(';' | '{' | '}')));
    let statement = (at.saturating_sub(30)..at).rev().take_while(|at| !is_end(at));
    let is_add = |at: usize| script.word(at) == Some("add") && script.is_sign(at.wrapping_sub(1), '.');
    statement.into_iter().any(is_add)
}
