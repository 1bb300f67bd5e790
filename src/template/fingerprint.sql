with home as (
    select oid, nspacl from pg_catalog.pg_namespace where nspname = $1
),
relation as (
    select c.oid, c.relname::text as name, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
           c.relacl, c.relowner, c.reloptions
      from home
      join pg_catalog.pg_depend d
        on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = home.oid
       and d.classid = 'pg_catalog.pg_class'::regclass
      join pg_catalog.pg_class c on c.oid = d.objid
     where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
),
acl (kind, name, grants) as (
    select kind, name,
           (select pg_catalog.string_agg(
                       pg_catalog.concat_ws(' ',
                           case a.grantee when 0 then 'public'
                                else pg_catalog.pg_get_userbyid(a.grantee) end,
                           a.privilege_type, a.is_grantable),
                       ', ' order by a.grantee::regrole::text collate "C", a.privilege_type collate "C")
              from pg_catalog.aclexplode(items) a
             -- What an owner has anyway; listed from PostgreSQL 17 on.
             where a.privilege_type <> 'MAINTAIN' or a.grantee <> a.grantor)
      from (
          select 'schema', '', nspacl from home
          union all
          select 'relation', name, relacl from relation
          union all
          select 'column', r.name || '.' || a.attname, a.attacl
            from relation r join pg_catalog.pg_attribute a on a.attrelid = r.oid
           where a.attacl is not null
          union all
          select 'function', p.oid::regprocedure::text, p.proacl
            from home
            join pg_catalog.pg_depend d
              on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = home.oid
             and d.classid = 'pg_catalog.pg_proc'::regclass
            join pg_catalog.pg_proc p on p.oid = d.objid
      ) as granted (kind, name, items)
),
line (text) as (
    select pg_catalog.concat_ws(' | ', 'acl', kind, name, grants) from acl
    union all
    select pg_catalog.concat_ws(' | ', 'relation', name, relkind, relrowsecurity,
                                relforcerowsecurity, relowner::regrole, reloptions::text)
      from relation
    union all
    select pg_catalog.concat_ws(' | ', 'column', r.name, a.attname,
                                pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                                a.attidentity, a.attgenerated, a.attcollation::regcollation,
                                -- As a join this reads the defaults of the whole fleet.
                                (select pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                                   from pg_catalog.pg_attrdef d
                                  where d.adrelid = a.attrelid and d.adnum = a.attnum))
      from relation r
      join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    union all
    select pg_catalog.concat_ws(' | ', 'constraint', r.name, c.conname, c.convalidated,
                                pg_catalog.pg_get_constraintdef(c.oid))
      from relation r
      -- What must not be null is a column's; a constraint too from PostgreSQL 18 on.
      join pg_catalog.pg_constraint c on c.conrelid = r.oid and c.contype <> 'n'
    union all
    select pg_catalog.concat_ws(' | ', 'index', r.name, i.indisvalid, i.indisready,
                                pg_catalog.pg_get_indexdef(i.indexrelid))
      from relation r
      join pg_catalog.pg_index i on i.indrelid = r.oid
    union all
    select pg_catalog.concat_ws(' | ', 'policy', r.name, p.polname, p.polcmd, p.polpermissive,
                                (select pg_catalog.string_agg(
                                            case role when 0 then 'public' else role::regrole::text end,
                                            ', ' order by role::regrole::text collate "C")
                                   from pg_catalog.unnest(p.polroles) as named (role)),
                                pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                                pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
      from relation r
      join pg_catalog.pg_policy p on p.polrelid = r.oid
    union all
    select pg_catalog.concat_ws(' | ', 'trigger', r.name, t.tgenabled,
                                pg_catalog.pg_get_triggerdef(t.oid))
      from relation r
      join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
    union all
    select pg_catalog.concat_ws(' | ', 'view', r.name, pg_catalog.pg_get_viewdef(r.oid))
      from relation r
     where r.relkind in ('v', 'm')
    union all
    select pg_catalog.concat_ws(' | ', 'function', p.proowner::regrole,
                                pg_catalog.pg_get_functiondef(p.oid))
      from home
      join pg_catalog.pg_depend d
        on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = home.oid
       and d.classid = 'pg_catalog.pg_proc'::regclass
      join pg_catalog.pg_proc p on p.oid = d.objid and p.prokind in ('f', 'p')
    union all
    select pg_catalog.concat_ws(' | ', 'aggregate', p.oid::regprocedure, p.prorettype::regtype,
                                a.aggtransfn, a.aggfinalfn, a.aggtranstype::regtype, a.agginitval)
      from home
      join pg_catalog.pg_depend d
        on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = home.oid
       and d.classid = 'pg_catalog.pg_proc'::regclass
      join pg_catalog.pg_proc p on p.oid = d.objid and p.prokind = 'a'
      join pg_catalog.pg_aggregate a on a.aggfnoid = p.oid
    union all
    select pg_catalog.concat_ws(' | ', 'type', t.oid::regtype, t.typtype, t.typowner::regrole,
                                pg_catalog.format_type(nullif(t.typbasetype, 0), t.typtypmod),
                                t.typnotnull, t.typdefault, t.typcollation::regcollation,
                                (select pg_catalog.string_agg(e.enumlabel, ', ' order by e.enumsortorder)
                                   from pg_catalog.pg_enum e where e.enumtypid = t.oid),
                                (select pg_catalog.string_agg(
                                            a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod),
                                            ', ' order by a.attnum)
                                   from pg_catalog.pg_attribute a
                                  where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
                                (select pg_catalog.string_agg(
                                            c.conname || ' ' || pg_catalog.pg_get_constraintdef(c.oid),
                                            ', ' order by c.conname)
                                   from pg_catalog.pg_constraint c where c.contypid = t.oid),
                                (select pg_catalog.string_agg(
                                            pg_catalog.concat_ws(' ', c.castsource::regtype, c.casttarget::regtype,
                                                                 c.castfunc::regprocedure, c.castcontext),
                                            ', ' order by c.oid)
                                   from pg_catalog.pg_cast c where t.oid in (c.castsource, c.casttarget)))
      from home
      join pg_catalog.pg_depend d
        on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = home.oid
       and d.classid = 'pg_catalog.pg_type'::regclass
      join pg_catalog.pg_type t on t.oid = d.objid
    union all
    select pg_catalog.concat_ws(' | ', 'rule', r.name, pg_catalog.pg_get_ruledef(w.oid), w.ev_enabled)
      from relation r
      join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.rulename <> '_RETURN'
    union all
    select pg_catalog.concat_ws(' | ', 'comment', commented.name, said.text)
      from (select oid, 'pg_catalog.pg_namespace'::regclass, '' from home
            union all
            select oid, 'pg_catalog.pg_class'::regclass, name from relation) as commented (oid, class, name),
           lateral (select pg_catalog.string_agg(c.objsubid || ' ' || c.description, e'\n' order by c.objsubid)
                      from pg_catalog.pg_description c
                     where c.objoid = commented.oid and c.classoid = commented.class) as said (text)
     where said.text is not null
)
select pg_catalog.encode(
           pg_catalog.sha256(
               pg_catalog.convert_to(
                   pg_catalog.string_agg(marked, e'\n' order by marked collate "C"), 'UTF8')),
           'hex') as fingerprint
  from line,
       pg_catalog.regexp_replace(text, '\m' || $1 || '\M', '@', 'g') as named (marked)
