//! Statements that are sent together, as Postgres wants them: parse, bind and execute for each, and
//! one sync after the last. Where none of them begins a transaction they are one: the sync commits
//! it, and after a failure all that follows is left out and all that came before undone.
//! (PostgreSQL documentation, 55.2.4 "Pipelining".)

use std::io;

use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend::{self, BindError};
use tokio_postgres::types::Type;

/// Both formats of values: what is sent is text of a type that Postgres infers, what comes is
/// binary.
const TEXT: i16 = 0;
const BINARY: i16 = 1;
/// What a description is of.
const PORTAL: u8 = b'P';

/// Statements in the order in which they run.
#[derive(Default)]
pub(in crate::db) struct Batch {
    messages: BytesMut,
}

impl Batch {
    /// A statement whose rows nobody reads.
    pub(in crate::db) fn run<'v>(
        &mut self,
        text: &str,
        params: impl IntoIterator<Item = Option<&'v str>>,
    ) -> io::Result<()> {
        self.bind(text, params)?;
        frontend::execute("", 0, &mut self.messages)
    }

    /// A statement whose rows are among the answers.
    pub(in crate::db) fn ask<'v>(
        &mut self,
        text: &str,
        params: impl IntoIterator<Item = Option<&'v str>>,
    ) -> io::Result<()> {
        self.bind(text, params)?;
        frontend::describe(PORTAL, "", &mut self.messages)?;
        frontend::execute("", 0, &mut self.messages)
    }

    /// What is sent.
    pub(super) fn into_messages(mut self) -> BytesMut {
        frontend::sync(&mut self.messages);
        self.messages
    }

    fn bind<'v>(
        &mut self,
        text: &str,
        params: impl IntoIterator<Item = Option<&'v str>>,
    ) -> io::Result<()> {
        let params: Vec<Option<&str>> = params.into_iter().collect();
        let types = params.iter().map(|_| Type::UNKNOWN.oid());
        frontend::parse("", text, types, &mut self.messages)?;
        let write = |value: Option<&str>, bytes: &mut BytesMut| {
            let Some(value) = value else { return Ok(IsNull::Yes) };
            bytes.extend_from_slice(value.as_bytes());
            Ok(IsNull::No)
        };
        let bound = frontend::bind("", "", [TEXT], params, write, [BINARY], &mut self.messages);
        bound.map_err(|error| match error {
            BindError::Conversion(error) => io::Error::other(error),
            BindError::Serialization(error) => error,
        })
    }
}
