//! Where a file's rows begin. The reader of crate `csv` takes any quotation marks somehow; here they are
//! held to the rule, and blank lines are counted as a spreadsheet counts them.

use super::{FileError, Limits};

/// A row with something in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// Offset of its first byte.
    pub(super) byte: u32,
    /// Its number in a spreadsheet, where the header is 1.
    pub(super) row: u32,
}

/// Where in a cell the scan is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Bare,
    Quoted,
    QuoteInQuoted,
}

/// The beginnings of all rows that have something in them, the header first.
///
/// # Errors
/// When quotation marks do not match, or a limit on rows or columns is passed.
pub(super) fn rows(text: &str, limits: Limits) -> Result<Vec<Start>, FileError> {
    let bytes = text.as_bytes();
    let mut starts: Vec<Start> = Vec::new();
    let (mut row, mut begun, mut cells, mut at) = (1_u32, 0_usize, 1_usize, At::CellStart);
    for (offset, &byte) in bytes.iter().enumerate() {
        let ends_row = byte == b'\n' || byte == b'\r';
        at = match (at, byte) {
            (At::Quoted, b'"') => At::QuoteInQuoted,
            (At::Quoted, _) => At::Quoted,
            (At::CellStart | At::QuoteInQuoted, b'"') => At::Quoted,
            (_, b',') => {
                cells += 1;
                At::CellStart
            }
            _ if ends_row => {
                if offset > begun {
                    note(&mut starts, begun, row, cells, limits)?;
                }
                let second_half = byte == b'\n' && offset > 0 && bytes[offset - 1] == b'\r';
                row += u32::from(!(second_half && offset == begun));
                (begun, cells) = (offset + 1, 1);
                At::CellStart
            }
            (At::QuoteInQuoted, _) => return Err(FileError::Quotes { row }),
            _ => At::Bare,
        };
    }
    if at == At::Quoted {
        return Err(FileError::Quotes { row });
    }
    if bytes.len() > begun {
        note(&mut starts, begun, row, cells, limits)?;
    }
    Ok(starts)
}

fn note(
    starts: &mut Vec<Start>,
    begun: usize,
    row: u32,
    cells: usize,
    limits: Limits,
) -> Result<(), FileError> {
    if cells > limits.columns {
        return Err(FileError::TooManyColumns { row, columns_max: limits.columns });
    }
    if starts.len() > limits.rows {
        return Err(FileError::TooManyRows { rows_max: limits.rows });
    }
    let byte =
        u32::try_from(begun).map_err(|_| FileError::TooLarge { bytes_max: limits.body_bytes })?;
    starts.push(Start { byte, row });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Result<Vec<(u32, u32)>, FileError> {
        let starts = rows(text, Limits { rows: 3, columns: 4, ..Limits::default() })?;
        Ok(starts.into_iter().map(|start| (start.byte, start.row)).collect())
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        assert_eq!(scan("a,b\nc,d"), Ok(vec![(0, 1), (4, 2)]));
        assert_eq!(scan("a\r\nb\r\n"), Ok(vec![(0, 1), (3, 2)]));
        assert_eq!(scan("a\rb"), Ok(vec![(0, 1), (2, 2)]));
        assert_eq!(scan("a\n\n\nb"), Ok(vec![(0, 1), (4, 4)]));
        assert_eq!(scan("a\r\n\r\nb"), Ok(vec![(0, 1), (5, 3)]));
        assert_eq!(scan("\"a\nb\",c\nd"), Ok(vec![(0, 1), (8, 2)]));
        assert_eq!(scan(""), Ok(vec![]));
    }

    #[test]
    fn marks_that_do_not_match_are_found_where_they_begin() {
        assert_eq!(scan("a\n\"b,c\nd"), Err(FileError::Quotes { row: 2 }));
        assert_eq!(scan("a\n\"b\"c,d\n"), Err(FileError::Quotes { row: 2 }));
        assert_eq!(scan("a\n5\" pipe,d\n").map(|rows| rows.len()), Ok(2));
        assert_eq!(scan("\"say \"\"hi\"\"\"\n").map(|rows| rows.len()), Ok(1));
    }

    #[test]
    fn limits_hold() {
        assert_eq!(scan("h\n1\n2\n3\n4"), Err(FileError::TooManyRows { rows_max: 3 }));
        assert_eq!(scan("h\n,,,,"), Err(FileError::TooManyColumns { row: 2, columns_max: 4 }));
    }
}
