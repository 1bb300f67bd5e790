//! The rows of the recorded schema: brought back before an exchange, compared after it.

use std::collections::BTreeMap;

use tokio_postgres::{Client, NoTls};

use super::exchange::{Effects, canonical};

type Tables = BTreeMap<String, BTreeMap<String, usize>>;

pub(super) struct Rows {
    client: Client,
    select: String,
    pristine: Tables,
}

impl Rows {
    pub(super) async fn open(uri: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(uri, NoTls).await.unwrap();
        tokio::spawn(connection);
        let tables = client
            .query(
                "select format('%I.%I', n.nspname, c.relname) as name
                   from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where n.nspname in ('shop', 'other') and c.relkind in ('r', 'p')
                    and not c.relispartition order by 1",
                &[],
            )
            .await
            .unwrap();
        let parts: Vec<String> = tables
            .iter()
            .map(|row| {
                let name: String = row.get("name");
                let literal = name.replace('\'', "''");
                format!("select '{literal}' as name, to_jsonb(t)::text as row from {name} t")
            })
            .collect();
        let select = parts.join(" union all ");
        let mut rows = Self { client, select, pristine: Tables::new() };
        rows.reset().await;
        rows.pristine = rows.read().await;
        rows
    }

    pub(super) async fn reset(&self) {
        self.client.batch_execute("select shop_test.reset()").await.unwrap();
    }

    /// Rows that were not there, and rows that are no more.
    pub(super) async fn effects(&self) -> Effects {
        let now = self.read().await;
        let mut effects = Effects::new();
        let tables: std::collections::BTreeSet<&String> =
            now.keys().chain(self.pristine.keys()).collect();
        for table in tables {
            let added = more(now.get(table), self.pristine.get(table));
            let removed = more(self.pristine.get(table), now.get(table));
            if !added.is_empty() || !removed.is_empty() {
                effects.insert(table.clone(), (added, removed));
            }
        }
        effects
    }

    async fn read(&self) -> Tables {
        let mut tables = Tables::new();
        for row in self.client.query(&self.select, &[]).await.unwrap() {
            let text: String = row.get("row");
            let table = tables.entry(row.get("name")).or_default();
            *table.entry(canonical(&text)).or_default() += 1;
        }
        tables
    }
}

fn more(
    these: Option<&BTreeMap<String, usize>>,
    those: Option<&BTreeMap<String, usize>>,
) -> Vec<String> {
    let mut rows = Vec::new();
    for (row, count) in these.into_iter().flatten() {
        let known = those.and_then(|those| those.get(row)).copied().unwrap_or(0);
        rows.extend(std::iter::repeat_n(row.clone(), count.saturating_sub(known)));
    }
    rows
}
