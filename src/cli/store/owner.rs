//! `souk store owner`: a store gets an owner by the operator's word.

use clap::Args;
use serde_json::json;

use super::super::output;
use super::super::target::Target;
use crate::stores::members::{self, Owner};
use crate::stores::{self, Actor, Address};

/// Make somebody an owner.
#[derive(Debug, Args)]
pub struct NewOwner {
    /// Slug or id.
    store: String,
    /// Address of an account, confirmed.
    email: String,
    /// Do it even where their plan allows no further store.
    #[arg(long)]
    beyond_plan: bool,
    #[command(flatten)]
    target: Target,
}

impl NewOwner {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        let address = Address::parse(&self.store)?;
        let email = self.email.clone();
        let owner = if self.beyond_plan { Owner::Exempt(email) } else { Owner::Email(email) };
        let cluster = self.target.cluster(None).await?;
        let member = cluster
            .shared_tx(None, async |tx| {
                let store = stores::access::find(tx, &address).await?;
                members::appoint(tx, &store, &owner, &Actor::cli()).await
            })
            .await?;
        let line = json!({ "user_id": member.user, "email": member.email, "role": member.role });
        output::answer(json, &line, |_| format!("{} owns {} now", self.email, self.store))
    }
}
