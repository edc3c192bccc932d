use super::*;

#[test]
fn calls_are_counted_by_thread() {
    let log = "\
10 openat(AT_FDCWD, \"/a\", O_RDONLY) = 3
10 write(3, \"openat(\", 7) = 7
11 openat(AT_FDCWD, \"/b\", O_RDONLY <unfinished ...>
10 openat(AT_FDCWD, \"/c\", O_RDONLY) = 4
11 <... openat resumed>) = 5
12 read(3, \"\", 1) = 0
";
    assert_eq!(most_per_thread(log), BTreeMap::from([("openat", 2), ("write", 1)]));
}

#[test]
fn a_fault_names_its_place() {
    let fault = Fault { mode: Mode::NoSpaceFromThere, call: "fsync", number: 3 };
    assert_eq!(fault.to_string(), "ENOSPC+ fsync #3");
    assert_eq!(fault.injection(), "inject=fsync:error=ENOSPC:when=3+");
}
