//! The folder that holds the state of a submission, beside the results folder `DIR`:
//!
//! ```text
//! DIR.shards/submission.json   what was submitted: study, number of shards, engine
//! DIR.shards/STUDY.toml        the study as it was
//! DIR.shards/oracles/          its comparators, made by a job of their own
//! DIR.shards/costs.json        what its scenarios cost, where that is measured by a job
//! DIR.shards/oracles.sh        the scripts
//! DIR.shards/shard.sh
//! DIR.shards/logs/             what the jobs said
//! DIR.shards/I-of-N/           the shards, each as `oha-host run --shard I/N` leaves it
//! ```

use super::{Array, Engine, SubmitError, Work};
use crate::session::{comparators, costs};
use crate::store::{self, Census, Shard, StoreError, write_bytes};
use crate::study::Study;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What a submission was made with. Only `study`, `shards` and `engine` are compared: the rest is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Digest of the study and its libraries.
    pub study: String,
    /// Number of shards.
    pub shards: u64,
    /// Name of the batch system.
    pub engine: String,
    /// Part of the jobs' names, different for every folder.
    pub token: String,
    /// Most elements of one array when the first one was submitted: it decides which element is which shard.
    pub elements_max: u64,
}

/// A submission that this process follows, and no other.
pub struct Submission {
    dir: PathBuf,
    terms: Terms,
    study: PathBuf,
    /// The study file has other bytes than the copy.
    is_copy_old: bool,
    _lock: File,
}

/// The folder of a submission whose results go to `out`.
#[must_use]
pub fn folder(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".shards");
    out.with_file_name(name)
}

fn make(folder: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(folder).map_err(|e| StoreError::io("make", folder, e))
}

impl Submission {
    /// Begins a submission for the results folder `out`, or takes one up.
    ///
    /// # Errors
    /// Another study, number of shards or engine in the folder; another process that follows it; a batch system that does not answer.
    pub fn open(out: &Path, study_file: &Path, study: &Study, shards: u64, engine: (&str, &dyn Engine)) -> Result<Self, SubmitError> {
        let dir = folder(out);
        make(&dir)?;
        let dir = fs::canonicalize(&dir).map_err(|e| StoreError::io("read", &dir, e))?;
        let lock = store::lock(&dir)?;
        let (name, engine) = engine;
        let path = dir.join("submission.json");
        let digest = study.digest_with_libraries();
        let terms = match fs::read(&path) {
            Ok(bytes) => {
                let terms: Terms = serde_json::from_slice(&bytes).map_err(|e| StoreError::damaged(&path, e.to_string()))?;
                check(&dir, &terms, &digest, shards, name)?;
                terms
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let token = token(&digest, &dir);
                let terms = Terms { study: digest, shards, engine: name.to_owned(), token, elements_max: engine.elements_max()? };
                write_bytes(&path, format!("{}\n", serde_json::to_string_pretty(&terms).expect("plain data")).as_bytes())?;
                terms
            }
            Err(e) => return Err(StoreError::io("read", &path, e).into()),
        };
        make(&dir.join("logs"))?;
        let copy = dir.join(study_file.file_name().unwrap_or_default());
        let text = fs::read(study_file).map_err(|e| StoreError::io("read", study_file, e))?;
        let held = fs::read(&copy).ok();
        if held.is_none() {
            write_bytes(&copy, &text)?;
        }
        let is_copy_old = held.is_some_and(|held| held != text);
        Ok(Self { dir, terms, study: copy, is_copy_old, _lock: lock })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The study as it was submitted.
    #[must_use]
    pub fn study(&self) -> &Path {
        &self.study
    }

    /// Whether the study file has been edited since, in what reaches no episode.
    #[must_use]
    pub const fn is_copy_old(&self) -> bool {
        self.is_copy_old
    }

    /// The folder of logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.dir.join("logs")
    }

    /// Writes a script.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_script(&self, name: &str, text: &str) -> Result<(), StoreError> {
        write_bytes(&self.dir.join(name), text.as_bytes())
    }

    /// The comparators, as work of one element.
    #[must_use]
    pub fn oracles<'a>(&'a self, study: &'a Study) -> Single<'a> {
        let path = oracles_file(&self.dir);
        Single { submission: self, name: "oracles", is_done: Box::new(move || path.exists() && comparators::read(study, &path).is_ok()) }
    }

    /// The measurement of costs, as work of one element.
    #[must_use]
    pub fn costs<'a>(&'a self, study: &'a Study) -> Single<'a> {
        let path = costs_file(&self.dir);
        Single { submission: self, name: "costs", is_done: Box::new(move || costs::read(study, &path).is_ok()) }
    }

    /// The shards, as work of as many elements.
    #[must_use]
    pub fn shards(&self) -> Shards<'_> {
        Shards { submission: self, census: RefCell::new(Census::new(self.terms.shards)) }
    }

    /// The folders of all shards, in order.
    #[must_use]
    pub fn shard_folders(&self) -> Vec<PathBuf> {
        (1..=self.terms.shards).map(|index| shard_folder(&self.dir, index, self.terms.shards)).collect()
    }
}

