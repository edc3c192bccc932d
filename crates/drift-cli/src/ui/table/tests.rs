use super::{Align, Table};

fn check(table: &Table, expected: &str) {
    let mut out = Vec::new();
    table.write(&mut out).unwrap();
    let plain = anstream::adapter::strip_bytes(&out).into_vec();
    assert_eq!(String::from_utf8(plain).unwrap(), expected);
}

#[test]
fn columns_align_and_lines_do_not_end_in_spaces() {
    let mut table = Table::new([("NAME", Align::Left), ("BYTES", Align::Right), ("NOTE", Align::Left)]);
    table.row(["drift", "12", ""]).row(["cörtex", "1,234,567", "largest"]).row(["", "3"]);
    check(
        &table,
        "NAME        BYTES  NOTE\n\
         drift          12\n\
         cörtex  1,234,567  largest\n\
         \x20               3\n",
    );
}

#[test]
fn pairs_have_no_heading() {
    let mut table = Table::of_pairs();
    table.pair("root", "/repo").pair("projects", "3");
    check(&table, "root      /repo\nprojects  3\n");
    check(&Table::of_pairs(), "");
}
