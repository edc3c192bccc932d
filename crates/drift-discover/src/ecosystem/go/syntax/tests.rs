use super::{SyntaxError, parse};

#[track_caller]
fn check(text: &str, expected: Result<&str, (u32, SyntaxError)>) {
    let got = parse(text).map(|directives| {
        let shown = directives.iter().map(|directive| {
            let comment = directive.comment.as_ref().map(|text| format!(" # {text}")).unwrap_or_default();
            format!("{} {} {}{comment}", directive.line, directive.verb, directive.words.join("|"))
        });
        shown.collect::<Vec<_>>().join("\n")
    });
    assert_eq!(got.as_deref().map_err(|error| *error), expected);
}

#[test]
fn lines_and_blocks_with_comments_and_strings() {
    check(
        "// about\r\nmodule example.com/a // the name\r\n\r\nrequire(\r\n\ta v1//indirect\n  \"b c\" v2\n)\nuse `./x`\nuse ()\nretract [v1, v2]\nreplace a=>b v1\n",
        Ok(concat!(
            "2 module example.com/a # the name\n",
            "5 require a|v1 # indirect\n",
            "6 require b c|v2\n",
            "8 use ./x\n",
            "10 retract [|v1|,|v2|]\n",
            "11 replace a=>b|v1",
        )),
    );
    check("module (\n\texample.com/a\n)", Ok("2 module example.com/a"));
    check("", Ok(""));
}

#[test]
fn faults_have_their_line() {
    check("module a\nrequire (\n a v1\n", Err((2, SyntaxError::OpenBlock)));
    check("module a\n)\n", Err((2, SyntaxError::Unopened)));
    check("require (\nuse (\n)\n)", Err((2, SyntaxError::Nested)));
    check("module \"a\n", Err((1, SyntaxError::OpenString)));
    check("module `a\n", Err((1, SyntaxError::OpenString)));
}
