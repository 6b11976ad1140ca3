//! Tiers as developers write them: alone, and inside a new project.

pub(crate) mod rules;

use std::collections::BTreeMap;

use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::id::TierId;
use dream_domain::money::Currency;
use dream_domain::period::PeriodKind;
use dream_domain::project::Kind;
use dream_domain::tier::{Interval, MeterLimit, Tier, TierKind, slug};
use dream_domain::usage::{Limit, Meter};
use dream_store::projects::Tenant;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::body::{Fields, missing};

/// The period a limit holds for unless a tier says otherwise.
const PERIOD: PeriodKind = PeriodKind::Month;

/// A tier, or what changes of one. Unlimited is `"unlimited"`, -1 or null.
#[derive(Debug, Default, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"name": "pro", "displayName": "Pro", "price": 2900, "limit": 500}))]
pub(crate) struct TierFields {
    /// The internal name, fixed when the tier is made; made from `displayName` if left out.
    pub(crate) name: Option<String>,
    /// What people read; the name if left out.
    pub(crate) display_name: Option<String>,
    /// Minor units: 2900 is $29.00. A new tier needs one.
    #[schema(minimum = 0, maximum = 99_999_999)]
    pub(crate) price: Option<i64>,
    /// Adds to what is left, or takes from it: -3. Only for a tier that exists.
    pub(crate) adjust_inventory: Option<i64>,
    /// A few sentences. Clears with null.
    pub(crate) description: Option<Option<String>>,
    /// Lower-case ISO code.
    pub(crate) currency: Option<String>,
    /// `month` or `year`.
    pub(crate) interval: Option<String>,
    /// `subscription` or `one_off`.
    pub(crate) billing_mode: Option<String>,
    /// Uses of meter `requests` in one period; null is unlimited.
    #[schema(value_type = Option<LimitInput>)]
    pub(crate) limit: Option<Limit>,
    /// `day`, `week`, `month`, `year` or `lifetime`.
    #[schema(value_type = Option<String>)]
    pub(crate) period: Option<PeriodKind>,
    /// Limits of other meters: `{"tokens": {"limit": 100000, "period": "month"}}`.
    #[schema(value_type = Option<Object>)]
    pub(crate) meters: Option<BTreeMap<Meter, MeterLimit>>,
    pub(crate) features: Option<Vec<String>>,
    pub(crate) popular: Option<bool>,
    pub(crate) is_default: Option<bool>,
    pub(crate) active: Option<bool>,
    pub(crate) position: Option<i64>,
    /// Days before the first payment. Clears with null.
    pub(crate) trial_days: Option<Option<i64>>,
    /// Calls a minute of a user on this tier, 0 for no limit; null for the project's setting.
    pub(crate) rate_per_minute: Option<Option<i64>>,
    /// How many are left of a product; null for any number.
    pub(crate) inventory: Option<Option<i64>>,
    /// What `inventory` was when somebody looked: it is set only if it is that still. Only for a tier that exists.
    pub(crate) inventory_was: Option<Option<i64>>,
    /// The most in one order. Clears with null.
    pub(crate) max_per_order: Option<Option<i64>>,
    /// From how many left on a product counts as nearly sold out; null for the usual number.
    pub(crate) low_stock_at: Option<Option<i64>>,
    /// The one picture. Clears with null; `imageUrls` goes before it.
    pub(crate) image_url: Option<Option<String>>,
    /// Every picture, in order: addresses, or what `POST /api/assets` answered as `url`.
    pub(crate) image_urls: Option<Vec<String>>,
}

/// A change of a tier.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"tierName": "pro", "updates": {"limit": 1000}}))]
pub(crate) struct TierUpdates {
    /// The internal name.
    pub(crate) tier_name: String,
    pub(crate) updates: TierFields,
    /// Moves those who subscribe to the tier to its price now; nobody pays for the rest of a period.
    #[schema(rename = "migrateSubscribers", value_type = Option<bool>)]
    pub(crate) migrates_subscribers: bool,
}

/// A number, or `"unlimited"`.
#[derive(serde::Serialize, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "describes the wire; limits are read by hand, for errors that name the field"
)]
enum LimitInput {
    /// That many, or -1 for unlimited.
    Number(i64),
    /// The word `unlimited`.
    Word(String),
}

/// A tier by its name.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"tierName": "pro"}))]
pub(crate) struct TierNamed {
    /// The internal name.
    pub(crate) tier_name: String,
}

impl TierNamed {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        Ok(Self {
            tier_name: tier_name(&mut fields)?,
        })
    }
}

