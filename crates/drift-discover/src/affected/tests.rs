use super::{AffectedInput, Reason, affected};
use crate::git::{ChangeKind, ChangedFile};
use crate::graph::{Ecosystem, Edge, EdgeKind, NativeWorkspace, Project, ProjectGraph, ProjectId};
use crate::path::RepoPath;
use crate::source::MemorySource;

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// `npm:a>npm:b>-peer>…`: one project for each line `id`, one edge for each `from -kind> to`.
fn graph(text: &str) -> ProjectGraph {
    let mut graph = ProjectGraph::default();
    graph.workspaces.push(NativeWorkspace {
        id: "npm:.".into(),
        root: RepoPath::root(),
        ecosystem: Ecosystem::of("npm"),
        manager: "npm".into(),
    });
    for line in text.split_whitespace() {
        let mut ends = line.split('>');
        let (from, to) = (ends.next().unwrap(), ends.next());
        if let Some(to) = to {
            let (from, kind) = from.split_once('-').unwrap();
            let kind = EdgeKind::ALL.iter().find(|(_, name)| *name == kind).unwrap().0;
            graph.edges.push(Edge { from: ProjectId(from.into()), to: ProjectId(to.into()), kind });
            continue;
        }
        let (ecosystem, dir) = from.split_once(':').unwrap();
        graph.projects.push(Project {
            id: ProjectId(from.into()),
            name: Some(dir.into()),
            version: None,
            ecosystem: Ecosystem(ecosystem.to_owned().into()),
            path: path(dir),
            manifest: path(dir).join("package.json").unwrap(),
            workspace: Some("npm:.".into()),
            private: false,
            languages: Vec::new(),
            frameworks: Vec::new(),
            external: Vec::new(),
        });
    }
    graph
}

fn changed(text: &str) -> Vec<ChangedFile> {
    let file = |word: &str| {
        let (letter, name) = word.split_at(1);
        let kind = match letter {
            "+" => ChangeKind::Added,
            "-" => ChangeKind::Deleted,
            _ => ChangeKind::Modified,
        };
        ChangedFile { path: path(name), kind }
    };
    text.split_whitespace().map(file).collect()
}

fn shown(reason: &Reason) -> String {
    match reason {
        Reason::File { path, .. } => path.to_string(),
        Reason::Global { path, pattern, named_by } => {
            format!(
                "{path} by {pattern}{}",
                named_by.as_ref().map(|file| format!(" of {file}")).unwrap_or_default()
            )
        }
        Reason::Lockfile { file, packages } => {
            format!("{file} {}", packages.iter().map(|change| &*change.name).collect::<Vec<_>>().join("+"))
        }
        Reason::WholeLockfile { file, because } => format!("{file}: {because}"),
        Reason::Deleted { project, kind } => format!("-{project} {}", kind.name()),
        Reason::Dependency { project, kind } => format!(">{project} {}", kind.name()),
    }
}

struct Case<'a> {
    graph: &'a str,
    base: Option<&'a str>,
    files: &'a str,
    before: &'a str,
    globals: &'a [&'a str],
    depth: Option<usize>,
}

const CASE: Case = Case { graph: "", base: None, files: "", before: "", globals: &[], depth: None };

#[track_caller]
fn check(case: &Case, changes: &str, expected: &[&str]) {
    let (head, before) = (MemorySource::fixture(case.files), MemorySource::fixture(case.before));
    let (now, then) = (graph(case.graph), case.base.map(graph));
    let globals: Vec<String> = case.globals.iter().map(|&pattern| pattern.to_owned()).collect();
    let input = AffectedInput {
        head: (&head, &now),
        base: then.as_ref().map(|then| (&before as &dyn crate::Source, then)),
        changed: &changed(changes),
        globals: &globals,
        depth: case.depth,
    };
    let (found, problems) = affected(&input);
    assert_eq!(problems, []);
    let line = |found: &super::Affected| {
        format!("{}: {}", found.project, found.reasons.iter().map(shown).collect::<Vec<_>>().join(", "))
    };
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), expected);
}

const CHAIN: &str = "npm:. npm:a npm:b npm:c npm:d cargo:a npm:b-dev>npm:a npm:c-normal>npm:b npm:d-peer>npm:a npm:.-normal>npm:d";

#[test]
fn owners_and_all_that_depends_on_them() {
    let case = Case { graph: CHAIN, ..CASE };
    let both = ["cargo:a: a/x", "npm:a: a/x", "npm:b: >npm:a dev", "npm:c: >npm:b normal"];
    check(&case, "~a/x", &both);
    check(&case, "+c/y ~c/x", &["npm:c: c/x, c/y"]);
    check(&case, "~x ~d/x", &["npm:.: x, >npm:d normal", "npm:d: d/x"]);
    check(&case, "", &[]);
    check(&Case { graph: "npm:a", ..CASE }, "~b/x ~x", &[]);
    check(&Case { depth: Some(0), ..case }, "~a/x", &both[..2]);
    check(&Case { depth: Some(1), ..case }, "~a/x", &both[..3]);
}

#[test]
fn cycles_end() {
    let case = Case { graph: "npm:a npm:b npm:a-dev>npm:b npm:b-normal>npm:a", ..CASE };
    check(&case, "~a/x", &["npm:a: a/x, >npm:b dev", "npm:b: >npm:a normal"]);
}

