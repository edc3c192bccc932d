use std::collections::BTreeSet;
use std::io;

use super::{CommandError, EXIT_FOUND_PROBLEMS, ErrorCode};

/// The cells of every table row of `docs/exit-codes.md` with `columns` cells whose first is not a heading.
fn documented(section: &str) -> Vec<Vec<&'static str>> {
    let text = include_str!("../../../../docs/exit-codes.md");
    let (_, text) = text.split_once(section).unwrap();
    let rows =
        text.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2).map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn the_documentation_has_the_codes_of_the_source() {
    let rows = documented("## Error codes");
    let documented: Vec<_> = rows.iter().map(|row| (row[0].trim_matches('`'), row[1])).collect();
    let exits: Vec<_> = ErrorCode::ALL.iter().map(|code| code.exit().to_string()).collect();
    let known: Vec<_> =
        ErrorCode::ALL.iter().zip(&exits).map(|(code, exit)| (code.as_str(), exit.as_str())).collect();
    assert_eq!(documented, known);
}

#[test]
fn the_documentation_has_the_exits_of_the_source() {
    let documented: BTreeSet<u8> =
        documented("## Exit codes").iter().map(|row| row[0].parse().unwrap()).collect();
    let known = ErrorCode::ALL.iter().map(|code| code.exit()).chain([0, EXIT_FOUND_PROBLEMS]).collect();
    assert_eq!(documented, known);
}

#[test]
fn troubleshooting_has_every_code_and_every_warning() {
    let text = include_str!("../../../../docs/troubleshooting.md");
    for code in ErrorCode::ALL {
        let row = format!("| `{}` | {} | ", code.as_str(), code.exit());
        assert!(text.contains(&row), "docs/troubleshooting.md has no row {row}");
    }
    let (_, warnings) = text.split_once("## Warnings").unwrap();
    for code in warnings_of_the_source() {
        assert!(warnings.contains(&format!("`{code}`")), "docs/troubleshooting.md does not explain {code}");
    }
}

/// What stands behind each `Warning::new(`.
fn warnings_of_the_source() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in crate::commands::rust_files() {
        let text = std::fs::read_to_string(file).unwrap();
        let codes = text.split("Warning::new(").skip(1).map(str::trim_start);
        let codes = codes.filter_map(|rest| rest.strip_prefix('"')?.split_once('"'));
        found.extend(codes.map(|(code, _)| code.to_owned()).filter(|code| code.contains('.')));
    }
    found
}

#[test]
fn no_error_exits_like_a_result() {
    for code in ErrorCode::ALL {
        assert!(![0, EXIT_FOUND_PROBLEMS].contains(&code.exit()), "{code:?}");
    }
    let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), ErrorCode::ALL.len());
}

#[test]
fn a_full_disk_is_told_apart() {
    let check =
        |kind: io::ErrorKind, expected| assert_eq!(ErrorCode::of_io(&kind.into()), expected, "{kind}");
    check(io::ErrorKind::StorageFull, ErrorCode::NoSpace);
    check(io::ErrorKind::QuotaExceeded, ErrorCode::NoSpace);
    check(io::ErrorKind::FileTooLarge, ErrorCode::NoSpace);
    check(io::ErrorKind::PermissionDenied, ErrorCode::Io);
}

#[test]
fn causes_are_not_said_twice() {
    let missing = fs_err::read("no/such/file").unwrap_err();
    let error = CommandError::from(missing);
    assert_eq!(error.code, ErrorCode::Io);
    assert!(error.message.contains("no/such/file"), "{error:?}");
    assert_eq!(error.causes, [""; 0], "fs-err names the cause in its message");

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the catalog")]
    struct Outer(#[source] io::Error);
    let error = CommandError::wrap(ErrorCode::Corrupt, &Outer(io::Error::other("not a database")));
    assert_eq!(
        (error.message.as_str(), &error.causes[..]),
        ("cannot open the catalog", &["not a database".to_owned()][..])
    );
    let error = CommandError::usage("no").with_cause(&Outer(io::Error::other("deep")));
    assert_eq!(error.causes, ["cannot open the catalog", "deep"]);
}
