//! Which files need not be read though their times are new: git's index proves that they have the content that
//! their rows tell of.
//!
//! A fresh checkout has all new times and inodes, so by those every file of an imported or moved workspace would
//! be read again. The rule is exact: the row names the id that git has for its content, the index names the
//! same id for the path, git saw the file as it is now (see [`Vouched`]), and the size is that of the row.

use std::path::Path;

use drift_db::store::file::{self, FileContent};
use drift_db::{Database, DbError};
use drift_discover::{Changes, Files, Fingerprint, Vouched};

use crate::ops::wire::stored;

/// What the index proves.
#[derive(Debug, Default)]
pub(in crate::ops) struct Proof {
    /// What it says of all files that are read, if it was asked already.
    pub(in crate::ops) vouched: Option<Vouched>,
    /// Places of files that have the content of their rows, ascending.
    pub(in crate::ops) proved: Vec<u32>,
    /// Places of files that have it if they did not change right after the checkout: the times cannot tell, and
    /// git would read them too.
    pub(in crate::ops) likely: Vec<(u32, [u8; 32])>,
}

impl Proof {
    /// Whether a file was read only to be sure, and is what its row tells of.
    pub(in crate::ops) fn confirms(&self, found: &Fingerprint) -> bool {
        let at = self.likely.binary_search_by_key(&found.file, |(place, _)| *place);
        at.is_ok_and(|at| self.likely[at].1 == found.hash)
    }
}

/// Asks the index about the files at `places`, ascending; `row` tells what is stored of a path.
pub(in crate::ops) fn prove<E>(
    root: &Path,
    files: &Files,
    places: &[u32],
    mut row: impl FnMut(u32) -> Result<Option<FileContent>, E>,
) -> Result<Proof, E> {
    if places.is_empty() {
        return Ok(Proof::default());
    }
    let vouched = Vouched::new(root, files, places);
    let mut proof = Proof::default();
    for &place in places {
        let Some(vouch) = vouched.get(place) else { continue };
        let Some(row) = row(place)? else { continue };
        if row.git_id == vouch.id && row.size as u64 == files.stat(place as usize).size {
            match vouch.is_clean {
                true => proof.proved.push(place),
                false => proof.likely.push((place, row.blake3)),
            }
        }
    }
    Ok(Proof { vouched: Some(vouched), ..proof })
}

/// The same for what a scan would read, of which what is proved is taken out.
pub(super) fn spare(
    root: &Path,
    files: &Files,
    changes: &mut Changes,
    database: &Database,
) -> Result<Proof, DbError> {
    if changes.changed.is_empty() {
        // No row could be confirmed; what the index says of the rest can be asked later.
        return Ok(Proof::default());
    }
    let places = changes.places();
    let added = &changes.added;
    let proof = database.read(|c| {
        prove(root, files, &places, |place| {
            if added.binary_search(&place).is_ok() {
                return Ok(None);
            }
            file::content_of(c, &stored(&files.path(place as usize)))
        })
    })?;
    changes.changed.retain(|place| proof.proved.binary_search(place).is_err());
    Ok(proof)
}
