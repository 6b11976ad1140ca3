//! Customers of the demo saas project: who they are, and what each does on which day.

use std::collections::HashMap;

use dream_domain::error::Result;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::api::{Api, text};
use super::days::{DAYS, weekday};
use super::{failed, pay};
use crate::app::App;
use crate::dev::follow;
use crate::payments::sandbox::{self, Payer};

/// A card that goes through, and one that does so the first time only.
const GOOD_CARD: &str = "4242424242424242";
const FAILING_CARD: &str = "4000000000000341";

/// Calls of the sample that are under way at the same time.
const AT_ONCE: usize = 8;

/// How much of the usual is used on a day of the week, in percent, from Monday.
const WEEK: [i64; 7] = [105, 120, 110, 125, 100, 45, 40];
/// Use grows by so many percent a day.
const GROWTH: i64 = 2;
/// Days between two calls of those who have not bought.
const NOW_AND_THEN: i64 = 9;

/// One customer.
struct Person {
    name: (&'static str, &'static str),
    joined: i64,
    story: Story,
}

/// What a customer does after signing up. Days count from the first one of the sample.
enum Story {
    /// Buys nothing, and has used so much of the free plan in the end.
    Tries { used: i64 },
    /// Buys a plan and uses so much a day.
    Buys {
        on: i64,
        plan: &'static str,
        daily: i64,
        then: Then,
    },
}

/// What a customer who has bought does later.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Stays,
    /// Cancels; the plan runs to the end of the month that is paid.
    Cancels(i64),
    /// Changes to the larger plan.
    Upgrades(i64),
    /// Has a card that fails at the renewal.
    CannotPay,
}

const fn tries(first: &'static str, last: &'static str, joined: i64, used: i64) -> Person {
    Person {
        name: (first, last),
        joined,
        story: Story::Tries { used },
    }
}

const fn buys(
    name: (&'static str, &'static str),
    joined: i64,
    on: i64,
    plan: &'static str,
    daily: i64,
    then: Then,
) -> Person {
    Person {
        name,
        joined,
        story: Story::Buys {
            on,
            plan,
            daily,
            then,
        },
    }
}

/// Whoever buys on one of the first three days renews before today, whatever the month.
const PEOPLE: &[Person] = &[
    buys(("Maya", "Lindqvist"), 0, 0, "pro", 13, Then::Upgrades(20)),
    buys(("Jonas", "Weber"), 0, 1, "pro", 9, Then::Cancels(12)),
    buys(("Priya", "Raman"), 1, 2, "pro", 12, Then::CannotPay),
    buys(("Lucas", "Ferreira"), 2, 3, "max", 64, Then::Stays),
    buys(("Aiko", "Tanaka"), 3, 3, "pro", 11, Then::Stays),
    tries("Emma", "Novak", 4, 5),
    buys(("Daniel", "Osei"), 5, 6, "pro", 13, Then::Stays),
    buys(("Sofia", "Marchetti"), 6, 8, "pro", 7, Then::Cancels(25)),
    buys(("Noah", "Berg"), 8, 9, "max", 82, Then::Stays),
    tries("Chloe", "Martin", 9, 2),
    buys(("Omar", "Haddad"), 10, 12, "pro", 10, Then::Stays),
    tries("Grace", "Kim", 12, 4),
    buys(("Mateusz", "Zielinski"), 13, 14, "pro", 12, Then::Stays),
    buys(("Isla", "Fraser"), 15, 15, "pro", 15, Then::Stays),
    tries("Ravi", "Patel", 16, 1),
    buys(("Hannah", "Schmidt"), 17, 18, "pro", 8, Then::Stays),
    buys(("Leo", "Dubois"), 19, 20, "max", 118, Then::Stays),
    tries("Nina", "Petrova", 20, 5),
    buys(("Samuel", "Adeyemi"), 21, 22, "pro", 13, Then::Stays),
    tries("Freya", "Hansen", 23, 3),
    buys(("Diego", "Morales"), 24, 25, "pro", 17, Then::Stays),
    buys(("Amelia", "Clarke"), 26, 26, "pro", 10, Then::Stays),
    tries("Yusuf", "Demir", 28, 2),
    buys(("Lena", "Vogel"), 29, 30, "pro", 6, Then::Stays),
    tries("Thomas", "Riley", 31, 4),
    tries("Mei", "Chen", 33, 1),
];

/// The customers that there are so far.
pub(super) struct Crowd<'a> {
    app: &'a App,
    api: Api,
    /// Our ids, by the place in the table.
    ids: HashMap<usize, String>,
}

impl<'a> Crowd<'a> {
    pub(super) fn new(app: &'a App, api: Api) -> Self {
        Self {
            app,
            api,
            ids: HashMap::new(),
        }
    }

    /// One day: people sign up, buy, change their minds, and use what they have.
    pub(super) async fn live(&mut self, day: i64) -> Result<()> {
        for (place, person) in PEOPLE.iter().enumerate() {
            if person.joined == day {
                let id = self.sign_up(person).await?;
                self.ids.insert(place, id);
            }
            if let Some(id) = self.ids.get(&place) {
                self.decide(person, id, day).await?;
            }
        }
        self.use_up(day).await
    }

