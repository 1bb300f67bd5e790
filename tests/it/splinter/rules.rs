//! The rules that apply. `$1` is the schema; the roles behind an API are `anon`, `authenticated`.

use crate::support::rule::Rule;

const NO_EXCEPTIONS: &[(&str, &str)] = &[];

pub(super) const ALL: &[Rule] = &[
    Rule {
        name: "0001 unindexed_foreign_keys",
        sql: "select k.conname::text from pg_constraint k
               where k.connamespace = $1::text::regnamespace and k.contype = 'f'
                 and not exists (
                     select from pg_index i
                      where i.indrelid = k.conrelid
                        and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey)",
        broken: &["drop index products_category_id_idx"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0002 auth_users_exposed",
        sql: "select c.relname::text
                from pg_class c join pg_rewrite r on r.ev_class = c.oid
                join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
               where c.relnamespace = $1::text::regnamespace and c.relkind in ('v', 'm')
                 and d.refobjid = 'auth.users'::regclass",
        broken: &["create view people with (security_invoker = on) as select id from auth.users"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0003 auth_rls_initplan",
        sql: "select polname::text
                from pg_policy p join pg_class c on c.oid = p.polrelid,
                     concat(pg_get_expr(p.polqual, p.polrelid),
                            pg_get_expr(p.polwithcheck, p.polrelid)) as printed
               where c.relnamespace = $1::text::regnamespace
                 and regexp_replace(printed,
                         'SELECT (auth|shared)\\.\\w+\\([^()]*\\)', '', 'g')
                     ~ '((auth|shared)\\.\\w+|current_setting)\\('",
        broken: &[
            "create policy p on customers for select to authenticated using (user_id = auth.uid())",
            "create policy p on customers for select to anon
             using (name = current_setting('request.jwt.claims', true))",
            "create policy p on products for select to authenticated
             using (shared.store_role('{schema}'::regnamespace) = 'owner')",
        ],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0004 no_primary_key",
        sql: "select c.relname::text from pg_class c
               where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p')
                 and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)",
        broken: &["create table extra (id integer unique)"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0006 multiple_permissive_policies",
        sql: "select format('%s %s for %s: %s', c.relname, role::regrole, verb, count(*))
                from pg_policy p join pg_class c on c.oid = p.polrelid,
                     unnest(p.polroles) as role,
                     unnest(case p.polcmd when '*' then array['r', 'a', 'w', 'd']
                                          else array[p.polcmd::text] end) as verb
               where c.relnamespace = $1::text::regnamespace and p.polpermissive
               group by c.relname, role, verb having count(*) > 1",
        broken: &[
            "create policy p on products for select to anon using (is_featured)",
            "create policy p on products for all to authenticated using (false)",
        ],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0007 policy_exists_rls_disabled",
        sql: "select c.relname::text from pg_class c
               where c.relnamespace = $1::text::regnamespace and not c.relrowsecurity
                 and exists (select from pg_policy p where p.polrelid = c.oid)",
        broken: &["alter table pages disable row level security"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0008 rls_enabled_no_policy",
        sql: "select c.relname::text from pg_class c
               where c.relnamespace = $1::text::regnamespace and c.relrowsecurity
                 and not exists (select from pg_policy p where p.polrelid = c.oid)",
        broken: &["create table extra (id integer); alter table extra enable row level security"],
        exceptions: &[("refinery_schema_history", "nobody but the owner may see it")],
    },
    Rule {
        name: "0009 duplicate_index",
        sql: "select format('%s = %s', a.indexrelid::regclass, b.indexrelid::regclass)
                from pg_index a join pg_class c on c.oid = a.indrelid
                join pg_index b on b.indrelid = a.indrelid and b.indexrelid > a.indexrelid
               where c.relnamespace = $1::text::regnamespace
                 and regexp_replace(pg_get_indexdef(a.indexrelid), '^.* USING ', '')
                   = regexp_replace(pg_get_indexdef(b.indexrelid), '^.* USING ', '')",
        broken: &[
            "create index extra on products (category_id)",
            "create index extra on products (slug)",
        ],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0010 security_definer_view",
        sql: "select c.relname::text from pg_class c
               where c.relnamespace = $1::text::regnamespace and c.relkind = 'v'
                 and not coalesce(c.reloptions::text[] && array[
                         'security_invoker=on', 'security_invoker=true', 'security_invoker=1'], false)",
        broken: &["create view extra as select id from products"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0011 function_search_path_mutable",
        sql: "select p.proname::text from pg_proc p
               where p.pronamespace = $1::text::regnamespace
                 and not exists (select from unnest(p.proconfig) as setting
                                  where setting like 'search_path=%')",
        broken: &["create function extra() returns integer language sql as 'select 1'"],
        exceptions: &[("enter", "sets the path of the transaction, which its own would undo")],
    },
    Rule {
        name: "0013 rls_disabled_in_public",
        sql: "select c.relname::text from pg_class c
               where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p')
                 and not c.relrowsecurity",
        broken: &["create table extra (id integer primary key)"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0014 extension_in_public",
        sql: "select extname::text from pg_extension
               where extnamespace in ('public'::regnamespace, $1::text::regnamespace)",
        broken: &["create extension fuzzystrmatch schema {schema}"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0015 rls_references_user_metadata",
        sql: "select polname::text from pg_policy p join pg_class c on c.oid = p.polrelid
               where c.relnamespace = $1::text::regnamespace
                 and concat(pg_get_expr(p.polqual, p.polrelid),
                            pg_get_expr(p.polwithcheck, p.polrelid)) ~ 'user_metadata'",
        broken: &["create policy p on customers for select to authenticated
                   using (((select auth.jwt()) -> 'user_metadata' ->> 'is_staff')::boolean)"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0016 materialized_view_in_api",
        sql: "select c.relname::text from pg_class c
               where c.relnamespace = $1::text::regnamespace and c.relkind = 'm'",
        broken: &["create materialized view extra as select id from products"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0018 unsupported_reg_types",
        sql: "select format('%s.%s', c.relname, a.attname)
                from pg_attribute a join pg_class c on c.oid = a.attrelid
               where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p')
                 and a.attnum > 0 and not a.attisdropped
                 and a.atttypid::regtype::text in (
                     'regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper',
                     'regoperator', 'regproc', 'regprocedure')",
        broken: &["alter table pages add home regnamespace"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0021 fkey_to_auth_unique",
        sql: "select k.conname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
               where k.connamespace = $1::text::regnamespace and k.contype = 'f'
                 and f.relnamespace <> $1::text::regnamespace",
        // The owner may not refer to tables of `auth` at all; any other schema will do.
        broken: &["create table extra (plan text references shared.plans (id))"],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0023 sensitive_columns_exposed",
        sql: "select format('%s.%s', c.relname, a.attname)
                from pg_attribute a join pg_class c on c.oid = a.attrelid, pg_roles r
               where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v')
                 and a.attnum > 0 and not a.attisdropped
                 and r.rolname in ('anon', 'authenticated')
                 and has_column_privilege(r.oid, c.oid, a.attnum, 'select')
                 and a.attname ~ '(password|passwd|secret|token|api_?key|private_?key|ssn|social_security|credit_?card|card_number|cvv|cvc|iban|passport|tax_id|otp|pin_code)'",
        broken: &[
            "alter table customers add password_hash text",
            "alter table locations add api_key text",
        ],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0024 rls_policy_always_true",
        sql: "select format('%s to %s', p.polname, role::regrole)
                from pg_policy p join pg_class c on c.oid = p.polrelid, unnest(p.polroles) as role
               where c.relnamespace = $1::text::regnamespace and p.polpermissive
                 and role <> 'souk_core'::regrole
                 and (regexp_replace(pg_get_expr(p.polqual, p.polrelid), '[()\\s]', '', 'g')
                          in ('true', '1=1')
                      or regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '[()\\s]', '', 'g')
                          in ('true', '1=1'))",
        broken: &[
            "create policy p on reviews for insert to authenticated with check (true)",
            "create policy p on reviews for update to authenticated using ((1 = 1))",
            "create policy p on reviews for select to anon using (true)",
        ],
        exceptions: NO_EXCEPTIONS,
    },
    Rule {
        name: "0028 anon_security_definer_function_executable",
        sql: "select p.proname::text from pg_proc p
               where p.pronamespace = $1::text::regnamespace and p.prosecdef
                 and has_function_privilege('anon', p.oid, 'execute')",
        broken: &["grant execute on function search_customers to anon"],
        exceptions: &[("search_products", "carries the condition of the public policy")],
    },
    Rule {
        name: "0029 authenticated_security_definer_function_executable",
        sql: "select p.proname::text from pg_proc p
               where p.pronamespace = $1::text::regnamespace and p.prosecdef
                 and has_function_privilege('authenticated', p.oid, 'execute')",
        broken: &[
            "create function extra() returns integer language sql security definer as 'select 1'",
        ],
        exceptions: &[
            ("search_products", "carries the condition of the public policy"),
            ("search_customers", "asks for the caller's role before it looks"),
            ("store_role", "tells callers their own role, and nothing of others"),
        ],
    },
];
