//! Settings that the database has for the server.

use super::Sql;
use crate::db::Generated;
use crate::rest::shape::Shape;

/// The settings of these names that the login has, as one JSON object: those it has in this
/// database before those it has everywhere. Settings that the called function made itself have the
/// lowest precedence.
pub(in crate::rest) fn configured(names: &[String], function_ran: bool) -> Generated {
    let shape = Shape::default();
    let mut sql = Sql::new(&shape, "");
    let array = format!("{{{}}}", names.join(","));
    sql.push(
        "select json_object_agg(name, value)::text as body from (select distinct on (name) name, \
         value from (select d.setdatabase::int8 as place, split_part(s.setting, '=', 1) as name, \
         substr(s.setting, strpos(s.setting, '=') + 1) as value from pg_db_role_setting as d cross \
         join unnest(d.setconfig) as s (setting) where d.setrole = (select oid from pg_roles where \
         rolname = current_user) and d.setdatabase in (0, (select oid from pg_database where \
         datname = current_database()))",
    );
    if function_ran {
        sql.push(" union all select -1, n.name, nullif(current_setting(n.name, true), '') from ")
            .push("unnest(")
            .param(array.clone())
            .push("::text[]) as n (name)");
    }
    sql.push(") as said where value is not null and name = any(")
        .param(array)
        .push("::text[]) order by name, place desc) as counted");
    sql.finish()
}
