//! Which bytes of a connection are a request's line. Bodies are skipped by their length or their
//! chunks, as they are said; where what is said is unusual in any way, nothing further is touched
//! on that connection, and the HTTP library alone decides what it means.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::BufRead;

/// A longer line ends the looking: the HTTP library reads none that is as long.
const LINE_BYTES_MAX: usize = 256 << 10;

/// Where a connection is.
#[derive(Debug, Default)]
pub(super) struct Heads {
    at: At,
    /// What is known of a line that has not ended.
    line: Vec<u8>,
    body: Framing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// In the line of a request, or before it.
    #[default]
    Line,
    /// In its fields.
    Field,
    /// In a body, or in a chunk and the end of its line: so many bytes are to come.
    Body { left: u64, is_chunk: bool },
    /// In the line before a chunk.
    Size,
    /// Behind the last chunk.
    Trailer,
    /// Where nothing is touched any more.
    Beyond,
}

/// What fields say of the body.
#[derive(Clone, Copy, Debug, Default)]
struct Framing {
    length: Option<u64>,
    is_chunked: bool,
    is_odd: bool,
}

impl Heads {
    /// Takes the next bytes, and gives them back as they are to be read.
    pub(super) fn pass<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut written: Option<Vec<u8>> = None;
        let mut done = 0;
        while done < bytes.len() && self.at != At::Beyond {
            let rest = &bytes[done..];
            let piece = &rest[..self.reach(rest)];
            if self.at == At::Line && has_raw(self.target_in(piece)) {
                let target = self.target_in(piece);
                let out = written.get_or_insert_with(|| bytes[..done].to_vec());
                out.extend_from_slice(&piece[..piece.len() - target.len()]);
                encode(target, out);
            } else if let Some(out) = &mut written {
                out.extend_from_slice(piece);
            }
            self.take(piece);
            done += piece.len();
        }
        let Some(mut written) = written else { return Cow::Borrowed(bytes) };
        written.extend_from_slice(&bytes[done..]);
        Cow::Owned(written)
    }

    /// How many of the bytes belong to the line or the body that the connection is in.
    fn reach(&self, bytes: &[u8]) -> usize {
        match self.at {
            At::Body { left, .. } => usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len()),
            // Bytes in memory can always be read.
            _ => (&mut &*bytes).skip_until(b'\n').unwrap_or(bytes.len()),
        }
    }

    /// What of a piece of a request's line is behind the method.
    fn target_in<'b>(&self, piece: &'b [u8]) -> &'b [u8] {
        if self.line.contains(&b' ') {
            return piece;
        }
        let begin = piece.iter().position(|byte| *byte == b' ').unwrap_or(piece.len());
        &piece[begin..]
    }

    fn take(&mut self, piece: &[u8]) {
        if let At::Body { left, is_chunk } = self.at {
            let left = left.saturating_sub(piece.len() as u64);
            self.at = match (left, is_chunk) {
                (0, true) => At::Size,
                (0, false) => At::Line,
                _ => At::Body { left, is_chunk },
            };
            return;
        }
        if self.line.len() + piece.len() > LINE_BYTES_MAX {
            self.at = At::Beyond;
            self.line = Vec::new();
            return;
        }
        if !piece.ends_with(b"\n") {
            self.line.extend_from_slice(piece);
            return;
        }
        let mut line = std::mem::take(&mut self.line);
        // A line that came whole is not copied.
        let whole = if line.is_empty() {
            piece
        } else {
            line.extend_from_slice(piece);
            &line
        };
        self.at = match (self.at, whole.strip_suffix(b"\r\n")) {
            (_, Some(line)) => self.after(line),
            // Around chunks a line feed alone ends no line.
            (At::Size | At::Trailer, None) => At::Beyond,
            (_, None) => self.after(whole.strip_suffix(b"\n").unwrap_or(whole)),
        };
    }

    /// Where the connection is behind a line.
    fn after(&mut self, line: &[u8]) -> At {
        match (self.at, line) {
            // Empty lines before a request are skipped by everybody.
            (At::Line, b"") => At::Line,
            (At::Line, line) => {
                self.body = Framing::default();
                if is_request(line) { At::Field } else { At::Beyond }
            }
            (At::Field, b"") => self.body.begin(),
            (At::Field, line) => {
                self.body.hear(line);
                At::Field
            }
            (At::Size, line) => match size(line) {
                Some(0) => At::Trailer,
                // The chunk's data, and the end of its line.
                Some(size) => At::Body { left: size + 2, is_chunk: true },
                None => At::Beyond,
            },
            (At::Trailer, b"") => At::Line,
            (at, _) => at,
        }
    }
}

impl Framing {
    /// Heeds a field.
    fn hear(&mut self, field: &[u8]) {
        let Some(colon) = field.iter().position(|byte| *byte == b':') else {
            self.is_odd = true;
            return;
        };
        let (name, value) = (&field[..colon], field[colon + 1..].trim_ascii());
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if is("content-length") {
            let length = digits(value, 10).filter(|_| self.length.is_none());
            self.is_odd |= length.is_none();
            self.length = length;
        } else if is("transfer-encoding") {
            self.is_odd |= self.is_chunked || !value.eq_ignore_ascii_case(b"chunked");
            self.is_chunked = true;
        } else if is("expect") || is("upgrade") || name.iter().any(u8::is_ascii_whitespace) {
            // A body may not come, or what comes is no HTTP any more.
            self.is_odd = true;
        }
    }

    /// Where the connection is behind the fields.
    fn begin(self) -> At {
        match (self.is_odd, self.is_chunked, self.length) {
            (true, ..) | (false, true, Some(_)) => At::Beyond,
            (false, true, None) => At::Size,
            (false, false, None | Some(0)) => At::Line,
            (false, false, Some(left)) => At::Body { left, is_chunk: false },
        }
    }
}

/// Whether a line begins a request of HTTP/1.1 that has a body by the usual rules.
fn is_request(line: &[u8]) -> bool {
    line.ends_with(b" HTTP/1.1") && !line.starts_with(b"CONNECT ")
}

/// The size of a chunk, by the line before it.
fn size(line: &[u8]) -> Option<u64> {
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    digits(line[..end].trim_ascii_end(), 16)
}

fn digits(text: &[u8], base: u32) -> Option<u64> {
    let is_digits = text.iter().all(|byte| char::from(*byte).is_digit(base));
    let text = std::str::from_utf8(text).ok().filter(|text| is_digits && text.len() <= 15)?;
    u64::from_str_radix(text, base).ok()
}

fn is_raw(byte: u8) -> bool {
    matches!(byte, b'"' | b'<' | b'>')
}

fn has_raw(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| is_raw(*byte))
}

fn encode(target: &[u8], out: &mut Vec<u8>) {
    for byte in target {
        match byte {
            b'"' => out.extend_from_slice(b"%22"),
            b'<' => out.extend_from_slice(b"%3C"),
            b'>' => out.extend_from_slice(b"%3E"),
            byte => out.push(*byte),
        }
    }
}
