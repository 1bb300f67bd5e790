//! A store is born: one transaction takes a ready schema, gives it its name, and writes the rows
//! that make it a store. Nothing half-made can be seen, whenever the process dies.

use serde_json::json;

use crate::base::id::StoreId;
use crate::base::schema::SchemaName;
use crate::db::{Cluster, Error as DbError, SharedTx, StoreRef};
use crate::stores::idempotency::{self, Repeatable};
use crate::stores::members::{Owner, first_owner};
use crate::stores::preset::Preset;
use crate::stores::{Actor, Error, NewStore, Store, audit, edit, ownership};
use crate::template::Filler;
use crate::{args, queries, store_columns};

/// Names that are tried for a slug whose first schema name is taken.
const NAMES_MAX: u32 = 100;
/// Times an empty pool is filled on the spot; each time somebody else may be quicker.
const ATTEMPTS_MAX: u32 = 50;

queries! {
    /// The first schema name of a slug that no store ever had and nothing else has.
    FREE_NAME = "provision.free_name":
        "select n.name
           from unnest($1::text[]) with ordinality as n (name, nth)
          where not exists (select from shared.stores s where s.schema_name = n.name)
            and to_regnamespace(n.name) is null
          order by n.nth limit 1";
    /// The store's row, at the version and fingerprint that new stores have.
    INSERT = "provision.insert":
        concat!("insert into shared.stores as s
                (id, slug, schema_name, name, birth_version, template_version, fingerprint,
                 currency, locale, theme)
         select $1, $2, $3, $4, f.birth_version, f.birth_version, t.fingerprint, $5, $6, $7
           from shared.fleet f
           join shared.template_versions t
             on t.version = f.birth_version
            and t.server_major = current_setting('server_version_num')::integer / 10000
         returning ", store_columns!());
    /// Takes a ready schema and names it.
    CLAIM = "provision.claim": "select shared.claim_schema($1, $2, $3) as claimed";
    /// What the store's own SQL must know of it, in the store's schema.
    SETTINGS = "provision.settings":
        "insert into settings (key, value, is_public, is_system)
         values ('currency', to_jsonb($1::text), true, true),
                ('language', to_jsonb($2::text), true, true)";
}

/// Makes a store. Where the pool is empty a schema is built on the spot by the filler's own code,
/// by as many at once as the filler has builders: the others wait, and claim what is there then.
///
/// # Errors
/// [`Error::SlugTaken`], [`Error::PlanLimit`], [`Error::IdempotencyMismatch`], and what the
/// database answers. Nothing is left then.
pub async fn provision(
    cluster: &Cluster,
    filler: &Filler,
    new: &NewStore,
    owner: &Owner,
    actor: &Actor,
    repeatable: Option<&Repeatable>,
) -> Result<Store, Error> {
    let birth = Birth { id: StoreId::new(), new, owner, actor, repeatable };
    let mut turn = None;
    for _ in 0..ATTEMPTS_MAX {
        let born = cluster.birth_tx(async |tx| claim(tx, &birth).await).await;
        match born {
            Ok(store) => {
                filler.claimed();
                return Ok(store);
            }
            Err(Error::NoSchema) if turn.is_none() => turn = Some(filler.turn().await),
            Err(Error::NoSchema) => {
                filler.build().await?;
            }
            Err(error) => return Err(error),
        }
    }
    Err(Error::NoSchema)
}

/// The store that this very request has made before, if it has: nothing is to be made then, so
/// nothing is to be counted either.
///
/// # Errors
/// [`Error::IdempotencyMismatch`], and what the database answers.
pub async fn repeated(cluster: &Cluster, request: &Repeatable) -> Result<Option<Store>, Error> {
    cluster.shared_tx(None, async |tx| made_before(tx, request).await).await
}

async fn made_before(tx: &SharedTx<'_>, request: &Repeatable) -> Result<Option<Store>, Error> {
    match idempotency::find(tx, request).await? {
        Some(id) => super::access::find(tx, &super::Address::Id(id)).await.map(Some),
        None => Ok(None),
    }
}

/// What is asked for.
struct Birth<'a> {
    id: StoreId,
    new: &'a NewStore,
    owner: &'a Owner,
    actor: &'a Actor,
    repeatable: Option<&'a Repeatable>,
}

/// The claim transaction. Answers [`Error::NoSchema`] when the pool is empty.
async fn claim(tx: &SharedTx<'_>, birth: &Birth<'_>) -> Result<Store, Error> {
    let Birth { id, new, owner, actor, repeatable } = *birth;
    if let Some(repeatable) = repeatable
        && let Some(store) = made_before(tx, repeatable).await?
    {
        return Ok(store);
    }
    let user = first_owner::find(tx, owner).await?;
    if let (Some(user), Owner::User(_) | Owner::Email(_)) = (user, owner) {
        ownership::require_room(tx, user, None).await?;
    }
    let store = insert(tx, id, new).await?;
    edit::refuse_anothers(tx, &store, &new.slug).await?;
    let claimed: Option<String> = tx
        .row(&CLAIM, args![store.schema.as_str(), store.template_version, &store.fingerprint])
        .await?
        .get("claimed")?;
    if claimed.is_none() {
        return Err(Error::NoSchema);
    }
    first_owner::settle(tx, store.id, owner, user).await?;
    let detail = json!({ "slug": store.slug, "schema": store.schema.as_str() });
    audit::record(tx, actor, Some(store.id), "store.created", detail).await?;
    if let Some(repeatable) = repeatable {
        idempotency::keep(tx, repeatable, store.id).await?;
    }
    settle(tx, &store, new.preset.as_ref(), actor).await?;
    Ok(store)
}

async fn insert(tx: &SharedTx<'_>, id: StoreId, new: &NewStore) -> Result<Store, Error> {
    let taken = || Error::SlugTaken { slug: new.slug.to_string() };
    let names: Vec<String> =
        (1..=NAMES_MAX).map(|nth| SchemaName::of_store(&new.slug, nth).to_string()).collect();
    let name: String = match tx.find(&FREE_NAME, args![names]).await? {
        Some(row) => row.get("name")?,
        None => return Err(taken()),
    };
    let arguments = args![
        id,
        new.slug.as_str(),
        name,
        &new.name,
        new.currency.code(),
        new.locale.as_str(),
        &new.theme,
    ];
    match tx.find(&INSERT, arguments).await {
        Ok(Some(row)) => Ok(Store::from_row(&row)?),
        // No schema of this version was ever built here, so none is ready either.
        Ok(None) => Err(Error::NoSchema),
        Err(DbError::Unique { .. }) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// The store's own part: lands in the schema that has just got its name.
async fn settle(
    tx: &SharedTx<'_>,
    store: &Store,
    preset: Option<&Preset>,
    actor: &Actor,
) -> Result<(), Error> {
    let reference = StoreRef { id: store.id, revision: store.revision };
    let tx = tx.store(reference, &actor.claims()).await?;
    tx.run(&SETTINGS, args![store.currency.code(), store.locale.language()]).await?;
    if let Some(preset) = preset {
        preset.seed(&tx).await?;
    }
    Ok(())
}
