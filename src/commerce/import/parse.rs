//! The pass over the whole file: what it is, where its rows are, and which handle each belongs to.

use std::collections::HashMap;
use std::io::Cursor;

use csv::{Position, Reader, ReaderBuilder, StringRecord};

use super::draft::{self, Draft};
use super::fault::{Fault, RowError};
use super::header::{Header, Row};
use super::html::Cleaner;
use super::scan::{self, Start};
use super::{FileError, Limits, Report};
use crate::base::currency::Currency;
use crate::commerce::handle::handle;
use crate::commerce::sheet::Column;

/// A file whose products can be made one by one.
#[derive(Debug)]
pub struct Parsed<'b> {
    text: &'b str,
    header: Header,
    ignored: Vec<String>,
    groups: Vec<Group>,
    errors: Vec<RowError>,
    cleaner: Cleaner,
    currency: Currency,
    limits: Limits,
}

/// The rows of one handle.
#[derive(Debug)]
struct Group {
    slug: String,
    rows: Vec<Start>,
}

/// Looks over a file and says which products it has; prices are in `currency`.
///
/// # Errors
/// When the file is refused as a whole. Faults of a product are found when it is made.
pub fn parse(bytes: &[u8], currency: Currency, limits: Limits) -> Result<Parsed<'_>, FileError> {
    let text = decode(bytes, limits)?;
    let starts = scan::rows(text, limits)?;
    let Some((first, below)) = starts.split_first() else {
        return Err(FileError::Empty);
    };
    let mut rows = Rows::new(text);
    rows.read(*first);
    let (header, ignored) = Header::read(&rows.record, limits)?;
    let mut parsed = Parsed {
        text,
        header,
        ignored,
        groups: Vec::new(),
        errors: Vec::new(),
        cleaner: Cleaner::new(),
        currency,
        limits,
    };
    parsed.group(&mut rows, below);
    if parsed.groups.is_empty() && parsed.errors.is_empty() {
        return Err(FileError::NoRows);
    }
    Ok(parsed)
}

/// The body as text, without the mark that some programs begin a file with.
fn decode(bytes: &[u8], limits: Limits) -> Result<&str, FileError> {
    if bytes.len() > limits.body_bytes {
        return Err(FileError::TooLarge { bytes_max: limits.body_bytes });
    }
    let line = |end: usize| {
        let lines = bytes[..end].iter().filter(|&&byte| byte == b'\n').count();
        u32::try_from(lines + 1).unwrap_or(u32::MAX)
    };
    let text = std::str::from_utf8(bytes)
        .map_err(|error| FileError::Encoding { row: line(error.valid_up_to()) })?;
    match text.find('\0') {
        Some(at) => Err(FileError::Encoding { row: line(at) }),
        None => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
    }
}

impl Parsed<'_> {
    /// How many products the file has, faulty ones included.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether the file has no product: every row is without a handle.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The products in the order of their first rows, each whole or with its faults.
    pub fn drafts(&self) -> impl Iterator<Item = Result<Draft, Vec<RowError>>> + Send {
        let mut rows = Rows::new(self.text);
        self.groups.iter().map(move |group| self.draft(&mut rows, group))
    }

    /// Whether the file has this column; a field whose column it has not is left as it is.
    pub(super) fn has(&self, column: Column) -> bool {
        self.header.has(column)
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// The report before anything is written.
    pub(super) fn report(&self) -> Report {
        let mut report = Report { ignored: self.ignored.clone(), ..Report::default() };
        report.refuse(self.errors.clone(), self.limits.errors);
        report
    }

    /// Notes each row under its handle.
    fn group(&mut self, rows: &mut Rows<'_>, below: &[Start]) {
        let mut known: HashMap<String, usize> = HashMap::new();
        for &start in below {
            rows.read(start);
            let row = Row { number: start.row, record: &rows.record, header: &self.header };
            match handle(row.cell(Column::Handle)) {
                Some(slug) => {
                    let at = *known.entry(slug).or_insert_with_key(|slug| {
                        self.groups.push(Group { slug: slug.clone(), rows: Vec::new() });
                        self.groups.len() - 1
                    });
                    self.groups[at].rows.push(start);
                }
                None if row.is_blank() => {}
                None => {
                    let fault = RowError::new(start.row, Column::Handle, &Fault::Missing);
                    self.errors.push(fault);
                }
            }
        }
    }

    fn draft(&self, rows: &mut Rows<'_>, group: &Group) -> Result<Draft, Vec<RowError>> {
        if let Some(start) = group.rows.get(self.limits.variants + self.limits.images) {
            let fault = Fault::TooManyVariants { count_max: self.limits.variants };
            return Err(vec![RowError::new(start.row, Column::Handle, &fault)]);
        }
        let records: Vec<(u32, StringRecord)> = group
            .rows
            .iter()
            .map(|&start| {
                rows.read(start);
                (start.row, rows.record.clone())
            })
            .collect();
        let rows: Vec<Row<'_>> = records
            .iter()
            .map(|(number, record)| Row { number: *number, record, header: &self.header })
            .collect();
        draft::make(
            group.slug.clone(),
            &rows,
            &draft::Rules { currency: self.currency, limits: self.limits, cleaner: &self.cleaner },
        )
    }
}

/// Reads any row of the text.
struct Rows<'b> {
    reader: Reader<Cursor<&'b str>>,
    record: StringRecord,
}

impl<'b> Rows<'b> {
    fn new(text: &'b str) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(2 * 1024)
            .from_reader(Cursor::new(text));
        Self { reader, record: StringRecord::new() }
    }

    /// Makes `record` the row that begins there. The text has been scanned, so nothing can fail; a row
    /// that could not be read would be an empty one.
    fn read(&mut self, start: Start) {
        let mut position = Position::new();
        position.set_byte(u64::from(start.byte));
        let found =
            self.reader.seek(position).and_then(|()| self.reader.read_record(&mut self.record));
        if found.is_err() {
            self.record.clear();
        }
    }
}
