use super::*;

#[test]
fn every_rule_is_explained_in_the_documentation_with_its_default() {
    let config = drift_config::load(&drift_config::LoadOptions::default()).unwrap().config;
    let rules = serde_json::to_value(&config.rules).unwrap();
    for (_, name) in Rule::ALL {
        let text = explain(name).unwrap().text;
        let default = rules[name].as_str().unwrap();
        assert!(text.contains(&format!("Default: `{default}`.")), "{name} is {default} by default:\n{text}");
        assert!(text.contains("To mend it"), "{name} says what to do");
        assert!(!text.contains('#'), "{name} ends before the next heading");
    }
    assert_eq!(rules.as_object().unwrap().len(), Rule::ALL.len() + 2, "`ignore` and `projects` besides");
}

#[test]
fn an_unknown_rule_is_answered_with_the_nearest() {
    let error = explain("version-mismatches").unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("did you mean `version_mismatch`?"));
    assert_eq!(explain("version-mismatch").unwrap().rule, "version_mismatch");
    assert!(explain("qqq").unwrap_err().hint.unwrap().starts_with("the rules are dependency_cycle, "));
}
