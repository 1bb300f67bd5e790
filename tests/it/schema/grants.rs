//! Rights and policies against the table of classes and `shared.role_permissions`.

use std::collections::BTreeSet;

use tokio_postgres::Client;

use crate::support::World;
use crate::support::classes::{Class, TABLES, Table};

/// Functions with their owner's rights that ask for a permission in their own text.
const ASKING_FUNCTIONS: &[(&str, &str)] = &[("search_customers", "customers")];

#[tokio::test]
async fn rights_are_exactly_those_of_the_tables_class() {
    let world = World::new().await;
    let schema = world.store("acme").await.schema.to_string();
    let owner = world.database.owner().await;
    assert_eq!(wrong_rights(&owner, &schema).await, Vec::<String>::new());

    for broken in [
        "grant insert on products to anon",
        "grant insert on reviews to authenticated",
        "grant select on discounts to anon",
        "grant truncate on products to authenticated",
        "grant select on products to authenticator",
        "grant update (name) on customers to authenticated",
        "revoke select on pages from anon",
        "grant select on products to authenticated with grant option",
        "grant create on schema {schema} to service_role",
        "create table extra (id integer)",
        "drop table reviews",
    ] {
        let found = after(&owner, &schema, broken, wrong_rights).await;
        assert!(!found.is_empty(), "not noticed: {broken}");
    }
}

#[tokio::test]
async fn policies_list_the_roles_that_have_the_permission() {
    let world = World::new().await;
    let schema = world.store("acme").await.schema.to_string();
    let owner = world.database.owner().await;
    assert_eq!(wrong_roles(&owner, &schema).await, Vec::<String>::new());

    let role = "(select shared.store_role('{schema}'::regnamespace))";
    for broken in [
        format!("alter policy products_update on products using ({role} in ('owner', 'staff'))"),
        format!("alter policy customers_read on customers using ({role} in ('owner', 'admin'))"),
        format!(
            "create policy wide on customers for update to authenticated
             using ({role} in ('owner', 'admin'))"
        ),
        "drop policy pages_delete on pages".to_owned(),
        "alter policy pages_delete on pages using (true)".to_owned(),
        "delete from shared.role_permissions where role = 'manager' and permission = 'catalog'"
            .to_owned(),
        "insert into shared.role_permissions values ('staff', 'pages')".to_owned(),
        "insert into shared.role_permissions values ('staff', 'customers')".to_owned(),
    ] {
        let found = after(&owner, &schema, &broken, wrong_roles).await;
        assert!(!found.is_empty(), "not noticed: {broken}");
    }
}

/// What `look` finds once `broken` has been run; it is taken back.
async fn after<'a, F: Future<Output = Vec<String>>>(
    owner: &'a Client,
    schema: &'a str,
    broken: &str,
    look: impl Fn(&'a Client, &'a str) -> F,
) -> Vec<String> {
    let broken = broken.replace("{schema}", schema);
    let text = format!("begin; set local search_path = {schema}; {broken}");
    owner.batch_execute(&text).await.unwrap_or_else(|error| panic!("{broken}: {error:?}"));
    let found = look(owner, schema).await;
    owner.batch_execute("rollback").await.unwrap();
    found
}

fn rights_of(table: &Table) -> BTreeSet<String> {
    let mut rights = BTreeSet::new();
    let mut add = |role: &str, verbs: &[&str]| {
        rights.extend(verbs.iter().map(|verb| format!("{} {role} {verb}", table.name)));
    };
    let all = ["SELECT", "INSERT", "UPDATE", "DELETE"];
    if table.public > 0 {
        add("anon", &all[..1]);
    }
    match table.class {
        Class::Content(_) => add("authenticated", &all),
        Class::State => add("authenticated", &all[..1]),
        Class::Closed => return rights,
    }
    add("service_role", &all);
    rights
}

