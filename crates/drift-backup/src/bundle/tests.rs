use std::path::Path;

use drift_db::DatabaseKind;
use drift_db::portable::{Form, Places};

use super::{ExportOptions, Output, export};
use crate::archive::Compression;
use crate::create::Hold;
use crate::fixture::Fixture;

fn export_to(fixture: &Fixture, target: &Path) {
    let options = ExportOptions {
        form: Form::Full,
        databases: DatabaseKind::WORKSPACE.to_vec(),
        compression: Compression::None,
        places: Places::default(),
    };
    let lock = fixture.shared();
    fixture.with_work(|work| export(work, &options, Output::File(target), Hold::Shared(&lock))).unwrap();
}

#[test]
fn what_killed_exports_left_beside_their_output_is_swept() {
    let fixture = Fixture::new();
    let out = tempfile::tempdir().unwrap();
    // Where nothing can be staged in the workspace, an export works beside its output.
    fs_err::write(fixture.paths.staging(), "no directory").unwrap();
    for name in [
        ".tmp-drift-20261121T201529Z-00aa",
        ".tmp-drift-20261122T201530Z-00aa",
        ".tmp-drift-20261121T201529Z-00aa.mine",
        ".tmp-20261121T201529Z-00aa",
    ] {
        fs_err::create_dir(out.path().join(name)).unwrap();
        fs_err::write(out.path().join(name).join("drift.db"), "half").unwrap();
    }
    fs_err::write(out.path().join(".tmp-drift-20261121T201529Z-00bb"), "half").unwrap();
    let kept = out.path().join("kept");
    fs_err::create_dir(&kept).unwrap();
    fs_err::write(kept.join("mine"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&kept, out.path().join(".tmp-drift-20261121T201529Z-00cc")).unwrap();

    export_to(&fixture, &out.path().join("a.drift.tar"));

    let mut names: Vec<_> =
        fs_err::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let younger_and_others = [
        ".tmp-20261121T201529Z-00aa",
        ".tmp-drift-20261121T201529Z-00aa.mine",
        ".tmp-drift-20261122T201530Z-00aa",
        "a.drift.tar",
        "kept",
    ];
    assert_eq!(names, younger_and_others);
    assert!(kept.join("mine").exists(), "a link is removed, not followed");
}
