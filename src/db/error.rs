//! What Postgres can answer with. The only reader of SQLSTATE.

use tokio_postgres::error::{DbError, SqlState};

/// Why a statement, or getting to one, failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique constraint or index stands against the row.
    #[error("constraint {constraint} is violated")]
    Unique {
        /// Name of the constraint or unique index.
        constraint: String,
    },
    /// A foreign key stands against the row.
    #[error("foreign key {constraint} is violated")]
    Foreign {
        /// Name of the foreign key.
        constraint: String,
    },
    /// A check constraint stands against the row.
    #[error("check {constraint} is violated")]
    Check {
        /// Name of the check.
        constraint: String,
    },
    /// The store is not at the revision the caller read (`SK001`): read it again.
    #[error("the store has changed since it was read")]
    StoreChanged,
    /// There is no such store (`SK002`).
    #[error("the store does not exist")]
    StoreMissing,
    /// The role may not do this (`42501`).
    #[error("permission denied in {name}")]
    Denied {
        /// The statement.
        name: &'static str,
        /// What Postgres said.
        #[source]
        source: tokio_postgres::Error,
    },
    /// Serialization failure or deadlock: the transaction may be tried again.
    #[error("the transaction collided with another")]
    Collision,
    /// A lock was not had within `lock_timeout`.
    #[error("a lock was not had in time")]
    LockTimeout,
    /// The statement ran longer than its limit.
    #[error("{name} ran longer than its limit")]
    Timeout {
        /// The statement.
        name: &'static str,
    },
    /// All connections are taken and so are the places to wait.
    #[error("too many requests wait for a database connection")]
    Overloaded,
    /// There was a place to wait, but no connection in time.
    #[error("a database connection was not had in time")]
    WaitedTooLong,
    /// The server can't be reached, or closed the connection.
    #[error("the database is not reachable")]
    Unavailable(#[source] Cause),
    /// The server showed a certificate that is not taken.
    #[error(
        "the database's certificate is not accepted; name the file of its authority in \
         SOUK_DATABASE_CA, and the server as the certificate does"
    )]
    Certificate(#[source] tokio_postgres::Error),
    /// The server has no room left to write to (`53100`).
    #[error("the database's disk is full")]
    DiskFull(#[source] tokio_postgres::Error),
    /// The cluster was configured without this login.
    #[error("the cluster has no login for {login}")]
    NoLogin {
        /// What the login is for.
        login: &'static str,
    },
    /// A statement failed inside the transaction and the closure still asked to commit.
    #[error("the transaction had failed before its commit")]
    Poisoned,
    /// The answer has no such column, or another type.
    #[error("column {column} can't be read")]
    Column {
        /// Name of the column.
        column: &'static str,
        /// What the driver said.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A row holds what this program never writes.
    #[error("column {column} holds what it should not")]
    Damaged {
        /// Name of the column.
        column: &'static str,
    },
    /// One row was promised and none came.
    #[error("{name} answered no row")]
    NoRow {
        /// The statement.
        name: &'static str,
    },
    /// What was to be sent does not fit into a message of Postgres's.
    #[error("the statement is larger than a message to the database may be")]
    TooLarge(#[source] std::io::Error),
    /// Anything else that a statement can answer.
    #[error("{name} failed")]
    Query {
        /// The statement.
        name: &'static str,
        /// What Postgres said.
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Why a server is not reachable.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// It was reached, and said no or went away.
    #[error(transparent)]
    Driver(#[from] tokio_postgres::Error),
    /// Nobody answered at its address.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Error {
    /// Whether the server will never let this login in: its password is wrong.
    pub fn is_login_refused(&self) -> bool {
        let Self::Unavailable(Cause::Driver(source)) = self else { return false };
        source.as_db_error().is_some_and(|db| db.code().code() == "28P01")
    }

    /// Sorts what the driver answered to the statement `name`.
    pub(super) fn from_pg(name: &'static str, source: tokio_postgres::Error) -> Self {
        if source.is_closed() {
            return Self::Unavailable(Cause::Driver(source));
        }
        let Some(db) = source.as_db_error() else {
            return if std::error::Error::source(&source)
                .is_some_and(<dyn std::error::Error + 'static>::is::<std::io::Error>)
            {
                Self::Unavailable(Cause::Driver(source))
            } else {
                Self::Query { name, source }
            };
        };
        let constraint = || db.constraint().unwrap_or_default().to_owned();
        match db.code() {
            &SqlState::UNIQUE_VIOLATION => Self::Unique { constraint: constraint() },
            &SqlState::FOREIGN_KEY_VIOLATION => Self::Foreign { constraint: constraint() },
            &SqlState::CHECK_VIOLATION => Self::Check { constraint: constraint() },
            &SqlState::INSUFFICIENT_PRIVILEGE => Self::Denied { name, source },
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
                Self::Collision
            }
            &SqlState::DISK_FULL => Self::DiskFull(source),
            &SqlState::LOCK_NOT_AVAILABLE => Self::LockTimeout,
            &SqlState::QUERY_CANCELED => Self::Timeout { name },
            &SqlState::ADMIN_SHUTDOWN
            | &SqlState::CRASH_SHUTDOWN
            | &SqlState::CANNOT_CONNECT_NOW
            | &SqlState::TOO_MANY_CONNECTIONS => Self::Unavailable(Cause::Driver(source)),
            code => match code.code() {
                "SK001" => Self::StoreChanged,
                "SK002" => Self::StoreMissing,
                _ => Self::Query { name, source },
            },
        }
    }

    /// What Postgres itself said, where it spoke.
    pub fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Query { source, .. }
            | Self::Denied { source, .. }
            | Self::DiskFull(source)
            | Self::Unavailable(Cause::Driver(source)) => source.as_db_error(),
            _ => None,
        }
    }

    /// Whether the named unique constraint was violated.
    pub fn is_unique(&self, name: &str) -> bool {
        matches!(self, Self::Unique { constraint } if constraint == name)
    }
}
