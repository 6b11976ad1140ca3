//! Where uploads are kept: a folder, or a bucket with the key to it.

use std::path::PathBuf;

use dream_server::config::Uploads;
use zeroize::Zeroizing;

use super::address::{WebUrl, Wrong};
use super::groups::Settings;
use super::read::Reader;
use super::secret::Secret;

/// `assets_url` and `[assets]`.
#[derive(Debug, Clone)]
pub(crate) struct Assets {
    /// None: `assets` in the data folder.
    pub(crate) url: Option<AssetsUrl>,
    /// None: AWS.
    pub(crate) endpoint: Option<WebUrl>,
    /// Such as `us-east-1` or `auto`.
    pub(crate) region: String,
    /// None unless there is a bucket.
    pub(crate) access_key_id: Option<String>,
    /// Of that key.
    pub(crate) secret_access_key: Option<Secret>,
}

/// `file://folder` or `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AssetsUrl {
    /// Relative to the working directory, or absolute.
    Folder(PathBuf),
    /// A bucket, and what names in it begin with; empty for nothing.
    Bucket(String, String),
}

impl AssetsUrl {
    /// Reads an address.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let fix =
            "write file:// and a folder, or s3:// and a bucket, with a / and a prefix if you like";
        if let Some(folder) = text
            .strip_prefix("file://")
            .filter(|folder| !folder.is_empty())
        {
            return Ok(Self::Folder(PathBuf::from(folder)));
        }
        let Some(rest) = text.strip_prefix("s3://") else {
            return Err(Wrong::new("does not begin with file:// or s3://", fix));
        };
        let rest = rest.trim_end_matches('/');
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let is_name = |text: &str| text.chars().all(plain) && !matches!(text, "" | "." | "..");
        if !is_name(bucket) || !(prefix.is_empty() || prefix.split('/').all(is_name)) {
            let message =
                "has a bucket or prefix with other characters than letters, digits, - . and _";
            return Err(Wrong::new(message, fix));
        }
        Ok(Self::Bucket(bucket.to_owned(), prefix.to_owned()))
    }
}

/// Reads `assets_url` and `[assets]`.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Assets> {
    let url = reader.optional("assets_url", AssetsUrl::parse);
    let endpoint = reader.optional("assets.endpoint", WebUrl::parse);
    let region = reader.required("assets.region", word);
    Some(Assets {
        url,
        endpoint,
        region: region?,
        access_key_id: reader.optional("assets.access_key_id", word),
        secret_access_key: reader.optional("assets.secret_access_key", |text| {
            word(text).map(|text| Secret::new(&text))
        }),
    })
}

fn word(text: &str) -> Result<String, Wrong> {
    if text.contains(char::is_whitespace) {
        let fix = "copy it again, without anything around it";
        return Err(Wrong::new("has blanks", fix));
    }
    Ok(text.to_owned())
}

impl Settings {
    /// Where uploads are kept, as the server is told. Without a key, which [`super::check`] refuses, a bucket has an
    /// empty one.
    pub(crate) fn uploads(&self) -> Uploads {
        let assets = &self.assets;
        match &assets.url {
            None => Uploads::folder(self.data_dir.join("assets")),
            Some(AssetsUrl::Folder(folder)) => Uploads::folder(folder.clone()),
            Some(AssetsUrl::Bucket(bucket, prefix)) => {
                let endpoint = assets.endpoint.as_ref().map(WebUrl::as_str);
                let secret = assets.secret_access_key.as_ref().map(Secret::expose);
                let key = (
                    assets.access_key_id.clone().unwrap_or_default(),
                    Zeroizing::new(secret.unwrap_or_default().to_owned()),
                );
                Uploads::bucket(bucket, prefix, endpoint, &assets.region, key)
            }
        }
    }
}
