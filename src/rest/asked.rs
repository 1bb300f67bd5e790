//! A request on its way: what it prefers, the shape that it needs, and its statement at the
//! entrance.

mod explained;
mod stale;
mod told;

use std::sync::Arc;

use crate::db::{self, Answer, CallError, Door, Generated, Mode};
use crate::rest::entrance::{Entrance, SchemaAt};
use crate::rest::error::Error;
use crate::rest::plane::Plane;
use crate::rest::preferences::Preferences;
use crate::rest::request::Request;
use crate::rest::shape::{Shape, ShapeSource, StoreSource};
use crate::rest::sql;
use crate::rest::timing::Marks;
pub use stale::Stale;

/// Why there is no plain answer.
#[derive(Debug)]
pub(in crate::rest) enum Failure {
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
pub(in crate::rest) struct Asked<'a> {
    pub(in crate::rest) plane: &'a Plane,
    pub(in crate::rest) entrance: &'a Entrance,
    pub(in crate::rest) request: &'a Request,
    pub(super) marks: &'a Marks,
}

impl Asked<'_> {
    /// What the caller prefers, and may. Whether all of it is known is looked at later: what else is
    /// wrong with a request is told before.
    pub(in crate::rest) async fn preferences(&self) -> Result<Preferences, Failure> {
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
        Ok(prefs)
    }

    /// The shape of the request's schema.
    pub(in crate::rest) async fn shape(&self, place: &SchemaAt<'_>) -> Result<Arc<Shape>, Failure> {
        self.marks.read();
        let store = match self.entrance {
            Entrance::Store(store) => Some(StoreSource {
                store: store.store,
                role: &store.caller.role,
                witness: self.plane.settings.witness.as_deref(),
                fingerprint: self.plane.settings.fingerprint,
            }),
            Entrance::Plain(_) => None,
        };
        let source = ShapeSource { key: place.shape, schema: place.schema, store };
        match self.plane.shapes().get(&self.plane.cluster, &source).await {
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
    pub(in crate::rest) async fn shape_with(
        &self,
        place: &SchemaAt<'_>,
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
    pub(in crate::rest) async fn call(
        &self,
        place: &SchemaAt<'_>,
        prefs: &Preferences,
        mode: Mode,
        statement: &Generated,
        explain: Option<&Generated>,
    ) -> Result<Answer, Failure> {
        self.call_with(place, prefs, mode, (statement, explain), &[]).await
    }

    /// Runs a statement at the entrance, with settings of the function that it calls.
    pub(in crate::rest) async fn call_with(
        &self,
        place: &SchemaAt<'_>,
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

    /// What a failed call comes to.
    pub(in crate::rest) fn failed(&self, error: CallError) -> Failure {
        match error {
            CallError::Db(db::Error::StoreChanged) => Failure::Stale(Stale::Changed),
            CallError::Db(db::Error::StoreMissing) => Failure::Stale(Stale::Missing),
            error => Error::from_call(&error, self.entrance.caller().is_anonymous).into(),
        }
    }
}
