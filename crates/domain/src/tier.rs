//! Tiers: what a project sells.

use std::collections::{BTreeMap, HashSet};

use crate::error::{Result, invalid};
use crate::id::TierId;
use crate::money::Money;
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
const FEATURES_MAX: usize = 50;
const LIMITS_MAX: usize = 20;
const IMAGES_MAX: usize = 12;
const TRIAL_DAYS_MAX: i64 = 730;
const COUNT_MAX: i64 = 1_000_000_000_000;

impl Tier {
    /// Checks every field; the error names the first that is wrong.
    pub fn validate(&self) -> Result<()> {
        check_name(&self.name)?;
        text::required_line("displayName", &self.display_name, 100)?;
        if let Some(description) = &self.description {
            text::block("description", description, 2000)?;
        }
        Money::price("price", self.price.minor, self.price.currency)?;
        if self.limits.len() > LIMITS_MAX {
            return Err(invalid("meters", format!("names more than {LIMITS_MAX} meters"), "Name fewer"));
        }
        for (meter, limit) in &self.limits {
            if let Limit::Max(most) = limit.limit
                && most < 0
            {
                let field = format!("limit of {}", meter.name());
                return Err(invalid(&field, "is negative", "Send 0 or more, or null for unlimited"));
            }
        }
        if self.features.len() > FEATURES_MAX {
            return Err(invalid("features", format!("has more than {FEATURES_MAX} entries"), "Shorten the list"));
        }
        for feature in &self.features {
            text::line("features", feature, 200)?;
        }
        if self.image_urls.len() > IMAGES_MAX {
            return Err(invalid("imageUrls", format!("has more than {IMAGES_MAX} entries"), "Shorten the list"));
        }
        self.image_urls.iter().try_for_each(|url| check_image(url))?;
        within("trialDays", self.trial_days, 0, TRIAL_DAYS_MAX)?;
        within("ratePerMinute", self.rate_per_minute, 0, 1_000_000)?;
        within("inventory", self.inventory, 0, COUNT_MAX)?;
        within("maxPerOrder", self.max_per_order, 1, COUNT_MAX)?;
        within("position", Some(self.position), 0, 100_000)
    }

    /// What it costs a month, for comparing plans: a yearly price counts a twelfth.
    pub fn monthly_minor(&self) -> i64 {
        match self.interval {
            Interval::Month => self.price.minor,
            Interval::Year => self.price.minor / 12,
        }
    }
}

/// Checks tiers that are made together: at least one, names and display names apart, one default.
pub fn validate_all(tiers: &[Tier]) -> Result<()> {
    if tiers.is_empty() || tiers.len() > TIERS_MAX {
        return Err(invalid("tiers", format!("must have 1 to {TIERS_MAX} entries"), "Send at least one tier"));
    }
    let mut names = HashSet::new();
    for tier in tiers {
        tier.validate()?;
        if !names.insert(tier.name.as_str()) {
            return Err(invalid("tiers", format!("has two called {}", tier.name), "Give each tier a name of its own"));
        }
    }
    if tiers.iter().filter(|tier| tier.is_default).count() > 1 {
        return Err(invalid("tiers", "has two default tiers", "Flag one as isDefault"));
    }
    Ok(())
}

/// The tier a name means: the internal name, then without regard to case, then the display name
/// (defects 20: a paying user must never meet limit 0 because of spelling).
pub fn find_tier<'a>(tiers: &'a [Tier], name: &str) -> Option<&'a Tier> {
    let plans = || tiers.iter().filter(|tier| tier.kind == TierKind::Subscription);
    let lower = name.to_lowercase();
    plans()
        .find(|tier| tier.name == name)
        .or_else(|| plans().find(|tier| tier.name == lower))
        .or_else(|| plans().find(|tier| tier.display_name.to_lowercase() == lower))
}

/// The plan of those who have none: the flagged tier, else the first that costs nothing, else none
/// (rules 20).
pub fn default_tier(tiers: &[Tier]) -> Option<&Tier> {
    let plans = || tiers.iter().filter(|tier| tier.kind == TierKind::Subscription && tier.active);
    plans().find(|tier| tier.is_default).or_else(|| plans().find(|tier| tier.price.minor == 0))
}

/// What a tier allows of a meter; one it does not name has limit 0 (rules 13).
pub fn limit_for(tier: &Tier, meter: &Meter) -> MeterLimit {
    let none = MeterLimit { limit: Limit::Max(0), period: PeriodKind::Month };
    tier.limits.get(meter).copied().unwrap_or(none)
}

/// The internal name a display name becomes: lower-case letters, digits, `-` and `_`.
pub fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.trim().chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9' | '_') => out.push(c),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    out.trim_end_matches('-').chars().take(64).collect()
}

fn check_name(name: &str) -> Result<()> {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    if (1..=64).contains(&name.len()) && name.bytes().all(good) {
        return Ok(());
    }
    Err(invalid("name", "is not a tier's name", "Use 1 to 64 lower-case letters, digits, - and _"))
}

fn check_image(url: &str) -> Result<()> {
    text::line("imageUrl", url, 2000)?;
    if url.is_empty() || url.starts_with("https://") || url.starts_with("http://") || url.starts_with("/api/assets/") {
        return Ok(());
    }
    Err(invalid("imageUrl", "is not a web address", "Send an https URL, or the url that POST /api/assets answered"))
}

fn within(field: &str, value: Option<i64>, least: i64, most: i64) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(invalid(field, format!("must be {least} to {most}"), "Send a whole number in that range"))
        }
        _ => Ok(()),
    }
}
