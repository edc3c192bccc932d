use rusqlite::Connection;

use super::{EdgeRow, GraphRows, ProjectRow, projects, replace};
use crate::chain;
use crate::kind::DatabaseKind;
use crate::store::StoredPath;

fn fresh() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    chain::runner(DatabaseKind::Drift.migrations(), chain::Unobserved).to_latest(&mut connection).unwrap();
    connection
}

/// `path=name` for each project, `a>b` for each edge.
fn graph(projects: &[&str], edges: &[&str]) -> GraphRows {
    let id = |path: &str| format!("npm:{path}");
    let project = |text: &&str| {
        let (path, name) = text.split_once('=').unwrap();
        ProjectRow {
            id: id(path),
            ecosystem: "npm".into(),
            path: StoredPath(path.as_bytes().into()),
            name: Some(name.into()),
            version: None,
            manifest: StoredPath(format!("{path}/package.json").as_bytes().into()),
            workspace: None,
            private: false,
            languages: vec!["Rust".into()],
            frameworks: Vec::new(),
            files: 1,
        }
    };
    let edge = |text: &&str| {
        let (from, to) = text.split_once('>').unwrap();
        EdgeRow { from: id(from), to: id(to), kind: "normal".into() }
    };
    GraphRows {
        projects: projects.iter().map(project).collect(),
        edges: edges.iter().map(edge).collect(),
        ..GraphRows::default()
    }
}

fn stored(connection: &Connection) -> Vec<String> {
    let mut statement = connection
        .prepare("SELECT key || ' ' || id || iif(removed_at IS NULL, '', ' removed') FROM project")
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_same_graph_twice_changes_nothing() {
    let connection = fresh();
    let rows = graph(&["a=a", "b=b"], &["a>b"]);
    assert!(replace(&connection, &rows, "t1").unwrap().changed);
    let before = connection.total_changes();
    assert!(!replace(&connection, &rows, "t2").unwrap().changed);
    assert_eq!(connection.total_changes(), before);
    assert_eq!(projects(&connection).unwrap(), rows.projects);
}

#[test]
fn a_vanished_project_keeps_its_row_and_its_key_when_it_returns() {
    let connection = fresh();
    replace(&connection, &graph(&["a=a", "b=b"], &["a>b"]), "t1").unwrap();
    replace(&connection, &graph(&["a=a"], &[]), "t2").unwrap();
    assert_eq!(stored(&connection), ["1 npm:a", "2 npm:b removed"]);
    replace(&connection, &graph(&["a=a", "b=b"], &["a>b"]), "t3").unwrap();
    assert_eq!(stored(&connection), ["1 npm:a", "2 npm:b"]);
}

#[test]
fn a_moved_project_keeps_its_key() {
    let connection = fresh();
    replace(&connection, &graph(&["old=core", "b=b"], &["b>old"]), "t1").unwrap();
    replace(&connection, &graph(&["b=b", "new=core"], &["b>new"]), "t2").unwrap();
    assert_eq!(stored(&connection), ["1 npm:new", "2 npm:b"]);
    assert_eq!(super::edges(&connection).unwrap().len(), 1);
}

#[test]
fn two_that_trade_places_are_told_by_path() {
    let connection = fresh();
    replace(&connection, &graph(&["a=x", "b=y"], &[]), "t1").unwrap();
    replace(&connection, &graph(&["a=y", "b=x"], &[]), "t2").unwrap();
    assert_eq!(stored(&connection), ["1 npm:a", "2 npm:b"]);
}

#[test]
fn an_ambiguous_move_is_no_move() {
    let connection = fresh();
    replace(&connection, &graph(&["a=x"], &[]), "t1").unwrap();
    replace(&connection, &graph(&["b=x", "c=x"], &[]), "t2").unwrap();
    assert_eq!(stored(&connection), ["1 npm:a removed", "2 npm:b", "3 npm:c"]);
}

#[test]
fn a_drawing_has_the_live_projects_by_id_and_every_edge_by_key() {
    let connection = fresh();
    replace(&connection, &graph(&["b=y", "a=x", "c=z"], &["a>b", "c>a"]), "t1").unwrap();
    replace(&connection, &graph(&["b=y", "a=x"], &["a>b"]), "t2").unwrap();
    let nodes = super::nodes(&connection).unwrap();
    let shown: Vec<_> = nodes.iter().map(|node| (node.key, &*node.id, node.name.as_deref())).collect();
    assert_eq!(shown, [(2, "npm:a", Some("x")), (1, "npm:b", Some("y"))]);
    let mut edges = Vec::new();
    super::for_each_edge(&connection, |from, to, kind| edges.push((from, to, kind.to_owned()))).unwrap();
    assert_eq!(edges, [(2, 1, "normal".to_owned())]);
}
