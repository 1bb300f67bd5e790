//! From a request to its response: the pipeline.

mod explained;
mod told;

use std::sync::Arc;

use super::entrance::{Entrance, Place};
use super::error::Error;
use super::plane::Plane;
use super::preferences::Preferences;
use super::request::Request;
use super::response::Response;
use super::shape::{Relation, Shape, guess};
use super::target::Target;
use super::timing::Marks;
use super::{calling, cors, openapi, reading, sql, writing};
use crate::db::{self, Answer, CallError, Door, Generated, Mode, Refusal};

/// A table is suggested if its name is at least this near.
const TABLE_GUESS_LEAST: f64 = 0.75;

/// SQLSTATE of a column, a function, a type or a table that is not there, and of a type that is
/// not what the statement takes it for.
const OUTRUN: [&str; 5] = ["42703", "42883", "42704", "42P01", "42804"];

/// The store is not as the caller read it: it must be read again, and the request tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// It is at another revision.
    Changed,
    /// It is not there.
    Missing,
}

/// Answers a request. Everything that is wrong with it is an answer too, but for a store that has
/// moved on.
///
/// # Errors
/// [`Stale`]; nothing was done then, and the request can be tried again with the store's new row.
pub async fn answer(
    plane: &Plane,
    entrance: &Entrance,
    request: &Request,
) -> Result<Response, Stale> {
    let marks = Marks::begin();
    let asked = Asked { plane, entrance, request, marks: &marks };
    let mut response = match asked.respond().await {
        Ok(mut response) => {
            if plane.settings.has_timing {
                response.push("Server-Timing", marks.told());
            }
            response
        }
        Err(Failure::Stale(stale)) => return Err(stale),
        Err(Failure::Refused(error)) => error.into_response(),
    };
    if request.method == "HEAD" {
        response.body.clear();
    }
    cors::expose(request, &mut response, &plane.settings.origins);
    Ok(response)
}

/// Why there is no plain answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The answer is an error.
    Refused(Error),
    /// There is none.
    Stale(Stale),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// A request and all it needs to be answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) plane: &'a Plane,
    pub(super) entrance: &'a Entrance,
    pub(super) request: &'a Request,
    marks: &'a Marks,
}

