//! What the document says of a route: its parameters, its body and its responses.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::errors;
use super::schemas::{Schemas, describe};
use crate::sample;

/// The groups that routes are listed in, in order.
pub const TAGS: &[(Tag, &str, &str)] = &[
    (
        Tag::Search,
        "Search",
        "Queries, and what explains their rankings.",
    ),
    (
        Tag::Records,
        "Records",
        "Reading, writing and deleting records.",
    ),
    (
        Tag::Collections,
        "Collections",
        "Creating and managing collections.",
    ),
    (
        Tag::Imports,
        "Imports",
        "Files that become records, and their progress.",
    ),
    (
        Tag::Explore,
        "Explore",
        "Where the two engines disagree, and what small changes do.",
    ),
    (Tag::Map, "Map", "A collection as a map of its records."),
    (
        Tag::Judge,
        "Judge",
        "Blind comparisons and judgements of relevance.",
    ),
    (
        Tag::Existing,
        "Existing clients",
        "Two routes for clients of other services, over the default collection.",
    ),
    (Tag::Service, "Service", "The service itself."),
];

/// A group of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Search,
    Records,
    Collections,
    Imports,
    Explore,
    Map,
    Judge,
    Existing,
    Service,
}

impl Tag {
    /// Its name in the document.
    pub fn name(self) -> &'static str {
        let tag = TAGS.iter().find(|(tag, ..)| *tag == self);
        tag.map_or("", |(_, name, _)| name)
    }
}

/// The description of a route.
#[derive(Debug, Clone)]
pub struct About {
    tag: Tag,
    id: &'static str,
    summary: &'static str,
    more: &'static str,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
    failures: Vec<u16>,
    schemas: Schemas,
}

impl About {
    /// A route of a group, with the name that generated clients give to it and a sentence on what it
    /// does.
    pub fn new(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        Self {
            tag,
            id,
            summary,
            more: "",
            parameters: Vec::new(),
            body: None,
            responses: Map::new(),
            // Any request can be malformed, be refused by the guard or come at a bad time.
            failures: vec![400, 401, 403, 408, 429, 500, 503],
            schemas: Schemas::default(),
        }
    }

    /// Adds what else there is to know.
    #[must_use]
    pub fn more(mut self, more: &'static str) -> Self {
        self.more = more;
        self
    }

    /// The members of a type are the URL's parameters.
    #[must_use]
    pub fn query<T: ToSchema>(mut self) -> Self {
        let reference = self.schemas.of::<T>();
        let (members, required) = self.schemas.members(&reference);
        for (name, schema) in members {
            self.parameters
                .push(in_url(&name, schema, required.contains(&name)));
        }
        // The type itself is no schema of the document, unless a body or an answer refers to it.
        self.schemas.take(&reference);
        self
    }

