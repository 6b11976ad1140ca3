//! A developer's own account: platform, credentials, registration.
