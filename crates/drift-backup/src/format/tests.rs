use drift_db::DatabaseKind;

use super::{DatabaseHeader, HeaderFault, SnapshotHeader};
use crate::id::SnapshotId;
use crate::reason::{Reason, Tier};

fn header() -> SnapshotHeader {
    let now = "2026-11-22T20:15:30.25Z".parse().unwrap();
    let mut header =
        SnapshotHeader::new(SnapshotId::new(now, 0x7f3a), now, Reason::UserRequested, Tier::Manual);
    header.note = Some("before \"the\" release, ünïcode".into());
    header.databases.push(DatabaseHeader {
        kind: DatabaseKind::Drift,
        bytes: 8192,
        blake3: "ab".repeat(32),
        content_bytes: 8192,
        content_blake3: "ab".repeat(32),
        schema_version: 1,
        read_at: now,
        rows: [("event".to_owned(), 3)].into(),
    });
    header
}

#[test]
fn a_header_comes_back_as_it_was_written() {
    let header = header();
    assert_eq!(SnapshotHeader::decode(&header.encode(), &header.id), Ok(header));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let header = header();
    let bytes = header.encode();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let decoded = SnapshotHeader::decode(&flipped, &header.id);
            assert!(decoded.is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_cut_or_swapped_header_is_damaged() {
    let header = header();
    let bytes = header.encode();
    for length in 0..bytes.len() {
        assert!(SnapshotHeader::decode(&bytes[..length], &header.id).is_err(), "{length}");
    }
    let other = SnapshotId::parse("20261122T201530Z-0000").unwrap();
    let fault = SnapshotHeader::decode(&bytes, &other);
    assert_eq!(fault, Err(HeaderFault::Damaged("its header is that of another snapshot".into())));
}

#[test]
fn a_newer_format_is_told_before_anything_else_is_read() {
    let fault = SnapshotHeader::decode(br#"{"format": 2, "pages": []}"#, &header().id);
    assert_eq!(fault, Err(HeaderFault::Newer(2)));
}
