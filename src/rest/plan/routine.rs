//! Which function a call means: PostgREST's rules for names and overloads.

use std::collections::BTreeSet;

use super::super::body::Kind;
use super::super::error::{Error, echo};
use super::super::shape::{Argument, Function, Shape, guess, told_names};

/// A function is suggested if its name is at least this near.
const NAME_GUESS_LEAST: f64 = 0.75;
/// Arguments are suggested if they are at least this near.
const ARGUMENTS_GUESS_LEAST: f64 = 0.33;

/// A function that fits, and whether it takes the whole body.
#[derive(Clone, Copy, Debug)]
pub(in crate::rest) struct Found<'s> {
    /// The function.
    pub(in crate::rest) function: &'s Function,
    /// Whether its one argument, without a name, is the body.
    pub(in crate::rest) takes_whole: bool,
}

/// Finds a function by its name and the names of what it is given. `body` is the kind of the body,
/// where there is one.
pub(in crate::rest) fn find<'s>(
    shape: &'s Shape,
    schema: &str,
    name: &str,
    given: &BTreeSet<&str>,
    body: Option<Kind>,
) -> Result<Found<'s>, Error> {
    let overloads = shape.functions(name);
    let named: Vec<&Function> = overloads.iter().filter(|f| takes(f, given, body)).collect();
    let whole: Vec<&Function> =
        overloads.iter().filter(|f| !takes(f, given, body) && takes_body(f, body)).collect();
    match (&named[..], &whole[..]) {
        ([function], _) => Ok(Found { function, takes_whole: false }),
        ([], [function]) => Ok(Found { function, takes_whole: true }),
        ([], []) => Err(none(shape, schema, name, given, body)),
        ([], several) | (several, _) => Err(ambiguous(schema, several)),
    }
}

fn is_plain(body: Option<Kind>) -> bool {
    matches!(body, Some(Kind::Text | Kind::Xml | Kind::Bytes))
}

fn takes(function: &Function, given: &BTreeSet<&str>, body: Option<Kind>) -> bool {
    if function.arguments.is_empty() {
        return given.is_empty() && !is_plain(body);
    }
    let is_required =
        |name: &str| function.arguments.iter().any(|a| !a.has_default && a.name == name);
    let is_known = |name: &str| function.arguments.iter().any(|a| a.name == name);
    given.iter().all(|name| is_known(name))
        && function
            .arguments
            .iter()
            .filter(|argument| is_required(&argument.name))
            .all(|argument| given.contains(argument.name.as_str()))
}

fn takes_body(function: &Function, body: Option<Kind>) -> bool {
    let [argument] = &function.arguments[..] else { return false };
    argument.name.is_empty()
        && match body {
            Some(Kind::Json) => matches!(argument.type_text.as_str(), "json" | "jsonb"),
            Some(Kind::Text) => argument.type_text == "text",
            Some(Kind::Xml) => argument.type_text == "xml",
            Some(Kind::Bytes) => argument.type_text == "bytea",
            Some(Kind::Csv | Kind::Form) | None => false,
        }
}

fn none(
    shape: &Shape,
    schema: &str,
    name: &str,
    given: &BTreeSet<&str>,
    body: Option<Kind>,
) -> Error {
    let list = echo::names(given.iter().copied());
    let told = echo::name(name);
    let with = match given.len() {
        0 => " without parameters".to_owned(),
        1 => format!(" with parameter {list}"),
        _ => format!(" with parameters {list}"),
    };
    let searched = match body {
        Some(Kind::Text) => " with a single unnamed text parameter".to_owned(),
        Some(Kind::Xml) => " with a single unnamed xml parameter".to_owned(),
        Some(Kind::Bytes) => " with a single unnamed bytea parameter".to_owned(),
        Some(Kind::Json) => format!("{with} or with a single unnamed json/jsonb parameter"),
        Some(Kind::Csv | Kind::Form) | None => with.clone(),
    };
    let signature = match (is_plain(body), given.is_empty()) {
        (true, _) => String::new(),
        (false, true) => with,
        (false, false) => format!("({list})"),
    };
    let message =
        format!("Could not find the function {schema}.{told}{signature} in the schema cache");
    let details = format!(
        "Searched for the function {schema}.{told}{searched}, but no matches were found in the \
         schema cache."
    );
    let overloads: Vec<String> = shape.functions(name).iter().map(signature_of).collect();
    let meant = if overloads.is_empty() {
        guess::nearest(shape.function_names(), name, NAME_GUESS_LEAST)
            .map(|(_, near)| near.to_owned())
    } else {
        let wanted = format!("({list})");
        guess::nearest(overloads.iter().map(String::as_str), &wanted, ARGUMENTS_GUESS_LEAST)
            .map(|(_, near)| format!("{name}{near}"))
    };
    let hint = meant
        .filter(|_| !is_plain(body))
        .map(|meant| format!("Perhaps you meant to call the function {schema}.{meant}"));
    Error::new(404, "PGRST202", message).details(details).hint(hint)
}

fn signature_of(function: &Function) -> String {
    let mut names: Vec<&str> = function.arguments.iter().map(|a| a.name.as_str()).collect();
    names.sort_unstable();
    format!("({})", names.join(", "))
}

fn ambiguous(schema: &str, functions: &[&Function]) -> Error {
    let mut signatures: Vec<String> = functions
        .iter()
        .map(|function| {
            let arguments = function.arguments.iter();
            let told = |a: &Argument| told_names(&a.type_text, schema);
            let list: Vec<String> =
                arguments.map(|a| format!("{} => {}", a.name, told(a))).collect();
            format!("{schema}.{}({})", function.name, list.join(", "))
        })
        .collect();
    signatures.sort_unstable();
    let message =
        format!("Could not choose the best candidate function between: {}", signatures.join(", "));
    let hint = "Try renaming the parameters or the function itself in the database so function \
                overloading can be resolved";
    Error::new(300, "PGRST203", message).hint(hint.to_owned())
}
