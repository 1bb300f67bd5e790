//! Values that stand in a file, and secrets in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ConfigError;

/// A text secret is at least this long.
pub(super) const BYTES_MIN: usize = 32;

/// The value, or what the file holds that it names by `@`.
pub(super) fn or_file(setting: &'static str, value: String) -> Result<String, ConfigError> {
    let Some(path) = value.strip_prefix('@') else { return Ok(value) };
    std::fs::read_to_string(path)
        .map(|text| text.strip_suffix('\n').unwrap_or(&text).to_owned())
        .map_err(|source| ConfigError::File { setting, path: path.to_owned(), source })
}

/// The bytes of `jwt-secret`.
pub(super) fn read(value: String, is_base64: bool) -> Result<Vec<u8>, ConfigError> {
    const SETTING: &str = "jwt-secret";
    let bytes = match value.strip_prefix('@') {
        None => value.into_bytes(),
        Some(path) => {
            let mut bytes = std::fs::read(path).map_err(|source| ConfigError::File {
                setting: SETTING,
                path: path.to_owned(),
                source,
            })?;
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
            }
            bytes
        }
    };
    if !is_base64 {
        return Ok(bytes);
    }
    let text = String::from_utf8_lossy(&bytes);
    // The alphabet of URLs is taken too.
    let text = text.trim().replace('_', "/").replace('-', "+").replace('.', "=");
    STANDARD.decode(text).map_err(|_| ConfigError::Value {
        setting: SETTING,
        value: "…".to_owned(),
        wanted: "it is to be base64, as jwt-secret-is-base64 says",
    })
}
