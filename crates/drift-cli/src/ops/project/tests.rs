use super::{Known, find};
use crate::error::ErrorCode;

const PROJECTS: &[Known<'static>] = &[
    Known { id: "cargo:.", path: ".", name: None },
    Known { id: "cargo:packages/both", path: "packages/both", name: Some("both") },
    Known { id: "npm:core", path: "core", name: Some("shared") },
    Known { id: "npm:packages/both", path: "packages/both", name: Some("@x/both") },
    Known { id: "npm:packages/core", path: "packages/core", name: Some("core") },
    Known { id: "pypi:shared", path: "python/shared", name: Some("shared") },
];

#[track_caller]
fn check(given: &str, expected: Result<&str, &str>) {
    let found = find(given, PROJECTS).map(|at| PROJECTS[at].id);
    let found = found.map_err(|error| {
        assert_eq!(error.code, ErrorCode::NotFound);
        format!("{}; {}", error.message, error.hint.unwrap())
    });
    assert_eq!(found.as_deref().map_err(String::as_str), expected);
}

#[test]
fn an_id_a_path_or_a_name() {
    check("npm:packages/core", Ok("npm:packages/core"));
    check("packages/core", Ok("npm:packages/core"));
    check("./packages/core/", Ok("npm:packages/core"));
    check(".", Ok("cargo:."));
    check("@x/both", Ok("npm:packages/both"));
    check("both", Ok("cargo:packages/both"));
    check("core", Ok("npm:core"));
}

#[test]
fn what_means_several_or_none() {
    check(
        "packages/both",
        Err(
            "`packages/both` means 2 projects: cargo:packages/both, npm:packages/both; name one of them by its id",
        ),
    );
    check("shared", Err("`shared` means 2 projects: npm:core, pypi:shared; name one of them by its id"));
    check("pakages/core", Err("no project is called `pakages/core`; did you mean `packages/core`?"));
    check("zzz", Err("no project is called `zzz`; see `drift workspace projects`"));
    check("../x", Err("no project is called `../x`; see `drift workspace projects`"));
}
