//! `souk store export`: a store's products as a file that `import` reads.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::find;
use crate::cli::output;
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
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        if json && self.file.is_none() {
            bail!("name a FILE to write: with --json, standard output is for the answer");
        }
        let cluster = self.target.cluster(None).await?;
        let store = find(&cluster, &self.store).await?;
        let products = export::File::new(cluster, store, &Actor::cli());
        let Some(path) = &self.file else {
            copy(products, output::print).await?;
            return Ok(());
        };
        let file = path.display();
        let out = std::fs::File::create(path);
        let mut out = out.with_context(|| format!("{file} can't be written"))?;
        let bytes = copy(products, |rows| Ok(out.write_all(rows.as_bytes())?)).await?;
        let written = json!({ "file": path, "bytes": bytes });
        output::answer(json, &written, |_| format!("{file}: {bytes} bytes"))
    }
}

/// Answers how many bytes it were.
async fn copy(
    mut file: export::File,
    mut write: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let mut bytes = 0;
    while let Some(rows) = file.next().await? {
        write(&rows)?;
        bytes += rows.len();
    }
    Ok(bytes)
}
