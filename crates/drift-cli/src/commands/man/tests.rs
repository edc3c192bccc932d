use super::{escape, render};

#[test]
fn what_follows_the_help_becomes_sections() {
    let command = clap::Command::new("size")
        .about("Show sizes")
        .after_help("EXAMPLES:\n  drift size --json\n\nEXIT CODES:\n  0    it's done");
    let page = String::from_utf8(render(&command).unwrap()).unwrap();
    let (_, after) = page.split_once(".SH EXAMPLES\n").unwrap();
    assert_eq!(
        after,
        ".nf\n  drift size \\-\\-json\n\n.fi\n.SH EXIT CODES\n.nf\n  0    it\\(aqs done\n.fi\n"
    );
    assert!(page.contains("size \\- Show sizes"), "{page}");
}

#[test]
fn roff_sees_nothing_of_its_own() {
    assert_eq!(escape(".drift"), "\\&.drift");
    assert_eq!(escape("a\\b 'c'"), "a\\eb \\(aqc\\(aq");
}
