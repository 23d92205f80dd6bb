//! A change of the study file, checked.

use super::{Alteration, Shape, registry};
use crate::sim::spec::{SpecError, lookup, parse};
use serde_json::{Map, Value};
use std::sync::Arc;

/// One checked change: what, when and with which own seed.
#[derive(Clone, Debug)]
pub struct Change {
    /// The `kind` of the study file.
    pub kind: String,
    /// What it does.
    pub alteration: Arc<dyn Alteration>,
    /// When and how fast.
    pub shape: Shape,
    /// Own seed, so that two changes of one kind can be alike or not.
    pub seed: u64,
}

impl Change {
    /// Reads a change from the study file: `kind`, the keys of [`Shape`], `seed`, and the settings of the alteration.
    ///
    /// # Errors
    /// Unknown kinds and keys, values outside their range.
    pub fn parse(value: &Value) -> Result<Self, SpecError> {
        let Value::Object(table) = value else {
            return Err(SpecError::new("", value.to_string(), "a table with `kind`"));
        };
        let mut settings = table.clone();
        let kind = match settings.remove("kind") {
            Some(Value::String(kind)) => kind,
            other => return Err(SpecError::new("kind", format!("{other:?}"), "a word; see `oha-host list regimes`")),
        };
        let seed = match settings.remove("seed") {
            None => 0,
            Some(v) => v.as_u64().ok_or_else(|| SpecError::new("seed", v.to_string(), "a whole number from 0"))?,
        };
        let mut timing = Map::new();
        for key in Shape::KEYS {
            if let Some(v) = settings.remove(*key) {
                timing.insert((*key).to_owned(), v);
            }
        }
        let shape = parse::<Shape>("shape", &Value::Object(timing))?;
        shape.check()?;
        let entry = lookup("kind", &kind, registry().iter().map(|e| (e.name, e)))?;
        let alteration = (entry.build)(&Value::Object(settings)).map_err(|e| e.within(&kind))?;
        Ok(Self { kind, alteration, shape, seed })
    }
}
