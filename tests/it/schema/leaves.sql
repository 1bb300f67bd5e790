-- What a schema's objects rest on in other schemas, beyond what the template is allowed to.
with recursive own (classid, objid) as (
    select d.classid, d.objid from pg_depend d
     where d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1::text::regnamespace
    union
    -- Constraints, policies, triggers, defaults, indexes and rules of what is already found.
    select d.classid, d.objid from pg_depend d
      join own on own.classid = d.refclassid and own.objid = d.refobjid
     where d.classid in ('pg_constraint'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass,
                         'pg_attrdef'::regclass, 'pg_rewrite'::regclass)
        or d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i', 'P', 'S')
),
rests as (
    select from_object.identity as one, on_object.*
      from own
      join pg_depend d on d.classid = own.classid and d.objid = own.objid
     cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) as from_object
     cross join lateral pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) as on_object
     where not (d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1::text::regnamespace)
)
select distinct format('%s rests on %s', one, identity)
  from rests
 where (schema is distinct from $1::text and schema is not null
        or type = 'schema' or type = 'extension')
   and schema is distinct from 'pg_catalog'
   and schema is distinct from 'pg_toast'
   and not (type = 'schema' and name = 'pg_catalog')
   -- Search: functions, operators, operator classes and dictionaries of the extensions.
   and schema is distinct from 'extensions'
   -- Policies ask who is calling, and what they are in this store.
   and identity not in ('shared.store_role(pg_catalog.regnamespace)', 'auth.uid()')
