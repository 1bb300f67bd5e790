//! Who may do what. `good` lists callers with a token that is good on the platform, or at the
//! store; what keys and bad tokens get is the same at every door of a kind.

/// A route, a request that changes nothing others would notice, and the answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// As the document has it.
    pub(super) route: &'a str,
    /// What is sent; `VIEWER` is the id of `acme`'s viewer.
    pub(super) ask: &'a str,
    pub(super) body: &'a str,
    pub(super) door: Door,
    /// `callers: answer`, the first that names a caller holds; `*` is everybody.
    pub(super) good: &'a [(&'a str, &'a str)],
}

/// What is asked of everybody who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Nothing.
    Open,
    /// A session that was begun on the platform.
    Control,
    /// A publishable key, and perhaps a session that is good at the store.
    Data,
    /// Auth's own rules.
    Auth,
}

impl Row<'_> {
    /// What this caller is answered.
    pub(super) fn expected(&self, caller: &str) -> &str {
        let refused = match self.door {
            Door::Open | Door::Auth => None,
            Door::Control => at_control(caller),
            Door::Data => at_data(caller),
        };
        let of = |(names, _): &&(&str, &str)| {
            *names == "*" || names.split(' ').any(|name| name == caller)
        };
        refused.unwrap_or_else(|| {
            self.good.iter().find(of).map_or("has no expectation", |(_, told)| told)
        })
    }
}

fn at_control(caller: &str) -> Option<&'static str> {
    match caller {
        "none" | "publishable" | "expired" | "forged" | "other-secret" | "alg-none"
        | "alg-confused" | "other-audience" => Some("401 unauthorized"),
        "secret" | "service" => Some("403 secret_key_not_allowed"),
        "unknown-session" | "no-session" | "others-session" => Some("401 session_unknown"),
        "shopper" | "other-shopper" => Some("401 session_elsewhere"),
        _ => None,
    }
}

fn at_data(caller: &str) -> Option<&'static str> {
    match caller {
        "none" => Some("401 no_api_key"),
        "secret" | "service" => Some("403 secret_key_not_allowed"),
        "expired" => Some("401 PGRST303"),
        "forged" | "other-secret" | "alg-none" | "alg-confused" | "other-audience" => {
            Some("401 PGRST301")
        }
        "unknown-session" | "no-session" | "others-session" => Some("401 session_unknown"),
        "other-shopper" => Some("401 session_elsewhere"),
        _ => None,
    }
}

pub(super) const MEMBERS: &str = "owner admin manager staff viewer";
const STRANGERS: &str = "stranger root support";
const OWNER_ADMIN: &str = "owner admin";
const OTHER_MEMBERS: &str = "manager staff viewer";
pub(super) const NOT_THERE: &str = "404 store_not_found";

const fn open(
    route: &'static str,
    ask: &'static str,
    told: &'static [(&str, &str)],
) -> Row<'static> {
    Row { route, ask, body: "", door: Door::Open, good: told }
}

const fn control(
    route: &'static str,
    ask: &'static str,
    body: &'static str,
    good: &'static [(&str, &str)],
) -> Row<'static> {
    Row { route, ask, body, door: Door::Control, good }
}

const fn data(
    route: &'static str,
    ask: &'static str,
    body: &'static str,
    good: &'static [(&str, &str)],
) -> Row<'static> {
    Row { route, ask, body, door: Door::Data, good }
}

const fn auth(
    route: &'static str,
    ask: &'static str,
    body: &'static str,
    good: &'static [(&str, &str)],
) -> Row<'static> {
    Row { route, ask, body, door: Door::Auth, good }
}

/// Only a store's own people see it; of these, only some may.
const FOR_OWNER_ADMIN: &[(&str, &str)] =
    &[(OWNER_ADMIN, "200"), (OTHER_MEMBERS, "403 forbidden"), (STRANGERS, NOT_THERE)];
/// What an operator may do: members learn that they may not, strangers nothing.
const FOR_ROOT: &[(&str, &str)] = &[
    ("root", "200"),
    ("support", "403 forbidden"),
    (MEMBERS, "403 forbidden"),
    ("stranger", NOT_THERE),
];

