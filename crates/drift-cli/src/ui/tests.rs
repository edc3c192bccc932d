use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde::Serialize;

use super::{Outcome, Report, Settings, Text, Tone, Ui, styled};
use crate::args::Format;
use crate::env::Streams;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS, ErrorCode};
use crate::ops::{Event, EventSink, Unit, Warning};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Fails every write.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Serialize)]
struct Size {
    total_bytes: u64,
}

impl Report for Size {
    const SCHEMA: &'static str = "drift.test.size/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        out.line(styled(Tone::Good, format_args!("{} bytes", self.total_bytes)))
    }

    fn exit(&self) -> u8 {
        if self.total_bytes > 100 { EXIT_FOUND_PROBLEMS } else { 0 }
    }
}

fn run(settings: Settings, work: impl FnOnce(&Ui) -> Result<Outcome, CommandError>) -> (u8, String, String) {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let streams = Streams { stdout: Box::new(stdout.clone()), stderr: Box::new(stderr.clone()) };
    let ui = Ui::new(settings, streams);
    let result = work(&ui);
    (ui.conclude(result), stdout.text(), stderr.text())
}

fn check(
    settings: Settings,
    work: impl FnOnce(&Ui) -> Result<Outcome, CommandError>,
    expected: (u8, &str, &str),
) {
    let (exit, stdout, stderr) = run(settings, work);
    assert_eq!((exit, stdout.as_str(), stderr.as_str()), expected);
}

const TEXT: Settings = Settings {
    format: Format::Text,
    json_layout: super::report::Layout::Line,
    quiet: false,
    progress: false,
    colour_stdout: false,
    colour_stderr: false,
    line: None,
    assume_yes: false,
    interactive: false,
};
const JSON: Settings = Settings { format: Format::Json, ..TEXT };

#[test]
fn text_goes_to_stdout_and_warnings_to_stderr() {
    check(
        TEXT,
        |ui| {
            ui.warn(Warning::new("a.b", "odd").with_hint("look"));
            ui.warn(Warning::new("a.b", "odd").with_hint("look"));
            ui.note("a backup was taken");
            ui.report(&Size { total_bytes: 7 })
        },
        (0, "7 bytes\n", "warning: odd\nhint: look\nnote: a backup was taken\n"),
    );
}

#[test]
fn json_collects_the_warnings() {
    check(
        JSON,
        |ui| {
            ui.warn(Warning::new("a.b", "odd"));
            ui.note("nobody reads this");
            ui.report(&Size { total_bytes: 101 })
        },
        (
            3,
            "{\"schema\":\"drift.test.size/v1\",\"ok\":true,\"total_bytes\":101,\
             \"warnings\":[{\"code\":\"a.b\",\"message\":\"odd\",\"hint\":null}]}\n",
            "",
        ),
    );
}

#[test]
fn errors_tell_causes_and_hint() {
    let fail = |_: &Ui| {
        let error = CommandError::new(ErrorCode::Locked, "the workspace is in use").with_hint("use `--wait`");
        Err(error.with_cause(&io::Error::other("two\nlines\x1b[31m")))
    };
    check(
        TEXT,
        fail,
        (5, "", "error: the workspace is in use\ncaused by: two\n  lines\\x1B[31m\nhint: use `--wait`\n"),
    );
    check(
        JSON,
        fail,
        (
            5,
            "{\"schema\":\"drift.error/v1\",\"ok\":false,\"error\":{\"code\":\"locked\",\
             \"message\":\"the workspace is in use\",\"hint\":\"use `--wait`\",\
             \"causes\":[\"two\\nlines\\u001b[31m\"]},\"warnings\":[]}\n",
            "",
        ),
    );
}

#[test]
fn an_error_after_the_document_does_not_make_a_second_one() {
    let (exit, stdout, stderr) = run(JSON, |ui| {
        ui.report(&Size { total_bytes: 7 })?;
        Err(CommandError::new(ErrorCode::Internal, "late"))
    });
    assert_eq!((exit, stdout.lines().count(), stderr.as_str()), (1, 1, "error: late\n"));
}

