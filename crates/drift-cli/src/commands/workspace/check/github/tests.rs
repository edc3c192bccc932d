use super::*;

#[test]
fn what_ends_a_value_is_escaped() {
    assert_eq!(data("100% of\r\n a: b, c"), "100%25 of%0D%0A a: b, c");
    assert_eq!(property("100% of\r\n a: b, c"), "100%25 of%0D%0A a%3A b%2C c");
    assert_eq!(data("%0A"), "%250A");
}
