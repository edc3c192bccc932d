use std::io::Write;
use std::process::{Command, Stdio};

use super::BlobId;

fn id(content: &[u8], step: usize) -> String {
    let mut id = BlobId::new(content.len() as u64);
    content.chunks(step).for_each(|chunk| id.update(chunk));
    id.finish().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_empty_content_is_known() {
    assert_eq!(id(b"", 1), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

#[test]
fn git_gives_the_same() {
    // Around the ends of blocks, padding included.
    for size in [1, 37, 46, 47, 48, 54, 55, 56, 63, 64, 65, 110, 119, 120, 4096, 100_003] {
        let content: Vec<u8> = (0..size).map(|at: usize| (at * 7 + at / 251) as u8).collect();
        let mut git = Command::new("git")
            .args(["hash-object", "--stdin", "--no-filters"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        git.stdin.take().unwrap().write_all(&content).unwrap();
        let out = git.wait_with_output().unwrap();
        let expected = String::from_utf8(out.stdout).unwrap();
        assert_eq!(id(&content, 1000), expected.trim(), "{size} bytes");
        assert_eq!(id(&content, 7), expected.trim(), "{size} bytes in pieces");
    }
}
