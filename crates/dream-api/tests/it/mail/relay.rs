//! A small relay on loopback that remembers what it was told and answers as a test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A relay that runs until the test ends.
pub(super) struct Relay {
    pub(super) url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// What is said to a receiver instead of 250.
    refusal: Option<&'static str>,
    /// How long it takes to take a mail.
    pause: Duration,
    tries: usize,
    mails: Vec<String>,
}

impl Relay {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://user:secret@{}", listener.local_addr().unwrap());
        let shared = Arc::<Mutex<Shared>>::default();
        let own = shared.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, own.clone()));
            }
        });
        Self { url, shared }
    }

    /// From now on receivers are refused with this; none for no longer.
    pub(super) fn refuse(&self, refusal: Option<&'static str>) {
        self.shared.lock().unwrap().refusal = refusal;
    }

    /// From now on it takes its time.
    pub(super) fn slow(&self, pause: Duration) {
        self.shared.lock().unwrap().pause = pause;
    }

    /// How many mails were begun.
    pub(super) fn tries(&self) -> usize {
        self.shared.lock().unwrap().tries
    }

    /// Every mail that was taken, head and body.
    pub(super) fn mails(&self) -> Vec<String> {
        self.shared.lock().unwrap().mails.clone()
    }
}

async fn talk(stream: TcpStream, shared: Arc<Mutex<Shared>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut say = async |line: &str| write.write_all(format!("{line}\r\n").as_bytes()).await.ok();
    say("220 loopback").await?;
    while let Some(line) = lines.next_line().await.ok()? {
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => say("250-loopback\r\n250 AUTH PLAIN").await?,
            "AUTH" => say("235 known").await?,
            "MAIL" => {
                shared.lock().unwrap().tries += 1;
                say("250 fine").await?;
            }
            "RCPT" => {
                let refusal = shared.lock().unwrap().refusal;
                say(refusal.unwrap_or("250 fine")).await?;
            }
            "DATA" => {
                say("354 go on").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                let pause = shared.lock().unwrap().pause;
                tokio::time::sleep(pause).await;
                shared.lock().unwrap().mails.push(mail);
                say("250 taken").await?;
            }
            "QUIT" => return say("221 goodbye").await,
            _ => say("250 fine").await?,
        }
    }
    None
}
