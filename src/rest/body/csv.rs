//! Tables of values, written out as the JSON text of their rows.

use std::collections::HashMap;

use csv::StringRecord;

use super::Payload;
use crate::rest::error::Error;

/// Most bytes of the rows as JSON, where each value has the name of its column beside it.
const JSON_BYTES_MAX: usize = 64 << 20;

/// Most columns: as many as a table of Postgres can have.
const COLUMNS_MAX: usize = 1_600;

/// A column of the rows.
struct Column {
    /// Its name as a key, with what follows a key.
    key: Vec<u8>,
    /// Which field of a line has its value.
    field: usize,
}

/// A table of values: the first line names the columns, `NULL` is null.
pub(super) fn read(body: &[u8]) -> Result<Payload, Error> {
    read_within(body, JSON_BYTES_MAX)
}

fn read_within(body: &[u8], bytes_max: usize) -> Result<Payload, Error> {
    if is_wide(body) {
        return Err(refused(format!("A table has at most {COLUMNS_MAX} columns")));
    }
    let unreadable = |error: csv::Error| refused(error.to_string());
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body);
    let names = reader.headers().map_err(unreadable)?.clone();
    let columns = columns(&names)?;
    let mut json = vec![b'['];
    let mut line = StringRecord::new();
    while reader.read_record(&mut line).map_err(unreadable)? {
        if line.len() != names.len() {
            return Err(refused("All lines must have same number of fields".to_owned()));
        }
        if json.len() > 1 {
            json.push(b',');
        }
        write(&mut json, &columns, &line)?;
        if json.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
    }
    let mut keys: Vec<String> = match json.len() {
        1 => Vec::new(),
        _ => names.iter().map(str::to_owned).collect(),
    };
    keys.sort_unstable();
    keys.dedup();
    json.push(b']');
    let json = String::from_utf8(json).map_err(|_| Error::internal())?;
    Ok(Payload { json, is_array: true, is_table: true, keys })
}

/// Whether some line has more fields than there may be columns: a field takes many bytes as soon as
/// it is read, and may be one in the body.
fn is_wide(body: &[u8]) -> bool {
    enum At {
        Begin,
        Plain,
        Quoted,
        Closed,
    }
    let (mut at, mut fields) = (At::Begin, 1);
    for byte in body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body) {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) | (At::Begin | At::Closed, b'"') => At::Quoted,
            (_, b',') => {
                fields += 1;
                if fields > COLUMNS_MAX {
                    return true;
                }
                At::Begin
            }
            (_, b'\n' | b'\r') => {
                fields = 1;
                At::Begin
            }
            _ => At::Plain,
        };
    }
    false
}

/// The columns in their order. Of several with one name the last has the value.
fn columns(names: &StringRecord) -> Result<Vec<Column>, Error> {
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    let mut places = HashMap::new();
    for (field, name) in names.iter().enumerate() {
        let place = *places.entry(name).or_insert(columns.len());
        if let Some(column) = columns.get_mut(place) {
            column.field = field;
        } else {
            let mut key = Vec::with_capacity(name.len() + 3);
            text(&mut key, name)?;
            key.push(b':');
            columns.push(Column { key, field });
        }
    }
    Ok(columns)
}

/// Writes a line as an object.
fn write(json: &mut Vec<u8>, columns: &[Column], line: &StringRecord) -> Result<(), Error> {
    json.push(b'{');
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        json.extend_from_slice(&column.key);
        match line.get(column.field) {
            None | Some("NULL") => json.extend_from_slice(b"null"),
            Some(value) => text(json, value)?,
        }
    }
    json.push(b'}');
    Ok(())
}

fn text(json: &mut Vec<u8>, text: &str) -> Result<(), Error> {
    serde_json::to_writer(json, text).map_err(|_| Error::internal())
}

fn refused(message: String) -> Error {
    Error::new(400, "PGRST102", message)
}

fn too_large(bytes_max: usize) -> Error {
    let message =
        format!("The table is over {} MB when it is written out as JSON", bytes_max >> 20);
    Error::new(413, "PGRSTX01", message).hint("Send fewer rows at a time.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> String {
        read(body.as_bytes()).unwrap().json
    }

    fn status(answer: Result<Payload, Error>) -> u16 {
        answer.map_or_else(|error| error.into_response().status, |_| 200)
    }

    #[test]
    fn rows_are_objects_of_texts_and_nulls() {
        let body = "a,\"b \"\"c\"\"\"\n1,NULL\n\"x\"\"\n\",\"NULL\"\n";
        let expected = r#"[{"a":"1","b \"c\"":null},{"a":"x\"\n","b \"c\"":null}]"#;
        assert_eq!(json(body), expected);
        let payload = read(body.as_bytes()).unwrap();
        assert_eq!(payload.keys, ["a", "b \"c\""]);
        assert!(payload.is_array && payload.is_table);
    }

    #[test]
    fn of_columns_with_one_name_the_last_has_the_value() {
        assert_eq!(json("a,b,a\n1,2,3\n"), r#"[{"a":"3","b":"2"}]"#);
    }

    #[test]
    fn a_table_without_lines_has_no_rows_and_no_columns() {
        for body in ["", "a,b", "a,b\n"] {
            let payload = read(body.as_bytes()).unwrap();
            assert_eq!((payload.json.as_str(), payload.keys.len()), ("[]", 0), "{body:?}");
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(status(read(b"a,b\n1\n")), 400);
        assert_eq!(status(read(b"a,b\n1,2,3\n")), 400);
        assert_eq!(status(read(b"a\n\xff\n")), 400);
        assert_eq!(status(read(b"\xff\n1\n")), 400);
        assert_eq!(status(read(&[b','; COLUMNS_MAX - 1])), 200);
        assert_eq!(status(read(&[b','; COLUMNS_MAX])), 400);
    }

    #[test]
    fn commas_are_counted_as_the_reader_of_tables_counts_them() {
        let commas = ",".repeat(COLUMNS_MAX);
        for (body, expected) in [
            (format!("a\n\"{commas}\"\n"), false),
            (format!("a\n\"b\"\"{commas}\"\n"), false),
            (format!("\u{feff}\"{commas}\"\n"), false),
            (format!("a\r\n{}\r\n{}\r\n", ",".repeat(900), ",".repeat(900)), false),
            (format!("a\nb\"{commas}\"\n"), true),
            (format!("a\n\"b\"c\"{commas}\"\n"), true),
            (format!("a\n\"\"{commas}\n"), true),
        ] {
            assert_eq!(is_wide(body.as_bytes()), expected, "{body}");
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(body.as_bytes());
            let widest = reader.headers().unwrap().len();
            let widest = reader.records().fold(widest, |w, line| w.max(line.unwrap().len()));
            assert_eq!(widest > COLUMNS_MAX, expected, "{body}");
        }
    }

    #[test]
    fn a_long_name_is_not_written_out_for_ever() {
        // Its first row as JSON has 1,000 bytes of the name and nine others.
        let body = format!("{}\n{}", "n".repeat(1_000), "1\n".repeat(20));
        assert_eq!(status(read_within(body.as_bytes(), 1 + 20 * 1_009)), 200);
        assert_eq!(status(read_within(body.as_bytes(), 20 * 1_009 - 1)), 413);
        assert_eq!(status(read(body.as_bytes())), 200);
    }
}
