//! Where uploads are kept: a folder of this machine, or a bucket that speaks the protocol of S3 (AWS, R2, `MinIO`).

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, GetResult, ObjectStore, ObjectStoreExt as _};
use object_store::{PutPayload, RetryConfig};
use zeroize::Zeroizing;

use crate::tls;

/// Without a byte for so long, a transfer has failed.
const SILENCE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// Tries after the first one, and until when the last one begins.
const RETRIES: usize = 2;
const RETRY_FOR: Duration = Duration::from_secs(10);

/// Where objects lie.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a folder, made if it is not there.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(Bucket),
}

/// A bucket and the key to it; shows no secret.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What every name in it begins with; empty for nothing.
    pub prefix: String,
    /// Whom to speak to; none for AWS itself.
    pub endpoint: Option<String>,
    /// Its region; a part of every signature.
    pub region: String,
    /// Who we are there.
    pub access_key_id: String,
    /// What proves it.
    pub secret_access_key: Zeroizing<String>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("prefix", &self.prefix)
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// The objects of one place. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: String,
}

/// An object that is being read.
#[derive(Debug)]
pub struct Object(GetResult);

/// The place could not do it; the text is for whoever runs the server.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl Objects {
    /// Opens a place. A folder is made; a bucket is not asked for before it is used.
    pub fn open(place: &Place) -> Result<Self, Failure> {
        match place {
            Place::Folder(folder) => Ok(Self {
                store: Arc::new(local(folder)?),
                prefix: String::new(),
            }),
            Place::Bucket(bucket) => Ok(Self {
                store: Arc::new(remote(bucket)?),
                prefix: bucket.prefix.clone(),
            }),
        }
    }

    /// Keeps bytes under a name. When it answers, they outlast a loss of power as far as the place promises that.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let payload = PutPayload::from(bytes);
        let put = self.store.put(&self.path(name)?, payload).await;
        put.map(|_| ()).map_err(|e| failed(&e))
    }

    /// The object of a name; none if there is none.
    pub async fn get(&self, name: &str) -> Result<Option<Object>, Failure> {
        match self.store.get(&self.path(name)?).await {
            Ok(found) => Ok(Some(Object(found))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Removes an object; one that is not there is removed already.
    pub async fn remove(&self, name: &str) -> Result<(), Failure> {
        match self.store.delete(&self.path(name)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    fn path(&self, name: &str) -> Result<Path, Failure> {
        let whole = if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.prefix)
        };
        Path::parse(whole).map_err(|e| Failure(e.to_string()))
    }
}

impl Object {
    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        self.0.meta.size
    }

    /// Its bytes, piece by piece.
    pub fn bytes(
        self,
    ) -> impl Stream<Item = Result<impl Into<bytes::Bytes>, object_store::Error>> + Send {
        self.0.into_stream()
    }
}

fn local(folder: &std::path::Path) -> Result<LocalFileSystem, Failure> {
    let refused = |what: String| Failure(format!("{} cannot be used: {what}", folder.display()));
    std::fs::create_dir_all(folder).map_err(|e| refused(e.to_string()))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|e| refused(e.to_string()))?;
    Ok(store.with_fsync(true).with_automatic_cleanup(true))
}

fn remote(bucket: &Bucket) -> Result<AmazonS3, Failure> {
    let plain = bucket.endpoint.as_ref();
    let plain = plain.is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(bucket.secret_access_key.as_str())
        .with_allow_http(plain)
        .with_http_connector(Connector)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: RETRIES,
            retry_timeout: RETRY_FOR,
        });
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    builder.build().map_err(|e| failed(&e))
}

/// Makes the client of a bucket as all our clients are: with our TLS, no proxy, no redirects.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let generic = |source: Box<dyn std::error::Error + Send + Sync>| {
            let store = "S3";
            object_store::Error::Generic { store, source }
        };
        let tls = tls::client().map_err(|e| generic(e.into()))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .build();
        client.map(HttpClient::new).map_err(|e| generic(e.into()))
    }
}

fn failed(error: &object_store::Error) -> Failure {
    Failure(format!("The store of uploads failed: {error}"))
}
