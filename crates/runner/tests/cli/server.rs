//! A small HTTP server on this machine that can misbehave.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// The whole body, or the part that was asked for.
    Body(Vec<u8>),
    /// The whole body, whatever part was asked for.
    WholeBody(Vec<u8>),
    /// Headers that promise the body (or the part asked for), but only so many bytes of it.
    BrokenOff(Vec<u8>, usize),
    /// A status without a body.
    Status(u16),
}

/// A running server; it ends with the test's process.
pub(crate) struct Server {
    /// Address of its root, ending in `/`.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers request number n (from 0) for a path with `reply(n, path)`.
    pub(crate) fn start(reply: impl Fn(usize, &str) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = requests.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &log, &reply);
            }
        });
        Self { url, requests }
    }

    /// `PATH RANGE` of all requests so far; the range is empty where none was asked for.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread panicked").clone()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>, reply: &impl Fn(usize, &str) -> Reply) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let (mut path, mut range) = (String::new(), String::new());
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
        let lower = line.to_ascii_lowercase();
        if let Some(rest) = line.strip_prefix("GET ") {
            path = rest.split(' ').next().unwrap_or("").to_owned();
        } else if let Some(rest) = lower.strip_prefix("range: ") {
            range = rest.trim().to_owned();
        }
        line.clear();
    }
    if path.is_empty() {
        return;
    }
    let index = {
        let mut log = log.lock().expect("no thread panicked");
        log.push(format!("{path} {range}").trim().to_owned());
        log.len() - 1
    };
    let from = range
        .strip_prefix("bytes=")
        .and_then(|r| r.strip_suffix('-')?.parse().ok());
    let answer = match reply(index, &path) {
        Reply::Status(status) => head(status, 0, ""),
        Reply::WholeBody(body) => [head(200, body.len(), ""), body].concat(),
        Reply::Body(body) => part(&body, from, usize::MAX),
        Reply::BrokenOff(body, n) => part(&body, from, n),
    };
    // A client that has seen enough may close first.
    let _ = stream.write_all(&answer);
}

fn part(body: &[u8], from: Option<usize>, n_sent: usize) -> Vec<u8> {
    let (mut answer, rest) = match from {
        Some(from) if from >= body.len() => return head(416, 0, ""),
        Some(from) => {
            let (last, length) = (body.len() - 1, body.len());
            let range = format!("Content-Range: bytes {from}-{last}/{length}\r\n");
            (head(206, length - from, &range), &body[from..])
        }
        None => (head(200, body.len(), ""), body),
    };
    answer.extend(&rest[..rest.len().min(n_sent)]);
    answer
}

fn head(status: u16, length: usize, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n")
        .into()
}
