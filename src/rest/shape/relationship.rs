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
    OneToOne,
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
        matches!(self.cardinality, Cardinality::ManyToOne | Cardinality::OneToOne)
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
    /// The table's column numbers and the names they are shown under.
    pub(super) columns: HashMap<i32, String>,
}

impl Face {
    /// The names of columns, where it shows all of them.
    pub(super) fn names(&self, numbers: &[i32]) -> Option<Vec<String>> {
        numbers.iter().map(|number| self.columns.get(number).cloned()).collect()
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
            let Some(columns) = from.names(&key.columns) else { continue };
            for to in faces.get(&key.target).unwrap_or(&none) {
                let Some(targets) = to.names(&key.target_columns) else { continue };
                let pairs = columns.iter().cloned().zip(targets.iter().cloned());
                let (there, back) = if key.is_unique {
                    (Cardinality::OneToOne, Cardinality::OneToOne)
                } else {
                    (Cardinality::ManyToOne, Cardinality::OneToMany)
                };
                let way = |target: &Face, cardinality, columns| Relationship {
                    target: target.name.clone(),
                    cardinality,
                    constraint: key.name.clone(),
                    columns,
                    junction: None,
                    is_computed: false,
                    is_self: from.name == to.name,
                };
                let forth = way(to, there, pairs.clone().collect());
                let back = way(from, back, pairs.map(|(ours, theirs)| (theirs, ours)).collect());
                ways.entry(from.name.clone()).or_default().push(forth);
                ways.entry(to.name.clone()).or_default().push(back);
            }
        }
    }
    add_junctions(&mut ways, primary_keys);
    for ways in ways.values_mut() {
        ways.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    ways
}

fn order(way: &Relationship) -> (&str, Cardinality, &str, Option<&str>) {
    let junction = way.junction.as_ref().map(|junction| junction.name.as_str());
    (&way.target, way.cardinality, &way.constraint, junction)
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
                };
                found.push((near.target.clone(), way));
            }
        }
    }
    for (from, way) in found {
        ways.entry(from).or_default().push(way);
    }
}
