//! `souk store accept`: a change by hand is on record from then on.

use serde_json::json;

use super::{One, find};
use crate::cli::output;
use crate::fleet::accept::{self, Accepted};
use crate::stores::Actor;

pub(super) async fn run(one: &One, json: bool) -> anyhow::Result<()> {
    let cluster = one.target.cluster(None).await?;
    let store = find(&cluster, &one.store).await?;
    let accepted = accept::accept(&cluster, &store, &Actor::cli()).await?;
    let line = json!({ "slug": store.slug, "schema": store.schema.as_str(), "accepted": accepted });
    output::answer(json, &line, |_| {
        let said = match accepted {
            Accepted::Already => "is what its store's row says; nothing to do",
            Accepted::Own => "is on record as it is now, and is served so",
            Accepted::Usual => "is what its version is again, and its store's row says so",
        };
        format!("{} {said}", store.schema)
    })
}
