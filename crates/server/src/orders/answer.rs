//! Orders as sellers see them.

use dream_domain::error::Result;
use dream_domain::order::RefundStatus;
use dream_store::orders::{Event, Line, Order, Refund};
use dream_store::projects::Tenant;
use dream_store::reservations::Reservation;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::sales::receipt;

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderBody {
    #[schema(example = "ord_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    /// `pending`, `paid`, `fulfilled`, `partially_refunded`, `refunded`, `expired` or `disputed`.
    #[schema(example = "paid")]
    status: &'static str,
    #[schema(example = "jane@example.com")]
    email: Option<String>,
    /// The user, if signed in.
    user_id: Option<String>,
    lines: Vec<LineBody>,
    /// Minor units: what it costs, then what was paid.
    #[schema(example = 3600)]
    amount_total: i64,
    /// What went back or is on its way.
    #[schema(example = 0)]
    amount_refunded: i64,
    /// Lower-case ISO code.
    #[schema(example = "usd")]
    currency: String,
    /// The payment provider's id of the payment.
    payment_id: Option<String>,
    session_id: Option<String>,
    /// Where the buyer sees it.
    receipt_url: String,
    /// `{name, address: {line1, line2, city, state, postalCode, country}}`.
    shipping: Option<Value>,
    tracking_url: Option<String>,
    note: Option<String>,
    /// `open`, `won` or `lost`.
    dispute: Option<&'static str>,
    /// Milliseconds since the epoch.
    #[schema(example = 1_763_712_000_000_i64)]
    created_at: i64,
    /// When it can be paid no more.
    expires_at: i64,
    paid_at: Option<i64>,
    fulfilled_at: Option<i64>,
    /// It is sample data of a demo project; absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<bool>,
    /// Only where one order is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    refunds: Option<Vec<RefundBody>>,
    /// Only where one order is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Vec<Happening>>,
}

/// A line of an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LineBody {
    /// Its number in the order, from 1.
    #[schema(example = 1)]
    line: i64,
    /// The internal name of the product.
    tier: String,
    #[schema(example = "Mug")]
    name: String,
    price_id: String,
    /// Minor units, of one.
    unit_amount: i64,
    quantity: i64,
    /// Minor units, of all of them.
    amount: i64,
    refunded_quantity: i64,
    restocked_quantity: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<String>,
}

/// Money that goes back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RefundBody {
    #[schema(example = "rfn_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    /// Minor units.
    amount: i64,
    /// `asked`, `made` or `failed`.
    status: &'static str,
    reason: Option<String>,
    /// `seller`, `out_of_stock` or `provider`.
    origin: String,
    restock: bool,
    last_error: Option<String>,
    created_at: i64,
}

/// Something that happened to an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Happening {
    at: i64,
    /// Such as `paid`.
    kind: String,
    /// The same in words.
    what: String,
}

/// One order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderAnswer {
    pub(super) order: OrderBody,
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderList {
    pub(super) orders: Vec<OrderBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    pub(super) next_cursor: Option<String>,
    pub(super) has_more: bool,
}

/// Stock that an unpaid order holds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReservationBody {
    #[schema(example = "res_019a2b3c4d5e7f60a1b2c3d4e5f60718")]
    id: String,
    order_id: String,
    /// The internal name of the product.
    tier: String,
    quantity: i64,
    created_at: i64,
    /// When it is given back unless it is paid.
    ends_at: i64,
}

/// A page of reservations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReservationList {
    pub(super) reservations: Vec<ReservationBody>,
    /// Send it as `cursor` for the next page; null on the last one.
    pub(super) next_cursor: Option<String>,
    pub(super) has_more: bool,
}

impl OrderBody {
    pub(super) fn of(app: &App, tenant: &Tenant, order: &Order, lines: &[Line]) -> Result<Self> {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_ref().map(ToString::to_string);
        let shipping = order.shipping.as_deref();
        let is_paid = order.paid_at.is_some();
        Ok(Self {
            id: order.id.to_string(),
            status: order.state().as_str(),
            email: text(&order.email),
            user_id: text(&order.user),
            lines: lines.iter().map(LineBody::of).collect(),
            amount_total: if is_paid {
                order.amount_paid
            } else {
                order.amount_total
            },
            amount_refunded: order.amount_refunded + order.amount_held,
            currency: order.currency.to_string(),
            payment_id: text(&order.payment_id),
            session_id: text(&order.session_id),
            receipt_url: receipt::link(app, order)?,
            shipping: shipping.and_then(|text| serde_json::from_str(text).ok()),
            tracking_url: text(&order.tracking_url),
            note: text(&order.note),
            dispute: order.dispute.map(dream_domain::order::Dispute::as_str),
            created_at: order.created_at.0,
            expires_at: order.expires_at.0,
            paid_at: order.paid_at.map(|at| at.0),
            fulfilled_at: order.fulfilled_at.map(|at| at.0),
            sample: tenant.is_sample(order.created_at).then_some(true),
            refunds: None,
            timeline: None,
        })
    }

    pub(super) fn with(self, order: &Order, events: &[Event], refunds: &[Refund]) -> Self {
        let happened = |event: &Event| Happening {
            at: event.at.0,
            kind: event.kind.to_string(),
            what: receipt::words(order, event),
        };
        Self {
            refunds: Some(refunds.iter().map(RefundBody::of).collect()),
            timeline: Some(events.iter().map(happened).collect()),
            ..self
        }
    }
}

impl LineBody {
    fn of(line: &Line) -> Self {
        Self {
            line: line.line,
            tier: line.tier.to_string(),
            name: line.name.to_string(),
            price_id: line.price_id.to_string(),
            unit_amount: line.unit_amount,
            quantity: line.quantity,
            amount: line.amount,
            refunded_quantity: line.refunded_quantity,
            restocked_quantity: line.restocked_quantity,
            image_url: line.image_url.as_ref().map(ToString::to_string),
        }
    }
}

impl RefundBody {
    fn of(refund: &Refund) -> Self {
        Self {
            id: refund.id.to_string(),
            amount: refund.amount,
            status: RefundStatus::as_str(refund.status),
            reason: refund.reason.as_ref().map(ToString::to_string),
            origin: refund.origin.to_string(),
            restock: refund.restock,
            last_error: refund.last_error.as_ref().map(ToString::to_string),
            created_at: refund.created_at.0,
        }
    }
}

impl ReservationBody {
    pub(super) fn of(row: &Reservation) -> Self {
        Self {
            id: row.id.to_string(),
            order_id: row.order.to_string(),
            tier: row.tier.to_string(),
            quantity: row.quantity,
            created_at: row.created_at.0,
            ends_at: row.ends_at.0,
        }
    }
}
