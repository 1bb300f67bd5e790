//! Any bytes as a request to the REST plane: it is refused, or it becomes a statement in which no
//! text of the caller stands outside of quotes. Run by libFuzzer where there is a nightly toolchain
//! (`fuzz_targets/request.rs`), and by `tests/it/rest_fuzz.rs` everywhere.

use souk::rest::Request;
use souk::rest::rehearsal::rehearse;
use souk::rest::shape::{
    Cardinality, Column, Junction, Name, Relation, Relationship, Shape, ValueKind,
};

/// Tries one input.
///
/// # Panics
/// When the statement has text of the caller outside of quotes.
pub(crate) fn run(bytes: &[u8]) {
    let request = request(bytes);
    let Ok(statement) = rehearse(&shape(), &request) else { return };
    if let Some(fault) = fault(statement.text()) {
        panic!("{fault}: {}", statement.text());
    }
}

/// Lines of the input: method, path, query, headers up to an empty line, then the body.
pub(crate) fn request(bytes: &[u8]) -> Request {
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = rest.get(end + 1..).unwrap_or_default();
        line
    };
    let (method, path, query) = (line(), line(), line());
    let mut headers = Vec::new();
    loop {
        let header = line();
        let Some((name, value)) = header.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Request { method, path, query, headers, body: rest.to_vec().into() }
}

/// What is wrong with a statement's text, read as Postgres reads it: a quote that is not closed, or
/// something outside of quotes that the plane does not write.
pub(crate) fn fault(text: &str) -> Option<String> {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' => loop {
                match letters.next() {
                    None => return Some(format!("a {letter} is not closed")),
                    Some('\0') => return Some("a zero byte".to_owned()),
                    Some(inner) if inner != letter => {}
                    Some(_) if letters.peek() == Some(&letter) => {
                        letters.next();
                    }
                    Some(_) => break,
                }
            },
            '-' if letters.peek() == Some(&'-') => return Some("a comment".to_owned()),
            '/' if letters.peek() == Some(&'*') => return Some("a comment".to_owned()),
            'a'..='z' | '0'..='9' | ' ' => {}
            _ if "$.,()*:_<>=|&@~!-+[]".contains(letter) => {}
            _ => return Some(format!("{letter:?} outside of quotes")),
        }
    }
    None
}

/// A small shop: a table with all kinds of values, ways in all directions.
fn shape() -> Shape {
    use Cardinality::{ManyToMany, ManyToOne, OneToMany};
    use ValueKind::{Json, Other, TsVector};
    Shape::of([
        table(
            "products",
            &[
                ("id", Other),
                ("name", Other),
                ("odd \"name", Other),
                ("category_id", Other),
                ("attrs", Json),
                ("words", TsVector),
            ],
            vec![
                way("categories", ManyToOne, ("category_id", "id")),
                way("variants", OneToMany, ("id", "product_id")),
                Relationship {
                    junction: Some(Junction {
                        name: "items".to_owned(),
                        constraint: "items_order_fkey".to_owned(),
                        columns: vec![("order_id".to_owned(), "id".to_owned())],
                    }),
                    ..way("orders", ManyToMany, ("id", "product_id"))
                },
            ],
        ),
        table(
            "categories",
            &[("id", Other), ("name", Other)],
            vec![way("products", OneToMany, ("id", "category_id"))],
        ),
        table(
            "variants",
            &[("id", Other), ("product_id", Other), ("price", Other)],
            vec![way("products", ManyToOne, ("product_id", "id"))],
        ),
        table("items", &[("product_id", Other), ("order_id", Other)], Vec::new()),
        table("orders", &[("id", Other), ("total", Other)], Vec::new()),
    ])
}

fn table(name: &str, columns: &[(&str, ValueKind)], relationships: Vec<Relationship>) -> Relation {
    let column = |&(name, kind): &(&str, ValueKind)| Column {
        name: name.to_owned(),
        type_name: Name::Fixed("text".to_owned()),
        type_text: "text".to_owned(),
        length: None,
        kind,
        is_nullable: true,
        default: None,
        is_generated: false,
        representation: None,
        comment: None,
        values: Vec::new(),
    };
    Relation {
        name: name.to_owned(),
        comment: None,
        columns: columns.iter().map(column).collect(),
        primary_key: vec!["id".to_owned()],
        is_insertable: true,
        is_updatable: true,
        is_deletable: true,
        computed: vec![("full_name".to_owned(), ValueKind::Other)],
        relationships,
    }
}

fn way(target: &str, cardinality: Cardinality, (ours, theirs): (&str, &str)) -> Relationship {
    Relationship {
        target: target.to_owned(),
        cardinality,
        constraint: format!("{ours}_fkey"),
        columns: vec![(ours.to_owned(), theirs.to_owned())],
        junction: None,
        is_computed: false,
        is_self: false,
        is_to_view: false,
    }
}
