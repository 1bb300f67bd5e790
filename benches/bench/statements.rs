//! The template as single statements, for the baselines.

use souk::template;

/// The template's text for one schema, as one batch.
pub(crate) fn batch(schema: &str) -> String {
    let mut text = format!("begin; create schema {schema}; set local search_path = {schema};\n");
    for migration in template::migrations() {
        text.push_str(migration.sql().unwrap_or_default());
        text.push_str("\n;\n");
    }
    text.push_str("commit;");
    text.replace("{{schema}}", schema)
}

/// The template's statements for one schema: cut at each `;` that ends a line, outside of `$$` and
/// of `begin atomic … end`.
pub(crate) fn statements(schema: &str) -> Vec<String> {
    let mut statements = Vec::new();
    for migration in template::migrations() {
        let text = migration.sql().unwrap_or_default().replace("{{schema}}", schema);
        cut(&text, &mut statements);
    }
    statements
}

fn cut(text: &str, statements: &mut Vec<String>) {
    let mut current = String::new();
    let (mut in_dollars, mut in_atomic) = (false, false);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("--")) {
        in_dollars ^= line.matches("$$").count() % 2 == 1;
        in_atomic |= line.trim_start().starts_with("begin atomic");
        current.push_str(line);
        current.push('\n');
        let ends = line.trim_end().ends_with(';');
        if in_atomic && line == "end;" {
            in_atomic = false;
        } else if in_atomic || in_dollars || !ends {
            continue;
        }
        if !current.trim().is_empty() {
            statements.push(std::mem::take(&mut current));
        }
    }
    if !current.trim().is_empty() {
        statements.push(current);
    }
}
