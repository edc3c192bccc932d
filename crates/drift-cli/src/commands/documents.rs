//! The JSON Schema of every document that drift prints, made from the types that print it.
//!
//! `docs/schema/` has them as files, which `cargo xtask schema` writes. The black-box tests hold whatever any
//! of them prints against those files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::ui::{Document, ErrorDocument, Report};
use crate::usage;

/// One document.
pub(super) struct Schema {
    /// As it stands in its field `schema`.
    name: &'static str,
    schema: Value,
}

impl Schema {
    /// Of a command that succeeded.
    pub(super) fn of<R: Report + JsonSchema + 'static>() -> Schema {
        Schema::named::<Document<'static, R>>(R::SCHEMA, true)
    }

    fn named<D: JsonSchema>(name: &'static str, ok: bool) -> Schema {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let made = settings.into_generator().into_root_schema_for::<D>().to_value();
        // What it is comes first for people who open the file.
        let mut schema = json!({ "$schema": made["$schema"], "title": name });
        schema.as_object_mut().unwrap().extend(made.as_object().unwrap().clone());
        schema["title"] = json!(name);
        for (field, value) in [("schema", json!(name)), ("ok", json!(ok))] {
            let property = &mut schema["properties"][field];
            *property = json!({ "description": property["description"], "const": value });
        }
        Schema { name, schema }
    }

    /// `drift.workspace.size/v1` is in `drift.workspace.size.v1.json`.
    fn file(&self) -> String {
        format!("{}.json", self.name.replace('/', "."))
    }
}

fn all() -> Vec<Schema> {
    let mut all = vec![
        Schema::named::<ErrorDocument<'static>>(ErrorDocument::SCHEMA, false),
        Schema::of::<usage::Help>(),
        Schema::of::<usage::Version>(),
        Schema::of::<super::completions::Completions>(),
        Schema::of::<super::man::Page>(),
        Schema::of::<super::man::Pages>(),
    ];
    all.extend(super::config::documents::all());
    all.extend(super::project::documents::all());
    all.extend(super::workspace::documents::all());
    all
}

#[test]
fn every_document_has_a_schema() {
    let listed: Vec<_> = all().iter().map(|schema| schema.name.to_owned()).collect();
    assert_eq!(BTreeSet::from_iter(&listed).len(), listed.len(), "{listed:?}");
    for (name, file) in super::tests::document_names() {
        assert!(listed.contains(&name), "list {name} of {} in a `documents.rs`", file.display());
    }
}

/// `cargo xtask schema` writes the files.
#[test]
fn schemas_are_up_to_date() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema");
    let mut wanted: BTreeMap<String, String> =
        all().iter().map(|schema| (schema.file(), format!("{:#}\n", schema.schema))).collect();
    wanted.insert("drift.toml.json".to_owned(), format!("{:#}\n", drift_config::schema()));
    #[expect(clippy::disallowed_methods, reason = "a test may be told to rewrite its expectation")]
    if std::env::var_os("DRIFT_BLESS").is_some() {
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        wanted.iter().for_each(|(file, text)| fs::write(dir.join(file), text).unwrap());
    }
    let files = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
    let found: BTreeMap<String, String> = files
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            (path.file_name().unwrap().to_string_lossy().into_owned(), text)
        })
        .collect();
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&wanted), "run `cargo xtask schema`");
    for (file, text) in &wanted {
        // The texts are too long to be shown.
        assert!(&found[file] == text, "docs/schema/{file} is not up to date: run `cargo xtask schema`");
    }
}
