//! Files as they really are: absent, huge, deep, binary, or no files at all.

use super::*;

#[test]
fn absent_files_are_no_error_and_nothing_is_searched_for() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("drift.toml"), "lock.wait = 'nonsense'").unwrap();
    let inner = dir.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    for path in [inner.join("drift.toml"), dir.path().join("file/drift.toml")] {
        let options = LoadOptions { workspace_file: Some(path), ..LoadOptions::default() };
        assert!(load(&options).unwrap().warnings.is_empty());
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let case = Case { workspace: Some("\u{FEFF}lock.wait = 3\n"), ..Case::default() };
    insta::assert_snapshot!(case.error(), @r#"
    error: lock.wait: the duration 3 has no unit; write "3s", "3h" or "3d"
     --> drift.toml:1:13
      |
    1 | lock.wait = 3
      |             ^
    "#);
    let case =
        Case { workspace: Some("\u{FEFF}lock.wait = '3s'\r\ngc.history = '1d'\r\n"), ..Case::default() };
    assert_eq!(case.config().gc.history, days(1));
}

#[test]
fn bytes_that_are_not_utf8() {
    let (dir, _) = Case::default().load();
    let path = dir.path().join("drift.toml");
    fs::write(&path, b"# \xC3\xA4\n[db]\n# \xFF\n").unwrap();
    let options = LoadOptions { workspace_file: Some(path), ..LoadOptions::default() };
    let error = load(&options).unwrap_err();
    assert_eq!(shorten(dir.path(), &error.to_string()), "drift.toml:3:3: not valid UTF-8");
    assert_eq!(error.hint().unwrap(), "save the file as UTF-8");
}

#[test]
fn what_is_not_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drift.toml");
    fs::create_dir(&path).unwrap();
    let options = LoadOptions { workspace_file: Some(path), ..LoadOptions::default() };
    let error = load(&options).unwrap_err();
    assert_eq!(shorten(dir.path(), &error.to_string()), "drift.toml is not a regular file");
}

#[cfg(unix)]
#[test]
fn unreadable_and_looping_paths_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drift.toml");
    std::os::unix::fs::symlink(&path, &path).unwrap();
    let options = LoadOptions { workspace_file: Some(path), ..LoadOptions::default() };
    let error = load(&options).unwrap_err();
    assert_eq!(shorten(dir.path(), &error.to_string()), "cannot read drift.toml");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn ten_megabytes_are_refused_and_one_is_quick() {
    let huge = "#".repeat(10 << 20);
    assert_eq!(
        Case { workspace: Some(&huge), ..Case::default() }.error(),
        "drift.toml is larger than 1024 KiB"
    );
    // Many projects with gates of their own, all shown.
    let gates: String =
        (0..2_000).map(|index| format!("[gates.projects.p{index}]\nmax_errors = 1\n")).collect();
    let started = std::time::Instant::now();
    let (_dir, loaded) = Case { workspace: Some(&gates), ..Case::default() }.load();
    assert_eq!(loaded.unwrap().get("gates.projects").unwrap().len(), 2_000);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    // Many unknown keys, each of which would cost a suggestion and a count of lines.
    let many: String = (0..60_000).map(|index| format!("key{index} = 1\n")).collect();
    let started = std::time::Instant::now();
    let (_dir, loaded) = Case { workspace: Some(&many), ..Case::default() }.load();
    assert_eq!(loaded.unwrap().warnings.len(), 50);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn depth_is_bounded() {
    for text in [
        format!("affected.global = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("x = {}1{}", "{a=".repeat(100_000), "}".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
    ] {
        let shown = Case { workspace: Some(&text), ..Case::default() }.error();
        assert!(
            shown.contains("recursion limit") || shown.contains("max recursion depth"),
            "{}",
            &shown[..200.min(shown.len())]
        );
        assert!(shown.len() < 20_000, "{}", shown.len());
    }
}

#[test]
fn long_lines_are_cut_around_the_caret() {
    let text = format!("lock = {{ wait = '3s', {} = 1, x = '{}' }}", "k".repeat(150), "ä".repeat(2000));
    let case = Case { workspace: Some(&text), ..Case::default() };
    insta::assert_snapshot!(case.warnings(), @r"
    warning: lock.kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: unknown key
     --> drift.toml:1:23
      |
    1 | ...', kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk = ...
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    warning: lock.x: unknown key
     --> drift.toml:1:51
      |
    1 | kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk = 1, x = 'ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää
      |                                                   ^
      |
      = help: did you mean `lock.wait`?
    ");
}

#[test]
fn long_keys_and_values_do_not_flood_the_terminal() {
    let text = format!("{} = 1\nlock.wait = '{}'\n", "k".repeat(400_000), "v".repeat(400_000));
    let case = Case { workspace: Some(&text), strict: true, ..Case::default() };
    assert!(case.error().len() < 3000, "{}", case.error().len());
    assert!(case.load().1.unwrap_err().to_string().len() < 1000);
}

/// A configuration that comes with a clone must not be able to drive the terminal.
#[test]
fn control_characters_are_not_printed() {
    let text = "\"a\\u001b[31mb\" = 1\nlock.wait = \"\\u001b[2J\"\n\"tab\tkey\" = '\t'\n";
    let case = Case { workspace: Some(text), ..Case::default() };
    let shown = case.error();
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let raw = "x = '\u{1b}[31m'\n";
    assert!(!Case { workspace: Some(raw), ..Case::default() }.error().contains('\u{1b}'));
    let bidi = "# \u{202e}\n'\u{202e}' = 1\nlock.wait = '\u{202e}'\n";
    assert!(!Case { workspace: Some(bidi), ..Case::default() }.error().contains('\u{202e}'));
}

proptest::proptest! {
    /// Whatever a file holds, loading ends with an answer whose carets can be rendered.
    #[test]
    fn any_characters_have_an_answer(text in "(?s).{0,40}(\r?\n.{0,20}){0,3}") {
        if let (_dir, Err(error)) = (Case { workspace: Some(&text), ..Case::default() }.load()) {
            error.render(Style::Plain);
            let escapes = error.to_string().contains('\u{1b}');
            proptest::prop_assert!(!escapes);
        }
    }

    #[test]
    fn any_text_has_an_answer(text in "(\\[?(backup|db|gates)(\\.retention|\\.projects)?\\]?|[a-z_]{1,9} ?= ?|\\n|\"|'|#|[0-9]|true|\\PC){0,40}") {
        let (_dir, loaded) = Case { workspace: Some(&text), ..Case::default() }.load();
        match loaded {
            Ok(loaded) => for warning in loaded.warnings {
                warning.render(Style::Color);
            },
            Err(error) => {
                error.render(Style::Plain);
            }
        }
    }
}

/// Opening it would wait for a writer that never comes.
#[cfg(unix)]
#[test]
fn a_fifo_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drift.toml");
    match std::process::Command::new("mkfifo").arg(&path).status() {
        Ok(status) if status.success() => {}
        _ => return eprintln!("skipped: there is no mkfifo"),
    }
    let options = LoadOptions { workspace_file: Some(path), ..LoadOptions::default() };
    assert!(matches!(load(&options), Err(ConfigError::NotAFile { .. })));
}

#[test]
fn the_short_word_for_a_warning_is_read_as_well() {
    let case = Case { workspace: Some("rules.duplicate_name = 'warn'\n"), ..Case::default() };
    assert_eq!(case.config().rules.duplicate_name, crate::Severity::Warning);
}
