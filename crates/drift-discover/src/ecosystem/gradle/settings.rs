//! [`Build`]: the projects that a settings file includes, with their directories.

mod children;
mod values;

use std::collections::{BTreeSet, HashMap};

use values::{camel, directory, from_root, names};

use super::blocks::Blocks;
use super::{BUILDS, SETTINGS, first_of, script};
use crate::context::Context;
use crate::ecosystem::script::{Kind, Script, Value};
use crate::path::RepoPath;

/// Most projects of one build.
const MAX_PROJECTS: usize = 20_000;

/// Deepest nesting of projects.
const MAX_DEPTH: usize = 100;

/// Settings plugins that include projects: Flutter's those of the Dart packages that an application uses.
const INCLUDING_PLUGINS: [&str; 1] = ["dev.flutter.flutter-plugin-loader"];

/// One build.
#[derive(Debug)]
pub(super) struct Build {
    pub(super) root: RepoPath,
    pub(super) settings: RepoPath,
    /// The first is the root.
    pub(super) projects: Vec<Entry>,
    /// By parent and name.
    children: HashMap<(usize, String), usize>,
    /// By what stands behind `projects.`.
    accessors: HashMap<String, usize>,
    /// `rootProject.name`, which an accessor may start with.
    root_name: Option<String>,
    /// Whether code includes projects as well, which are not listed.
    pub(super) has_unread: bool,
    /// `project.buildFileName = "${project.name}.gradle"`.
    named_build_files: bool,
    /// The scripts that the settings file applies, each read once.
    applied: BTreeSet<RepoPath>,
    /// The builds that `includeBuild` names, existing or not; they may hold plugins.
    pub(super) included: BTreeSet<RepoPath>,
}

/// One project.
#[derive(Debug)]
pub(super) struct Entry {
    name: String,
    parent: Option<usize>,
    /// `None` outside the repository or where there is no such directory.
    pub(super) dir: Option<RepoPath>,
    build_file: Option<String>,
    line: u32,
}

impl Build {
    /// Reads the settings file in `root`; reports what code computes. `builds` are the directories with build
    /// files, to tell a build of one project from one whose projects cannot be read.
    pub(super) fn read(context: &Context, root: &RepoPath, builds: &BTreeSet<RepoPath>) -> Option<Build> {
        let settings = first_of(context, root, &SETTINGS)?;
        let script = script(context, &settings)?;
        let top =
            Entry { name: String::new(), parent: None, dir: Some(root.clone()), build_file: None, line: 1 };
        let mut build = Build {
            root: root.clone(),
            settings,
            projects: vec![top],
            children: HashMap::new(),
            accessors: HashMap::new(),
            root_name: None,
            has_unread: false,
            named_build_files: false,
            applied: BTreeSet::new(),
            included: BTreeSet::new(),
        };
        let problems = build.run(context, &script);
        build.check(context, builds, problems);
        for at in 1..build.projects.len() {
            let parts: Vec<String> = build.path_of(at).split(':').skip(1).map(camel).collect();
            build.accessors.entry(parts.join(".")).or_insert(at);
        }
        Some(build)
    }

