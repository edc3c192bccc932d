use super::verify;
use crate::archive::Compression;
use crate::create::CreateOptions;
use crate::fixture::Fixture;
use crate::reason::Reason;
use crate::store::Snapshot;

fn codes(fixture: &Fixture, snapshot: &Snapshot) -> Vec<&'static str> {
    let findings = fixture.with_work(|work| verify(snapshot, work)).unwrap();
    findings.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn every_form_verifies_and_the_look_changes_nothing() {
    let fixture = Fixture::new();
    for compression in [Compression::None, Compression::Zstd, Compression::Gzip] {
        let mut options = CreateOptions::new(Reason::UserRequested);
        options.compression = compression;
        let snapshot = fixture.backup(&options);
        let before = fixture.files();
        assert_eq!(codes(&fixture, &snapshot), [""; 0]);
        assert!(fixture.files() == before);
    }
}

/// Flips single bits all over a stored file; SQLite's own checks would miss five of six.
#[test]
fn every_flipped_bit_of_a_database_is_found() {
    let fixture = Fixture::new();
    for compression in [Compression::None, Compression::Zstd, Compression::Gzip] {
        let mut options = CreateOptions::new(Reason::UserRequested);
        options.compression = compression;
        let snapshot = fixture.backup(&options);
        let file = snapshot.file(&snapshot.header.databases[0]);
        let bytes = fs_err::read(&file).unwrap();
        for n in 0..70 {
            let mut flipped = bytes.clone();
            let at = bytes.len() * n / 70;
            flipped[at] ^= 1 << (n % 8);
            fs_err::write(&file, &flipped).unwrap();
            assert_eq!(codes(&fixture, &snapshot), ["snapshot.hash"], "{compression:?} byte {at}");
        }
    }
}

#[test]
fn swapped_cut_and_foreign_files_are_found() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    let [drift, cortex] = ["drift.db", "cortex.db"].map(|name| snapshot.dir().join(name));
    let (one, other) = (fs_err::read(&drift).unwrap(), fs_err::read(&cortex).unwrap());
    fs_err::write(&drift, &other).unwrap();
    fs_err::write(&cortex, &one).unwrap();
    assert_eq!(codes(&fixture, &snapshot), ["snapshot.size", "snapshot.size"]);
    fs_err::write(&drift, &one[..one.len() / 2]).unwrap();
    fs_err::write(&cortex, "").unwrap();
    assert_eq!(codes(&fixture, &snapshot), ["snapshot.size", "snapshot.size"]);
    fs_err::write(&drift, &one).unwrap();
    fs_err::write(&cortex, &other).unwrap();
    fs_err::write(snapshot.dir().join("drift.db-journal"), "x").unwrap();
    assert_eq!(codes(&fixture, &snapshot), ["snapshot.extra_file"]);
}
