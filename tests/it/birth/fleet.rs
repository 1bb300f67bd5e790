//! A fleet: as many stores as `SOUK_STORES` says, 300 unless told.

use futures_util::{StreamExt, stream};
use souk::template::Filler;

use crate::isolation::attempt;
use crate::schema::rename::fingerprint_of;
use crate::support::whole::{assert_whole, counts};
use crate::support::{Pair, World};

/// Statements that read the catalog of one store, by the beginning of their names.
const LOADERS: &[&str] = &["fingerprint.take", "rest.shape."];
/// What a loader must not do: its cost would grow with the fleet.
const SCAN: &str = "select count(*) from pg_class where relnamespace = $1::text::regnamespace";
/// How many blocks a loader may read in the fleet that reads `few` in half of it: the trees of the
/// catalog's indexes grow by a level (a block for each row that is looked up), and the list of schemas
/// itself may be read.
fn blocks_max(few: u64) -> u64 {
    few * 13 / 10 + 70
}

fn stores() -> usize {
    std::env::var("SOUK_STORES").ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_is_born_whole_and_its_stores_are_apart() {
    let world = World::with_slots(8).await;
    let wanted = stores();
    let owner = world.database.owner().await;
    // A planner reads a small catalog whole: what must not grow is the cost from here on.
    let half = Filler::new(world.cluster.clone(), wanted / 2, 2);
    half.fill().await.unwrap();
    let few = costs(&owner, world.store("first").await.schema.as_str()).await;
    Filler::new(world.cluster.clone(), wanted, 2).fill().await.unwrap();
    let start = std::time::Instant::now();

    let born: Vec<_> = stream::iter(0..wanted)
        .map(|n| {
            let world = &world;
            async move { world.store(&format!("fleet-{n}")).await }
        })
        .buffer_unordered(8)
        .collect()
        .await;

    println!("{wanted} claims in {:?}", start.elapsed());
    assert_whole(&owner, "a fleet").await;
    let (stores, schemas, _) = counts(&owner).await;
    assert_eq!((stores, schemas), (i64::try_from(wanted + 1).unwrap(), stores));
    for store in born.iter().step_by((wanted / 10).max(1)) {
        let taken = fingerprint_of(&world, &store.schema).await;
        assert_eq!(store.fingerprint, taken, "{}", store.slug);
    }
    let many = costs(&owner, born[wanted / 2].schema.as_str()).await;
    // In a small fleet the planner still reads small catalogs whole.
    for ((name, few), (_, many)) in few.iter().zip(&many).filter(|_| wanted >= 200) {
        let has_grown = *many > blocks_max(*few);
        assert_eq!(
            has_grown,
            *name == SCAN,
            "{name}: {few} blocks in half the fleet, {many} in all"
        );
    }

    let (first, last) = (born[0].clone(), born[wanted - 1].clone());
    let pair = Pair::of(world, first, last).await;
    let tables = attempt::tables(&pair).await;
    let report = attempt::all(&pair, &tables).await;
    assert_eq!(report.mismatches, Vec::<String>::new());
}

/// How many blocks each loader reads of the catalog for one store; the control is the last.
async fn costs(owner: &tokio_postgres::Client, schema: &str) -> Vec<(&'static str, u64)> {
    for catalog in [
        "pg_class",
        "pg_attribute",
        "pg_depend",
        "pg_constraint",
        "pg_policy",
        "pg_proc",
        "pg_type",
        "pg_attrdef",
        "pg_trigger",
        "pg_index",
        "pg_rewrite",
        "pg_description",
    ] {
        owner.batch_execute(&format!("analyze pg_catalog.{catalog}")).await.unwrap();
    }
    let is_loader = |name: &str| LOADERS.iter().any(|start| name.starts_with(start));
    let statements = souk::app::statements();
    let loaders = statements.iter().filter(|sql| is_loader(sql.name()));
    let loaders = loaders.map(|sql| (sql.name(), sql.text())).chain([(SCAN, SCAN)]);
    let text = "select n.oid::text, array_agg(c.oid)::text from pg_namespace n
                  join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
                 where n.nspname = $1 group by n.oid";
    let row = owner.query_one(text, &[&schema]).await.unwrap();
    let oid = format!("'{}'::oid", row.get::<_, String>(0));
    let within = format!("'{}'::oid[]", row.get::<_, String>(1));
    let mut costs = Vec::new();
    for (name, text) in loaders {
        let text = text.replace("$1::oid[]", &within).replace("$1::oid", &oid);
        let text = text.replace("$2::oid", &oid).replace("$1", &format!("'{schema}'"));
        // Once to fill the server's own caches, then to count.
        owner.batch_execute(&text).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let explain = format!("explain (analyze, buffers, format json) {text}");
        let plan: serde_json::Value = owner.query_one(&explain, &[]).await.unwrap().get(0);
        let blocks = |key: &str| plan[0]["Plan"][key].as_u64().unwrap_or_default();
        costs.push((name, blocks("Shared Hit Blocks") + blocks("Shared Read Blocks")));
    }
    assert!(costs.len() > 1, "no loader was found");
    costs
}