    /// Reads the statements in order; whether any was computed.
    fn run(&mut self, context: &Context, script: &Script) -> bool {
        let mut blocks = Blocks::default();
        let mut computed = false;
        let mut children_until = 0;
        let settings = self.settings.clone();
        let mut at = 0;
        while at < script.tokens.len() {
            blocks.note(script, at);
            let line = script.line(at);
            let own = at == 0
                || !script.is_sign(at - 1, '.')
                || script.word(at.saturating_sub(2)) == Some("settings");
            if at >= children_until {
                children_until = self.each_child(context, script, at);
            }
            let declares = at > 0 && matches!(script.word(at - 1), Some("fun" | "def" | "void"));
            match script.word(at) {
                Some(word @ ("include" | "includeFlat")) if own && !declares && !selects_files(&blocks) => {
                    let (args, end) = script.call(at + 1);
                    for value in &args.positional {
                        match names(value) {
                            Some(names) if !names.is_empty() => {
                                names.iter().for_each(|name| self.include(word, name, line));
                            }
                            _ => {
                                computed = true;
                                self.has_unread = true;
                                let message = "a project is included by code here; it is not listed".into();
                                context.problem(&settings, Some(line), "include.computed", message);
                            }
                        }
                    }
                    if !args.positional.is_empty() && blocks.heads().iter().any(|head| head.first() == "if") {
                        let message =
                            "projects are included on a condition here; they are listed as if it held";
                        context.problem(&settings, Some(line), "include.conditional", message.into());
                    }
                    at = end.max(at + 1);
                    continue;
                }
                Some("includeBuild") if own && !declares => {
                    let (args, end) = script.call(at + 1);
                    let value = args.positional.first();
                    let dir = value.and_then(|value| directory(script, at + 1, value));
                    let dir = dir.and_then(|dir| self.root.join(dir.replace('\\', "/")));
                    self.included.extend(dir);
                    // What stands in a block behind it is read too.
                    at = end.max(at + 1);
                    continue;
                }
                Some("project") if own => {
                    // `project(":x").name = `, piece by piece: a call is not read again for each call in it.
                    let sign = |offset, sign| script.is_sign(at + offset, sign);
                    let named = sign(1, '(') && sign(3, ')') && sign(4, '.');
                    let assigned = sign(6, '=') && !sign(7, '=');
                    let path = script.text(at + 2).map(|path| self.absolute(0, path));
                    match script.word(at + 5) {
                        Some(property) if named && assigned => {
                            at = self.assign(context, script, path, property, at + 7);
                        }
                        _ => at += 1,
                    }
                }
                Some("apply") if own => {
                    let (args, end) = script.call(at + 1);
                    if let Some(value) = args.get("from") {
                        computed |= self.apply(context, script, at, value);
                    }
                    at = end.max(at + 1);
                }
                Some("buildFileName") => {
                    // Set for each project, from its name: a common custom of large builds.
                    let named = (at..at + 6).any(|at| {
                        matches!(script.kind(at), Some(Kind::Computed(text))
                            if text.contains("name") && (text.ends_with("}.gradle") || text.ends_with("}.gradle.kts")))
                    });
                    self.named_build_files |= named;
                    at += 1;
                }
                Some("rootProject") if own && script.word(at + 2) == Some("name") => {
                    let is_set = script.is_sign(at + 1, '.') && script.is_sign(at + 3, '=');
                    if let Some(name) = script.text(at + 4).filter(|_| is_set) {
                        self.root_name = Some(name.to_owned());
                    }
                    at += 3;
                }
                Some("id") if blocks.within("plugins") => {
                    let name = script.text(at + 1 + usize::from(script.is_sign(at + 1, '(')));
                    self.has_unread |= name.is_some_and(|name| INCLUDING_PLUGINS.contains(&name));
                    at += 1;
                }
                _ => at += 1,
            }
        }
        script.finish(context, &settings);
        computed
    }

    /// Reads the script that `apply from: …` at `at` names as a part of this one; whether anything in it was
    /// computed. What is fetched from elsewhere, or is no script of the repository, includes no project of it
    /// that could be listed.
    fn apply(&mut self, context: &Context, script: &Script, at: usize, value: &Value) -> bool {
        let computed = || (at..at + 8).find_map(|at| from_root(script, at));
        let named = directory(script, at, value).or_else(computed).and_then(|name| self.root.join(name));
        if named.as_ref().is_some_and(|path| !self.applied.insert(path.clone())) {
            return false;
        }
        let read = |path: &RepoPath| {
            context.input(path);
            if context.is_file(path) { super::script(context, path) } else { None }
        };
        let Some((path, applied)) = named.and_then(|path| Some((path.clone(), read(&path)?))) else {
            self.has_unread = true;
            return false;
        };
        let settings = std::mem::replace(&mut self.settings, path);
        let problems = self.run(context, &applied);
        self.settings = settings;
        problems
    }

    /// `project(":x").projectDir = …`, `.name = …`, `.buildFileName = …`; the position behind it.
    fn assign(
        &mut self,
        context: &Context,
        script: &Script,
        path: Option<String>,
        property: &str,
        at: usize,
    ) -> usize {
        // Groovy's `new File(…)`.
        let at = at + usize::from(script.word(at) == Some("new"));
        let (value, end) = script.value(at);
        let Some(project) = path.as_deref().and_then(|path| self.by_path(path)) else { return end };
        let text = value.text().map(str::to_owned);
        match (property, text) {
            ("name", None) => {
                let message = format!(
                    "the name of `{}` is computed here; it keeps that of its directory",
                    self.path_of(project)
                );
                context.problem(&self.settings, Some(script.line(at)), "include.computed", message);
            }
            ("name", Some(name)) => {
                let parent = self.projects[project].parent.unwrap_or_default();
                let known = std::mem::replace(&mut self.projects[project].name, name.clone());
                self.children.remove(&(parent, known));
                self.children.insert((parent, name), project);
            }
            ("buildFileName", Some(name)) => self.projects[project].build_file = Some(name),
            ("projectDir", _) => match directory(script, at, &value) {
                Some(dir) => self.projects[project].dir = self.root.join(dir.replace('\\', "/")),
                None => {
                    self.projects[project].dir = None;
                    let message = format!(
                        "the directory of `{}` is computed here; it is not listed",
                        self.path_of(project)
                    );
                    context.problem(&self.settings, Some(script.line(at)), "include.computed", message);
                }
            },
            _ => {}
        }
        end.max(at)
    }

