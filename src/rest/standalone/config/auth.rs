//! Who asks: settings about tokens.

use super::ConfigError;
use super::reader::Reader;
use super::secret;
use crate::rest::standalone::claim_path::ClaimPath;
use crate::rest::standalone::token::Keys;

/// How tokens are read.
#[derive(Debug, Default)]
pub struct Auth {
    /// Keys that tokens may be signed with; none where the server takes no tokens.
    pub keys: Option<Keys>,
    /// Role of a request without a token, where there is one.
    pub anon_role: Option<String>,
    /// Audience that a token must have if it names any.
    pub audience: Option<String>,
    /// Where in the claims the role is.
    pub role_path: ClaimPath,
}

/// Reads those settings.
pub(super) fn read(reader: &Reader<'_>, anon_role: Option<String>) -> Result<Auth, ConfigError> {
    let is_base64 = reader.switch("jwt-secret-is-base64")?;
    let secret = reader.text("jwt-secret");
    let secret = secret.map(|text| secret::read(text, is_base64)).transpose()?;
    let path = reader.or_default("jwt-role-claim-key");
    let audience = reader.text("jwt-aud");
    if audience.as_ref().is_some_and(|text| text.contains(':') && !is_uri(text)) {
        let wanted = "jwt-aud should be a string or a valid URI";
        return Err(reader.refused("jwt-aud", wanted));
    }
    Ok(Auth {
        keys: secret.map(|secret| keys(&secret)).transpose()?,
        anon_role,
        audience,
        role_path: ClaimPath::parse(&path).ok_or_else(|| {
            ConfigError::Said(format!("failed to parse role-claim-key value ({path})"))
        })?,
    })
}

fn keys(secret: &[u8]) -> Result<Keys, ConfigError> {
    let keys = Keys::parse(secret).map_err(ConfigError::Secret)?;
    if keys.is_text() && secret.len() < secret::BYTES_MIN {
        let said = "The JWT secret must be at least 32 characters long.";
        return Err(ConfigError::Said(said.to_owned()));
    }
    Ok(keys)
}

/// Whether a text is a URI: a scheme, and no letter that must be encoded.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.chars();
    let is_scheme = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let mut left = rest;
    while let Some(at) = left.find('%') {
        let digits = left.get(at + 1..at + 3);
        if digits.is_none_or(|two| !two.chars().all(|c| c.is_ascii_hexdigit())) {
            return false;
        }
        left = &left[at + 3..];
    }
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    is_scheme && rest.chars().all(is_fit)
}
