//! The document as HTML: routes by group, then the schemas.

use serde_json::{Map, Value};

use crate::http::html::escaped;

/// The page.
pub fn page(document: &Value) -> String {
    let info = &document["info"];
    let title = escaped(text(&info["title"]));
    let groups = list(&document["tags"]);
    let operations = operations(document);
    let mut page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}: the API</title>\
         <link rel=\"icon\" href=\"/favicon.svg\">\
         <link rel=\"stylesheet\" href=\"/docs/docs.css\">\
         <script src=\"/docs/docs.js\" defer></script></head><body>\
         <a class=\"skip\" href=\"#routes\">Go to the routes</a>\
         <header><h1>{title}: the API</h1><p>{}</p>\
         <p><a href=\"/api/openapi.json\">openapi.json</a>, the same for programs. \
         <a href=\"/\">Search page</a></p>\
         <p class=\"key\" hidden><label for=\"key\">API key, if the server needs one</label> \
         <input id=\"key\" type=\"password\" autocomplete=\"off\"></p></header>",
        prose(text(&info["description"])),
    );
    page.push_str("<nav aria-label=\"Routes\"><ul>");
    for group in groups {
        let name = text(&group["name"]);
        let id = anchor(name);
        page.push_str(&format!("<li><a href=\"#{id}\">{}</a></li>", escaped(name)));
    }
    page.push_str("<li><a href=\"#schemas\">Schemas</a></li></ul></nav><main id=\"routes\">");
    for group in groups {
        let name = text(&group["name"]);
        page.push_str(&format!(
            "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{}</h2><p>{}</p>",
            escaped(name),
            prose(text(&group["description"])),
            id = anchor(name),
        ));
        let of_group = operations.iter().filter(|of| {
            let tags = list(&of.about["tags"]);
            tags.iter().any(|tag| tag == name)
        });
        for operation in of_group {
            operation.write(document, &mut page);
        }
        page.push_str("</section>");
    }
    schemas(&document["components"]["schemas"], &mut page);
    page.push_str("</main></body></html>");
    page
}

/// A route of the document.
struct Operation<'d> {
    method: String,
    path: &'d str,
    about: &'d Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, methods) in members(&document["paths"]) {
        for (method, about) in members(methods) {
            operations.push(Operation {
                method: method.to_uppercase(),
                path,
                about,
            });
        }
    }
    operations
}

impl Operation<'_> {
    fn write(&self, document: &Value, page: &mut String) {
        let id = text(&self.about["operationId"]);
        page.push_str(&format!(
            "<article id=\"{id}\"><h3><span class=\"method {}\">{}</span> <code>{}</code></h3>\
             <p>{} {}</p><details><summary>Parameters and answers</summary>",
            self.method.to_lowercase(),
            self.method,
            escaped(self.path),
            prose(text(&self.about["summary"])),
            prose(text(&self.about["description"])),
            id = escaped(id),
        ));
        let parameters = list(&self.about["parameters"]);
        if !parameters.is_empty() {
            page.push_str(&head(["Parameter", "Type", "Meaning"]));
            for parameter in parameters {
                let required = parameter["required"] == true;
                page.push_str(&row(
                    text(&parameter["name"]),
                    &parameter["schema"],
                    required,
                    text(&parameter["description"]),
                ));
            }
            page.push_str("</tbody></table>");
        }
        for (kind, content) in members(&self.about["requestBody"]["content"]) {
            page.push_str(&format!(
                "<p>The body is <code>{}</code>: {}</p>",
                escaped(kind),
                type_of(&content["schema"]),
            ));
            if let Some(example) = content.get("example") {
                let example = serde_json::to_string_pretty(example).unwrap_or_default();
                page.push_str(&format!("<pre tabindex=\"0\">{}</pre>", escaped(&example)));
            }
        }
        page.push_str("<dl>");
        for (status, answer) in members(&self.about["responses"]) {
            let answer = resolved(document, answer);
            let contents = members(&answer["content"]).map(|(kind, content)| {
                format!(
                    "<code>{}</code> {}",
                    escaped(kind),
                    type_of(&content["schema"])
                )
            });
            page.push_str(&format!(
                "<dt>{}</dt><dd>{} {}</dd>",
                escaped(status),
                prose(text(&answer["description"])),
                contents.collect::<Vec<_>>().join(", "),
            ));
        }
        page.push_str("</dl></details>");
        self.write_form(id, parameters, page);
        page.push_str("</article>");
    }

    /// The form to try the route, which is hidden unless scripts run.
    fn write_form(&self, id: &str, parameters: &[Value], page: &mut String) {
        page.push_str(&format!(
            "<form data-method=\"{}\" data-path=\"{}\" hidden><details><summary>Try it</summary>",
            self.method,
            escaped(self.path),
        ));
        for parameter in parameters {
            let (name, place) = (text(&parameter["name"]), text(&parameter["in"]));
            let required = if parameter["required"] == true {
                " required"
            } else {
                ""
            };
            let many = parameter["schema"]["type"] == "array";
            let note = if many { ", several one to a line" } else { "" };
            let of = format!("{id}-{name}");
            let field = format!(
                "id=\"{of}\" name=\"{}\" data-in=\"{}\"{required}",
                escaped(name),
                escaped(place),
            );
            let example = escaped(text(&parameter["example"]));
            let field = match many {
                true => format!("<textarea rows=\"2\" {field}></textarea>"),
                false => format!("<input {field} value=\"{example}\">"),
            };
            page.push_str(&format!(
                "<p><label for=\"{of}\">{}{note}</label>{field}</p>",
                escaped(name),
            ));
        }
        for (kind, content) in members(&self.about["requestBody"]["content"]) {
            let example = content.get("example");
            let field = format!("id=\"{id}-body\" data-type=\"{}\"", escaped(kind));
            let field = match example {
                Some(example) => {
                    let example = serde_json::to_string_pretty(example).unwrap_or_default();
                    format!(
                        "<textarea rows=\"6\" {field}>{}</textarea>",
                        escaped(&example)
                    )
                }
                None => format!("<input type=\"file\" {field}>"),
            };
            page.push_str(&format!(
                "<p><label for=\"{id}-body\">Body</label>{field}</p>"
            ));
        }
        page.push_str(
            "<p><button>Send</button></p><pre class=\"curl\" tabindex=\"0\" aria-label=\"The \
             request for curl\" hidden></pre><p role=\"status\"></p><pre class=\"answer\" \
             tabindex=\"0\" aria-label=\"The answer\" hidden></pre></details></form>",
        );
    }
}

