//! Keys of tables, as the relations that show them have them.

use std::collections::{BTreeSet, HashMap};

use super::super::relationship::{self, Face};
use super::Loader;

/// What shows columns of a table, by the table: itself, and views.
type Faces = HashMap<i64, Vec<Face>>;

impl Loader<'_> {
    /// Primary keys of relations and views, and the ways between them.
    pub(super) fn connect(&mut self) {
        let faces = self.faces();
        let mut primary = self.primary_keys(&faces);
        for key in &mut self.foreign {
            let columns: BTreeSet<i32> = key.columns.iter().copied().collect();
            let unique = self.unique.get(&key.relation);
            key.is_unique = unique.is_some_and(|keys| keys.contains(&columns));
        }
        let mut ways = relationship::from_keys(&self.foreign, &faces, &primary);
        for relation in self.relations.values_mut() {
            relation.relationships = ways.remove(&relation.name).unwrap_or_default();
            relation.primary_key = primary.remove(&relation.name).unwrap_or_default();
        }
    }

    fn faces(&self) -> Faces {
        let mut faces = Faces::new();
        for (oid, relation) in &self.relations {
            let mut shown: HashMap<i64, HashMap<i32, Vec<String>>> = HashMap::new();
            let Some(own) = self.names.get(oid) else { continue };
            match self.origins.get(oid) {
                Some(origins) => {
                    for origin in origins {
                        if let Some(name) = own.get(&origin.number) {
                            let columns = shown.entry(origin.relation).or_default();
                            columns.entry(origin.source).or_default().push(name.clone());
                        }
                    }
                }
                None => {
                    let names = own.iter().map(|(number, name)| (*number, vec![name.clone()]));
                    shown.insert(*oid, names.collect());
                }
            }
            let is_view = self.origins.contains_key(oid);
            for (table, columns) in shown {
                let face = Face { name: relation.name.clone(), is_view, columns };
                faces.entry(table).or_default().push(face);
            }
        }
        faces
    }

    /// Names of the columns of primary keys, by the name of each relation that shows all of them.
    fn primary_keys(&self, faces: &Faces) -> HashMap<String, Vec<String>> {
        let mut primary: HashMap<String, Vec<String>> = HashMap::new();
        for (table, columns) in &self.primary {
            for face in faces.get(table).into_iter().flatten() {
                if let Some(names) = face.names(columns).into_iter().next() {
                    primary.entry(face.name.clone()).or_insert(names);
                }
            }
        }
        primary
    }
}
