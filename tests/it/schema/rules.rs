//! What every schema of ours keeps to: stores and what they share.

use crate::support::rule::Rule;

/// Rules for stores' schemas and for `shared`.
pub(super) const EVERYWHERE: &[Rule] = &[
    Rule {
        name: "every table has row security",
        sql: "select relname::text from pg_class
               where relnamespace = $1::text::regnamespace and relkind in ('r', 'p')
                 and not relrowsecurity",
        broken: &[
            "create table extra (id integer primary key)",
            "alter table products disable row level security",
        ],
        exceptions: &[],
    },
    Rule {
        name: "every policy names its roles",
        sql: "select polname::text from pg_policy p join pg_class c on c.oid = p.polrelid
               where c.relnamespace = $1::text::regnamespace and 0 = any (p.polroles)",
        broken: &["create policy wide on products for select using (false)"],
        exceptions: &[],
    },
    Rule {
        name: "every foreign key has an index that begins with its columns",
        sql: "select k.conname::text from pg_constraint k
               where k.connamespace = $1::text::regnamespace and k.contype = 'f'
                 and not exists (
                     select from pg_index i
                      where i.indrelid = k.conrelid and i.indpred is null and i.indisvalid
                        and i.indnkeyatts >= cardinality(k.conkey)
                        and (select array_agg(column_number order by column_number)
                               from unnest(i.indkey::smallint[]) with ordinality
                                    as part (column_number, nth)
                              where nth <= cardinality(k.conkey))
                          = (select array_agg(column_number order by column_number)
                               from unnest(k.conkey) as part (column_number)))",
        broken: &[
            "drop index products_category_id_idx",
            "alter table pages add product_id uuid references products (id)",
            "drop index products_category_id_idx;
             create index partial_idx on products (category_id) where status = 'active'",
            "drop index products_category_id_idx; create index late_idx on products (name, category_id)",
        ],
        exceptions: &[],
    },
    Rule {
        name: "nothing is granted to everybody",
        sql: "select 'relation ' || c.relname from pg_class c, aclexplode(c.relacl) a
               where c.relnamespace = $1::text::regnamespace and a.grantee = 0
              union all
              select 'column ' || c.relname || '.' || t.attname
                from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
               where c.relnamespace = $1::text::regnamespace and a.grantee = 0
              union all
              select 'function ' || p.proname
                from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
               where p.pronamespace = $1::text::regnamespace and a.grantee = 0
              union all
              select 'schema ' || n.nspname from pg_namespace n, aclexplode(n.nspacl) a
               where n.oid = $1::text::regnamespace and a.grantee = 0",
        broken: &[
            "grant select on products to public",
            "grant select (name) on products to public",
            "create function open() returns integer language sql set search_path = ''
             begin atomic select 1; end",
            "grant usage on schema {schema} to public",
        ],
        exceptions: &[],
    },
    Rule {
        name: "no right is given in advance",
        sql: "select format('%s for %s', d.defaclobjtype, d.defaclrole::regrole)
                from pg_default_acl d
               where d.defaclnamespace in (0, $1::text::regnamespace)
                 and d.defaclrole = 'postgres'::regrole",
        broken: &[
            "alter default privileges in schema {schema} grant select on tables to anon",
            "alter default privileges grant execute on functions to authenticated",
        ],
        exceptions: &[],
    },
    Rule {
        name: "no policy rests on what a person may write about themselves, or on a token's claims",
        sql: "select polname::text from pg_policy p join pg_class c on c.oid = p.polrelid
               where c.relnamespace = $1::text::regnamespace
                 and concat(pg_get_expr(p.polqual, p.polrelid),
                            pg_get_expr(p.polwithcheck, p.polrelid))
                     ~ '(user_metadata|app_metadata|jwt|claims|current_setting)'",
        broken: &[
            "create policy p on products for select to authenticated
             using (auth.jwt() -> 'user_metadata' ->> 'role' = 'owner')",
            "create policy p on products for select to authenticated
             using (current_setting('request.jwt.claims', true) <> '')",
        ],
        exceptions: &[],
    },
    Rule {
        name: "every function pins an empty search_path",
        sql: "select p.proname::text from pg_proc p
               where p.pronamespace = $1::text::regnamespace
                 and p.proconfig is distinct from array['search_path=\"\"']",
        broken: &[
            "create function loose() returns integer language sql begin atomic select 1; end",
            "alter function fold_text(text) set search_path = {schema}",
            "alter function fold_text(text) set work_mem = '1MB'",
        ],
        exceptions: &[("enter", "sets the path of the transaction, which its own would undo")],
    },
];

