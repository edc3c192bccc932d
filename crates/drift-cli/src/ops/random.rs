//! Ids that nothing else has.

use std::hash::{BuildHasher, RandomState};

/// 32 hexadecimal digits. The standard library seeds each `RandomState` from the system's randomness; a
/// collision by chance is all that an id must rule out, not a guess by an enemy.
pub(super) fn id() -> String {
    format!("{:016x}{:016x}", number(), number())
}

/// A number, as good as an id.
pub(super) fn number() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
