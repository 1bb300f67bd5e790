//! What is read of the catalog. Objects of a schema are found by their dependency on it, which is
//! an index look-up however many schemas there are.

use crate::queries;

queries! {
    /// Names of types are written out with their schema.
    LAND = "rest.shape.land":
        "select set_config('search_path', 'pg_catalog', true)";
    /// The schema's oid and comment.
    SCHEMA = "rest.shape.schema":
        "select n.oid::int8 as oid, obj_description(n.oid, 'pg_namespace') as comment
           from pg_namespace n where n.nspname = $1";
    /// Tables and views.
    RELATIONS = "rest.shape.relations":
        "select c.oid::int8 as oid, c.relname::text as name, c.relkind::text as kind,
                obj_description(c.oid, 'pg_class') as comment,
                case when c.relkind in ('r', 'p') then 28 when c.relkind = 'm' then 0
                     else pg_relation_is_updatable(c.oid, true) end as writable
           from pg_depend d join pg_class c on c.oid = d.objid
          where d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1::oid
            and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and not c.relispartition";
    /// Their columns.
    COLUMNS = "rest.shape.columns":
        "select a.attrelid::int8 as relation, a.attnum::int4 as number, a.attname::text as name,
                n.oid = $2::oid as is_own, t.typname::text as own_type,
                format_type(a.atttypid, a.atttypmod) as type_name, t.oid::int8 as type_id,
                case when b.typnamespace = 'pg_catalog'::regnamespace then format_type(b.oid, null)
                     else format_type(a.atttypid, a.atttypmod) end as told_type,
                case when b.typname in ('bpchar', 'varchar') then m.typmod - 4
                     when b.typname in ('bit', 'varbit') then m.typmod end as length,
                b.typname::text as base_type,
                not (a.attnotnull or t.typtype = 'd' and t.typnotnull) as is_nullable,
                case when a.attgenerated = '' then
                  coalesce(pg_get_expr(d.adbin, d.adrelid),
                           case when t.typtype = 'd' then pg_get_expr(t.typdefaultbin, 0) end)
                end as default_value,
                a.attgenerated <> '' or a.attidentity = 'a' as is_generated,
                a.attidentity <> '' as is_identity,
                col_description(a.attrelid, a.attnum) as comment,
                array(select e.enumlabel::text from pg_enum e where e.enumtypid = b.oid
                       order by e.enumsortorder) as values
           from pg_attribute a
           join pg_type t on t.oid = a.atttypid
           join pg_namespace n on n.oid = t.typnamespace
           join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
           cross join lateral (select nullif(case when t.typtype = 'd' then t.typtypmod
                                                  else a.atttypmod end, -1) as typmod) as m
           left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
          order by a.attrelid, a.attnum";
    /// Keys of relations.
    KEYS = "rest.shape.keys":
        "select c.conrelid::int8 as relation, c.conname::text as name, c.contype::text as kind,
                c.conkey::int4[] as columns, c.confrelid::int8 as target,
                coalesce(c.confkey, '{}')::int4[] as target_columns
           from pg_constraint c
          where c.conrelid = any($1::oid[]) and c.contype in ('p', 'u', 'f') and c.conparentid = 0
          order by c.conname";
    /// What views are made of.
    VIEWS = "rest.shape.views":
        "select r.ev_class::int8 as relation, r.ev_action::text as action
           from pg_rewrite r where r.ev_class = any($1::oid[]) and r.rulename = '_RETURN'";
    /// Kinds of relations that are not of the schema.
    KINDS = "rest.shape.kinds":
        "select c.oid::int8 as oid, c.relkind in ('v', 'm') as is_view
           from pg_class c where c.oid = any($1::oid[])";
    /// Casts between domains and JSON or text.
    CASTS = "rest.shape.casts":
        "select case when s.typtype = 'd' then s.oid else t.oid end::int8 as domain,
                s.typtype = 'd' as is_out, case when s.typtype = 'd' then t.typname else s.typname end::text
                  as other,
                n.oid = $2::oid as is_own, p.proname::text as own_name,
                quote_ident(n.nspname) || '.' || quote_ident(p.proname) as name
           from pg_cast c
           join pg_type s on s.oid = c.castsource
           join pg_type t on t.oid = c.casttarget
           join pg_proc p on p.oid = c.castfunc
           join pg_namespace n on n.oid = p.pronamespace
          where c.castcontext = 'i'
            and ((s.oid = any($1::oid[]) and s.typtype = 'd' and t.typname in ('json', 'text'))
              or (t.oid = any($1::oid[]) and t.typtype = 'd' and s.typname in ('json', 'text')))";
    /// Names of the schema's types, but for those of its relations and their arrays.
    TYPES = "rest.shape.types":
        "select t.typname::text as name
           from pg_depend d join pg_type t on t.oid = d.objid
          where d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1::oid
            and d.classid = 'pg_type'::regclass";
    /// Aggregates that answer a media type: a domain whose name is one.
    HANDLERS = "rest.shape.handlers":
        "select p.proname::text as name, r.typname::text as media, t.typrelid::int8 as relation,
                t.typtype = 'p' as is_for_all, b.typname = 'bytea' as is_bytes
           from pg_depend d
           join pg_proc p on p.oid = d.objid
           join pg_type r on r.oid = p.prorettype
           join pg_type b on b.oid = r.typbasetype
           join pg_type t on t.oid = p.proargtypes[0]
          where d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1::oid
            and d.classid = 'pg_proc'::regclass and p.prokind = 'a'
            and r.typtype = 'd' and strpos(r.typname, '/') > 0 and p.pronargs = 1
          order by t.typtype = 'p', p.proname";
    /// Functions. One whose body names its schema depends on it twice.
    FUNCTIONS = "rest.shape.functions":
        "select p.proname::text as name, obj_description(p.oid, 'pg_proc') as comment,
                p.provolatile::text as volatility, p.proretset as returns_set,
                p.prorows = 1 as returns_one, p.provariadic <> 0 as is_variadic,
                p.pronargs::int4 as inputs, p.pronargdefaults::int4 as defaults,
                coalesce(p.proargnames, '{}')::text[] as names,
                coalesce(p.proargmodes, '{}')::text[] as modes,
                array(select case when n.oid = $1::oid then t.typname::text end
                        from unnest(p.proargtypes) with ordinality a (id, place)
                        join pg_type t on t.oid = a.id
                        join pg_namespace n on n.oid = t.typnamespace
                       order by a.place) as own_types,
                array(select format_type(a.id, null)
                        from unnest(p.proargtypes) with ordinality a (id, n) order by a.n) as types,
                array(select coalesce(t.typrelid, 0)::int8
                        from unnest(p.proargtypes) with ordinality a (id, n)
                        join pg_type t on t.oid = a.id order by a.n) as relations,
                r.typname::text as return_name, r.typtype::text as return_type,
                b.typname::text as return_base, r.typrelid::int8 as return_relation,
                coalesce(p.proconfig, '{}')::text[] as settings
           from (select distinct d.objid from pg_depend d
                  where d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1::oid
                    and d.classid = 'pg_proc'::regclass) as d
           join pg_proc p on p.oid = d.objid
           join pg_type r on r.oid = p.prorettype
           join pg_type b on b.oid = case when r.typtype = 'd' then r.typbasetype else r.oid end
          where p.prokind = 'f' and r.typname <> 'trigger'
          order by p.proname, p.oid";
}
