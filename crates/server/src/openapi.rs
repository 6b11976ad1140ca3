//! The OpenAPI document: what `utoipa` collects from the handlers, completed with what every call shares.

use serde::Serialize;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{OpenApi, PartialSchema, ToSchema};

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "dream-api",
        description = "Auth, billing and usage limits for an app: integrate once. Secret keys go into Authorization, publishable keys into X-Publishable-Key, user tokens into X-Clerk-Token. Every error is a problem body with `error`, `message` and a stable `code`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(ProblemBody, FieldProblem)),
    tags(
        (name = "identity", description = "Tokens of signed-in people, for apps"),
        (name = "hosted pages", description = "What the sign-in pages call; same origin only"),
        (name = "usage", description = "Count, enforce, look"),
        (name = "catalogue", description = "What a project sells"),
        (name = "assets", description = "Pictures of what a project sells"),
        (name = "customers", description = "A project's end users"),
        (name = "orders", description = "What a store sold, and what becomes of it"),
        (name = "developers", description = "A developer's own account"),
        (name = "projects", description = "A developer's projects and keys"),
        (name = "tiers", description = "Editing what a project sells"),
        (name = "machine", description = "Health, discovery, metrics"),
        (name = "development", description = "Doors that are open only on one's own machine"),
    )
)]
struct Base;

/// Every error (RFC 9457, with the members the first clients read). A code adds members of its own, such as
/// `count`, `limit` and `plan` for `tier_limit_reached`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ProblemBody {
    /// The page of this code.
    #[schema(example = "http://127.0.0.1:8787/docs/errors/not_found")]
    r#type: String,
    #[schema(example = "Not found")]
    title: String,
    #[schema(example = 404)]
    status: u16,
    #[schema(example = "There is nothing at this address; see /docs")]
    detail: String,
    /// The same as `title`.
    #[schema(example = "Not found")]
    error: String,
    /// The same as `detail`.
    #[schema(example = "There is nothing at this address; see /docs")]
    message: String,
    /// Stable.
    #[schema(example = "not_found")]
    code: String,
    #[schema(example = "req_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    request_id: String,
    #[schema(example = "req_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    instance: String,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<Vec<FieldProblem>>,
}

/// A field that is wrong.
#[derive(Serialize, ToSchema)]
struct FieldProblem {
    #[schema(example = "amount")]
    location: String,
    #[schema(example = "must be 1 to 1000000000")]
    message: String,
    #[schema(example = "Send a positive whole number, or leave it out for 1")]
    fix: String,
}

/// Statuses that any call may answer, and those that only some do.
const EVERYWHERE: [(&str, &str); 10] = [
    (
        "400",
        "The request cannot be read, or names what does not exist",
    ),
    ("408", "The body did not arrive in time"),
    ("413", "The body is too large"),
    ("414", "The address is too long"),
    ("415", "The body has a type that is not read"),
    ("422", "A value is wrong; errors names the field"),
    ("429", "Too many calls; Retry-After says when to come back"),
    ("431", "The headers are too large"),
    ("500", "Something is wrong on the server"),
    (
        "503",
        "The server cannot do it now; Retry-After says when to come back",
    ),
];
const WITH_CREDENTIALS: [(&str, &str); 2] = [
    ("401", "The credentials are missing or wrong"),
    (
        "403",
        "The credentials do not allow it, or the limit is reached",
    ),
];
const OTHERS: [(&str, &str); 2] = [
    ("404", "There is no such thing here"),
    (
        "409",
        "It conflicts with what is there, or changed meanwhile",
    ),
];

/// Operations that can be called without a body.
const BODILESS: [&str; 2] = ["trackUsage", "createCustomerToken"];

/// The document before any route.
pub(crate) fn base() -> Document {
    let mut document = Base::openapi();
    let schemes = &mut document.components.get_or_insert_default().security_schemes;
    let bearer = |text: &str| {
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(text))
                .build(),
        )
    };
    let header = |name: &str, text: &str| {
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, text)))
    };
    schemes.insert(
        "secretKey".to_owned(),
        bearer("A secret key, `sk_test_…` or `sk_live_…`. Name a user with X-User-Id.").into(),
    );
    schemes.insert(
        "developer".to_owned(),
        bearer("A developer's token; name the project with X-Publishable-Key").into(),
    );
    schemes.insert(
        "publishableKey".to_owned(),
        header(
            "X-Publishable-Key",
            "A publishable key, `pk_test_…` or `pk_live_…`",
        )
        .into(),
    );
    let cookie = ApiKeyValue::with_description(
        "dream_session_{project}",
        "The cookie of a sign-in on the hosted pages; Origin must be ours",
    );
    schemes.insert(
        "pageCookie".to_owned(),
        SecurityScheme::ApiKey(ApiKey::Cookie(cookie)).into(),
    );
    schemes.insert(
        "userToken".to_owned(),
        header("X-Clerk-Token", "A user's token, with X-Publishable-Key").into(),
    );
    document
}

