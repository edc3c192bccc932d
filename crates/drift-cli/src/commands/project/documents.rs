//! The documents of `drift project …`, for their schemas.

use super::*;
use crate::commands::documents::Schema;
use crate::ops::known;

pub(in crate::commands) fn all() -> Vec<Schema> {
    vec![
        Schema::of::<known::AddReport>(),
        Schema::of::<cleanup::View>(),
        Schema::of::<info::View>(),
        Schema::of::<list::View>(),
        Schema::of::<remove::View>(),
        Schema::of::<known::SwitchReport>(),
    ]
}
