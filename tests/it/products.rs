//! Reading a large catalog as a stranger: row security must leave the indexes in use.

mod plane;

use tokio_postgres::Client;

use crate::support::{World, database, pair};

const PRODUCTS: usize = 50_000;

/// What a storefront asks, and the index it must be answered by.
const READS: &[(&str, &str)] = &[
    ("order by created_at desc, id desc limit 20", "products_created_at_idx"),
    (
        "where status = 'active' order by created_at desc, id desc limit 20",
        "products_created_at_idx",
    ),
    ("where slug = 'product-777'", "products_slug_key"),
    ("where id = '00000000-0000-0000-0000-000000000777'", "products_pkey"),
    (
        "where category_id = '00000000-0000-0000-0000-000000000007' limit 20",
        "products_category_id_idx",
    ),
    ("order by price_minor, id limit 20", "products_price_minor_idx"),
    ("order by price_minor desc, id desc limit 20", "products_price_minor_idx"),
    ("where price_minor between 700 and 710 limit 20", "products_price_minor_idx"),
    ("where price_minor > 99000 order by price_minor, id limit 20", "products_price_minor_idx"),
];

/// Words a shopper types: a hit, the start of a word, a number, a typing error, nothing.
const SEARCHES: &[&str] = &["walking shoe", "walk", "SKU-777", "wlking", "zzzzzz", ""];

#[tokio::test]
async fn a_stranger_reads_fifty_thousand_products_by_index() {
    let world = World::new().await;
    let store = world.store("acme").await;
    let owner = world.database.owner().await;
    fill(&owner).await;
    let rest = database::login(&world.database.config, |logins| &logins.rest).await;
    for role in ["anon", "authenticated"] {
        rest.batch_execute("begin").await.unwrap();
        pair::enter(&rest, &store, role, Some(uuid::Uuid::now_v7())).await.unwrap();
        for (read, index) in READS {
            let text = format!("explain select id, name, price_minor from products {read}");
            let plan = lines(&rest, &text).await;
            assert!(plan.contains(index), "{role}: {read}:\n{plan}");
            assert!(!plan.contains("Seq Scan on products"), "{role}: {read}:\n{plan}");
            assert!(!plan.contains("Sort"), "{role}: {read}:\n{plan}");
        }
        for words in SEARCHES {
            let before = seq_scans(&rest).await;
            let text = format!("select id from search_products('{words}')");
            let found = rest.query(&text, &[]).await.unwrap().len();
            assert!(
                found > 0 || matches!(*words, "zzzzzz" | ""),
                "{role}: `{words}` finds nothing"
            );
            assert_eq!(seq_scans(&rest).await, before, "{role}: `{words}` read the whole table");
        }
        rest.batch_execute("rollback").await.unwrap();
    }
    plane::its_statements_go_by_index(&world, &store).await;
    the_controls_are_noticed(&rest, &store, &owner).await;
}

/// Without its index a read is a scan, and a scan is seen.
async fn the_controls_are_noticed(rest: &Client, store: &souk::stores::Store, owner: &Client) {
    rest.batch_execute("begin").await.unwrap();
    pair::enter(rest, store, "anon", None).await.unwrap();
    let like = "explain select id from products where name like '%walk%' order by name";
    assert!(lines(rest, like).await.contains("Seq Scan on products"));
    let before = seq_scans(rest).await;
    rest.query("select count(*) from products where name like '%walk%'", &[]).await.unwrap();
    assert!(seq_scans(rest).await > before);
    rest.batch_execute("rollback").await.unwrap();
    owner.batch_execute("drop index tenant_acme.products_price_minor_idx").await.unwrap();
    rest.batch_execute("begin").await.unwrap();
    pair::enter(rest, store, "anon", None).await.unwrap();
    let price = "explain select id from products order by price_minor, id limit 20";
    assert!(lines(rest, price).await.contains("Sort"));
    rest.batch_execute("rollback").await.unwrap();
}

async fn fill(owner: &Client) {
    let text = format!(
        "set search_path = tenant_acme, pg_temp;
         insert into categories (id, name, slug)
         select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'Category ' || n, 'category-' || n
           from generate_series(1, 500) n;
         insert into products (id, category_id, name, slug, status, price_minor, created_at)
         select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid,
                ('00000000-0000-0000-0000-' || lpad((n % 500 + 1)::text, 12, '0'))::uuid,
                (array['Walking shoe', 'Running shirt', 'Rain coat', 'Woollen hat', 'Silk scarf'])[n % 5 + 1]
                    || ' ' || md5(n::text),
                'product-' || n, case when n % 10 = 0 then 'draft' else 'active' end,
                n * 7919 % 100000, now() - n * interval '1 minute'
           from generate_series(1, {PRODUCTS}) n;
         insert into variants (product_id, sku, price_minor)
         select id, 'SKU-' || replace(slug, 'product-', ''), price_minor from products;
         insert into product_images (product_id, position, url)
         select p.id, position, '/' || p.slug || '.png'
           from products p, generate_series(1, 2) as position;
         analyze categories; analyze products; analyze variants; analyze product_images;
         reset search_path"
    );
    owner.batch_execute(&text).await.unwrap();
}

/// How often `products` was read whole in this transaction.
async fn seq_scans(client: &Client) -> i64 {
    let text = "select coalesce(sum(seq_scan), 0)::bigint from pg_stat_xact_user_tables
                 where relname = 'products'";
    client.query_one(text, &[]).await.unwrap().get(0)
}

async fn lines(client: &Client, text: &str) -> String {
    let rows = client.query(text, &[]).await.unwrap();
    rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join("\n")
}
