use super::{Align, Table};

fn check(table: &Table, expected: &str) {
    check_on(None, table, expected);
}

fn check_on(line: Option<usize>, table: &Table, expected: &str) {
    let mut out = Vec::new();
    table.write(&mut out, line).unwrap();
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

#[test]
fn a_long_cell_does_not_push_the_others_off_the_terminal() {
    let long = "a name of which nobody needs the end";
    let mut table =
        Table::new([("ID", Align::Left), ("NAME", Align::Left), ("N", Align::Right), ("AT", Align::Left)]);
    table.row(["npm:packages/a/path/of/some/length", long, "1", "here"]).row(["b", "b", "12", long]);
    check_on(
        Some(60),
        &table,
        "ID                              NAME                       N  AT\n\
         npm:packages/a/path/of/some/length  a name of which nobody …   1  here\n\
         b                               b                         12  a name of which nobody needs the end\n",
    );
    let mut whole = Vec::new();
    table.write(&mut whole, None).unwrap();
    let mut wide = Vec::new();
    table.write(&mut wide, Some(130)).unwrap();
    assert_eq!(whole, wide, "what fits is as it is off a terminal");
    let mut pairs = Table::of_pairs();
    pairs.pair("next", "a sentence that is longer than the line it stands in");
    check_on(Some(20), &pairs, "next  a sentence that is longer than the line it stands in\n");
}
