//! A request on its way to Auth, and its answer on the way back.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::base::percent;
use crate::outside::{Call, Reply};
use crate::supabase::auth::{AuthRequest, AuthResponse, IssuedSession};
use crate::supabase::hop;

/// Of an answer: the gateway says itself what it depends on.
const NOT_PASSED: &[&str] = &["vary"];
/// What may mail a link.
const MAILING: &[(&str, &str)] = &[
    ("POST", "/signup"),
    ("POST", "/recover"),
    ("POST", "/otp"),
    ("POST", "/magiclink"),
    ("POST", "/resend"),
    ("PUT", "/user"),
];

/// The request as it is sent on, or `None` where its path leads out of Auth.
pub(super) fn call(base: &str, request: &AuthRequest) -> Option<Call> {
    let mut url = format!("{base}{}", encoded(&request.path)?);
    let query = query(request);
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query);
    }
    let mut headers = hop::sent(request.headers.iter(), &[]);
    if let Some(address) = request.client_ip {
        headers.push(("x-forwarded-for".to_owned(), address.to_string()));
        // Supabase takes a caller's address from this one, and from servers with a secret key only.
        if request.headers.get("apikey").is_some_and(|key| key.starts_with("sb_secret_")) {
            headers.push(("sb-forwarded-for".to_owned(), address.to_string()));
        }
    }
    Some(Call { method: request.method.clone(), url, headers, body: request.body.clone().into() })
}

/// The query. A mail asked for at a store leads back to the store, unless the client says where to:
/// one Auth knows one site of its own. It takes the address only if the project allows it.
fn query(request: &AuthRequest) -> Cow<'_, str> {
    let query = request.query.as_str();
    let Some(store) = &request.asked_at else { return query.into() };
    let is_mailing = MAILING.contains(&(request.method.as_str(), request.path.as_str()));
    let says_where = request.headers.get("redirect_to").is_some()
        || query.split('&').any(|pair| pair.starts_with("redirect_to="));
    if !is_mailing || says_where {
        return query.into();
    }
    let mut query = query.to_owned();
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str("redirect_to=");
    query.push_str(&percent::encode(&store.site_url));
    query.into()
}

/// What Auth answered, as it goes out.
pub(super) fn answer(reply: Reply) -> AuthResponse {
    let issued = issued(&reply);
    let headers = reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers = hop::passed(headers, NOT_PASSED).into_iter().collect();
    AuthResponse { status: reply.status, headers, body: reply.body, issued }
}

/// The path, each segment encoded again. A segment of dots would lead elsewhere on that host.
fn encoded(path: &str) -> Option<String> {
    let mut text = String::with_capacity(path.len());
    for segment in path.strip_prefix('/')?.split('/') {
        if matches!(segment, "." | "..") {
            return None;
        }
        text.push('/');
        text.push_str(&percent::encode_segment(segment));
    }
    Some(text)
}

