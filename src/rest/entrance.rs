//! Where a request goes in, and as whom.

use super::error::Error;
use super::plane::Settings;
use super::request::Request;
use crate::db::StoreRef;

/// Who asks, as the database knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The database role.
    pub role: String,
    /// The token's claims as JSON; for nobody in particular, the role alone.
    pub claims: String,
    /// Whether no token came: what may not be done is then 401, not 403.
    pub is_anonymous: bool,
}

/// Where a request goes in.
#[derive(Clone, Debug)]
pub enum Entrance {
    /// One store of the fleet.
    Store(StoreEntrance),
    /// The schemas that the plane's settings name.
    Plain(PlainEntrance),
}

/// One store of the fleet.
#[derive(Clone, Debug)]
pub struct StoreEntrance {
    /// The store, and what the caller believes of it.
    pub store: StoreRef,
    /// The schema it lives in.
    pub schema: String,
    /// Names that a profile header may call it by.
    pub profiles: Vec<String>,
    /// Fingerprint of the schema's shape.
    pub shape: String,
    /// How long the statement may run.
    pub timeout_ms: i32,
    /// Who asks.
    pub caller: Caller,
}

/// The schemas that the plane's settings name.
#[derive(Clone, Debug)]
pub struct PlainEntrance {
    /// Who asks.
    pub caller: Caller,
}

/// The schema of a request, and the key of its shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct SchemaAt<'a> {
    pub(super) schema: &'a str,
    pub(super) shape: &'a str,
    /// The profile to name in the answer.
    pub(super) profile: Option<&'a str>,
}

impl Entrance {
    /// Who asks.
    pub fn caller(&self) -> &Caller {
        match self {
            Self::Store(store) => &store.caller,
            Self::Plain(plain) => &plain.caller,
        }
    }

    /// The schema that a request means.
    pub(super) fn place<'a>(
        &'a self,
        settings: &'a Settings,
        request: &Request,
    ) -> Result<SchemaAt<'a>, Error> {
        let reads = request.is_read() || request.method == "OPTIONS";
        let header = if reads { "accept-profile" } else { "content-profile" };
        let profile = request.header(header);
        match self {
            Self::Store(store) => match profile {
                Some(name) if name != store.schema && store.profiles.iter().all(|p| p != name) => {
                    Err(Error::new(406, "PGRST106", format!("Invalid schema: {name}")))
                }
                _ => Ok(SchemaAt { schema: &store.schema, shape: &store.shape, profile: None }),
            },
            Self::Plain(_) => plain(settings, profile),
        }
    }
}

fn plain<'a>(settings: &'a Settings, profile: Option<&str>) -> Result<SchemaAt<'a>, Error> {
    let schema = match profile {
        None => settings.schemas.first(),
        Some(name) => settings.schemas.iter().find(|schema| *schema == name),
    };
    let Some(schema) = schema else {
        let message = format!("Invalid schema: {}", profile.unwrap_or_default());
        let hint =
            format!("Only the following schemas are exposed: {}", settings.schemas.join(", "));
        return Err(Error::new(406, "PGRST106", message).hint(hint));
    };
    let profile = (settings.schemas.len() > 1).then_some(schema.as_str());
    Ok(SchemaAt { schema, shape: schema, profile })
}
