//! Every figure against one that was worked out by hand.

use reqwest::Method;
use serde_json::{Value, json};

use super::dashboard;
use crate::billing::shop::{DAY, Shop};
use crate::catalog::provider::Provider;
use crate::project::{Person, Project};
use crate::server::{Server, eventually};

/// Two currencies, one yearly, one with a trial.
fn tiers() -> Value {
    json!([
        {"name": "free", "price": 0, "limit": 5},
        {"name": "pro", "price": 2900, "limit": 50},
        {"name": "yearly", "price": 12_000, "interval": "year", "limit": 50},
        {"name": "euro", "price": 700, "currency": "eur", "limit": 50},
        {"name": "tried", "price": 4900, "limit": 50, "trialDays": 14},
    ])
}

async fn subscriber(shop: &Shop, name: &str, tier: &str) -> Person {
    let person = shop.project.person(&format!("{name}@example.com")).await;
    let session = shop.buy(&person, tier).await;
    shop.confirm(&person, &session).await.is(200);
    person
}

/// Six subscribers: three pay monthly, of whom one gets his money back and one cancels; one yearly, one in euro, one in
/// a trial.
async fn six(shop: &Shop) -> [Person; 6] {
    let people = [
        subscriber(shop, "paid", "pro").await,
        subscriber(shop, "refunded", "pro").await,
        subscriber(shop, "ending", "pro").await,
        subscriber(shop, "yearly", "yearly").await,
        subscriber(shop, "euro", "euro").await,
        subscriber(shop, "trial", "tried").await,
    ];
    let ending = &people[2];
    shop.change(ending, &[("cancel_at_period_end", "true")])
        .await;
    eventually("the cancellation is known", async || {
        shop.state(ending).await.1 == "canceling"
    })
    .await;
    people
}

