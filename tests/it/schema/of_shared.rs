//! What stores share, and the logins that reach it.

use crate::support::rule::Rule;

/// Rules for `shared` and the logins; `$1` is not asked for, but every rule has it.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "shoppers and members run one function of what stores share",
        sql: "select format('%s: %s', r.rolname, p.proname)
                from pg_proc p, pg_roles r
               where p.pronamespace = 'shared'::regnamespace and $1::text is not null
                 and r.rolname in ('anon', 'authenticated', 'service_role')
                 and has_function_privilege(r.oid, p.oid, 'execute')",
        broken: &[
            "grant execute on function shared.guard to authenticated",
            "grant execute on function shared.user_by_email to anon",
            "create function shared.f() returns integer language sql as 'select 1'",
        ],
        exceptions: &[("authenticated: store_role", "the stores' policies ask it")],
    },
    Rule {
        name: "the logins hold nothing but the way in",
        sql: "select format('%s: %s %s', r.rolname, what, name)
                from (select 'function', p.proname::text, a.grantee
                        from pg_proc p, aclexplode(p.proacl) a
                       where p.pronamespace <> 'pg_catalog'::regnamespace
                      union all
                      select 'relation', c.relname::text, a.grantee from pg_class c, aclexplode(c.relacl) a
                      union all
                      select 'schema', n.nspname::text, a.grantee from pg_namespace n, aclexplode(n.nspacl) a
                      union all
                      select 'owns', c.relname::text, c.relowner from pg_class c
                      union all
                      select 'is', g.rolname::text, m.member
                        from pg_auth_members m join pg_roles g on g.oid = m.roleid
                      union all
                      select 'may', 'too much', l.oid from pg_roles l
                       where l.rolsuper or l.rolbypassrls or l.rolinherit or l.rolcreaterole
                          or l.rolcreatedb or l.rolreplication) as held (what, name, role)
                join pg_roles r on r.oid = held.role
               where r.rolname in ('souk_rest', 'souk_engine') and $1::text is not null",
        broken: &[
            "grant select on products to souk_rest",
            "grant usage on schema {schema} to souk_engine",
            "grant execute on function shared.claim_schema to souk_engine",
            "alter role souk_rest inherit",
        ],
        exceptions: &[
            ("souk_rest: is anon", "it serves them"),
            ("souk_rest: is authenticated", "it serves them"),
            ("souk_engine: is service_role", "verbs"),
            ("souk_engine: is souk_core", "the shared part of verbs"),
            ("souk_rest: schema shared", "to call enter"),
            ("souk_engine: schema shared", "to call enter"),
            ("souk_rest: function guard", "enter asks it as the login"),
            ("souk_rest: function enter", "the way in"),
            ("souk_engine: function guard", "enter asks it as the login"),
            ("souk_engine: function enter", "the way in"),
        ],
    },
    Rule {
        name: "what souk_core may run with the owner's rights",
        sql: "select p.proname::text from pg_proc p
               where p.pronamespace = 'shared'::regnamespace and p.prosecdef
                 and has_function_privilege('souk_core', p.oid, 'execute') and $1::text is not null",
        broken: &["create function shared.f() returns integer language sql security definer
                   as 'select 1'"],
        exceptions: &[
            ("guard", "only reads"),
            ("claim_schema", "renames a ready schema it has locked"),
            ("user_by_email", "answers one id"),
            ("confirmed_email", "answers one address"),
            ("emails_of", "answers the addresses of people known by id"),
            ("ended_sessions", "answers ids that it was asked about"),
        ],
    },
];
