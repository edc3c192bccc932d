use crate::ecosystem::tests::check;

#[test]
fn a_uv_workspace_with_sources_extras_and_groups() {
    check(
        r#"
//- pyproject.toml
[project]
name = "Root_App"
version = "1.0"
dependencies = ["My.Core>=1; python_version > '3.8'", "fastapi[all]>=0.100", "root-app[extra]"]
[project.optional-dependencies]
extra = ["helper"]
[dependency-groups]
test = ["pytest", "helper", { include-group = "lint" }]
[tool.uv.sources]
my-core = { workspace = true }
helper = [{ path = "vendored/helper", group = "test" }, { index = "private", extra = "extra" }]
[tool.uv.workspace]
members = ["packages/*", "./tools/cli/", "gone"]
exclude = ["packages/old*"]
//- packages/core/pyproject.toml
[project]
name = "my_core"
dynamic = ["version"]
//- packages/old/x/pyproject.toml
[project]
name = "old-x"
//- packages/oldest/pyproject.toml
[project]
name = "oldest"
//- packages/.hidden/README.md
//- packages/empty/README.md
//- packages/poetic/pyproject.toml
[tool.poetry]
name = "poetic"
//- packages/unmanaged/pyproject.toml
[project]
name = "unmanaged"
[tool.uv]
managed = false
//- tools/cli/pyproject.toml
[project]
name = "cli"
classifiers = ["Private :: Do Not Upload"]
dependencies = ["my_core", "nobody"]
[tool.uv.sources]
nobody = { workspace = true }
//- vendored/helper/pyproject.toml
[project]
name = "helper"
"#,
        "
        workspace python:. uv
        python:. root-app@1.0 in python:.
        + fastapi >=0.100 normal
        + helper  optional
        + pytest  dev
        python:packages/core my-core in python:.
        python:packages/old/x old-x
        python:packages/oldest oldest
        python:packages/poetic poetic
        python:packages/unmanaged unmanaged
        python:tools/cli cli in python:. private
        python:vendored/helper helper
        python:. -> python:packages/core normal
        python:. -> python:vendored/helper dev
        python:tools/cli -> python:packages/core normal
        problem packages/poetic/pyproject.toml member.no_project: is a member of the workspace at `.` but has no [project]; add it
        problem pyproject.toml:13 member.missing: the member `gone` matches no directory; correct or remove it
        problem pyproject.toml:13 member.missing: the member `packages/empty` (from `packages/*`) has no pyproject.toml; add one or exclude it
        problem tools/cli/pyproject.toml:4 dependency.missing: `nobody` is no member of the workspace; add it or correct its source
        ",
    );
}

#[test]
fn a_wildcard_of_exclude_crosses_slashes_and_one_of_members_does_not() {
    check(
        r#"
//- pyproject.toml
[tool.uv.workspace]
members = ["a/**", "b*"]
exclude = ["a/*/out"]
//- a/x/pyproject.toml
[project]
name = "x"
//- a/x/y/left/pyproject.toml
[project]
name = "left"
//- a/x/y/out/pyproject.toml
[project]
name = "z"
//- b/c/pyproject.toml
[project]
name = "c"
//- b/pyproject.toml
[project]
name = "b"
"#,
        "
        workspace python:. uv
        python:a/x x in python:.
        python:a/x/y/left left in python:.
        python:a/x/y/out z
        python:b b in python:.
        python:b/c c
        problem pyproject.toml:2 member.missing: the member `a/x/y` (from `a/**`) has no pyproject.toml; add one or exclude it
        ",
    );
}

#[test]
fn poetry_links_by_path_and_groups_are_dev() {
    check(
        r#"
//- app/pyproject.toml
[tool.poetry]
name = "app"
version = "0.1.0"
package-mode = false
[tool.poetry.dependencies]
python = "^3.11"
lib = { path = "../lib", develop = true }
Django = "^5.0"
extra = { version = "1.0", optional = true }
several = [{ version = "1", python = "<3.9" }, { path = "..\\several" }]
[tool.poetry.dev-dependencies]
black = "*"
[tool.poetry.group.test.dependencies]
wheel = { path = "../lib/dist.whl" }
away = { path = "../away" }
git = { git = "https://example.com/git" }
//- lib/pyproject.toml
[tool.poetry]
name = "lib"
//- lib/dist.whl
//- several/pyproject.toml
[project]
name = "several"
//- tools/pyproject.toml
[tool.black]
line-length = 100
"#,
        "
        python:app app@0.1.0 private
        + black  dev
        + django ^5.0 normal
        + extra 1.0 optional
        + git https://example.com/git dev
        + several 1 normal
        + wheel  dev
        python:lib lib
        python:several several
        python:app -> python:lib normal
        python:app -> python:several normal
        problem app/pyproject.toml:15 dependency.missing: `away` is to be at `away`, where there is no Python project
        ",
    );
}

