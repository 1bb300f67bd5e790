//! Reading functions, and what they are to the relations whose rows they take.

use std::collections::HashMap;

use super::super::default::hide_names;
use super::super::{
    Argument, Cardinality, Function, Handler, Name, Relation, Relationship, Returns, Volatility,
    queries,
};
use super::Loader;
use super::columns::kind;
use crate::args;
use crate::db::{Error, Row};

impl Loader<'_> {
    pub(super) async fn handlers(&self) -> Result<Vec<Handler>, Error> {
        let mut handlers = Vec::new();
        for row in self.tx.rows(&queries::HANDLERS, args![self.schema]).await? {
            let relation = self.relations.get(&row.get("relation")?).map(|r| r.name.clone());
            if relation.is_some() || row.get("is_for_all")? {
                let (function, media) = (row.get("name")?, row.get("media")?);
                let is_bytes = row.get("is_bytes")?;
                handlers.push(Handler { function, media, relation, is_bytes });
            }
        }
        Ok(handlers)
    }

    pub(super) async fn functions(&mut self) -> Result<HashMap<String, Vec<Function>>, Error> {
        let mut functions: HashMap<String, Vec<Function>> = HashMap::new();
        for row in self.tx.rows(&queries::FUNCTIONS, args![self.schema]).await? {
            let function = self.function(&row)?;
            let takes: Vec<i64> = row.get("relations")?;
            if let [taken] = takes[..]
                && let Some(target) = computed(&function)
                && let Some(relation) = self.relations.get_mut(&taken)
            {
                let base: String = row.get("return_base")?;
                attach(relation, &function, target, &base);
            }
            functions.entry(function.name.clone()).or_default().push(function);
        }
        Ok(functions)
    }

    fn function(&self, row: &Row) -> Result<Function, Error> {
        let (kind, name): (String, String) = (row.get("return_type")?, row.get("return_name")?);
        let relation = self.relations.get(&row.get("return_relation")?);
        let returns = match (kind.as_str(), relation) {
            ("c", Some(relation)) => Returns::Relation(relation.name.clone()),
            ("c", None) => Returns::Record(name),
            ("p", _) if name == "void" => Returns::Void,
            ("p", _) if name == "record" => Returns::Record(name),
            _ => Returns::Scalar(name),
        };
        let volatility: String = row.get("volatility")?;
        let modes: Vec<String> = row.get("modes")?;
        let settings: Vec<String> = row.get("settings")?;
        let settings = settings.iter().filter_map(|setting| setting.split_once('='));
        Ok(Function {
            name: row.get("name")?,
            comment: row.get("comment")?,
            arguments: arguments(row, &self.name)?,
            is_variadic: row.get("is_variadic")?,
            has_columns: kind == "c"
                || modes.iter().any(|mode| matches!(mode.as_str(), "o" | "b" | "t")),
            returns,
            returns_set: row.get("returns_set")?,
            returns_bytes: row.get::<String>("return_base")? == "bytea",
            returns_one: row.get("returns_one")?,
            volatility: match volatility.as_str() {
                "i" => Volatility::Immutable,
                "s" => Volatility::Stable,
                _ => Volatility::Volatile,
            },
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }
}

fn arguments(row: &Row, schema: &str) -> Result<Vec<Argument>, Error> {
    let (names, modes): (Vec<String>, Vec<String>) = (row.get("names")?, row.get("modes")?);
    let own: Vec<Option<String>> = row.get("own_types")?;
    let types: Vec<String> = row.get("types")?;
    let (inputs, defaults): (i32, i32) = (row.get("inputs")?, row.get("defaults")?);
    let is_input =
        |at: &usize| modes.get(*at).is_none_or(|mode| matches!(mode.as_str(), "i" | "b" | "v"));
    let given = (0..names.len().max(types.len())).filter(is_input);
    let first_default = usize::try_from(inputs - defaults).unwrap_or(0);
    let arguments = given.zip(types.into_iter().zip(own)).enumerate();
    Ok(arguments
        .map(|(at, (place, (type_text, own)))| Argument {
            name: names.get(place).cloned().unwrap_or_default(),
            type_name: own.map_or_else(|| Name::Fixed(type_text.clone()), Name::Own),
            type_text: hide_names(&type_text, schema),
            has_default: at >= first_default,
        })
        .collect())
}

/// A function of a row is a field of its relation, or a way to another.
fn attach(relation: &mut Relation, function: &Function, target: Option<String>, base: &str) {
    let Some(target) = target else {
        relation.computed.push((function.name.clone(), kind(base)));
        return;
    };
    let is_one = function.returns_one || !function.returns_set;
    relation.relationships.push(Relationship {
        is_self: target == relation.name,
        is_to_view: false,
        target,
        cardinality: match is_one {
            true => Cardinality::OneToOne { has_key: false },
            false => Cardinality::OneToMany,
        },
        constraint: function.name.clone(),
        columns: Vec::new(),
        junction: None,
        is_computed: true,
    });
}

/// The relation that a function of a row leads to; `None` inside where it is a field.
#[expect(clippy::option_option, reason = "no computed thing, a field, a way")]
fn computed(function: &Function) -> Option<Option<String>> {
    match &function.returns {
        Returns::Relation(name) => Some(Some(name.clone())),
        Returns::Scalar(_) if !function.returns_set => Some(None),
        Returns::Void | Returns::Record(_) | Returns::Scalar(_) => None,
    }
}
