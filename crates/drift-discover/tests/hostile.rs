//! Manifests made to break their reader: each is a problem at its file, and never stops the others.
//!
//! No time is measured: what was unbounded would not end, overflow the stack or exhaust memory.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use drift_discover::{DiscoverOptions, Discovery, MemorySource, RepoPath, discover};

/// The largest manifest that is read.
const LARGEST: usize = drift_discover::MAX_MANIFEST_BYTES as usize;

/// One manifest of every syntax.
const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "composer.json",
    "pubspec.yaml",
    "deno.json",
    "app.csproj",
    "app.sln",
    "mix.exs",
    "go.mod",
    "go.work",
    "settings.gradle",
    "build.gradle.kts",
    "package.json",
    "pnpm-workspace.yaml",
    "nx.json",
    "pom.xml",
    "pyproject.toml",
    "setup.py",
    "Gemfile",
    "lib.gemspec",
    "Package.swift",
];

fn read(files: Vec<(String, Vec<u8>)>) -> Discovery {
    let files = files.into_iter().map(|(path, content)| (RepoPath::new(path).unwrap(), content));
    discover(&MemorySource::new(files), &DiscoverOptions::default())
}

/// Reads `hostile` beside a healthy crate, which must be found all the same, and gives the codes of the
/// problems of `name`.
#[track_caller]
fn codes(name: &str, hostile: Vec<u8>) -> Vec<&'static str> {
    let crate_ = b"[package]\nname = \"healthy\"\n".to_vec();
    let found = read(vec![(name.to_owned(), hostile), ("healthy/Cargo.toml".to_owned(), crate_)]);
    let healthy = found.graph.projects.iter().any(|project| project.id.0 == "cargo:healthy");
    assert!(healthy, "{name} hides another project");
    (found.problems.iter()).filter(|p| p.file.as_bytes() == name.as_bytes()).map(|p| p.code).collect()
}

#[test]
fn more_than_the_largest_manifest_is_not_read() {
    for name in MANIFESTS {
        // These two are read only where a project file or a package stands beside them.
        if matches!(*name, "app.sln" | "nx.json") {
            continue;
        }
        let codes = codes(name, vec![b'['; LARGEST + 1]);
        assert_eq!(codes, ["manifest.too_large"], "{name}");
    }
}

#[test]
fn brackets_without_end_are_a_problem() {
    for bracket in [b'[', b'{', b'(', b'<'] {
        for name in ["Cargo.toml", "package.json", "pom.xml", "deno.json", "pubspec.yaml", "composer.json"] {
            assert!(!codes(name, vec![bracket; LARGEST]).is_empty(), "{name} {}", bracket as char);
        }
        for name in MANIFESTS {
            codes(name, vec![bracket; 1 << 15]);
        }
    }
}

#[test]
fn pieces_that_would_fill_the_memory_are_not_collected() {
    for piece in ["[", "- ", "\"\"", "\n", "a = [\n", "{\"a\":"] {
        for name in ["Cargo.toml", "pyproject.toml"] {
            let codes = codes(name, piece.repeat(LARGEST / piece.len()).into_bytes());
            assert_eq!(codes, ["manifest.too_large"], "{name} of {piece:?}");
        }
    }
    for piece in ["[", "- ", "\"\"", "a = [\n", "("] {
        for name in ["go.mod", "go.work"] {
            let codes = codes(name, piece.repeat(LARGEST / piece.len()).into_bytes());
            assert!(codes.contains(&"manifest.syntax"), "{name} of {piece:?}: {codes:?}");
        }
    }
    let long_block = ["a ".repeat(200_000), "(\n".into(), "x\n".repeat(200_000), ")\n".into()].concat();
    assert!(codes("go.mod", long_block.into_bytes()).contains(&"manifest.syntax"));
}

