//! Two stores with the same keys and addresses in every table, and the people around the first.

use std::collections::{BTreeMap, BTreeSet};

use souk::stores::Store;
use tokio_postgres::Client;
use uuid::Uuid;

use super::{World, database};

/// Two stores, `a` and `b`, filled alike.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) world: World,
    pub(crate) a: Store,
    pub(crate) b: Store,
    pub(crate) owner: Client,
    /// `souk_rest` and `souk_engine`, one connection each for everything that is tried.
    pub(crate) rest: Client,
    pub(crate) engine: Client,
    /// What each role may do.
    pub(crate) permissions: BTreeMap<String, BTreeSet<String>>,
    pub(crate) personas: Vec<Persona>,
}

/// What somebody is in one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Anon,
    Stranger,
    Shopper,
    Member(String),
    Service,
    Nobody,
}

/// How a persona comes to store `a`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Through `shared.enter`, as a database role, as a user.
    Enter { role: &'static str, user: Option<Uuid> },
    /// Not at all; only this is run.
    Bare(&'static str),
}

/// Somebody who tries things in store `a`, and out of it in store `b`.
#[derive(Clone, Debug)]
pub(crate) struct Persona {
    pub(crate) name: String,
    pub(crate) is_engine: bool,
    pub(crate) entry: Entry,
    pub(crate) here: Standing,
    /// In store `b` by its qualified name. `None`: not tried.
    pub(crate) there: Option<Standing>,
}

impl Pair {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let (a, b) = (world.store("anton").await, world.store("berta").await);
        Self::of(world, a, b).await
    }

    /// Two stores of a world, which are filled and get their members here.
    pub(crate) async fn of(world: World, a: Store, b: Store) -> Self {
        let owner = world.database.owner().await;
        let shopper = Uuid::now_v7();
        fill(&owner, &a, shopper).await;
        fill(&owner, &b, Uuid::now_v7()).await;
        let mut permissions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let text = "select r.id, p.permission from shared.roles r
                      left join shared.role_permissions p on p.role = r.id";
        for row in owner.query(text, &[]).await.unwrap() {
            permissions.entry(row.get(0)).or_default().insert(row.get(1));
        }
        let mut personas = plain_personas(shopper, owner_of(&owner, &b).await);
        for role in permissions.keys() {
            let user = Uuid::now_v7();
            join(&owner, &a, user, role).await;
            personas.push(Persona::user(&format!("{role} of a"), user, role));
        }
        let rest = database::login(&world.database.config, |logins| &logins.rest).await;
        let engine = database::login(&world.database.config, |logins| &logins.engine).await;
        Self { world, a, b, owner, rest, engine, permissions, personas }
    }

    pub(crate) fn client(&self, persona: &Persona) -> &Client {
        if persona.is_engine { &self.engine } else { &self.rest }
    }

    /// Begins a transaction of this persona in store `a`.
    pub(crate) async fn begin(&self, persona: &Persona) {
        let client = self.client(persona);
        client.batch_execute("begin").await.unwrap();
        match &persona.entry {
            Entry::Enter { role, user } => enter(client, &self.a, role, *user).await.unwrap(),
            Entry::Bare(text) => client.batch_execute(text).await.unwrap(),
        }
    }
}

impl Persona {
    fn user(name: &str, user: Uuid, role: &str) -> Self {
        Self {
            name: name.to_owned(),
            is_engine: false,
            entry: Entry::Enter { role: "authenticated", user: Some(user) },
            here: Standing::Member(role.to_owned()),
            there: Some(Standing::Stranger),
        }
    }
}

fn plain_personas(shopper: Uuid, owner_of_b: Uuid) -> Vec<Persona> {
    let entered = |name: &str, role, user, here, there| Persona {
        name: name.to_owned(),
        is_engine: role == "service_role",
        entry: Entry::Enter { role, user },
        here,
        there,
    };
    let bare = |name: &str, is_engine, text| Persona {
        name: name.to_owned(),
        is_engine,
        entry: Entry::Bare(text),
        here: Standing::Nobody,
        there: Some(Standing::Nobody),
    };
    let owner = Standing::Member("owner".to_owned());
    let (anon, stranger) = (|| Standing::Anon, || Standing::Stranger);
    let user = Uuid::now_v7;
    vec![
        entered("anon", "anon", None, anon(), Some(anon())),
        entered("stranger", "authenticated", Some(user()), stranger(), Some(stranger())),
        entered("nameless", "authenticated", None, stranger(), Some(stranger())),
        entered(
            "shopper of a",
            "authenticated",
            Some(shopper),
            Standing::Shopper,
            Some(stranger()),
        ),
        entered("owner of b", "authenticated", Some(owner_of_b), stranger(), Some(owner)),
        // Verbs run as service_role, which is every store's: what holds them is that no statement
        // names a schema (`sql.rs`), so only the store that was entered is tried.
        entered("verb", "service_role", None, Standing::Service, None),
        bare("souk_rest", false, ""),
        bare("souk_engine", true, ""),
        bare("souk_core", true, "set local role souk_core"),
    ]
}

/// Lands in a store as the plane does.
pub(crate) async fn enter(
    client: &Client,
    store: &Store,
    role: &str,
    user: Option<Uuid>,
) -> Result<(), tokio_postgres::Error> {
    let claims = match user {
        Some(user) => serde_json::json!({ "sub": user, "role": role }).to_string(),
        None => serde_json::json!({ "role": role }).to_string(),
    };
    client
        .execute(
            "select shared.enter($1, $2, $3, $4, 5000)",
            &[&store.id.uuid(), &store.revision, &role, &claims],
        )
        .await
        .map(|_| ())
}

/// Makes somebody a member.
pub(crate) async fn join(owner: &Client, store: &Store, user: Uuid, role: &str) {
    let text = "insert into shared.members (store_id, user_id, role) values ($1, $2, $3)";
    owner.execute(text, &[&store.id.uuid(), &user, &role]).await.unwrap();
}

pub(crate) async fn owner_of(owner: &Client, store: &Store) -> Uuid {
    let text = "select user_id from shared.members where store_id = $1 and role = 'owner'";
    owner.query_one(text, &[&store.id.uuid()]).await.unwrap().get(0)
}

/// Puts the fixture into a store.
pub(crate) async fn fill(owner: &Client, store: &Store, shopper: Uuid) {
    let goods = include_str!("goods.sql").replace(":shopper", &format!("'{shopper}'"));
    let schema = &store.schema;
    let text = format!("begin; set local search_path = {schema}; {goods} commit");
    owner.batch_execute(&text).await.unwrap();
}
