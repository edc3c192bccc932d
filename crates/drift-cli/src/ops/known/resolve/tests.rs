use std::path::{Path, PathBuf};

use drift_db::registry::Known;

use super::resolve;

fn root(path: &str) -> PathBuf {
    if cfg!(windows) { format!("C:{path}").into() } else { path.into() }
}

fn entries() -> Vec<Known> {
    let one = |name: &str, path: &str, id: &str| Known {
        path: root(path),
        id: id.into(),
        name: name.into(),
        added_at: "t".into(),
        used: 0,
        used_at: None,
    };
    vec![
        one("api", "/nowhere/api", "1111"),
        one("shop", "/nowhere/shop", "2222"),
        one("shop", "/nowhere/copy", "2222"),
        one("shop-admin", "/nowhere/shop/admin", "3333"),
        one("Web", "/nowhere/web", "4444"),
    ]
}

fn check(given: Option<&str>, cwd: &str, wanted: Result<&str, &str>) {
    let entries = entries();
    let found = resolve(given, &root(cwd), &entries);
    match (found, wanted) {
        (Ok(at), Ok(path)) => assert_eq!(entries[at].path, root(path), "{given:?}"),
        (Err(error), Err(said)) => {
            let told = format!("{} ({})", error.message, error.hint.clone().unwrap_or_default());
            assert!(told.contains(said), "{given:?}: {told}");
            assert_eq!(error.code.exit(), 2);
        }
        (found, _) => panic!("{given:?}: {found:?}"),
    }
}

#[test]
fn names_come_before_paths_ids_and_parts() {
    let (api, web, admin) = ("/nowhere/api", "/nowhere/web", "/nowhere/shop/admin");
    check(Some("api"), "/", Ok(api));
    check(Some("/nowhere/web"), "/", if cfg!(windows) { Err("no known") } else { Ok(web) });
    check(Some("copy"), "/nowhere", Ok("/nowhere/copy"));
    check(Some("3333"), "/", Ok(admin));
    check(Some("ADMIN"), "/", Ok(admin));
    check(Some("web"), "/", Ok(web));
}

#[test]
fn several_are_refused_with_all_of_them() {
    let path = |path: &str| format!("shop ({})", root(path).display());
    for given in ["shop", "2222", "sho"] {
        check(Some(given), "/", Err(&path("/nowhere/shop")));
        check(Some(given), "/", Err(&path("/nowhere/copy")));
    }
}

#[test]
fn a_near_miss_is_suggested() {
    check(Some("appi"), "/", Err("did you mean `api`?"));
    check(Some("zzzzzz"), "/", Err("see `drift project list`"));
    check(Some(""), "/", Err("no known workspace is called ``"));
}

#[test]
fn without_a_name_the_current_directory_counts() {
    check(None, "/nowhere/api/src/deep", Ok("/nowhere/api"));
    check(None, "/nowhere/shop/admin/src", Ok("/nowhere/shop/admin"));
    check(None, "/nowhere/apiary", Err("is in no known workspace"));
    check(Some("./src"), "/nowhere/api", Ok("/nowhere/api"));
    check(Some("src"), "/nowhere/api", Err("no known workspace is called `src`"));
    assert!(resolve(None, Path::new("relative"), &[]).is_err());
}
