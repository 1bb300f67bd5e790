//! What of a message's headers goes on to the next server, and what stays here: the same for Auth
//! and for a PostgREST.

/// Headers of one connection, never of the message. `Connection` may name more of its kind.
const OF_THE_CONNECTION: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "host",
];
/// Of a request: what a client could say falsely about itself, what is ours alone, and what would
/// make the answer unreadable here.
const NOT_SENT: &[&str] = &[
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "sb-forwarded-for",
    "cookie",
    "accept-encoding",
    "expect",
];
const NOT_SENT_FAMILIES: &[&str] = &["x-forwarded-", "x-souk-", "cf-", "access-control-"];
/// Of an answer: what the other server says of itself, or of its own name and not of ours.
const NOT_PASSED: &[&str] = &[
    "date",
    "server",
    "via",
    "alt-svc",
    "set-cookie",
    "strict-transport-security",
    "report-to",
    "nel",
];
const NOT_PASSED_FAMILIES: &[&str] = &["access-control-", "cf-"];

/// A request's headers as they are sent on, without `own` ones that the gateway says itself.
pub(super) fn sent<'h>(
    headers: impl Iterator<Item = (&'h str, &'h str)> + Clone,
    own: &[&str],
) -> Vec<(String, String)> {
    kept(headers, &[NOT_SENT, own], NOT_SENT_FAMILIES)
}

/// An answer's headers as they go out, without `own` ones that are not the client's business.
pub(super) fn passed<'h>(
    headers: impl Iterator<Item = (&'h str, &'h str)> + Clone,
    own: &[&str],
) -> Vec<(String, String)> {
    kept(headers, &[NOT_PASSED, own], NOT_PASSED_FAMILIES)
}

fn kept<'h>(
    headers: impl Iterator<Item = (&'h str, &'h str)> + Clone,
    lists: &[&[&str]],
    families: &[&str],
) -> Vec<(String, String)> {
    let connection = headers.clone().filter(|(name, _)| name.eq_ignore_ascii_case("connection"));
    let more: Vec<String> = connection
        .flat_map(|(_, names)| names.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let stays = |name: &str| {
        let name = name.to_ascii_lowercase();
        OF_THE_CONNECTION.contains(&name.as_str())
            || lists.iter().any(|list| list.contains(&name.as_str()))
            || families.iter().any(|family| name.starts_with(family))
            || more.contains(&name)
    };
    let kept = headers.filter(|(name, _)| !stays(name));
    kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_one_hop_stays_there() {
        let headers = [
            ("Connection", "close, X-Hop"),
            ("X-Hop", "1"),
            ("connection", "x-other"),
            ("X-Other", "1"),
            ("CF-Connecting-IP", "10.0.0.1"),
            ("True-Client-IP", "10.0.0.1"),
            ("X-Real-IP", "10.0.0.1"),
            ("X-Own", "1"),
            ("Server", "x"),
            ("Prefer", "a"),
        ];
        let names = |kept: Vec<(String, String)>| -> Vec<String> {
            kept.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(sent(headers.into_iter(), &["x-own"])), ["Server", "Prefer"]);
        let passed = names(passed(headers.into_iter(), &["x-own"]));
        assert_eq!(passed, ["True-Client-IP", "X-Real-IP", "Prefer"]);
    }
}
