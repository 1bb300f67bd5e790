//! An error with everything behind it, as the log shows it.

use std::error::Error;
use std::fmt;

/// Shows an error and its causes in one line, the outermost first. A cause that the one before it
/// has told already is left out. (The log's own way with errors shows the outermost alone.)
#[derive(Clone, Copy, Debug)]
pub struct Chain<'e>(pub &'e (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = self.0.to_string();
        f.write_str(&told)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            let text = error.to_string();
            if !told.ends_with(&text) {
                write!(f, ": {text}")?;
            }
            told = text;
            source = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Outer {
        #[error("the mail was not sent")]
        Told(#[source] std::io::Error),
        #[error("the mail was not sent: {0}")]
        Twice(#[source] std::io::Error),
    }

    #[test]
    fn every_cause_is_told_once() {
        let cause = || std::io::Error::other("the disk is full");
        let told = "the mail was not sent: the disk is full";
        assert_eq!(Chain(&Outer::Told(cause())).to_string(), told);
        assert_eq!(Chain(&Outer::Twice(cause())).to_string(), told);
    }
}
