use crate::ecosystem::tests::check;

#[test]
fn members_link_through_imports() {
    check(
        r#"
//- deno.jsonc
{
  // comment
  "workspace": ["./a", "packages/*", "gone"],
  "imports": { "x": "jsr:@std/path@^1/posix", "y": "npm:chalk", "own": "./a/mod.ts" },
}
//- a/deno.json
{ "name": "@acme/a", "version": "0.1.0", "imports": { "b": "jsr:@acme/b@^1", "c": "../packages/c/mod.ts", "n": "npm:/left@1" } }
//- packages/b/deno.jsonc
{ "name": "@acme/b", "importMap": "map.json" }
//- packages/b/map.json
{ "imports": { "a": "jsr:@acme/a" } }
//- packages/c/deno.json
{}
//- packages/d/README.md
//- other/deno.json
{ "imports": { "a": "jsr:@acme/a@1" }, "workspace": { "members": [] } }
//- bad/deno.json
[
"#,
        "
        workspace deno:. deno
        workspace deno:other deno
        deno:. (no name) in deno:.
        + @std/path ^1 normal
        + chalk  normal
        deno:a @acme/a@0.1.0 in deno:.
        + left 1 normal
        deno:other (no name) in deno:other
        + @acme/a 1 normal
        deno:packages/b @acme/b in deno:.
        deno:packages/c (no name) in deno:.
        deno:a -> deno:packages/b normal
        deno:a -> deno:packages/c normal
        deno:packages/b -> deno:a normal
        problem bad/deno.json:2 manifest.syntax: is not valid JSON with comments: Unterminated array on line 2 column 1
        problem deno.jsonc:3 member.missing: the member `gone` matches no package; correct or remove it
        ",
    );
}

#[test]
fn patterns_skip_hidden_directories_and_negations_spare_what_is_named() {
    check(
        r#"
//- deno.json
{ "workspace": ["!./packages/n*", "./packages/**", "packages/named", ".hidden", "{a,b}"] }
//- packages/a/deno.json
{}
//- packages/nope/deno.json
{}
//- packages/nope/below/deno.json
{}
//- packages/named/deno.json
{}
//- packages/.h/x/deno.json
{}
//- .hidden/deno.json
{}
"#,
        "
        workspace deno:. deno
        deno:. (no name) in deno:.
        deno:.hidden (no name) in deno:.
        deno:packages/.h/x (no name)
        deno:packages/a (no name) in deno:.
        deno:packages/named (no name) in deno:.
        deno:packages/nope (no name)
        deno:packages/nope/below (no name) in deno:.
        problem deno.json:1 member.missing: the member `{a,b}` matches no package; correct or remove it
        ",
    );
}
