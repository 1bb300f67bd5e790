//! A database with schema `auth`, for the stand-in and for a look at its rows.

use souk::db::Cluster;
use tokio_postgres::Client;

use super::database::{self, Database};

/// A database of one test, with nobody in it.
pub(crate) struct AuthDatabase {
    /// The stand-in's way in.
    pub(crate) cluster: Cluster,
    /// A superuser's way in.
    pub(crate) admin: Client,
    _database: Database,
}

/// A new database for one test.
pub(crate) async fn auth_database() -> AuthDatabase {
    let database = Database::new(4).await;
    let admin = database::superuser(&database.config).await;
    let cluster = Cluster::new(database.config.clone());
    AuthDatabase { cluster, admin, _database: database }
}

impl AuthDatabase {
    /// Empties the tables.
    pub(crate) async fn wipe(&self) {
        let wipe = "truncate auth.users, auth.identities, auth.sessions, auth.refresh_tokens,
            auth.one_time_tokens, auth.mfa_amr_claims, auth.mfa_factors, auth.mfa_challenges,
            auth.flow_state, auth.audit_log_entries restart identity";
        self.admin.batch_execute(wipe).await.expect("the tables are there");
    }

    /// The one number a statement answers.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.admin.query_one(sql, &[]).await.expect("the statement runs").get(0)
    }
}
