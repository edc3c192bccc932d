//! Writes a repository of any size: the same bytes for the same size, on every machine.
//!
//! Four ecosystems share it, as in a grown monorepo; packages depend on earlier ones, so there are no cycles.
//! File lengths are skewed: most files are short, a few are long, and the mean at the usual setting is about 17 KB.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use rayon::prelude::*;

/// Changes whenever the bytes do, so that a kept tree is made again.
pub(super) const VERSION: &str = "2";

const FILES_PER_PACKAGE: usize = 50;
const PACKAGES_PER_AREA: usize = 20;

/// An ecosystem of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Npm,
    Cargo,
    Python,
    Go,
}

impl Kind {
    /// The folder at the root that holds its packages.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Kind::Npm => "npm",
            Kind::Cargo => "cargo",
            Kind::Python => "python",
            Kind::Go => "go",
        }
    }

    /// Which of the files at the root are about it alone.
    fn owns(self, root_file: &str) -> bool {
        let owner = match root_file {
            "package.json" | "pnpm-lock.yaml" | "pnpm-workspace.yaml" | "turbo.json" => Kind::Npm,
            "Cargo.toml" => Kind::Cargo,
            "pyproject.toml" => Kind::Python,
            "go.work" => Kind::Go,
            _ => return true,
        };
        self == owner
    }
}

/// Eight slots: which ecosystem the package with that remainder belongs to.
const MIX: &[Kind] =
    &[Kind::Npm, Kind::Npm, Kind::Cargo, Kind::Npm, Kind::Python, Kind::Npm, Kind::Cargo, Kind::Go];

/// Writes about `files` files below `root`, and returns their paths, sorted.
pub(crate) fn tree(root: &Path, files: usize, longest_lines: usize) -> Result<Vec<String>> {
    part(root, files, longest_lines, |_| true)
}

/// The same with the packages of one ecosystem alone, for its native tools.
pub(super) fn only(root: &Path, kind: Kind, files: usize, longest_lines: usize) -> Result<Vec<String>> {
    part(root, files, longest_lines, |other| other == kind)
}

fn part(
    root: &Path,
    files: usize,
    longest_lines: usize,
    is_wanted: impl Fn(Kind) -> bool + Sync,
) -> Result<Vec<String>> {
    let packages = files.div_ceil(FILES_PER_PACKAGE).max(MIX.len());
    let mut written = root_files(packages);
    written.retain(|(path, _)| MIX.iter().any(|&kind| is_wanted(kind) && kind.owns(path)));
    let per_package: Result<Vec<_>> = (0..packages)
        .into_par_iter()
        .filter(|&number| is_wanted(kind_of(number)))
        .map(|number| {
            let package = package_files(number, longest_lines);
            write_all(root, &package)?;
            Ok(package.into_iter().map(|(path, _)| path).collect::<Vec<_>>())
        })
        .collect();
    write_all(root, &written)?;
    let mut paths: Vec<String> = written.drain(..).map(|(path, _)| path).collect();
    paths.extend(per_package?.into_iter().flatten());
    paths.sort();
    Ok(paths)
}

