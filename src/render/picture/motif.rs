//! What a picture shows: a thing that the handle names, or the handle's first letter on a tag.
//! Drawings stand on a table at 82 of 100, in the colours `$a` main, `$b` accent, `$d` dark,
//! `$l` light.

/// The drawing for a handle.
pub(super) fn of(handle: &str) -> String {
    let found = handle.rsplit('-').find_map(|word| {
        let is_it = |name: &&str| word == *name || word.strip_suffix('s') == Some(name);
        MOTIFS.iter().find(|(names, _)| names.iter().any(is_it))
    });
    match found {
        Some((_, drawing)) => (*drawing).to_owned(),
        None => tag(handle),
    }
}

/// A price tag with the first letter.
fn tag(handle: &str) -> String {
    let first = handle.chars().find(char::is_ascii_alphanumeric).unwrap_or('s');
    let letter = first.to_ascii_uppercase();
    format!(
        r#"<path d="M44 14q10 2 10 14" fill="none" stroke="$d" stroke-width="1.6"/><path d="M50 22l20 14v42a4 4 0 0 1-4 4H34a4 4 0 0 1-4-4V36z" fill="$a"/><circle cx="50" cy="33" r="4" fill="$l"/><circle cx="50" cy="59" r="15" fill="$l"/><text x="50" y="66.5" font-family="Georgia,serif" font-size="21" font-weight="bold" text-anchor="middle" fill="$d">{letter}</text>"#
    )
}

/// All words that have a drawing.
#[cfg(test)]
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    MOTIFS.iter().flat_map(|(names, _)| names.iter().copied())
}

