//! Secrets at rest: AES-256-GCM under the master key, bound to what they belong to.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dream_domain::error::{Code, Error, Result};
use dream_domain::text::hex;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::random::Random;

/// The master key; `Debug` shows nothing of it.
pub struct MasterKey {
    key: LessSafeKey,
    check: String,
    derived: Zeroizing<[u8; 32]>,
    codes: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(••••)")
    }
}

impl MasterKey {
    /// Takes 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes)
            .map_err(|_| Code::Internal.error("The master key cannot be used"))?;
        let check = hex(&derive(bytes, b"dream-api master key check")[..8]);
        Ok(Self {
            key: LessSafeKey::new(key),
            check,
            derived: Zeroizing::new(derive(bytes, b"dream-api cursors")),
            codes: Zeroizing::new(derive(bytes, b"dream-api codes")),
        })
    }

    /// A fingerprint that tells processes with another master key apart, and nothing else.
    pub fn check(&self) -> &str {
        &self.check
    }

    /// A fingerprint (HMAC-SHA256, hex) that only this installation can make: what is stored of a short code.
    pub(crate) fn mac(&self, belongs_to: &str, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.codes);
        let mut context = hmac::Context::with_key(&key);
        context.update(belongs_to.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        hex(context.sign().as_ref())
    }

    /// A secret for seals that need no confidentiality.
    pub(crate) fn cursors(&self) -> &[u8] {
        &*self.derived
    }

    /// Encrypts; `belongs_to` must be given again to decrypt.
    pub(crate) fn seal(&self, random: &Random, belongs_to: &str, plain: &[u8]) -> Result<String> {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut bytes = plain.to_vec();
        let sealed = self.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(belongs_to),
            &mut bytes,
        );
        sealed.map_err(|_| Code::Internal.error("A secret could not be encrypted"))?;
        Ok(STANDARD.encode([nonce.as_slice(), &bytes].concat()))
    }

    /// Decrypts what [`Self::seal`] made for the same owner.
    pub(crate) fn open(&self, belongs_to: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(STANDARD.decode(sealed).map_err(|_| unreadable())?);
        if bytes.len() < NONCE_LEN {
            return Err(unreadable());
        }
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&bytes[..NONCE_LEN]);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(belongs_to), &mut bytes[NONCE_LEN..])
            .map_err(|_| unreadable())?;
        Ok(Zeroizing::new(plain.to_vec()))
    }
}

fn derive(key: &[u8], purpose: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(key);
    hash.update(purpose);
    hash.finalize().into()
}

fn unreadable() -> Error {
    Code::Internal.error("A stored secret cannot be read with this DREAM_MASTER_KEY; start with the key it was written with")
}
