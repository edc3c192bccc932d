use super::{Setup, parse_cfg, parse_py};

#[track_caller]
fn check_py(text: &str, expected: Option<(Option<&str>, Option<&str>)>) {
    let got = parse_py(text);
    assert_eq!(
        got.as_ref().map(|setup| (setup.name.as_deref(), setup.version.as_deref())),
        expected,
        "{text}"
    );
}

#[test]
fn only_literals_of_the_call_are_read() {
    check_py(
        "from setuptools import setup\n# setup(name='no')\nname = 'other'\nsetup(\n  name='a-b', # the name\n  version=\"1.0\",\n)\n",
        Some((Some("a-b"), Some("1.0"))),
    );
    check_py("setuptools.setup(packages=[x(name='no')], name=NAME, version='1' + x)", Some((None, None)));
    check_py("setup(description='''name='no',''', name = 'yes')", Some((Some("yes"), None)));
    check_py(
        "NAME = 'const' # c\nv = '1'\nv = '2'\nsetup(name=NAME, version=v)",
        Some((Some("const"), None)),
    );
    check_py("NAME = 'a' + x\nsetup(name=NAME)", Some((None, None)));
    check_py("  NAME = 'a'\nsetup(name=NAME)", Some((None, None)));
    check_py("NAME = 'a'\nsetup(name=NAME.lower())", Some((None, None)));
    check_py("setup(**read(name='no'))", Some((None, None)));
    check_py("setup(name=f'x')", Some((None, None)));
    check_py("setup(name='open", Some((None, None)));
    check_py("def setup():\n  pass\n", None);
    check_py("mysetup(name='x')", None);
    check_py("", None);
}

#[test]
fn a_setup_cfg_with_metadata_is_a_project() {
    let text = "[metadata]\nname = lib\nversion = attr: lib.__version__\n\n[options]\ninstall_requires =\n    a>=1\n    # no\n    b\n[options.extras_require]\ntest = pytest\n  mock\n";
    let expected = Setup {
        name: Some("lib".into()),
        version: None,
        requires: vec![(7, "a>=1".into()), (9, "b".into())],
        extras: vec![("test".into(), 11, "pytest".into()), ("test".into(), 12, "mock".into())],
    };
    assert_eq!(parse_cfg(text), Some(expected));
    assert_eq!(parse_cfg("[flake8]\nmax-line-length = 100\n"), None);
}

#[test]
fn a_long_line_of_calls_is_read_once() {
    // Looking back from each call to the start of its line took hours.
    let spaces = " ".repeat(1 << 20);
    for text in ["setup(".repeat(1 << 18), format!("{spaces}{}", "setup(".repeat(1 << 18))] {
        assert_eq!(parse_py(&text).and_then(|setup| setup.name), None);
    }
}
