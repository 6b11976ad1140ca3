//! Orders of a store: where one stands, and what can go back of it.

use crate::error::{Code, Error, Result, invalid};
use crate::time::Millis;

/// The most lines of an order (the payment provider's limit).
pub const LINES_MAX: usize = 100;
/// The most of one product in an order, where the product itself sets no limit.
pub const QUANTITY_MAX: i64 = 1_000_000;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$word_doc])* $word,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// The word on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// Where an order stands.
    State {
        /// It can be paid, and holds its stock.
        Pending = "pending";
        /// It is paid.
        Paid = "paid";
        /// It is paid, and what was bought is on its way.
        Fulfilled = "fulfilled";
        /// Some of the money went back.
        PartiallyRefunded = "partially_refunded";
        /// All of the money went back.
        Refunded = "refunded";
        /// It was not paid in time, or given up.
        Expired = "expired";
        /// The buyer's bank wants the money back, or has it.
        Disputed = "disputed";
    }
}

words! {
    /// Where a dispute stands.
    Dispute {
        /// The bank has not decided.
        Open = "open";
        /// The money stays.
        Won = "won";
        /// The money is gone.
        Lost = "lost";
    }
}

words! {
    /// What became of stock that was taken for an order.
    Hold {
        /// It waits for the payment.
        Held = "held";
        /// It is sold.
        Consumed = "consumed";
        /// It is available again.
        Released = "released";
    }
}

words! {
    /// What became of money that should go back.
    RefundStatus {
        /// It is set aside, and the payment provider is or will be asked.
        Asked = "asked";
        /// It goes back.
        Made = "made";
        /// It stays.
        Failed = "failed";
    }
}

/// What the state of an order follows from. Amounts are minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// When it was paid.
    pub paid_at: Option<Millis>,
    /// When it was sent.
    pub fulfilled_at: Option<Millis>,
    /// When it was given up unpaid.
    pub closed_at: Option<Millis>,
    /// What was paid.
    pub amount_paid: i64,
    /// What went back of that.
    pub amount_refunded: i64,
    /// Where a dispute stands, if there was one.
    pub dispute: Option<Dispute>,
}

/// Where an order stands. A payment counts even if it came after the order was given up.
pub fn state(facts: &Facts) -> State {
    match facts.dispute {
        _ if facts.paid_at.is_none() && facts.closed_at.is_some() => State::Expired,
        _ if facts.paid_at.is_none() => State::Pending,
        Some(Dispute::Open | Dispute::Lost) => State::Disputed,
        _ if facts.amount_refunded > 0 && facts.amount_refunded >= facts.amount_paid => {
            State::Refunded
        }
        _ if facts.amount_refunded > 0 => State::PartiallyRefunded,
        _ if facts.fulfilled_at.is_some() => State::Fulfilled,
        _ => State::Paid,
    }
}

/// A line of an order, as far as money and stock go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its number in the order, from 1.
    pub line: i64,
    /// How many were bought.
    pub quantity: i64,
    /// How many of them went back or are about to.
    pub returned: i64,
    /// What all of them cost together, in minor units.
    pub amount: i64,
}

/// What is asked to go back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Everything that is left.
    All,
    /// So many minor units, of no line in particular.
    Amount(i64),
    /// So many of these lines.
    Lines(Vec<(i64, i64)>),
}

/// What goes back: minor units, and how many of which lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Minor units.
    pub amount: i64,
    /// Number of the line and how many of it.
    pub lines: Vec<(i64, i64)>,
}

/// Turns a wish into what goes back, of an order of which `left` minor units may still go back. 422 if it
/// is more than that, or nothing.
pub fn plan(left: i64, shares: &[Share], wish: &Wish) -> Result<Plan> {
    let plan = match wish {
        Wish::All => everything(left, shares),
        Wish::Amount(amount) if *amount == left => everything(left, shares),
        Wish::Amount(amount) => Plan {
            amount: *amount,
            lines: Vec::new(),
        },
        Wish::Lines(lines) => of_lines(shares, lines)?,
    };
    if plan.amount > left {
        return Err(too_much(plan.amount, left));
    }
    if plan.amount <= 0 {
        return Err(nothing(left));
    }
    Ok(plan)
}

/// What `quantity` more of a line are worth. Parts of a line always add up to what the line cost.
pub fn worth(share: &Share, quantity: i64) -> i64 {
    let up_to = |count: i64| {
        let part = i128::from(share.amount) * i128::from(count);
        i64::try_from(part / i128::from(share.quantity.max(1))).unwrap_or(share.amount)
    };
    up_to(share.returned.saturating_add(quantity)) - up_to(share.returned)
}

fn everything(left: i64, shares: &[Share]) -> Plan {
    let open = shares
        .iter()
        .map(|share| (share.line, share.quantity - share.returned));
    Plan {
        amount: left,
        lines: open.filter(|(_, quantity)| *quantity > 0).collect(),
    }
}

fn of_lines(shares: &[Share], lines: &[(i64, i64)]) -> Result<Plan> {
    let mut plan = Plan {
        amount: 0,
        lines: Vec::with_capacity(lines.len()),
    };
    for (line, quantity) in lines {
        let share = shares
            .iter()
            .find(|share| share.line == *line)
            .ok_or_else(|| no_line(*line))?;
        if plan.lines.iter().any(|(known, _)| known == line) {
            return Err(twice(*line));
        }
        if *quantity < 1 || *quantity > share.quantity - share.returned {
            return Err(too_many(share));
        }
        plan.amount = plan.amount.saturating_add(worth(share, *quantity));
        plan.lines.push((*line, *quantity));
    }
    Ok(plan)
}

fn too_much(amount: i64, left: i64) -> Error {
    Code::InvalidValue
        .error(format!(
            "{amount} is more than the {left} minor units that can still go back"
        ))
        .field(
            "amount",
            format!("is more than the {left} that are left"),
            format!("Send at most {left}"),
        )
        .with("left", left)
}

fn nothing(left: i64) -> Error {
    let detail = if left == 0 {
        "Nothing of this order is left to go back"
    } else {
        "Nothing would go back"
    };
    let fix = "Send an amount above 0, or lines that cost something";
    Code::InvalidValue
        .error(detail)
        .field("amount", "is nothing", fix)
        .with("left", left)
}

fn no_line(line: i64) -> Error {
    invalid(
        "lines",
        format!("names line {line}, which the order does not have"),
        "Send the line numbers of GET /api/orders/{id}",
    )
}

fn twice(line: i64) -> Error {
    invalid(
        "lines",
        format!("names line {line} twice"),
        "Send each line once",
    )
}

fn too_many(share: &Share) -> Error {
    let open = share.quantity - share.returned;
    invalid(
        "lines",
        format!(
            "asks for another quantity of line {} than 1 to {open}",
            share.line
        ),
        format!("At most {open} of this line can still go back"),
    )
}

#[cfg(test)]
mod tests;
