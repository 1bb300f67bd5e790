//! Schemas are made here: refinery inside one schema, inside one transaction of the owner.
//!
//! Refinery knows nothing of schemas, opens transactions of its own and takes no lock. A
//! [`SchemaSession`] gives it one transaction that has landed in one schema under that schema's
//! lock; so a schema is there whole or not at all, and two builders never meet in one.
//! What refinery hashes is the template's text: names are filled in on the way to the server.

use refinery_core::traits::r#async::{AsyncMigrate, AsyncQuery, AsyncTransaction};
use refinery_core::{Migration, Runner};

use super::Error;
use super::tx::{OwnerTx, Tx};
use crate::args;
use crate::base::schema::SchemaName;
use crate::queries;

/// Refinery's own table in every schema it has worked in.
pub const HISTORY_TABLE: &str = "refinery_schema_history";

queries! {
    /// Lands in the schema, alone: its name is the lock.
    LAND = "schema_session.land":
        "select pg_advisory_xact_lock(hashtextextended($1, 0)),
                set_config('search_path', quote_ident($1) || ', pg_temp', true),
                set_config('lock_timeout', '2s', true)";
    /// Where we are: null when the schema does not exist or may not be used.
    LANDED = "schema_session.landed":
        "select coalesce(current_schema()::text, '') as schema";
    /// What refinery has applied here.
    APPLIED = "schema_session.applied":
        "select version, name, applied_on, checksum
           from refinery_schema_history order by version";
}

/// Fills in what a template leaves open, for one schema.
pub trait Render: Send + Sync {
    /// The statement text for `schema`.
    ///
    /// # Errors
    /// A sentence on what the template asks for and nobody has.
    fn render(&self, text: &str, schema: &SchemaName) -> Result<String, String>;
}

/// The text as it stands.
#[derive(Clone, Copy, Debug)]
pub struct AsWritten;

impl Render for AsWritten {
    fn render(&self, text: &str, _: &SchemaName) -> Result<String, String> {
        Ok(text.to_owned())
    }
}

/// One schema, inside the owner's transaction.
pub struct SchemaSession<'c> {
    tx: Tx<'c>,
    schema: SchemaName,
    render: &'c dyn Render,
}

/// Why a schema could not be brought to its version.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Postgres refused.
    #[error(transparent)]
    Db(#[from] Error),
    /// The template asks for something that nobody has.
    #[error("the template can't be filled in: {0}")]
    Render(String),
    /// Refinery refused: a changed file, a missing one, or a statement that failed.
    #[error("schema {schema}")]
    Refinery {
        /// Which schema.
        schema: String,
        /// What refinery said.
        #[source]
        source: Box<refinery_core::Error>,
    },
    /// The transaction did not land where it was sent.
    #[error("schema {schema} can't be entered")]
    NotLanded {
        /// Which schema.
        schema: String,
    },
}

