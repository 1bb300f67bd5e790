//! Which way an embed means: PostgREST's rules for names and hints.

use serde_json::{Value, json};

use super::super::error::{Error, echo};
use super::super::query::Embed;
use super::super::shape::{Cardinality, Relation, Relationship, Shape, guess};

/// A guess is told if it is at least this near.
const GUESS_LEAST: f64 = 0.33;

/// The one way from `parent` that the embed names.
pub(super) fn find<'s>(
    shape: &'s Shape,
    schema: &str,
    parent: &'s Relation,
    embed: &Embed,
) -> Result<&'s Relationship, Error> {
    let ways = &parent.relationships;
    let computed = |name: &str| ways.iter().find(|way| way.is_computed && way.constraint == name);
    if let Some(way) = computed(&embed.name) {
        return Ok(way);
    }
    // A function takes the place of all other ways to the relation that it is named like.
    let is_open = |way: &&Relationship| !way.is_computed && computed(&way.target).is_none();
    let fitting: Vec<&Relationship> =
        ways.iter().filter(is_open).filter(|way| fits(way, embed)).collect();
    match fitting[..] {
        [way] => Ok(way),
        [] => Err(none(shape, schema, parent, embed)),
        _ => Err(several(parent, embed, &fitting)),
    }
}

fn fits(way: &Relationship, embed: &Embed) -> bool {
    let name = embed.name.as_str();
    let is_constraint = |name: &str| way.junction.is_none() && way.constraint == name;
    let pair = way.columns.first().filter(|_| way.junction.is_none() && way.columns.len() == 1);
    let starts_at = |name: &str| pair.is_some_and(|(ours, _)| ours == name);
    let ends_at = |name: &str| pair.is_some_and(|(_, theirs)| theirs == name);
    match (way.is_self, embed.hint.as_deref()) {
        (true, None) => {
            (way.target == name && way.cardinality == Cardinality::OneToMany)
                || (way.cardinality == Cardinality::ManyToOne && starts_at(name))
        }
        (true, Some(hint)) => {
            way.target == name && way.cardinality == Cardinality::OneToMany && ends_at(hint)
        }
        // A key or a column alone leads to a table, never to the views that show it.
        (false, None) => {
            way.target == name || !way.is_to_view && (is_constraint(name) || starts_at(name))
        }
        (false, Some(hint)) => {
            way.target == name
                && (is_constraint(hint)
                    || starts_at(hint)
                    || ends_at(hint)
                    || way.junction.as_ref().is_some_and(|junction| junction.name == hint))
        }
    }
}

fn none(shape: &Shape, schema: &str, parent: &Relation, embed: &Embed) -> Error {
    let (from, to) = (&parent.name, echo::name(&embed.name));
    let using = embed
        .hint
        .as_ref()
        .map_or(String::new(), |hint| format!("using the hint '{}' ", echo::name(hint)));
    let details = format!(
        "Searched for a foreign key relationship between '{from}' and '{to}' {using}in the schema \
         '{schema}', but no matches were found."
    );
    let message =
        format!("Could not find a relationship between '{from}' and '{to}' in the schema cache");
    let hint = if parent.relationships.is_empty() {
        let parents =
            shape.relations().filter(|r| !r.relationships.is_empty()).map(|r| r.name.as_str());
        guess::nearest(parents, from, GUESS_LEAST)
            .map(|(_, name)| format!("Perhaps you meant '{name}' instead of '{from}'."))
    } else {
        let targets = parent.relationships.iter().map(|way| way.target.as_str());
        guess::nearest(targets, &embed.name, GUESS_LEAST)
            .filter(|(score, _)| *score < 1.0)
            .map(|(_, name)| format!("Perhaps you meant '{name}' instead of '{to}'."))
    };
    Error::new(400, "PGRST200", message).details(details).hint(hint)
}

fn several(parent: &Relation, embed: &Embed, ways: &[&Relationship]) -> Error {
    let (from, to) = (&parent.name, &embed.name);
    let details: Vec<Value> = ways.iter().map(|way| describe(parent, way)).collect();
    let hints: Vec<String> = ways
        .iter()
        .map(|way| {
            let hint = way.junction.as_ref().map_or(&way.constraint, |junction| &junction.name);
            format!("'{}!{hint}'", way.target)
        })
        .collect();
    let message = format!(
        "Could not embed because more than one relationship was found for '{from}' and '{to}'"
    );
    let hint = format!(
        "Try changing '{to}' to one of the following: {}. Find the desired relationship in the \
         'details' key.",
        hints.join(", ")
    );
    Error::new(300, "PGRST201", message).details(details).hint(hint)
}

fn describe(parent: &Relation, way: &Relationship) -> Value {
    let list = |names: Vec<&str>| names.join(", ");
    let ours =
        |pairs: &'_ [(String, String)]| list(pairs.iter().map(|(a, _)| a.as_str()).collect());
    let theirs =
        |pairs: &'_ [(String, String)]| list(pairs.iter().map(|(_, b)| b.as_str()).collect());
    let cardinality = match way.cardinality {
        Cardinality::ManyToOne => "many-to-one",
        Cardinality::OneToMany => "one-to-many",
        Cardinality::OneToOne { .. } => "one-to-one",
        Cardinality::ManyToMany => "many-to-many",
    };
    let relationship = match &way.junction {
        Some(junction) => format!(
            "{} using {}({}) and {}({})",
            junction.name,
            way.constraint,
            theirs(&way.columns),
            junction.constraint,
            ours(&junction.columns),
        ),
        None => format!(
            "{} using {}({}) and {}({})",
            way.constraint,
            parent.name,
            ours(&way.columns),
            way.target,
            theirs(&way.columns),
        ),
    };
    json!({
        "cardinality": cardinality,
        "embedding": format!("{} with {}", parent.name, way.target),
        "relationship": relationship,
    })
}
