//! Oracles kept on disk, one file a scenario: what was found once is not searched for again, and a killed search goes on at the next scenario.
//!
//! A key is the SHA-256 of everything that decides the result: the scenario's specification, the study's seed, the settings of the search and the version of the
//! ladder. A file that is damaged or of another format is ignored with a note, and replaced.

use crate::sim::oracle::{LADDER_VERSION, Oracles, Settings};
use crate::sim::scenario::Scenario;
use crate::store::{StoreError, write_bytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Version of the files.
const FORMAT: u32 = 1;

/// A folder of oracles.
#[derive(Clone, Debug)]
pub struct OracleCache {
    dir: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    format: u32,
    key: String,
    /// SHA-256 of `oracles` in canonical form: a file that was cut or edited does not pass.
    sha256: String,
    oracles: Oracles,
}

/// What a look-up found.
#[derive(Debug)]
pub enum Lookup {
    /// The oracles.
    Found(Oracles),
    /// No file.
    Absent,
    /// A file that cannot be used, and why.
    Unusable(String),
}

impl OracleCache {
    /// The cache in a folder, which is made when the first oracle is stored.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    fn key(scenario: &Scenario, study_seed: u64, settings: Settings) -> String {
        let all = serde_json::json!({ "scenario": scenario.digest(), "seed": study_seed, "settings": settings, "ladder": LADDER_VERSION });
        hexadecimal(all.to_string().as_bytes())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.dir.join(format!("{key}.json"))
    }

    /// Looks for the oracles of a scenario.
    #[must_use]
    pub fn get(&self, scenario: &Scenario, study_seed: u64, settings: Settings) -> Lookup {
        let key = Self::key(scenario, study_seed, settings);
        let path = self.path(&key);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Lookup::Absent,
            Err(e) => return Lookup::Unusable(format!("cached oracle `{}` cannot be read: {e}", path.display())),
        };
        let unusable = |why: &str| Lookup::Unusable(format!("cached oracle `{}` is ignored: {why}", path.display()));
        match serde_json::from_str::<Entry>(&text) {
            Err(e) => unusable(&e.to_string()),
            Ok(entry) if entry.format != FORMAT => unusable(&format!("it has format {}, this version reads {FORMAT}", entry.format)),
            Ok(entry) if entry.key != key => unusable("it belongs to another scenario"),
            Ok(entry) if entry.sha256 != checksum(&entry.oracles) => unusable("its checksum does not match"),
            Ok(entry) => Lookup::Found(entry.oracles),
        }
    }

    /// Stores the oracles of a scenario.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(&self, scenario: &Scenario, study_seed: u64, settings: Settings, oracles: &Oracles) -> Result<(), StoreError> {
        let key = Self::key(scenario, study_seed, settings);
        std::fs::create_dir_all(&self.dir).map_err(|e| StoreError::io("create", &self.dir, e))?;
        let path = self.path(&key);
        let entry = Entry { format: FORMAT, sha256: checksum(oracles), key, oracles: oracles.clone() };
        let mut text = serde_json::to_string(&entry).expect("oracles are plain data");
        text.push('\n');
        write_bytes(&path, text.as_bytes())
    }
}

fn checksum(oracles: &Oracles) -> String {
    hexadecimal(serde_json::to_string(oracles).expect("oracles are plain data").as_bytes())
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::oracle::{compute, serial};
    use crate::sim::scenario::from_json;

    #[test]
    fn what_is_stored_is_found_and_what_is_damaged_is_named() {
        let scenario = from_json(&serde_json::json!({ "name": "c", "task": { "kind": "tracking" }, "n_steps": 40 })).expect("valid");
        let settings = Settings { n_tuning_seeds: 1, budget: 60, switches: 1 };
        let oracles = compute(&scenario, 0, settings, &serial);
        let dir = tempfile::tempdir().expect("a folder");
        let cache = OracleCache::new(&dir.path().join("made on demand"));
        assert!(matches!(cache.get(&scenario, 0, settings), Lookup::Absent));
        cache.put(&scenario, 0, settings, &oracles).expect("written");
        assert!(matches!(cache.get(&scenario, 0, settings), Lookup::Found(found) if found == oracles));
        assert!(matches!(cache.get(&scenario, 1, settings), Lookup::Absent));
        assert!(matches!(cache.get(&scenario, 0, Settings { budget: 61, ..settings }), Lookup::Absent));
        let path = cache.path(&OracleCache::key(&scenario, 0, settings));
        let text = std::fs::read_to_string(&path).expect("there");
        for damaged in [text[..text.len() / 2].to_owned(), text.replace("\"format\":1", "\"format\":9"), text.replacen("0.", "1.", 1)] {
            std::fs::write(&path, &damaged).expect("written");
            assert!(matches!(cache.get(&scenario, 0, settings), Lookup::Unusable(_)), "{damaged}");
        }
    }
}