#[test]
fn without_a_workspace_a_name_that_is_one_projects_links() {
    check(
        r#"
//- a/pyproject.toml
[project]
name = "a"
dependencies = ["B_Lib>=2", "c>=9", "twice", "here @ file:///${PROJECT_ROOT}/../here", "up @ ../up", "url @ https://example.com/u.whl"]
[tool.pdm.dev-dependencies]
dev = ["-e file:///${PROJECT_ROOT}/../d#egg=d"]
//- b/setup.py
from setuptools import setup
setup(name="b.lib", version="2.1")
//- c/setup.cfg
[metadata]
name = c
version = 1.0
[options]
install_requires =
  a
//- d/pyproject.toml
[build-system]
requires = ["setuptools"]
//- d/setup.cfg
[metadata]
name = d
//- here/pyproject.toml
[project]
name = "here"
//- up/pyproject.toml
[project]
name = "up"
//- one/pyproject.toml
[project]
name = "twice"
//- two/pyproject.toml
[project]
name = "twice"
//- cfg/setup.cfg
[flake8]
//- script/setup.py
print("no setup here")
//- locked/pyproject.toml
[project]
name = "locked"
dependencies = ["c"]
//- locked/uv.lock
"#,
        "
        python:a a
        + c >=9 normal
        + twice  normal
        + url https://example.com/u.whl normal
        python:b b.lib@2.1
        python:c c@1.0
        python:d d
        python:here here
        python:locked locked
        + c  normal
        python:one twice
        python:two twice
        python:up up
        python:a -> python:b normal
        python:a -> python:d dev
        python:a -> python:here normal
        python:a -> python:up normal
        python:c -> python:a normal
        ",
    );
}

#[test]
fn sources_reach_another_workspace() {
    check(
        r#"
//- one/pyproject.toml
[project]
name = "one"
dependencies = ["member", "one"]
[tool.uv.sources]
member = { workspace = "../two" }
one = { workspace = true }
//- two/pyproject.toml
[tool.uv.workspace]
members = ["m"]
//- two/m/pyproject.toml
[project]
name = "member"
"#,
        "
        workspace python:two uv
        python:one one
        python:two/m member in python:two
        python:one -> python:two/m normal
        ",
    );
}

#[test]
fn what_is_computed_or_broken_is_a_problem() {
    check(
        r#"
//- a/pyproject.toml
[project]
name = "a"
dynamic = [
  "dependencies",
]
dependencies = ["???"]
//- b/pyproject.toml
[project
//- b/setup.py
setup(name="b")
//- c/setup.py
setup(name=read())
//- d/pyproject.toml
[project]
version = "1"
//- {{cookiecutter.name}}/pyproject.toml
[project]
name = "{{cookiecutter.name}}"
//- e/pyproject.toml
[project]
name = "e"
dynamic = ["dependencies"]
//- e/setup.cfg
[metadata]
name = ignored
[options]
install_requires = flask
//- h/pyproject.toml
[project]
name = "h"
dynamic = ["version", "dependencies", "optional-dependencies"]
[tool.hatch.metadata.hooks.custom]
dependencies = ["b=={{ version }}"]
[tool.hatch.metadata.hooks.custom.optional-dependencies]
x = ["zzz==1"]
//- p/pyproject.toml
[project]
name = "p"
dynamic = ["dependencies"]
[tool.poetry.dependencies]
rich = "^13"
//- s/pyproject.toml
[project]
name = "s"
dynamic = ["dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = { file = ["requirements.txt"] }
optional-dependencies.docs = { file = "docs.txt" }
//- s/requirements.txt
# comment
-r other.txt
numpy>=1 # the array
//- s/docs.txt
sphinx
"#,
        "
        python:a a
        python:c (no name)
        python:d (no name)@1
        python:e e
        + flask  normal
        python:h h
        + b =={{ version }} normal
        + zzz ==1 optional
        python:p p
        + rich ^13 normal
        python:s s
        + numpy >=1 normal
        + sphinx  optional
        problem a/pyproject.toml:4 dependency.computed: dependencies are computed when the project is built; they are not read
        problem a/pyproject.toml:6 dependency.unresolved: `???` is no requirement (PEP 508); correct it
        problem b/pyproject.toml:1 manifest.syntax: is not valid TOML: unclosed table, expected `]`
        problem c/setup.py manifest.computed: the name is computed; state it as a literal, or in [project] of pyproject.toml
        problem d/pyproject.toml manifest.no_name: [project] has no name; add one
        ",
    );
}

#[test]
fn a_setup_cfg_of_too_many_lines_is_not_read() {
    let fixture = format!("//- setup.cfg\n[metadata]\nname = a\n{}", "\n".repeat(50_000));
    check(&fixture, "problem setup.cfg manifest.too_large: has more than 50000 lines; it was not read");
}
