//! Many stores with products, made as the program makes them, for benchmarks over a whole fleet.
//!
//! A store's id is made from its number (`md5`), so that a baseline which is no program of ours can
//! draw a random store without a look-up.

use anyhow::Context;
use futures_util::future::try_join_all;
use indicatif::{ProgressBar, ProgressStyle};
use souk::base::id::UserId;
use souk::stores::members::Owner;
use souk::stores::{Actor, NewStore, provision};
use souk::template::Filler;
use tokio_postgres::Client;

use crate::platform::{Platform, owner, superuser};

/// Connections that build schemas, and that fill them.
const BUILDERS: usize = 2;
/// Stores made between two looks at the progress.
const CHUNK: usize = 50;

/// What a store sells: fifty products with a category, a variant and a picture each.
const GOODS: &str = "
    insert into categories (name, slug)
    select 'Category ' || n, 'category-' || n from generate_series(1, 5) as n;
    insert into products (name, slug, description, status, price_minor, category_id)
    select 'Product ' || n, 'product-' || n, 'The best of its kind, number ' || n, 'active',
           n * 100, (select id from categories where slug = 'category-' || (n % 5 + 1))
      from generate_series(1, 50) as n;
    insert into variants (product_id, sku, price_minor)
    select id, upper(slug), price_minor from products;
    insert into product_images (product_id, position, url)
    select id, 1, '/' || slug || '.png' from products;";

/// Moves rows that name a store to an id that can be computed; constraints look away meanwhile.
const NUMBER: &str = r"
    do $$
    declare
        link record;
    begin
        set local session_replication_role = replica;
        create temp table numbered on commit drop as
            select id as old, md5(split_part(slug, '-', 2))::uuid as new from shared.stores
             where slug ~ '^store-[0-9]+$' and id <> md5(split_part(slug, '-', 2))::uuid;
        for link in
            select c.conrelid::regclass as name, a.attname as field
              from pg_constraint c
              join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
             where c.contype = 'f' and c.confrelid = 'shared.stores'::regclass
        loop
            execute format('update %s as t set %I = n.new from numbered n where t.%I = n.old',
                           link.name, link.field, link.field);
        end loop;
        update shared.stores s set id = n.new, published_at = now() from numbered n
         where s.id = n.old;
    end
    $$";

/// A platform with stores `store-0`, `store-1` … that are published.
pub(crate) struct Fleet {
    pub(crate) platform: Platform,
    /// A member of every store who may write.
    pub(crate) member: UserId,
    pub(crate) size: usize,
    admin: Client,
}

impl Fleet {
    /// A platform without stores. Its data need not outlive it: no write waits for a disk, here or
    /// in a baseline.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let platform = Platform::start(4, false).await?;
        let admin = superuser(&platform).await?;
        Ok(Self { platform, member: UserId::new(), size: 0, admin })
    }

    /// Makes stores until there are this many.
    pub(crate) async fn grow(&mut self, size: usize) -> anyhow::Result<()> {
        let bar = ProgressBar::new(size as u64);
        bar.set_style(ProgressStyle::with_template("  making stores {pos}/{len} ({per_sec})")?);
        while self.size < size {
            bar.set_position(self.size as u64);
            self.add(CHUNK.min(size - self.size)).await?;
        }
        bar.finish_and_clear();
        // As a fleet has it that is in service.
        souk::template::build_ready(&self.platform.app.cluster).await?;
        self.admin.batch_execute("vacuum analyze shared.stores, shared.members").await?;
        Ok(())
    }

    async fn add(&mut self, count: usize) -> anyhow::Result<()> {
        let cluster = &self.platform.app.cluster;
        let filler = Filler::new(cluster.clone(), count, BUILDERS);
        filler.fill().await?;
        for nth in self.size..self.size + count {
            let slug = format!("store-{nth}");
            let new = NewStore::parse(&slug, &slug, Some("EUR"), None, None)?;
            let owner = Owner::User(UserId::new());
            provision(cluster, &filler, &new, &owner, &Actor::cli(), None).await?;
        }
        let (from, to) = (self.size, self.size + count);
        let config = self.platform.local.config();
        try_join_all((0..BUILDERS).map(|builder| async move {
            let client = owner(config).await?;
            for nth in (from..to).filter(|nth| nth % BUILDERS == builder) {
                let text = format!(
                    "begin; set local search_path = tenant_store_{nth};{GOODS}\
                     analyze products, variants, product_images, categories; commit"
                );
                client.batch_execute(&text).await.with_context(|| format!("store {nth}"))?;
            }
            anyhow::Ok(())
        }))
        .await?;
        self.admin.batch_execute(NUMBER).await?;
        let join = "insert into shared.members (store_id, user_id, role)
                    select id, $1, 'admin' from shared.stores on conflict do nothing";
        self.admin.execute(join, &[&self.member.uuid()]).await?;
        self.size = to;
        Ok(())
    }
}
