use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;

use tempfile::TempDir;

use super::server::{Reply, Server};
use super::*;

fn body() -> Vec<u8> {
    (0..200_000_u32).flat_map(|i| i.to_le_bytes()).collect()
}

fn digest(bytes: &[u8]) -> String {
    apical_experiment::spec::sha256(bytes)
}

struct Target {
    _folder: TempDir,
    path: PathBuf,
}

impl Target {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("deep/file.gz");
        Self {
            _folder: folder,
            path,
        }
    }

    fn part(&self) -> PathBuf {
        self.path.with_extension("gz.part")
    }

    /// Fetches what must be [`body`].
    fn fetch(&self, urls: &[String]) -> Result<String> {
        self.fetch_at_most(urls, u64::MAX)
    }

    fn fetch_at_most(&self, urls: &[String], max_bytes: u64) -> Result<String> {
        let judge = |path: &Path| {
            let found = sha256_of(path).map_err(|error| error.to_string())?;
            let expected = digest(&body());
            let is_right = found == expected;
            is_right
                .then_some(())
                .ok_or(format!("SHA-256 is {found}, expected {expected}"))
        };
        let fetch = Fetch {
            urls,
            target: &self.path,
            judge: &judge,
            is_known: true,
            n_bytes: None,
            max_bytes,
            pace: Pace {
                time: Duration::from_millis(200),
                n_bytes: 100,
            },
        };
        fetch.run(&mut |_, _| {})
    }
}

fn urls(servers: &[&Server]) -> Vec<String> {
    servers
        .iter()
        .map(|server| format!("{}file.gz", server.url))
        .collect()
}

#[test]
fn a_file_arrives_whole_and_is_verified() {
    let server = Server::start(|_, _| Reply::Body(body()));
    let target = Target::new();
    let found = target.fetch(&urls(&[&server])).expect("fetched");
    assert_eq!(found, digest(&body()));
    assert_eq!(fs::read(&target.path).expect("written"), body());
    assert!(!target.part().exists());
    assert_eq!(server.requests(), ["/file.gz"]);
}

#[test]
fn a_broken_download_goes_on_where_it_broke_off() {
    let server = Server::start(|n, _| match n {
        0 => Reply::BrokenOff(body(), 300_000),
        1 => Reply::BrokenOff(body(), 100_000),
        _ => Reply::Body(body()),
    });
    let target = Target::new();
    target.fetch(&urls(&[&server])).expect("fetched");
    assert_eq!(fs::read(&target.path).expect("written"), body());
    let expected = [
        "/file.gz",
        "/file.gz bytes=300000-",
        "/file.gz bytes=400000-",
    ];
    assert_eq!(server.requests(), expected);
}

#[test]
fn an_interrupted_command_goes_on_with_what_is_there() {
    let server = Server::start(|_, _| Reply::Body(body()));
    let target = Target::new();
    fs::create_dir_all(target.path.parent().expect("a folder")).expect("made");
    fs::write(target.part(), &body()[..5_000]).expect("written");
    target.fetch(&urls(&[&server])).expect("fetched");
    assert_eq!(fs::read(&target.path).expect("written"), body());
    assert_eq!(server.requests(), ["/file.gz bytes=5000-"]);
}

#[test]
fn a_server_that_knows_no_ranges_starts_again() {
    let server = Server::start(|_, _| Reply::WholeBody(body()));
    let target = Target::new();
    fs::create_dir_all(target.path.parent().expect("a folder")).expect("made");
    fs::write(target.part(), b"half").expect("written");
    target.fetch(&urls(&[&server])).expect("fetched");
    assert_eq!(fs::read(&target.path).expect("written"), body());
}

