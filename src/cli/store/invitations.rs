//! `souk store invitations`: the links of mails that nobody has sent, for whoever hands them on.

use serde::Serialize;

use super::{One, find};
use crate::cli::output;
use crate::stores::invitations::{self, Invitation};

/// Somebody who was invited.
#[derive(Serialize)]
struct Line {
    email: String,
    role: String,
    expires_at: Option<jiff::Timestamp>,
    link: Option<String>,
}

impl From<(Invitation, Option<String>)> for Line {
    fn from((invitation, link): (Invitation, Option<String>)) -> Self {
        let Invitation { email, role, expires_at, .. } = invitation;
        Self { email, role, expires_at, link }
    }
}

impl Line {
    fn text(&self) -> String {
        let until = self.expires_at.map(|at| format!("until {at:.0}")).unwrap_or_default();
        let link = self.link.as_deref().unwrap_or("(no link: signs up with this address)");
        format!("{:<32} {:<8} {until:<26} {link}", self.email, self.role)
    }
}

pub(super) async fn list(one: &One, json: bool) -> anyhow::Result<()> {
    let cluster = one.target.cluster(None).await?;
    let store = find(&cluster, &one.store).await?;
    let waiting = cluster.shared_tx(None, async |tx| invitations::links(tx, &store).await).await?;
    let lines: Vec<Line> = waiting.into_iter().map(Line::from).collect();
    output::answer(json, &lines, |lines| {
        lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
    })
}
