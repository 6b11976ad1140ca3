//! Tiers: what a project sells.

use std::collections::{BTreeMap, HashSet};

use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Result, invalid};
use crate::id::TierId;
use crate::money::{Currency, Money};
use crate::period::PeriodKind;
use crate::text;
use crate::usage::{Limit, Meter};

/// A subscription, or something sold once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierKind {
    /// A plan with limits.
    Subscription,
    /// A product.
    OneOff,
}

impl TierKind {
    /// `subscription` or `one_off`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::OneOff => "one_off",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "subscription" => Some(Self::Subscription),
            "one_off" => Some(Self::OneOff),
            _ => None,
        }
    }
}

/// How often a subscription is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// Every month.
    Month,
    /// Every year.
    Year,
}

impl Interval {
    /// `month` or `year`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "month" => Some(Self::Month),
            "year" => Some(Self::Year),
            _ => None,
        }
    }
}

/// How much of a meter, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeterLimit {
    /// The most in one period.
    pub limit: Limit,
    /// The period.
    pub period: PeriodKind,
}

/// Something a project sells.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// `tier_…`; never changes.
    pub id: TierId,
    /// The internal name; the plan of those who are on it.
    pub name: String,
    /// What people see.
    pub display_name: String,
    /// A few sentences.
    pub description: Option<String>,
    /// Subscription or product.
    pub kind: TierKind,
    /// What it costs.
    pub price: Money,
    /// How often.
    pub interval: Interval,
    /// What it allows.
    pub limits: BTreeMap<Meter, MeterLimit>,
    /// Selling points.
    pub features: Vec<String>,
    /// To be shown as the one to take.
    pub popular: bool,
    /// The plan of those who have no other.
    pub is_default: bool,
    /// Its place in lists.
    pub position: i64,
    /// Still sold.
    pub active: bool,
    /// Days before the first payment.
    pub trial_days: Option<i64>,
    /// Calls a minute of a user on it; none for the project's setting, 0 for no limit.
    pub rate_per_minute: Option<i64>,
    /// How many are left of a product; none for any number.
    pub inventory: Option<i64>,
    /// The most of a product in one order.
    pub max_per_order: Option<i64>,
    /// From how many left on a product counts as nearly sold out; none for the usual number.
    pub low_stock_at: Option<i64>,
    /// Pictures.
    pub image_urls: Vec<String>,
    /// The price as checkouts name it.
    pub price_id: String,
    /// The product as checkouts name it.
    pub product_id: String,
    /// Grows with every change.
    pub version: i64,
}

/// The most tiers in one project, archived ones included.
pub const TIERS_MAX: usize = 200;
/// The most tiers that are made together.
pub const NEW_TIERS_MAX: usize = 50;
const NAME_MAX_CHARS: usize = 64;
const FEATURES_MAX: usize = 50;
const FEATURE_MAX_CHARS: usize = 200;
const LIMITS_MAX: usize = 20;
const IMAGES_MAX: usize = 12;
const TRIAL_DAYS_MAX: i64 = 730;
/// The most of anything that is counted.
pub const COUNT_MAX: i64 = 1_000_000_000_000;

impl Tier {
    /// A plan that is sold from now on, first in order, with nothing said of it but its name, its price a month
    /// in minor units of US dollars, and how many `requests` a month it allows. Callers set the rest.
    pub fn subscription(id: TierId, name: &str, shown: &str, minor: i64, requests: Limit) -> Self {
        let limit = MeterLimit {
            limit: requests,
            period: PeriodKind::Month,
        };
        Self {
            name: name.to_owned(),
            display_name: shown.to_owned(),
            description: None,
            kind: TierKind::Subscription,
            price: Money {
                minor,
                currency: Currency::USD,
            },
            interval: Interval::Month,
            limits: BTreeMap::from([(Meter::requests(), limit)]),
            features: Vec::new(),
            popular: false,
            is_default: false,
            position: 0,
            active: true,
            trial_days: None,
            rate_per_minute: None,
            inventory: None,
            max_per_order: None,
            low_stock_at: None,
            image_urls: Vec::new(),
            price_id: id.to_string(),
            product_id: id.to_string(),
            version: 1,
            id,
        }
    }

    /// Checks every field; 422 names the first that is wrong.
    pub fn validate(&self) -> Result<()> {
        self.check_texts()?;
        Money::price("price", self.price.minor, self.price.currency)?;
        self.check_limits()?;
        within("trialDays", self.trial_days, 0, TRIAL_DAYS_MAX)?;
        within("ratePerMinute", self.rate_per_minute, 0, 1_000_000)?;
        within("inventory", self.inventory, 0, COUNT_MAX)?;
        within("maxPerOrder", self.max_per_order, 1, COUNT_MAX)?;
        within("lowStockAt", self.low_stock_at, 0, COUNT_MAX)?;
        within("position", Some(self.position), 0, 100_000)
    }

    fn check_texts(&self) -> Result<()> {
        check_name(&self.name)?;
        text::required_line("displayName", &self.display_name, 100)?;
        if let Some(description) = &self.description {
            text::block("description", description, 2000)?;
        }
        at_most("features", self.features.len(), FEATURES_MAX)?;
        for (index, feature) in self.features.iter().enumerate() {
            text::line(&format!("features[{index}]"), feature, FEATURE_MAX_CHARS)?;
        }
        at_most("imageUrls", self.image_urls.len(), IMAGES_MAX)?;
        self.image_urls.iter().try_for_each(|url| check_image(url))
    }

