//! `souk store export`: a store's products as a file that `import` reads.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::find;
use crate::cli::target::Target;
use crate::commerce::export;
use crate::stores::Actor;

/// Export products as a Shopify CSV file.
#[derive(Debug, Args)]
pub struct Export {
    /// Slug or id.
    store: String,
    /// Where to write; standard output unless given.
    file: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let cluster = self.target.cluster(None).await?;
        let store = find(&cluster, &self.store).await?;
        let file = export::File::new(cluster, store, &Actor::cli());
        match &self.file {
            Some(path) => {
                let out = std::fs::File::create(path);
                let out = out.with_context(|| format!("{} can't be written", path.display()))?;
                copy(file, out).await
            }
            None => copy(file, std::io::stdout()).await,
        }
    }
}

async fn copy(mut file: export::File, mut out: impl Write) -> anyhow::Result<()> {
    while let Some(rows) = file.next().await? {
        out.write_all(rows.as_bytes())?;
    }
    Ok(out.flush()?)
}
