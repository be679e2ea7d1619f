//! The OpenAPI document, made from the handlers.

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, ToSchema};

use crate::problem::ProblemDocument;
use crate::routes::documented;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mainsheet",
        description = "Continuous deployment. Every operation that is not marked otherwise needs `Authorization: Bearer <token>`. Errors are RFC 9457 problem documents; their `type` is a page that says what to do.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemDocument)),
    security(("token" = [])),
    modifiers(&Token),
)]
pub(crate) struct Base;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token, see createToken")).build();
        document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The document as JSON text, indented, with a line break at its end.
#[must_use]
pub fn openapi() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Every operation, each with the answer that all of them have in common: a problem document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut document = documented().into_openapi();
    let name = ProblemDocument::name();
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in operations.into_iter().flatten() {
            let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name(name.as_ref()))));
            let refused = ResponseBuilder::new()
                .description("Refused: why, where and what to do")
                .content("application/problem+json", content)
                .build();
            operation.responses.responses.insert("default".into(), RefOr::T(refused));
        }
    }
    document
}
