//! The documents of `drift config …`, for their schemas.

use super::*;
use crate::commands::documents::Schema;

pub(in crate::commands) fn all() -> Vec<Schema> {
    vec![
        Schema::of::<get::Got>(),
        Schema::of::<init::Created>(),
        Schema::of::<path::Paths>(),
        Schema::of::<schema::Schema>(),
        Schema::of::<set::Changed>(),
        Schema::of::<show::Shown>(),
        Schema::of::<validate::Valid>(),
    ]
}
