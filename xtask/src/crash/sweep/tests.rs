use super::*;

#[test]
fn a_sample_has_both_ends() {
    assert_eq!(points(0, Depth::Sample), Vec::<usize>::new());
    assert_eq!(points(3, Depth::Sample), [1, 2, 3]);
    assert_eq!(points(100, Depth::Sample), [1, 20, 40, 60, 80, 100]);
    assert_eq!(points(8, Depth::Full), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn each_database_may_be_old_or_new_by_itself() {
    let check = |seen| is_each_old_or_new(seen, "drift 1 3; cortex 1", "drift 3 3; cortex 2");
    assert!(check("drift 1 3; cortex 1") && check("drift 3 3; cortex 1") && check("drift 3 3; cortex 2"));
    assert!(!check("drift 3 2; cortex 2") && !check("drift 2 3; cortex 2") && !check("drift 3 3"));
}
