//! Loading, seen from outside: layers, conversions, messages, bad input. Every trap of figment that could
//! apply has a test here.

use std::{collections::BTreeMap, ffi::OsString, fs, path::Path};

use crate::*;

mod editing;
mod files;
mod reference_files;
mod variables;

/// A user file, a workspace file, variables and flags; prints the outcome with paths shortened.
#[derive(Default)]
struct Case<'a> {
    user: Option<&'a str>,
    workspace: Option<&'a str>,
    env: &'a [(&'a str, &'a str)],
    flags: &'a [(&'a str, &'a str)],
    strict: bool,
}

impl Case<'_> {
    fn load(&self) -> (tempfile::TempDir, Result<Loaded, ConfigError>) {
        let dir = tempfile::tempdir().unwrap();
        let options = self.options(dir.path());
        let loaded = load(&options);
        (dir, loaded)
    }

    fn options(&self, dir: &Path) -> LoadOptions {
        let files = [("config.toml", self.user), ("drift.toml", self.workspace)];
        for (name, text) in files {
            if let Some(text) = text {
                fs::write(dir.join(name), text).unwrap();
            }
        }
        LoadOptions {
            user_file: Some(dir.join("config.toml")),
            workspace_file: Some(dir.join("drift.toml")),
            env: environment(self.env),
            flags: self.flags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect(),
            strict: self.strict,
        }
    }

    fn config(&self) -> Config {
        self.load().1.unwrap().config
    }

    /// Warnings as they are shown, one after the other.
    fn warnings(&self) -> String {
        let (dir, loaded) = self.load();
        let warnings: Vec<String> =
            loaded.unwrap().warnings.iter().map(|it| it.render(Style::Plain)).collect();
        shorten(dir.path(), &warnings.join("\n\n"))
    }

    /// The error as it is shown.
    fn error(&self) -> String {
        let (dir, loaded) = self.load();
        let error = loaded.unwrap_err();
        let blocks = error.render(Style::Plain);
        shorten(dir.path(), &if blocks.is_empty() { error.to_string() } else { blocks })
    }
}

fn environment(vars: &[(&str, &str)]) -> BTreeMap<OsString, OsString> {
    vars.iter().map(|&(name, value)| (name.into(), value.into())).collect()
}

fn shorten(dir: &Path, text: &str) -> String {
    text.replace(&format!("{}{}", dir.display(), std::path::MAIN_SEPARATOR), "")
}

fn key(text: &str) -> KeyPath {
    KeyPath::parse(text).unwrap()
}

#[test]
fn nothing_set_is_the_same_as_a_built_in_value_set_again() {
    let nothing = Case::default().config();
    assert_eq!(nothing, Case { workspace: Some("# a comment alone\n"), ..Case::default() }.config());
    assert_eq!(nothing, Case { flags: &[("lock.wait", "0s")], ..Case::default() }.config());
}

fn days(days: u64) -> HumanDuration {
    HumanDuration(std::time::Duration::from_secs(days * 86_400))
}

#[test]
fn the_built_in_values_are_those_of_the_design() {
    let config = Case::default().config();
    let retention = &config.backup.retention;
    let counts =
        (retention.operational, retention.manual, retention.daily, retention.weekly, retention.monthly);
    assert_eq!(counts, (5, 10, 7, 4, 0));
    assert_eq!(retention.safety_grace, days(7));
    assert_eq!(retention.max_total_size, Limit::Unlimited);
    assert_eq!(config.db.startup_check, StartupCheck::Auto);
    assert_eq!(config.db.journal_mode, JournalMode::Auto);
    assert_eq!(config.gc.vacuum_free_percent.get(), 20);
    assert!(config.backup.auto);
    assert!(config.discover.fixture_dirs.iter().any(|dir| dir.as_str() == "src/test"));
}

