use super::*;
use crate::store::finding::tests::{a_run, database};
use crate::store::finding::{RunRow, record};

fn kept(db: &Connection, branch: &str, day: &str) -> BaselineRow {
    let run = a_run(branch, day);
    let id = record(db, &run, &[], &[]).unwrap();
    keep(db, &RunRow { id, ..run }, "2026-11-20T08:00:00Z").unwrap()
}

#[test]
fn a_branch_has_one_and_the_newer_replaces_it() {
    let db = database();
    kept(&db, "main", "11-01");
    let newer = kept(&db, "main", "11-02");
    assert_eq!(all(&db).unwrap(), [newer]);
}

#[test]
fn what_a_pull_request_made_is_for_nobody_else() {
    let db = database();
    let check = |branch: &str, own: &str, expected: Option<&BaselineRow>| {
        let asker = Asker { branch: own.trim_start_matches("pr:"), pull_request: own.starts_with("pr:") };
        assert_eq!(of_branch(&db, branch, asker).unwrap().as_ref(), expected, "{branch} for {own}");
    };
    // The source of a pull request from a fork may be called as any branch.
    let forged = kept(&db, "pr:main", "11-01");
    for own in ["main", "topic", "pr:topic", ""] {
        check("main", own, None);
    }
    check("main", "pr:main", Some(&forged));

    let real = kept(&db, "main", "11-02");
    let topic = kept(&db, "pr:topic", "11-03");
    for own in ["main", "topic", "pr:topic", "pr:main"] {
        check("main", own, Some(&real));
    }
    check("topic", "topic", None);
    check("topic", "pr:other", None);
    check("topic", "pr:topic", Some(&topic));
}

#[test]
fn outside_git_there_is_one_without_a_branch() {
    let db = database();
    let run = RunRow { git_branch: None, git_head: None, ..a_run("", "11-01") };
    let id = record(&db, &run, &[], &[]).unwrap();
    let row = keep(&db, &RunRow { id, ..run }, "2026-11-20T08:00:00Z").unwrap();
    assert_eq!(of_branch(&db, "", Asker { branch: "", pull_request: false }).unwrap(), Some(row));
}

#[test]
fn its_use_is_noted() {
    let db = database();
    let row = kept(&db, "main", "11-01");
    touch(&db, &row, "2026-11-22T08:00:00Z").unwrap();
    assert_eq!(all(&db).unwrap(), [BaselineRow { used_at: "2026-11-22T08:00:00Z".into(), ..row }]);
}
