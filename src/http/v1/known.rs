//! What may stand behind `?`: the parameters that the document names, and no other. An option that
//! is misspelt would be one that was never given, and a file be imported that was only to be tried.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

use crate::http::extract::query;
use crate::http::problem::{Problem, Result};

/// The names, by the path of the route and the method.
#[derive(Clone, Debug)]
pub(super) struct Known(Arc<HashMap<(String, Method), Vec<String>>>);

impl Known {
    /// Those that the document names.
    pub(super) fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        let all = paths.flat_map(|(path, item)| {
            let named = |(method, operation)| ((path.clone(), method), names(operation));
            operations(item).into_iter().map(named)
        });
        Self(Arc::new(all.collect()))
    }

    /// Runs the request, unless it asks for what is not known.
    ///
    /// # Errors
    /// 400 `bad_query`, with the names that are.
    pub(super) async fn check(self, request: Request, next: Next) -> Result<Response> {
        if let Some(route) = request.extensions().get::<MatchedPath>() {
            let method = match request.method() {
                &Method::HEAD => Method::GET,
                method => method.clone(),
            };
            if let Some(known) = self.0.get(&(route.as_str().to_owned(), method)) {
                let sent = query::names(request.uri())?;
                if let Some(other) = sent.iter().find(|name| !known.contains(name)) {
                    return Err(unknown(other, known));
                }
            }
        }
        Ok(next.run(request).await)
    }
}

fn operations(item: &PathItem) -> Vec<(Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?))).collect()
}

fn names(operation: &Operation) -> Vec<String> {
    let named = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(one) if one.parameter_in == ParameterIn::Query => Some(one.name.clone()),
        _ => None,
    });
    named.collect()
}

fn unknown(name: &str, known: &[String]) -> Problem {
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let known = if known.is_empty() { "none are".to_owned() } else { known.join(", ") };
    let name: String = name.chars().take(100).collect();
    let message = format!("`{name}` is no parameter of this address; known: {known}");
    Problem::new(StatusCode::BAD_REQUEST, "bad_query", message)
}
