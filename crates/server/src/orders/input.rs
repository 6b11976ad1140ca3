//! What sellers send about orders.

use dream_domain::error::{Result, invalid};
use dream_domain::order::Wish;
use dream_domain::text;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::body::{Fields, wrong};
use crate::payments::api::refunds::Reason;
use crate::sales::refunds::reason;

/// How an order was sent.
#[derive(Debug, Default, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"trackingUrl": "https://parcels.example.com/1", "note": "By bicycle"}))]
pub(crate) struct FulfilInput {
    /// Where the buyer follows the parcel; https.
    pub(super) tracking_url: Option<String>,
    /// A few words to the buyer.
    pub(super) note: Option<String>,
}

/// What goes back; everything that is left without `amount` and `lines`.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"lines": [{"line": 1, "quantity": 1}], "restock": true, "reason": "requested_by_customer"}))]
pub(crate) struct RefundInput {
    /// Minor units.
    #[schema(value_type = Option<i64>, rename = "amount")]
    pub(super) wish: Wish,
    /// How many of which lines, instead of an amount.
    #[schema(value_type = Option<Vec<RefundLine>>)]
    #[expect(
        dead_code,
        reason = "it is read into the wish, and stands here for the document"
    )]
    lines: (),
    /// The products of the lines are available again.
    #[schema(value_type = Option<bool>)]
    pub(super) restock: bool,
    /// `requested_by_customer`, `duplicate` or `fraudulent`.
    #[schema(value_type = Option<String>)]
    pub(super) reason: Option<Reason>,
}

/// So many of a line.
#[derive(Debug, ToSchema)]
pub(crate) struct RefundLine {
    /// Its number in the order, from 1.
    pub(super) line: i64,
    pub(super) quantity: i64,
}

impl FulfilInput {
    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        let tracking_url = fields.text("trackingUrl")?.filter(|url| !url.is_empty());
        if let Some(url) = &tracking_url {
            text::line("trackingUrl", url, 2000)?;
            if !url.starts_with("https://") {
                let fix = "Send an https URL";
                return Err(invalid("trackingUrl", "is not a web address", fix));
            }
        }
        let note = fields.text("note")?.filter(|note| !note.is_empty());
        Ok(Self {
            tracking_url,
            note: note
                .map(|note| text::line("note", &note, 500))
                .transpose()?,
        })
    }
}

impl RefundInput {
    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        let wish = match (fields.int("amount")?, fields.list("lines")?) {
            (Some(_), Some(_)) => {
                let fix = "Send either amount or lines";
                return Err(invalid("amount", "was sent beside lines", fix));
            }
            (Some(amount), None) => Wish::Amount(amount),
            (None, Some(lines)) => Wish::Lines(
                lines
                    .into_iter()
                    .map(|value| RefundLine::read(value).map(|it| (it.line, it.quantity)))
                    .collect::<Result<_>>()?,
            ),
            (None, None) => Wish::All,
        };
        let word = fields.text("reason")?;
        let known = "must be requested_by_customer, duplicate or fraudulent";
        Ok(Self {
            wish,
            lines: (),
            restock: fields.flag("restock")?.unwrap_or(false),
            reason: word
                .map(|word| reason(&word).ok_or_else(|| wrong("reason", known)))
                .transpose()?,
        })
    }
}

impl RefundLine {
    fn read(value: Value) -> Result<Self> {
        let Value::Object(members) = value else {
            return Err(wrong("lines", "must be a list of objects"));
        };
        let mut fields = Fields::of(members);
        let number = |fields: &mut Fields, name: &str| {
            let found = fields.int(name)?;
            found.ok_or_else(|| wrong(name, "must be in every line"))
        };
        Ok(Self {
            line: number(&mut fields, "line")?,
            quantity: number(&mut fields, "quantity")?,
        })
    }
}
