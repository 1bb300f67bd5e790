//! `/v1/stores/{store}/products`: products in bulk.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;

use crate::app::AppState;
use crate::commerce::export;
use crate::commerce::import::{self, FileError, ImportError};
use crate::http::extract::Person;
use crate::http::problem::{Problem, Result};
use crate::stores::{self, Address};

pub(super) fn router() -> Router<AppState> {
    // The limit is the importer's own: it is counted as the body comes.
    Router::new()
        .route("/v1/stores/{store}/products/import", post(import))
        .layer(DefaultBodyLimit::disable())
        .route("/v1/stores/{store}/products/export.csv", get(export))
}

/// How to import.
#[derive(Debug, Deserialize)]
pub struct ImportIn {
    #[serde(default)]
    all_or_nothing: bool,
}

async fn import(
    State(app): State<AppState>,
    person: Person,
    Path(address): Path<String>,
    Query(options): Query<ImportIn>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<import::Report>> {
    let access =
        stores::access::open(&app.cluster, &Address::parse(&address)?, person.user).await?;
    access.require("catalog")?;
    access.require_active()?;
    let file = read(&headers, body).await?;
    let options = import::Options { all_or_nothing: options.all_or_nothing };
    let report = import::run(&app.cluster, &access.store, &person.actor(), &file, options).await?;
    Ok(Json(report))
}

/// All products, as a file that the import reads: sent page by page, so that memory stays flat.
async fn export(
    State(app): State<AppState>,
    person: Person,
    Path(address): Path<String>,
) -> Result<Response> {
    let access =
        stores::access::open(&app.cluster, &Address::parse(&address)?, person.user).await?;
    // It has what things cost the store, and the numbers on its shelves.
    access.require("catalog")?;
    let name = format!("attachment; filename=\"{}-products.csv\"", access.store.slug);
    let mut file = export::File::new(app.cluster.clone(), access.store, &person.actor());
    // What fails before the first row is still an answer of ours.
    let first = file.next().await?.unwrap_or_default();
    let rest = stream::try_unfold(file, async |mut file| {
        let rows = file.next().await.inspect_err(|error| {
            tracing::error!(error = error as &dyn std::error::Error, "an export broke off");
        })?;
        Ok::<_, stores::Error>(rows.map(|rows| (rows, file)))
    });
    let body = Body::from_stream(stream::iter([Ok(first)]).chain(rest));
    let headers =
        [("content-type", "text/csv; charset=utf-8".to_owned()), ("content-disposition", name)];
    Ok((headers, body).into_response())
}

/// The file, as the body itself or as the first file of a form.
async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>> {
    let kind = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
    let spool = import::Spool::new(import::Limits::default());
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
