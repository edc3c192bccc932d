//! Variables and flags: conversions, names, and what is none of drift's business.

use super::*;

fn env<'a>(env: &'a [(&'a str, &'a str)]) -> Case<'a> {
    Case { env, ..Case::default() }
}

#[test]
fn booleans_in_the_spellings_of_shells() {
    for (text, expected) in
        [("1", true), ("0", false), ("TRUE", true), ("False", false), ("yes", true), ("No", false)]
    {
        assert_eq!(env(&[("DRIFT_BACKUP__AUTO", text)]).config().backup.auto, expected, "{text}");
        let flag = Case { flags: &[("backup.auto", text)], ..Case::default() };
        assert_eq!(flag.config().backup.auto, expected, "{text}");
    }
    insta::assert_snapshot!(env(&[("DRIFT_BACKUP__AUTO", "maybe")]).error(), @r#"
    error: backup.auto: expected true or false, found the string "maybe"
     |
     | DRIFT_BACKUP__AUTO=maybe
     |                    ^^^^^
    "#);
}

#[test]
fn text_that_looks_like_a_number_stays_text() {
    for text in ["0123", "1e5", "true", "{}", "1.0", "a,b"] {
        let config = env(&[("DRIFT_WORKSPACE__DEFAULT_BRANCH", text)]).config();
        assert_eq!(config.workspace.default_branch.as_str(), text);
    }
}

#[test]
fn lists_are_separated_by_commas() {
    let globs = |text: &str| {
        let config = env(&[("DRIFT_AFFECTED__GLOBAL", text)]).config();
        config.affected.global.iter().map(|glob| glob.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(globs("a"), ["a"]);
    assert_eq!(globs("a, b/**,"), ["a", "b/**"]);
    assert_eq!(globs("1,2"), ["1", "2"]);
    assert_eq!(globs("[\"{a,b}\", 'c']"), ["{a,b}", "c"]);
    let none = Case { env: &[("DRIFT_DISCOVER__FIXTURE_DIRS", "[]")], ..Case::default() };
    assert!(none.config().discover.fixture_dirs.is_empty());
}

#[test]
fn empty_means_unset() {
    let case = Case {
        workspace: Some("gc.history = '3d'"),
        env: &[
            ("DRIFT_GC__HISTORY", ""),
            ("DRIFT_BACKUP__RETENTION__DAILY", ""),
            ("DRIFT_AFFECTED__GLOBAL", ""),
            ("DRIFT_BACKUP__AUTO", ""),
        ],
        flags: &[("gc.history", "")],
        ..Case::default()
    };
    assert_eq!(case.config().gc.history, days(3));
}

#[test]
fn what_is_not_a_setting_never_breaks() {
    let case = env(&[
        ("DRIFT_LOG", "debug"),
        ("DRIFT_HOME", "/x"),
        ("DRIFT_ROOT", "/y"),
        ("DRIFT_BASE", "main"),
        ("DRIFT_", "x"),
        ("DRIFT_PROFILE", "x"),
        ("DRIFT_BACKUP", "x"),
        ("DRIFTWOOD__X", "x"),
        ("PATH", "x"),
        ("BACKUP__AUTO", "nonsense"),
    ]);
    assert_eq!(case.config(), Case::default().config());
    assert_eq!(case.warnings(), "");
}

#[test]
fn near_misses_warn_even_when_strict() {
    let vars = [
        ("DRIFT_BACKUP_AUTO", "1"),
        ("DRIFT_BACKUP__RETENTION__DIALY", "1"),
        ("DRIFT_DB__STARTUP_CHEKC", "1"),
        ("DRIFT_LOCKS__WAIT", "1s"),
    ];
    let case = Case { env: &vars, strict: true, ..Case::default() };
    insta::assert_snapshot!(case.warnings(), @r"
    warning: DRIFT_BACKUP_AUTO is not a variable of drift
     |
     | DRIFT_BACKUP_AUTO=1
     | ^^^^^^^^^^^^^^^^^
     |
     = help: did you mean DRIFT_BACKUP__AUTO?

    warning: DRIFT_BACKUP__RETENTION__DIALY is not a variable of drift
     |
     | DRIFT_BACKUP__RETENTION__DIALY=1
     | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     |
     = help: did you mean DRIFT_BACKUP__RETENTION__DAILY?

    warning: DRIFT_DB__STARTUP_CHEKC is not a variable of drift
     |
     | DRIFT_DB__STARTUP_CHEKC=1
     | ^^^^^^^^^^^^^^^^^^^^^^^
     |
     = help: did you mean DRIFT_DB__STARTUP_CHECK?

    warning: DRIFT_LOCKS__WAIT is not a variable of drift
     |
     | DRIFT_LOCKS__WAIT=1s
     | ^^^^^^^^^^^^^^^^^
     |
     = help: did you mean DRIFT_LOCK__WAIT?
    ");
}

#[test]
fn errors_name_the_variable() {
    let case = env(&[("DRIFT_BACKUP__RETENTION__DAILY", "lots"), ("DRIFT_AFFECTED__GLOBAL", "ok,../x")]);
    insta::assert_snapshot!(case.error(), @r#"
    error: affected.global: the glob "../x" leaves the workspace; globs are relative to its root
     |
     | DRIFT_AFFECTED__GLOBAL=ok,../x
     |                        ^^^^^^^

    error: backup.retention.daily: expected a whole number, found the string "lots"
     |
     | DRIFT_BACKUP__RETENTION__DAILY=lots
     |                                ^^^^
    "#);
}

#[test]
fn unknown_flags_are_errors() {
    let case = Case {
        flags: &[("backup.atuo", "1"), ("backup", "1"), ("", "1"), ("a b", "1"), ("wait", "1s")],
        ..Case::default()
    };
    insta::assert_snapshot!(case.error(), @r"
    error: backup.atuo: there is no such setting
     |
     | --config backup.atuo=1
     |          ^^^^^^^^^^^
     |
     = help: did you mean `backup.auto`?

    error: backup: this is a section, not a setting
     |
     | --config backup=1
     |          ^^^^^^
     |
     = help: for example `backup.auto`

    error: : there is no such setting
     |
     | --config =1
     |          ^

    error: a b: there is no such setting
     |
     | --config a b=1
     |          ^^^

    error: wait: there is no such setting
     |
     | --config wait=1s
     |          ^^^^
     |
     = help: did you mean `lock.wait`?
    ");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_unicode() {
    use std::os::unix::ffi::OsStringExt as _;

    let odd = || OsString::from_vec(b"x\xFF".to_vec());
    let dir = tempfile::tempdir().unwrap();
    let mut options = Case::default().options(dir.path());
    options.env = BTreeMap::from([(odd(), odd()), ("DRIFT_LOG".into(), odd()), ("OTHER".into(), odd())]);
    assert!(load(&options).is_ok());
    options.env.insert("DRIFT_LOCK__WAIT".into(), odd());
    let error = load(&options).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"invalid configuration: environment variable DRIFT_LOCK__WAIT: lock.wait: the value is not valid UTF-8");
}

/// Every key can be given as a variable and as a flag, in the text in which `config get` prints it.
#[test]
fn every_key_has_a_variable_and_a_flag() {
    let built_in = Case::default().config();
    for info in keys() {
        let (_dir, loaded) = Case::default().load();
        let value = loaded.unwrap().get(&info.path.to_string()).unwrap().remove(0).value;
        let text = match &value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (name, key) = (info.variable(), info.path.to_string());
        for (case, layer) in [
            (Case { env: &[(&name, &text)], ..Case::default() }, Layer::Env),
            (Case { flags: &[(&key, &text)], ..Case::default() }, Layer::Flag),
        ] {
            let (_dir, loaded) = case.load();
            let loaded = loaded.unwrap();
            assert_eq!(loaded.config, built_in, "{key} = {text}");
            let expected = if text.is_empty() { Layer::Default } else { layer };
            assert_eq!(loaded.provenance.layer(&info.path), expected, "{key}");
        }
    }
}
