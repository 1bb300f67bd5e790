//! Which column of which table a view's column is.
//!
//! Postgres keeps it in the view's rule: every entry of the outermost target list says its origin.

/// A view's column and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// Number of the view's column.
    pub(super) number: i32,
    /// Oid of the relation it comes from.
    pub(super) relation: i64,
    /// Number of the column there.
    pub(super) source: i32,
}

/// Origins of a view's columns, from the text of its rule.
pub(super) fn origins(action: &str) -> Vec<Origin> {
    // Depth 1 is the query, depth 2 the entries of its own target list; a query inside of it has
    // its entries further down.
    let (mut depth, mut begin, mut found) = (0, None, Vec::new());
    let mut bytes = action.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'{' => {
                depth += 1;
                if depth == 2 && action[at..].starts_with("{TARGETENTRY") {
                    begin = Some(at);
                }
            }
            b'}' => {
                if depth == 2
                    && let Some(begin) = begin.take()
                {
                    found.extend(origin(&action[begin..at]));
                }
                depth -= 1;
            }
            _ => {}
        }
    }
    found
}

fn origin(entry: &str) -> Option<Origin> {
    let field = |name: &str| -> Option<i64> {
        let (_, rest) = entry.rsplit_once(name)?;
        rest.split_whitespace().next()?.parse().ok()
    };
    let origin = Origin {
        number: i32::try_from(field(" :resno ")?).ok()?,
        relation: field(" :resorigtbl ")?,
        source: i32::try_from(field(" :resorigcol ")?).ok()?,
    };
    (origin.relation != 0 && origin.source > 0).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_outermost_entries_count() {
        let action = "({QUERY :cteList ({COMMONTABLEEXPR :ctequery {QUERY :targetList \
             ({TARGETENTRY :expr {VAR :x 1} :resno 9 :resorigtbl 7 :resorigcol 7}) }}) \
             :targetList ({TARGETENTRY :expr {VAR :varno 1} :resno 1 :resname i\\}d \
             :ressortgroupref 0 :resorigtbl 16393 :resorigcol 2 :resjunk false} {TARGETENTRY :expr \
             {CONST} :resno 2 :resname two :resorigtbl 0 :resorigcol 0 :resjunk false})})";
        assert_eq!(origins(action), [Origin { number: 1, relation: 16393, source: 2 }]);
    }
}
