//! A project to test with, and calls on its meters.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dream_domain::error::Result;
use dream_domain::id::{AuditId, KeyId, PlatformId, ProjectId, SessionId, TierId, UserId};
use dream_domain::key::{Mode, PublishableKey, SecretKey};
use dream_domain::period::PeriodKind;
use dream_domain::project::Kind;
use dream_domain::tier::Tier;
use dream_domain::time::Millis;
use dream_domain::usage::{Amount, Limit, Meter};
use dream_store::Db;
use dream_store::audit::Act;
use dream_store::customers::{self, Customer, Fields};
use dream_store::keys::NewKey;
use dream_store::meter::{Key, Take, Tally, Verdict};
use dream_store::projects::{self, NewProject, ProjectSettings, Tenant};
use dream_store::scope::Scope;
use dream_store::sessions::NewSession;
use dream_store::usage;
use dream_store::versions::Seen;

/// A session of a sign-in on the hosted pages, from 1 to `end`.
pub(crate) fn lasting(id: &SessionId, end: i64) -> NewSession {
    NewSession {
        id: id.clone(),
        created_at: Millis(1),
        expires_at: Millis(end),
        cookie_hash: Some(format!("cookie of {id}")),
        user_agent: None,
    }
}

/// Who the tests act as.
pub(crate) const ACTOR: &str = "cli";

/// Makes a saas project with the tiers `free` (5 calls a month) and `pro` (500), and opens it.
pub(crate) async fn project(db: &Db) -> Tenant {
    let owner = format!("user_of_{}", serial());
    let platform = projects::ensure_platform(db, &owner, &platform_id(db), db.now())
        .await
        .unwrap();
    project_of(db, &platform, Mode::Test).await.0
}

/// Makes a project of a platform; answers its secret key too.
pub(crate) async fn project_of(db: &Db, platform: &PlatformId, mode: Mode) -> (Tenant, SecretKey) {
    let secret = SecretKey::generate(mode, &mut random);
    let new = NewProject {
        id: ProjectId::new(db.now(), bytes()),
        platform: platform.clone(),
        name: "Notes".to_owned(),
        kind: Kind::Saas,
        publishable_key: PublishableKey::generate(mode, &mut random),
        key: Some(new_key(db, &secret)),
        tiers: vec![tier(db, "free", 0, 5), tier(db, "pro", 2900, 500)],
        settings: ProjectSettings::default(),
    };
    projects::create(db, &new, &act(db, "project.create"))
        .await
        .unwrap();
    let tenant = projects::open_public(db, &new.publishable_key)
        .await
        .unwrap()
        .unwrap();
    (tenant, secret)
}

pub(crate) fn platform_id(db: &Db) -> PlatformId {
    PlatformId::new(db.now(), bytes())
}

pub(crate) fn new_key(db: &Db, secret: &SecretKey) -> NewKey {
    NewKey {
        id: KeyId::new(db.now(), bytes()),
        hash: secret.hash(),
        last_four: secret.last_four().to_owned(),
        label: "server".to_owned(),
    }
}

/// A monthly subscription, limited in `requests` a month.
pub(crate) fn tier(db: &Db, name: &str, price_minor: i64, limit: i64) -> Tier {
    let id = TierId::new(db.now(), bytes());
    let shown = name.to_uppercase();
    Tier {
        features: vec!["a \"quoted\" feature".to_owned()],
        is_default: price_minor == 0,
        position: price_minor,
        ..Tier::subscription(id, name, &shown, price_minor, Limit::Max(limit))
    }
}

/// Makes a customer with an external id and no e-mail.
pub(crate) async fn customer(db: &Db, scope: &Scope, external: &str) -> Customer {
    let fields = Fields {
        external_id: Some(external.to_owned()),
        ..no_fields()
    };
    create(db, scope, &fields).await.unwrap()
}

/// Makes a customer.
pub(crate) async fn create(db: &Db, scope: &Scope, fields: &Fields) -> Result<Customer> {
    let id = UserId::new(db.now(), bytes());
    customers::create(
        db,
        scope,
        &id,
        fields,
        None,
        None,
        &act(db, "customer.create"),
    )
    .await?;
    Ok(customers::find(db, scope, id.as_str()).await?.unwrap())
}

pub(crate) fn no_fields() -> Fields {
    Fields {
        metadata: "{}".to_owned(),
        ..Fields::default()
    }
}

