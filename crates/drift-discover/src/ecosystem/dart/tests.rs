use crate::ecosystem::tests::check;

#[test]
fn a_pub_workspace_is_followed_into_its_members_which_link_by_name() {
    check(
        r#"
//- pubspec.yaml
name: root
publish_to: none
workspace:
  - packages/a
  - apps/*
  - gone
dev_dependencies:
  a: any
dependency_overrides:
  moved: {path: moved}
//- packages/a/pubspec.yaml
name: a
version: 1.0.0+2
resolution: workspace
workspace: [example]
dependencies:
  flutter: {sdk: flutter}
  app: ^1.0.0
  b: {git: {url: "https://example.org/b.git"}}
  moved: ^1.0.0
  yaml: ">=3.0.0 <4.0.0"
  nothing:
  hosted: {hosted: x, version: 1.2}
//- packages/a/example/pubspec.yaml
name: a_example
resolution: workspace
dependencies:
  a: {path: ..}
//- apps/app/pubspec.yaml
name: app
//- apps/b/pubspec.yaml
name: b
resolution: workspace
//- moved/pubspec.yaml
name: moved
dependencies:
  a: {path: '..\packages\a'}
  lost: {path: ../lost}
  out: {path: ../../out}
"#,
        "
        workspace dart:. pub
        dart:. root in dart:. private
        dart:apps/app app in dart:.
        dart:apps/b b in dart:.
        dart:moved moved
        dart:packages/a a@1.0.0+2 in dart:.
        + b  normal
        + flutter  normal
        + hosted 1.2 normal
        + nothing  normal
        + yaml >=3.0.0 <4.0.0 normal
        dart:packages/a/example a_example in dart:.
        dart:. -> dart:moved dev
        dart:. -> dart:packages/a dev
        dart:moved -> dart:packages/a normal
        dart:packages/a -> dart:apps/app normal
        dart:packages/a -> dart:moved normal
        dart:packages/a/example -> dart:packages/a normal
        problem apps/app/pubspec.yaml member.no_resolution: is a member of the workspace at `.`: add `resolution: workspace`
        problem moved/pubspec.yaml dependency.missing: `lost` is to be at `lost`, where there is no pubspec.yaml
        problem pubspec.yaml:6 member.missing: the member `gone` matches no package; correct or remove it
        ",
    );
}

#[test]
fn melos_lists_by_patterns_and_leaves_its_root_out() {
    check(
        r#"
//- melos.yaml
name: mono
packages:
  - packages/**
ignore:
  - packages/**/skipped
//- pubspec.yaml
name: mono
//- packages/pubspec.yaml
name: group
//- packages/a/pubspec.yaml
name: a
dependencies: {b: ^1.0.0, skipped: any}
//- packages/a/.dart_tool/x/pubspec.yaml
name: generated
//- packages/fixtures/b/pubspec.yaml
name: b
//- packages/a/skipped/pubspec.yaml
name: skipped
//- use_root/melos.yaml
packages: ["*"]
useRootAsPackage: true
//- use_root/pubspec.yaml
name: with_root
"#,
        "
        workspace dart:. melos
        workspace dart:use_root melos
        dart:. mono
        dart:packages group
        dart:packages/a a in dart:.
        + skipped any normal
        dart:packages/a/.dart_tool/x generated
        dart:packages/a/skipped skipped
        dart:packages/fixtures/b b in dart:.
        dart:use_root with_root in dart:use_root
        dart:packages/a -> dart:packages/fixtures/b normal
        ",
    );
}

#[test]
fn an_overrides_file_says_where_a_dependency_is() {
    check(
        r#"
//- app/pubspec.yaml
name: app
dependencies: {lib: ^1.0.0}
dev_dependencies: {lib_test: ^1.0.0}
dependency_overrides: {lib_test: {path: ../lib_test}}
//- app/pubspec_overrides.yaml
dependency_overrides:
  lib: {path: ../lib}
//- lib/pubspec.yaml
name: lib
//- lib_test/pubspec.yaml
name: lib_test
dependencies: {lib: ^1.0.0}
//- lib_test/example/pubspec.yaml
name: lib_test_example
dependencies: {lib_test: ^1.0.0}
# What a dependency depends on is taken from here too, so pub counts it as a dependency.
dependency_overrides: {lib_test: {path: ..}, lib: {path: ../../lib}, hosted: 1.0.0}
"#,
        "
        dart:app app
        + lib_test ^1.0.0 dev
        dart:lib lib
        dart:lib_test lib_test
        + lib ^1.0.0 normal
        dart:lib_test/example lib_test_example
        dart:app -> dart:lib normal
        dart:lib_test/example -> dart:lib dev
        dart:lib_test/example -> dart:lib_test normal
        ",
    );
}

#[test]
fn broken_pubspecs_are_problems() {
    check(
        "
//- a/pubspec.yaml
name: [
//- b/pubspec.yaml
- x
//- c/pubspec.yaml
dependencies: 7
workspace: text
//- d/melos.yaml
packages: [\"../../x\"]
//- e/melos.yaml
",
        "
        workspace dart:d melos
        dart:c (no name)
        problem a/pubspec.yaml:1 manifest.syntax: is not valid YAML: unclosed bracket '[' at line 1, column 7
        problem b/pubspec.yaml:1 manifest.syntax: is not a table of keys; make it one
        problem c/pubspec.yaml manifest.no_name: has no name; add one
        problem d/melos.yaml:1 member.pattern: pattern `../../x` leaves the repository
        problem e/melos.yaml:1 manifest.syntax: is not a table of keys; make it one
        ",
    );
}
