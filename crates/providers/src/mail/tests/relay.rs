//! A small relay on loopback that remembers what it was told and answers as a test wants.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the relay does instead of taking a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mood {
    /// Takes everything.
    Kind,
    /// Says this to the first line after the greeting.
    Greets(&'static str),
    /// Says this to every receiver.
    Receives(&'static str),
    /// Says this to every password.
    Knows(&'static str),
    /// Says nothing at all.
    Hangs,
    /// Says one byte now and then.
    Drips,
    /// Takes one mail and closes without a word.
    LeavesAfterOne,
    /// Says that it can do STARTTLS and cannot.
    Starts,
}

/// A relay that runs until the test ends.
pub(super) struct Relay {
    pub(super) port: u16,
    heard: Arc<Mutex<Heard>>,
}

/// What came in.
#[derive(Clone, Default, Debug)]
pub(super) struct Heard {
    pub(super) connections: usize,
    pub(super) commands: Vec<String>,
    pub(super) mails: Vec<String>,
}

impl Relay {
    pub(super) async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Heard>>::default();
        let ears = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                ears.lock().unwrap().connections += 1;
                tokio::spawn(talk(stream, mood, ears.clone()));
            }
        });
        Self { port, heard }
    }

    pub(super) fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, mood: Mood, heard: Arc<Mutex<Heard>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    match mood {
        Mood::Hangs => std::future::pending().await,
        Mood::Drips => loop {
            write.write_all(b"2").await.ok()?;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        },
        _ => {}
    }
    let mut say = async |line: &str| write.write_all(format!("{line}\r\n").as_bytes()).await.ok();
    say("220 loopback").await?;
    while let Ok(Some(line)) = lines.next_line().await {
        heard.lock().unwrap().commands.push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        match (verb, mood) {
            ("EHLO", Mood::Greets(answer))
            | ("AUTH", Mood::Knows(answer))
            | ("RCPT", Mood::Receives(answer)) => say(answer).await?,
            ("EHLO", Mood::Starts) => say("250-loopback\r\n250 STARTTLS").await?,
            ("EHLO", _) => say("250-loopback\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await?,
            ("AUTH", _) => say("235 known").await?,
            ("STARTTLS", _) => say("454 not now").await?,
            ("DATA", _) => {
                say("354 go on").await?;
                let mut mail = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push_str("\r\n");
                }
                heard.lock().unwrap().mails.push(mail);
                say("250 taken").await?;
                if mood == Mood::LeavesAfterOne {
                    return None;
                }
            }
            ("QUIT", _) => {
                say("221 goodbye").await?;
                return None;
            }
            _ => say("250 fine").await?,
        }
    }
    None
}