/// The first client wrote `tierName`, its documentation `name`.
fn tier_name(fields: &mut Fields) -> Result<String> {
    let long = fields.text("tierName")?;
    let name = if long.is_none() {
        fields.text("name")?
    } else {
        long
    };
    name.ok_or_else(|| missing("tierName"))
}

impl TierUpdates {
    pub(crate) fn read(mut fields: Fields) -> Result<Self> {
        let tier_name = tier_name(&mut fields)?;
        let beside = fields.flag("migrateSubscribers")?;
        let mut inner = fields.object("updates")?.map_or(fields, Fields::of);
        let inside = inner.flag("migrateSubscribers")?;
        Ok(Self {
            tier_name,
            updates: TierFields::read(&mut inner)?,
            migrates_subscribers: beside.or(inside).unwrap_or(false),
        })
    }
}

impl TierFields {
    pub(crate) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self {
            name: fields.text("name")?,
            display_name: fields.text("displayName")?,
            price: fields.int("price")?,
            adjust_inventory: fields.int("adjustInventory")?,
            description: fields.clearable_text("description")?,
            currency: fields.text("currency")?,
            interval: fields.text("interval")?,
            billing_mode: fields.text("billingMode")?,
            limit: fields
                .value("limit")
                .map(|value| limit("limit", &value))
                .transpose()?,
            period: fields
                .text("period")?
                .map(|text| period("period", &text))
                .transpose()?,
            meters: fields.object("meters")?.map(meters).transpose()?,
            features: features(fields)?,
            popular: fields.flag("popular")?,
            is_default: fields.flag("isDefault")?,
            active: fields.flag("active")?,
            position: fields.int("position")?,
            trial_days: fields.clearable_int("trialDays")?,
            rate_per_minute: fields.clearable_int("ratePerMinute")?,
            inventory: fields.clearable_int("inventory")?,
            inventory_was: fields.clearable_int("inventoryWas")?,
            max_per_order: fields.clearable_int("maxPerOrder")?,
            low_stock_at: fields.clearable_int("lowStockAt")?,
            image_url: fields.clearable_text("imageUrl")?,
            image_urls: fields.texts("imageUrls")?,
        })
    }

    /// Writes what is set into a tier.
    pub(crate) fn write(&self, tier: &mut Tier) -> Result<()> {
        let set = |into: &mut Option<i64>, from: &Option<Option<i64>>| {
            if let Some(value) = from {
                *into = *value;
            }
        };
        if let Some(shown) = &self.display_name {
            tier.display_name.clone_from(shown);
        }
        if let Some(minor) = self.price {
            tier.price.minor = minor;
        }
        if let Some(description) = &self.description {
            tier.description.clone_from(description);
        }
        if let Some(code) = &self.currency {
            tier.price.currency = Currency::parse(code)?;
        }
        if let Some(text) = &self.interval {
            tier.interval = Interval::parse(text).ok_or_else(|| {
                invalid("interval", "must be month or year", "Send month or year")
            })?;
        }
        if let Some(text) = &self.billing_mode {
            let wrong = || {
                invalid(
                    "billingMode",
                    "must be subscription or one_off",
                    "Send subscription or one_off",
                )
            };
            tier.kind = TierKind::parse(text).ok_or_else(wrong)?;
        }
        self.write_limits(tier);
        if let Some(features) = &self.features {
            tier.features.clone_from(features);
        }
        tier.popular = self.popular.unwrap_or(tier.popular);
        tier.is_default = self.is_default.unwrap_or(tier.is_default);
        tier.active = self.active.unwrap_or(tier.active);
        tier.position = self.position.unwrap_or(tier.position);
        set(&mut tier.trial_days, &self.trial_days);
        set(&mut tier.rate_per_minute, &self.rate_per_minute);
        set(&mut tier.inventory, &self.inventory);
        set(&mut tier.max_per_order, &self.max_per_order);
        set(&mut tier.low_stock_at, &self.low_stock_at);
        let one = self
            .image_url
            .as_ref()
            .map(|url| Vec::from_iter(url.clone()));
        if let Some(urls) = self.image_urls.clone().or(one) {
            tier.image_urls = urls.into_iter().filter(|url| !url.is_empty()).collect();
        }
        tier.validate()
    }

    fn write_limits(&self, tier: &mut Tier) {
        if let Some(meters) = &self.meters {
            let requests = tier.limits.remove(&Meter::requests());
            tier.limits.clone_from(meters);
            tier.limits
                .extend(requests.map(|limit| (Meter::requests(), limit)));
        }
        if self.limit.is_some() || self.period.is_some() {
            let none = MeterLimit {
                limit: Limit::Unlimited,
                period: PERIOD,
            };
            let entry = tier.limits.entry(Meter::requests()).or_insert(none);
            entry.limit = self.limit.unwrap_or(entry.limit);
            entry.period = self.period.unwrap_or(entry.period);
        }
    }
}

