use drift_db::store::file::FileStat;
use drift_discover::Stat;

use super::StoredFiles;

#[test]
fn paths_come_back_whole_and_in_order() {
    let paths = ["", "a", "a/b/c", "a/b/cd", "a/é", "b", "b/\u{0}"];
    let mut files = StoredFiles::default();
    for (path, size) in paths.iter().zip(0..) {
        files.push(&FileStat { path: path.as_bytes(), size, mtime: -size, inode: 7 });
    }
    let mut back = Vec::new();
    files.for_each(|path, stat| back.push((String::from_utf8(path.to_vec()).unwrap(), stat)));
    let expected = paths.iter().zip(0_i64..).map(|(path, size)| {
        ((*path).to_owned(), Stat { size: size.cast_unsigned(), mtime_ns: -size, inode: 7 })
    });
    assert_eq!(back, expected.collect::<Vec<_>>());
}
