//! `souk platform …`: who may do what on the platform itself.

use clap::{Args, Subcommand};
use serde_json::json;

use super::output;
use super::target::Target;
use crate::stores::platform;
use crate::stores::{Actor, Error};

/// What to do with people's roles.
#[derive(Debug, Subcommand)]
pub enum PlatformCommand {
    /// Give somebody a role on the platform, or another one.
    Grant(Grant),
    /// List everybody with a role on the platform.
    Members(Target),
}

/// Give somebody a role.
#[derive(Debug, Args)]
pub struct Grant {
    /// Address of an account.
    email: String,
    /// super_admin (who gives roles), admin, support, analyst or developer.
    role: String,
    #[command(flatten)]
    target: Target,
}

impl PlatformCommand {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        match self {
            Self::Grant(grant) => grant.run(json).await,
            Self::Members(target) => members(&target, json).await,
        }
    }
}

impl Grant {
    async fn run(self, json: bool) -> anyhow::Result<()> {
        let cluster = self.target.cluster(None).await?;
        let granted = cluster
            .shared_tx(None, async |tx| {
                platform::grant(tx, &self.email, &self.role, &Actor::cli()).await
            })
            .await?;
        let line = json!({ "user_id": granted.user, "email": granted.email, "role": granted.role });
        output::answer(json, &line, |_| format!("{} is {} now", self.email, granted.role))
    }
}

async fn members(target: &Target, json: bool) -> anyhow::Result<()> {
    let cluster = target.cluster(None).await?;
    let members = cluster
        .shared_tx(None, async |tx| Ok::<_, Error>(platform::members::list(tx).await?))
        .await?;
    let lines: Vec<_> = members
        .iter()
        .map(|one| json!({ "user_id": one.user, "email": one.email, "role": one.role }))
        .collect();
    output::answer(json, &lines, |_| {
        let text = members.iter().map(|one| {
            format!("{:<12} {}", one.role, one.email.as_deref().unwrap_or("(no account)"))
        });
        text.collect::<Vec<_>>().join("\n")
    })
}
