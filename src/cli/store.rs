//! `souk store …`: the operator's hands on single stores.

mod accept;
mod export;
mod invitations;
mod owner;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Serialize;
use tokio::io::AsyncReadExt;

use super::output;
use super::target::Target;
use crate::commerce::import;
use crate::db::Cluster;
use crate::stores::lifecycle::{self, Publication};
use crate::stores::members::Owner;
use crate::stores::platform::{self, Service};
use crate::stores::{self, Access, Actor, Address, NewStore, Store};
use crate::template::Filler;

/// Stores that `list` reads at a time.
const PAGE: u16 = 1_000;

/// How much of a file is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// What to do with a store.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Make a store.
    Create(Create),
    /// List stores, oldest first.
    List(Target),
    /// Show one store.
    Show(One),
    /// Import products from a Shopify CSV file.
    Import(Import),
    /// Export products as a Shopify CSV file.
    Export(export::Export),
    /// Make somebody an owner of a store, such as one whose only owner's account is deleted.
    Owner(owner::NewOwner),
    /// List those who were invited and have not come, with the link of each.
    Invitations(One),
    /// Open a store to the public.
    Publish(One),
    /// Stop a store: its members read, nobody writes, shoppers are turned away.
    Suspend(One),
    /// Put a suspended store back into service.
    Resume(One),
    /// Accept what was changed in a store's schema by hand: its row says so, and the store is served
    /// as it is now. `souk doctor` names the stores that need it.
    Accept(One),
}

/// Make a store.
#[derive(Debug, Args)]
pub struct Create {
    /// Its name in the address: a-z, 0-9 and single inner dashes, 3 to 40 characters.
    slug: String,
    /// The owner's e-mail address. Where nobody has signed up with it, it is kept as an invitation.
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// Make it even where the owner's plan allows no further store.
    #[arg(long)]
    beyond_plan: bool,
    /// What the owner calls it; the slug unless given.
    #[arg(long)]
    name: Option<String>,
    /// What its prices are in, by ISO 4217 [default: USD].
    #[arg(long)]
    currency: Option<String>,
    /// Language and region, such as en-GB [default: en].
    #[arg(long)]
    locale: Option<String>,
    #[command(flatten)]
    target: Target,
}

/// One store.
#[derive(Debug, Args)]
pub struct One {
    /// Slug or id.
    store: String,
    #[command(flatten)]
    target: Target,
}

/// Import products.
#[derive(Debug, Args)]
pub struct Import {
    /// Slug or id.
    store: String,
    /// The CSV file, as Shopify exports it.
    file: PathBuf,
    /// Import nothing unless every product is good.
    #[arg(long)]
    all_or_nothing: bool,
    #[command(flatten)]
    target: Target,
}

/// A store as the operator sees it.
#[derive(Debug, Serialize)]
struct Line {
    id: crate::base::id::StoreId,
    slug: String,
    name: String,
    schema: String,
    status: stores::Status,
    published_at: Option<jiff::Timestamp>,
    template_version: i32,
    currency: &'static str,
    plan: String,
    created_at: jiff::Timestamp,
}

impl From<Store> for Line {
    fn from(store: Store) -> Self {
        Self {
            id: store.id,
            slug: store.slug.to_string(),
            name: store.name,
            schema: store.schema.to_string(),
            status: store.status,
            published_at: store.published_at,
            template_version: store.template_version,
            currency: store.currency.code(),
            plan: store.plan,
            created_at: store.created_at,
        }
    }
}

impl Line {
    fn text(&self) -> String {
        let public = if self.published_at.is_some() { "published" } else { "unpublished" };
        format!(
            "{:<24} {:<10} {:<12} v{:<4} {} {}",
            self.slug, self.status, public, self.template_version, self.currency, self.name
        )
    }
}

