//! Pricing pages with a draft laid over what a project sells. The draft is in the link itself, sealed: nothing is
//! stored, nothing that is sold changes, and checkouts know nothing of it.

use std::io::{self, Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dream_domain::error::{Code, Error, Result, invalid};
use dream_domain::tier::{Tier, validate_all};
use dream_domain::time::Millis;
use dream_store::projects::Tenant;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::{Map, Value};

use crate::app::App;
use crate::http::body::{Fields, wrong};
use crate::tier_input::{self, TierFields, rules};

/// How long a link works, of machine time.
const LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The most of a draft, written as JSON.
const DRAFT_MAX_BYTES: usize = 8 * 1024;

/// The most of a token: with the rest of its link it stays within the 8 KiB of address that servers take.
const TOKEN_MAX_BYTES: usize = 7 * 1024;

/// How many bytes of a token say when it ends.
const END_BYTES: usize = 8;

/// A draft as it was sent.
type Draft = Vec<Map<String, Value>>;

/// What a project would sell.
pub(crate) struct Preview {
    draft: Draft,
    expires_at: Millis,
    tiers: Vec<Tier>,
}

impl Preview {
    /// Reads a draft; 422 for one that could not be written like this.
    pub(crate) fn of(app: &App, tenant: &Tenant, given: Vec<Value>) -> Result<Self> {
        let draft = objects(given)?;
        Ok(Self {
            tiers: over(app, tenant, &draft)?,
            draft,
            expires_at: app.clock.machine().plus(LIFE_MS),
        })
    }

    /// The token of a link to it: the project's publishable key, a dot, and its end and the packed draft, sealed for
    /// this project. 422 for a draft that is too long for a link even so.
    pub(crate) fn seal(&self, app: &App, tenant: &Tenant) -> Result<String> {
        let packed = pack(&self.draft).map_err(|e| {
            Code::Internal
                .error("A preview could not be written")
                .because(e)
        })?;
        let plain = [&self.expires_at.0.to_be_bytes()[..], &packed].concat();
        let key = tenant.scope.tenant();
        let sealed = app.master.seal(&app.random, &belongs_to(key), &plain)?;
        let bytes = STANDARD.decode(sealed).map_err(|_| not_ours())?;
        let token = format!("{key}.{}", URL_SAFE_NO_PAD.encode(bytes));
        if token.len() > TOKEN_MAX_BYTES {
            return Err(too_long("is too long for the address of a page".to_owned()));
        }
        Ok(token)
    }

    /// Reads the token of a link; 422 says whether it is damaged, of another project, or past its end.
    pub(crate) fn open(app: &App, tenant: &Tenant, token: &str) -> Result<Self> {
        let (key, sealed) = token.split_once('.').ok_or_else(not_ours)?;
        if key != &**tenant.scope.tenant() {
            let fix = "Open the link as it was copied";
            return Err(refused("is of another project", fix));
        }
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| not_ours())?;
        let opened = app.master.open(&belongs_to(key), &STANDARD.encode(bytes));
        let opened = opened.map_err(|_| not_ours())?;
        let (end, packed) = opened
            .split_first_chunk::<END_BYTES>()
            .ok_or_else(not_ours)?;
        let expires_at = Millis(i64::from_be_bytes(*end));
        if expires_at <= app.clock.machine() {
            return Err(refused("has expired", "Ask for a new link"));
        }
        let draft = unpack(packed).map_err(|_| not_ours())?;
        let tiers = over(app, tenant, &draft).map_err(|error| outdated(&error))?;
        Ok(Self {
            draft,
            expires_at,
            tiers,
        })
    }

    /// The tiers with the draft laid over them, archived ones too, in their order.
    pub(crate) fn tiers(&self) -> &Vec<Tier> {
        &self.tiers
    }

    /// When its link stops working.
    pub(crate) fn expires_at(&self) -> Millis {
        self.expires_at
    }
}

/// What a project would sell: each tier of a draft is laid over those before it, by the rules of adding and editing one.
fn over(app: &App, tenant: &Tenant, draft: &Draft) -> Result<Vec<Tier>> {
    let mut sold = tenant.clone();
    let mut drafted = Vec::with_capacity(draft.len());
    for (index, members) in draft.iter().enumerate() {
        let tier = one(app, &sold, members);
        let tier = tier.map_err(|error| error.inside(&format!("tiers[{index}]")))?;
        drafted.push(tier.clone());
        put(&mut sold.tiers, tier);
    }
    validate_all(&drafted)?;
    sold.tiers
        .sort_by(|a, b| (a.position, &a.name).cmp(&(b.position, &b.name)));
    Ok(sold.tiers)
}

/// One tier of a draft: what changes of the one that has its name, or a new one.
fn one(app: &App, sold: &Tenant, members: &Map<String, Value>) -> Result<Tier> {
    let fields = TierFields::read(&mut Fields::of(members.clone()))?;
    let name = fields.internal_name()?;
    let before = sold.tiers.iter().find(|tier| tier.name == name);
    let tier = if let Some(before) = before {
        let mut tier = before.clone();
        fields.write(&mut tier)?;
        rules::check_default(before, &tier)?;
        tier
    } else {
        rules::check_room(&sold.tiers)?;
        fields.build(app, sold)?
    };
    tier_input::check_fits(sold.kind, &tier)?;
    Ok(tier)
}

/// Puts a tier in the place of the one that has its name; a new default takes the flag from the one before.
fn put(tiers: &mut Vec<Tier>, tier: Tier) {
    tiers.retain(|other| other.name != tier.name);
    for other in tiers.iter_mut().filter(|_| tier.is_default) {
        other.is_default = false;
    }
    tiers.push(tier);
}

fn objects(given: Vec<Value>) -> Result<Draft> {
    let size = serde_json::to_vec(&given).map_or(usize::MAX, |text| text.len());
    if size > DRAFT_MAX_BYTES {
        return Err(too_long(format!(
            "has {size} bytes as JSON, of {DRAFT_MAX_BYTES} allowed"
        )));
    }
    let objects = given.into_iter().map(|value| match value {
        Value::Object(members) => Ok(members),
        _ => Err(wrong("tiers", "must be a list of objects")),
    });
    objects.collect()
}

fn too_long(what: String) -> Error {
    invalid("tiers", what, "Send only what differs from what is sold")
}

fn pack(draft: &Draft) -> io::Result<Vec<u8>> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&serde_json::to_vec(draft)?)?;
    packed.finish()
}

fn unpack(packed: &[u8]) -> io::Result<Draft> {
    let mut plain = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut plain)?;
    Ok(serde_json::from_slice(&plain)?)
}

/// What the seal of a token is bound to.
fn belongs_to(tenant: &str) -> String {
    format!("pricing-previews/{tenant}")
}

fn not_ours() -> Error {
    refused("is damaged", "Open the link as it was copied")
}

fn outdated(error: &Error) -> Error {
    let what = format!("does not go with what is sold by now: {}", error.detail());
    refused(&what, "Make a new link")
}

fn refused(what: &str, fix: &str) -> Error {
    invalid("preview", what, fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draft_is_packed_small_and_comes_out_as_it_went_in() {
        let text = "Ten thousand calls a month ".repeat(200);
        let tier = serde_json::json!({"name": "pro", "description": text});
        let draft = objects(vec![tier]).unwrap();
        let packed = pack(&draft).unwrap();
        assert!(packed.len() < 200, "{}", packed.len());
        assert_eq!(unpack(&packed).unwrap(), draft);
        assert!(unpack(&packed[1..]).is_err());
    }
}
