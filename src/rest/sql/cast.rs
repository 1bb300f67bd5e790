//! Casts that a caller may ask for: scalar types, and the schema's own. Never `reg…`: they look up
//! names anywhere, and would tell of other schemas.

use super::Sql;
use crate::rest::error::Error;

const TYPES: &[&str] = &[
    "bigint",
    "bit",
    "bit varying",
    "bool",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "char",
    "character",
    "character varying",
    "cidr",
    "circle",
    "date",
    "datemultirange",
    "daterange",
    "decimal",
    "double precision",
    "float",
    "float4",
    "float8",
    "inet",
    "int",
    "int2",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "path",
    "point",
    "polygon",
    "real",
    "smallint",
    "text",
    "time",
    "time with time zone",
    "time without time zone",
    "timestamp",
    "timestamp with time zone",
    "timestamp without time zone",
    "timestamptz",
    "timetz",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "uuid",
    "varbit",
    "varchar",
    "xml",
];

impl Sql<'_> {
    /// The text of a type that may be cast to.
    pub(super) fn cast(&self, name: &str) -> Result<String, Error> {
        let lower = name.to_lowercase();
        if TYPES.binary_search(&lower.as_str()).is_ok() {
            return Ok(lower);
        }
        if let Some(element) = lower.strip_prefix('_')
            && !element.contains(' ')
            && TYPES.binary_search(&element).is_ok()
        {
            return Ok(lower);
        }
        // Unquoted, Postgres folds a name to small letters.
        if self.shape.has_type(&lower) {
            let mut sql = Sql::new(self.shape, self.schema);
            sql.own(&lower);
            return Ok(sql.text);
        }
        Err(Error::new(400, "42704", format!("type \"{name}\" does not exist")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_no_names_of_objects() {
        assert!(TYPES.is_sorted());
        assert!(TYPES.iter().all(|name| !name.starts_with("reg")));
    }
}
