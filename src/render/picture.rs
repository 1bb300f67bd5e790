//! Pictures of products, drawn by the program: the same for a handle each time, and told apart by
//! colours, ground and what the handle names. For stores that have no photographs yet.

mod motif;
mod palette;

use std::fmt::Write;

use sha2::{Digest, Sha256};

use palette::{PALETTES, Palette};

/// Longest handle, as products have it.
const HANDLE_MAX: usize = 200;

/// The picture of a product as SVG, without scripts or references; none for what is no handle.
pub fn draw(handle: &str) -> Option<String> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if handle.is_empty() || handle.len() > HANDLE_MAX || !handle.bytes().all(fits) {
        return None;
    }
    let hash = Sha256::digest(handle.as_bytes());
    let palette = &PALETTES[usize::from(hash[0]) % PALETTES.len()];
    let label: String = handle.replace('-', " ").chars().take(80).collect();
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="800" height="800" role="img" aria-label="{label}">"#
    );
    ground(&mut svg, palette, hash[1], hash[2]);
    svg.push_str(&palette.paint(&motif::of(handle)));
    svg.push_str("</svg>");
    Some(svg)
}

/// What stands behind the product: a wall with a shape on it, a table, a shadow.
fn ground(svg: &mut String, palette: &Palette, kind: u8, shift: u8) {
    let Palette { wall, shape, table, dark, .. } = palette;
    let near = shift % 20;
    let behind = match kind % 4 {
        0 => format!(r#"<circle cx="{}" cy="{}" r="25"/>"#, 56 + near, 28 + near / 3),
        1 => r#"<path d="M19 80V46a31 31 0 0 1 62 0v34z"/>"#.to_owned(),
        2 => format!(r#"<path d="M0 {}q24-24 50-8t50-12v60H0z"/>"#, 46 + near / 2),
        _ => format!(
            r#"<circle cx="50" cy="49" r="35"/><circle cx="{}" cy="15" r="4"/><circle cx="{}" cy="27" r="2.2"/>"#,
            12 + near / 2,
            84 + near / 3
        ),
    };
    // A String takes every write.
    let _ = write!(
        svg,
        r#"<path fill="{wall}" d="M0 0h100v100H0z"/><g fill="{shape}">{behind}</g><path fill="{table}" d="M0 77h100v23H0z"/><ellipse cx="50" cy="81.5" rx="29" ry="3.4" fill="{dark}" opacity=".2"/>"#
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_small_the_same_each_time_and_runs_nothing() {
        for handle in ["stoneware-mug", "x", "9", "wooden-boat", &"a".repeat(200)] {
            let svg = draw(handle).unwrap();
            assert_eq!(draw(handle), Some(svg.clone()));
            assert!(svg.len() <= 3_072, "{handle}: {} bytes", svg.len());
            assert!(!svg.contains('$'), "{svg}");
            for bad in ["<script", "href", "url(", " on"] {
                assert!(!svg.contains(bad), "{bad}: {svg}");
            }
        }
        assert_ne!(draw("stoneware-mug"), draw("enamel-mug"));
    }

    #[test]
    fn every_motif_is_within_the_limit() {
        for word in motif::words() {
            let svg = draw(&format!("some-{word}-of-a-kind")).unwrap();
            assert!(svg.len() <= 3_072, "{word}: {} bytes", svg.len());
            assert!(!svg.contains('$'), "{word}");
        }
    }

    #[test]
    fn what_is_no_handle_has_no_picture() {
        for bad in ["", "Mug", "a b", "a/b", "<svg>", "\"", "ä", &"a".repeat(201)] {
            assert_eq!(draw(bad), None, "{bad}");
        }
    }
}