async fn wrong_rights(owner: &Client, schema: &str) -> Vec<String> {
    let mut expected: BTreeSet<String> = TABLES.iter().flat_map(rights_of).collect();
    expected.extend(TABLES.iter().map(|table| format!("{} is a table", table.name)));
    expected.extend(
        ["anon", "authenticated", "service_role"].map(|role| format!("schema {role} USAGE")),
    );
    let text = "
        select c.relname || ' is a table' from pg_class c
         where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
        union all
        select concat_ws(' ', name, a.grantee::regrole, a.privilege_type,
                         case when a.is_grantable then 'grantable' end)
          from (select relname::text, relacl, relowner from pg_class
                 where relnamespace = $1::text::regnamespace
                union all
                select c.relname || '.' || t.attname, t.attacl, c.relowner
                  from pg_attribute t join pg_class c on c.oid = t.attrelid
                 where c.relnamespace = $1::text::regnamespace
                union all
                select 'schema', nspacl, nspowner from pg_namespace
                 where oid = $1::text::regnamespace) as held (name, acl, owner),
               aclexplode(held.acl) a
         where a.grantee <> held.owner";
    let rows = owner.query(text, &[&schema]).await.unwrap();
    let found: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    found.symmetric_difference(&expected).cloned().collect()
}

/// Every list of roles in a policy or asking function: whose it is, for which verb, and who.
async fn wrong_roles(owner: &Client, schema: &str) -> Vec<String> {
    let text = "
        select c.relname::text, p.polcmd::text,
               coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
          from pg_policy p join pg_class c on c.oid = p.polrelid
         where c.relnamespace = $1::text::regnamespace
           and 'authenticated'::regrole = any (p.polroles)
        union all
        select p.proname::text, 'f', pg_get_function_sqlbody(p.oid) from pg_proc p
         where p.pronamespace = $1::text::regnamespace and p.prosecdef";
    let permissions = owner
        .query("select role || ' ' || permission from shared.role_permissions", &[])
        .await
        .unwrap();
    let permissions: BTreeSet<String> = permissions.iter().map(|row| row.get(0)).collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for row in owner.query(text, &[&schema]).await.unwrap() {
        let (name, verb, text): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let listed = roles_in(&text);
        let table = TABLES.iter().find(|table| table.name == name);
        let permission = match (verb.as_str(), table.map(|table| table.class)) {
            ("r", Some(_)) if listed.is_empty() => continue,
            ("r", Some(_)) => Some("read"),
            ("a" | "w" | "d", Some(Class::Content(permission))) => Some(permission),
            ("f", None) => ASKING_FUNCTIONS.iter().find(|(f, _)| *f == name).map(|(_, p)| *p),
            _ => {
                wrong.push(format!("{name}: a policy for {verb}"));
                continue;
            }
        };
        let may = |role: &&String| {
            permission.is_some_and(|p| permissions.contains(&format!("{role} {p}")))
        };
        let roles: BTreeSet<String> = permissions
            .iter()
            .map(|p| p.split(' ').next().unwrap_or_default().to_owned())
            .collect();
        let expected: BTreeSet<String> = roles.iter().filter(may).cloned().collect();
        if listed != expected {
            wrong.push(format!("{name} {verb}: {listed:?}, not {expected:?}"));
        }
        seen.insert(format!("{name} {verb}"));
    }
    for table in TABLES.iter().filter(|table| matches!(table.class, Class::Content(_))) {
        let missing = ["a", "w", "d"].map(|verb| format!("{} {verb}", table.name));
        wrong.extend(missing.into_iter().filter(|policy| !seen.contains(policy)));
    }
    wrong
}

/// The roles of every `= ANY (ARRAY['owner'::text, …])` that follows a question for the role.
fn roles_in(text: &str) -> BTreeSet<String> {
    let mut roles = BTreeSet::new();
    for part in text.split("AS store_role) = ANY (ARRAY[").skip(1) {
        let list = part.split(']').next().unwrap_or_default();
        roles.extend(list.split('\'').skip(1).step_by(2).map(str::to_owned));
    }
    roles
}
