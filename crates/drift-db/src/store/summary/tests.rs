use rusqlite::Connection;

use super::{Limits, Summary, read};
use crate::chain;
use crate::kind::DatabaseKind;

const LIMITS: Limits = Limits { projects: 2, problems: 1, others: 1 };

/// A scanned repository at a version of the schema: three live projects, one that is gone.
fn scanned(version: usize) -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    let runner = chain::runner(DatabaseKind::Drift.migrations(), chain::Unobserved);
    runner.to_version(&mut connection, version).unwrap();
    let project = |key: u32, ecosystem: &str, path: &str, more: &str, files: u32, removed: &str| {
        let sql = format!(
            "INSERT INTO project (key, id, ecosystem, path, manifest, workspace, private, languages, frameworks,
                                  files, first_seen_at, removed_at)
             VALUES ({key}, '{ecosystem}:{path}', '{ecosystem}', '{path}', '{path}/m', {more}, {files}, '', {removed})"
        );
        connection.execute(&sql, []).unwrap();
    };
    let npm = r#"'npm:.', 0, '["TypeScript"]', '["React"]'"#;
    project(1, "npm", "app", npm, 5, "NULL");
    project(2, "npm", "lib", npm, 2, "NULL");
    project(3, "cargo", "tool", r#"NULL, 0, '["Rust"]', '[]'"#, 9, "NULL");
    project(4, "go", "gone", r#"NULL, 0, '["Go"]', '[]'"#, 3, "'2026-11-22T00:00:00Z'");
    connection
        .execute_batch(
            "INSERT INTO native_workspace (id, root, ecosystem, manager) VALUES ('cargo:.', '.', 'cargo', 'cargo'), ('npm:.', '.', 'npm', 'pnpm');
             INSERT INTO project_edge VALUES (1, 2, 'normal'), (1, 2, 'dev'), (3, 2, 'normal'), (3, 3, 'dev');
             INSERT INTO external_dependency VALUES (1, 'react', 'normal', '1'), (2, 'react', 'dev', '2'),
               (3, 'react', 'normal', '1'), (4, 'gone', 'normal', '1');
             INSERT INTO problem (file, code, message) VALUES ('z', 'b.c', 'first'), ('a', 'b.c', 'second'),
               (x'ff', 'a.b', 'third');
             INSERT INTO file (path, size, mtime, inode, blake3, language, project) VALUES ('a.ts', 1, 1, 1, x'00', 'TypeScript', 1), ('b.rs', 1, 1, 1, x'00', 'Rust', 3),
               ('c.rs', 1, 1, 1, x'00', 'Rust', 3), ('d', 1, 1, 1, x'00', NULL, NULL);
             INSERT INTO scan (command, started_at, finished_at, files, added, changed, removed, rehashed, projects,
                               edges, problems) VALUES ('scan', 't', 't', 4, 0, 0, 0, 0, 3, 4, 3);",
        )
        .unwrap();
    connection
}

fn print(summary: &Summary) -> String {
    let tallies = |all: &[super::Tally]| {
        all.iter().map(|tally| format!("{} {}", tally.name, tally.count)).collect::<Vec<_>>().join(", ")
    };
    let projects: Vec<_> =
        summary.projects.first.iter().map(|p| format!("{} {}", p.row.id, p.dependents)).collect();
    let languages: Vec<_> =
        summary.languages.first.iter().map(|l| format!("{} {}/{}", l.name, l.files, l.projects)).collect();
    let problems: Vec<_> = summary.problems.first.iter().map(|p| p.message.clone()).collect();
    let workspaces: Vec<_> = summary.workspaces.first.iter().map(|(w, n)| format!("{} {n}", w.id)).collect();
    format!(
        "projects {}: {}; roots {}; ecosystems: {}; workspaces {}: {}; languages {}: {}; frameworks: {}; \
         edges {}: {}; externals {}; problems {}: {}: {}",
        summary.projects.count,
        projects.join(", "),
        summary.roots,
        tallies(&summary.ecosystems),
        summary.workspaces.count,
        workspaces.join(", "),
        summary.languages.count,
        languages.join(", "),
        tallies(&summary.frameworks.first),
        summary.edges,
        tallies(&summary.edge_kinds),
        summary.externals,
        summary.problems.count,
        problems.join(", "),
        tallies(&summary.problem_codes),
    )
}

#[test]
fn every_known_version_gives_the_same() {
    for version in 1..=DatabaseKind::Drift.latest() {
        let summary = read(&scanned(version as usize), LIMITS).unwrap();
        assert_eq!(
            print(&summary),
            "projects 3: npm:lib 2, cargo:tool 0; roots 2; ecosystems: npm 2, cargo 1; workspaces 2: npm:. 2; \
             languages 2: Rust 2/1; frameworks: React 2; edges 4: dev 2, normal 2; externals 2; \
             problems 3: first: b.c 2, a.b 1",
            "version {version}"
        );
        assert_eq!(summary.scan.map(|(id, scan)| (id, scan.files)), Some((1, 4)));
    }
}

#[test]
fn nothing_scanned_is_empty() {
    let mut connection = Connection::open_in_memory().unwrap();
    chain::runner(DatabaseKind::Drift.migrations(), chain::Unobserved).to_latest(&mut connection).unwrap();
    assert_eq!(read(&connection, LIMITS).unwrap(), Summary::default());
}
