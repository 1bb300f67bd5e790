//! Signing in for one act on a page of the platform's own. Pages keep no session: nothing is
//! recorded of the one that Auth opens, so its tokens are good nowhere, and it is ended at once.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::CLIENT_ADDRESS;
use crate::app::App;
use crate::base::id::UserId;
use crate::supabase::auth::{AuthRequest, AuthResponse, Headers};

/// What somebody says of themselves.
#[derive(Debug, Deserialize)]
pub struct Credentials {
    email: String,
    password: String,
    #[serde(rename = "act")]
    how: How,
}

/// With an account, or without one yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    SignIn,
    SignUp,
}

/// What Auth says to it.
#[derive(Debug)]
pub enum Verdict {
    /// They are who they say.
    Known(UserId),
    /// They have an account now, and a mail that asks whether the address is theirs.
    ToConfirm,
    /// They are not, for a reason that people can read.
    Refused(String),
}

impl Credentials {
    /// The address, as it was typed.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Asks Auth, on behalf of a caller at this address.
    pub async fn verify(&self, app: &App, from: IpAddr) -> Verdict {
        let (path, query) = match self.how {
            How::SignIn => ("/token", "grant_type=password"),
            How::SignUp => ("/signup", ""),
        };
        let body = json!({ "email": self.email, "password": self.password });
        let answer = ask(app, from, (path, query), None, &body).await;
        let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status >= 400 {
            return Verdict::Refused(reason(answer.status, &told));
        }
        let Some(issued) = answer.issued else { return Verdict::ToConfirm };
        if let Some(token) = told["access_token"].as_str() {
            // A session that stays behind ends by itself.
            ask(app, from, ("/logout", "scope=local"), Some(token), &json!({})).await;
        }
        Verdict::Known(issued.user_id)
    }
}

async fn ask(
    app: &App,
    from: IpAddr,
    (path, query): (&str, &str),
    token: Option<&str>,
    body: &Value,
) -> AuthResponse {
    let mut headers = Headers::from_iter([("content-type", "application/json")]);
    if let Some(key) = app.keys.publishable() {
        headers.push("apikey", key);
    }
    if let Some(token) = token {
        headers.push("authorization", format!("Bearer {token}"));
    }
    if let Some(counted) = app.limits.counted(from) {
        headers.push(CLIENT_ADDRESS, counted.to_string());
    }
    let request = AuthRequest {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: body.to_string().into_bytes(),
        client_ip: Some(from),
        asked_at: None,
    };
    app.auth.answer(request).await
}

/// Auth's refusal in a sentence.
fn reason(status: u16, told: &Value) -> String {
    let code = told["error_code"].as_str().or(told["code"].as_str()).unwrap_or_default();
    let sentence = match (code, status) {
        ("invalid_credentials", _) => "The address or the password is not right.",
        ("user_already_exists" | "email_exists", _) => {
            "There is an account with this address already: sign in with its password."
        }
        ("email_not_confirmed", _) => {
            "This address is not confirmed yet: follow the link in the mail that was sent to it."
        }
        ("over_request_rate_limit" | "over_email_send_rate_limit", _) | (_, 429) => {
            "That was too often. Wait a few minutes and try again."
        }
        (_, 500..) => "Signing in does not work at the moment. Try again in a while.",
        _ => told["msg"].as_str().or(told["message"].as_str()).unwrap_or("That did not work."),
    };
    sentence.to_owned()
}
