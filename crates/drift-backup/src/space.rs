//! The look at the free space before anything is written. A guess by nature: others write too, so a full disk is
//! still an ordinary error later.

use std::path::Path;

use drift_db::free_bytes;

use crate::error::{BackupError, Result};

/// Fails if `needed` bytes and a tenth more do not fit beside what is in `dir`.
pub(crate) fn require(dir: &Path, needed: u64) -> Result<()> {
    let needed = needed.saturating_add(needed / 10);
    match free_bytes(dir) {
        Some(available) if available < needed => {
            Err(BackupError::NoSpace { dir: dir.to_path_buf(), needed, available })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