#[test]
fn a_later_layer_wins_and_provenance_says_which() {
    let case = Case {
        user: Some("[backup.retention]\nmanual = 1\ndaily = 1\nweekly = 1\nmonthly = 1\n"),
        workspace: Some("[backup.retention]\ndaily = 2\nweekly = 2\nmonthly = 2\n"),
        env: &[("DRIFT_BACKUP__RETENTION__WEEKLY", "3"), ("DRIFT_BACKUP__RETENTION__MONTHLY", "3")],
        flags: &[("backup.retention.monthly", "4"), ("backup.retention.monthly", "5")],
        ..Case::default()
    };
    let (dir, loaded) = case.load();
    let loaded = loaded.unwrap();
    let retention = loaded.get("backup.retention").unwrap();
    let shown: Vec<String> = retention
        .iter()
        .map(|setting| {
            let origin = shorten(dir.path(), &setting.origin.to_string());
            format!("{} = {} ({}, {origin})", setting.key, setting.toml(), setting.origin.layer().as_str())
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    backup.retention.operational = 5 (default, built-in default)
    backup.retention.manual = 1 (user, config.toml:2:10)
    backup.retention.daily = 2 (workspace, drift.toml:2:9)
    backup.retention.weekly = 3 (env, environment variable DRIFT_BACKUP__RETENTION__WEEKLY)
    backup.retention.monthly = 5 (flag, command line)
    backup.retention.keep_within = "0s" (default, built-in default)
    backup.retention.max_total_size = "unlimited" (default, built-in default)
    backup.retention.safety_grace = "7d" (default, built-in default)
    "#);
    assert_eq!(loaded.provenance.layer(&key("backup.retention.weekly")), Layer::Env);
}

#[test]
fn lists_replace_each_other() {
    let case = Case {
        user: Some("affected.global = ['a', 'b']"),
        workspace: Some("affected.global = ['c']"),
        ..Case::default()
    };
    assert_eq!(case.config().affected.global.iter().map(Glob::as_str).collect::<Vec<_>>(), ["c"]);
}

#[test]
fn gates_of_single_projects() {
    let case = Case {
        user: Some("[gates.projects.'npm:a']\nmin_health = 50\n"),
        workspace: Some(
            "[gates.projects.'npm:a']\nmax_errors = 'unlimited'\n[gates.projects.'go:x.y']\nmax_warnings = 3\n",
        ),
        flags: &[("gates.projects.\"npm:a\".max_warnings", "7")],
        ..Case::default()
    };
    let (_dir, loaded) = case.load();
    let loaded = loaded.unwrap();
    let gates = loaded.get("gates").unwrap();
    let shown: Vec<String> = gates.iter().map(|it| format!("{} = {}", it.key, it.toml())).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    gates.max_errors = 0
    gates.max_warnings = "unlimited"
    gates.min_health = 0
    gates.projects."go:x.y".max_warnings = 3
    gates.projects."npm:a".max_errors = "unlimited"
    gates.projects."npm:a".max_warnings = 7
    gates.projects."npm:a".min_health = 50
    "#);
    let gates = &loaded.config.gates;
    let gate = |names: &[&str]| {
        let gate = gates.of_project(names.iter().copied());
        format!("{} {} {}", gate.max_errors, gate.max_warnings, gate.min_health)
    };
    assert_eq!(gate(&["npm:b", "b"]), "0 unlimited 0");
    assert_eq!(gate(&["npm:a", "a"]), "unlimited 7 50");
    assert_eq!(gate(&["go:x.y", "x/y", "npm:a"]), "unlimited 3 50");
    assert!(Limit::At(3).allows(&3) && !Limit::At(3).allows(&4) && Limit::Unlimited.allows(&u32::MAX));
    let inherited = loaded.get("gates.projects.\"go:x.y\".max_errors").unwrap().remove(0);
    assert_eq!((inherited.toml().as_str(), inherited.origin), ("0", Origin::Default));
    let case = Case {
        workspace: Some("[gates.projects.a]\nmax_eror = 1\n[gates.projects]\nb = 2\n"),
        ..Case::default()
    };
    insta::assert_snapshot!(case.error(), @r"
    error: gates.projects.b: expected a table, found the number 2
     --> drift.toml:4:5
      |
    4 | b = 2
      |     ^
    ");
}

/// figment alone names no line, leaks its profile and stops at the first error.
#[test]
fn wrong_types_are_all_reported_with_line_and_caret() {
    let case = Case {
        user: Some("# mine\nlock.wait = 30\n"),
        workspace: Some(
            "[backup.retention]\nmanual = \"lots\"\ndaily = -1\n\n[db]\nstartup_check = 1\njournal_mode = 'wahl'\n\n[backup]\nauto = 'yes'\n\n[affected]\nglobal = ['ok', 3]\n\n[discover]\nfixture_dirs = 'fixtures'\n",
        ),
        flags: &[("gc.vacuum_free_percent", "120")],
        ..Case::default()
    };
    insta::assert_snapshot!(case.error(), @r#"
    error: lock.wait: the duration 30 has no unit; write "30s", "30h" or "30d"
     --> config.toml:2:13
      |
    2 | lock.wait = 30
      |             ^^

    error: backup.retention.manual: expected a whole number, found the string "lots"
     --> drift.toml:2:10
      |
    2 | manual = "lots"
      |          ^^^^^^

    error: backup.retention.daily: expected a whole number, found the number -1
     --> drift.toml:3:9
      |
    3 | daily = -1
      |         ^^

    error: db.startup_check: expected one of "auto", "quick", "header", "off", found the number 1
     --> drift.toml:6:17
      |
    6 | startup_check = 1
      |                 ^

    error: db.journal_mode: expected one of "auto", "wal", "delete", found "wahl"; did you mean "wal"?
     --> drift.toml:7:16
      |
    7 | journal_mode = 'wahl'
      |                ^^^^^^

    error: backup.auto: expected true or false, found the string "yes"
      --> drift.toml:10:8
       |
    10 | auto = 'yes'
       |        ^^^^^

    error: affected.global: expected a glob such as "config/**", found the number 3
      --> drift.toml:13:17
       |
    13 | global = ['ok', 3]
       |                 ^

    error: discover.fixture_dirs: expected a list, found the string "fixtures"
      --> drift.toml:16:16
       |
    16 | fixture_dirs = 'fixtures'
       |                ^^^^^^^^^^

    error: gc.vacuum_free_percent: expected a whole number from 0 to 100, found 120
     |
     | --config gc.vacuum_free_percent=120
     |                                 ^^^
    "#);
}

#[test]
fn a_table_in_place_of_a_value_and_the_reverse() {
    let case = Case { workspace: Some("backup = 3\n[lock.wait]\nseconds = 3\n"), ..Case::default() };
    insta::assert_snapshot!(case.error(), @r#"
    error: backup: expected a table, found the number 3
     --> drift.toml:1:10
      |
    1 | backup = 3
      |          ^

    error: lock.wait: expected a duration such as "7d" or "1h30m", found a table
     --> drift.toml:2:1
      |
    2 | [lock.wait]
      | ^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_keys_warn_with_a_suggestion() {
    let text =
        "nmae = 1\n[backup]\nautos = true\noperational = 9\n[bakup.retention]\ndaily = 1\n[zzz]\nq = 1\n";
    let case = Case { workspace: Some(text), ..Case::default() };
    insta::assert_snapshot!(case.warnings(), @r"
    warning: nmae: unknown key
     --> drift.toml:1:1
      |
    1 | nmae = 1
      | ^^^^

    warning: backup.autos: unknown key
     --> drift.toml:3:1
      |
    3 | autos = true
      | ^^^^^
      |
      = help: did you mean `backup.auto`?

    warning: backup.operational: unknown key
     --> drift.toml:4:1
      |
    4 | operational = 9
      | ^^^^^^^^^^^
      |
      = help: did you mean `backup.retention.operational`?

    warning: bakup: unknown key
     --> drift.toml:5:2
      |
    5 | [bakup.retention]
      |  ^^^^^
      |
      = help: did you mean `backup`?

    warning: zzz: unknown key
     --> drift.toml:7:2
      |
    7 | [zzz]
      |  ^^^
    ");
    assert_eq!(case.config(), Case::default().config());
    let strict = Case { workspace: Some(text), strict: true, ..Case::default() };
    assert_eq!(strict.error().matches("error: ").count(), 5, "{}", strict.error());
}

#[test]
fn syntax_errors_show_the_line() {
    let case = Case { workspace: Some("[backup\nauto = true\nx = = 3\n"), ..Case::default() };
    insta::assert_snapshot!(case.error(), @r"
    error: unclosed table, expected `]`
     --> drift.toml:1:8
      |
    1 | [backup
      |        ^

    error: extra `=`, expected nothing
     --> drift.toml:3:5
      |
    3 | x = = 3
      |     ^

    error: unexpected key or value, expected newline, `#`
     --> drift.toml:3:7
      |
    3 | x = = 3
      |       ^
    ");
}

#[test]
fn a_policy_that_keeps_nothing_is_refused() {
    let case = Case {
        workspace: Some("[backup.retention]\noperational = 0\nmanual = 0\ndaily = 0\nweekly = 0\n"),
        ..Case::default()
    };
    insta::assert_snapshot!(case.error(), @r"
    error: backup.retention: the policy keeps no backup at all
     --> drift.toml:4:9
      |
    4 | daily = 0
      |         ^
      |
      = help: let at least one of operational, manual, daily, weekly, monthly, keep_within be positive
    ");
    let kept = Case { flags: &[("backup.retention.keep_within", "1d")], ..case };
    assert!(kept.load().1.is_ok());
}

#[test]
fn hints_and_summaries() {
    let (dir, loaded) =
        Case { workspace: Some("lock.wait = 3\ndb.journal_mode = 3\n"), ..Case::default() }.load();
    let error = loaded.unwrap_err();
    insta::assert_snapshot!(shorten(dir.path(), &error.to_string()), @r#"invalid configuration: drift.toml:1:13: lock.wait: the duration 3 has no unit; write "3s", "3h" or "3d" (and 1 more)"#);
    insta::assert_snapshot!(error.hint().unwrap(), @"run `drift config validate` to see all problems");
}
