//! Media types: what the caller accepts, and what there is.

mod plan;
mod writer;

pub(super) use plan::Plan;
pub(super) use writer::{Writer, Writers, Written};

use super::error::Error;
use super::request::Request;

/// Types that only functions and aggregates write, whose `Content-Type` says how.
const IN_UTF8: [&str; 4] =
    ["text/plain", "text/xml", "application/geo+json", "application/x-www-form-urlencoded"];

/// What is told of bytes of no other type.
const BYTES: &str = "application/octet-stream";

/// A media type that a result can be written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// An array of objects.
    Json,
    /// An array of objects without their null fields.
    ArrayStripped,
    /// One object; `stripped` leaves out null fields.
    Object {
        /// Whether null fields are left out.
        stripped: bool,
    },
    /// Comma separated values.
    Csv,
    /// The description of the schema.
    OpenApi,
    /// Any type.
    Any,
    /// The plan of the statement, in place of its answer.
    Plan(Box<Plan>),
    /// Another type, by its name.
    Other(String),
}

impl Media {
    fn parse(text: &str) -> Self {
        let parts = parts(text);
        let (name, parameters) = parts.split_first().unwrap_or((&"", &[]));
        let name = name.to_ascii_lowercase();
        let stripped = parameters.iter().any(|part| part.eq_ignore_ascii_case("nulls=stripped"));
        match name.as_str() {
            "application/json" | "" => Self::Json,
            "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array" if stripped => {
                Self::ArrayStripped
            }
            "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array" => Self::Json,
            "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object" => {
                Self::Object { stripped }
            }
            "text/csv" => Self::Csv,
            "application/openapi+json" => Self::OpenApi,
            "*/*" => Self::Any,
            "application/vnd.pgrst.plan" | "application/vnd.pgrst.plan+text" => {
                Self::Plan(Box::new(Plan::parse(false, parameters)))
            }
            "application/vnd.pgrst.plan+json" => {
                Self::Plan(Box::new(Plan::parse(true, parameters)))
            }
            known if known == BYTES || IN_UTF8.contains(&known) => Self::Other(name),
            // As it is written, with its parameters. Bytes beyond ASCII are told one by one, as
            // PostgREST does.
            _ => Self::Other(text.bytes().map(char::from).collect()),
        }
    }

    /// `Content-Type` of a result written so.
    pub(super) fn content_type(&self) -> String {
        match self {
            Self::Json | Self::Any => "application/json; charset=utf-8".to_owned(),
            Self::ArrayStripped => {
                "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8".to_owned()
            }
            Self::Object { stripped: false } => {
                "application/vnd.pgrst.object+json; charset=utf-8".to_owned()
            }
            Self::Object { stripped: true } => {
                "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8".to_owned()
            }
            Self::Csv => "text/csv; charset=utf-8".to_owned(),
            Self::OpenApi => "application/openapi+json; charset=utf-8".to_owned(),
            Self::Plan(plan) => format!("{}; charset=utf-8", plan.name()),
            Self::Other(name) if IN_UTF8.contains(&name.as_str()) => {
                format!("{name}; charset=utf-8")
            }
            Self::Other(name) => name.clone(),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Json => "application/json".to_owned(),
            Self::ArrayStripped => "application/vnd.pgrst.array+json;nulls=stripped".to_owned(),
            Self::Object { stripped: false } => "application/vnd.pgrst.object+json".to_owned(),
            Self::Object { stripped: true } => {
                "application/vnd.pgrst.object+json;nulls=stripped".to_owned()
            }
            Self::Csv => "text/csv".to_owned(),
            Self::OpenApi => "application/openapi+json".to_owned(),
            Self::Any => "*/*".to_owned(),
            Self::Plan(plan) => plan.name(),
            Self::Other(name) => name.clone(),
        }
    }

    /// Whether the result is one object.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Self::Object { .. })
    }
}

/// What the caller accepts, the most wanted first: of types that are wanted alike the one with more
/// parameters, and last what stands for any.
pub(super) fn accepted(request: &Request) -> Vec<Media> {
    let mut accepted: Vec<((f64, i64), Media)> = Vec::new();
    for part in request.header("accept").unwrap_or_default().split(',') {
        let part: String = part.chars().filter(|letter| *letter != ' ').collect();
        if part.is_empty() {
            continue;
        }
        let (name, quality) = part.split_once(";q=").unwrap_or((&part, "1"));
        let quality = quality.split(';').next().and_then(|q| q.parse().ok()).unwrap_or(1.0);
        let letters = |wanted: u8| name.bytes().map(|b| i64::from(b == wanted)).sum::<i64>();
        accepted.push(((quality, letters(b';') - letters(b'*')), Media::parse(name)));
    }
    if accepted.is_empty() {
        return vec![Media::Any];
    }
    accepted.sort_by(|((a, x), _), ((b, y), _)| b.total_cmp(a).then(y.cmp(x)));
    accepted.into_iter().map(|(_, media)| media).collect()
}

/// What stands between semicolons, but for those in quotes.
fn parts(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = text.split(|letter: char| {
        is_quoted ^= letter == '"';
        letter == ';' && !is_quoted
    });
    parts.map(str::trim).collect()
}

/// A media type, and the plan of what is written so.
struct Chosen {
    media: Media,
    /// The plan that is answered in place of the rows.
    plan: Option<Plan>,
}

/// The first of the accepted types that there is; plans only where they are told.
///
/// # Errors
/// PGRST107 where there is none.
fn choose_or_plan(
    accepted: &[Media],
    has_plans: bool,
    exists: impl Fn(&Media) -> bool,
) -> Result<Chosen, Error> {
    let media = choose(accepted, |media| match media {
        Media::Plan(plan) => has_plans && exists(&plan.of),
        media => exists(media),
    })?;
    Ok(match media {
        Media::Plan(plan) => Chosen { media: plan.of.clone(), plan: Some(*plan) },
        media => Chosen { media, plan: None },
    })
}

/// The first of the accepted types that there is.
///
/// # Errors
/// PGRST107 where there is none.
pub(super) fn choose(accepted: &[Media], exists: impl Fn(&Media) -> bool) -> Result<Media, Error> {
    if let Some(found) = accepted.iter().find(|media| exists(media)) {
        return Ok(found.clone());
    }
    let names: Vec<String> = accepted.iter().map(Media::name).collect();
    let message = format!("None of these media types are available: {}", names.join(", "));
    Err(Error::new(406, "PGRST107", message))
}

/// The types that rows are written as.
fn is_for_rows(media: &Media) -> bool {
    matches!(
        media,
        Media::Json | Media::ArrayStripped | Media::Object { .. } | Media::Csv | Media::Any
    )
}
