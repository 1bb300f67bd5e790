//! How long a ban lasts, as Go writes durations: `24h`, `1h30m`, `500ms`; `none` lifts it.

use jiff::{SignedDuration, Timestamp};

use super::super::error::AuthError;

/// A ban to be set or lifted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ban {
    Lift,
    For(SignedDuration),
}

impl Ban {
    /// When it ends.
    pub(crate) fn until(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Lift => None,
            Self::For(duration) => Some(now.checked_add(duration).unwrap_or(Timestamp::MAX)),
        }
    }
}

/// Reads a ban.
pub(crate) fn read(text: &str) -> Result<Ban, AuthError> {
    if text == "none" {
        return Ok(Ban::Lift);
    }
    duration(text).map(Ban::For).map_err(|why| {
        AuthError::InvalidValue(format!("invalid format for ban duration: time: {why}"))
    })
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let invalid = || format!("invalid duration \"{text}\"");
    let (mut rest, is_negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    if rest == "0" {
        return Ok(SignedDuration::ZERO);
    }
    let mut total = 0.0;
    while !rest.is_empty() || total == 0.0 {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let value: f64 = rest[..number].parse().map_err(|_| invalid())?;
        rest = &rest[number..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let seconds = match &rest[..unit] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            "" => return Err(format!("missing unit in duration \"{text}\"")),
            other => return Err(format!("unknown unit \"{other}\" in duration \"{text}\"")),
        };
        total += value * seconds;
        rest = &rest[unit..];
        if rest.is_empty() {
            break;
        }
    }
    let total = if is_negative { -total } else { total };
    SignedDuration::try_from_secs_f64(total).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        assert_eq!(duration("24h"), Ok(SignedDuration::from_hours(24)));
        assert_eq!(duration("1h30m"), Ok(SignedDuration::from_mins(90)));
        assert_eq!(duration("-1.5s"), Ok(SignedDuration::from_millis(-1500)));
        assert_eq!(duration("soon"), Err("invalid duration \"soon\"".to_owned()));
        assert_eq!(
            duration("1 day"),
            Err("unknown unit \" day\" in duration \"1 day\"".to_owned())
        );
        assert_eq!(duration("5"), Err("missing unit in duration \"5\"".to_owned()));
        assert_eq!(duration(""), Err("invalid duration \"\"".to_owned()));
    }
}
