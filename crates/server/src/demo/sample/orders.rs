//! Orders of the demo store: what is bought on which day, and what becomes of it.

use dream_domain::error::Result;
use serde_json::{Value, json};

use super::api::{Api, text};
use super::pay;
use crate::app::App;
use crate::payments::sandbox::Payer;

/// Days from the payment until a parcel is sent.
const SENT_AFTER: i64 = 2;
const CARD: &str = "4242424242424242";

/// One order.
struct Wanted {
    /// Counts from the first day of the sample.
    on: i64,
    buyer: (&'static str, &'static str),
    lines: &'static [(&'static str, i64)],
    fate: Fate,
}

/// What becomes of an order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is paid, and sent two days later.
    Sent,
    /// It is sent, and all of it comes back on this day.
    Returned(i64),
    /// It is sent, and so much is given back on this day, in minor units.
    Reduced(i64, i64),
    /// It is never paid.
    Left,
}

const fn wanted(
    on: i64,
    buyer: (&'static str, &'static str),
    lines: &'static [(&'static str, i64)],
    fate: Fate,
) -> Wanted {
    Wanted {
        on,
        buyer,
        lines,
        fate,
    }
}

const WANTED: &[Wanted] = &[
    wanted(1, ("Olivia", "Hart"), &[("mug", 1)], Fate::Sent),
    wanted(3, ("Ben", "Sato"), &[("poster", 2)], Fate::Sent),
    wanted(
        6,
        ("Carla", "Rossi"),
        &[("t-shirt", 1), ("mug", 1)],
        Fate::Sent,
    ),
    wanted(8, ("Henrik", "Dahl"), &[("poster", 1)], Fate::Sent),
    wanted(9, ("Amara", "Okoye"), &[("t-shirt", 2)], Fate::Returned(15)),
    wanted(12, ("Julien", "Moreau"), &[("mug", 2)], Fate::Sent),
    wanted(
        14,
        ("Sara", "Lund"),
        &[("mug", 1), ("poster", 1)],
        Fate::Sent,
    ),
    wanted(15, ("Peter", "Kowalski"), &[("t-shirt", 1)], Fate::Sent),
    wanted(
        18,
        ("Ines", "Alves"),
        &[("mug", 4)],
        Fate::Reduced(22, 1800),
    ),
    wanted(20, ("George", "Miller"), &[("poster", 3)], Fate::Sent),
    wanted(
        22,
        ("Tara", "Singh"),
        &[("t-shirt", 1), ("poster", 1)],
        Fate::Sent,
    ),
    wanted(22, ("Oskar", "Nilsen"), &[("mug", 2)], Fate::Left),
    wanted(
        25,
        ("Alice", "Brown"),
        &[("mug", 2), ("t-shirt", 1)],
        Fate::Sent,
    ),
    wanted(26, ("Marco", "Conti"), &[("poster", 2)], Fate::Sent),
    wanted(
        28,
        ("Elena", "Popova"),
        &[("t-shirt", 2), ("mug", 1)],
        Fate::Sent,
    ),
    wanted(30, ("Kwame", "Mensah"), &[("mug", 3)], Fate::Sent),
    wanted(
        31,
        ("Rosa", "Jimenez"),
        &[("poster", 1), ("mug", 1)],
        Fate::Sent,
    ),
    wanted(
        33,
        ("William", "Shaw"),
        &[("t-shirt", 1), ("poster", 2)],
        Fate::Sent,
    ),
    wanted(34, ("Hana", "Suzuki"), &[("mug", 2)], Fate::Sent),
];

/// What the shelves held before, and hold again afterwards.
const STOCK: &[(&str, i64)] = &[("mug", 50), ("t-shirt", 25), ("poster", 100)];

/// The orders that there are so far.
pub(super) struct Orders<'a> {
    app: &'a App,
    api: Api,
    made: Vec<(&'static Wanted, String)>,
}

impl<'a> Orders<'a> {
    pub(super) fn new(app: &'a App, api: Api) -> Self {
        Self {
            app,
            api,
            made: Vec::new(),
        }
    }

    /// One day: parcels are sent, money is given back, people buy.
    pub(super) async fn live(&mut self, day: i64) -> Result<()> {
        for (order, id) in &self.made {
            self.handle(order, id, day).await?;
        }
        for order in WANTED.iter().filter(|order| order.on == day) {
            let id = self.buy(order).await?;
            self.made.push((order, id));
        }
        Ok(())
    }

    /// Puts the stock back to what the demo begins with.
    pub(super) async fn restock(&self) -> Result<()> {
        for (tier, inventory) in STOCK {
            let body = json!({"tierName": tier, "updates": {"inventory": inventory}});
            self.api.put("/tiers", &body).await?;
        }
        Ok(())
    }

    async fn buy(&self, order: &Wanted) -> Result<String> {
        let (first, last) = order.buyer;
        let email = format!("{first}.{last}@example.com").to_lowercase();
        let items = order.lines.iter();
        let items = items.map(|(tier, quantity)| json!({"tier": tier, "quantity": quantity}));
        let body = json!({"items": items.collect::<Vec<_>>(), "email": email});
        let page = self.api.post("/api/cart/checkout", None, &body).await?;
        if order.fate != Fate::Left {
            let session = text(&page, "/sessionId")?;
            let payer = Payer {
                card: CARD,
                email: &email,
                name: &format!("{first} {last}"),
            };
            pay(self.app, &self.api, None, &session, &payer).await?;
        }
        text(&page, "/orderId")
    }

    /// What the seller does about an order on a day.
    async fn handle(&self, order: &Wanted, id: &str, day: i64) -> Result<()> {
        if order.fate != Fate::Left && day == order.on + SENT_AFTER {
            let url = format!("https://parcels.example.com/{}", order.on + 4200);
            let body = json!({ "trackingUrl": url });
            self.seller(id, "fulfil", &body).await?;
        }
        match order.fate {
            Fate::Returned(on) if on == day => {
                let body = json!({"reason": "requested_by_customer"});
                self.seller(id, "refund", &body).await
            }
            Fate::Reduced(on, amount) if on == day => {
                let body = json!({"amount": amount, "reason": "requested_by_customer"});
                self.seller(id, "refund", &body).await
            }
            _ => Ok(()),
        }
    }

    async fn seller(&self, id: &str, what: &str, body: &Value) -> Result<()> {
        let path = format!("/api/orders/{id}/{what}");
        self.api.post(&path, None, body).await.map(|_| ())
    }
}
