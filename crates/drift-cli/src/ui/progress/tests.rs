use indicatif::ProgressStyle;

use super::template;
use crate::ops::Unit;

#[test]
fn every_template_is_valid() {
    for total in [Some(1), None] {
        for unit in [Unit::Items, Unit::Bytes] {
            assert!(ProgressStyle::with_template(template(total, unit)).is_ok(), "{total:?} {unit:?}");
        }
    }
}