    fn include(&mut self, word: &str, name: &str, line: u32) {
        if word == "includeFlat" {
            // A directory beside the root.
            let dir = self.root.parent().and_then(|above| above.join(name));
            self.add(0, name, dir, line);
            return;
        }
        let mut at = 0;
        for part in name.split(':').filter(|part| !part.is_empty()).take(MAX_DEPTH) {
            let below = self.children.get(&(at, part.to_owned())).copied();
            at = match below {
                Some(known) => known,
                None => {
                    let dir = self.projects[at].dir.as_ref().and_then(|dir| dir.join(part));
                    self.add(at, part, dir, line)
                }
            };
        }
    }

    fn add(&mut self, parent: usize, name: &str, dir: Option<RepoPath>, line: u32) -> usize {
        if self.projects.len() >= MAX_PROJECTS {
            return parent;
        }
        let entry = Entry { name: name.to_owned(), parent: Some(parent), dir, build_file: None, line };
        self.projects.push(entry);
        let at = self.projects.len() - 1;
        self.children.insert((parent, name.to_owned()), at);
        at
    }

    /// Reports projects without a directory, and a build whose projects no statement names.
    fn check(&mut self, context: &Context, builds: &BTreeSet<RepoPath>, computed: bool) {
        for at in 1..self.projects.len() {
            let path = self.path_of(at);
            let entry = &mut self.projects[at];
            let Some(dir) = entry.dir.clone() else { continue };
            if !context.source().is_dir(&dir) {
                context.input(&dir);
                entry.dir = None;
                let message = format!("the project `{path}` is to be at `{dir}`, which is no directory");
                context.problem(&self.settings, Some(entry.line), "member.missing", message);
            }
        }
        if self.projects.len() == 1 && !computed {
            // `buildSrc` is always a build of its own.
            let own = |dir: &&RepoPath| {
                **dir != self.root
                    && dir.starts_with(&self.root)
                    && dir.ancestors().take_while(|at| *at != self.root).all(|at| {
                        at.file_name() != b"buildSrc"
                            && !SETTINGS
                                .iter()
                                .any(|name| at.join(name).is_some_and(|path| context.is_file(&path)))
                    })
            };
            if let Some(dir) = builds.iter().find(own) {
                let message = format!(
                    "includes no project that drift can read, but `{dir}` has a build file; a plugin may include it"
                );
                context.problem(&self.settings, None, "include.computed", message);
            }
        }
    }

    /// The path of a project in the build: `:a:b`.
    pub(super) fn path_of(&self, at: usize) -> String {
        let chain: Vec<&str> = std::iter::successors(Some(at), |&at| self.projects[at].parent)
            .map(|at| self.projects[at].name.as_str())
            .filter(|name| !name.is_empty())
            .collect();
        let mut path: String = chain.iter().rev().map(|name| format!(":{name}")).collect();
        if path.is_empty() {
            path.push(':');
        }
        path
    }

    /// The project above the project `at`.
    pub(super) fn parent_of(&self, at: usize) -> Option<usize> {
        self.projects[at].parent
    }

    /// `path` as the build file of the project `at` means it.
    pub(super) fn absolute(&self, at: usize, path: &str) -> String {
        if path.starts_with(':') {
            return path.to_owned();
        }
        match at {
            0 => format!(":{path}"),
            _ => format!("{}:{path}", self.path_of(at)),
        }
    }

    /// The project with this path.
    pub(super) fn by_path(&self, path: &str) -> Option<usize> {
        let mut parts = path.split(':').filter(|part| !part.is_empty());
        parts.try_fold(0, |at, part| self.children.get(&(at, part.to_owned())).copied())
    }

    /// The project that a type-safe accessor names: `projects.fooBar.core`, also behind the name of the root.
    pub(super) fn by_accessor(&self, accessor: &str) -> Option<usize> {
        let from_root = || {
            let rest = accessor.strip_prefix(camel(self.root_name.as_ref()?).as_str())?;
            match rest.strip_prefix('.') {
                Some(rest) => self.accessors.get(rest).copied(),
                None => rest.is_empty().then_some(0),
            }
        };
        self.accessors.get(accessor).copied().or_else(from_root)
    }

    /// The build file of the project `at`.
    pub(super) fn build_file(&self, context: &Context, at: usize) -> Option<RepoPath> {
        let entry = &self.projects[at];
        let dir = entry.dir.as_ref()?;
        if let Some(name) = &entry.build_file {
            return first_of(context, dir, &[name]);
        }
        let plain = first_of(context, dir, &BUILDS);
        if plain.is_some() || !self.named_build_files {
            return plain;
        }
        let name = &entry.name;
        first_of(context, dir, &[&format!("{name}.gradle.kts"), &format!("{name}.gradle")])
    }
}

/// Whether `include` here selects files, not projects.
fn selects_files(blocks: &Blocks) -> bool {
    ["fileTree", "files", "copy", "content", "filter", "exclusiveContent"]
        .iter()
        .any(|word| blocks.within(word))
}