#[test]
fn a_submodule_touches_what_is_in_it() {
    let case = Case { graph: "npm:. npm:mod/a npm:mod/b npm:own", ..CASE };
    check(&case, "~mod", &["npm:mod/a: mod", "npm:mod/b: mod"]);
    check(&case, "~own/mod", &["npm:own: own/mod"]);
}

#[test]
fn a_deleted_project_touches_those_that_depended_on_it() {
    let base = "npm:. npm:a npm:b npm:c npm:d npm:b-normal>npm:a npm:d-peer>npm:a npm:c-dev>npm:b";
    let case = Case { graph: "npm:. npm:b npm:c npm:d npm:c-dev>npm:b", base: Some(base), ..CASE };
    let expected = ["npm:b: -npm:a normal", "npm:c: >npm:b dev"];
    check(&case, "-a/package.json -a/index.js", &expected);
    // Still there, and drift was told not to look.
    check(&case, "~a/index.js", &["npm:.: a/index.js"]);
    // Nothing is known of the base: its files fall to who owns the place now.
    check(&Case { base: None, ..case }, "-a/package.json", &["npm:.: a/package.json"]);
}

#[test]
fn a_file_deleted_from_a_project_that_stays_touches_it() {
    let case = Case { graph: "npm:. npm:a", base: Some("npm:. npm:a"), ..CASE };
    check(&case, "-a/x", &["npm:a: a/x"]);
}

#[test]
fn a_lock_file_touches_its_users_and_not_its_owner() {
    let lock = |version: &str| {
        format!(
            "//- /package-lock.json\n{{\"packages\": {{\"\": {{}}, \"a\": {{\"dependencies\": {{\"x\": \"*\"}}}}, \
             \"b\": {{}}, \"node_modules/x\": {{\"version\": \"{version}\"}}}}}}\n"
        )
    };
    let (now, then) = (lock("2"), lock("1"));
    let graph = "npm:. npm:a npm:b cargo:. npm:b-normal>npm:a";
    let case = Case { graph, base: Some(graph), files: &now, before: &then, ..CASE };
    check(&case, "~package-lock.json", &["npm:a: package-lock.json x", "npm:b: >npm:a normal"]);
    let why = "package-lock.json: the lock file at the base cannot be read: no revision to compare with";
    let each = [format!("npm:.: {why}"), format!("npm:a: {why}"), format!("npm:b: {why}, >npm:a normal")];
    check(&Case { base: None, ..case }, "~package-lock.json", &each.each_ref().map(String::as_str));
}

#[test]
fn global_patterns_count_in_order() {
    let case =
        Case { graph: "npm:a cargo:b", globals: &[".github/", "!.github/*.md", "**/*.lock.in"], ..CASE };
    let all = |path: &str, by: &str| [format!("cargo:b: {path} by {by}"), format!("npm:a: {path} by {by}")];
    check(
        &case,
        "~.github/workflows/ci.yml",
        &all(".github/workflows/ci.yml", ".github/").each_ref().map(String::as_str),
    );
    check(&case, "~x/y.lock.in", &all("x/y.lock.in", "**/*.lock.in").each_ref().map(String::as_str));
    check(&case, "~.github/a.md", &[]);
}

#[test]
fn turbo_and_nx_name_globals_of_their_own_projects() {
    let files = "//- /js/turbo.json\n{\"globalDependencies\": [\"!x.env.md\", \"*.env*\"], // c\n}\n\
                 //- /js/a/turbo.json\n{\"extends\": [\"//\"], \"globalDependencies\": [\"**\"]}\n\
                 //- /nx.json\n{\"namedInputs\": {\"sharedGlobals\": [\"{workspaceRoot}/babel.config.json\", \"more\", \
                 {\"runtime\": \"node -v\"}, \"{projectRoot}/x\"], \"more\": [{\"fileset\": \"{workspaceRoot}/ci/**\"}, \"sharedGlobals\"]}}\n";
    let case = Case { graph: "npm:js/a nx:b cargo:js/c", files, ..CASE };
    check(&case, "~js/x.env", &["npm:js/a: js/x.env by *.env* of js/turbo.json"]);
    check(&case, "~js/x.env.md ~x.env", &[]);
    check(&case, "~js/turbo.json", &["npm:js/a: js/turbo.json by js/turbo.json of js/turbo.json"]);
    let by = |path: &str, pattern: &str| {
        [format!("npm:js/a: {path} by {pattern} of nx.json"), format!("nx:b: {path} by {pattern} of nx.json")]
    };
    check(
        &case,
        "~babel.config.json",
        &by("babel.config.json", "babel.config.json").each_ref().map(String::as_str),
    );
    check(&case, "~ci/x/y", &by("ci/x/y", "ci/**").each_ref().map(String::as_str));
}

#[test]
fn what_cannot_be_read_of_the_globals_is_a_problem() {
    let (deep, long) =
        ("[".repeat(100_000), format!("{{\"globalDependencies\": [\"{}\"]}}", "a".repeat(5000)));
    for (text, expected) in
        [("{", "manifest.syntax"), (&deep, "manifest.syntax"), (&long, "glob.unsupported")]
    {
        let head = MemorySource::new([(path("turbo.json"), text.as_bytes().to_vec())]);
        let graph = graph("npm:a");
        let input =
            AffectedInput { head: (&head, &graph), base: None, changed: &[], globals: &[], depth: None };
        let problems = affected(&input).1;
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [expected]);
    }
}
