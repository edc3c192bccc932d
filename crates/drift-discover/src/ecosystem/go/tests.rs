use crate::ecosystem::tests::check;

#[test]
fn a_workspace_has_what_it_uses_and_other_modules_stand_alone() {
    check(
        "
//- go.work
go 1.24
toolchain go1.24.1
use ./api // the API
use (
\t. // the root
\tclient/v3
\t./gone
\t../elsewhere
)
replace example.com/forked => ./forked
//- go.mod
module example.com/root
require (
\texample.com/root/api v0.0.0
\texample.com/root/client/v3 v3.1.0 // indirect
\texample.com/forked v1.0.0
\texample.com/forked/v2 v2.0.0
\tgithub.com/gin-gonic/gin v1.10.0
)
//- api/go.mod
module example.com/root/api
//- client/v3/go.mod
module \"example.com/root/client/v3\"
require example.com/root v1.0.0
require example.com/root/client v1.0.0
//- forked/go.mod
module example.com/forked
//- vendor/example.com/x/go.mod
module example.com/x
//- internal/testdata/go.mod
module broken (
//- _examples/go.mod
module example.com/examples
//- .hidden/go.mod
module example.com/hidden
",
        "
        workspace go:. go
        go:. example.com/root in go:.
        + example.com/forked/v2 v2.0.0 normal
        + github.com/gin-gonic/gin v1.10.0 normal
        go:api example.com/root/api in go:.
        go:client/v3 example.com/root/client/v3 in go:.
        + example.com/root/client v1.0.0 normal
        go:forked example.com/forked
        go:. -> go:api normal
        go:. -> go:forked normal
        go:client/v3 -> go:. normal
        problem go.work:7 member.missing: the member `./gone` has no go.mod; add one or remove the line
        problem go.work:8 member.missing: `../elsewhere` is outside the repository; its module is not read
        ",
    );
}

#[test]
fn without_a_workspace_replacements_and_module_paths_link() {
    check(
        "
//- a/go.mod
module example.com/a
require example.com/b v0.1.0
require example.com/c v1.0.0
require example.com/d v1.0.0
require example.com/e v1.0.0
require example.com/f v1.0.0 // indirect; for tests
require example.com/gone v1.0.0
replace (
\texample.com/b => ../other/b // local
\texample.com/d v0.9.0 => ../nowhere
\texample.com/e => example.com/fork v1.0.0
\texample.com/gone => ../gone
)
//- other/b/go.mod
module example.com/renamed
//- c/go.mod
module example.com/c
//- d/go.mod
module example.com/d
//- e/go.mod
module example.com/e
//- f/go.mod
module example.com/f
",
        "
        go:a example.com/a
        + example.com/e v1.0.0 normal
        go:c example.com/c
        go:d example.com/d
        go:e example.com/e
        go:f example.com/f
        go:other/b example.com/renamed
        go:a -> go:c normal
        go:a -> go:d normal
        go:a -> go:other/b normal
        problem a/go.mod:7 dependency.missing: `example.com/gone` is replaced by `gone`, where there is no go.mod
        ",
    );
}

#[test]
fn two_modules_of_one_path_are_no_target() {
    check(
        "
//- a/go.mod
module example.com/a
require example.com/same v1.0.0
//- one/go.mod
module example.com/same
//- two/go.mod
module example.com/same
",
        "
        go:a example.com/a
        + example.com/same v1.0.0 normal
        go:one example.com/same
        go:two example.com/same
        ",
    );
}

#[test]
fn faults_are_problems() {
    check(
        "
//- a/go.mod
module example.com/a
require example.com/b
replace example.com/c ./c
future directive (
\tof a later version
)
//- b/go.mod
go 1.22
//- c/go.mod
require (
//- d/go.work
use one two
//- empty/go.mod
// keeps the directory out of the module above
",
        "
        workspace go:d go
        go:a example.com/a
        problem a/go.mod:2 manifest.invalid: this is not `require PATH VERSION`; correct or remove the line
        problem a/go.mod:3 manifest.invalid: this is not `replace PATH [VERSION] => DIRECTORY, or => PATH VERSION`; correct or remove the line
        problem b/go.mod manifest.no_name: has no `module` directive; add one
        problem c/go.mod:1 manifest.syntax: cannot be read: the block that starts here is not closed
        problem d/go.work:1 manifest.invalid: this is not `use DIRECTORY`; correct or remove the line
        ",
    );
}
