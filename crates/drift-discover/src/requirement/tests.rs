use proptest::prelude::*;

use super::*;

fn read(ecosystem: &str, text: &str) -> Option<Requirement> {
    Requirement::parse(ecosystem, text)
}

#[test]
fn spellings_of_one_requirement_are_equal() {
    let same = |ecosystem: &str, texts: &[&str]| {
        let first = read(ecosystem, texts[0]);
        assert!(first.is_some(), "{ecosystem} {}", texts[0]);
        texts.iter().for_each(|text| assert_eq!(read(ecosystem, text), first, "{ecosystem} {text}"));
    };
    same("cargo", &["1.2", "^1.2", "^1.2.0", " 1.2.0 ", ">=1.2, <2.0.0-0", "1.2.0+build"]);
    same("cargo", &["0.3", "^0.3.0", "0.3.*", "~0.3", "~0.3.0"]);
    same("cargo", &["=1.2.3", "= 1.2.3"]);
    same("npm", &["^1.2.0", ">=1.2.0 <2.0.0-0", "^1.2", ">=1.2 <2"]);
    same("npm", &["1.x", "^1", "~1", "1", "1.*", ">=1.0.0 <2.0.0-0"]);
    same("npm", &["^1 || ^2", "^2||^1", ">=1 <3.0.0-0"]);
    same("npm", &["1.2.3", "=1.2.3", "v1.2.3"]);
    same("deno", &["1", "^1.0.0"]);
    same("python", &["~=1.4", ">=1.4,<2", "~= 1.4"]);
    same("python", &["==1.0", "== 1.0.0", "==1"]);
    same("python", &["==1.4.*", "~=1.4.0"]);
    same("python", &["^1.2", "^1.2.0"]);
    same("composer", &["^1.2", "^1.2.0", "^1.2@dev", "~1.2"]);
    same("composer", &["^1|^2", "^1 || ^2", "^2||^1"]);
    same("composer", &["1.2.*", "~1.2.0"]);
    same("composer", &[">=1.0 <2.0", ">=1.0,<2.0", ">= 1.0 < 2.0"]);
    same("dart", &["^1.2.3", "^1.2.3+4"]);
    same("ruby", &["~> 1.2", "~>1.2", "~> 1.2, ~> 1.2"]);
    same("elixir", &["~> 1.2", "~> 1.2 and >= 1.0.0"]);
    same("maven", &["1.2", "[1.2]", "1.2.0"]);
    same("dotnet", &["1.2.0", "1.2"]);
    same("go", &["v1.2.3", "v1.2.3"]);
    same("swift", &["1.2.0", "1.2"]);
}

#[test]
fn different_requirements_differ() {
    let differ = |ecosystem: &str, a: &str, b: &str| {
        let (a, b) = (read(ecosystem, a).unwrap(), read(ecosystem, b).unwrap());
        assert_ne!(a, b);
    };
    differ("cargo", "1.2", "=1.2.0");
    differ("cargo", "0.3", "0.4");
    differ("npm", "^1.2.0", "~1.2.0");
    differ("python", "~=1.4", "~=1.4.0");
    differ("ruby", "~> 1.2", "~> 1.2.0");
    differ("dart", "^0.0.3", "0.0.3");
    differ("maven", "32.1-jre", "32.1-android");
    differ("go", "v0.0.0-20250101000000-abc", "v0.0.0-20250102000000-abc");
    differ("swift", "1.2.0", "=1.2.0");
}

#[test]
fn what_names_no_version_is_none() {
    let none = |ecosystem: &str, text: &str| assert_eq!(read(ecosystem, text), None, "{ecosystem} {text}");
    for text in
        ["latest", "catalog:", "workspace:^", "github:a/b", "file:../x", "npm:x@1", "https://x/y.tgz", "a/b"]
    {
        none("npm", text);
    }
    none("cargo", "");
    none("cargo", "one");
    none("python", "https://example.org/x.whl");
    none("python", "===1.0");
    none("python", "1!2.0");
    none("composer", "dev-main");
    none("composer", "self.version");
    none("dart", "");
    none("maven", "${revision}");
    none("maven", "LATEST");
    none("gradle", "1.+");
    none("gradle", "latest.release");
    none("dotnet", "$(Version)");
    none("dotnet", "1.*");
    none("swift", "branch main");
    none("swift", "revision 1234567");
    none("bazel", "1.0");
}

