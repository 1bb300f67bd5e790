//! Rules over the catalog: a query that lists what breaks the rule in one schema, and statements
//! that break it, so that each rule is seen to fail.

use tokio_postgres::Client;

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    /// Lists what breaks the rule in the schema `$1`: one text a row.
    pub(crate) sql: &'static str,
    /// Each of these, run inside a store's schema, breaks the rule.
    pub(crate) broken: &'static [&'static str],
    /// Findings that are meant to be: how they begin, and why they are right.
    pub(crate) exceptions: &'static [(&'static str, &'static str)],
}

impl Rule {
    /// What breaks the rule in a schema.
    pub(crate) async fn findings(&self, client: &Client, schema: &str) -> Vec<String> {
        let rows = client.query(self.sql, &[&schema]).await;
        let rows = rows.unwrap_or_else(|error| panic!("{}: {error:?}", self.name));
        let is_meant =
            |finding: &String| self.exceptions.iter().any(|(start, _)| finding.starts_with(start));
        rows.iter().map(|row| row.get::<_, String>(0)).filter(|f| !is_meant(f)).collect()
    }
}

/// Whether a schema breaks none of the rules.
pub(crate) async fn assert_clean(rules: &[Rule], client: &Client, schema: &str) {
    let mut all = Vec::new();
    for rule in rules {
        for finding in rule.findings(client, schema).await {
            all.push(format!("{}: {finding}", rule.name));
        }
    }
    assert!(all.is_empty(), "{schema}:\n{}", all.join("\n"));
}

/// Breaks each rule in a store's schema, sees that it is found, and takes it back.
pub(crate) async fn assert_each_is_seen_to_fail(rules: &[Rule], client: &Client, schema: &str) {
    for rule in rules {
        assert!(!rule.broken.is_empty(), "{} has no control", rule.name);
        for broken in rule.broken {
            let text = format!("begin; set local search_path = {schema}, pg_temp");
            client.batch_execute(&text).await.unwrap();
            let broken = broken.replace("{schema}", schema);
            if let Err(error) = client.batch_execute(&broken).await {
                panic!("{}: {broken}: {error:?}", rule.name);
            }
            let findings = rule.findings(client, schema).await;
            client.batch_execute("rollback").await.unwrap();
            assert!(!findings.is_empty(), "{}: not noticed: {broken}", rule.name);
        }
        assert!(rule.findings(client, schema).await.is_empty(), "{} is broken anyway", rule.name);
    }
}