fn write_all(root: &Path, files: &[(String, String)]) -> Result<()> {
    for (path, text) in files {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn root_files(packages: usize) -> Vec<(String, String)> {
    let go_uses: String = (0..packages)
        .filter(|number| kind_of(*number) == Kind::Go)
        .map(|number| format!("\t./{}\n", folder_of(number)))
        .collect();
    [
        (".gitignore", "node_modules/\ntarget/\ndist/\n".to_owned()),
        ("README.md", "# Generated\n".to_owned()),
        (
            "package.json",
            "{ \"name\": \"generated\", \"private\": true, \"version\": \"1.0.0\" }\n".to_owned(),
        ),
        // By it turbo knows the package manager.
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n".to_owned()),
        ("turbo.json", "{}\n".to_owned()),
        ("pnpm-workspace.yaml", "packages:\n  - \"npm/*/*\"\n".to_owned()),
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"cargo/*/*\"]\n".to_owned()),
        ("pyproject.toml", "[tool.uv.workspace]\nmembers = [\"python/*/*\"]\n".to_owned()),
        ("go.work", format!("go 1.24\n\nuse (\n{go_uses})\n")),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .into()
}

fn kind_of(number: usize) -> Kind {
    MIX[number % MIX.len()]
}

fn folder_of(number: usize) -> String {
    let top = kind_of(number).folder();
    format!("{top}/area-{:03}/{}", number / PACKAGES_PER_AREA, name_of(number))
}

fn name_of(number: usize) -> String {
    format!("{}-{number:05}", WORDS[number % WORDS.len()])
}

fn package_files(number: usize, longest_lines: usize) -> Vec<(String, String)> {
    let mut random = Random(number as u64 + 1);
    let folder = folder_of(number);
    // Up to four packages of the same kind, all earlier: the graph has depth, and no cycle.
    let dependencies: Vec<usize> = (1..=4)
        .filter_map(|_| number.checked_sub(MIX.len() * (1 + random.below(40))))
        .filter(|earlier| kind_of(*earlier) == kind_of(number))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let (manifest, ending) = match kind_of(number) {
        Kind::Npm => ("package.json", "ts"),
        Kind::Cargo => ("Cargo.toml", "rs"),
        Kind::Python => ("pyproject.toml", "py"),
        Kind::Go => ("go.mod", "go"),
    };
    let mut files = vec![(format!("{folder}/{manifest}"), manifest_text(number, &dependencies))];
    if kind_of(number) == Kind::Cargo {
        files.push((format!("{folder}/src/lib.rs"), source(&mut random, Kind::Cargo, 20)));
    }
    while files.len() < FILES_PER_PACKAGE {
        let index = files.len();
        let lines = 10 + random.skewed(longest_lines);
        let (part, word) = (WORDS[(index / 12) % WORDS.len()], WORDS[random.below(WORDS.len())]);
        let path = format!("{folder}/src/{part}/{word}_{index:02}.{ending}");
        files.push((path, source(&mut random, kind_of(number), lines)));
    }
    files
}

fn manifest_text(number: usize, dependencies: &[usize]) -> String {
    let name = name_of(number);
    let lines = |line: &dyn Fn(usize) -> String| {
        dependencies.iter().map(|earlier| line(*earlier)).collect::<Vec<_>>()
    };
    match kind_of(number) {
        Kind::Npm => {
            let mut dependencies = lines(&|earlier| format!("    \"{}\": \"workspace:*\"", name_of(earlier)));
            dependencies.push("    \"react\": \"^19.1.0\"".to_owned());
            format!(
                "{{\n  \"name\": \"{name}\",\n  \"version\": \"1.{number}.0\",\n  \"dependencies\": {{\n{}\n  }},\n  \
                 \"devDependencies\": {{\n    \"typescript\": \"^5.9.0\"\n  }}\n}}\n",
                dependencies.join(",\n")
            )
        }
        Kind::Cargo => {
            let dependencies = lines(&|earlier| {
                format!("{} = {{ path = \"../../../{}\" }}\n", name_of(earlier), folder_of(earlier))
            });
            format!(
                "[package]\nname = \"{name}\"\nversion = \"1.{number}.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                 serde = \"1\"\n{}",
                dependencies.concat()
            )
        }
        Kind::Python => {
            let names = lines(&|earlier| format!("  \"{}\",\n", name_of(earlier)));
            let sources = lines(&|earlier| format!("{} = {{ workspace = true }}\n", name_of(earlier)));
            format!(
                "[project]\nname = \"{name}\"\nversion = \"1.{number}.0\"\ndependencies = [\n  \"requests>=2\",\n{}]\n\n\
                 [tool.uv.sources]\n{}",
                names.concat(),
                sources.concat()
            )
        }
        Kind::Go => {
            let requires = lines(&|earlier| format!("\texample.com/{} v1.0.0\n", name_of(earlier)));
            format!("module example.com/{name}\n\ngo 1.24\n\nrequire (\n{})\n", requires.concat())
        }
    }
}

/// Text that looks like source to a compressor, and differs from file to file.
fn source(random: &mut Random, kind: Kind, lines: usize) -> String {
    let mut text = String::with_capacity(lines * 44);
    for line in 0..lines {
        let mut word = || WORDS[random.below(WORDS.len())];
        let (one, two, three) = (word(), word(), word());
        let number = random.below(100_000);
        let outcome = match (line % 8, kind) {
            (0, Kind::Python) => writeln!(text, "def {one}_{two}_{number}({three}):"),
            (0, Kind::Go) => writeln!(text, "func {one}_{two}{number}({three} int) error {{"),
            (0, Kind::Cargo) => writeln!(text, "pub fn {one}_{two}_{number}({three}: &str) {{"),
            (0, Kind::Npm) => writeln!(text, "export function {one}_{two}{number}({three}: string) {{"),
            (7, Kind::Python) => writeln!(text),
            (7, _) => writeln!(text, "}}"),
            (3, Kind::Python) => writeln!(text, "    # The {one} of a {two} is {number} when {three} is."),
            (3, _) => writeln!(text, "    // The {one} of a {two} is {number} when {three} is."),
            (_, Kind::Python) => writeln!(text, "    {one} = {two}.{three}({number})"),
            (_, Kind::Npm) => writeln!(text, "  const {one} = {two}.{three}({number});"),
            (_, Kind::Cargo) => writeln!(text, "    let {one} = {two}.{three}({number});"),
            (_, Kind::Go) => writeln!(text, "\t{one} := {two}.{three}({number})"),
        };
        outcome.expect("BUG: writing to a string cannot fail");
    }
    text
}

/// SplitMix64: small, and the same everywhere.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// Below `limit`, with a mean of a quarter of it.
    fn skewed(&mut self, limit: usize) -> usize {
        let fraction = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        (fraction.powi(3) * limit as f64) as usize
    }
}

const WORDS: &[&str] = &[
    "account", "adapter", "agent", "batch", "billing", "branch", "bridge", "broker", "buffer", "cache",
    "channel", "client", "cluster", "column", "config", "context", "cursor", "daemon", "dialog", "digest",
    "driver", "editor", "engine", "entry", "event", "export", "fetch", "filter", "folder", "format",
    "gateway", "graph", "handle", "header", "index", "invoice", "journal", "kernel", "ledger", "limit",
    "lookup", "market", "matrix", "merge", "metric", "mirror", "module", "notice", "object", "offset",
    "order", "packet", "parser", "payment", "planner", "policy", "portal", "profile", "queue", "reader",
    "record", "render", "report", "router", "sample", "schema", "search", "session", "signal", "socket",
    "stream", "switch", "table", "tenant", "theme", "ticket", "tracker", "vector", "window", "worker",
];

#[cfg(test)]
mod tests;
