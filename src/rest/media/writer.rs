//! Who writes a body as a media type: the plane, an aggregate of the schema, or nobody, where a
//! function's value is the body.

use super::{BYTES, Chosen, Media, Plan, choose_or_plan, is_for_rows};
use crate::rest::error::Error;
use crate::rest::plan::Read;
use crate::rest::shape::{Function, Handler, Returns, Shape};

/// Who writes a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rest) enum Writer<'s> {
    /// The plane.
    Plane,
    /// An aggregate over the rows.
    Aggregate(&'s Handler),
    /// Nobody: it is a function's value as it stands.
    Value,
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub(in crate::rest) struct Written<'s> {
    /// What the rows are written as.
    pub(in crate::rest) media: Media,
    /// By whom.
    pub(in crate::rest) writer: Writer<'s>,
    /// The plan that is answered in place of them.
    pub(in crate::rest) plan: Option<Plan>,
}

/// Who can write what a request answers.
#[derive(Clone, Copy, Debug)]
pub(in crate::rest) struct Writers<'s> {
    shape: &'s Shape,
    relation: &'s str,
    /// Whether all columns are asked for, and nothing else: aggregates of a relation take its rows.
    is_whole: bool,
    /// The media type that a function answers.
    own: Option<&'s str>,
}

impl<'s> Writers<'s> {
    /// Of the rows of a plan.
    pub(in crate::rest) fn of(shape: &'s Shape, plan: &Read<'s>) -> Self {
        let is_all = matches!(&plan.columns[..], [column] if column.name.is_none());
        let (relation, is_whole) = (plan.relation.name.as_str(), is_all && plan.embeds.is_empty());
        Self { shape, relation, is_whole, own: None }
    }

    /// Of what a function answers, whose rows are those of the plan.
    pub(in crate::rest) fn of_call(self, function: &'s Function) -> Self {
        let own = match &function.returns {
            Returns::Scalar(name) if name.contains('/') && !function.returns_set => Some(name),
            _ => None,
        };
        Self { own: own.map(String::as_str), ..self }
    }

    /// The first of the accepted types that somebody writes; plans only where they are told.
    ///
    /// # Errors
    /// PGRST107 where there is none.
    pub(in crate::rest) fn choose(
        &self,
        accepted: &[Media],
        has_plans: bool,
    ) -> Result<Written<'s>, Error> {
        let Chosen { media, plan } =
            choose_or_plan(accepted, has_plans, |media| self.find(media).is_some())?;
        let (writer, takes_any) = self.find(&media).ok_or_else(Error::internal)?;
        let media = if takes_any { Media::Other(BYTES.to_owned()) } else { media };
        Ok(Written { media, writer, plan })
    }

    /// Who writes a type, and whether it would have written any. What is of this relation or this
    /// function comes before what is for all, and that before the plane; but PostgREST's own types
    /// are always the plane's.
    fn find(&self, media: &Media) -> Option<(Writer<'s>, bool)> {
        if matches!(media, Media::Object { .. } | Media::ArrayStripped | Media::Plan(_)) {
            return Some((Writer::Plane, false));
        }
        let own = |wanted: &Media| {
            let value = self.own.filter(|own| Media::parse(own) == *wanted);
            let rows = || self.aggregate(wanted, Some(self.relation)).filter(|_| self.is_whole);
            value.map(|_| Writer::Value).or_else(rows)
        };
        if let Some(writer) = own(&Media::Any) {
            return Some((writer, true));
        }
        if let Some(writer) = own(media) {
            return Some((writer, false));
        }
        if let Some(writer) = self.aggregate(media, None) {
            return Some((writer, *media == Media::Any));
        }
        is_for_rows(media).then_some((Writer::Plane, false))
    }

    fn aggregate(&self, media: &Media, relation: Option<&str>) -> Option<Writer<'s>> {
        let mut handlers = self.shape.handlers(relation);
        handlers.find(|handler| Media::parse(&handler.media) == *media).map(Writer::Aggregate)
    }
}
