use drift_discover::RepoPath;

use super::*;

fn finding(file: &str, subject: &str, line: Option<u32>) -> FindingView {
    let path = RepoPath::new(file).unwrap();
    FindingView {
        rule: "missing_member",
        severity: "error",
        project: Some("npm:a".into()),
        file: path.to_string(),
        line,
        message: "a message".into(),
        subject: subject.into(),
        new: true,
        path_lossy: false,
        path,
    }
}

#[test]
fn paths_are_relative_references() {
    let check = |path: &[u8], expected: &str| assert_eq!(uri(path), expected);
    check(b"packages/a-b_c.d~/package.json", "packages/a-b_c.d~/package.json");
    check(b"a b/c#d?e%f/g:h", "a%20b/c%23d%3Fe%25f/g%3Ah");
    check("grün/包".as_bytes(), "gr%C3%BCn/%E5%8C%85");
    check(b"b\xff", "b%FF");
}

#[test]
fn a_finding_keeps_its_fingerprint_when_lines_move() {
    let of = |finding: &FindingView| fingerprint(finding);
    let first = finding("a/package.json", "x", Some(3));
    assert_eq!(of(&first), of(&finding("a/package.json", "x", Some(30))));
    assert_ne!(of(&first), of(&finding("a/package.json", "y", Some(3))));
}

#[test]
fn a_result_says_where_and_whether_it_is_new() {
    let told = result(&finding("a b/package.json", "x", Some(3)), true);
    assert_eq!(told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b/package.json");
    assert_eq!(told["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(told["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "npm:a");
    assert_eq!(told["baselineState"], "new");
    assert_eq!(told["ruleIndex"], 2);
    let bare = result(&finding("a/package.json", "x", None), false);
    assert!(bare["locations"][0]["physicalLocation"].get("region").is_none());
    assert!(bare.get("baselineState").is_none());
}

#[test]
fn every_rule_is_described() {
    for (rule, name) in Rule::ALL {
        let described = descriptor(rule);
        assert_eq!(described["id"], name);
        assert!(described["help"]["text"].as_str().unwrap().len() > 100, "docs/check.md explains {name}");
    }
}
