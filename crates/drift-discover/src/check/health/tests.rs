use proptest::prelude::*;

use super::*;

fn counts(errors: u32, warnings: u32, infos: u32) -> Counts {
    Counts { errors, warnings, infos }
}

#[test]
fn each_severity_takes_its_part() {
    let check =
        |errors, warnings, infos, expected| assert_eq!(health(counts(errors, warnings, infos)), expected);
    check(0, 0, 0, 100);
    check(1, 0, 0, 80);
    check(0, 1, 0, 95);
    check(0, 0, 1, 99);
    check(2, 3, 4, 41);
    check(5, 0, 0, 0);
    check(u32::MAX, u32::MAX, u32::MAX, 0);
}

#[test]
fn the_workspace_is_the_mean_of_its_projects() {
    let check = |projects: &[u8], own, expected| assert_eq!(workspace_health(projects, own), expected);
    check(&[], Counts::default(), 100);
    check(&[100, 80], Counts::default(), 90);
    check(&[100, 100, 99], Counts::default(), 99);
    check(&[100, 80], counts(1, 0, 0), 70);
    check(&[0, 0], counts(9, 0, 0), 0);
}

fn any() -> impl Strategy<Value = Counts> {
    (0..200_u32, 0..200_u32, 0..200_u32).prop_map(|(errors, warnings, infos)| counts(errors, warnings, infos))
}

fn any_severity() -> impl Strategy<Value = Severity> {
    prop_oneof![Just(Severity::Info), Just(Severity::Warning), Just(Severity::Error)]
}

proptest! {
    #[test]
    fn more_findings_never_raise_a_health(before in any(), more in proptest::collection::vec(any_severity(), 1..20)) {
        let mut after = before;
        more.into_iter().for_each(|severity| after.add(severity));
        prop_assert!(health(after) <= health(before));
        prop_assert!(health(after) < 100);
    }

    #[test]
    fn more_findings_in_a_project_never_raise_the_workspace(
        healths in proptest::collection::vec(0..=100_u8, 1..50),
        at in 0..50_usize,
        lower in 0..=100_u8,
        own in any(),
        severity in any_severity(),
    ) {
        let mut worse = healths.clone();
        let at = at % worse.len();
        worse[at] = worse[at].min(lower);
        prop_assert!(workspace_health(&worse, own) <= workspace_health(&healths, own));
        let mut more = own;
        more.add(severity);
        prop_assert!(workspace_health(&healths, more) <= workspace_health(&healths, own));
        prop_assert!(workspace_health(&healths, own) <= 100);
    }
}