    fn check_limits(&self) -> Result<()> {
        at_most("meters", self.limits.len(), LIMITS_MAX)?;
        let wrong = |limit: &MeterLimit| matches!(limit.limit, Limit::Max(..0));
        let Some((meter, _)) = self.limits.iter().find(|(_, limit)| wrong(limit)) else {
            return Ok(());
        };
        let field = if *meter == Meter::requests() {
            "limit".to_owned()
        } else {
            format!("meters.{meter}.limit")
        };
        Err(invalid(
            &field,
            "is negative",
            "Send 0 or more, or null for unlimited",
        ))
    }

    /// What it costs a month, for comparing plans: a yearly price counts a twelfth.
    pub fn monthly_minor(&self) -> i64 {
        match self.interval {
            Interval::Month => self.price.minor,
            Interval::Year => self.price.minor / 12,
        }
    }
}

/// Checks tiers that are made together: 1 to 50, each right by itself, names apart, at most one default.
/// 422 names the first that is wrong, such as `tiers[2].price`.
pub fn validate_all(tiers: &[Tier]) -> Result<()> {
    if tiers.is_empty() {
        return Err(invalid("tiers", "is empty", "Send at least one tier"));
    }
    at_most("tiers", tiers.len(), NEW_TIERS_MAX)?;
    let mut names = HashSet::new();
    let mut has_default = false;
    for (index, tier) in tiers.iter().enumerate() {
        let here = format!("tiers[{index}]");
        tier.validate().map_err(|error| error.inside(&here))?;
        if !names.insert(tier.name.as_str()) {
            let message = format!("is {}, as that of an earlier tier", tier.name);
            return Err(invalid("name", message, "Give each tier a name of its own").inside(&here));
        }
        if has_default && tier.is_default {
            return Err(
                invalid("isDefault", "is true a second time", "Flag one tier").inside(&here),
            );
        }
        has_default |= tier.is_default;
    }
    Ok(())
}

/// The plan a name means: the internal name, then without regard to case, then the display name, then
/// the internal name that it would become (defects 20: a paying user must never meet limit 0 because of
/// spelling). Where several fit, one that is still sold comes first.
pub fn find_tier<'a>(tiers: &'a [Tier], name: &str) -> Option<&'a Tier> {
    let first = |fits: &dyn Fn(&Tier) -> bool| {
        let plans = tiers
            .iter()
            .filter(|tier| tier.kind == TierKind::Subscription && fits(tier));
        plans.min_by_key(|tier| !tier.active)
    };
    // Nearly every call names the tier exactly: nothing is copied for those.
    let exact = first(&|tier| tier.name == name);
    if exact.is_some() {
        return exact;
    }
    let lower = name.to_lowercase();
    first(&|tier| tier.name == lower)
        .or_else(|| first(&|tier| tier.display_name == name))
        .or_else(|| first(&|tier| tier.display_name.to_lowercase() == lower))
        .or_else(|| first(&|tier| tier.name == slug(name)))
}

/// The plan of those who have none: the flagged tier, else the first that costs nothing, else none
/// (rules 20). An archived tier is nobody's default.
pub fn default_tier(tiers: &[Tier]) -> Option<&Tier> {
    let plans = || {
        let sold = tiers.iter().filter(|tier| tier.active);
        sold.filter(|tier| tier.kind == TierKind::Subscription)
    };
    plans().find(|tier| tier.is_default).or_else(|| {
        plans()
            .filter(|tier| tier.price.minor == 0)
            .min_by_key(|tier| tier.position)
    })
}

/// What a tier allows of a meter; one it does not name has limit 0 (rules 13).
pub fn limit_for(tier: &Tier, meter: &Meter) -> MeterLimit {
    let none = MeterLimit {
        limit: Limit::Max(0),
        period: PeriodKind::Month,
    };
    tier.limits.get(meter).copied().unwrap_or(none)
}

/// The internal name a display name becomes: `Gold Plan` is `gold-plan`. Accents are dropped, what is no
/// letter or digit becomes `-`. Empty if nothing is left; a name that is one already stays as it is.
pub fn slug(name: &str) -> String {
    let mut out = String::new();
    let plain = name
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    for c in plain.map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            '_' | '-' if !out.is_empty() => out.push(c),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    out.truncate(NAME_MAX_CHARS);
    if check_name(name).is_err() {
        out.truncate(out.trim_end_matches('-').len());
    }
    out
}

fn check_name(name: &str) -> Result<()> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let starts = name.bytes().next().is_some_and(plain);
    let rest = name.bytes().all(|b| plain(b) || matches!(b, b'_' | b'-'));
    if starts && rest && name.len() <= NAME_MAX_CHARS {
        return Ok(());
    }
    Err(invalid(
        "name",
        "is not a tier's name",
        "Use 1 to 64 lower-case letters, digits, - and _, beginning with a letter or digit",
    ))
}

fn at_most(field: &str, count: usize, most: usize) -> Result<()> {
    if count <= most {
        return Ok(());
    }
    Err(invalid(
        field,
        format!("has {count} entries, of {most} allowed"),
        "Shorten the list",
    ))
}

fn check_image(url: &str) -> Result<()> {
    text::line("imageUrl", url, 2000)?;
    if url.is_empty()
        || url.starts_with("https://")
        || url.starts_with("http://")
        || url.strip_prefix("/api/assets/").is_some_and(is_segment)
    {
        return Ok(());
    }
    Err(invalid(
        "imageUrl",
        "is not a web address",
        "Send an https URL, or the url that POST /api/assets answered",
    ))
}

/// One part of a path, which leads nowhere else.
fn is_segment(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !text.starts_with('.') && !text.is_empty() && text.bytes().all(plain)
}

fn within(field: &str, value: Option<i64>, least: i64, most: i64) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => Err(invalid(
            field,
            format!("must be {least} to {most}"),
            "Send a whole number in that range",
        )),
        _ => Ok(()),
    }
}
