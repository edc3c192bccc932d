use super::*;

#[test]
fn every_limit_that_is_not_met_is_a_reason() {
    let check = |limits: Limits, errors, warnings, health, expected: &[&str]| {
        let result = limits.judge(Counts { errors, warnings, infos: 9 }, health);
        assert_eq!(result.reasons, expected);
        assert_eq!(result.gate, if expected.is_empty() { Gate::Pass } else { Gate::Fail });
    };
    let lenient = Limits { max_errors: None, max_warnings: None, min_health: 0 };
    let strict = Limits { max_errors: Some(0), max_warnings: Some(2), min_health: 80 };
    check(lenient, 99, 99, 0, &[]);
    check(strict, 0, 2, 80, &[]);
    check(strict, 1, 2, 80, &["1 error, at most 0 allowed"]);
    check(
        strict,
        2,
        3,
        79,
        &["2 errors, at most 0 allowed", "3 warnings, at most 2 allowed", "health 79, at least 80 demanded"],
    );
}
