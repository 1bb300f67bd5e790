//! Arguments of a statement. Each says its Postgres type, so that a statement is described,
//! bound and executed in one round trip, without a prepared statement to outlive a migration.

use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::base::id::{ProductId, StoreId, UserId, VariantId};

/// A value that can be bound to a statement.
pub trait Arg: Sync {
    /// The type the statement sees.
    fn pg_type(&self) -> Type;
    /// The value as the driver takes it.
    fn pg_value(&self) -> &(dyn ToSql + Sync);
}

macro_rules! arg {
    ($($rust:ty => $pg:ident),+ $(,)?) => {$(
        impl Arg for $rust {
            fn pg_type(&self) -> Type {
                Type::$pg
            }
            fn pg_value(&self) -> &(dyn ToSql + Sync) {
                self
            }
        }
        impl Arg for Option<$rust> {
            fn pg_type(&self) -> Type {
                Type::$pg
            }
            fn pg_value(&self) -> &(dyn ToSql + Sync) {
                self
            }
        }
    )+};
}

arg! {
    &str => TEXT,
    String => TEXT,
    Uuid => UUID,
    bool => BOOL,
    i16 => INT2,
    i32 => INT4,
    i64 => INT8,
    f64 => FLOAT8,
    Timestamp => TIMESTAMPTZ,
    Value => JSONB,
    Vec<String> => TEXT_ARRAY,
    Vec<Uuid> => UUID_ARRAY,
    Vec<i32> => INT4_ARRAY,
    Vec<i64> => INT8_ARRAY,
    Vec<Option<String>> => TEXT_ARRAY,
    Vec<Option<i64>> => INT8_ARRAY,
    Vec<bool> => BOOL_ARRAY,
    Vec<u8> => BYTEA,
}

macro_rules! id_arg {
    ($($id:ty),+ $(,)?) => {$(
        impl ToSql for $id {
            fn to_sql(
                &self,
                ty: &Type,
                out: &mut tokio_postgres::types::private::BytesMut,
            ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
                self.uuid().to_sql(ty, out)
            }
            tokio_postgres::types::accepts!(UUID);
            tokio_postgres::types::to_sql_checked!();
        }
    )+
    arg! { $($id => UUID),+ }
    };
}

id_arg!(StoreId, UserId, ProductId, VariantId);

impl<T: Arg + ?Sized> Arg for &T {
    fn pg_type(&self) -> Type {
        (**self).pg_type()
    }
    fn pg_value(&self) -> &(dyn ToSql + Sync) {
        (**self).pg_value()
    }
}

/// The arguments of one statement: `args![store, slug]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::db::Arg),*] as &[&dyn $crate::db::Arg]
    };
}