#[test]
fn floors_have_no_end() {
    let open = |ecosystem: &str, text: &str, expected: bool| {
        assert_eq!(read(ecosystem, text).unwrap().is_open(), expected, "{ecosystem} {text}");
    };
    for (ecosystem, text) in [
        ("npm", "*"),
        ("npm", ""),
        ("npm", ">=1"),
        ("npm", "^1 || >=3"),
        ("cargo", "*"),
        ("cargo", ">=1"),
        ("python", ""),
        ("python", ">=1"),
        ("python", "!=1.3"),
        ("python", ">=1,!=1.3"),
        ("composer", "*"),
        ("composer", ">=8.1"),
        ("dart", "any"),
        ("ruby", ">= 1"),
        ("elixir", ">= 0.0.0"),
        ("maven", "[1,)"),
    ] {
        open(ecosystem, text, true);
    }
    for (ecosystem, text) in
        [("npm", "<2"), ("python", "<2"), ("cargo", "1"), ("maven", "(,2]"), ("go", "v1.0.0")]
    {
        open(ecosystem, text, false);
    }
}

#[test]
fn what_no_version_satisfies_is_known() {
    let meets = |ecosystem: &str, a: &str, b: &str, expected: bool| {
        let (a, b) = (read(ecosystem, a).unwrap(), read(ecosystem, b).unwrap());
        assert_eq!((a.intersects(&b), b.intersects(&a)), (expected, expected));
    };
    meets("npm", "^17", "^18", false);
    meets("npm", "^17 || ^18", "^18", true);
    meets("npm", "^1.2.0", "1.9.0", true);
    meets("npm", "<2.0.0", ">=2.0.0", false);
    meets("npm", "<=2.0.0", ">=2.0.0", true);
    meets("cargo", "0.8", "0.9", false);
    meets("python", "~=2.0", "==2.7", true);
    meets("python", "<2", "==2.0", false);
}

#[test]
fn each_ecosystem_judges_versions_by_its_own_rule() {
    let check = |ecosystem: &str, requirement: &str, version: &str, expected: Option<bool>| {
        let told = accepts(ecosystem, requirement, version);
        assert_eq!(told, expected, "{ecosystem} {requirement} {version}");
    };
    check("cargo", "1.2", "1.9.0", Some(true));
    check("cargo", "1.2", "2.0.0", Some(false));
    check("cargo", "1.2", "1.3.0-alpha", Some(false));
    check("cargo", "1.3.0-alpha", "1.3.0-alpha.2", Some(true));
    check("npm", "^1.0.0", "1.5.0", Some(true));
    check("npm", "^1.0.0", "2.0.0-rc.1", Some(false));
    check("npm", "2.0.0-rc.1", "2.0.0-rc.1", Some(true));
    check("npm", "next", "1.0.0", None);
    check("python", ">=1.0", "1.0.dev0", Some(false));
    check("python", ">=1.0", "dynamic", None);
    check("dart", "^1.0.0", "1.5.0-dev.1", Some(true));
    check("dart", "^1.0.0", "2.0.0-dev.1", Some(false));
    check("maven", "1.0", "1.1", Some(false));
    check("maven", "[1.0,2.0)", "1.5", Some(true));
    check("maven", "${x}", "1.5", None);
    check("composer", "^1.0", "2.1", Some(false));
    check("ruby", "~> 1.2", "1.9", Some(true));
    check("ruby", "~> 1.2", "2.0", Some(false));
}

#[test]
fn who_asks_for_the_newer_version_comes_last() {
    let order = |ecosystem: &str, older: &str, newer: &str| {
        let (older, newer) = (read(ecosystem, older).unwrap(), read(ecosystem, newer).unwrap());
        assert_eq!((older.compare(&newer), newer.compare(&older)), (Ordering::Less, Ordering::Greater));
    };
    order("npm", "^17", "^18");
    order("npm", "^4.17.20", "^4.17.21");
    order("npm", "~1.2.0", "^1.2.0");
    order("go", "v1.9.0", "v1.10.0");
    order("maven", "1.0-rc1", "1.0");
}

proptest! {
    #[test]
    fn whatever_the_text_reading_ends(text in "[-0-9a-z.,|~^<>=!* @\\[\\]()v+]{0,40}") {
        for ecosystem in [
            "cargo", "npm", "deno", "python", "composer", "dart", "ruby", "elixir", "maven", "gradle", "dotnet", "go",
            "swift",
        ] {
            if let Some(found) = read(ecosystem, &text) {
                prop_assert!(!found.intersects(&Requirement(Vec::new())));
                prop_assert_eq!(found.compare(&found), Ordering::Equal);
            }
        }
    }
}
