//! The operations that `openapi.json` lists, with bodies made from their schemas. What a route that is added
//! tomorrow must hold, it is tested for without anybody thinking of it.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::api::{Api, Call};

/// A method of a path.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// As registered, such as `/api/customers/{id}`.
    pub(crate) path: String,
    /// Whether it needs credentials.
    pub(crate) secured: bool,
    /// Whether nothing but a developer's session opens it.
    pub(crate) by_developer: bool,
    pub(crate) tag: String,
    /// Names of query parameters.
    pub(crate) query: Vec<String>,
    /// The members of its body, each with its schema; none if it takes no body.
    pub(crate) members: Option<Map<String, Value>>,
}

/// Every operation but those that move everybody's clock.
pub(crate) async fn operations(api: &Api) -> Vec<Operation> {
    let document = api.get("/openapi.json").send().await.is(200).json;
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let operation = read(&document, path, method, operation);
            if operation.tag != "development" {
                found.push(operation);
            }
        }
    }
    assert!(found.len() > 20, "{}", found.len());
    found
}

fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().cloned();
    let in_query = |parameter: &Value| {
        let name = parameter["name"].as_str().map(str::to_owned);
        name.filter(|_| parameter["in"] == "query")
    };
    let schema = operation.pointer("/requestBody/content/application~1json/schema");
    Operation {
        method: method.to_uppercase().parse().unwrap(),
        path: path.to_owned(),
        secured: operation["security"]
            .as_array()
            .is_some_and(|list| !list.is_empty()),
        by_developer: operation["security"]
            .as_array()
            .is_some_and(|list| list.iter().all(|way| way.get("developer").is_some())),
        tag: operation["tags"][0].as_str().unwrap_or_default().to_owned(),
        query: parameters.iter().flatten().filter_map(in_query).collect(),
        members: schema.map(|schema| members(document, schema)),
    }
}

/// The properties of a schema, those of its parts included.
fn members(document: &Value, schema: &Value) -> Map<String, Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return members(document, document.pointer(pointer).unwrap());
    }
    let mut found = schema["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(members(document, part));
    }
    found
}

impl Operation {
    /// `POST /api/data`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// A call with these path and query values; what is not named is left out.
    pub(crate) fn call(&self, api: &Api, value: impl Fn(&str) -> Option<String>) -> Call {
        let mut path = String::new();
        for part in self.path.split('/').skip(1) {
            let name = part.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
            let given = name.and_then(&value).unwrap_or_else(|| part.to_owned());
            path = format!("{path}/{}", encode(&given));
        }
        let query = self.query.iter().filter_map(|name| {
            let given = value(name)?;
            Some(format!("{name}={}", encode(&given)))
        });
        let query: Vec<String> = query.collect();
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        api.call(self.method.clone(), &path)
    }

    /// A body with every member: the given value, else one that its schema allows.
    pub(crate) fn full_body(&self, value: impl Fn(&str) -> Option<Value>) -> Option<Value> {
        let members = self.members.as_ref()?;
        let filled = members.iter().map(|(name, schema)| {
            let filled = value(name).unwrap_or_else(|| sample(schema));
            (name.clone(), filled)
        });
        Some(Value::Object(filled.collect()))
    }
}

/// A value that a schema allows.
fn sample(schema: &Value) -> Value {
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[0].clone(),
        kind => kind.clone(),
    };
    match kind.as_str() {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("string") => json!("sample"),
        _ => json!({}),
    }
}

/// Percent-encodes everything that could end or change a part of a path or query.
pub(crate) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~{}".contains(&byte);
    let encoded = text.bytes().map(|byte| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    encoded.collect()
}
