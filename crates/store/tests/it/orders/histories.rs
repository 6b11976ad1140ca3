//! Whatever happens in whatever order, with the database closed and opened in between: what is available, held and sold
//! together is what was stocked.

use std::collections::BTreeMap;

use dream_domain::order::{RefundStatus, State};
use dream_store::orders::{self, Applied, Apply, Order};
use dream_store::projects::Tenant;
use dream_store::tiers;

use super::{asked, close, pay};
use crate::place::Store;
use crate::reservations::{fresh, named, reserve, shop};
use crate::tenant::act;

const PRODUCTS: [&str; 3] = ["cap", "mug", "pen"];

/// A generator that needs no entropy: the same seed is the same history.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn few(&mut self) -> i64 {
        i64::try_from(1 + self.below(3)).unwrap()
    }
}

struct History {
    store: Store,
    dice: Dice,
    tenant: Tenant,
    stocked: BTreeMap<&'static str, i64>,
    orders: Vec<String>,
}

impl History {
    async fn begin(seed: u64) -> Self {
        let store = Store::new().await;
        let stocked: BTreeMap<_, _> = PRODUCTS.into_iter().map(|name| (name, 6)).collect();
        let tenant = shop(&store.db, &PRODUCTS.map(|name| (name, Some(6)))).await;
        Self {
            store,
            dice: Dice(seed),
            tenant,
            stocked,
            orders: Vec::new(),
        }
    }

    async fn step(&mut self) {
        match self.dice.below(10) {
            0..=3 => self.order().await,
            4 | 5 => self.settle(true).await,
            6 => self.settle(false).await,
            7 => self.give_back().await,
            8 => self.stock().await,
            _ => self.store.reopen().await,
        }
        self.tenant = fresh(&self.store.db, &self.tenant.scope).await;
    }

    /// A cart of some products, which may ask for more than there is.
    async fn order(&mut self) {
        let first = self.dice.below(PRODUCTS.len());
        let mut wanted = vec![(PRODUCTS[first], self.dice.few())];
        if self.dice.below(2) == 0 {
            wanted.push((PRODUCTS[(first + 1) % 3], self.dice.few()));
        }
        let (id, _) = reserve(&self.store.db, &self.tenant, &wanted, None).await;
        self.orders.push(id.to_string());
    }

    async fn any(&mut self) -> Option<Order> {
        if self.orders.is_empty() {
            return None;
        }
        let index = self.dice.below(self.orders.len());
        let scope = &self.tenant.scope;
        orders::find(&self.store.db, scope, &self.orders[index])
            .await
            .unwrap()
    }

    /// Pays or gives up an order, twice: the second time must do nothing.
    async fn settle(&mut self, is_paid: bool) {
        let Some(order) = self.any().await else {
            return;
        };
        if order.state() != State::Pending {
            return;
        }
        let (db, scope) = (&self.store.db, &self.tenant.scope);
        for first in [true, false] {
            let done = if is_paid {
                pay(db, scope, order.clone()).await
            } else {
                close(db, scope, order.clone()).await
            };
            assert_eq!(done, first);
        }
    }

    /// One of the first line goes back to the shelf.
    async fn give_back(&mut self) {
        let Some(mut order) = self.any().await else {
            return;
        };
        let (db, scope) = (&self.store.db, &self.tenant.scope);
        let mut lines = orders::lines(db, scope, &order.id).await.unwrap();
        let line = &mut lines[0];
        if order.paid_at.is_none() || line.refunded_quantity == line.quantity {
            return;
        }
        line.refunded_quantity += 1;
        line.restocked_quantity += 1;
        let back = (line.tier_id.clone(), line.tier.clone(), 1);
        order.amount_refunded += line.unit_amount;
        let mut refund = asked(db, line.unit_amount, vec![(1, 1)]);
        refund.status = RefundStatus::Made;
        let mut change = Apply::of(&order, db.now());
        change.asked = vec![refund];
        change.lines = lines;
        change.stock = vec![back];
        let done = orders::apply(db, scope, &change).await.unwrap();
        assert_eq!(done, Applied::Done);
        let again = orders::apply(db, scope, &change).await.unwrap();
        assert_eq!(again, Applied::Conflict);
    }

    /// The seller stocks more, or takes something out.
    async fn stock(&mut self) {
        let name = PRODUCTS[self.dice.below(3)];
        let by = self.dice.few() - 1;
        let db = &self.store.db;
        let more = Some((name, tiers::Stock::By(by)));
        tiers::edit(db, &self.tenant.scope, &[], more, &act(db, "tier.update"))
            .await
            .unwrap();
        *self.stocked.get_mut(name).unwrap() += by;
    }

    async fn check(&self) {
        let key = self.tenant.scope.tenant();
        let sums = self
            .store
            .look(&format!(
                "select tier, status, cast(sum(quantity) as bigint) from reservations where publishable_key = '{key}' group by tier, status
                 union all select tier, 'back', cast(sum(restocked_quantity) as bigint) from order_lines where publishable_key = '{key}' group by tier"
            ))
            .await;
        let sum = |name: &str, what: &str| -> i64 {
            let row = sums.iter().find(|row| row[0] == name && row[1] == what);
            row.map_or(0, |row| row[2].parse().unwrap())
        };
        for (name, stocked) in &self.stocked {
            let left = named(&self.tenant, name).inventory.unwrap();
            let (held, sold) = (sum(name, "held"), sum(name, "consumed"));
            assert!(left >= 0, "{name}");
            assert_eq!(left + held + sold - sum(name, "back"), *stocked, "{name}");
        }
    }
}

#[tokio::test]
async fn available_and_held_and_sold_are_what_was_stocked() {
    let long = std::env::var_os("DREAM_TEST_LONG").is_some();
    let histories = if long { 200 } else { 8 };
    for seed in 0..histories {
        let mut history = History::begin(seed).await;
        for _ in 0..60 {
            history.step().await;
            history.check().await;
        }
        let scope = &history.tenant.scope;
        for id in &history.orders {
            if let Some(order) = orders::find(&history.store.db, scope, id).await.unwrap() {
                assert!(order.left() >= 0);
            }
        }
        history.store.db.close().await;
    }
}