#[test]
fn quiet_keeps_results_and_errors() {
    let quiet = Settings { quiet: true, ..TEXT };
    check(
        quiet,
        |ui| {
            ui.warn(Warning::new("a.b", "odd"));
            ui.note("done");
            ui.report(&Size { total_bytes: 7 })
        },
        (0, "7 bytes\n", ""),
    );
    check(quiet, |_| Err(CommandError::usage("no")), (2, "", "error: no\n"));
}

#[test]
fn colour_is_per_stream() {
    let settings = Settings { colour_stderr: true, ..TEXT };
    let (_, stdout, stderr) = run(settings, |ui| {
        ui.warn(Warning::new("a.b", "odd"));
        ui.report(&Size { total_bytes: 7 })
    });
    assert_eq!(stdout, "7 bytes\n");
    assert!(stderr.starts_with("\x1b["), "{stderr:?}");
}

#[test]
fn a_form_the_command_does_not_know_is_refused() {
    let dot = Settings { format: Format::Dot, ..TEXT };
    let known = [Format::Text, Format::Dot];
    check(
        dot,
        |ui| ui.expect_format(&known).and_then(|()| ui.report(&Size { total_bytes: 1 })),
        (0, "1 bytes\n", ""),
    );
    let (exit, stdout, _) = run(JSON, |ui| Err(ui.expect_format(&known).unwrap_err()));
    assert_eq!(exit, 2);
    assert!(stdout.contains("it knows text, dot"), "{stdout}");
}

#[test]
fn nobody_to_ask_means_no_unless_yes_was_said() {
    for settings in [TEXT, JSON] {
        let (exit, ..) = run(settings, |ui| {
            let refused = ui.confirm("delete it?").unwrap_err();
            assert_eq!(refused.code, ErrorCode::ConfirmationRequired);
            Err(refused)
        });
        assert_eq!(exit, 2);
        let yes = Settings { assume_yes: true, ..settings };
        run(yes, |ui| ui.confirm("delete it?").and_then(|()| ui.report(&Size { total_bytes: 1 })));
    }
}

#[test]
fn a_closed_pipe_keeps_the_verdict_and_a_full_disk_is_an_error() {
    let exit = |kind, bytes| {
        let streams = Streams { stdout: Box::new(Broken(kind)), stderr: Box::new(io::sink()) };
        let ui = Ui::new(JSON, streams);
        ui.conclude(ui.report(&Size { total_bytes: bytes }))
    };
    assert_eq!(exit(io::ErrorKind::BrokenPipe, 1), 0);
    assert_eq!(exit(io::ErrorKind::BrokenPipe, 101), EXIT_FOUND_PROBLEMS);
    assert_eq!(exit(io::ErrorKind::StorageFull, 1), ErrorCode::NoSpace.exit());
    assert_eq!(exit(io::ErrorKind::StorageFull, 101), ErrorCode::NoSpace.exit());
}

#[test]
fn events_reach_the_ui_from_many_threads() {
    check(
        TEXT,
        |ui| {
            ui.on(Event::Start { phase: "hashing", total: Some(4), unit: Unit::Items });
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        ui.on(Event::Advance(1));
                        ui.on(Event::Warning(Warning::new("a.b", "odd")));
                    });
                }
            });
            ui.on(Event::Finish);
            ui.report(&Size { total_bytes: 4 })
        },
        (0, "4 bytes\n", "warning: odd\n"),
    );
}

#[test]
fn text_is_tame_unless_it_is_raw() {
    struct Odd;
    impl Serialize for Odd {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([("name", "odd")])
        }
    }
    impl Report for Odd {
        const SCHEMA: &'static str = "drift.test.odd/v1";

        fn text(&self, out: &mut Text) -> io::Result<()> {
            out.line("name\x1b[2J")?;
            out.raw("a\0b\0")?;
            out.line(styled(Tone::Good, "end"))
        }
    }
    check(TEXT, |ui| ui.report(&Odd), (0, "name\\x1B[2J\na\0b\0end\n", ""));
}
