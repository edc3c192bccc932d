use std::path::Path;

use super::below;

#[test]
fn what_lies_below_the_root_is_shown_from_there() {
    assert_eq!(below(Path::new("/r"), Path::new("/r/a/b")), "a/b");
    assert_eq!(below(Path::new("/r"), Path::new("/s/b")), "/s/b");
}