impl StoreCommand {
    pub(super) async fn run(self, json: bool) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run(json).await,
            Self::List(target) => list(&target, json).await,
            Self::Show(one) => {
                let cluster = one.target.cluster(None).await?;
                output::answer(json, &Line::from(find(&cluster, &one.store).await?), Line::text)
            }
            Self::Import(import) => import.run(json).await,
            Self::Owner(owner) => owner.run(json).await,
            Self::Export(export) => export.run(json).await,
            Self::Invitations(one) => invitations::list(&one, json).await,
            Self::Publish(one) => publish(&one, json).await,
            Self::Suspend(one) => set_service(&one, json, Service::Suspended).await,
            Self::Resume(one) => set_service(&one, json, Service::Active).await,
            Self::Accept(one) => accept::run(&one, json).await,
        }
    }
}

impl Create {
    async fn run(self, json: bool) -> anyhow::Result<()> {
        let name = self.name.as_deref().unwrap_or(&self.slug);
        let (currency, locale) = (self.currency.as_deref(), self.locale.as_deref());
        let new = NewStore::parse(name, &self.slug, currency, locale, None)?;
        let cluster = self.target.cluster(None).await?;
        let filler = Filler::new(cluster.clone(), 0, 1);
        let owner =
            if self.beyond_plan { Owner::Exempt(self.owner) } else { Owner::Email(self.owner) };
        let spinner = output::spinner("making the store");
        let store = stores::provision(&cluster, &filler, &new, &owner, &Actor::cli(), None).await?;
        filler.tell_now().await?;
        spinner.finish_and_clear();
        output::answer(json, &Line::from(store), Line::text)
    }
}

impl Import {
    async fn run(self, json: bool) -> anyhow::Result<()> {
        let text = self.read().await?;
        let cluster = self.target.cluster(None).await?;
        let store = find(&cluster, &self.store).await?;
        let spinner = output::spinner("importing products");
        let options = import::Options { all_or_nothing: self.all_or_nothing };
        let report = import::run(&cluster, &store, &Actor::cli(), &text, options).await?;
        spinner.finish_and_clear();
        output::answer(json, &report, import::Report::to_text)
    }
}

impl Import {
    /// The file, of which no more is read than an import takes.
    async fn read(&self) -> anyhow::Result<Vec<u8>> {
        let cant_be_read = || format!("{} can't be read", self.file.display());
        let mut file = tokio::fs::File::open(&self.file).await.with_context(cant_be_read)?;
        let length = file.metadata().await.with_context(cant_be_read)?.len();
        let mut spool = import::Spool::new(import::Limits::default());
        spool.announced(length)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match file.read(&mut chunk).await.with_context(cant_be_read)? {
                0 => return Ok(spool.into_bytes()),
                read => spool.push(&chunk[..read])?,
            }
        }
    }
}

async fn list(target: &Target, json: bool) -> anyhow::Result<()> {
    let cluster = target.cluster(None).await?;
    let lines: Vec<Line> =
        stores::access::all(&cluster, PAGE).await?.into_iter().map(Line::from).collect();
    output::answer(json, &lines, |lines| {
        lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
    })
}

async fn publish(one: &One, json: bool) -> anyhow::Result<()> {
    let cluster = one.target.cluster(None).await?;
    let store = find(&cluster, &one.store).await?;
    let access = Access::of_operator(store);
    let store = cluster
        .shared_tx(None, async |tx| {
            lifecycle::set_public(tx, &access, &Actor::cli(), Publication::Open).await
        })
        .await?;
    output::answer(json, &Line::from(store), Line::text)
}

async fn set_service(one: &One, json: bool, to: Service) -> anyhow::Result<()> {
    let cluster = one.target.cluster(None).await?;
    let address = Address::parse(&one.store)?;
    let store = cluster
        .shared_tx(None, async |tx| {
            let store = stores::access::find(tx, &address).await?;
            platform::set_service(tx, &store, to, &Actor::cli()).await
        })
        .await?;
    output::answer(json, &Line::from(store), Line::text)
}

async fn find(cluster: &Cluster, store: &str) -> anyhow::Result<Store> {
    let address = Address::parse(store)?;
    Ok(cluster.shared_tx(None, async |tx| stores::access::find(tx, &address).await).await?)
}
