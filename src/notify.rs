//! Messages to people. They go into `shared.outbox`, in the transaction or right after it; in
//! `souk dev` a [`mailbox`] empties it.

mod letter;
pub mod mailbox;

use std::error::Error as StdError;

use serde_json::json;
use uuid::Uuid;

use crate::args;
use crate::db::Cluster;
use crate::queries;
use crate::supabase::embedded::auth::mail::{Delivery, Mail, MailSink};

queries! {
    /// Puts a message into the outbox.
    PUT = "notify.put":
        "insert into shared.outbox (id, channel, recipient, subject, body)
         values ($1, 'email', $2, $3, $4)";
}

/// Takes the stand-in Auth's mails into the outbox.
#[derive(Clone, Debug)]
pub struct Outbox(Cluster);

impl Outbox {
    /// The outbox of a cluster.
    pub fn new(cluster: Cluster) -> Self {
        Self(cluster)
    }
}

impl MailSink for Outbox {
    fn deliver(&self, mails: Vec<Mail>) -> Delivery<'_> {
        Box::pin(async move {
            let put = self.0.shared_tx(None, async |tx| {
                for mail in &mails {
                    let body = json!({
                        "kind": mail.kind.name(), "link": mail.link, "otp": mail.otp,
                        "redirect_to": mail.redirect_to, "text": letter::text(mail),
                    });
                    tx.run(&PUT, args![Uuid::now_v7(), &mail.to, &mail.subject, body]).await?;
                }
                Ok::<_, crate::db::Error>(())
            });
            put.await.map_err(|error| Box::new(error) as Box<dyn StdError + Send + Sync>)
        })
    }
}
