//! The keys of a platform: what signs its tokens, and what its clients send.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::base::random;
use crate::supabase::keys::{ApiKey, ApiKeys};

/// Letters of the secret that signs tokens: some 280 bits.
const JWT_SECRET_LENGTH: usize = 48;

/// The keys of one platform.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Signs tokens, HS256.
    pub jwt_secret: SecretString,
    /// What browsers send.
    pub publishable: SecretString,
    /// What only servers hold.
    pub secret: SecretString,
}

#[derive(Serialize, Deserialize)]
struct Written {
    jwt_secret: String,
    publishable_key: String,
    secret_key: String,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file is there and can't be read.
    #[error("{path} can't be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{path} is damaged; remove it for new keys")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The file can't be written.
    #[error("{path} can't be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl Keys {
    /// New keys, never used before.
    pub fn generate() -> Self {
        Self {
            jwt_secret: random::letters(JWT_SECRET_LENGTH).into(),
            publishable: ApiKey::Publishable.generate(),
            secret: ApiKey::Secret.generate(),
        }
    }

    /// The keys in a file that only we can read, made the first time.
    ///
    /// # Errors
    /// [`KeysError`]. A file that can't be read is not taken for one that is not there: it may hold
    /// the keys that clients have.
    pub fn load_or_make(path: &Path) -> Result<Self, KeysError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::read(&text)
                .map_err(|source| KeysError::Damaged { path: path.to_owned(), source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let keys = Self::generate();
                keys.write(path)
                    .map_err(|source| KeysError::Write { path: path.to_owned(), source })?;
                Ok(keys)
            }
            Err(source) => Err(KeysError::Read { path: path.to_owned(), source }),
        }
    }

    fn read(text: &str) -> Result<Self, serde_json::Error> {
        let written: Written = serde_json::from_str(text)?;
        Ok(Self {
            jwt_secret: written.jwt_secret.into(),
            publishable: written.publishable_key.into(),
            secret: written.secret_key.into(),
        })
    }

    /// What callers are known by.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys::default()
            .with(ApiKey::Publishable, self.publishable.clone())
            .with(ApiKey::Secret, self.secret.clone())
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let written = Written {
            jwt_secret: self.jwt_secret.expose_secret().to_owned(),
            publishable_key: self.publishable.expose_secret().to_owned(),
            secret_key: self.secret.expose_secret().to_owned(),
        };
        let new = path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(serde_json::to_string_pretty(&written)?.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_can_t_be_read_is_not_replaced() {
        let folder = std::env::temp_dir().join(format!("souk-keys-{}", uuid::Uuid::now_v7()));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("keys.json");
        let made = Keys::load_or_make(&path).unwrap();
        let again = Keys::load_or_make(&path).unwrap();
        assert_eq!(made.secret.expose_secret(), again.secret.expose_secret());
        fs::write(&path, b"{\"jwt_secret\": 1}").unwrap();
        assert!(matches!(Keys::load_or_make(&path), Err(KeysError::Damaged { .. })));
        fs::write(&path, b"\xff").unwrap();
        assert!(matches!(Keys::load_or_make(&path), Err(KeysError::Read { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"\xff");
        let nowhere = folder.join("missing/keys.json");
        assert!(matches!(Keys::load_or_make(&nowhere), Err(KeysError::Write { .. })));
        fs::remove_dir_all(&folder).unwrap();
    }
}
