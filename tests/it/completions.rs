//! `drift completions`

use crate::env::TestEnv;

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let env = TestEnv::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = env.run(["completions", shell]).success().stdout;
        assert!(script.contains("completions") && script.contains("no-progress"), "{shell}");
    }
}

#[cfg(unix)]
#[test]
fn the_bash_script_completes_a_command() {
    let env = TestEnv::new();
    env.write("drift.bash", env.run(["completions", "bash"]).success().stdout);
    let script = "source ./drift.bash; COMP_WORDS=(drift comp); COMP_CWORD=1; _drift drift comp drift; \
                  echo \"${COMPREPLY[@]}\"";
    let Ok(output) =
        std::process::Command::new("bash").args(["-c", script]).current_dir(env.path("")).output()
    else {
        eprintln!("skipped: bash is not installed");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "completions\n", "{output:?}");
}
