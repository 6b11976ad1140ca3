//! Prefixed ids that sort by the time they were made: a prefix and a UUIDv7 as 32 hex digits.

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
}

fn make(prefix: &str, now: Millis, random: &[u8; 10]) -> String {
    let ms = u64::try_from(now.0).unwrap_or(0);
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
    use super::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let (early, late) = (UserId::new(Millis(1), [255; 10]), UserId::new(Millis(2), [0; 10]));
        assert!(early < late);
        assert_eq!(UserId::parse(early.as_str()).unwrap(), early);
        for bad in ["", "user_", "usr_0", "user_0123456789ABCDEF0123456789abcdef", "plt_0123456789abcdef0123456789abcdef"] {
            assert!(UserId::parse(bad).is_err(), "{bad}");
        }
    }
}
