//! Lists for administrators: users and the audit log, page by page.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::ask::Ask;
use super::super::error::{AuthError, Doing};
use super::super::form;
use super::super::user::User;
use super::super::user::rows::columns;
use super::super::{Answer, EmbeddedAuth, reply};
use crate::db::{AuthTx, Error, Row, Sql};
use crate::supabase::auth::AuthResponse;
use crate::{args, queries};

/// The users of an audience whose address or full name is like the filter.
macro_rules! matching {
    () => {
        "instance_id = '00000000-0000-0000-0000-000000000000' and aud = $1
         and ($2 = '' or email like '%' || $2 || '%' or raw_user_meta_data->>'full_name' ilike '%' || $2 || '%')"
    };
}

queries! {
    /// How many there are.
    COUNT = "auth.users_count":
        concat!("select count(*) as n from auth.users where ", matching!());
    /// A page, the newest first.
    NEWEST = "auth.users_newest":
        concat!("select ", columns!(), " from auth.users where ", matching!(),
                " order by created_at desc, id desc limit $3 offset $4");
    /// A page, the oldest first.
    OLDEST = "auth.users_oldest":
        concat!("select ", columns!(), " from auth.users where ", matching!(),
                " order by created_at, id limit $3 offset $4");
    /// How many entries there are.
    COUNT_AUDIT = "auth.audit_count": "select count(*) as n from auth.audit_log_entries";
    /// A page of entries, the newest first.
    AUDIT = "auth.audit_page":
        "select id, payload::text as payload, created_at, ip_address from auth.audit_log_entries
         order by created_at desc limit $1 offset $2";
}

/// Rows of a page where the caller names no number.
const PER_PAGE: i64 = 50;
/// Rows of a page at most.
const PER_PAGE_MAX: i64 = 1000;

/// Which page is asked for.
struct Page {
    /// From 1 on; 0 is the first one too, and the next of it is 1.
    number: i64,
    per_page: i64,
}

impl Page {
    fn read(ask: &Ask<'_>) -> Result<Self, AuthError> {
        let number = |name: &str, default: i64| {
            match ask.query(name) {
            "" => Ok(default),
            text => text.parse::<u32>().map(i64::from).map_err(|_| {
                AuthError::InvalidValue(format!(
                    "Bad Pagination Parameters: strconv.ParseUint: parsing \"{text}\": invalid syntax"
                ))
            }),
        }
        };
        let per_page = number("per_page", PER_PAGE)?.clamp(1, PER_PAGE_MAX);
        Ok(Self { number: number("page", 1)?, per_page })
    }

    fn offset(&self) -> i64 {
        (self.number - 1).max(0) * self.per_page
    }

    /// Says how many rows there are, and where the next and the last page are.
    fn mark(&self, ask: &Ask<'_>, total: i64, mut answer: AuthResponse) -> AuthResponse {
        let last = (total + self.per_page - 1) / self.per_page;
        let link = |page: i64, rel: &str| {
            let number = page.to_string();
            let others = ask.query_pairs().iter().filter(|(name, _)| name != "page");
            let mut fields: Vec<(&str, &str)> =
                others.map(|(name, value)| (name.as_str(), value.as_str())).collect();
            fields.push(("page", &number));
            format!("<{}?{}>; rel=\"{rel}\"", ask.request.path, form::encode_sorted(&fields))
        };
        let mut links = Vec::new();
        if self.number < last {
            links.push(link(self.number + 1, "next"));
        }
        links.push(link(last, "last"));
        answer.headers.push("x-total-count", total.to_string());
        answer.headers.push("link", links.join(", "));
        answer
    }
}

/// `GET /admin/users`.
pub(crate) async fn users(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let page = Page::read(ask)?;
    let sql = order(ask.query("sort"))?;
    let (aud, filter) = (ask.audience(), ask.query("filter"));
    let (total, users) = auth
        .cluster()
        .auth_tx(async |tx| {
            let total: i64 = tx.row(&COUNT, args![aud, filter]).await?.get("n")?;
            let rows = tx.rows(sql, args![aud, filter, page.per_page, page.offset()]).await?;
            let users: Result<Vec<Value>, Error> =
                rows.iter().map(|row| User::read(row).map(|user| user.json())).collect();
            Ok::<_, Error>((total, users?))
        })
        .await
        .doing("Database error finding users")?;
    let answer = reply::json(200, &json!({"users": users, "aud": aud}));
    Ok(page.mark(ask, total, answer))
}

/// The statement for an order.
fn order(sort: &str) -> Result<&'static Sql, AuthError> {
    let (field, direction) = sort.split_once(' ').unwrap_or((sort, "desc"));
    match (field, direction.to_lowercase().as_str()) {
        ("" | "created_at", "desc") => Ok(&NEWEST),
        ("created_at", "asc") => Ok(&OLDEST),
        ("created_at", _) => Err(AuthError::InvalidValue(format!(
            "Bad Sort Parameters: bad direction for sort '{direction}', only 'asc' and 'desc' allowed"
        ))),
        _ => Err(AuthError::InvalidValue(format!(
            "Bad Sort Parameters: bad field for sort '{field}'"
        ))),
    }
}

/// `GET /admin/audit`.
pub(crate) async fn audit(auth: &EmbeddedAuth, ask: &Ask<'_>) -> Answer {
    let page = Page::read(ask)?;
    let (total, entries) = auth.cluster().auth_tx(async |tx| audit_page(tx, &page).await).await?;
    Ok(page.mark(ask, total, reply::json(200, &Value::Array(entries))))
}

async fn audit_page(tx: &AuthTx<'_>, page: &Page) -> Result<(i64, Vec<Value>), Error> {
    let total: i64 = tx.row(&COUNT_AUDIT, &[]).await?.get("n")?;
    let rows = tx.rows(&AUDIT, args![page.per_page, page.offset()]).await?;
    let read = |row: &Row| {
        let payload: Option<String> = row.get("payload")?;
        let payload: Value =
            payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Ok(json!({
            "id": row.get::<Uuid>("id")?,
            "payload": payload,
            "created_at": row.get::<Option<jiff::Timestamp>>("created_at")?,
            "ip_address": row.get::<String>("ip_address")?,
        }))
    };
    let entries: Result<Vec<Value>, Error> = rows.iter().map(read).collect();
    Ok((total, entries?))
}