    async fn sign_up(&self, person: &Person) -> Result<String> {
        let (first, last) = person.name;
        let body = json!({"email": person.email(), "firstName": first, "lastName": last});
        let made = self.api.post("/api/customers", None, &body).await?;
        text(&made, "/customer/id")
    }

    /// What a customer does about the plan on a day.
    async fn decide(&self, person: &Person, id: &str, day: i64) -> Result<()> {
        let Story::Buys { on, plan, then, .. } = &person.story else {
            return Ok(());
        };
        if *on == day {
            self.buy(person, id, plan, *then).await?;
        }
        match then {
            Then::Cancels(on) if *on == day => self.cancel(person, id).await,
            Then::Upgrades(on) if *on == day => self.upgrade(person, id).await,
            _ => Ok(()),
        }
    }

    async fn buy(&self, person: &Person, id: &str, plan: &str, then: Then) -> Result<()> {
        let body = json!({ "tier": plan });
        let page = self
            .api
            .post("/api/create-checkout", Some(id), &body)
            .await?;
        let session = text(&page, "/sessionId")?;
        let payer = Payer {
            card: if then == Then::CannotPay {
                FAILING_CARD
            } else {
                GOOD_CARD
            },
            email: &person.email(),
            name: &person.full_name(),
        };
        pay(self.app, &self.api, Some(id), &session, &payer).await
    }

    async fn cancel(&self, person: &Person, id: &str) -> Result<()> {
        let page = self.portal(id).await?;
        let subscription = self.subscription(person).await?;
        let fields = [("action", "cancel"), ("subscription", &*subscription)];
        self.press(&page, &fields).await
    }

    async fn upgrade(&self, person: &Person, id: &str) -> Result<()> {
        let page = self.portal(id).await?;
        let subscription = self.subscription(person).await?;
        let tiers = self.api.get("/api/tiers", None).await?;
        let largest = tiers["tiers"].as_array().and_then(|tiers| tiers.last());
        let price = text(largest.unwrap_or(&Value::Null), "/priceId")?;
        let fields = [
            ("action", "change"),
            ("subscription", &*subscription),
            ("price", &*price),
        ];
        self.press(&page, &fields).await
    }

    /// What a button of the portal does is known here on the same day.
    async fn press(&self, page: &str, fields: &[(&str, &str)]) -> Result<()> {
        sandbox::press(self.app, page, fields).await?;
        follow(self.app).await
    }

    async fn portal(&self, id: &str) -> Result<String> {
        let nothing = json!({});
        let page = self.api.post("/api/customer-portal", Some(id), &nothing);
        text(&page.await?, "/url")
    }

    async fn subscription(&self, person: &Person) -> Result<String> {
        let path = format!("/api/dashboard?search={}", person.email());
        let found = self.api.get(&path, None).await?;
        text(&found, "/customers/0/subscriptionId")
    }

    /// What everybody uses on a day, at the same time.
    async fn use_up(&self, day: i64) -> Result<()> {
        let percent = WEEK.get(weekday(self.app.now())).copied().unwrap_or(100);
        let mut running = JoinSet::new();
        for (place, person) in PEOPLE.iter().enumerate() {
            let Some(id) = self.ids.get(&place).cloned() else {
                continue;
            };
            if running.len() >= AT_ONCE {
                ended(running.join_next().await)?;
            }
            let api = self.api.clone();
            match person.story {
                Story::Tries { used } if day == DAYS => {
                    running.spawn(async move { count_up_to(&api, &id, used).await });
                }
                _ => {
                    let amount = person.amount(day, percent);
                    if amount > 0 {
                        running.spawn(async move { api.count(&id, amount).await.map(|_| ()) });
                    }
                }
            }
        }
        while !running.is_empty() {
            ended(running.join_next().await)?;
        }
        Ok(())
    }
}

impl Person {
    fn email(&self) -> String {
        let (first, last) = self.name;
        format!("{first}.{last}@example.com").to_lowercase()
    }

    fn full_name(&self) -> String {
        format!("{} {}", self.name.0, self.name.1)
    }

    /// How much is used on a day on which people use so many percent of the usual.
    fn amount(&self, day: i64, percent: i64) -> i64 {
        match self.story {
            Story::Tries { .. } => i64::from((day - self.joined) % NOW_AND_THEN == 0),
            Story::Buys { on, .. } if day < on => 1,
            // Who has left does not call any more.
            Story::Buys {
                then: Then::Cancels(left),
                ..
            } if day > left + 2 => 0,
            Story::Buys { on, daily, .. } => daily * percent * (100 + GROWTH * (day - on)) / 10_000,
        }
    }
}

/// Calls one by one until so many are counted in the running period, or the plan gives no more.
async fn count_up_to(api: &Api, id: &str, wanted: i64) -> Result<()> {
    let usage = api.get("/api/usage", Some(id)).await?;
    let mut used = usage["count"].as_i64().unwrap_or(0);
    while used < wanted {
        match api.count(id, 1).await? {
            Some(now) => used = now,
            None => break,
        }
    }
    Ok(())
}

fn ended(done: Option<std::result::Result<Result<()>, tokio::task::JoinError>>) -> Result<()> {
    match done {
        Some(Ok(done)) => done,
        Some(Err(error)) => Err(failed("a call", error)),
        None => Ok(()),
    }
}