const MOTIFS: &[(&[&str], &str)] = &[
    (
        &["mug", "cup"],
        r#"<path d="M40 35q-4-5 0-9t0-9M52 35q-4-5 0-9t0-9" fill="none" stroke="$l" stroke-width="2.4" stroke-linecap="round"/><path d="M62 50h6a8 8 0 0 1 0 18h-6" fill="none" stroke="$a" stroke-width="5"/><path d="M28 42h37v32a8 8 0 0 1-8 8H36a8 8 0 0 1-8-8z" fill="$a"/><path d="M28 58h37v8H28z" fill="$b"/><ellipse cx="46.5" cy="42" rx="18.5" ry="4.2" fill="$d"/>"#,
    ),
    (
        &["bowl", "dish"],
        r#"<path d="M40 76h20v6H40z" fill="$d"/><path d="M22 50h56a28 29 0 0 1-56 0z" fill="$a"/><path d="M25.5 62h49a29 29 0 0 1-4 7h-41a29 29 0 0 1-4-7z" fill="$l" opacity=".35"/><ellipse cx="50" cy="50" rx="28" ry="5" fill="$d"/><circle cx="41" cy="47" r="5" fill="$b"/><circle cx="52" cy="45" r="6" fill="$b"/><circle cx="62" cy="48" r="4.5" fill="$b"/><path d="M52 39q2-6 8-6-1 6-8 6z" fill="$a"/>"#,
    ),
    (
        &["board", "tray"],
        r#"<rect x="44" y="15" width="12" height="30" rx="6" fill="$a"/><rect x="31" y="36" width="38" height="46" rx="9" fill="$a"/><circle cx="50" cy="22" r="2.6" fill="$l"/><path d="M38 44q3 16 0 30M46 42q3 18 0 36M55 42q-3 18 0 36M62 44q3 16 0 30" fill="none" stroke="$d" stroke-width="1.3" opacity=".35" stroke-linecap="round"/><circle cx="57" cy="70" r="6.5" fill="$b"/><path d="M57 64q1-4 5-5-1 5-5 5z" fill="$d"/>"#,
    ),
    (
        &["teapot", "kettle"],
        r#"<path d="M31 55q-15-1-13 10t16 8" fill="none" stroke="$d" stroke-width="4"/><path d="M63 72q13-2 16-24l5-2-3-3-8 3q-2 13-12 13z" fill="$a"/><ellipse cx="49" cy="64" rx="23" ry="18" fill="$a"/><path d="M34 50a15 8 0 0 1 30 0z" fill="$b"/><circle cx="49" cy="39.5" r="3.6" fill="$d"/><path d="M30 69a23 18 0 0 0 38 0z" fill="$l" opacity=".3"/>"#,
    ),
    (
        &["candle"],
        r##"<circle cx="50" cy="32" r="19" fill="$l" opacity=".55"/><ellipse cx="50" cy="81" rx="24" ry="4.5" fill="$d"/><path d="M39 47h22v30a11 3 0 0 1-22 0z" fill="$a"/><path d="M39 58h22v9H39z" fill="$l" opacity=".4"/><ellipse cx="50" cy="47" rx="11" ry="3" fill="$l"/><path d="M50 47v-7" stroke="$d" stroke-width="1.6"/><path d="M50 19q11 12 0 22-11-10 0-22z" fill="#f2a03d"/><path d="M50 29q5 6 0 11-5-5 0-11z" fill="$l"/>"##,
    ),
    (
        &["lamp", "lantern", "light"],
        r#"<path d="M27 50h46l11 31H16z" fill="$l" opacity=".5"/><path d="M48 48h4v30h-4z" fill="$d"/><ellipse cx="50" cy="80" rx="16" ry="3.6" fill="$d"/><path d="M37 21h26l12 30H25z" fill="$a"/><path d="M33.6 29.5h32.8l2.2 5.5H31.4z" fill="$b"/><path d="M28.6 42h42.8l1.6 4H27z" fill="$l" opacity=".5"/>"#,
    ),
    (
        &["cushion", "pillow"],
        r#"<path d="M22 32q28 7 56 0-6 25 0 50-28-6-56 0 6-25 0-50z" fill="$a"/><path d="M33 34q-3 23 0 46l6-.6q-3-23 0-45zM67 34q3 23 0 46l-6-.6q3-23 0-45z" fill="$b"/><path d="M46 35.4q-2 22 0 43.6h8q2-22 0-43.6z" fill="$l" opacity=".7"/>"#,
    ),
    (
        &["plant", "planter", "seeds", "herb"],
        r##"<g fill="#4f8f62"><path d="M50 60Q44 36 24 30q-1 24 26 30z"/><path d="M50 60q4-27 27-31-1 25-27 31z"/><path d="M50 60q-13-22 0-45 13 23 0 45z"/></g><path d="M50 60V24M50 60Q42 43 29 35M50 60q8-17 21-25" fill="none" stroke="$l" stroke-width="1.1" opacity=".6"/><path d="M34 62h32l-4 20H38z" fill="$a"/><rect x="31" y="56" width="38" height="8" rx="2" fill="$d"/>"##,
    ),
    (
        &["fern", "grass", "palm"],
        r##"<path d="M50 62Q48 40 22 38M50 62Q52 40 78 38M50 62Q44 34 30 22M50 62Q56 34 70 22M50 62V18M50 62Q44 56 18 54M50 62q6-6 32-8" fill="none" stroke="#4f8f62" stroke-width="4.6" stroke-linecap="round"/><path d="M50 62Q44 34 30 22M50 62Q56 34 70 22M50 62V18" fill="none" stroke="$l" stroke-width="1" opacity=".55"/><path d="M35 62h30a15 20 0 0 1-6 20H41a15 20 0 0 1-6-20z" fill="$a"/><rect x="32" y="57" width="36" height="7" rx="3" fill="$b"/>"##,
    ),
    (
        &["throw", "blanket", "towel", "rug"],
        r#"<rect x="21" y="67" width="58" height="15" rx="7.5" fill="$b"/><rect x="23" y="54" width="54" height="15" rx="7.5" fill="$a"/><rect x="21" y="41" width="58" height="15" rx="7.5" fill="$d"/><path d="M30 44h5v9h-5zM40 44h5v9h-5zM30 57h5v9h-5zM40 57h5v9h-5zM30 70h5v9h-5zM40 70h5v9h-5z" fill="$l" opacity=".75"/><path d="M69 45q5 3.5 0 7M67 58q5 3.5 0 7M69 71q5 3.5 0 7" fill="none" stroke="$l" stroke-width="1.3" opacity=".7"/>"#,
    ),
    (
        &["shirt", "tee", "jumper", "top"],
        r#"<path d="M39 21L17 32l7 19 9-4v35h34V47l9 4 7-19-22-11q-11 9-22 0z" fill="$a"/><path d="M39 21q11 9 22 0l3 2q-14 14-28 0z" fill="$d"/><path d="M33 56h34v8H33zM33 70h34v5H33z" fill="$l" opacity=".85"/><path d="M54 41h9v8a3 3 0 0 1-3 3h-3a3 3 0 0 1-3-3z" fill="$b"/>"#,
    ),
    (
        &["beanie", "hat", "cap"],
        r#"<circle cx="50" cy="25" r="8.5" fill="$b"/><path d="M27 66q-2-38 23-38t23 38z" fill="$a"/><path d="M38 64q-2-22 5-33M50 64V30M62 64q2-22-5-33" fill="none" stroke="$d" stroke-width="1.5" opacity=".4"/><rect x="23" y="62" width="54" height="19" rx="7" fill="$d"/><path d="M32 65v13M41 65v13M50 65v13M59 65v13M68 65v13" stroke="$l" stroke-width="1.4" opacity=".45"/>"#,
    ),
    (
        &["tote", "bag", "basket"],
        r#"<path d="M38 46V32a12 12 0 0 1 24 0v14" fill="none" stroke="$d" stroke-width="4"/><path d="M28 42h44l5 37a3 3 0 0 1-3 3H26a3 3 0 0 1-3-3z" fill="$a"/><circle cx="50" cy="63" r="11.5" fill="$l"/><path d="M50 54q7 4 7 9.5a7 7 0 0 1-14 0Q43 58 50 54z" fill="$b"/>"#,
    ),
    (
        &["scarf", "shawl"],
        r#"<path d="M55 42h16l5 34H60z" fill="$a"/><path d="M36 44h15l2 28H37z" fill="$d"/><path d="M57 53h16l1 6H58zM59 65h16l1 6H60z" fill="$l"/><path d="M37 56h15v5H37z" fill="$b"/><path d="M61 76v6M66 76v6M71 76v6M75 76v6M39 72v6M44 72v6M49 72v6" stroke="$d" stroke-width="1.5"/><path d="M30 28q20-12 40 0 9 7 0 14-20 12-40 0-9-7 0-14z" fill="$a"/><path d="M35 32q15-8 30 0 4 3 0 5-15 7-30 0-4-2 0-5z" fill="$d" opacity=".45"/>"#,
    ),
    (
        &["honey", "jam", "jar", "pickle"],
        r#"<rect x="29" y="36" width="42" height="46" rx="9" fill="$b"/><path d="M29 48h42v-3a9 9 0 0 0-9-9H38a9 9 0 0 0-9 9z" fill="$l" opacity=".55"/><rect x="31" y="24" width="38" height="12" rx="3.5" fill="$d"/><rect x="35" y="52" width="30" height="22" rx="3" fill="$l"/><path d="M50 55l7 4v8l-7 4-7-4v-8z" fill="$a"/><circle cx="50" cy="63" r="2.6" fill="$l"/>"#,
    ),
    (
        &["oil", "bottle", "syrup", "vinegar"],
        r#"<path d="M45 20h10v18q10 5 10 16v24a4 4 0 0 1-4 4H39a4 4 0 0 1-4-4V54q0-11 10-16z" fill="$a"/><rect x="44.5" y="12" width="11" height="10" rx="2" fill="$d"/><path d="M40 53q0-8 7-12" fill="none" stroke="$l" stroke-width="2" opacity=".6" stroke-linecap="round"/><path d="M35 57h30v17H35z" fill="$l"/><ellipse cx="47" cy="66" rx="4.2" ry="5.4" fill="$b"/><path d="M49 60q5-3 9 1-4 4-9-1z" fill="$a"/>"#,
    ),
    (
        &["tea", "coffee", "tin", "soap", "spice"],
        r#"<path d="M29 34h42v44a4 4 0 0 1-4 4H33a4 4 0 0 1-4-4z" fill="$a"/><rect x="27" y="27" width="46" height="12" rx="4" fill="$d"/><circle cx="50" cy="60" r="14.5" fill="$l"/><path d="M41 67q-1-14 18-15 1 16-18 15z" fill="$b"/><path d="M39 70l14-13" stroke="$d" stroke-width="1.5" stroke-linecap="round"/>"#,
    ),
    (
        &["chocolate", "bar", "biscuit"],
        r#"<g transform="rotate(-6 50 52)"><rect x="30" y="20" width="40" height="60" rx="3" fill="$d"/><path d="M43 20v26M57 20v26M30 33h40" stroke="$l" stroke-width="1.4" opacity=".35"/><path d="M27 46l4-3 4 3 4-3 4 3 4-3 4 3 4-3 4 3 4-3 4 3 4-3 2 2v34a3 3 0 0 1-3 3H30a3 3 0 0 1-3-3z" fill="$a"/><path d="M27 57h46v14H27z" fill="$l"/><path d="M34 64q4-5 8 0t8 0 8 0 8 0" fill="none" stroke="$b" stroke-width="2.6" stroke-linecap="round"/></g>"#,
    ),
    (
        &["notebook", "book", "journal", "diary"],
        r#"<path d="M34 24h38v54H34z" fill="$l"/><path d="M48 76v10l3-2 3 2V76z" fill="$b"/><rect x="28" y="20" width="42" height="60" rx="4" fill="$a"/><path d="M32 20h5v60h-5a4 4 0 0 1-4-4V24a4 4 0 0 1 4-4z" fill="$d"/><rect x="42" y="32" width="18" height="12" rx="2" fill="$l"/><path d="M45 36.5h12M45 40h8" stroke="$d" stroke-width="1.2"/><path d="M64 20h3v60h-3z" fill="$b"/>"#,
    ),
    (
        &["print", "poster", "card", "postcard"],
        r#"<rect x="25" y="14" width="50" height="67" rx="2" fill="$d"/><path d="M29 18h42v59H29z" fill="$l"/><path d="M33 22h34v51H33z" fill="$a" opacity=".25"/><circle cx="58" cy="34" r="6" fill="$b"/><path d="M33 58q9-5 17 0t17 0v15H33z" fill="$a"/><path d="M42 57l2.4-22h5.2L52 57z" fill="$l"/><path d="M43.6 43h6.8l.5 5h-7.8z" fill="$b"/><path d="M43.5 35v-5l3.5-3 3.5 3v5z" fill="$d"/>"#,
    ),
    (
        &["boat", "toy", "ship"],
        r#"<path d="M49 18h3v48h-3z" fill="$d"/><path d="M54 20q22 16 22 40H54z" fill="$b"/><path d="M47 28Q31 42 28 60h19z" fill="$l"/><path d="M20 64h60q-5 18-18 18H38q-13 0-18-18z" fill="$a"/><path d="M22 69h56q-1.5 4-3 6H25q-1.5-2-3-6z" fill="$l" opacity=".5"/><path d="M52 18l9 3.5-9 3.5z" fill="$a"/>"#,
    ),
];
