use super::*;

#[test]
fn a_sample_has_both_ends() {
    assert_eq!(points(0, Depth::Sample), Vec::<usize>::new());
    assert_eq!(points(3, Depth::Sample), [1, 2, 3]);
    assert_eq!(points(100, Depth::Sample), [1, 20, 40, 60, 80, 100]);
    assert_eq!(points(8, Depth::Full), [1, 2, 3, 4, 5, 6, 7, 8]);
}
