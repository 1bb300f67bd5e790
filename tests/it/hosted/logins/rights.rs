//! What a numbered login may: what `souk_rest` may, whatever there is in the database.

use super::super::cluster::{Hosted, hosted};
use super::super::served::{PASSWORD, Settings};

/// Where `souk_rest_1` may anything else than `souk_rest`, or is anything else.
const DIFFERENCES: &str = "
    with pair (one, other) as (values ('souk_rest', 'souk_rest_1'))
    select format('schema %s', n.nspname), p from pair, pg_namespace n,
           unnest(array['usage', 'create']) as p
     where has_schema_privilege(one, n.oid, p) <> has_schema_privilege(other, n.oid, p)
    union all
    select format('relation %s', c.oid::regclass), p from pair, pg_class c,
           unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
               as p
     where c.relkind in ('r', 'v', 'm', 'p')
       and has_table_privilege(one, c.oid, p) <> has_table_privilege(other, c.oid, p)
    union all
    select format('function %s', f.oid::regprocedure), 'execute' from pair, pg_proc f
     where has_function_privilege(one, f.oid, 'execute')
           <> has_function_privilege(other, f.oid, 'execute')
    union all
    select format('database %s', d.datname), p from pair, pg_database d,
           unnest(array['create', 'temp', 'connect']) as p
     where has_database_privilege(one, d.oid, p) <> has_database_privilege(other, d.oid, p)
    union all
    select format('role %s', r.rolname), p from pair, pg_roles r,
           unnest(array['member', 'usage', 'member with admin option']) as p
     where r.rolname not in (one, other) and not r.rolsuper
       and pg_has_role(one, r.oid, p) <> pg_has_role(other, r.oid, p)
    union all
    select 'attributes', other from pair
      join pg_roles a on a.rolname = one join pg_roles b on b.rolname = other
     where (a.rolsuper, a.rolcreaterole, a.rolcreatedb, a.rolcanlogin, a.rolreplication,
            a.rolbypassrls, a.rolconnlimit, a.rolconfig)
           is distinct from
           (b.rolsuper, b.rolcreaterole, b.rolcreatedb, b.rolcanlogin, b.rolreplication,
            b.rolbypassrls, b.rolconnlimit, b.rolconfig)";

/// Fails where there is a difference, or, for the control, where there is none.
fn differences(expected: bool) -> String {
    let is_wrong = if expected { "not " } else { "" };
    format!(
        "do $$ begin
             if {is_wrong}exists ({DIFFERENCES}) then
                 raise exception '%', (select coalesce(string_agg(d::text, E'\\n'), 'no difference')
                                         from ({DIFFERENCES}) as d);
             end if;
         end $$"
    )
}

/// Makes `souk_rest_1` inherit from `souk_rest`, or not: a property of the role, or, from
/// PostgreSQL 16 on, of its membership.
fn inheriting(inherits: bool) -> String {
    let (attribute, option) = match inherits {
        true => ("inherit", "grant souk_rest to souk_rest_1 with inherit true"),
        false => ("noinherit", "revoke inherit option for souk_rest from souk_rest_1"),
    };
    format!(
        "do $$ begin
             if current_setting('server_version_num')::integer < 160000 then
                 alter role souk_rest_1 {attribute};
             else
                 execute '{option} granted by postgres';
             end if;
         end $$"
    )
}

#[test]
fn a_numbered_login_may_what_souk_rest_may_and_no_more() {
    if hosted().is_none() {
        return;
    }
    let hosted = Hosted::start("rights");
    let database = hosted.database(true);
    let settings = Settings::new(&hosted, &database).with("SOUK_REST_LOGINS", "2");
    settings.prepare();
    settings.must(&["store", "create", "acme", "--owner", "ada@example.com"]);
    hosted.admin(&database, &differences(false));
    assert!(settings.must(&["doctor"]).contains("no more"));

    let try_it = |sql: &str| hosted.refusal("souk_rest_1", PASSWORD, &database, sql);
    for forgotten in [
        "select from tenant_acme.products",
        "insert into tenant_acme.pages (title, slug) values ('a', 'a')",
        "select from shared.stores",
        "select shared.claim_schema('ready_x', 'tenant_x')",
        "set role service_role",
        "set role souk_core",
        "create table public.t (id int)",
    ] {
        let refused = try_it(forgotten);
        assert!(
            refused.contains("permission denied") || refused.contains("not exist"),
            "{refused}"
        );
    }
    assert_eq!(try_it("set role anon"), "");
    assert_eq!(try_it("set role authenticated"), "");

    // The controls: what it has besides is a difference, and what matters the doctor sees.
    for (spoil, mend, seen) in [
        (
            "grant usage on schema tenant_acme to souk_rest_1",
            "revoke usage on schema tenant_acme from souk_rest_1",
            "",
        ),
        (
            "grant service_role to souk_rest_1",
            "revoke service_role from souk_rest_1",
            "souk_rest_1 is a member of service_role",
        ),
        (
            "grant anon to souk_rest_1",
            "revoke anon from souk_rest_1",
            "souk_rest_1 has the rights of anon before it has entered a store",
        ),
        (&inheriting(false), &inheriting(true), "souk_rest_1 has not what souk_rest has"),
        ("alter role souk_rest_1 set jit = on", "alter role souk_rest_1 set jit = off", ""),
    ] {
        hosted.admin(&database, spoil);
        hosted.admin(&database, &differences(true));
        let told = settings.run(&["doctor"]);
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(told.contains(seen), "{spoil}: {told}");
        hosted.admin(&database, mend);
        hosted.admin(&database, &differences(false));
    }

    // What a membership inherits is mended by another setup.
    hosted.admin(&database, &inheriting(false));
    settings.must(&["setup"]);
    hosted.admin(&database, &differences(false));
}
