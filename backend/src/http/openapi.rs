//! The description of the API (OpenAPI 3.1), made from the types and from the table of routes.

mod operations;

use super::audience::{Audience, ROUTES};
use axum::http::Method;
use jukeline_app::api::{Code, Problem};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ComponentsBuilder, Content, InfoBuilder, KnownFormat, ObjectBuilder, OpenApi, OpenApiBuilder,
        PathItem, PathsBuilder, Ref, RefOr, Required, ResponseBuilder, Schema, SchemaFormat, Type,
        path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// One operation as `operations` describes it.
struct Described {
    method: Method,
    path: &'static str,
    summary: &'static str,
    tag: &'static str,
    body: Option<RefOr<Schema>>,
    answers: Vec<(u16, &'static str, Option<RefOr<Schema>>)>,
    codes: Vec<Code>,
    query: Vec<(&'static str, RefOr<Schema>, bool)>,
    schemas: Schemas,
}

impl Described {
    fn new(method: Method, path: &'static str, tag: &'static str, summary: &'static str) -> Described {
        let (answers, codes, query) = (Vec::new(), Vec::new(), Vec::new());
        Described { method, path, summary, tag, body: None, answers, codes, query, schemas: Vec::new() }
    }

    fn reference<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name()).into()
    }

    /// Takes a JSON body of this type.
    fn takes<T: ToSchema>(mut self) -> Described {
        self.body = Some(self.reference::<T>());
        self
    }

    /// Takes a JSON object with one or two fields.
    fn takes_fields(mut self, fields: &[(&str, RefOr<Schema>)]) -> Described {
        let object = fields.iter().fold(ObjectBuilder::new(), |object, (name, schema)| {
            object.property(*name, schema.clone()).required(*name)
        });
        self.body = Some(object.build().into());
        self
    }

    /// Answers with JSON of this type.
    fn gives<T: ToSchema>(mut self, status: u16) -> Described {
        let schema = self.reference::<T>();
        self.answers.push((status, "application/json", Some(schema)));
        self
    }

    /// Answers with a JSON array of this type. (A `Vec` has one name, whatever it holds.)
    fn lists<T: ToSchema>(mut self, status: u16) -> Described {
        let array = ArrayBuilder::new().items(self.reference::<T>()).build();
        self.answers.push((status, "application/json", Some(array.into())));
        self
    }

    /// Answers without JSON.
    fn gives_other(mut self, status: u16, kind: &'static str) -> Described {
        self.answers.push((status, kind, None));
        self
    }

    /// Refuses with these codes, beside those that follow from audience, path and body.
    fn refuses(mut self, codes: &[Code]) -> Described {
        self.codes.extend_from_slice(codes);
        self
    }

    /// Takes a parameter in its query that can't be left out.
    fn needs(mut self, name: &'static str, schema: RefOr<Schema>) -> Described {
        self.query.push((name, schema, true));
        self
    }

    fn query(mut self, name: &'static str, schema: RefOr<Schema>) -> Described {
        self.query.push((name, schema, false));
        self
    }
}

/// The description of the whole API.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    for (name, scheme) in schemes() {
        components = components.security_scheme(name, scheme);
    }
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    schemas.insert(Problem::name().into_owned(), Problem::schema());
    let mut nested = Vec::new();
    Problem::schemas(&mut nested);
    schemas.extend(nested);
    for described in operations::all() {
        schemas.extend(described.schemas.iter().cloned());
        paths = paths.path(described.path, PathItem::new(http_method(&described.method), operation(&described)));
    }
    let components = components.schemas_from_iter(schemas).build();
    let info = InfoBuilder::new().title("Jukeline").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT)).build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components)).build()
}

const ABOUT: &str = "A song request, end to end. Refusals are problem details (RFC 9457) with a stable `code` and `params`. \
                     Unknown fields in requests are refused; unknown fields in answers are to be ignored.";

fn schemes() -> [(&'static str, SecurityScheme); 3] {
    let cookie = |name: &str| SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(name)));
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    [("session", cookie("session")), ("screen", cookie("screen")), ("bearer", bearer)]
}

