use std::time::Duration;

use super::{age, bytes, count, duration, moment};

#[test]
fn bytes_keep_at_most_four_digits_and_round_into_the_next_unit() {
    let cases = [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (102_400, "100 KiB"),
        (1_048_575, "1.0 MiB"),
        (1_048_576, "1.0 MiB"),
        (52_428_800, "50.0 MiB"),
        (u64::MAX, "16.0 EiB"),
    ];
    for (given, expected) in cases {
        assert_eq!(bytes(given), expected, "{given}");
    }
}

#[test]
fn durations_never_show_sixty_of_anything() {
    let cases = [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (59_949, "59.9 s"),
        (59_999, "1 min 0 s"),
        (200_400, "3 min 20 s"),
        (7_500_000, "2 h 5 min"),
    ];
    for (given, expected) in cases {
        assert_eq!(duration(Duration::from_millis(given)), expected, "{given}");
    }
}

#[test]
fn ages_and_counts() {
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let cases = [
        ("2026-11-22T12:00:30Z", "just now"),
        ("2026-11-22T11:59:01Z", "just now"),
        ("2026-11-22T11:55:00Z", "5 min ago"),
        ("2026-11-21T12:00:00Z", "24 h ago"),
        ("2026-11-10T12:00:00Z", "12 days ago"),
    ];
    for (then, expected) in cases {
        assert_eq!(age(then.parse().unwrap(), now), expected, "{then}");
    }
    assert_eq!(count(1, "file", "files"), "1 file");
    assert_eq!(count(0, "file", "files"), "0 files");
    assert_eq!(count(1_234_567, "file", "files"), "1,234,567 files");
    assert_eq!(count(123, "file", "files"), "123 files");
}

#[test]
fn moments_are_told_to_the_second() {
    for (given, expected) in [
        ("2026-11-22T20:15:30.987654321Z", "2026-11-22T20:15:30Z"),
        ("2026-11-22T20:15:30Z", "2026-11-22T20:15:30Z"),
        ("2026-11-22T21:15:30.5+01:00", "2026-11-22T20:15:30Z"),
        ("some time", "some time"),
    ] {
        assert_eq!(moment(given), expected);
    }
}