impl std::fmt::Debug for SchemaSession<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SchemaSession").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl<'c> OwnerTx<'c> {
    /// Lets this transaction's commit answer before it is on disk. A crash of the server may undo
    /// all of it, never a part, and never once anything that was committed after it is on disk.
    ///
    /// # Errors
    /// What Postgres answers.
    pub async fn commit_without_waiting(&self) -> Result<(), Error> {
        self.batch("owner.commit_without_waiting", "set local synchronous_commit = off").await
    }

    /// Makes an empty schema.
    ///
    /// # Errors
    /// When it exists, or the login may not.
    pub async fn create_schema(&self, schema: &SchemaName) -> Result<(), Error> {
        self.batch("owner.create_schema", &format!(r#"create schema "{schema}""#)).await
    }

    /// Drops a schema and all that is in it. One schema a transaction: each takes some 300 locks.
    ///
    /// # Errors
    /// When the login may not, or a lock is not had.
    pub async fn drop_schema(&self, schema: &SchemaName) -> Result<(), Error> {
        let text =
            format!(r#"set local lock_timeout = '5s'; drop schema if exists "{schema}" cascade"#);
        self.batch("owner.drop_schema", &text).await
    }

    /// Drops some tables of a schema, and what hangs on them.
    ///
    /// # Errors
    /// As [`OwnerTx::drop_schema`].
    pub async fn drop_tables(&self, schema: &SchemaName, tables: &[String]) -> Result<(), Error> {
        let names: Vec<String> = tables
            .iter()
            .map(|table| format!(r#""{schema}"."{}""#, table.replace('"', r#""""#)))
            .collect();
        let text = format!(
            "set local lock_timeout = '5s'; drop table if exists {} cascade",
            names.join(", ")
        );
        self.batch("owner.drop_tables", &text).await
    }

    /// Lands in a schema that exists, under its lock.
    ///
    /// # Errors
    /// When the schema can't be entered.
    pub async fn enter_schema(
        &self,
        schema: &SchemaName,
        render: &'c dyn Render,
    ) -> Result<SchemaSession<'c>, MigrateError> {
        self.rows(&LAND, args![schema.as_str()]).await?;
        let landed: String = self.row(&LANDED, &[]).await?.get("schema")?;
        if landed != schema.as_str() {
            return Err(MigrateError::NotLanded { schema: schema.to_string() });
        }
        Ok(SchemaSession { tx: **self, schema: schema.clone(), render })
    }
}

impl<'c> SchemaSession<'c> {
    /// The transaction this session works in.
    pub fn tx(&self) -> &Tx<'c> {
        &self.tx
    }

    /// The schema this session is in.
    pub fn schema(&self) -> &SchemaName {
        &self.schema
    }

    /// Brings the schema to the runner's version and says which it is.
    ///
    /// # Errors
    /// What refinery or Postgres refuses; the transaction can then only roll back.
    pub async fn migrate(&mut self, runner: &Runner) -> Result<i32, MigrateError> {
        let refused = |schema: &SchemaName, source| MigrateError::Refinery {
            schema: schema.to_string(),
            source: Box::new(source),
        };
        runner.run_async(self).await.map_err(|source| refused(&self.schema, source))?;
        let last = self
            .get_last_applied_migration(HISTORY_TABLE)
            .await
            .map_err(|source| refused(&self.schema, source))?;
        Ok(last.map_or(0, |migration| migration.version()))
    }
}

impl AsyncTransaction for SchemaSession<'_> {
    type Error = MigrateError;

    async fn execute<'a, T: Iterator<Item = &'a str> + Send + 'a>(
        &'a mut self,
        steps: T,
    ) -> Result<usize, MigrateError> {
        let mut text = String::new();
        let mut count = 0;
        for step in steps {
            let rendered = self.render.render(step, &self.schema).map_err(MigrateError::Render)?;
            text.push_str(&rendered);
            text.push_str("\n;\n");
            count += 1;
        }
        self.tx.batch("schema_session.execute", &text).await?;
        Ok(count)
    }
}

impl AsyncQuery<Vec<Migration>> for SchemaSession<'_> {
    async fn query<'a>(&'a mut self, _: &'a str) -> Result<Vec<Migration>, MigrateError> {
        use time::OffsetDateTime;
        use time::format_description::well_known::Rfc3339;

        let mut applied = Vec::new();
        for row in self.tx.rows(&APPLIED, &[]).await? {
            let applied_on: String = row.get("applied_on")?;
            let checksum: String = row.get("checksum")?;
            applied.push(Migration::applied(
                row.get("version")?,
                row.get("name")?,
                OffsetDateTime::parse(&applied_on, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH),
                checksum.parse().unwrap_or_default(),
            ));
        }
        Ok(applied)
    }
}

impl AsyncMigrate for SchemaSession<'_> {
    /// Refinery's table as refinery makes it, but short enough to need no table for long values,
    /// and closed to everyone but the owner: it stands in every store.
    fn assert_migrations_table_query(table: &str) -> String {
        format!(
            "create table if not exists {table} (
                 version integer constraint {table}_pkey primary key,
                 name varchar(120) not null,
                 applied_on varchar(64) not null,
                 checksum varchar(32) not null
             );
             alter table {table} enable row level security"
        )
    }
}