impl Asked<'_> {
    async fn respond(&self) -> Result<Response, Failure> {
        if self.request.query.len() > self.plane.settings.query_bytes_max {
            return Err(Error::new(414, "PGRST100", "the query is too long").into());
        }
        let target = Target::of(self.request)?;
        let place = self.entrance.place(&self.plane.settings, self.request)?;
        match (self.request.method.as_str(), &target) {
            ("GET" | "HEAD", Target::Relation(name)) => reading::read(self, &place, name).await,
            ("POST" | "PUT" | "PATCH" | "DELETE", Target::Relation(name)) => {
                writing::write(self, &place, name).await
            }
            ("GET" | "HEAD" | "POST", Target::Function(name)) => {
                calling::call(self, &place, name).await
            }
            ("OPTIONS", Target::Function(name)) => calling::options(self, &place, name).await,
            ("PUT" | "PATCH" | "DELETE", Target::Function(_)) => {
                let method = &self.request.method;
                let message = format!("Cannot use the {method} method on RPC");
                Err(Error::new(405, "PGRST101", message).into())
            }
            ("OPTIONS", Target::Relation(name)) => reading::options(self, &place, name).await,
            ("GET" | "HEAD", Target::Root) => match &self.plane.settings.root {
                Some((_, name)) => calling::call(self, &place, name).await,
                None => openapi::describe(self, &place).await,
            },
            ("OPTIONS", Target::Root) => {
                self.marks.read();
                Ok(openapi::options())
            }
            (method, _) => {
                let message = format!("Unsupported HTTP method: {method}");
                Err(Error::new(405, "PGRST117", message).into())
            }
        }
    }

    /// What the caller prefers, and may.
    pub(super) async fn preferences(&self) -> Result<Preferences, Failure> {
        let settings = &self.plane.settings;
        let mut prefs = Preferences::read(self.request, settings.rollback_allowed);
        if !settings.zones_allowed {
            prefs.timezone = None;
        }
        if let Some(zone) = &prefs.timezone {
            let exists = self.plane.has_zone(zone).await.map_err(|error| self.unread(error))?;
            if !exists {
                prefs.refuse_timezone();
            }
        }
        prefs.check()?;
        Ok(prefs)
    }

    /// The shape of the request's schema.
    pub(super) async fn shape(&self, place: &Place<'_>) -> Result<Arc<Shape>, Failure> {
        self.marks.read();
        let shapes = self.plane.shapes();
        let store = match self.entrance {
            Entrance::Store(store) => Some(store.store),
            Entrance::Plain(_) => None,
        };
        match shapes.get(&self.plane.cluster, place.shape, place.schema, store).await {
            Ok(Some(shape)) => Ok(shape),
            Ok(None) if matches!(self.entrance, Entrance::Store(_)) => {
                Err(Failure::Stale(Stale::Changed))
            }
            // One that is to be served is there: what can't be served is not to look like nothing.
            Ok(None) => Err(Error::unread().into()),
            Err(error) => Err(self.unread(error)),
        }
    }

    /// What a catalog that can't be read comes to.
    fn unread(&self, error: db::Error) -> Failure {
        let is_plain = matches!(self.entrance, Entrance::Plain(_));
        match error {
            db::Error::Unavailable(_) | db::Error::Certificate(_) if is_plain => {
                Error::unread().into()
            }
            error => self.failed(error.into()),
        }
    }

    /// The shape, read anew if it lacks what the request names and may have got it since.
    pub(super) async fn shape_with(
        &self,
        place: &Place<'_>,
        has: impl Fn(&Shape) -> bool,
    ) -> Result<Arc<Shape>, Failure> {
        let shape = self.shape(place).await?;
        if has(&shape) || matches!(self.entrance, Entrance::Store(_)) {
            return Ok(shape);
        }
        self.plane.shapes().forget(place.shape);
        self.shape(place).await
    }

    /// Runs a statement at the entrance.
    pub(super) async fn call(
        &self,
        place: &Place<'_>,
        prefs: &Preferences,
        mode: Mode,
        statement: &Generated,
        explain: Option<&Generated>,
    ) -> Result<Answer, Failure> {
        self.call_with(place, prefs, mode, (statement, explain), &[]).await
    }

    /// Runs a statement at the entrance, with settings of the function that it calls.
    pub(super) async fn call_with(
        &self,
        place: &Place<'_>,
        prefs: &Preferences,
        mode: Mode,
        (statement, explain): (&Generated, Option<&Generated>),
        own: &[(String, String)],
    ) -> Result<Answer, Failure> {
        let cluster = &self.plane.cluster;
        let headers = self.headers();
        if self.plane.settings.logs_statements {
            tracing::info!(sql = statement.text(), "statement");
        }
        self.marks.planned();
        let answer = match self.entrance {
            Entrance::Store(store) => {
                let door = Door::Store {
                    store: store.store,
                    role: &store.caller.role,
                    claims: &store.caller.claims,
                    timeout_ms: store.timeout_ms,
                    request: [&self.request.method, &self.request.path, &headers],
                    timezone: prefs.timezone.as_deref(),
                };
                cluster.rest_call(&door, mode, statement, explain).await
            }
            Entrance::Plain(plain) => {
                let role = self.plane.role_settings(&plain.caller.role).await;
                let role = role.map_err(|error| self.failed(error.into()))?;
                let mode = Mode { isolation: mode.isolation.or(role.isolation), ..mode };
                let settings = self.plain_settings(place, prefs, &headers, &role.settings, own);
                let before = self.plane.settings.before.as_ref();
                let before = before.map(|(schema, name)| sql::before(schema.as_deref(), name));
                let door = Door::Settings { settings: &settings, before: before.as_ref() };
                cluster.rest_call(&door, mode, statement, explain).await
            }
        };
        self.marks.ran();
        match answer {
            Ok(answer) => Ok(answer),
            Err(CallError::Refused(refusal)) if self.is_outrun(&refusal).await => {
                Err(Failure::Stale(Stale::Changed))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Whether the statement names what is not there because the store was migrated after the
    /// request had entered it: it then waited for the migration, and met another shape.
    async fn is_outrun(&self, refusal: &Refusal) -> bool {
        match self.entrance {
            Entrance::Store(store) if OUTRUN.contains(&refusal.code.as_str()) => {
                let current = self.plane.cluster.rest_is_current(store.store).await;
                matches!(current, Ok(false))
            }
            _ => false,
        }
    }

    /// What a failed call comes to.
    pub(super) fn failed(&self, error: CallError) -> Failure {
        match error {
            CallError::Db(db::Error::StoreChanged) => Failure::Stale(Stale::Changed),
            CallError::Db(db::Error::StoreMissing) => Failure::Stale(Stale::Missing),
            error => Error::from_call(&error, self.entrance.caller().is_anonymous).into(),
        }
    }
}

/// A relation of the shape.
///
/// # Errors
/// PGRST205, with the name that may have been meant.
pub(super) fn relation<'s>(
    shape: &'s Shape,
    schema: &str,
    name: &str,
) -> Result<&'s Relation, Error> {
    if let Some(relation) = shape.relation(name) {
        return Ok(relation);
    }
    let names = shape.relations().map(|relation| relation.name.as_str());
    let hint = guess::nearest(names, name, TABLE_GUESS_LEAST)
        .map(|(_, near)| format!("Perhaps you meant the table '{schema}.{near}'"));
    let message = format!("Could not find the table '{schema}.{name}' in the schema cache");
    Err(Error::new(404, "PGRST205", message).hint(hint))
}