/// The session whose tokens the answer hands out: by its headers, else by the token itself.
fn issued(reply: &Reply) -> Option<IssuedSession> {
    if reply.status >= 400 {
        return None;
    }
    let named = |session: &str, user: &str| {
        Some(IssuedSession { session_id: session.parse().ok()?, user_id: user.parse().ok()? })
    };
    let header = |name| reply.header(name);
    if let (Some(session), Some(user)) = (header("sb-auth-session-id"), header("sb-auth-user-id")) {
        return named(session, user);
    }
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    // Not verified: it comes from who signs them.
    let payload = body.get("access_token")?.as_str()?.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    named(claims.get("session_id")?.as_str()?, claims.get("sub")?.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supabase::auth::AskedAt;

    fn request(path: &str, headers: &[(&str, &str)]) -> AuthRequest {
        AuthRequest {
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: "redirect_to=http%3A%2F%2Fa".to_owned(),
            headers: headers.iter().copied().collect(),
            body: b"{}".to_vec(),
            client_ip: Some([192, 0, 2, 7].into()),
            ..AuthRequest::default()
        }
    }

    #[test]
    fn a_request_goes_on_without_what_is_of_the_way_here() {
        let asked = request(
            "/admin/users/a b",
            &[
                ("Host", "shop.example"),
                ("apikey", "sb_secret_x"),
                ("Authorization", "Bearer t"),
                ("X-Client-Info", "supabase-js/2"),
                ("X-Forwarded-For", "10.0.0.1"),
                ("Sb-Forwarded-For", "10.0.0.1"),
                ("Connection", "close, X-Hop"),
                ("X-Hop", "1"),
                ("Cookie", "c=1"),
            ],
        );
        let call = call("http://auth:9999", &asked).expect("the path is good");
        assert_eq!(call.url, "http://auth:9999/admin/users/a%20b?redirect_to=http%3A%2F%2Fa");
        let headers: Vec<String> = call.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        assert_eq!(
            headers,
            [
                "apikey: sb_secret_x",
                "Authorization: Bearer t",
                "X-Client-Info: supabase-js/2",
                "x-forwarded-for: 192.0.2.7",
                "sb-forwarded-for: 192.0.2.7",
            ]
        );
    }

    #[test]
    fn a_mail_asked_for_at_a_store_leads_back_to_it() {
        let site_url = "http://acme.localhost:4545".to_owned();
        let asked_at = Some(AskedAt { external_url: format!("{site_url}/auth/v1"), site_url });
        let url = |path: &str, query: &str| {
            let query = query.to_owned();
            let asked = AuthRequest { query, asked_at: asked_at.clone(), ..request(path, &[]) };
            call("http://a", &asked).expect("the path is good").url
        };
        let back = "redirect_to=http%3A%2F%2Facme.localhost%3A4545";
        assert_eq!(url("/otp", ""), format!("http://a/otp?{back}"));
        assert_eq!(url("/otp", "x=1"), format!("http://a/otp?x=1&{back}"));
        assert_eq!(url("/otp", "redirect_to=y"), "http://a/otp?redirect_to=y");
        assert_eq!(url("/token", ""), "http://a/token");
    }

    #[test]
    fn no_path_leads_out_of_auth() {
        for path in ["/../rest/v1/x", "/a/../../x", "/.", "user"] {
            assert!(call("http://a/auth/v1", &request(path, &[])).is_none(), "{path}");
        }
        let odd = call("http://a/auth/v1", &request("/a%2F..", &[])).expect("one odd segment");
        assert!(odd.url.starts_with("http://a/auth/v1/a%252F..?"), "{}", odd.url);
    }

    #[test]
    fn an_answer_says_whose_session_it_hands_out() {
        let (session, user) =
            ("01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058");
        let claims = URL_SAFE_NO_PAD
            .encode(format!(r#"{{"sub":"{user}","session_id":"{session}","role":"x"}}"#));
        let by_body = Reply {
            status: 200,
            headers: vec![("Set-Cookie".to_owned(), "a=b".to_owned())],
            body: format!(r#"{{"access_token":"h.{claims}.s"}}"#).into_bytes(),
        };
        let by_header = Reply {
            status: 303,
            headers: vec![
                ("Location".to_owned(), "http://a/#access_token=x".to_owned()),
                ("sb-auth-session-id".to_owned(), session.to_owned()),
                ("sb-auth-user-id".to_owned(), user.to_owned()),
            ],
            body: Vec::new(),
        };
        let refused = Reply { status: 400, ..by_header.clone() };
        let (body, header) = (answer(by_body), answer(by_header));
        assert_eq!(body.issued.map(|issued| issued.session_id.to_string()), Some(session.into()));
        assert_eq!(body.headers.get("set-cookie"), None);
        assert_eq!(header.issued, body.issued);
        assert_eq!(header.headers.get("location"), Some("http://a/#access_token=x"));
        assert_eq!(answer(refused).issued, None);
    }
}
