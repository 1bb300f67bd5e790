//! What a store's schema keeps to.

use crate::support::rule::Rule;

/// Rules for a store's schema alone.
pub(super) const RULES: &[Rule] = &[
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
        exceptions: &[
            ("keep_lowest_price", "names its tables by the schema of the one it fires on"),
            ("refuse_own_price", "names its table by the schema of the one it fires on"),
        ],
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