fn schemas(schemas: &Value, page: &mut String) {
    page.push_str("<section aria-labelledby=\"schemas\"><h2 id=\"schemas\">Schemas</h2>");
    for (name, schema) in members(schemas) {
        page.push_str(&format!(
            "<article id=\"schema-{name}\"><h3><code>{name}</code></h3><p>{}</p>",
            prose(text(&schema["description"])),
            name = escaped(name),
        ));
        let mut properties = members(&schema["properties"]).peekable();
        if properties.peek().is_none() {
            page.push_str(&format!("<p>{}</p>", type_of(schema)));
        } else {
            page.push_str(&head(["Member", "Type", "Meaning"]));
            for (member, of) in properties {
                let required = list(&schema["required"]).iter().any(|name| name == member);
                page.push_str(&row(member, of, required, text(&of["description"])));
            }
            page.push_str("</tbody></table>");
        }
        page.push_str("</article>");
    }
    page.push_str("</section>");
}

fn head(columns: [&str; 3]) -> String {
    let columns = columns.map(|column| format!("<th scope=\"col\">{column}</th>"));
    format!("<table><thead><tr>{}</tr></thead><tbody>", columns.concat())
}

fn row(name: &str, schema: &Value, required: bool, description: &str) -> String {
    let required = if required { "" } else { " (optional)" };
    let default = schema
        .get("default")
        .map(|default| format!(" Default: <code>{}</code>.", escaped(&default.to_string())));
    format!(
        "<tr><th scope=\"row\"><code>{}</code>{required}</th><td>{}</td><td>{}{}</td></tr>",
        escaped(name),
        type_of(schema),
        prose(description),
        default.unwrap_or_default(),
    )
}

/// A schema in words.
fn type_of(schema: &Value) -> String {
    if let Some(name) = text(&schema["$ref"])
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
    {
        let name = escaped(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = list(&schema[choice]);
        if !choices.is_empty() {
            return choices.iter().map(type_of).collect::<Vec<_>>().join(" or ");
        }
    }
    let values = list(&schema["enum"]);
    if !values.is_empty() {
        let values = values
            .iter()
            .map(|value| format!("<code>{}</code>", escaped(text(value))));
        return values.collect::<Vec<_>>().join(" or ");
    }
    let one = std::slice::from_ref(&schema["type"]);
    let types = match list(&schema["type"]) {
        [] => one,
        several => several,
    };
    let types = types.iter().map(|of| match text(of) {
        "array" if schema.get("prefixItems").is_some() => {
            let items = list(&schema["prefixItems"]).iter().map(type_of);
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        "array" => format!("list of {}", type_of(&schema["items"])),
        "object" => match list(&schema["required"]) {
            [Value::String(only)] if members(&schema["properties"]).count() == 1 => {
                let of = type_of(&schema["properties"][only]);
                format!("object with <code>{}</code>: {of}", escaped(only))
            }
            _ => "object".to_owned(),
        },
        "" => "any value".to_owned(),
        other => escaped(other),
    });
    types.collect::<Vec<_>>().join(" or ")
}

/// What a reference refers to.
fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let reference = text(&value["$ref"]).strip_prefix('#');
    let found = reference.and_then(|at| document.pointer(at));
    found.unwrap_or(value)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// A text in which backquotes mark code.
fn prose(text: &str) -> String {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        html.push_str(&match at % 2 {
            0 => part,
            _ => format!("<code>{part}</code>"),
        });
    }
    html
}
