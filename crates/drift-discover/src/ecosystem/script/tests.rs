use super::{Kind, Language, MAX_PIECES, Script};

/// Checks the pieces of `text`: words as they are, literals in quotes, computed strings in backquotes.
#[track_caller]
fn check(language: Language, text: &str, expected: &str) {
    let script = Script::new(language, text).unwrap();
    let show = |kind: &Kind| match kind {
        Kind::Word(word) => word.clone(),
        Kind::Text(text) => format!("{text:?}"),
        Kind::Computed(text) => format!("`{text}`"),
        Kind::Words(words) => format!("%{words:?}"),
        Kind::Sign(sign) => sign.to_string(),
        Kind::Newline => "|".into(),
    };
    let got: Vec<String> = script.tokens.iter().map(|token| show(&token.kind)).collect();
    assert_eq!(got.join(" "), expected);
}

/// Checks the arguments of the call that starts with the first word of `text`.
#[track_caller]
fn check_call(language: Language, text: &str, expected: &str) {
    let (args, _) = Script::new(language, text).unwrap().call(1);
    assert_eq!(format!("{:?} {:?}", args.positional, args.named), expected);
}

#[test]
fn ruby_strings_comments_and_heredocs() {
    use Language::Ruby;
    check(Ruby, "s.name = 'a' # \"no\"\n", "s . name = \"a\" |");
    check(Ruby, "x = \"a#{b[\"c\"]}d\"", "x = `a#{b[\"c\"]}d`");
    check(Ruby, "%w[a b].each", "%[\"a\", \"b\"] . each");
    check(Ruby, "=begin\ngem 'x'\n=end\ny", "| y");
    check(Ruby, "m = <<~MSG + z\n  gem \"x'\n  MSG\ny", "m = `MSG` + z | y");
    check(Ruby, "if /it's \"(/.match? x\n", r#"if "it's \"(" . match? x |"#);
    check(Ruby, "a / b / c", "a / b / c");
    check(Ruby, "y\n__END__\ngem 'x'", "y |");
    check(Ruby, "list << \"x\"", "list < < \"x\"");
}

#[test]
fn kotlin_groovy_swift_and_elixir_strings() {
    check(Language::Kotlin, "a(\"\"\"b\"c\"\"\", \"$d\") /* /* e */ \"f */ g", "a ( \"b\\\"c\" , `$d` ) g");
    check(Language::Groovy, "a 'b$c', \"d\\\"\" // 'e\nf '''g\nh'''", "a \"b$c\" , \"d\\\"\" | f \"g\\nh\"");
    check(Language::Swift, "a(#\"b\"c\"#, \"\\(d(\"e\"))\")", "a ( \"b\\\"c\" , `\\(d(\"e\"))` )");
    check(
        Language::Elixir,
        "~w(a b)a ~s{c} ?\" \"\"\"\n'd\"\"\"",
        "%[\"a\", \"b\"] \"c\" \"\\\"\" \"\\n'd\"",
    );
}

#[test]
fn calls_with_and_without_parentheses() {
    check_call(
        Language::Ruby,
        "gem \"a\", \"~> 1\", path: '../a', :require => false if x",
        r#"[Text("a"), Text("~> 1")] [("path", Text("../a")), ("require", Word("false"))]"#,
    );
    check_call(
        Language::Ruby,
        "dep(x + 1, [\"a\",\n 'b',], y.z)",
        r#"[Computed, List(Args { positional: [Text("a"), Text("b")], named: [] }), Word("y.z")] []"#,
    );
    check_call(
        Language::Kotlin,
        "api(project(path = \":a\")) {",
        r#"[Call("project", Args { positional: [], named: [("path", Text(":a"))] })] []"#,
    );
    check_call(Language::Groovy, "include 'a',\n  \"b${c}\"\nd", r#"[Text("a"), Computed] []"#);
}

#[test]
fn whatever_the_text_reading_ends() {
    let pieces = [
        "(", "[", "{", ")", "]", "\"", "'", "#{", "<<~A\n", "%w(", "/", "a", ",", ":", "=", "\n", "é",
        "~w\"", "\\", "$",
    ];
    for language in [Language::Elixir, Language::Groovy, Language::Kotlin, Language::Ruby, Language::Swift] {
        let mut seed = 7_u32;
        for _ in 0..300 {
            let mut text = String::from("a ");
            for _ in 0..40 {
                seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
            }
            let script = Script::new(language, &text).unwrap();
            (0..script.tokens.len()).for_each(|at| assert!(script.call(at).1 >= at));
        }
        let deep = Script::new(language, &"a(".repeat(100_000)).unwrap();
        assert!(deep.call(1).1 > 0);
        Script::new(language, &"\"#{".repeat(100_000));
        Script::new(language, &"\"$x\"\n".repeat(100_000));
    }
}

#[test]
fn a_script_of_too_many_pieces_is_none() {
    for language in [Language::Elixir, Language::Groovy, Language::Kotlin, Language::Ruby, Language::Swift] {
        assert!(Script::new(language, &"[".repeat(MAX_PIECES)).is_some());
        assert!(Script::new(language, &"[".repeat(MAX_PIECES + 1)).is_none());
    }
    let words = format!("%w[{}]", "a ".repeat(MAX_PIECES));
    assert!(Script::new(Language::Ruby, &words).is_none());
}

#[test]
fn every_reader_of_scripts_says_that_one_has_too_many_pieces() {
    for file in ["settings.gradle", "build.gradle.kts", "mix.exs", "Package.swift", "Gemfile", "a.gemspec"] {
        let fixture = format!("//- {file}\n{}", "[".repeat(MAX_PIECES + 1));
        let found = crate::discover(&crate::MemorySource::fixture(&fixture), &Default::default());
        let problems: Vec<String> =
            found.problems.iter().map(|problem| format!("{} {}", problem.file, problem.code)).collect();
        assert_eq!(problems, [format!("{file} manifest.too_large")]);
    }
}

#[test]
fn calls_within_calls_are_read_a_bounded_number_of_times() {
    let mix =
        |unit: &str| format!("mix.exs\ndefmodule A do\n def project do\n [app: :a, {}", unit.repeat(100_000));
    let cases = [
        (mix("deps: ["), "mix.exs"),
        (format!("a.gemspec\ns.name = 'a'\n{}", "Specification.new(a,".repeat(80_000)), "a.gemspec"),
    ];
    for (fixture, file) in cases {
        let found =
            crate::discover(&crate::MemorySource::fixture(&format!("//- {fixture}")), &Default::default());
        let problems: Vec<String> =
            found.problems.iter().map(|problem| format!("{} {}", problem.file, problem.code)).collect();
        assert!(problems.contains(&format!("{file} manifest.too_deep")), "{problems:?}");
    }
}