#[test]
fn a_part_of_another_file_is_thrown_away() {
    let server = Server::start(|_, _| Reply::Body(body()));
    let target = Target::new();
    fs::create_dir_all(target.path.parent().expect("a folder")).expect("made");
    for wrong in [
        vec![7; 1_000],
        vec![7; body().len()],
        vec![7; body().len() + 9],
    ] {
        fs::write(target.part(), wrong).expect("written");
        target.fetch(&urls(&[&server])).expect("fetched");
        assert_eq!(fs::read(&target.path).expect("written"), body());
    }
}

#[test]
fn a_wrong_body_is_deleted_and_the_next_mirror_asked() {
    let wrong = Server::start(|_, _| Reply::Body(b"another file".to_vec()));
    let right = Server::start(|_, _| Reply::Body(body()));
    let target = Target::new();
    target.fetch(&urls(&[&wrong, &right])).expect("fetched");
    assert_eq!(fs::read(&target.path).expect("written"), body());
    assert_eq!(right.requests(), ["/file.gz"]);
}

#[test]
fn a_missing_file_and_a_dead_mirror_lead_to_the_next() {
    let missing = Server::start(|_, _| Reply::Status(404));
    let right = Server::start(|_, _| Reply::Body(body()));
    let dead = "http://127.0.0.1:1/file.gz".to_owned();
    let target = Target::new();
    let urls = [vec![dead], urls(&[&missing, &right])].concat();
    target.fetch(&urls).expect("fetched");
    assert_eq!(fs::read(&target.path).expect("written"), body());
}

#[test]
fn without_a_good_mirror_nothing_is_kept() {
    let wrong = Server::start(|_, _| Reply::Body(b"another file".to_vec()));
    let missing = Server::start(|_, _| Reply::Status(404));
    let target = Target::new();
    let error = target
        .fetch(&urls(&[&wrong, &missing]))
        .expect_err("no mirror has the file");
    let text = error.to_string();
    assert!(
        text.contains("SHA-256 is") && text.contains("the server answered 404"),
        "{text}"
    );
    assert!(!target.path.exists() && !target.part().exists());
}

#[test]
fn a_body_longer_than_the_file_is_not_taken() {
    let server = Server::start(|_, _| Reply::Body(body()));
    let target = Target::new();
    let urls = urls(&[&server]);
    let error = target.fetch_at_most(&urls, 1_000).expect_err("too long");
    assert!(
        error.to_string().contains("more than 1000 bytes came"),
        "{error}"
    );
    assert!(!target.path.exists() && !target.part().exists());
}

/// The address of a server that sends fifty bytes a second.
fn dripping() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/file.gz", listener.local_addr().expect("bound"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let length = body().len();
            let head = format!("HTTP/1.1 200 x\r\nContent-Length: {length}\r\n\r\n");
            let mut sent = stream.write_all(head.as_bytes());
            while sent.is_ok() {
                thread::sleep(Duration::from_millis(20));
                sent = stream.write_all(b"x");
            }
        }
    });
    url
}

#[test]
fn a_server_that_drips_gives_way_to_the_next() {
    let drip = vec![dripping()];
    let right = Server::start(|_, _| Reply::Body(body()));
    let target = Target::new();
    let began = Instant::now();
    let both = [drip.clone(), urls(&[&right])].concat();
    target.fetch(&both).expect("fetched");
    assert_eq!(fs::read(&target.path).expect("written"), body());
    assert!(began.elapsed() < Duration::from_secs(5));
    let error = target.fetch(&drip).expect_err("too slow");
    assert!(
        error.to_string().contains("bytes came within 0.2"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_planted_link_is_not_followed() {
    let server = Server::start(|_, _| Reply::Body(body()));
    let target = Target::new();
    let folder = target.path.parent().expect("a folder");
    fs::create_dir_all(folder).expect("made");
    let mine = folder.join("mine.txt");
    fs::write(&mine, "mine").expect("written");
    std::os::unix::fs::symlink(&mine, target.part()).expect("linked");
    target.fetch(&urls(&[&server])).expect("fetched");
    assert_eq!(fs::read(&target.path).expect("written"), body());
    assert_eq!(fs::read(&mine).expect("there"), b"mine");
}
