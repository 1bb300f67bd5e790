//! Ways from one relation to another: foreign keys in both directions, through junctions, and
//! through views that show the key's columns; and functions of a row.

use std::collections::HashMap;

/// How many rows stand at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cardinality {
    /// One; many of ours point to it.
    ManyToOne,
    /// Many point to ours.
    OneToMany,
    /// One, and only ours points to it or is pointed to.
    OneToOne {
        /// Whether ours points to it.
        has_key: bool,
    },
    /// Many, through a junction.
    ManyToMany,
}

/// A way from one relation to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relationship {
    /// The relation at the other end.
    pub target: String,
    /// How many rows stand there.
    pub cardinality: Cardinality,
    /// The foreign key; for a junction, the one on our side; for a function, its name.
    pub constraint: String,
    /// Columns of ours, and columns of the target (or of the junction) that equal them.
    pub columns: Vec<(String, String)>,
    /// The relation in between.
    pub junction: Option<Junction>,
    /// Whether it is a function of the row.
    pub is_computed: bool,
    /// Whether both ends are one relation.
    pub is_self: bool,
    /// Whether the relation at the other end is a view.
    pub is_to_view: bool,
}

/// A relation between two others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Junction {
    /// Its name.
    pub name: String,
    /// Its foreign key to the target.
    pub constraint: String,
    /// Its columns, and columns of the target that equal them.
    pub columns: Vec<(String, String)>,
}

impl Relationship {
    /// Whether there is at most one row at the other end.
    pub fn is_to_one(&self) -> bool {
        matches!(self.cardinality, Cardinality::ManyToOne | Cardinality::OneToOne { .. })
    }

    /// Whether it is a foreign key of ours.
    pub fn is_our_key(&self) -> bool {
        let has_key = matches!(
            self.cardinality,
            Cardinality::ManyToOne | Cardinality::OneToOne { has_key: true }
        );
        has_key && !self.is_computed
    }
}

/// A foreign key, by oids and numbers.
#[derive(Clone, Debug)]
pub(super) struct ForeignKey {
    pub(super) name: String,
    pub(super) relation: i64,
    pub(super) columns: Vec<i32>,
    pub(super) target: i64,
    pub(super) target_columns: Vec<i32>,
    /// Whether its columns are a key of its own relation.
    pub(super) is_unique: bool,
}

/// A relation of the schema that shows columns of a table: the table itself, or a view.
#[derive(Clone, Debug)]
pub(super) struct Face {
    pub(super) name: String,
    /// Whether it is a view.
    pub(super) is_view: bool,
    /// The table's column numbers and the names they are shown under: by a view, several perhaps.
    pub(super) columns: HashMap<i32, Vec<String>>,
}

/// Most ways that one key makes between two faces.
const NAMES_MAX: usize = 8;

impl Face {
    /// The names of columns, each way in which it shows all of them.
    pub(super) fn names(&self, numbers: &[i32]) -> Vec<Vec<String>> {
        let mut ways = vec![Vec::new()];
        for number in numbers {
            let names = self.columns.get(number).map_or(&[][..], Vec::as_slice);
            let longer = ways.iter().flat_map(|way| {
                names.iter().map(|name| way.iter().chain([name]).cloned().collect())
            });
            ways = longer.take(NAMES_MAX).collect();
        }
        ways
    }
}

/// All ways that foreign keys make between the faces of tables, by the relation they start from.
pub(super) fn from_keys(
    keys: &[ForeignKey],
    faces: &HashMap<i64, Vec<Face>>,
    primary_keys: &HashMap<String, Vec<String>>,
) -> HashMap<String, Vec<Relationship>> {
    let mut ways: HashMap<String, Vec<Relationship>> = HashMap::new();
    let none = Vec::new();
    for key in keys {
        for from in faces.get(&key.relation).unwrap_or(&none) {
            for to in faces.get(&key.target).unwrap_or(&none) {
                for columns in from.names(&key.columns) {
                    for targets in to.names(&key.target_columns) {
                        between(key, (from, &columns), (to, &targets), &mut ways);
                    }
                }
            }
        }
    }
    add_junctions(&mut ways, primary_keys);
    for ways in ways.values_mut() {
        ways.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    ways
}

/// The two ways that a key makes between two faces that show its columns under these names.
fn between(
    key: &ForeignKey,
    (from, columns): (&Face, &[String]),
    (to, targets): (&Face, &[String]),
    ways: &mut HashMap<String, Vec<Relationship>>,
) {
    let pairs = columns.iter().cloned().zip(targets.iter().cloned());
    let one = |has_key| Cardinality::OneToOne { has_key };
    let (there, back) = match key.is_unique {
        true => (one(true), one(false)),
        false => (Cardinality::ManyToOne, Cardinality::OneToMany),
    };
    let way = |target: &Face, cardinality, columns| Relationship {
        target: target.name.clone(),
        cardinality,
        constraint: key.name.clone(),
        columns,
        junction: None,
        is_computed: false,
        is_self: from.name == to.name,
        is_to_view: target.is_view,
    };
    let forth = way(to, there, pairs.clone().collect());
    let back = way(from, back, pairs.map(|(ours, theirs)| (theirs, ours)).collect());
    ways.entry(from.name.clone()).or_default().push(forth);
    ways.entry(to.name.clone()).or_default().push(back);
}

fn order(way: &Relationship) -> impl Ord {
    let junction = way.junction.as_ref();
    let far = junction.map(|j| (&j.name, &j.constraint, &j.columns));
    (&way.target, way.cardinality, &way.constraint, far, &way.columns)
}

/// A relation whose key holds the columns of two foreign keys joins their targets.
fn add_junctions(
    ways: &mut HashMap<String, Vec<Relationship>>,
    primary_keys: &HashMap<String, Vec<String>>,
) {
    let mut found: Vec<(String, Relationship)> = Vec::new();
    for (junction, ours) in &*ways {
        let Some(key) = primary_keys.get(junction) else { continue };
        let in_key = |way: &&Relationship| {
            way.cardinality == Cardinality::ManyToOne
                && way.columns.iter().all(|(ours, _)| key.contains(ours))
        };
        for near in ours.iter().filter(in_key) {
            for far in ours.iter().filter(in_key).filter(|far| far.constraint != near.constraint) {
                let way = Relationship {
                    target: far.target.clone(),
                    cardinality: Cardinality::ManyToMany,
                    constraint: near.constraint.clone(),
                    columns: near.columns.iter().map(|(a, b)| (b.clone(), a.clone())).collect(),
                    junction: Some(Junction {
                        name: junction.clone(),
                        constraint: far.constraint.clone(),
                        columns: far.columns.clone(),
                    }),
                    is_computed: false,
                    is_self: near.target == far.target,
                    is_to_view: far.is_to_view,
                };
                found.push((near.target.clone(), way));
            }
        }
    }
    for (from, way) in found {
        ways.entry(from).or_default().push(way);
    }
}
