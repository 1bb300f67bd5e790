//! What the caller may do in a schema.

use super::Sql;
use crate::db::Generated;
use crate::rest::shape::Shape;

/// Names of the relations and functions that the caller may use, as one JSON object: for each
/// relation which of select, insert, update and delete.
pub(in crate::rest) fn granted(shape: &Shape, schema: &str) -> Generated {
    let mut sql = Sql::new(shape, schema);
    sql.push("with \"_souk_schema\" as (select n.oid from pg_namespace as n where n.nspname = ");
    sql.param(schema).push(
        ") select count(*) as page, json_build_object('relations', coalesce((select \
         json_object_agg(c.relname, json_build_array(has_table_privilege(c.oid, 'select') or \
         has_any_column_privilege(c.oid, 'select'), has_table_privilege(c.oid, 'insert') or \
         has_any_column_privilege(c.oid, 'insert'), has_table_privilege(c.oid, 'update') or \
         has_any_column_privilege(c.oid, 'update'), has_table_privilege(c.oid, 'delete'))) from \
         pg_depend as d join pg_class as c on c.oid = d.objid where d.refclassid = \
         'pg_namespace'::regclass and d.refobjid = (select oid from \"_souk_schema\") and \
         d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'm', 'f')), '{}'), \
         'functions', coalesce((select json_agg(distinct p.proname) from pg_depend as d join \
         pg_proc as p on p.oid = d.objid where d.refclassid = 'pg_namespace'::regclass and \
         d.refobjid = (select oid from \"_souk_schema\") and d.classid = 'pg_proc'::regclass and \
         has_function_privilege(p.oid, 'execute')), '[]'))::text as body",
    );
    sql.finish()
}
