use super::*;

fn sample(milliseconds: u64) -> Sample {
    Sample { wall: Duration::from_millis(milliseconds), cpu: None, peak_bytes: Some(milliseconds) }
}

#[track_caller]
fn check(
    pairs: &[(u64, u64)],
    at_most: impl Into<Option<f64>>,
    peak_at_most: Option<u64>,
    expected_ratio: f64,
    is_met: bool,
) {
    let pairs: Vec<_> = pairs.iter().map(|(ours, theirs)| (sample(*ours), sample(*theirs))).collect();
    let summary = summarise(&pairs);
    let line = Line {
        row: "row",
        peer: "peer",
        at_most: at_most.into(),
        peak_at_most,
        result: Ok(summarise(&pairs)),
    };
    assert_eq!(summary.ratio.median, expected_ratio);
    assert_eq!(line.is_met(&summary), is_met);
}

#[test]
fn the_ratio_is_the_median_over_pairs() {
    check(&[(10, 10), (30, 10), (900, 300), (10, 20)], 2.0, None, 2.0, true);
    check(&[(30, 10), (30, 20), (10, 10)], 1.4, None, 1.5, false);
    check(&[(10, 10)], 1.0, Some(9), 1.0, false);
    check(&[(10, 10)], 1.0, Some(10), 1.0, true);
    check(&[(30, 10)], None, None, 3.0, true);
}

#[test]
fn ranges_show_digits_that_mean_something() {
    assert_eq!(Range::of(vec![3.0, 1.0, 2.04]).to_string(), "1.0/2.0/3.0");
    assert_eq!(Range::of(vec![100.0, 120.4]).to_string(), "100/110/120");
}
