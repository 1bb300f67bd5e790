//! What the plane reads of the catalog besides shapes, once: what roles bring along, and time
//! zones.

use std::collections::{HashMap, HashSet};

use tokio::sync::OnceCell;

use super::Plane;
use crate::db::{Cluster, Error, Isolation};
use crate::queries;

queries! {
    /// Time zones that a caller may prefer.
    ZONES = "rest.plane.zones":
        "select z.name as name from pg_timezone_names z";
    /// Settings that roles bring along, of those a role may make itself.
    ROLES = "rest.plane.roles":
        "select r.rolname::text as role, split_part(s.setting, '=', 1) as name,
                substr(s.setting, strpos(s.setting, '=') + 1) as value
           from pg_roles r cross join lateral unnest(r.rolconfig) as s (setting)
          where pg_has_role(current_user, r.oid, 'member')
            and split_part(s.setting, '=', 1) not in ('search_path', 'role')
            and exists (select from pg_settings p
                         where p.name = split_part(s.setting, '=', 1)
                           and (p.context = 'user'
                             or has_parameter_privilege(current_user, p.name, 'set')))";
}

/// The setting that says how transactions are isolated.
pub(in crate::rest) const ISOLATION: &str = "default_transaction_isolation";

/// What a role brings along.
#[derive(Clone, Debug, Default)]
pub(in crate::rest) struct RoleSettings {
    /// Isolation of its transactions.
    pub(in crate::rest) isolation: Option<Isolation>,
    /// Its settings.
    pub(in crate::rest) settings: Vec<(String, String)>,
}

/// What was read; none of it before it is asked for.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    zones: OnceCell<HashSet<String>>,
    roles: OnceCell<HashMap<String, RoleSettings>>,
}

/// An isolation level by its name.
pub(in crate::rest) fn isolation(name: &str) -> Option<Isolation> {
    match name.to_ascii_lowercase().as_str() {
        "repeatable read" => Some(Isolation::RepeatableRead),
        "serializable" => Some(Isolation::Serializable),
        _ => None,
    }
}

impl Plane {
    /// Whether the server has a time zone of this name.
    pub(in crate::rest) async fn has_zone(&self, name: &str) -> Result<bool, Error> {
        let catalog = self.catalog();
        let zones = catalog.zones.get_or_try_init(|| zones(&self.cluster)).await?;
        Ok(zones.contains(name))
    }

    /// What a role brings along.
    pub(in crate::rest) async fn role_settings(&self, role: &str) -> Result<RoleSettings, Error> {
        let catalog = self.catalog();
        let roles = catalog.roles.get_or_try_init(|| roles(&self.cluster)).await?;
        Ok(roles.get(role).cloned().unwrap_or_default())
    }
}

async fn zones(cluster: &Cluster) -> Result<HashSet<String>, Error> {
    cluster
        .rest_catalog(async |tx| {
            let rows = tx.rows(&ZONES, &[]).await?;
            rows.iter().map(|row| row.get("name")).collect()
        })
        .await
}

async fn roles(cluster: &Cluster) -> Result<HashMap<String, RoleSettings>, Error> {
    cluster
        .rest_catalog(async |tx| {
            let mut roles: HashMap<String, RoleSettings> = HashMap::new();
            for row in tx.rows(&ROLES, &[]).await? {
                let role = roles.entry(row.get("role")?).or_default();
                let (name, value): (String, String) = (row.get("name")?, row.get("value")?);
                if name == ISOLATION {
                    role.isolation = isolation(&value);
                }
                role.settings.push((name, value));
            }
            Ok(roles)
        })
        .await
}
