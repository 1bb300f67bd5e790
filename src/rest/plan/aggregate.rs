//! Aggregates: whether they may be used, and those over a spread relation, which its parent
//! computes.

use super::super::error::Error;
use super::super::query::Aggregate;
use super::{EmbeddedRead, Hoisted, Output, Read};

impl Aggregate {
    /// The function's name.
    pub(in crate::rest) fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Count => "count",
            Self::Max => "max",
            Self::Min => "min",
        }
    }
}

/// Refuses aggregates where they are not allowed, and hoists those of spread relations.
pub(super) fn check(read: &mut Read<'_>, are_allowed: bool) -> Result<(), Error> {
    if !are_allowed && read.columns.iter().any(|column| column.aggregate.is_some()) {
        return Err(Error::new(400, "PGRST123", "Use of aggregate functions is not allowed"));
    }
    for embed in &mut read.embeds {
        check(&mut embed.read, are_allowed)?;
        if embed.is_spread {
            hoist(embed)?;
        }
    }
    Ok(())
}

fn hoist(embed: &mut EmbeddedRead<'_>) -> Result<(), Error> {
    let has_any = embed.read.columns.iter().any(|column| column.aggregate.is_some())
        || embed.read.embeds.iter().any(|inner| !inner.hoisted.is_empty());
    if has_any && !embed.way.is_to_one() {
        let details = "Aggregates are not implemented for one-to-many or many-to-many spreads.";
        return Err(Error::new(400, "PGRST127", "Feature not implemented").details(details));
    }
    for (place, column) in embed.read.columns.iter_mut().enumerate() {
        let Some(aggregate) = column.aggregate.take() else { continue };
        let hidden = format!("{}_{place}", embed.lateral);
        let name = column.name.replace(hidden.clone()).unwrap_or_default();
        let cast = column.aggregate_cast.take();
        if column.field.name == "*" {
            // A count of rows: each row that is there counts as one.
            let first = embed.read.relation.columns.first().map_or("*", |c| c.name.as_str());
            *column = Output { name: Some(hidden.clone()), ..Output::of(first) };
        }
        embed.hoisted.push(Hoisted { column: hidden, aggregate, cast, name });
    }
    // What a relation below has hoisted goes on upwards.
    let inner: Vec<Hoisted> =
        embed.read.embeds.iter_mut().flat_map(|inner| std::mem::take(&mut inner.hoisted)).collect();
    embed.hoisted.extend(inner);
    Ok(())
}
