//! What is wrong with a setting, in a sentence that names it.

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The address of the database.
    #[error("db-uri is no address of a Postgres")]
    Uri(#[source] crate::db::place::UrlError),
    /// The keys.
    #[error("jwt-secret holds a key that can't be used")]
    Secret(#[source] jsonwebtoken::errors::Error),
    /// A file that is named by `@`.
    #[error("{setting}: {path} can't be read")]
    File {
        /// The setting.
        setting: &'static str,
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// One of the others.
    #[error("{setting} can't be {value:?}: {wanted}")]
    Value {
        /// Its name.
        setting: &'static str,
        /// What it was.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// As PostgREST says it.
    #[error("{0}")]
    Said(String),
}
