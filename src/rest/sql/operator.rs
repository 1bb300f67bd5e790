//! Operators of filters, as SQL writes them.

use super::super::query::{IsValue, Plain, Quantified, Search};

impl Plain {
    /// Between a value and another.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Neq => " <> ",
            Self::Contains => " @> ",
            Self::Contained => " <@ ",
            Self::Overlaps => " && ",
            Self::StrictlyLeft => " << ",
            Self::StrictlyRight => " >> ",
            Self::NotRight => " &< ",
            Self::NotLeft => " &> ",
            Self::Adjacent => " -|- ",
        }
    }
}

impl Quantified {
    /// Between a value and another, or any or all of several.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Gte => " >= ",
            Self::Gt => " > ",
            Self::Lte => " <= ",
            Self::Lt => " < ",
            Self::Like => " like ",
            Self::ILike => " ilike ",
            Self::Match => " ~ ",
            Self::IMatch => " ~* ",
        }
    }

    /// Whether `*` stands for any text, so that it need not be encoded as `%` must.
    pub(super) fn reads_stars(self) -> bool {
        matches!(self, Self::Like | Self::ILike)
    }
}

impl IsValue {
    /// After a value.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Null => " is null",
            Self::NotNull => " is not null",
            Self::True => " is true",
            Self::False => " is false",
            Self::Unknown => " is unknown",
        }
    }
}

impl Search {
    /// The function that reads the words.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Query => "to_tsquery",
            Self::Plain => "plainto_tsquery",
            Self::Phrase => "phraseto_tsquery",
            Self::Web => "websearch_to_tsquery",
        }
    }
}
