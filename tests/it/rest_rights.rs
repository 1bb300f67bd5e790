//! Who may do what at a store's address: every role of `shared.role_permissions`, every table of the
//! catalog and every verb, over HTTP, against the same table of data as the isolation suite.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use souk::base::id::UserId;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::isolation::attempt::{self, Found, Outcome, Verb};
use crate::isolation::expected;
use crate::support::client::Answer;
use crate::support::pair::{Entry, Persona, Standing};
use crate::support::{Pair, Platform, database};

/// What each permission opens at the REST plane.
const OPENS: &[(&str, Opens)] = &[
    ("read", Opens::Rows),
    ("catalog", Opens::Tables),
    ("discounts", Opens::Tables),
    ("pages", Opens::Tables),
    ("settings", Opens::Tables),
    ("customers", Opens::Function("search_customers")),
    ("inventory", Opens::Verbs),
    ("orders", Opens::Verbs),
    ("refunds", Opens::Verbs),
    ("deliveries", Opens::Verbs),
    ("publish", Opens::Verbs),
    ("members", Opens::Verbs),
    ("payouts", Opens::Verbs),
    ("delete", Opens::Verbs),
    ("ownership", Opens::Verbs),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opens {
    /// Rows that are not public.
    Rows,
    /// Writing of content tables.
    Tables,
    /// A function.
    Function(&'static str),
    /// Nothing: it is about verbs of the control API.
    Verbs,
}

struct Shop {
    pair: Pair,
    platform: Platform,
    keeper: Client,
    tables: Vec<Found>,
}

impl Shop {
    async fn new() -> Self {
        let pair = Pair::new().await;
        let platform = Platform::serve(&pair.world).await;
        pair.owner.batch_execute("update shared.stores set published_at = now()").await.unwrap();
        let keeper = database::superuser(&pair.world.database.config).await;
        let tables = attempt::tables(&pair).await;
        keeper.batch_execute("create schema keep").await.unwrap();
        for table in &tables {
            let (schema, name) = (&table.schema, &table.name);
            let text = format!("create table keep.{name} as table {schema}.{name}");
            keeper.batch_execute(&text).await.unwrap();
        }
        Self { pair, platform, keeper, tables }
    }

    /// Brings every row of the store back.
    async fn restore(&self) {
        let mut text = "set session_replication_role = replica;".to_owned();
        for table in &self.tables {
            let (schema, name, columns) = (&table.schema, &table.name, &table.columns);
            text.push_str(&format!(
                "delete from {schema}.{name};
                 insert into {schema}.{name} ({columns}) overriding system value
                 select {columns} from keep.{name};"
            ));
        }
        text.push_str("reset session_replication_role");
        self.keeper.batch_execute(&text).await.unwrap();
    }

    /// The persona's bearer; an empty text for nobody in particular, none for who can't come by HTTP.
    async fn bearer(&self, persona: &Persona) -> Option<String> {
        match &persona.entry {
            Entry::Enter { role: "anon", .. } => Some(String::new()),
            Entry::Enter { role: "authenticated", user: Some(user) } => {
                let session = Uuid::now_v7();
                let text = "insert into shared.sessions (session_id, user_id) values ($1, $2)";
                self.pair.owner.execute(text, &[&session, user]).await.unwrap();
                let user: UserId = user.to_string().parse().unwrap();
                Some(format!("Bearer {}", self.platform.mint(user, Some(session), 3_600)))
            }
            _ => None,
        }
    }

    async fn ask(&self, bearer: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut headers = vec![
            ("apikey", self.platform.publishable().to_owned()),
            ("prefer", "return=representation".to_owned()),
            ("content-type", "application/json".to_owned()),
        ];
        if !bearer.is_empty() {
            headers.push(("authorization", bearer.to_owned()));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        self.platform.send(method, &format!("/s/anton/rest/v1{path}"), &headers, body).await
    }

    /// One verb on one table, and what came of it in the isolation suite's terms.
    async fn attempt(&self, bearer: &str, table: &Found, verb: Verb) -> Outcome {
        let (name, first) = (&table.name, table.first.trim_matches('"'));
        let rows: Vec<Map<String, Value>> =
            table.rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        let all = format!("/{name}?{first}=not.is.null&select={first}");
        match verb {
            Verb::Select => counted(&self.ask(bearer, "GET", &all, None).await),
            Verb::Delete => counted(&self.ask(bearer, "DELETE", &all, None).await),
            Verb::Insert => {
                let mut last = Outcome::Refused;
                for row in &rows {
                    let is_given = |name: &str| {
                        let mut columns = table.columns.split(", ");
                        columns.any(|column| column.trim_matches('"') == name)
                    };
                    let given = row.iter().filter(|(name, _)| is_given(name));
                    let row = Value::Object(given.map(|(k, v)| (k.clone(), v.clone())).collect());
                    let path = format!("/{name}?select={first}");
                    last = inserted(&self.ask(bearer, "POST", &path, Some(&row)).await);
                    if last != Outcome::Refused {
                        break;
                    }
                }
                last
            }
            Verb::Update => {
                let values: BTreeSet<String> = rows.iter().map(|row| plain(&row[first])).collect();
                let mut touched = 0;
                for value in values {
                    let body: Value = [(first.to_owned(), Value::from(value.clone()))]
                        .into_iter()
                        .collect::<Map<_, _>>()
                        .into();
                    let path = format!("/{name}?{first}=eq.{value}&select={first}");
                    match counted(&self.ask(bearer, "PATCH", &path, Some(&body)).await) {
                        Outcome::Rows(count) => touched += count,
                        other => return other,
                    }
                }
                Outcome::Rows(touched)
            }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A refusal is 403, and 401 to who has not said who they are.
fn refused(answer: &Answer) -> Option<Outcome> {
    let is_refused = matches!(answer.status, 401 | 403) && answer.body["code"] == "42501";
    is_refused.then_some(Outcome::Refused)
}

fn counted(answer: &Answer) -> Outcome {
    match (&answer.body, answer.status) {
        (Value::Array(rows), 200) => Outcome::Rows(rows.len() as u64),
        _ => refused(answer).unwrap_or_else(|| Outcome::Failed(answer.body.to_string())),
    }
}

fn inserted(answer: &Answer) -> Outcome {
    let code = answer.body["code"].as_str().unwrap_or_default();
    let is_let_in = answer.status == 201 || code.starts_with("23");
    let allowed = || is_let_in.then_some(Outcome::Allowed);
    let failed = || Outcome::Failed(answer.body.to_string());
    refused(answer).or_else(allowed).unwrap_or_else(failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_does_at_each_table_what_its_permissions_say() {
    let shop = Shop::new().await;
    let (mut tried, mut roles, mut wrong) = (0, BTreeSet::new(), Vec::new());
    for persona in &shop.pair.personas {
        let Some(bearer) = shop.bearer(persona).await else { continue };
        if let Standing::Member(role) = &persona.here {
            roles.insert(role.clone());
        }
        for table in &shop.tables {
            for verb in Verb::ALL {
                let wanted = expected(&shop.pair, persona, table, verb, &persona.here);
                let got = shop.attempt(&bearer, table, verb).await;
                tried += 1;
                let who = &persona.name;
                if got != wanted {
                    let name = &table.name;
                    wrong.push(format!("{who}: {verb:?} {name}: {got:?}, not {wanted:?}"));
                }
                if verb == Verb::Delete && matches!(got, Outcome::Rows(1..)) {
                    shop.restore().await;
                }
                let is_anonymous = bearer.is_empty() && verb != Verb::Select;
                assert!(!is_anonymous || got == Outcome::Refused, "anon writes {}", table.name);
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    let known: BTreeSet<String> = shop.pair.permissions.keys().cloned().collect();
    assert_eq!(roles, known, "every role was somebody");
    println!("{tried} tries by {} roles and others", roles.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_permission_is_known_and_opens_what_is_said() {
    let shop = Shop::new().await;
    let all: BTreeSet<&str> =
        shop.pair.permissions.values().flatten().map(String::as_str).collect();
    assert_eq!(all, OPENS.iter().map(|(name, _)| *name).collect(), "say what it opens");
    for persona in &shop.pair.personas {
        let Standing::Member(role) = &persona.here else { continue };
        let Some(bearer) = shop.bearer(persona).await else { continue };
        for (permission, opens) in OPENS {
            let may = shop.pair.permissions[role].contains(*permission);
            let at = format!("{role}: {permission}");
            match opens {
                Opens::Rows => {
                    let draft = shop.ask(&bearer, "GET", "/discounts?select=id", None).await;
                    assert_eq!(counted(&draft) != Outcome::Rows(0), may, "{at}");
                }
                Opens::Function(name) => {
                    let path = format!("/rpc/{name}?query=sam&select=id");
                    let found = shop.ask(&bearer, "GET", &path, None).await;
                    assert_eq!(counted(&found) == Outcome::Rows(1), may, "{at}: {}", found.body);
                }
                Opens::Tables => {
                    let class = crate::support::classes::Class::Content(permission);
                    let tables = crate::support::classes::TABLES.iter();
                    assert!(tables.filter(|table| table.class == class).count() > 0, "{at}");
                }
                Opens::Verbs => {
                    let class = crate::support::classes::Class::Content(permission);
                    let mut tables = crate::support::classes::TABLES.iter();
                    assert!(tables.all(|table| table.class != class), "{at}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_too_many_is_noticed() {
    let shop = Shop::new().await;
    let schema = shop.pair.a.schema.as_str();
    let text = format!(
        "grant insert on {schema}.reviews to authenticated;
         create policy wide on {schema}.reviews for insert to authenticated with check (true);
         alter policy pages_public on {schema}.pages using (true)"
    );
    shop.pair.owner.batch_execute(&text).await.unwrap();
    let table = |name: &str| shop.tables.iter().find(|table| table.name == name).unwrap();
    let persona = |name: &str| shop.pair.personas.iter().find(|p| p.name == name).unwrap();
    for (who, name, verb) in
        [("shopper of a", "reviews", Verb::Insert), ("anon", "pages", Verb::Select)]
    {
        let (persona, table) = (persona(who), table(name));
        let bearer = shop.bearer(persona).await.unwrap();
        let wanted = expected(&shop.pair, persona, table, verb, &persona.here);
        assert_ne!(shop.attempt(&bearer, table, verb).await, wanted, "{who}: {verb:?} {name}");
    }
}