/// What Auth refuses by itself.
const NO_TOKEN: (&str, &str) = ("none publishable", "401 no_authorization");
const BAD_TOKEN: (&str, &str) =
    ("expired forged other-secret alg-none alg-confused", "403 bad_jwt");
const NO_SESSION: (&str, &str) = ("unknown-session", "403 session_not_found");
const NO_USER: (&str, &str) = ("others-session", "403 user_not_found");
const NO_STORE_KEY: (&str, &str) = ("secret service", "403 secret_key_not_allowed");
const ELSEWHERE: (&str, &str) = ("other-shopper", "401 session_elsewhere");
/// A key names no user.
const NO_NAME: (&str, &str) = ("secret", "403 bad_jwt");
const NOT_ADMIN: (&str, &str) = ("*", "403 not_admin");

const USER: &[(&str, &str)] = &[NO_TOKEN, BAD_TOKEN, NO_NAME, NO_SESSION, NO_USER, ("*", "200")];
const METHOD: &[(&str, &str)] = &[NO_TOKEN, BAD_TOKEN, NO_NAME, NO_SESSION, NO_USER, ("*", "405")];
const ADMIN: &[(&str, &str)] =
    &[NO_TOKEN, BAD_TOKEN, ("secret service", "400 validation_failed"), NOT_ADMIN];
const ADMIN_DELETE: &[(&str, &str)] =
    &[NO_TOKEN, BAD_TOKEN, ("secret service", "404 user_not_found"), NOT_ADMIN];
const USER_AT_STORE: &[(&str, &str)] =
    &[NO_TOKEN, BAD_TOKEN, NO_STORE_KEY, ELSEWHERE, NO_SESSION, NO_USER, ("*", "200")];
const METHOD_AT_STORE: &[(&str, &str)] =
    &[NO_TOKEN, BAD_TOKEN, NO_STORE_KEY, ELSEWHERE, NO_SESSION, NO_USER, ("*", "405")];
const ADMIN_AT_STORE: &[(&str, &str)] = &[NO_TOKEN, BAD_TOKEN, NO_STORE_KEY, ELSEWHERE, NOT_ADMIN];