    /// A request header.
    #[must_use]
    pub fn header(mut self, name: &str, description: &str) -> Self {
        self.parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": description,
            "schema": {"type": "string"},
        }));
        self
    }

    /// The body is JSON of a type.
    #[must_use]
    pub fn body<T: ToSchema>(mut self, example: Value) -> Self {
        let schema = self.schemas.of::<T>();
        self.body_of(schema, example)
    }

    /// The body is JSON of a type, if there is one.
    #[must_use]
    pub fn optional_body<T: ToSchema>(self, example: Value) -> Self {
        let mut about = self.body::<T>(example);
        if let Some(body) = &mut about.body {
            body["required"] = json!(false);
        }
        about
    }

    /// The body is JSON of a type, with other or further members, which are read apart from it.
    #[must_use]
    pub fn body_with<T: ToSchema>(mut self, name: &str, members: Value, example: Value) -> Self {
        let reference = self.schemas.of::<T>();
        let mut schema = self.schemas.take(&reference);
        for (member, of) in members.as_object().into_iter().flatten() {
            schema["properties"][member] = of.clone();
        }
        let schema = self.schemas.named(name, schema);
        self.body_of(schema, example)
    }

    /// The body is JSON of a type, or has another schema.
    #[must_use]
    pub fn body_or<T: ToSchema>(mut self, other: Value, example: Value) -> Self {
        let either = json!({"anyOf": [self.schemas.of::<T>(), other]});
        self.body_of(either, example)
    }

    /// The body is JSON of a schema.
    #[must_use]
    pub fn body_of(mut self, schema: Value, example: Value) -> Self {
        self.body = Some(json!({
            "required": true,
            "content": {"application/json": {"schema": schema, "example": example}},
        }));
        self.failing(&[413, 415])
    }

    /// The body is a file.
    #[must_use]
    pub fn file(self, description: &str) -> Self {
        self.file_if(true, description)
    }

    /// The body is a file, if there is one.
    #[must_use]
    pub fn optional_file(self, description: &str) -> Self {
        self.file_if(false, description)
    }

    fn file_if(mut self, required: bool, description: &str) -> Self {
        self.body = Some(json!({
            "required": required,
            "description": description,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }));
        self.failing(&[413])
    }

    /// The answer is JSON of a type.
    #[must_use]
    pub fn answers<T: ToSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::OK, "The answer.")
    }

    /// With this status, the answer is JSON of a type.
    #[must_use]
    pub fn answers_with<T: ToSchema>(mut self, status: StatusCode, description: &str) -> Self {
        let schema = self.schemas.of::<T>();
        self.responses.insert(
            status.as_str().to_owned(),
            json!({
                "description": description,
                "content": {"application/json": {"schema": schema}},
            }),
        );
        self
    }

    /// The answer is a file or a text.
    #[must_use]
    pub fn sends(self, content_type: &str, description: &str) -> Self {
        self.sends_with(StatusCode::OK, content_type, description)
    }

    /// With this status, the answer is a file or a text.
    #[must_use]
    pub fn sends_with(mut self, status: StatusCode, content_type: &str, description: &str) -> Self {
        let schema = match content_type {
            "application/json" => json!({"type": "object"}),
            // Of each event.
            "text/event-stream" => json!({
                "type": "object",
                "properties": {"data": {"type": "string"}},
                "required": ["data"],
            }),
            "application/octet-stream" | "application/zip" => {
                json!({"type": "string", "format": "binary"})
            }
            _ => json!({"type": "string"}),
        };
        let mut content = Map::new();
        content.insert(content_type.to_owned(), json!({"schema": schema}));
        let answer = json!({"description": description, "content": content});
        self.responses.insert(status.as_str().to_owned(), answer);
        self
    }

    /// With this status, there is no body.
    #[must_use]
    pub fn empty(mut self, status: StatusCode, description: &str) -> Self {
        let answer = json!({"description": description});
        self.responses.insert(status.as_str().to_owned(), answer);
        self
    }

    /// The statuses of further failures.
    #[must_use]
    pub fn failing(mut self, statuses: &[u16]) -> Self {
        self.failures.extend(statuses);
        self
    }

    /// The only failures that there are.
    #[must_use]
    pub fn failing_only(mut self, statuses: &[u16]) -> Self {
        self.failures = statuses.to_vec();
        self
    }

    /// Whether parameters of the URL are refused because the route has none.
    pub fn refuses_parameters(&self) -> bool {
        let has_some = self.parameters.iter().any(|of| of["in"] == "query");
        !has_some && self.failures.contains(&400)
    }

    /// The operation of the document, and the schemas that it refers to.
    pub fn operation(self, method: &Method, path: &str) -> (Value, Schemas) {
        let mut parameters = in_path(path, *method == Method::GET);
        let mut statuses = self.failures;
        if !parameters.is_empty() {
            // Whatever the path names may not exist.
            statuses.push(404);
        }
        statuses.sort_unstable();
        statuses.dedup();
        let mut responses = self.responses;
        for status in statuses {
            let failure = json!({"$ref": errors::reference(status)});
            responses.insert(status.to_string(), failure);
        }
        parameters.extend(self.parameters);
        let mut operation = json!({
            "tags": [self.tag.name()],
            "operationId": self.id,
            "summary": self.summary,
        });
        if !self.more.is_empty() {
            operation["description"] = json!(self.more);
        }
        if !parameters.is_empty() {
            operation["parameters"] = Value::Array(parameters);
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation["responses"] = Value::Object(responses);
        if self.tag != Tag::Service {
            // A key is only needed if the service has any.
            operation["security"] = json!([{}, {"key": []}]);
        }
        describe(&mut operation);
        (operation, self.schemas)
    }
}

/// A parameter of a URL. There, nothing can be null, and a list is a parameter that is repeated.
fn in_url(name: &str, mut schema: Value, required: bool) -> Value {
    if let Some(types) = schema["type"].as_array() {
        let mut types = types.iter().filter(|of| **of != "null");
        schema["type"] = types.next().cloned().unwrap_or_default();
    }
    if let Some(choice) = schema["oneOf"].as_array() {
        let mut choice = choice.iter().filter(|of| of["type"] != "null");
        schema = choice.next().cloned().unwrap_or_default();
    }
    let mut parameter = json!({"name": name, "in": "query", "required": required});
    let description = schema
        .as_object_mut()
        .and_then(|of| of.shift_remove("description"));
    if let Some(description) = description {
        parameter["description"] = description;
    }
    if name == "q" {
        parameter["example"] = json!("milk");
    }
    parameter["schema"] = schema;
    parameter
}

/// The parameters in the template of a path. The example is the bundled sample, which nobody should
/// change by trying a route.
fn in_path(path: &str, reads: bool) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        let (description, schema) = match name {
            "name" => (
                "The collection's name.",
                json!({"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"}),
            ),
            "field" => (
                "The facet's field.",
                json!({"type": "string", "minLength": 1}),
            ),
            "upload" => (
                "The upload's id: the name that its client gave to it, or else the server.",
                json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}),
            ),
            _ if path.contains("/tasks/") => (
                "The task's number.",
                json!({"type": "integer", "minimum": 0}),
            ),
            _ => (
                "The record's id.",
                json!({"type": "string", "minLength": 1}),
            ),
        };
        let mut parameter = json!({
            "name": name, "in": "path", "required": true, "description": description,
            "schema": schema,
        });
        if name == "name" && reads {
            parameter["example"] = json!(sample::NAME);
        }
        Some(parameter)
    });
    names.collect()
}