/// Where the job of the comparators leaves them.
#[must_use]
pub fn oracles_file(dir: &Path) -> PathBuf {
    dir.join("oracles").join("oracles.json")
}

/// Where the job that measures costs leaves them.
#[must_use]
pub fn costs_file(dir: &Path) -> PathBuf {
    dir.join("costs.json")
}

fn shard_folder(dir: &Path, index: u64, count: u64) -> PathBuf {
    dir.join(format!("{index}-of-{count}"))
}

fn check(dir: &Path, terms: &Terms, digest: &str, shards: u64, engine: &str) -> Result<(), SubmitError> {
    let refuse = |found: String, wanted: String| Err(SubmitError::OtherTerms { path: dir.to_owned(), found, wanted });
    if terms.study != digest {
        return refuse(
            format!("another study or build of its libraries (digest {})", &terms.study[..12.min(terms.study.len())]),
            digest[..12].to_owned(),
        );
    }
    if terms.shards != shards {
        return refuse(format!("{} shards", terms.shards), shards.to_string());
    }
    if terms.engine != engine {
        return refuse(format!("engine `{}`", terms.engine), format!("`{engine}`"));
    }
    Ok(())
}

/// Different for every study and folder.
fn token(digest: &str, dir: &Path) -> String {
    let hash = Sha256::digest(format!("{digest} {}", dir.display()).as_bytes());
    hash.iter().take(6).map(|b| format!("{b:02x}")).collect()
}

/// A job of its own that makes one file.
pub struct Single<'a> {
    submission: &'a Submission,
    name: &'static str,
    is_done: Box<dyn Fn() -> bool + 'a>,
}

impl Work for Single<'_> {
    fn what(&self) -> &'static str {
        "jobs"
    }

    fn n(&self) -> u64 {
        1
    }

    fn is_done(&self, _: u64) -> Result<bool, StoreError> {
        Ok((self.is_done)())
    }

    fn array(&self, n: u64) -> (String, u64) {
        (format!("oha-{}-{}", self.submission.terms.token, self.name), n)
    }

    fn arrays(&self) -> Vec<String> {
        vec![self.array(1).0]
    }

    fn job(&self, name: &str, elements: Vec<u64>) -> Array {
        Array { name: name.to_owned(), elements, offset: 0, script: self.submission.dir.join(format!("{}.sh", self.name)) }
    }
}

/// The jobs that run the shards.
pub struct Shards<'a> {
    submission: &'a Submission,
    census: RefCell<Census>,
}

impl Shards<'_> {
    fn chunk(&self, n: u64) -> u64 {
        (n - 1) / self.submission.terms.elements_max
    }

    fn name(&self, chunk: u64) -> String {
        format!("oha-{}-{chunk}", self.submission.terms.token)
    }
}

impl Work for Shards<'_> {
    fn what(&self) -> &'static str {
        "shards"
    }

    fn n(&self) -> u64 {
        self.submission.terms.shards
    }

    fn is_done(&self, n: u64) -> Result<bool, StoreError> {
        let shard = Shard { index: n, count: self.n() };
        self.census.borrow_mut().is_complete(&shard_folder(&self.submission.dir, n, self.n()), shard)
    }

    fn array(&self, n: u64) -> (String, u64) {
        let chunk = self.chunk(n);
        (self.name(chunk), n - chunk * self.submission.terms.elements_max)
    }

    fn arrays(&self) -> Vec<String> {
        (0..=self.chunk(self.n())).map(|chunk| self.name(chunk)).collect()
    }

    fn job(&self, name: &str, elements: Vec<u64>) -> Array {
        let chunk: u64 = name.rsplit('-').next().and_then(|chunk| chunk.parse().ok()).expect("the name was made here");
        let offset = chunk * self.submission.terms.elements_max;
        Array { name: name.to_owned(), elements, offset, script: self.submission.dir.join("shard.sh") }
    }
}
