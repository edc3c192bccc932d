use std::fs;
use std::sync::atomic::AtomicBool;

use super::{TreeOptions, read_tree};

#[test]
fn one_call_gives_files_and_problems() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.rs"), "fn main() {}").unwrap();
    let tree = read_tree(dir.path(), &TreeOptions::default(), &AtomicBool::new(false), &|_| {}).unwrap();
    assert_eq!(tree.files.len(), 1);
    assert_eq!(tree.problems, []);
}
