//! A product's pictures: those of the rows by their positions, then those that only a variant names.

use std::collections::HashSet;

use crate::commerce::catalog::Image;
use crate::commerce::import::Limits;
use crate::commerce::import::cell;
use crate::commerce::import::fault::{Fault, Faults};
use crate::commerce::import::header::Row;
use crate::commerce::sheet::Column;

/// Characters of an alternative text.
const ALT_MAX: usize = 500;

/// The pictures in their order. One address is one picture, however often it is named.
pub(super) fn read(rows: &[Row<'_>], limits: Limits, faults: &mut Faults) -> Vec<Image> {
    let mut found: Vec<(u32, Image)> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut beyond = None;
    for column in [Column::ImageSrc, Column::VariantImage] {
        for row in rows {
            let address = row.cell(column);
            if address.is_empty() || !seen.insert(address) {
                continue;
            }
            if found.len() == limits.images {
                beyond = beyond.or(Some((row.number, column)));
                continue;
            }
            let image = image(row, column, faults);
            let position = match column {
                Column::ImageSrc => cell::position(row.cell(Column::ImagePosition)),
                _ => Ok(None),
            };
            let position = faults.check(row.number, Column::ImagePosition, position);
            found.push((position.unwrap_or(u32::MAX), image));
        }
    }
    if let Some((row, column)) = beyond {
        faults.add(row, column, &Fault::TooManyImages { count_max: limits.images });
    }
    found.sort_by_key(|(position, _)| *position);
    found.into_iter().map(|(_, image)| image).collect()
}

fn image(row: &Row<'_>, column: Column, faults: &mut Faults) -> Image {
    let alt = match column {
        Column::ImageSrc => cell::text(row.cell(Column::ImageAlt), ALT_MAX),
        _ => Ok(None),
    };
    Image {
        url: faults.check(row.number, column, cell::address(row.cell(column))),
        alt: faults.check(row.number, Column::ImageAlt, alt).unwrap_or_default(),
    }
}
