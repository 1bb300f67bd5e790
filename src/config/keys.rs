//! The keys of a platform: what signs its tokens, and what its clients send.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::supabase::keys::{ApiKey, ApiKeys};

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

impl Keys {
    /// New keys, never used before.
    pub fn generate() -> Self {
        let random = rand::rng().sample_iter(rand::distr::Alphanumeric).take(48);
        let jwt_secret: String = random.map(char::from).collect();
        Self {
            jwt_secret: jwt_secret.into(),
            publishable: ApiKey::Publishable.generate(),
            secret: ApiKey::Secret.generate(),
        }
    }

    /// The keys in a file that only we can read, made the first time.
    ///
    /// # Errors
    /// When the file can't be read or written.
    pub fn load_or_make(path: &Path) -> anyhow::Result<Self> {
        if let Ok(text) = fs::read_to_string(path) {
            let written: Written = serde_json::from_str(&text).with_context(|| {
                format!("{} is damaged; remove it for new keys", path.display())
            })?;
            return Ok(Self {
                jwt_secret: written.jwt_secret.into(),
                publishable: written.publishable_key.into(),
                secret: written.secret_key.into(),
            });
        }
        let keys = Self::generate();
        keys.write(path).with_context(|| format!("{} can't be written", path.display()))?;
        Ok(keys)
    }

    /// What callers are known by.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys::default()
            .with(ApiKey::Publishable, self.publishable.clone())
            .with(ApiKey::Secret, self.secret.clone())
    }

    fn write(&self, path: &Path) -> anyhow::Result<()> {
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
        Ok(fs::rename(&new, path)?)
    }
}