pub(crate) fn act<'a>(db: &Db, action: &'static str) -> Act<'a> {
    Act {
        id: AuditId::new(db.now(), bytes()),
        at: db.now(),
        actor: ACTOR,
        action,
        subject: "something",
        detail: "{}".to_owned(),
    }
}

/// A call on a meter before it is sent.
#[derive(Clone)]
pub(crate) struct Call {
    subject: Arc<str>,
    meter: Meter,
    period: PeriodKind,
    amount: i64,
    limit: Limit,
    plan: Arc<str>,
    key: Option<Key>,
}

impl Call {
    /// One request of a month without a limit.
    pub(crate) fn by(subject: &str) -> Self {
        Self {
            subject: subject.into(),
            meter: Meter::requests(),
            period: PeriodKind::Month,
            amount: 1,
            limit: Limit::Unlimited,
            plan: "free".into(),
            key: None,
        }
    }

    pub(crate) fn at_most(mut self, limit: i64) -> Self {
        self.limit = Limit::Max(limit);
        self
    }

    pub(crate) fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    pub(crate) fn amount_of(&self) -> i64 {
        self.amount
    }

    pub(crate) fn amount(mut self, amount: i64) -> Self {
        self.amount = amount;
        self
    }

    pub(crate) fn every(mut self, period: PeriodKind) -> Self {
        self.period = period;
        self
    }

    pub(crate) fn meter(mut self, meter: &str) -> Self {
        self.meter = Meter::parse(meter).unwrap();
        self
    }

    pub(crate) fn plan(mut self, plan: &str) -> Self {
        self.plan = plan.into();
        self
    }

    /// With an idempotency key; `body` stands for what was asked.
    pub(crate) fn key(mut self, key: &str, body: &str) -> Self {
        self.key = Some(Key {
            hash: key.into(),
            body: body.into(),
        });
        self
    }

    /// What reaches the meter when the caller was judged as `seen`.
    pub(crate) fn take(&self, scope: &Scope, seen: Seen) -> Take {
        let amount = Amount::new(self.amount).unwrap();
        Take::new(
            scope,
            self.subject.clone(),
            self.meter.clone(),
            self.period,
            amount,
            seen,
        )
        .limited(self.limit, self.plan.clone())
        .keyed(self.key.clone())
    }

    /// Judges the caller as he is now, and counts.
    pub(crate) async fn send(&self, db: &Db, scope: &Scope) -> Result<Verdict> {
        let seen = judge(db, scope, &self.subject).await;
        db.take(self.take(scope, seen)).await
    }

    /// Counts, and expects that it was.
    pub(crate) async fn taken(&self, db: &Db, scope: &Scope) -> Tally {
        match self.send(db, scope).await.unwrap() {
            Verdict::Taken(tally) => tally,
            other => panic!("not counted: {other:?}"),
        }
    }

    /// Expects that the limit refuses it.
    pub(crate) async fn refused(&self, db: &Db, scope: &Scope) -> Tally {
        match self.send(db, scope).await.unwrap() {
            Verdict::Refused(tally) => tally,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// What the counter holds now.
    pub(crate) async fn used(&self, db: &Db, scope: &Scope) -> i64 {
        let (count, _) = usage::read(db, scope, &self.subject, &self.meter, self.period)
            .await
            .unwrap();
        count.used
    }
}

/// The versions a caller is judged by, read as the server reads them: slots first, then the tables.
pub(crate) async fn judge(db: &Db, scope: &Scope, subject: &str) -> Seen {
    let versions = db.versions();
    let (tenant, user) = (
        versions.tenant_slot(scope.tenant()),
        versions.user_slot(scope.tenant(), subject),
    );
    let (tenant, user) = ((tenant, versions.get(tenant)), (user, versions.get(user)));
    Seen {
        tenant,
        user,
        generation: projects::generation(db, scope.tenant())
            .await
            .unwrap()
            .unwrap_or(0),
        user_version: customers::version(db, scope, subject).await.unwrap(),
    }
}

/// Fresh bytes of an id.
pub(crate) fn bytes() -> [u8; 10] {
    let mut bytes = [0; 10];
    random(&mut bytes);
    bytes
}

/// Different at each call, which is all that ids and keys of a test need.
pub(crate) fn random(bytes: &mut [u8]) {
    let mut state = serial()
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(u64::from(std::process::id()));
    for byte in bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = state.to_be_bytes()[3];
    }
}

pub(crate) fn serial() -> u64 {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    DRAWN.fetch_add(1, Ordering::Relaxed)
}
