//! `/v1/stores/{store}/products`: products in bulk.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tracing::Span;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::AppState;
use crate::base::chain::Chain;
use crate::commerce::export;
use crate::commerce::import::{self, FileError, ImportError};
use crate::http::extract::{Person, Query, StoreAddress};
use crate::http::problem::{Problem, Result};
use crate::http::receiving::Refused;
use crate::stores;

/// Where products are imported.
pub(in crate::http) const IMPORT: &str = "/v1/stores/{store}/products/import";
/// How long an import may take: its wait for a place, its file's way here, and the work.
pub(in crate::http) const IMPORT_TIME: Duration = Duration::from_secs(180);
/// How long its file may take to arrive.
const FILE_TIME: Duration = Duration::from_secs(60);

pub(in crate::http) fn router() -> OpenApiRouter<AppState> {
    // The limit is the importer's own: it is counted as the body comes.
    OpenApiRouter::new()
        .routes(routes!(import))
        .layer(DefaultBodyLimit::disable())
        .routes(routes!(export))
}

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportIn {
    /// Import nothing unless every product is good.
    #[serde(default)]
    all_or_nothing: bool,
}

/// A form with a file.
#[derive(Debug, ToSchema)]
pub struct FileForm {
    /// A Shopify CSV file; what the field is called does not matter, that it has a file name does.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Import products from a Shopify CSV file.
///
/// The file is the body itself, or the first file of a form. Products are told apart by their
/// handle; one that is there already is brought up to date. One store has one import at a time.
#[utoipa::path(post, path = "/v1/stores/{store}/products/import", tag = "Products",
    request_body(content((String = "text/csv"), (FileForm = "multipart/form-data"))),
    params(("store" = String, Path, description = "Slug or id"), ImportIn),
    responses((status = 200, description = "What became of the products", body = import::Report)))]
async fn import(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
    Query(options): Query<ImportIn>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<import::Report>> {
    let access = stores::access::open(&app.cluster, &address, person.user).await?;
    access.require("catalog")?;
    access.require_active()?;
    let _place = app.limits.imports.enter(access.store.id).await?;
    let file = tokio::time::timeout(FILE_TIME, read(&headers, body));
    let file = file.await.unwrap_or_else(|_| Err(Refused::Late.into()))?;
    let options = import::Options { all_or_nothing: options.all_or_nothing };
    let report = import::run(&app.cluster, &access.store, &person.actor(), &file, options).await?;
    Ok(Json(report))
}

/// Export all products as a file that the import reads.
///
/// It is sent page by page, so that memory stays flat.
#[utoipa::path(get, path = "/v1/stores/{store}/products/export.csv", tag = "Products",
    params(("store" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "A Shopify CSV file", body = String,
               content_type = "text/csv")))]
async fn export(
    State(app): State<AppState>,
    person: Person,
    StoreAddress(address): StoreAddress,
) -> Result<Response> {
    let access = stores::access::open(&app.cluster, &address, person.user).await?;
    // It has what things cost the store, and the numbers on its shelves.
    access.require("catalog")?;
    let name = format!("attachment; filename=\"{}-products.csv\"", access.store.slug);
    let mut file = export::File::new(app.cluster.clone(), access.store, &person.actor());
    // What fails before the first row is still an answer of ours.
    let first = file.next().await?.unwrap_or_default();
    // The rows are asked for when the request's own work is over.
    let request = Span::current();
    let rest = stream::try_unfold((file, request), async |(mut file, request)| {
        let rows = file.next().await.inspect_err(|error| {
            request.in_scope(|| tracing::error!(error = %Chain(error), "an export broke off"));
        })?;
        Ok::<_, stores::Error>(rows.map(|rows| (rows, (file, request))))
    });
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(rest));
    let headers =
        [("content-type", "text/csv; charset=utf-8".to_owned()), ("content-disposition", name)];
    Ok((headers, body).into_response())
}

/// What a form may hold besides the file.
const FORM_BYTES: usize = 64 * 1024;

/// The file, as the body itself or as the first file of a form. A body that says that it is too
/// large is not read.
async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>> {
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let kind = header("content-type").unwrap_or_default();
    let limits = import::Limits::default();
    let length: Option<usize> = header("content-length").and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > limits.body_bytes + FORM_BYTES) {
        let refused = FileError::TooLarge { bytes_max: limits.body_bytes };
        return Err(ImportError::File(refused).into());
    }
    let spool = import::Spool::new(limits);
    if !kind.starts_with("multipart/form-data") {
        return spooled(spool, body.into_data_stream()).await;
    }
    let request = axum::extract::Request::builder()
        .header("content-type", kind)
        .body(body)
        .map_err(Problem::internal)?;
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| Problem::bad_body(error.body_text()))?;
    while let Some(field) =
        form.next_field().await.map_err(|error| Problem::bad_body(error.body_text()))?
    {
        if field.file_name().is_some() {
            return spooled(spool, field).await;
        }
    }
    Err(Problem::bad_body("the form holds no file"))
}

async fn spooled<E: std::error::Error>(
    mut spool: import::Spool,
    mut chunks: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
) -> Result<Vec<u8>> {
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Problem::bad_body(error.to_string()))?;
        spool.push(&chunk).map_err(ImportError::File)?;
    }
    Ok(spool.into_bytes())
}

impl From<import::Refused> for Problem {
    fn from(refused: import::Refused) -> Self {
        let (status, code) = match refused {
            import::Refused::Running => (StatusCode::CONFLICT, "import_running"),
            import::Refused::Full => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
        };
        let retry_after_s = (refused == import::Refused::Full).then_some(5);
        Self { retry_after_s, ..Self::new(status, code, refused.to_string()) }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let message = error.to_string();
        match error {
            ImportError::File(
                file @ (FileError::TooLarge { .. } | FileError::TooManyRows { .. }),
            ) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, file.code(), message),
            ImportError::File(file) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, file.code(), message)
            }
            ImportError::Write(import::Error::Busy) => {
                Self::new(StatusCode::CONFLICT, "import_running", message)
            }
            ImportError::Write(import::Error::Db(error)) => error.into(),
        }
    }
}
