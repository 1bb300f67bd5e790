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

    /// Refuses a body that is too large by what is said of it, before it is read.
    ///
    /// # Errors
    /// [`FileError::TooLarge`].
    pub fn announced(&self, bytes: u64) -> Result<(), FileError> {
        match usize::try_from(bytes) {
            Ok(bytes) if bytes <= self.bytes_max => Ok(()),
            _ => Err(FileError::TooLarge { bytes_max: self.bytes_max }),
        }
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
