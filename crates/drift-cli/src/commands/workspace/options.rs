//! From flags and configuration to the options of operations.

use drift_discover::TreeOptions;

use crate::ops::scan::{Rehash, ScanOptions};

/// How a scan works, unless the command says otherwise.
pub(super) fn scan(rehash: Rehash) -> ScanOptions {
    ScanOptions { tree: TreeOptions::default(), threads: 0, rehash }
}
