//! Generated statements, and values whose type Postgres infers.

use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type, private::BytesMut};
use tokio_postgres::{Client, Row};

/// A statement made for one request. Only `rest::sql` may make one: its text has identifiers from
/// a shape, quoted, and every value is a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    text: String,
    params: Vec<Option<String>>,
}

impl Generated {
    /// A statement of `rest::sql`, and its parameters in order.
    pub fn new(text: String, params: Vec<Option<String>>) -> Self {
        Self { text, params }
    }

    /// What is sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values of its parameters, in order.
    pub fn params(&self) -> &[Option<String>] {
        &self.params
    }

    pub(super) async fn run(&self, client: &Client) -> Result<Vec<Row>, tokio_postgres::Error> {
        run(client, &self.text, self.params.iter().map(|value| Text(value.as_deref()))).await
    }
}

/// Describes, binds and runs a statement whose parameters are text of a type that Postgres infers.
#[expect(clippy::disallowed_methods, reason = "this is the REST plane's way to a statement")]
pub(super) async fn run<'a>(
    client: &Client,
    text: &str,
    params: impl ExactSizeIterator<Item = Text<'a>>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let params: Vec<Text<'_>> = params.collect();
    let typed: Vec<(&(dyn ToSql + Sync), Type)> =
        params.iter().map(|value| (value as &(dyn ToSql + Sync), Type::UNKNOWN)).collect();
    client.query_typed(text, &typed).await
}

/// A value as its text, whatever type Postgres takes it for.
#[derive(Debug)]
pub(super) struct Text<'a>(pub(super) Option<&'a str>);

impl ToSql for Text<'_> {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    tokio_postgres::types::to_sql_checked!();
}

/// Text or JSON, as Postgres wrote it.
pub(super) struct Raw(pub(super) String);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?.to_owned()))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::TEXT | Type::JSON)
    }
}
