use super::XmlFile;
use crate::context::Context;
use crate::options::DiscoverOptions;
use crate::path::RepoPath;
use crate::source::MemorySource;

/// Checks what is reported of `text`; nothing if `expected` is empty.
#[track_caller]
fn check(text: &str, expected: &str) {
    let (source, options) = (MemorySource::default(), DiscoverOptions::default());
    let context = Context::new(&source, &options, |_| false);
    let parsed = XmlFile::parse(&context, &RepoPath::new("m.xml").unwrap(), text).is_some();
    let (_, problems) = context.finish();
    let got = problems.iter().map(|p| format!("{:?} {}", p.line, p.message)).collect::<Vec<_>>().join("\n");
    assert_eq!(got, expected);
    assert_eq!(parsed, expected.is_empty());
}

#[test]
fn comments_text_and_quotes_do_not_count_as_nesting() {
    let mut text = String::from("<a>");
    for _ in 0..300 {
        text.push_str("<b x='>'/><!-- <c> --><![CDATA[<d>]]><e></e><?f <g>?>");
    }
    check(&(text + "</a>"), "");
}

#[test]
fn what_is_too_deep_or_too_wide_is_not_parsed() {
    check(&"<a>\n".repeat(100_000), "Some(201) is nested deeper than a manifest can be; it was not read");
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=''")).collect();
    check(&format!("<a{attributes}/>"), "Some(1) has an element of more attributes than a manifest can have");
}

#[test]
fn a_document_type_or_broken_text_is_a_problem() {
    check("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>", "Some(1) is not valid XML: XML with DTD detected");
    for text in ["", "<", "<a", "<a>", "</a>", "<a b='/>", "<!--", "<é></é", "<a></b>"] {
        let (source, options) = (MemorySource::default(), DiscoverOptions::default());
        let context = Context::new(&source, &options, |_| false);
        assert!(XmlFile::parse(&context, &RepoPath::root(), text).is_none(), "{text}");
        assert_eq!(context.finish().1.len(), 1, "{text}");
    }
}