/// `null` is a value of its own in a body (rules 7): a field takes it only if its description says so.
fn refuse_null(schema: &mut Schema) {
    let Schema::Object(object) = schema else {
        return;
    };
    for property in object.properties.values_mut() {
        if let RefOr::T(property) = property {
            strip_null(property);
        }
    }
}

fn strip_null(schema: &mut Schema) {
    let described = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains("null"));
    match schema {
        Schema::Object(object) if !described(&object.description) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let Some(kind) = types.iter().find(|kind| **kind != Type::Null)
            {
                object.schema_type = SchemaType::Type(kind.clone());
            }
        }
        Schema::Array(array) if !described(&array.description) => {
            array.schema_type = SchemaType::Type(Type::Array);
        }
        _ => {}
    }
}

/// Bodies that are sent, by the names of their schemas.
const SENT: [&str; 33] = [
    "ClockInput",
    "Continue",
    "CustomerChanges",
    "CustomerInput",
    "DeleteAccount",
    "DisconnectAccount",
    "DeleteInput",
    "EmailChange",
    "EndSession",
    "ExchangeCode",
    "Forgot",
    "KeyInput",
    "LogoInput",
    "OnProject",
    "OwnAccount",
    "PasswordChange",
    "ProfileChanges",
    "ProjectInput",
    "ProviderInput",
    "RefreshTokenInput",
    "RegisterInput",
    "Resend",
    "Reset",
    "SettingsInput",
    "SignIn",
    "SignUp",
    "TierFields",
    "TierUpdates",
    "TokenInput",
    "Track",
    "Verify",
    "WhichKey",
    "WhichProvider",
];

/// Bodies of the hosted pages: the extractor reads `publishableKey` of each.
const OF_PAGES: [&str; 14] = [
    "Continue",
    "DeleteAccount",
    "DisconnectAccount",
    "EmailChange",
    "EndSession",
    "Forgot",
    "OnProject",
    "OwnAccount",
    "PasswordChange",
    "ProfileChanges",
    "Resend",
    "Reset",
    "SignIn",
    "SignUp",
];
/// Bodies that say where the person goes afterwards.
const WITH_WAY_BACK: [&str; 4] = ["Continue", "Forgot", "SignIn", "SignUp"];

/// Adds what several bodies of the hosted pages have in common.
fn shared_members(name: &str, schema: &mut Schema) {
    let Schema::Object(object) = schema else {
        return;
    };
    let mut add = |member: &str, text: &str| {
        let described = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(text));
        let described = RefOr::T(Schema::Object(described.build()));
        object.properties.insert(member.to_owned(), described);
    };
    if WITH_WAY_BACK.contains(&name) {
        add(
            "redirect",
            "Where to return to; an origin the project allows",
        );
        add("codeChallenge", "S256 challenge of PKCE, 43 characters");
        add("state", "Comes back as it was");
    }
    if name == "Reset" {
        add("flow", "As answered when the flow began; goes with `code`");
        add("code", "Six digits");
        add("token", "Of the link; instead of `flow` and `code`");
    }
    if OF_PAGES.contains(&name) || name == "Verify" {
        add("publishableKey", "The project");
        object.required.push("publishableKey".to_owned());
    }
}

/// Adds to every operation what it shares with the others.
pub(crate) fn complete(document: &mut Document) {
    let schemas = document
        .components
        .iter_mut()
        .flat_map(|components| &mut components.schemas);
    for (name, schema) in schemas.filter(|(name, _)| SENT.contains(&name.as_str())) {
        if let RefOr::T(schema) = schema {
            shared_members(name, schema);
            refuse_null(schema);
        }
    }
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let of_pages = operation
                .tags
                .as_ref()
                .is_some_and(|tags| tags.iter().any(|tag| tag == "hosted pages"));
            if of_pages {
                let cookie = SecurityRequirement::new("pageCookie", Vec::<String>::new());
                operation.security = Some(vec![cookie]);
            }
            let secured = operation
                .security
                .as_ref()
                .is_some_and(|security| !security.is_empty());
            let id = operation.operation_id.as_deref().unwrap_or_default();
            if BODILESS.contains(&id)
                && let Some(RefOr::T(body)) = &mut operation.request_body
            {
                body.required = None;
            }
            add(operation, &EVERYWHERE);
            add(operation, &OTHERS);
            if secured {
                add(operation, &WITH_CREDENTIALS);
            }
        }
    }
}

fn add(operation: &mut Operation, responses: &[(&str, &str)]) {
    for (status, description) in responses {
        let known = &mut operation.responses.responses;
        known
            .entry((*status).to_owned())
            .or_insert_with(|| RefOr::T(problem(description)));
    }
}

fn problem(description: &str) -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name(ProblemBody::name()));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}

/// Keeps the schema of a problem in the document even if no handler names it.
#[expect(
    dead_code,
    reason = "names the trait method, so that a renamed schema fails to compile"
)]
fn schema() -> RefOr<utoipa::openapi::Schema> {
    ProblemBody::schema()
}
