//! The key that encrypts secrets at rest: from the settings, or made once in development (rules 23).

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dream_server::identity::seal;
use dream_server::random::Random;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::settings::groups::{Environment, Settings};
use crate::settings::secret::MasterKey;

/// The name of the file in the data directory.
const NAME: &str = "master.key";

/// Where the key of development lies.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(NAME)
}

/// The master key of the settings; in development the one of the data directory if none is set.
pub(super) fn master_key(settings: &Settings, random: &Random) -> Result<seal::MasterKey, Failure> {
    let key = match (&settings.master_key, settings.environment) {
        (Some(key), _) => key.clone(),
        (None, Environment::Development) => of_folder(&settings.data_dir, random)?,
        (None, Environment::Production) => {
            return Err(Failure::misuse("DREAM_MASTER_KEY is not set"));
        }
    };
    Ok(seal::MasterKey::new(key.expose())?)
}

fn of_folder(data_dir: &Path, random: &Random) -> Result<MasterKey, Failure> {
    let path = path(data_dir);
    let read = || std::fs::read_to_string(&path).map(Zeroizing::new);
    let text = match read() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(&path, random).and_then(|()| read())
        }
        read => read,
    };
    let text = text.map_err(|error| {
        Failure::new(format!("{} cannot be used: {error}", path.display()))
            .hint("see that this user may read and write the data directory")
    })?;
    MasterKey::parse(text.trim()).map_err(|what| {
        Failure::new(format!("The key in {} {what}", path.display()))
            .hint("put the file back as it was; what it encrypted cannot be read without it")
    })
}

/// Two starts at once make one key: a link takes no name that is taken.
fn make(path: &Path, random: &Random) -> io::Result<()> {
    let bytes = Zeroizing::new(random.bytes::<32>());
    let text = Zeroizing::new(STANDARD.encode(bytes.as_slice()) + "\n");
    let fresh = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&fresh, path);
    std::fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
