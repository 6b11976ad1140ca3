//! An endpoint that webhooks are sent to.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What came, in order.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    came: Arc<Mutex<Vec<Came>>>,
    /// Statuses for the next requests; 200 after them.
    statuses: Arc<Mutex<Vec<u16>>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Came {
    pub(crate) signature: String,
    pub(crate) body: String,
    pub(crate) event: Value,
}

impl Receiver {
    pub(crate) async fn start(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/hook", listener.local_addr().unwrap()),
            came: Arc::default(),
            statuses: Arc::new(Mutex::new(statuses.iter().rev().copied().collect())),
        };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(own.clone().answer(stream));
            }
        });
        receiver
    }

    /// Waits until so many came.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Came> {
        for _ in 0..2400 {
            let came = self.came.lock().clone();
            if came.len() >= count {
                return came;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let came = self.came.lock().clone();
        assert!(came.len() >= count, "only these came: {came:?}");
        came
    }

    pub(crate) fn count(&self) -> usize {
        self.came.lock().len()
    }

    async fn answer(self, mut stream: TcpStream) {
        let mut read = Vec::new();
        loop {
            let mut piece = [0; 4096];
            let Ok(count @ 1..) = stream.read(&mut piece).await else {
                return;
            };
            read.extend_from_slice(&piece[..count]);
            let Some((head, body)) = whole(&read) else {
                continue;
            };
            self.came.lock().push(Came {
                signature: header(&head, "stripe-signature"),
                event: serde_json::from_str(&body).unwrap(),
                body,
            });
            let status = self.statuses.lock().pop().unwrap_or(200);
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
            read.clear();
        }
    }
}

/// Head and body, once both are there.
fn whole(read: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8(read.to_vec()).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length: usize = header(head, "content-length").parse().ok()?;
    (body.len() == length).then(|| (head.to_owned(), body.to_owned()))
}

fn header(head: &str, name: &str) -> String {
    let value = head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    });
    value.unwrap_or_default()
}
