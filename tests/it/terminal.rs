//! drift on a terminal: `script` of util-linux gives it one. Skipped where there is no such `script`.
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Duration;

use crate::env::TestEnv;

/// What drift writes to the terminal, both streams mixed as a person sees them; and its exit code.
fn on_terminal(env: &TestEnv, args: &str) -> Option<(String, Option<i32>)> {
    answered(env, args, "")
}

/// The same where somebody has typed `answer`.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn answered(env: &TestEnv, args: &str, answer: &str) -> Option<(String, Option<i32>)> {
    let version = Command::new("script").arg("--version").output();
    if !version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains("util-linux")) {
        eprintln!("skipped: there is no `script` of util-linux");
        return None;
    }
    // The variables are those of an ordinary run, and the program is the one under test.
    let drift = env.command::<&str>([]);
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command"])
        .arg(format!("stty rows 24 cols 80; '{}' {args}", env!("CARGO_BIN_EXE_drift")));
    command.arg("/dev/null").env_clear().current_dir(env.path(""));
    command.envs(drift.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut command = assert_cmd::Command::from_std(command);
    let output = command.write_stdin(answer).timeout(Duration::from_secs(60)).output().unwrap();
    Some((String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n"), output.status.code()))
}

#[test]
fn json_is_laid_out_for_people() {
    let env = TestEnv::new();
    let Some((text, code)) = on_terminal(&env, "--version --json") else { return };
    assert!(text.starts_with("{\n  \"schema\": \"drift.version/v1\",\n"), "{text}");
    assert_eq!(code, Some(0));
}

#[test]
fn colour_is_used_unless_the_terminal_cannot() {
    let mut env = TestEnv::new();
    for (term, coloured) in [("xterm", true), ("dumb", false)] {
        env.set("TERM", term);
        let Some((text, code)) = on_terminal(&env, "frobnicate") else { return };
        assert_eq!((text.contains("\x1b["), code), (coloured, Some(2)), "{text:?}");
        let (text, _) = on_terminal(&env, "frobnicate --color=never").unwrap();
        assert!(!text.contains("\x1b["), "{text:?}");
    }
}

#[test]
fn progress_is_shown_and_can_be_silenced() {
    let mut env = TestEnv::new();
    env.set("TERM", "xterm");
    let seen = |flags: &str| {
        let fresh = env.path(format!("tree{}", flags.replace(' ', "")));
        std::fs::create_dir(&fresh).unwrap();
        for at in 0..400 {
            std::fs::write(fresh.join(format!("{at}.txt")), vec![b'x'; 64 << 10]).unwrap();
        }
        let args = format!("{flags} --root '{}' workspace init", fresh.display());
        on_terminal(&env, &args).map(|(text, code)| {
            assert_eq!(code, Some(0), "{text:?}");
            // A bar that is redrawn or removed clears its line.
            text.contains("\x1b[2K")
        })
    };
    let Some(shown) = seen("") else { return };
    assert!(shown);
    for flag in ["-q", "--no-progress", "--json"] {
        assert_eq!(seen(flag), Some(false), "{flag}");
    }
}

#[test]
fn a_person_is_asked_and_the_answer_counts() {
    let mut env = TestEnv::with_tree("//- package.json\n{}\n");
    env.set("TERM", "xterm");
    env.run(["workspace", "init"]).success();
    let Some((text, code)) = answered(&env, "workspace delete", "n") else { return };
    assert!(text.contains("? [y/N]") && text.contains("not confirmed; nothing was changed"), "{text:?}");
    assert_eq!(code, Some(2));
    env.run(["workspace", "status"]).success();
    let (text, code) = answered(&env, "workspace delete", "y").unwrap();
    assert_eq!(code, Some(0), "{text:?}");
    env.run(["workspace", "status"]).assert_code(4);
}

#[test]
fn a_table_fits_the_terminal() {
    let mut env = TestEnv::with_tree("//- package.json\n{}\n");
    env.set("NO_COLOR", "1");
    let long = "name-".repeat(40);
    env.write("packages/long/package.json", format!("{{ \"name\": \"{long}\" }}"));
    env.run(["workspace", "init"]).success();
    assert!(env.run(["workspace", "projects"]).success().stdout.contains(&long));
    let Some((text, _)) = on_terminal(&env, "workspace projects") else { return };
    assert!(text.contains("name-…") && !text.contains(&long), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}