pub(super) const TABLE: &[Row<'static>] = &[
    // Everybody.
    open("GET /healthz", "GET /healthz", &[("*", "200")]),
    open("GET /readyz", "GET /readyz", &[("*", "200")]),
    open("GET /metrics", "GET /metrics", &[("*", "200")]),
    open(
        "GET /v1/invitations/{secret}",
        "GET /v1/invitations/no-such",
        &[("*", "404 invitation_not_found")],
    ),
    open(
        "GET /s/{slug}/store/v1/config",
        "GET /s/acme/store/v1/config",
        // Public; but a key or a token that is sent must be a good one.
        &[
            NO_STORE_KEY,
            ("expired", "401 PGRST303"),
            ("forged other-secret alg-none alg-confused other-audience", "401 PGRST301"),
            ("unknown-session no-session others-session", "401 session_unknown"),
            ELSEWHERE,
            ("*", "200"),
        ],
    ),
    open(
        "GET /s/{slug}/store/v1/picture/{file}",
        "GET /s/acme/store/v1/picture/hat.svg",
        &[("*", "200")],
    ),
    open(
        "GET /s/{slug}/realtime/v1/{path}",
        "GET /s/acme/realtime/v1/websocket",
        &[("*", "501 realtime_not_offered")],
    ),
    open(
        "POST /s/{slug}/realtime/v1/{path}",
        "POST /s/acme/realtime/v1/api/broadcast",
        &[("*", "501 realtime_not_offered")],
    ),
    // A store's data, as PostgREST answers.
    data("GET /s/{slug}/rest/v1/", "GET /s/acme/rest/v1/", "", &[("*", "200")]),
    data("HEAD /s/{slug}/rest/v1/", "HEAD /s/acme/rest/v1/", "", &[("*", "200")]),
    data("OPTIONS /s/{slug}/rest/v1/", "OPTIONS /s/acme/rest/v1/", "", &[("*", "200")]),
    data(
        "GET /s/{slug}/rest/v1/{path}",
        "GET /s/acme/rest/v1/products?select=id",
        "",
        &[("*", "200")],
    ),
    data(
        "HEAD /s/{slug}/rest/v1/{path}",
        "HEAD /s/acme/rest/v1/products?select=id",
        "",
        &[("*", "200")],
    ),
    data(
        "OPTIONS /s/{slug}/rest/v1/{path}",
        "OPTIONS /s/acme/rest/v1/products",
        "",
        &[("*", "200")],
    ),
    data(
        "POST /s/{slug}/rest/v1/{path}",
        "POST /s/acme/rest/v1/products",
        r#"{"name": null, "slug": "x"}"#,
        &[("publishable", "401 42501"), ("owner admin manager", "400 23502"), ("*", "403 42501")],
    ),
    data(
        "PUT /s/{slug}/rest/v1/{path}",
        "PUT /s/acme/rest/v1/products?id=eq.00000000-0000-4000-8000-000000000000",
        r#"{"id": "00000000-0000-4000-8000-000000000000", "name": null, "slug": "x"}"#,
        &[("publishable", "401 42501"), ("owner admin manager", "400 23502"), ("*", "403 42501")],
    ),
    // Whom row security shows no row to change changes none.
    data(
        "PATCH /s/{slug}/rest/v1/{path}",
        "PATCH /s/acme/rest/v1/products?id=eq.00000000-0000-4000-8000-000000000000",
        r#"{"name": "x"}"#,
        &[("publishable", "401 42501"), ("*", "204")],
    ),
    data(
        "DELETE /s/{slug}/rest/v1/{path}",
        "DELETE /s/acme/rest/v1/products?id=eq.00000000-0000-4000-8000-000000000000",
        "",
        &[("publishable", "401 42501"), ("*", "204")],
    ),
    // Auth, by its own rules.
    auth("GET /auth/v1/{path}", "GET /auth/v1/user", "", USER),
    auth("PUT /auth/v1/{path}", "PUT /auth/v1/user", "{}", USER),
    auth("POST /auth/v1/{path}", "POST /auth/v1/admin/users", "{}", ADMIN),
    auth("PATCH /auth/v1/{path}", "PATCH /auth/v1/user", "{}", METHOD),
    auth(
        "DELETE /auth/v1/{path}",
        "DELETE /auth/v1/admin/users/00000000-0000-4000-8000-000000000000",
        "",
        ADMIN_DELETE,
    ),
    auth("GET /s/{slug}/auth/v1/{path}", "GET /s/acme/auth/v1/user", "", USER_AT_STORE),
    auth("PUT /s/{slug}/auth/v1/{path}", "PUT /s/acme/auth/v1/user", "{}", USER_AT_STORE),
    auth("POST /s/{slug}/auth/v1/{path}", "POST /s/acme/auth/v1/admin/users", "{}", ADMIN_AT_STORE),
    auth("PATCH /s/{slug}/auth/v1/{path}", "PATCH /s/acme/auth/v1/user", "{}", METHOD_AT_STORE),
    auth(
        "DELETE /s/{slug}/auth/v1/{path}",
        "DELETE /s/acme/auth/v1/admin/users/00000000-0000-4000-8000-000000000000",
        "",
        ADMIN_AT_STORE,
    ),
    // Stores.
    control("GET /v1/stores", "GET /v1/stores", "", &[("*", "200")]),
    control(
        "POST /v1/stores",
        "POST /v1/stores",
        r#"{"name": "x", "slug": "x"}"#,
        &[("*", "422 invalid_slug")],
    ),
    control(
        "GET /v1/stores/{store}",
        "GET /v1/stores/acme",
        "",
        &[(MEMBERS, "200"), (STRANGERS, NOT_THERE)],
    ),
    control("PATCH /v1/stores/{store}", "PATCH /v1/stores/acme", "{}", FOR_OWNER_ADMIN),
    control(
        "DELETE /v1/stores/{store}",
        "DELETE /v1/stores/doomed",
        "",
        &[
            ("owner", "200"),
            ("admin manager staff viewer", "403 forbidden"),
            (STRANGERS, NOT_THERE),
        ],
    ),
    control(
        "POST /v1/stores/{store}/unpublish",
        "POST /v1/stores/acme/unpublish",
        "",
        FOR_OWNER_ADMIN,
    ),
    control("POST /v1/stores/{store}/publish", "POST /v1/stores/acme/publish", "", FOR_OWNER_ADMIN),
    control(
        "POST /v1/stores/{store}/products/import",
        "POST /v1/stores/acme/products/import",
        "",
        &[
            ("owner admin manager", "422 csv_empty"),
            ("staff viewer", "403 forbidden"),
            (STRANGERS, NOT_THERE),
        ],
    ),
    control(
        "GET /v1/stores/{store}/products/export.csv",
        "GET /v1/stores/acme/products/export.csv",
        "",
        &[
            ("owner admin manager", "200"),
            ("staff viewer", "403 forbidden"),
            (STRANGERS, NOT_THERE),
        ],
    ),
    // Members.
    control("GET /v1/stores/{store}/members", "GET /v1/stores/acme/members", "", FOR_OWNER_ADMIN),
    control(
        "POST /v1/stores/{store}/members",
        "POST /v1/stores/acme/members",
        r#"{"email": "viewer@example.com", "role": "viewer"}"#,
        &[
            (OWNER_ADMIN, "409 already_member"),
            (OTHER_MEMBERS, "403 forbidden"),
            (STRANGERS, NOT_THERE),
        ],
    ),
    control(
        "PATCH /v1/stores/{store}/members/{user_id}",
        "PATCH /v1/stores/acme/members/VIEWER",
        r#"{"role": "viewer"}"#,
        FOR_OWNER_ADMIN,
    ),
    control(
        "DELETE /v1/stores/{store}/members/{user_id}",
        "DELETE /v1/stores/acme/members/00000000-0000-4000-8000-000000000000",
        "",
        &[
            (OWNER_ADMIN, "404 member_not_found"),
            (OTHER_MEMBERS, "403 forbidden"),
            (STRANGERS, NOT_THERE),
        ],
    ),
    control(
        "DELETE /v1/stores/{store}/invitations/{email}",
        "DELETE /v1/stores/acme/invitations/nobody@example.com",
        "",
        &[
            (OWNER_ADMIN, "404 invitation_not_found"),
            (OTHER_MEMBERS, "403 forbidden"),
            (STRANGERS, NOT_THERE),
        ],
    ),
    control(
        "POST /v1/invitations/{secret}/accept",
        "POST /v1/invitations/no-such/accept",
        "",
        &[("*", "404 invitation_not_found")],
    ),
    // The log.
    control(
        "GET /v1/audit",
        "GET /v1/audit?store=acme",
        "",
        &[
            ("owner root support", "200"),
            ("admin manager staff viewer", "403 forbidden"),
            ("stranger", NOT_THERE),
        ],
    ),
    // Operators.
    control(
        "GET /v1/platform/stores",
        "GET /v1/platform/stores",
        "",
        &[("root support", "200"), ("*", "403 forbidden")],
    ),
    control(
        "GET /v1/platform/members",
        "GET /v1/platform/members",
        "",
        &[("root", "200"), ("*", "403 forbidden")],
    ),
    control(
        "POST /v1/platform/members",
        "POST /v1/platform/members",
        r#"{"email": "nobody@example.com", "role": "support"}"#,
        &[("root", "404 user_not_found"), ("*", "403 forbidden")],
    ),
    control(
        "DELETE /v1/platform/members/{user_id}",
        "DELETE /v1/platform/members/00000000-0000-4000-8000-000000000000",
        "",
        &[("root", "404 user_not_found"), ("*", "403 forbidden")],
    ),
    control(
        "PATCH /v1/stores/{store}/plan",
        "PATCH /v1/stores/acme/plan",
        r#"{"plan": "professional"}"#,
        FOR_ROOT,
    ),
    control("POST /v1/stores/{store}/suspend", "POST /v1/stores/acme/suspend", "", FOR_ROOT),
    control("POST /v1/stores/{store}/resume", "POST /v1/stores/acme/resume", "", FOR_ROOT),
];
