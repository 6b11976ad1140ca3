//! Prefixed ids that sort by the time they were made: a prefix and a UUID of version 7 as 32 hex digits.

use std::fmt;

use crate::error::{Code, Result};
use crate::time::Millis;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh id, from the time and ten random bytes.
            pub fn new(now: Millis, random: [u8; 10]) -> Self {
                Self(make($prefix, now, &random))
            }

            /// Reads an id; 422 if it does not have exactly this form.
            pub fn parse(text: &str) -> Result<Self> {
                check($prefix, text)?;
                Ok(Self(text.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A developer's account.
    PlatformId = "plt_";
    /// A project, in whatever mode.
    ProjectId = "prj_";
    /// An end user of one project mode.
    UserId = "user_";
    /// A secret key.
    KeyId = "key_";
    /// A session.
    SessionId = "sess_";
    /// A tier.
    TierId = "tier_";
    /// An event.
    EventId = "evt_";
    /// A record of the audit log.
    AuditId = "aud_";
    /// A change of a user's plan.
    ChangeId = "chg_";
    /// A request.
    RequestId = "req_";
    /// A code or link that proves something once.
    OneTimeId = "once_";
    /// Something that leaves through the outbox.
    MessageId = "msg_";
    /// A checkout of a plan.
    CheckoutId = "chk_";
    /// An order of a store.
    OrderId = "ord_";
    /// Stock that an order holds.
    ReservationId = "res_";
    /// Money that goes back.
    RefundId = "rfn_";
    /// Work on a project that outlives a request.
    WorkId = "work_";
}

fn make(prefix: &str, now: Millis, random: &[u8; 10]) -> String {
    // A UUIDv7 has 48 bits of time; a clock before 1970 or after the year 10889 must not wrap around.
    let ms = u64::try_from(now.0).unwrap_or(0).min((1 << 48) - 1);
    let uuid = uuid::Builder::from_unix_timestamp_millis(ms, random).into_uuid();
    let mut text = String::with_capacity(prefix.len() + 32);
    text.push_str(prefix);
    text.push_str(uuid.simple().encode_lower(&mut uuid::Uuid::encode_buffer()));
    text
}

fn check(prefix: &str, text: &str) -> Result<()> {
    let body = text.strip_prefix(prefix).unwrap_or_default();
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if body.len() == 32 && body.bytes().all(hex) {
        return Ok(());
    }
    Err(Code::InvalidId.error(format!("An id of this kind is {prefix} and 32 hex digits")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_read_back_and_sort_by_time(a in 0_i64..1 << 48, b in 0_i64..1 << 48, one: [u8; 10], two: [u8; 10]) {
            let (first, second) = (EventId::new(Millis(a), one), EventId::new(Millis(b), two));
            prop_assert_eq!(&EventId::parse(first.as_str()).unwrap(), &first);
            if a != b {
                prop_assert_eq!(first < second, a < b);
            }
        }

        #[test]
        fn no_time_panics(ms: i64, random: [u8; 10]) {
            prop_assert!(KeyId::parse(KeyId::new(Millis(ms), random).as_str()).is_ok());
        }
    }

    #[test]
    fn the_body_is_a_uuid_of_version_7() {
        let id = PlatformId::new(Millis(1_795_248_960_500), [255; 10]);
        let uuid: uuid::Uuid = id.as_str()[PlatformId::PREFIX.len()..].parse().unwrap();
        assert_eq!(
            (uuid.get_version_num(), uuid.get_variant()),
            (7, uuid::Variant::RFC4122)
        );
        assert!(id.as_str().starts_with("plt_"));
        assert_eq!(
            (id.to_string(), format!("{id:?}")),
            (id.as_str().to_owned(), id.as_str().to_owned())
        );
    }

    #[test]
    fn only_the_exact_form_is_read() {
        let good = "0123456789abcdef0123456789abcdef";
        assert!(UserId::parse(&format!("user_{good}")).is_ok());
        for bad in [
            String::new(),
            "user_".into(),
            good.into(),
            format!("plt_{good}"),
            format!("User_{good}"),
            format!("user_{}", good.to_uppercase()),
            format!("user_{good}0"),
            format!("user_{}", &good[1..]),
            format!("user_{good} "),
            format!(" user_{good}"),
            format!("user_{}\0", &good[1..]),
            format!("user_{}é", &good[2..]),
            "user_01234567-89ab-cdef-0123-456789abcdef".into(),
        ] {
            let error = UserId::parse(&bad).unwrap_err();
            assert_eq!(error.code(), Code::InvalidId, "{bad}");
            assert!(error.detail().contains("user_"), "{bad}");
        }
    }
}
