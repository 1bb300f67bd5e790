//! A file's body as it arrives, up to the limit.

use super::{FileError, Limits};

/// Collects a body chunk by chunk and refuses it as soon as it is too large.
#[derive(Debug)]
pub struct Spool {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Spool {
    /// An empty spool.
    pub fn new(limits: Limits) -> Self {
        Self { bytes: Vec::new(), bytes_max: limits.body_bytes }
    }

    /// Takes the next chunk.
    ///
    /// # Errors
    /// [`FileError::TooLarge`] when the body is larger than the limit with it.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), FileError> {
        if chunk.len() > self.bytes_max - self.bytes.len() {
            return Err(FileError::TooLarge { bytes_max: self.bytes_max });
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// The whole body.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
