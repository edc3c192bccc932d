use super::line_of;

#[test]
fn the_line_that_declares_a_name_is_found() {
    let check = |text: &str, name: &str, line: Option<u32>| assert_eq!(line_of(text, name), line, "{name}");
    let json = "{\n  \"keywords\": [\"react\"],\n  \"dependencies\": {\n    \"react-dom\": \"18\",\n    \"react\" : \"18\"\n  }\n}";
    check(json, "react", Some(5));
    check(json, "keyword", None);
    check("[dependencies]\nserde_json = \"1\"\nserde = \"1\"\n", "serde", Some(3));
    check("[dependencies.serde]\nversion = \"1\"\n", "serde", Some(1));
    check("dependencies = [\n  'requests-mock',\n  \"requests[socks]>=2\",\n]", "requests", Some(3));
    check("require (\n\texample.org/x/v2 v2.0.0\n\texample.org/x v1.0.0\n)", "example.org/x", Some(3));
    check("<dependency>\n<groupId>org.a</groupId>\n<artifactId>b</artifactId>", "org.a:b", Some(3));
    check("gem 'rails', '~> 7'", "rails", Some(1));
    check("anything", "", None);
}
