//! `set` and `init`: texts in, texts out.

use super::*;

fn file(text: &str) -> ConfigFile {
    ConfigFile { layer: Layer::Workspace, path: "drift.toml".into(), text: text.to_owned() }
}

/// Applies `key = value` pairs one after the other.
fn check(text: &str, changes: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (key, value) in changes {
        text = match set(&file(&text), key, value) {
            Ok(text) => text,
            Err(error) => {
                let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
                return format!("error: {error}{hint}");
            }
        };
    }
    text
}

#[test]
fn comments_and_layout_stay() {
    let text =
        "# ours\n\n[backup] # why\nauto = true # because\n\n# retention\n[backup.retention]\nmanual=3\n";
    let changed = check(
        text,
        &[("backup.auto", "no"), ("backup.retention.manual", "4"), ("backup.retention.daily", "1")],
    );
    insta::assert_snapshot!(changed, @r"
    # ours

    [backup] # why
    auto = false # because

    # retention
    [backup.retention]
    manual=4
    daily = 1
    ");
}

#[test]
fn values_are_written_as_people_write_them() {
    let changed = check(
        "",
        &[
            ("workspace.default_branch", "0123"),
            ("gates.max_warnings", "5"),
            ("gates.max_errors", "unlimited"),
            ("gates.min_health", "50%"),
            ("affected.global", "a, b/**"),
            ("backup.retention.max_total_size", "2000MB"),
            ("gc.history", "2w"),
            ("gates.projects.\"npm:a.b\".max_errors", "1"),
            ("db.journal_mode", "delete"),
            ("discover.fixture_dirs", ""),
        ],
    );
    insta::assert_snapshot!(changed, @r#"
    [workspace]
    default_branch = "0123"

    [gates]
    max_warnings = 5
    max_errors = "unlimited"
    min_health = 50

    [gates.projects."npm:a.b"]
    max_errors = 1

    [affected]
    global = ["a", "b/**"]

    [backup.retention]
    max_total_size = "2000MB"

    [gc]
    history = "2w"

    [db]
    journal_mode = "delete"

    [discover]
    fixture_dirs = []
    "#);
    assert!(validate(&file(&changed)).is_empty());
}

#[test]
fn inline_and_dotted_tables() {
    insta::assert_snapshot!(check("backup = { auto = true }\nlock.wait = '1s'\n", &[("backup.auto", "0"), ("lock.wait", "2s"), ("backup.retention.daily", "1")]), @r#"
    backup = { auto = false , retention.daily = 1 }
    lock.wait = "2s"
    "#);
}

#[test]
fn nothing_wrong_is_written() {
    insta::assert_snapshot!(check("", &[("lock.wait", "7")]), @r#"error: invalid configuration: command line: lock.wait: 7 has no unit (ms, s, m, h, d or w)"#);
    insta::assert_snapshot!(check("", &[("lock.wiat", "7s")]), @r"
    error: there is no setting `lock.wiat`
    hint: did you mean `lock.wait`?
    ");
    insta::assert_snapshot!(check("", &[("backup", "7s")]), @r"
    error: `backup` is a section, not a setting
    hint: run `drift config get backup` for its settings
    ");
    insta::assert_snapshot!(check("", &[("", "7s")]), @r"
    error: there is no setting ``
    hint: run `drift config show` for the list of settings
    ");
    insta::assert_snapshot!(check("[backup\n", &[("lock.wait", "7s")]), @"error: invalid configuration: drift.toml:1:8: unclosed table, expected `]`");
    insta::assert_snapshot!(check("backup = 3\n", &[("backup.auto", "1")]), @"error: invalid configuration: drift.toml:1:10: backup: expected a table, found the number 3");
    insta::assert_snapshot!(check("", &[("backup.retention.operational", "0"), ("backup.retention.manual", "0"), ("backup.retention.daily", "0"), ("backup.retention.weekly", "0")]), @r"
    error: invalid configuration: drift.toml:4:9: backup.retention: the policy keeps no backup at all
    hint: let at least one of operational, manual, daily, weekly, monthly, keep_within be positive
    ");
}

/// Mistakes are repaired one at a time.
#[test]
fn an_older_mistake_does_not_prevent_a_repair() {
    insta::assert_snapshot!(check("lock.wait = 3\ndb.journal_mode = 4\n", &[("lock.wait", "3s")]), @r#"
    lock.wait = "3s"
    db.journal_mode = 4
    "#);
}

#[test]
fn init_is_the_reference_with_nothing_set() {
    let text = init("drift.schema.json");
    assert!(text.starts_with("#:schema drift.schema.json\n"));
    assert!(validate(&file(&text)).is_empty());
    let (_dir, loaded) = Case { workspace: Some(&text), strict: true, ..Case::default() }.load();
    let loaded = loaded.unwrap();
    assert_eq!(loaded.provenance.set_keys().count(), 0);
    assert_eq!(loaded.config, Case::default().config());
    // Taking the comment signs away again gives the reference.
    let set: String = text
        .lines()
        .skip(2)
        .map(|line| {
            let value = line
                .strip_prefix('#')
                .filter(|rest| !rest.starts_with(' ') || rest.starts_with("  "))
                .filter(|rest| !rest.is_empty());
            format!("{}\n", value.unwrap_or(line))
        })
        .collect();
    assert_eq!(set, DEFAULT_TOML);
    let set = check(&text, &[("db.startup_check", "quick")]);
    assert!(set.contains("[db]\nstartup_check = \"quick\"\n"), "{set}");
}

proptest::proptest! {
    /// Whatever is set where, that one value changes, and comments stay.
    #[test]
    fn one_value_changes_and_nothing_else(
        at in 0..1000usize,
        before in proptest::collection::vec(0..1000usize, 0..6),
        number in 1..90u32,
    ) {
        let all: Vec<&KeyInfo> = keys().filter(|info| info.kind != Kind::Tables).collect();
        let value = |info: &KeyInfo| match (info.kind, info.default.as_str()) {
            (Kind::Integer, _) => number.to_string(),
            (Kind::Bool, _) => "false".to_owned(),
            (Kind::List | Kind::Tables, _) => format!("a{number},b"),
            (Kind::Text, "\"\"") => format!("branch-{number}"),
            (Kind::Text, "\"unlimited\"") => number.to_string(),
            (Kind::Text, default) if default.ends_with("d\"") || default.ends_with("s\"") => format!("{number}d"),
            (Kind::Text, default) => default.trim_matches('"').to_owned(),
        };
        let mut text = "# first\n".to_owned();
        for at in before {
            let info = all[at % all.len()];
            text = set(&file(&text), &info.path.to_string(), &value(info)).unwrap() + "# more\n";
        }
        let info = all[at % all.len()];
        let changed = set(&file(&text), &info.path.to_string(), &value(info)).unwrap();
        proptest::prop_assert_eq!(changed.matches("# more").count(), text.matches("# more").count());
        proptest::prop_assert!(changed.contains("# first"));
        let settings = |text: &str| {
            let (_dir, loaded) = Case { workspace: Some(text), strict: true, ..Case::default() }.load();
            loaded.unwrap().settings()
        };
        for (old, new) in settings(&text).iter().zip(&settings(&changed)) {
            if old.key != info.path {
                proptest::prop_assert_eq!(&old.value, &new.value);
            } else {
                proptest::prop_assert_eq!(new.origin.layer(), Layer::Workspace);
            }
        }
    }
}