#[tokio::test]
async fn recurring_revenue_of_six_subscribers_is_what_a_calculator_says() {
    let server = Server::with(&[]).await;
    let api = server.api();
    let project = Project::make(&api, json!({"projectName": "Figures", "tiers": tiers()})).await;
    let shop = Shop::of(&api, project).await;
    let people = six(&shop).await;
    shop.track(&people[0]).await.is(200);
    let found = dashboard(&shop.project, "").await;
    // 2900 + 2900 + 12000 / 12; neither the trial nor what ends.
    let mrr = json!({"usd": 6800, "eur": 700});
    // 3 × 2900 + 12000; the trial paid nothing yet.
    let revenue = json!({"usd": 20_700, "eur": 700});
    for (pointer, value) in [
        ("/metrics/activeSubs", json!(4)),
        ("/metrics/trialingSubs", json!(1)),
        ("/metrics/cancelingSubs", json!(1)),
        ("/metrics/pastDueSubs", json!(0)),
        ("/metrics/mrr", json!(6800)),
        ("/metrics/mrrByCurrency", mrr.clone()),
        ("/metrics/revenue", revenue.clone()),
        ("/metrics/usageThisPeriod", json!(1)),
        ("/metrics/churn", Value::Null),
        ("/activeSubscriptions", json!(4)),
        ("/cancelingSubscriptions", json!(1)),
        ("/mrr", json!(6800)),
        ("/mrrByCurrency", mrr.clone()),
        ("/totalRevenue", json!(20_700)),
        ("/previous/activeSubs", json!(0)),
        ("/previous/cancelingSubs", json!(0)),
        ("/previous/mrr", json!(0)),
    ] {
        assert_eq!(found.json.pointer(pointer), Some(&value), "{pointer}");
    }
    rows_are_as_bought(&found.json);
    let path = "/api/dashboard/series?days=30";
    let series = shop.project.secret(api.get(path)).send().await.is(200);
    let days = series.json["days"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    let today = days.last().unwrap();
    assert_eq!((&today["mrr"], &today["revenue"]), (&mrr, &revenue));
    let counts = ["usage", "newSubscriptions", "churned"].map(|name| today[name].as_i64());
    assert_eq!(counts, [Some(1), Some(5), Some(1)]);
    // Of five who pay or paid one is leaving; the trial pays nothing yet.
    let stood = ["subscribers", "canceling"].map(|name| today[name].as_i64());
    assert_eq!(stood, [Some(4), Some(1)]);
    assert_eq!(series.json["currencies"], json!(["eur", "usd"]));
    assert!(days[..29].iter().all(|day| day["mrr"] == json!({})));
    later(&shop).await;
}

/// After 32 days: the trial became a subscription, one ended, all others were renewed.
async fn later(shop: &Shop) {
    shop.wait(32 * DAY).await;
    let found = dashboard(&shop.project, "").await;
    for (pointer, value) in [
        ("/metrics/activeSubs", json!(5)),
        ("/metrics/trialingSubs", json!(0)),
        ("/metrics/cancelingSubs", json!(0)),
        // 2900 + 2900 + 1000 + 4900.
        ("/metrics/mrrByCurrency", json!({"usd": 11_700, "eur": 700})),
        // 2 × 2900 and the end of the trial; the yearly one paid more than thirty days ago.
        ("/metrics/revenue", json!({"usd": 10_700, "eur": 700})),
        ("/totalRevenue", json!(31_400)),
        // Four paid a month ago, with 6800 in dollars, and still do.
        ("/previous/activeSubs", json!(4)),
        ("/previous/cancelingSubs", json!(1)),
        ("/previous/mrr", json!(6800)),
        ("/previous/revenue", json!({"usd": 20_700, "eur": 700})),
        ("/metrics/churn", json!(0)),
    ] {
        assert_eq!(found.json.pointer(pointer), Some(&value), "{pointer}");
    }
}

fn rows_are_as_bought(dashboard: &Value) {
    let rows = dashboard["customers"].as_array().unwrap();
    let of = |name: &str| {
        let email = format!("{name}@example.com");
        rows.iter().find(|row| row["email"] == *email).unwrap()
    };
    for (name, plan, status, amount, currency) in [
        ("paid", "pro", "active", 2900, "usd"),
        ("ending", "pro", "canceling", 2900, "usd"),
        ("yearly", "yearly", "active", 12_000, "usd"),
        ("euro", "euro", "active", 700, "eur"),
        ("trial", "tried", "trialing", 4900, "usd"),
    ] {
        let row = of(name);
        let found = ["plan", "status", "currency"].map(|member| row[member].as_str().unwrap());
        assert_eq!(found, [plan, status, currency], "{row}");
        assert_eq!(row["amount"], amount);
        assert_eq!(row["id"], row["userId"]);
        let is_ending = status == "canceling";
        assert_eq!(row.get("cancelAt").is_some(), is_ending, "{row}");
        assert_eq!(row.get("renewsAt").is_some(), !is_ending, "{row}");
        for (member, prefix) in [
            ("subscriptionId", "sub_"),
            ("stripeCustomerId", "cus_"),
            ("priceId", "price_"),
            ("productId", "dream_"),
        ] {
            let text = row[member].as_str().unwrap();
            assert!(text.starts_with(prefix), "{member} {text}");
        }
    }
    let ends = &of("ending")["cancelAt"];
    assert_eq!(*ends, of("ending")["currentPeriodEnd"]);
}

#[tokio::test]
async fn refund_is_taken_off_the_revenue() {
    let server = Server::with(&[]).await;
    let shop = Shop::open(&server.api(), 5).await;
    let person = subscriber(&shop, "ann", "pro").await;
    let id = shop.subscription(&person).await;
    let path = format!("/v1/invoices?subscription={id}&expand[]=data.payments");
    let list = shop.provider(Method::GET, &path, &[]).await;
    let invoice = &list["data"][0];
    let payment = &invoice["payments"]["data"][0]["payment"]["payment_intent"];
    let payment = payment.as_str().unwrap();
    let form = [("payment_intent", payment), ("amount", "1000")];
    shop.provider(Method::POST, "/v1/refunds", &form).await;
    eventually("the refund is known", async || {
        let found = dashboard(&shop.project, "").await;
        found.json["metrics"]["revenue"] == json!({"usd": 1900})
    })
    .await;
    // Nobody pays less a month for it.
    let found = dashboard(&shop.project, "").await;
    assert_eq!(found.number_at("/metrics/mrr"), 2900);
}

#[tokio::test]
async fn totals_are_of_live_projects_alone() {
    let server = Server::with(&[]).await;
    let api = server.api();
    Provider::connect(&api, "live").await;
    let shop = Shop::open(&api, 5).await;
    subscriber(&shop, "test", "pro").await;
    let promoted = json!({"publishableKey": shop.project.pk});
    let promoted = shop.project.develop("/promote-to-live", promoted).await;
    let promoted = promoted.is(200);
    let live = Project {
        pk: promoted.text_at("/publishableKey"),
        sk: promoted.text_at("/secretKey"),
        ..shop.project.clone()
    };
    let origins = json!({"redirectOrigins": ["http://localhost:3000"]});
    live.settings(origins).await.is(200);
    live.customer("nobody@example.com").await;
    let live = Shop::of(&api, live).await;
    subscriber(&live, "live", "max").await;
    let calls = [
        api.get("/api/dashboard/totals").bearer(&shop.project.sk),
        api.get("/api/dashboard/totals").bearer(&live.project.sk),
        api.get("/api/dashboard/totals").bearer(api.developer()),
    ];
    for call in calls {
        let found = call.send().await.is(200);
        for (pointer, value) in [
            ("/totals/mrr", json!(9900)),
            ("/totals/activeSubs", json!(1)),
            ("/totals/cancelingSubs", json!(0)),
            ("/totals/liveProjects", json!(1)),
            ("/totals/totalProducts", json!(0)),
            ("/totalMRR", json!(9900)),
            ("/totalRevenue", json!(9900)),
            ("/totalCustomers", json!(2)),
            ("/mrrByCurrency", json!({"usd": 9900})),
            ("/platformId", json!(live.project.platform)),
            ("/projects/0/publishableKey", json!(live.project.pk)),
            ("/projects/0/customers", json!(2)),
        ] {
            assert_eq!(found.json.pointer(pointer), Some(&value), "{pointer}");
        }
        assert_eq!(found.json["projects"].as_array().unwrap().len(), 1);
    }
    let test = dashboard(&shop.project, "").await;
    assert_eq!(test.number_at("/mrr"), 2900);
    let of_live = dashboard(&live.project, "").await;
    assert_eq!(of_live.number_at("/mrr"), 9900);
    let call = api.get("/api/developer/dashboard").bearer(api.developer());
    let stats = call.send().await.is(200);
    let expected = json!({"totalUsers": 2, "freeUsers": 1, "proUsers": 1, "totalCalls": 0, "monthlyRevenue": 9900});
    assert_eq!(stats.json["stats"], expected);
    assert_eq!(stats.json["platform"]["email"], "demo@dream-api.test");
}
