//! What every schema of ours keeps to: stores and what they share.

use crate::support::rule::Rule;

/// Rules for stores' schemas and for `shared`.
pub(super) const RULES: &[Rule] = &[
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
