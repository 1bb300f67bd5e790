//! Drafts go into a store: a batch at a time, a handful of statements a batch.
//!
//! A batch runs under a savepoint. Where the database holds something against it that the checks could
//! not see, it is undone and halved, down to the one product at fault; so a file without such a
//! product costs nothing for the promise that none loses another.

use super::fault::{Fault, RowError};
use super::{Draft, Error, Options, Parsed, Report};
use crate::db::{self, StoreTx};

mod batch;
mod merge;
mod plan;
pub(crate) mod queries;
mod rows;
mod terms;

/// Products of a batch, and how many variants and pictures they may have together.
const BATCH_PRODUCTS: usize = 200;
const BATCH_PARTS: usize = 4_000;

/// Writes a file's products into the store: new ones, and those that differ from what is there.
///
/// # Errors
/// [`Error::Busy`] when another import into the store is running, and [`Error::Db`]. Faults of
/// products are no errors but part of the report.
pub async fn write(
    tx: &StoreTx<'_>,
    parsed: &Parsed<'_>,
    options: Options,
) -> Result<Report, Error> {
    if !tx.row(&queries::LOCK, &[]).await?.get::<bool>("is_ours")? {
        return Err(Error::Busy);
    }
    let mut report = parsed.report();
    if !options.all_or_nothing {
        all(tx, parsed, &mut report).await?;
        return Ok(report);
    }
    let done = tx
        .savepoint(async || {
            all(tx, parsed, &mut report).await?;
            if report.errors.is_empty() { Ok(()) } else { Err(Stop::Undo) }
        })
        .await;
    match done {
        Ok(()) => Ok(report),
        Err(Stop::Undo) => Ok(Report { created: 0, updated: 0, skipped: 0, ..report }),
        Err(Stop::Db(error)) => Err(error.into()),
    }
}

/// Why an import under a savepoint is undone.
enum Stop {
    Undo,
    Db(db::Error),
}

impl From<db::Error> for Stop {
    fn from(error: db::Error) -> Self {
        Self::Db(error)
    }
}

async fn all(tx: &StoreTx<'_>, parsed: &Parsed<'_>, report: &mut Report) -> Result<(), db::Error> {
    let mut waiting: Vec<Draft> = Vec::new();
    let mut parts = 0;
    for draft in parsed.drafts() {
        match draft {
            Ok(draft) => {
                parts += draft.product.variants.len() + draft.product.images.len();
                waiting.push(draft);
            }
            Err(faults) => report.refuse(faults, parsed.limits().errors),
        }
        if waiting.len() >= BATCH_PRODUCTS || parts >= BATCH_PARTS {
            some(tx, parsed, &waiting, report).await?;
            waiting.clear();
            parts = 0;
        }
    }
    some(tx, parsed, &waiting, report).await
}

/// Writes some drafts, at once if the database lets them all pass.
async fn some(
    tx: &StoreTx<'_>,
    parsed: &Parsed<'_>,
    drafts: &[Draft],
    report: &mut Report,
) -> Result<(), db::Error> {
    let mut waiting = vec![drafts];
    while let Some(part) = waiting.pop() {
        if part.is_empty() {
            continue;
        }
        match tx.savepoint(async || batch::write(tx, parsed, part).await).await {
            Ok(done) => {
                report.created += done.created;
                report.updated += done.updated;
                report.skipped += done.skipped;
                report.refuse(done.faults, parsed.limits().errors);
            }
            Err(error) => match (fault(&error), part) {
                (None, _) => return Err(error),
                (Some(fault), [draft]) => {
                    let fault = RowError::new(draft.row, None, &fault);
                    report.refuse(vec![fault], parsed.limits().errors);
                }
                (Some(_), _) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    waiting.extend([second, first]);
                }
            },
        }
    }
    Ok(())
}

/// What the database holds against a product; `None` when it is not about the product at all.
fn fault(error: &db::Error) -> Option<Fault> {
    match error {
        db::Error::Unique { constraint } if constraint == "variants_sku_key" => {
            Some(Fault::SkuTaken)
        }
        db::Error::Unique { constraint }
        | db::Error::Foreign { constraint }
        | db::Error::Check { constraint } => {
            Some(Fault::Conflict { constraint: constraint.clone() })
        }
        // Class 22 is a value that the column's type does not take.
        other => other
            .as_db()
            .filter(|said| said.code().code().starts_with("22"))
            .map(|said| Fault::Conflict { constraint: said.message().to_owned() }),
    }
}