impl TierFields {
    /// A tier for a project that exists.
    pub(crate) fn build(&self, app: &App, tenant: &Tenant) -> Result<Tier> {
        let last = tenant.tiers.iter().map(|tier| tier.position).max();
        self.make(app, tenant.kind, last.map_or(0, |position| position + 1))
    }

    /// The internal name: as given, or what the display name becomes.
    pub(crate) fn internal_name(&self) -> Result<String> {
        let given = self.name.as_ref().or(self.display_name.as_ref());
        given.map(|name| slug(name)).ok_or_else(|| missing("name"))
    }

    /// A tier at a place in the order of a project of this kind.
    pub(crate) fn make(&self, app: &App, kind: Kind, position: i64) -> Result<Tier> {
        let name = self.internal_name()?;
        let shown = self.display_name.as_ref().or(self.name.as_ref());
        let shown = shown.unwrap_or(&name);
        let id = TierId::new(app.now(), app.random.bytes());
        let price = self.price.ok_or_else(|| missing("price"))?;
        let kind = if kind == Kind::Store {
            TierKind::OneOff
        } else {
            TierKind::Subscription
        };
        let mut tier = Tier {
            kind,
            position,
            ..Tier::subscription(id, &name, shown, price, Limit::Unlimited)
        };
        // What names its meters and no limit of requests allows none.
        if self.meters.is_some() && (kind == TierKind::OneOff || self.limit.is_none()) {
            tier.limits.clear();
        }
        self.write(&mut tier)?;
        Ok(tier)
    }
}

/// A number, -1, null or `"unlimited"`.
fn limit(field: &str, value: &Value) -> Result<Limit> {
    let wrong = || -> Error {
        invalid(
            field,
            "is not a limit",
            "Send a whole number from 0, or \"unlimited\"",
        )
    };
    match value {
        Value::Null => Ok(Limit::Unlimited),
        Value::String(word) if word == "unlimited" => Ok(Limit::Unlimited),
        Value::Number(number) => match number.as_i64() {
            Some(-1) => Ok(Limit::Unlimited),
            Some(most) if most >= 0 => Ok(Limit::Max(most)),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn period(field: &str, text: &str) -> Result<PeriodKind> {
    PeriodKind::parse(text).ok_or_else(|| {
        invalid(
            field,
            "is not a period",
            "Send day, week, month, year or lifetime",
        )
    })
}

fn meters(members: serde_json::Map<String, Value>) -> Result<BTreeMap<Meter, MeterLimit>> {
    let mut out = BTreeMap::new();
    for (name, value) in members {
        let meter = Meter::parse(&name)?;
        let Value::Object(inner) = value else {
            return Err(invalid(
                "meters",
                format!("has no object under {name}"),
                "Send {\"limit\": 1000, \"period\": \"month\"}",
            ));
        };
        let mut inner = Fields::of(inner);
        let most = inner
            .value("limit")
            .ok_or_else(|| missing(&format!("meters.{name}.limit")))?;
        let entry = MeterLimit {
            limit: limit(&format!("meters.{name}.limit"), &most)?,
            period: inner.text("period")?.map_or(Ok(PERIOD), |text| {
                period(&format!("meters.{name}.period"), &text)
            })?,
        };
        if meter == Meter::requests() {
            return Err(Code::InvalidValue.error(
                "meters names requests; its limit and period stand beside the name of the tier",
            ));
        }
        out.insert(meter, entry);
    }
    Ok(out)
}

/// A list, or the comma-separated text that the first dashboard sent.
fn features(fields: &mut Fields) -> Result<Option<Vec<String>>> {
    match fields.value("features") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(
            text.split(',')
                .map(str::trim)
                .filter(|f| !f.is_empty())
                .map(str::to_owned)
                .collect(),
        )),
        Some(value) => {
            let mut again =
                Fields::of(serde_json::Map::from_iter([("features".to_owned(), value)]));
            again.texts("features")
        }
    }
}

/// Stores sell products, all others sell subscriptions: the kind of a project is fixed when it is made.
pub(crate) fn check_fits(kind: Kind, tier: &Tier) -> Result<()> {
    let fits = (kind == Kind::Store) == (tier.kind == TierKind::OneOff);
    if fits {
        return Ok(());
    }
    let detail = format!(
        "Cannot add {} tier to {} project. Project type is locked.",
        tier.kind.as_str(),
        kind.as_str()
    );
    Err(Code::KindLocked.error(detail))
}
