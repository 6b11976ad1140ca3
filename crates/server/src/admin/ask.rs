//! The command line's side of the admin socket.

use std::io;
use std::path::Path;

use dream_domain::error::{Code, Error, Result};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::Command;
use super::socket::{Answer, Request, Spot};

/// Lets the server that runs on this data directory do it; none if no server listens there. With a name of
/// a database, only a server on that one does it.
pub async fn ask(
    data_dir: &Path,
    database: Option<String>,
    command: Command,
) -> Result<Option<Value>> {
    let Ok(spot) = Spot::in_folder(data_dir) else {
        return Ok(None);
    };
    let Ok(stream) = UnixStream::connect(spot.address()).await else {
        return Ok(None);
    };
    let request = Request { command, database };
    let answer = talk(stream, &request).await.map_err(|error| {
        let detail = "The running server did not answer the command to its end; its log says more";
        Code::Internal.error(detail).because(error)
    })?;
    match answer {
        Answer::Ok(value) => Ok(Some(value)),
        Answer::Error {
            code,
            detail,
            fixes,
        } => Err(fixes.into_iter().fold(error(&code, detail), |error, fix| {
            error.field("command", "is refused", fix)
        })),
    }
}

async fn talk(mut stream: UnixStream, request: &Request) -> io::Result<Answer> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(serde_json::from_slice(&answer)?)
}

fn error(code: &str, detail: String) -> Error {
    let known = Code::ALL.iter().find(|known| known.as_str() == code);
    known.unwrap_or(&Code::Internal).error(detail)
}
