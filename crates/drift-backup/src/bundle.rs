//! Bundles: a workspace in one file, to be carried to another machine.
//!
//! A bundle is a tar archive, compressed as a whole: `bundle.json`, then the databases in their portable form
//! ([`drift_db::portable`]). Rules: it is written in one way only, so that equal content gives equal bytes; it is
//! read as a hostile file: members by their own names and in their order, sizes and ratio limited while they
//! stream, nothing unpacked by a name from the archive. `docs/formats.md` describes it for other programs.

mod arrive;
mod beside;
mod header;
mod read;
mod write;

pub use arrive::{Arrived, arrive, complete};
pub use header::{BundleDatabase, BundleHeader};
pub use read::BundleReader;
pub use write::{ExportOptions, Exported, Output, export};

/// The longest bundle, unpacked: of its databases together.
const MAX_BYTES: u64 = 16 << 30;

#[cfg(test)]
mod tests;
