//! The graph as it stands in JSON: by ids.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use super::GraphReport;

/// The graph of the workspace.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "GraphReport")]
struct GraphDocument<'a> {
    stale: bool,
    nodes: &'a [NodeView],
    edges: Vec<EdgeView<'a>>,
    /// The projects that depend on each other in a circle, by ids.
    cycles: Vec<Vec<&'a str>>,
    /// The ids along each of the shortest chains.
    #[serde(skip_serializing_if = "Option::is_none")]
    chains: Option<Vec<Vec<&'a str>>>,
}

/// A project.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct NodeView {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) ecosystem: String,
}

/// A declared dependency, by ids.
#[derive(JsonSchema, Serialize)]
struct EdgeView<'a> {
    from: &'a str,
    to: &'a str,
    kind: &'a str,
}

impl GraphReport {
    fn document(&self) -> GraphDocument<'_> {
        let id = |&node: &usize| &*self.nodes[node].id;
        let ids = |lists: &'_ [Vec<usize>]| -> Vec<Vec<&str>> {
            lists.iter().map(|list| list.iter().map(id).collect()).collect()
        };
        let edges = self.edges.iter();
        GraphDocument {
            stale: self.stale,
            nodes: &self.nodes,
            edges: edges
                .map(|edge| EdgeView { from: id(&edge.from), to: id(&edge.to), kind: &edge.kind })
                .collect(),
            cycles: ids(self.links.circles()),
            chains: self.chains.as_deref().map(ids),
        }
    }
}

impl Serialize for GraphReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document().serialize(serializer)
    }
}

impl JsonSchema for GraphReport {
    fn schema_name() -> Cow<'static, str> {
        GraphDocument::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        GraphDocument::json_schema(generator)
    }
}
