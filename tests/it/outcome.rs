//! What a run of drift left behind: exit code, stdout, stderr.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Output;
use std::sync::{Mutex, PoisonError};

use jsonschema::Validator;
use regex::Regex;
use serde_json::Value;

/// Shown in snapshots with everything replaced that differs between runs; the fields are as they came.
pub(crate) struct Outcome {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    redactor: Redactor,
}

impl Outcome {
    pub(crate) fn new(output: Output, redactor: Redactor) -> Outcome {
        let stdout = String::from_utf8(output.stdout).expect("stdout is UTF-8");
        check_against_schema(&stdout);
        Outcome {
            code: output.status.code(),
            stdout,
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
            redactor,
        }
    }

    /// Asserts that drift succeeded.
    #[track_caller]
    pub(crate) fn success(self) -> Outcome {
        self.assert_code(0)
    }

    /// Asserts how drift ended.
    #[track_caller]
    pub(crate) fn assert_code(self, code: i32) -> Outcome {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// The one document on stdout. Fails if there is none, or anything else.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        let document: serde_json::Value =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"));
        assert!(document["schema"].is_string() && document["ok"].is_boolean(), "{self}");
        document
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "exit {code}")?,
            None => write!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n--- {name}\n{}", self.redactor.redact(text).trim_end())?;
            }
        }
        Ok(())
    }
}

/// Fails if `stdout` is a document of drift that is not as `docs/schema/` says.
fn check_against_schema(stdout: &str) {
    static SCHEMAS: Mutex<BTreeMap<String, Validator>> = Mutex::new(BTreeMap::new());
    let Ok(document) = serde_json::from_str::<Value>(stdout) else { return };
    let Some(name) = document["schema"].as_str().filter(|name| name.starts_with("drift.")) else { return };
    let mut schemas = SCHEMAS.lock().unwrap_or_else(PoisonError::into_inner);
    let schema = schemas.entry(name.to_owned()).or_insert_with(|| read_schema(name));
    let errors: Vec<_> =
        schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "not a {name}: {errors:#?}\n{document:#}");
}

fn read_schema(name: &str) -> Validator {
    let file = format!("{}.json", name.replace('/', "."));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// Replaces what differs between runs and machines.
pub(crate) struct Redactor {
    patterns: Vec<(Regex, &'static str)>,
}

impl Redactor {
    pub(crate) fn new(root: &Path, home: &Path) -> Redactor {
        let mut patterns = Vec::new();
        for (path, name) in [(root, "[ROOT]"), (home, "[HOME]")] {
            // As it is, and as JSON escapes it on Windows.
            let path = path.to_str().unwrap();
            for spelling in [path.replace('\\', "\\\\"), path.to_owned()] {
                patterns.push((Regex::new(&regex::escape(&spelling)).unwrap(), name));
            }
        }
        let varying = [
            (r"\[ROOT\]\\+", "[ROOT]/"),
            (r"[^:\n]*\(os error \d+\)", " [OS ERROR]"),
            (r"\b\d{8}T\d{6}Z-[0-9a-f]{4,}\b", "[ID]"),
            (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "[TIME]"),
            (r"\b[0-9a-f]{64}\b", "[HASH]"),
            (r"\b\d+(\.\d+)? (B|KiB|MiB|GiB)\b", "[SIZE]"),
            (r"\b\d+(\.\d+)? (ms|s)\b", "[DURATION]"),
        ];
        patterns.extend(varying.map(|(pattern, name)| (Regex::new(pattern).unwrap(), name)));
        Redactor { patterns }
    }

    pub(crate) fn redact(&self, text: &str) -> String {
        let redact = |text: String, (pattern, name): &(Regex, &str)| pattern.replace_all(&text, *name).into();
        self.patterns.iter().fold(text.to_owned(), redact)
    }
}

#[test]
fn what_varies_is_replaced() {
    let redactor = Redactor::new(Path::new("/tmp/x/repo"), Path::new("/tmp/x/home"));
    let check = |given: &str, expected: &str| assert_eq!(redactor.redact(given), expected);
    check("in /tmp/x/repo/a of /tmp/x/home", "in [ROOT]/a of [HOME]");
    check("20261122T201530Z-7f3a at 2026-11-22T20:15:30.123Z", "[ID] at [TIME]");
    check("1.5 MiB in 340 ms, 3 projects", "[SIZE] in [DURATION], 3 projects");
}

#[test]
#[should_panic(expected = "not a drift.man/v1")]
fn a_document_that_is_not_as_its_schema_says_fails_the_test() {
    check_against_schema(r#"{"schema":"drift.man/v1","ok":true,"page":3,"warnings":[]}"#);
}

#[test]
fn other_json_is_nobodys_business() {
    check_against_schema("{}");
    check_against_schema("[1]");
    check_against_schema(r#"{"schema":3}"#);
    check_against_schema(r#"{"schema":"drift.man/v1","ok":true,"page":"","new":1,"warnings":[]}"#);
}