fn operation(described: &Described) -> Operation {
    let id = format!("{} {}", described.method, described.path);
    let mut operation =
        OperationBuilder::new().operation_id(Some(id)).summary(Some(described.summary)).tag(described.tag);
    for name in path_parameters(described.path) {
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
        operation = operation.parameter(parameter.schema(Some(path_schema(name))));
    }
    for (name, schema, required) in &described.query {
        let required = if *required { Required::True } else { Required::False };
        let parameter = ParameterBuilder::new().name(*name).parameter_in(ParameterIn::Query).required(required);
        operation = operation.parameter(parameter.schema(Some(schema.clone())));
    }
    if let Some(body) = &described.body {
        let body = RequestBodyBuilder::new()
            .content("application/json", Content::new(Some(body.clone())))
            .required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    for status in described.answers.iter().map(|(status, ..)| *status).collect::<BTreeSet<_>>() {
        let kinds = described.answers.iter().filter(|(of, kind, _)| *of == status && !kind.is_empty());
        let answer = kinds.fold(ResponseBuilder::new().description("As asked."), |answer, (_, kind, schema)| {
            answer.content(*kind, Content::new(schema.clone()))
        });
        operation = operation.response(status.to_string(), answer.build());
    }
    for (status, codes) in refusals(described) {
        let words =
            codes.iter().map(|code| format!("`{}`: {}", code.word(), code.title())).collect::<Vec<_>>().join("\n\n");
        let problem = Content::new(Some(Ref::from_schema_name(Problem::name())));
        let answer = ResponseBuilder::new().description(words).content("application/problem+json", problem);
        operation = operation.response(status.to_string(), answer.build());
    }
    for requirement in securities(described) {
        operation = operation.security(requirement);
    }
    operation.build()
}

fn audience(described: &Described) -> Audience {
    let found = ROUTES.iter().find(|(method, path, _)| *method == described.method && *path == described.path);
    found.map_or(Audience::Anyone, |(_, _, audience)| *audience)
}

fn securities(described: &Described) -> Vec<SecurityRequirement> {
    let needs = |name: &str| SecurityRequirement::new::<_, [&str; 0], &str>(name, []);
    match audience(described) {
        Audience::Session | Audience::Owner | Audience::Staff(_) | Audience::Operator => {
            vec![needs("session"), needs("bearer")]
        }
        Audience::Screen => vec![needs("screen")],
        Audience::SessionOrScreen => vec![needs("session"), needs("bearer"), needs("screen")],
        Audience::SetupLink if described.method == Method::GET => {
            vec![needs("session"), needs("bearer"), SecurityRequirement::default()]
        }
        _ => Vec::new(),
    }
}

/// Every code that an operation may refuse with, by status.
fn refusals(described: &Described) -> BTreeMap<u16, Vec<Code>> {
    let mut codes: Vec<Code> = described.codes.clone();
    codes.extend([Code::TimedOut, Code::Unavailable, Code::Internal]);
    match audience(described) {
        Audience::Session | Audience::Owner | Audience::Screen | Audience::SessionOrScreen => {
            codes.push(Code::SignInNeeded)
        }
        Audience::Staff(_) | Audience::Operator => codes.extend([Code::SignInNeeded, Code::Forbidden]),
        Audience::Ticket => codes.push(Code::SignInNeeded),
        _ => {}
    }
    if path_parameters(described.path).next().is_some() {
        codes.push(Code::NotFound);
    }
    if described.method != Method::GET {
        // A change that another site asks for.
        codes.push(Code::Forbidden);
    }
    if described.body.is_some() {
        codes.extend([Code::BadRequest, Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    if !described.query.is_empty() {
        codes.push(Code::BadRequest);
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for code in codes {
        if seen.insert(code.word()) {
            by_status.entry(code.status()).or_default().push(code);
        }
    }
    by_status
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_schema(name: &str) -> RefOr<Schema> {
    match name {
        "song" | "play" | "jukebox" | "venue" | "account" | "invitation" | "purchase" => uuid_schema(),
        _ => text_schema(),
    }
}

fn uuid_schema() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .build()
        .into()
}

fn text_schema() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).build().into()
}

fn number_schema(least: i64, most: i64) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)).build().into()
}

fn truth_schema() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Boolean).build().into()
}

fn http_method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_api_is_described_and_no_other() {
        let described: BTreeSet<String> =
            operations::all().iter().map(|op| format!("{} {}", op.method, op.path)).collect();
        // Websockets and sound carry no JSON: the types of their messages are described where they are used.
        let streams = |path: &str| path.ends_with("/live") || path.ends_with("/sound");
        let api = ROUTES.iter().filter(|(_, path, _)| path.starts_with("/api/") && !streams(path));
        let routes: BTreeSet<String> = api.map(|(method, path, _)| format!("{method} {path}")).collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = serde_json::to_value(document()).expect("JSON");
        let text = document.to_string();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().expect("a name");
            assert!(document["components"]["schemas"].get(name).is_some(), "{name} is not described");
        }
        assert_eq!(document["openapi"], "3.1.0");
    }
}