#[test]
fn deep_nesting_is_a_problem() {
    let deep = 10_000;
    let nested = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(deep), close.repeat(deep)).into_bytes()
    };
    assert!(!codes("package.json", nested(r#"{"a":"#, "1", "}")).is_empty());
    assert!(!codes("deno.json", nested("[", "", "]")).is_empty());
    assert!(!codes("pubspec.yaml", nested("[", "", "]")).is_empty());
    assert!(!codes("pubspec.yaml", "- ".repeat(deep).into_bytes()).is_empty());
    assert!(!codes("pom.xml", nested("<a>", "", "</a>")).is_empty());
    assert!(!codes("Cargo.toml", [b"a = ".to_vec(), nested("[", "", "]")].concat()).is_empty());
    assert!(
        !codes("Cargo.toml", [b"a".to_vec(), ".a".repeat(deep).into_bytes(), b" = 1".to_vec()].concat())
            .is_empty()
    );
    for name in MANIFESTS {
        codes(name, nested("(", "", ")"));
        codes(name, nested("a { ", "", " }\n"));
        codes(name, nested("[a: ", "1", "]"));
        codes(name, nested("\"#{", "", "}\""));
        codes(name, nested("do ", "", " end"));
        codes(name, nested("/* ", "", " */"));
    }
}

#[test]
fn aliases_of_yaml_do_not_multiply() {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    for name in ["pnpm-workspace.yaml", "pubspec.yaml"] {
        assert!(!codes(name, text.clone().into_bytes()).is_empty(), "{name}");
    }
}

#[test]
fn entities_of_xml_do_not_multiply() {
    let mut text = String::from("<!DOCTYPE p [<!ENTITY a0 \"lol\">");
    for level in 1..30 {
        text.push_str(&format!("<!ENTITY a{level} \"{}\">", format!("&a{};", level - 1).repeat(10)));
    }
    text.push_str("]><project><artifactId>&a29;</artifactId></project>");
    for name in ["pom.xml", "app.csproj"] {
        assert!(!codes(name, text.clone().into_bytes()).is_empty(), "{name}");
    }
}

#[test]
fn what_is_not_utf_8_is_a_problem() {
    for name in ["Cargo.toml", "package.json", "go.mod", "Gemfile", "build.gradle.kts", "mix.exs", "setup.py"]
    {
        assert_eq!(codes(name, b"a\n\xff\xfe\xc0".to_vec()), ["manifest.encoding"], "{name}");
    }
}

#[test]
fn globs_reach_a_hundred_thousand_members() {
    let members = 100_000;
    let mut files = vec![("package.json".to_owned(), br#"{"workspaces":["p/*"]}"#.to_vec())];
    files.extend((0..members).map(|at| (format!("p/{at}/package.json"), br#"{"name":"x"}"#.to_vec())));
    let found = read(files);
    assert_eq!(found.graph.projects.len(), members + 1);
}

#[test]
fn patterns_made_to_backtrack_end() {
    let mut files: Vec<_> = (0..50)
        .map(|at| (format!("p/{}{at}/package.json", "a".repeat(200)), br#"{"name":"x"}"#.to_vec()))
        .collect();
    for pattern in
        ["*a".repeat(100) + "b", "**/".repeat(1000) + "b", "{a,b}".repeat(500), "@(*a|*a)".repeat(50) + "b"]
    {
        files.truncate(50);
        files.push(("package.json".to_owned(), format!(r#"{{"workspaces":["p/{pattern}"]}}"#).into_bytes()));
        read(files.clone());
    }
}

#[test]
fn manifests_that_name_each_other_in_a_circle_end() {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    read(vec![
        file(
            "pom.xml",
            "<project><parent><artifactId>a</artifactId><relativePath>a/pom.xml</relativePath></parent><artifactId>r</artifactId><modules><module>a</module><module>.</module></modules></project>",
        ),
        file(
            "a/pom.xml",
            "<project><parent><artifactId>r</artifactId></parent><artifactId>a</artifactId><properties><x>${y}</x><y>${x}</y></properties><version>${x}</version><modules><module>..</module></modules></project>",
        ),
        file(
            "x.csproj",
            "<Project><Import Project=\"y.props\"/><PropertyGroup><A>$(A)$(A)</A></PropertyGroup></Project>",
        ),
        file("y.props", "<Project><Import Project=\"y.props\"/><Import Project=\"x.csproj\"/></Project>"),
        file("settings.gradle", "includeBuild('.')\nincludeBuild('a')"),
        file("a/settings.gradle", "includeBuild('..')"),
        file("Gemfile", "eval_gemfile 'Gemfile'\ngemspec\n"),
        file("requirements.txt", "-r requirements.txt\n"),
        file("go.work", "go 1.22\nuse .\n"),
        file("go.mod", "module m\nreplace m => ./\n"),
        file(
            "Cargo.toml",
            "[package]\nname = \"a\"\nworkspace = \".\"\n[dependencies]\na = { path = \".\" }\n",
        ),
    ]);
}

#[cfg(unix)]
mod on_disk {
    use std::fs;
    use std::os::unix::fs::symlink;

    use std::sync::atomic::AtomicBool;

    use drift_discover::{Examined, Tree, TreeOptions, read_tree};

    fn read(top: &std::path::Path) -> Tree {
        read_tree(top, &TreeOptions::default(), Examined::Files, &AtomicBool::new(false), &|_| {}).unwrap()
    }

    #[test]
    fn symlink_loops_end() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path();
        fs::write(top.join("package.json"), r#"{"name":"root","workspaces":["**","a/up/a/*"]}"#).unwrap();
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::write(top.join("a/b/package.json"), r#"{"name":"b"}"#).unwrap();
        symlink("..", top.join("a/up")).unwrap();
        symlink("../..", top.join("a/b/top")).unwrap();
        symlink("self", top.join("self")).unwrap();
        symlink("/", top.join("outside")).unwrap();
        symlink("package.json", top.join("a/package.json")).unwrap();
        let found = read(top).graph;
        assert!(found.projects.iter().any(|project| project.id.0 == "npm:a/b"));
        assert!(found.projects.len() < 10, "{:?}", found.projects);
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path();
        for name in ["package.json", "Cargo.toml", "pnpm-workspace.yaml"] {
            let made = std::process::Command::new("mkfifo").arg(top.join(name)).status().unwrap();
            assert!(made.success());
        }
        fs::create_dir_all(top.join("a/go.mod")).unwrap();
        fs::write(top.join("a/pyproject.toml"), "[project]\nname = \"a\"\n").unwrap();
        let ids: Vec<_> = read(top).graph.projects.into_iter().map(|project| project.id.0).collect();
        assert_eq!(ids, ["python:a"]);
    }
}
