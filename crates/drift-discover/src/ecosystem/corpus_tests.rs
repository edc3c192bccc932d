//! Real manifest trees against what the native tools report of them, where `../shared/corpora` is present.
//!
//! The comparison is that of `score.py` beside the corpora, restricted to the ecosystems of a row. An
//! ecosystem adds its rows to [`CORPORA`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::options::DiscoverOptions;
use crate::path::RepoPath;
use crate::source::MemorySource;
use crate::{Discovery, discover};

/// A corpus and the ecosystems of it that must be exact.
const CORPORA: &[(&str, &[&str])] = &[
    ("App-vNext+Polly", &["dotnet"]),
    ("astral-sh+uv", &["cargo"]),
    ("apache+maven", &["maven"]),
    ("etcd-io+etcd", &["go"]),
    ("modelcontextprotocol+python-sdk", &["python"]),
    ("invertase+melos", &["dart"]),
    ("laravel+framework", &["composer"]),
    ("rust-lang+rust-analyzer", &["cargo"]),
    ("tauri-apps+plugins-workspace", &["cargo", "npm"]),
    ("tokio-rs+tokio", &["cargo"]),
    ("changesets+changesets", &["npm"]),
    ("vitejs+vite", &["npm"]),
    ("jestjs+jest", &["npm"]),
    ("lerna+lerna", &["npm", "nx"]),
    ("TanStack+query", &["npm"]),
];

#[test]
fn corpora_are_exact() {
    // The project lies beside `shared`; a worktree of it does too.
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    if !corpora.is_dir() {
        eprintln!("SKIPPED: no corpora at {}", corpora.display());
        return;
    }
    let differences: Vec<String> =
        CORPORA.iter().flat_map(|(name, ecosystems)| compare(&corpora, name, ecosystems)).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// An ecosystem and a path.
type Key = (String, String);

/// Every difference between the truth and what is discovered, as lines.
fn compare(corpora: &Path, name: &str, ecosystems: &[&str]) -> Vec<String> {
    let truth = std::fs::read(corpora.join(format!("{name}.truth.json"))).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    let discovery = discover(&unpack(&corpora.join(format!("{name}.tar.gz"))), &DiscoverOptions::default());
    let of_row = |ecosystem: &str| ecosystems.contains(&ecosystem);

    let mut required: BTreeMap<Key, &Value> = BTreeMap::new();
    let mut optional: BTreeSet<Key> = BTreeSet::new();
    for package in list(&truth, "packages") {
        let key = (text(package, "ecosystem"), normal(&text(package, "path")));
        if package["optional"] == true {
            optional.insert(key);
        } else if of_row(&key.0) {
            required.insert(key, package);
        }
    }
    // An npm workspace root is a package to some tools and not to others.
    let is_root = |key: &Key| required.get(key).is_some_and(|package| package["root"] == true);

    let key_of =
        |project: &crate::Project| (project.ecosystem.to_string(), project.path.display().into_owned());
    let mut found: BTreeMap<Key, Vec<&crate::Project>> = BTreeMap::new();
    for project in discovery.graph.projects.iter().filter(|project| of_row(&project.ecosystem.0)) {
        found.entry(key_of(project)).or_default().push(project);
    }
    let homes: BTreeSet<_> = (found.iter())
        .filter(|(key, _)| required.contains_key(key))
        .flat_map(|(_, projects)| projects.iter().map(|project| &project.workspace))
        .collect();

    assert!(!required.is_empty(), "{name} says nothing of {ecosystems:?}");
    let mut differences = Vec::new();
    for (key, package) in &required {
        match found.get(key) {
            None if is_root(key) => {}
            None => differences.push(format!("{name}: missing {key:?}")),
            Some(projects) => {
                if let Some(wanted) = package["name"].as_str()
                    && !projects.iter().any(|project| project.name.as_deref() == Some(wanted))
                {
                    differences.push(format!("{name}: {key:?} is not named {wanted}"));
                }
            }
        }
    }
    for (key, projects) in &found {
        let known = required.contains_key(key) || optional.contains(key);
        if !known && projects.iter().any(|project| homes.contains(&project.workspace)) {
            differences.push(format!("{name}: bogus {key:?}"));
        }
    }
    differences.extend(compare_edges(&truth, &discovery, ecosystems, &required, is_root, name));
    differences
}

fn compare_edges(
    truth: &Value,
    discovery: &Discovery,
    ecosystems: &[&str],
    required: &BTreeMap<Key, &Value>,
    is_root: impl Fn(&Key) -> bool,
    name: &str,
) -> Vec<String> {
    let by_id: BTreeMap<_, Key> = (discovery.graph.projects.iter())
        .map(|project| (&project.id, (project.ecosystem.to_string(), project.path.display().into_owned())))
        .collect();
    let got: BTreeSet<(&Key, &Key)> = (discovery.graph.edges.iter())
        .map(|edge| (&by_id[&edge.from], &by_id[&edge.to]))
        .filter(|(from, to)| from != to)
        .collect();
    // A row may name its ecosystem; otherwise it counts in each.
    let pairs = |rows: &[Value]| -> BTreeSet<(Key, Key)> {
        let mut all = BTreeSet::new();
        for row in rows {
            let end = |at: usize, field: &str| {
                normal(&row[at].as_str().map_or_else(|| text(row, field), str::to_owned))
            };
            let (from, to) = (end(0, "from"), end(1, "to"));
            for ecosystem in
                ecosystems.iter().filter(|&&e| row["ecosystem"].as_str().is_none_or(|own| own == e))
            {
                all.insert((((*ecosystem).to_owned(), from.clone()), ((*ecosystem).to_owned(), to.clone())));
            }
        }
        all
    };
    let both_required = |from: &Key, to: &Key| required.contains_key(from) && required.contains_key(to);
    let wanted: BTreeSet<_> =
        (pairs(list(truth, "edges")).into_iter()).filter(|(from, to)| both_required(from, to)).collect();
    let allowed = pairs(list(truth, "optional_edges"));
    let missing = (wanted.iter())
        .filter(|pair| !got.contains(&(&pair.0, &pair.1)) && !allowed.contains(*pair))
        .map(|pair| format!("{name}: missing edge {pair:?}"));
    let bogus = (got.iter())
        .filter(|(from, to)| both_required(from, to) && from.0 == to.0 && !is_root(from) && !is_root(to))
        .map(|&(from, to)| (from.clone(), to.clone()))
        .filter(|pair| !wanted.contains(pair) && !allowed.contains(pair))
        .map(|pair| format!("{name}: bogus edge {pair:?}"));
    missing.chain(bogus).collect()
}

/// The files of an archive, unpacked by the system's `tar`.
fn unpack(archive: &Path) -> MemorySource {
    let dir = tempfile::tempdir().unwrap();
    let status = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(dir.path()).status().unwrap();
    assert!(status.success(), "tar -xzf {}", archive.display());
    let mut files = Vec::new();
    let mut dirs: Vec<(PathBuf, RepoPath)> = vec![(dir.path().to_owned(), RepoPath::root())];
    while let Some((dir, path)) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let entry = entry.unwrap();
            let path = path.join(entry.file_name().to_str().unwrap()).unwrap();
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => dirs.push((entry.path(), path)),
                kind if kind.is_file() => files.push((path, std::fs::read(entry.path()).unwrap())),
                _ => {}
            }
        }
    }
    MemorySource::new(files)
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn normal(path: &str) -> String {
    let path = path.trim_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.is_empty() { ".".to_owned() } else { path.to_owned() }
}