/// Rules for a store's schema alone.
pub(super) const OF_A_STORE: &[Rule] = &[
    Rule {
        name: "a role test is one form: a sub-select that lists who may",
        sql: "with written as (
                  select p.polname,
                         regexp_replace(
                             concat(pg_get_expr(p.polqual, p.polrelid),
                                    pg_get_expr(p.polwithcheck, p.polrelid)),
                             format('\\(\\( SELECT shared\\.store_role\\(''%s''::regnamespace\\) '
                                    'AS store_role\\) = ANY \\(ARRAY\\[[^]]*\\]\\)\\)', $1::text),
                             '@role', 'g') as text
                    from pg_policy p join pg_class c on c.oid = p.polrelid
                   where c.relnamespace = $1::text::regnamespace)
              select concat(polname, ': ', text) from written
               where text ~ 'store_role' or text ~ 'NOT \\(?@role'",
        broken: &[
            "create policy p on products for select to authenticated
             using ((select shared.store_role('{schema}'::regnamespace)) <> 'viewer')",
            "create policy p on products for select to authenticated
             using ((select shared.store_role('{schema}'::regnamespace)) not in ('viewer'))",
            "create policy p on products for select to authenticated
             using (not ((select shared.store_role('{schema}'::regnamespace)) in ('viewer', 'x')))",
            "create policy p on products for select to authenticated
             using ((select shared.store_role('{schema}'::regnamespace)) is not null)",
            "create policy p on products for select to authenticated
             using (shared.store_role('{schema}'::regnamespace) in ('owner', 'admin'))",
            "create policy p on products for select to authenticated
             using ((select shared.store_role('shared'::regnamespace)) in ('owner', 'admin'))",
        ],
        exceptions: &[],
    },
    Rule {
        name: "nothing leaves the schema",
        sql: include_str!("leaves.sql"),
        broken: &[
            "create table t (id uuid primary key, plan text references shared.plans (id))",
            "create view v as select id from shared.stores",
            "create function f() returns bigint language sql set search_path = ''
             begin atomic select count(*) from shared.members; end",
            "create function f(one shared.stores) returns text language sql set search_path = ''
             begin atomic select (one).slug; end",
            "create policy p on products for select to authenticated
             using (exists (select from shared.members))",
            "create policy p on products for select to authenticated using (auth.role() = 'x')",
            "create policy p on products for select to authenticated
             using (shared.store_role('shared'::regnamespace) = 'owner')",
            "create table t (id integer default shared.guard(null, 1)::integer)",
            "create trigger t before update on products for each row
             execute function shared.stores_touch()",
            "create table t () inherits (shared.plans)",
            "create table t (one shared.plans)",
        ],
        exceptions: &[],
    },
    Rule {
        name: "functions are bound when they are made, or are triggers that touch no table",
        sql: "select p.proname::text
                from pg_proc p join pg_language l on l.oid = p.prolang
               where p.pronamespace = $1::text::regnamespace
                 and not (l.lanname = 'sql' and p.prosqlbody is not null)
                 and not (l.lanname = 'plpgsql' and p.prorettype = 'trigger'::regtype
                          and p.prosrc !~* '\\m(select|insert|update|delete|merge|truncate|copy|perform|execute|call|from|into)\\M')",
        broken: &[
            "create function f() returns bigint language sql as 'select count(*) from products'",
            "create function f() returns integer language plpgsql as 'begin return 1; end'",
            "create function f() returns trigger language plpgsql as
             'begin update products set name = name; return new; end'",
            "create function f() returns trigger language plpgsql as
             'begin execute new.name; return new; end'",
        ],
        exceptions: &[],
    },
    Rule {
        name: "a function with its owner's rights is one of the two searches",
        sql: "select p.proname::text from pg_proc p
               where p.pronamespace = $1::text::regnamespace and p.prosecdef",
        broken: &["alter function fold_text(text) security definer"],
        exceptions: &[
            ("search_products", "carries the condition of the public policy"),
            ("search_customers", "asks for the caller's role before it looks"),
        ],
    },
    Rule {
        name: "the budget of a store",
        sql: "with own as (select oid, reltoastrelid, relkind from pg_class
                            where relnamespace = $1::text::regnamespace),
                   toast as (select t.oid from own join pg_class t on t.oid = own.reltoastrelid)
              select format('%s %s, at most %s', count, what, most)
                from (select 'tables', 28, count(*) from own where relkind in ('r', 'p')
                      union all
                      select 'relations', 120, (select count(*) from own)
                           + (select count(*) from toast)
                           + (select count(*) from pg_index i join toast on toast.oid = i.indrelid)
                      union all
                      select 'bytes', 786432, sum(pg_total_relation_size(oid)) from own
                       where relkind in ('r', 'p', 'm')) as budget (what, most, count)
               where count > most",
        broken: &[
            "do $$ begin for i in 1..15 loop execute format('create table t%s (id int)', i); end loop; end $$",
            "do $$ begin for i in 1..90 loop execute format('create index i%s on pages (id)', i); end loop; end $$",
            "create table t as select repeat(md5(i::text), 30) from generate_series(1, 2000) i",
        ],
        exceptions: &[],
    },
    Rule {
        name: "no sequence, no view, no rule, no type of its own",
        sql: "select format('%s %s', c.relkind, c.relname) from pg_class c
               where c.relnamespace = $1::text::regnamespace and c.relkind not in ('r', 'p', 'i', 'I')
              union all
              select 'type ' || t.typname from pg_type t
               where t.typnamespace = $1::text::regnamespace and t.typtype in ('d', 'e', 'r', 'm')
              union all
              select 'rule ' || r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class
               where c.relnamespace = $1::text::regnamespace",
        broken: &[
            "create table t (id bigserial)",
            "create view v as select id from products",
            "create type mood as enum ('good')",
            "create rule r as on delete to pages do instead nothing",
        ],
        exceptions: &[],
    },
    Rule {
        name: "the owner owns it, and nobody else owns anything in it",
        sql: "select c.relname::text from pg_class c
               where c.relnamespace = $1::text::regnamespace and c.relowner <> 'postgres'::regrole
              union all
              select p.proname::text from pg_proc p
               where p.pronamespace = $1::text::regnamespace and p.proowner <> 'postgres'::regrole
              union all
              select n.nspname::text from pg_namespace n
               where n.oid = $1::text::regnamespace and n.nspowner <> 'postgres'::regrole",
        broken: &["grant create on schema {schema} to service_role;
                   create table t (id integer); alter table t owner to service_role"],
        exceptions: &[],
    },
];

/// Rules for `shared` and the logins; `$1` is not asked for, but every rule has it.
pub(super) const OF_SHARED: &[Rule] = &[
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
        ],
    },
];
