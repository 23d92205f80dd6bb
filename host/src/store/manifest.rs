//! The manifest: everything that decides the results, and how controllers were confined (no clock, no machine).

use super::{StoreError, write_bytes};
use oha_analysis::input::{ControllerInfo, ScenarioInfo};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Version of the on-disk format.
pub const SCHEMA: u64 = 1;

/// What a results folder was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the format.
    pub schema: u64,
    /// Version of this program.
    pub version: String,
    /// SHA-256 of `study`.
    pub digest: String,
    /// The resolved study: scenarios, controllers with the digests of their libraries, seeds.
    pub study: Value,
    /// The study file as it was read.
    pub file: Value,
    /// What every table says about the controllers, so that a folder can be read without their libraries.
    #[serde(default)]
    pub controllers: Vec<ControllerInfo>,
    /// What every figure says about the scenarios, so that a folder can be read without their data.
    #[serde(default)]
    pub scenarios: Vec<ScenarioInfo>,
    /// The comparators that were run, by scenario.
    pub oracles: Value,
    /// Digests of the data sets in use, by name.
    pub data: Value,
    /// How the study is cut into parts: what merging and checking need without the controllers' libraries.
    pub layout: Value,
    /// Arguments that make the same study again.
    pub command: Vec<String>,
    /// Where controllers ran, and how they were confined there. The one thing here that reaches no result.
    #[serde(default)]
    pub isolation: Value,
}

impl Manifest {
    /// What of the things that decide results differs from `other`, a manifest of the same digest, in words; `None` where nothing does.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<String> {
        let controllers = |m: &Self| m.study["controllers"].as_array().cloned().unwrap_or_default();
        for (mine, theirs) in controllers(self).iter().zip(&controllers(other)) {
            if mine["sha256"] != theirs["sha256"] {
                return Some(format!("another build of the library of controller {}", mine["label"]));
            }
        }
        if self.version != other.version {
            return Some(format!("version {} of this program, this is {}", self.version, other.version));
        }
        let parts = [(&self.data, &other.data, "other data sets"), (&self.oracles, &other.oracles, "other comparators")];
        parts.into_iter().find(|(mine, theirs, _)| mine != theirs).map(|(_, _, what)| what.to_owned())
    }

    /// Whether all that a study decides by itself is the same in `other`: only the study file's choices of analysis and the command may differ.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        Self { file: other.file.clone(), command: other.command.clone(), ..self.clone() } == *other
    }

    /// Where the manifest of a folder is.
    #[must_use]
    pub fn path(dir: &Path) -> PathBuf {
        dir.join("manifest.json")
    }

    /// Writes the manifest of a folder.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, dir: &Path) -> Result<(), StoreError> {
        let mut text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        text.push('\n');
        write_bytes(&Self::path(dir), text.as_bytes())
    }

    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// No manifest, one that is damaged, or one of another format.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        let path = Self::path(dir);
        let text = std::fs::read_to_string(&path).map_err(|e| StoreError::io("read", &path, e))?;
        let value: Value = serde_json::from_str(&text).map_err(|e| StoreError::damaged(&path, e.to_string()))?;
        match value.get("schema").and_then(Value::as_u64) {
            Some(SCHEMA) => serde_json::from_value(value).map_err(|e| StoreError::damaged(&path, e.to_string())),
            Some(found) => Err(StoreError::Schema { path, found, allowed: SCHEMA }),
            None => Err(StoreError::damaged(&path, "it has no `schema`")),
        }
    }
}
