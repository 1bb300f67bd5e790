//! `souk migrate`: the shared schema, and the version that new stores are born at.

use clap::Args;

use super::output;
use super::target::Target;
use crate::template::shared;

/// Bring the shared schema to this program's version. Doing it again changes nothing.
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    target: Target,
}

impl Migrate {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        let cluster = self.target.cluster(None).await?;
        let migrated = shared::migrate(&cluster).await?;
        output::answer(json, &migrated, |migrated| {
            format!(
                "shared schema at version {}; new stores are born at template version {}",
                migrated.shared_version, migrated.birth_version
            )
        })
    }
}
