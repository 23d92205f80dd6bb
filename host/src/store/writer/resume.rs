//! Opening a folder that may hold anything that kills, full disks and foreign hands leave: what is sound is kept, what is not is named, set aside and made again.

use super::{MANIFEST, ORACLES, Repair, Writer, check_part, list, names, remove_file, remove_parts};
use crate::store::error::StoreError;
use crate::store::file::{TEMPORARY, sha256};
use crate::store::manifest::Manifest;
use crate::store::share::Share;
use crate::store::sums::Sums;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

impl Writer {
    /// Writes the head of a folder: which share it holds, then the manifest, with which it is begun. A kill may have left anything of that, but the manifest.
    pub(super) fn begin(&mut self, manifest: &Manifest) -> Result<(), StoreError> {
        match &self.share {
            Some(share) => share.write(&self.dir)?,
            None => remove_file(&Share::path(&self.dir))?,
        }
        self.remove_temporary_files()?;
        self.set_damaged_aside()?;
        manifest.write(&self.dir)
    }

    /// Checks what a folder holds already and readies it for more.
    pub(super) fn go_on(&mut self, manifest: &Manifest, resume: bool) -> Result<(), StoreError> {
        let is_sound = match Manifest::read(&self.dir) {
            Ok(found) => {
                self.check_manifest(&found, manifest)?;
                // A growing study's manifest names the seeds so far, and is written anew at each look.
                self.layout.growth.is_some() || found.is_alike(manifest)
            }
            // The parts name their study too: each is checked below.
            Err(StoreError::Damaged { .. }) if resume => false,
            Err(error) => return Err(error),
        };
        self.check_shard()?;
        let complete = Sums::path(&self.dir).exists();
        // What a growing study looked at last is decided again only from its parts, and they are gone.
        if !resume || (complete && self.layout.growth.is_some()) {
            return Err(StoreError::Exists { path: self.dir.clone(), complete });
        }
        self.remove_temporary_files()?;
        let is_sound = is_sound && !(complete && self.is_manifest_altered()?);
        if !is_sound {
            self.replace_manifest(manifest)?;
        }
        if complete { self.check_complete() } else { self.set_damaged_aside() }
    }

    /// Whether the folder holds the share that it should; which one it holds is written anew where that cannot be read.
    fn check_shard(&mut self) -> Result<(), StoreError> {
        let found = match (Share::read(&self.dir), self.share.clone()) {
            (Err(StoreError::Damaged { .. }), Some(share)) => {
                self.put_aside(&Share::path(&self.dir))?;
                return share.write(&self.dir);
            }
            (found, _) => found?,
        };
        if found == self.share {
            return Ok(());
        }
        let word = |share: &Option<Share>| share.as_ref().map_or_else(|| "a whole study".to_owned(), Share::to_string);
        Err(StoreError::OtherShard { path: self.dir.clone(), found: word(&found), wanted: word(&self.share) })
    }

    /// Whether a complete folder's manifest has other bytes than were written.
    fn is_manifest_altered(&self) -> Result<bool, StoreError> {
        let Ok(sums) = Sums::read(&Sums::path(&self.dir)) else { return Ok(false) };
        let found = sha256(&Manifest::path(&self.dir))?;
        Ok(sums.get(MANIFEST).is_some_and(|written| *written != found))
    }

    /// Keeps a copy of the manifest in `damaged/` and writes it anew; at no instant is there none. A complete folder takes the new one's digest.
    fn replace_manifest(&mut self, manifest: &Manifest) -> Result<(), StoreError> {
        let path = Manifest::path(&self.dir);
        let aside = self.place_aside(&path)?;
        fs::copy(&path, &aside).map_err(|e| StoreError::io("copy", &path, e))?;
        self.set_aside.push(aside);
        manifest.write(&self.dir)?;
        match Sums::read(&Sums::path(&self.dir)) {
            Ok(mut sums) => {
                sums.insert(MANIFEST.to_owned(), sha256(&path)?);
                sums.write(&Sums::path(&self.dir))
            }
            Err(StoreError::Damaged { .. }) => Ok(()),
            Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn check_manifest(&self, found: &Manifest, wanted: &Manifest) -> Result<(), StoreError> {
        let path = self.dir.clone();
        if found.digest != wanted.digest {
            return Err(StoreError::OtherStudy { path, found: found.digest.clone(), wanted: wanted.digest.clone() });
        }
        if let Some(what) = found.first_difference(wanted) {
            return Err(StoreError::OtherParts { path, what });
        }
        Ok(())
    }

    fn remove_temporary_files(&self) -> Result<(), StoreError> {
        for folder in [self.dir.clone(), self.dir.join("parts"), self.dir.join("trajectories")] {
            for path in list(&folder)? {
                if path.to_string_lossy().ends_with(TEMPORARY) {
                    fs::remove_file(&path).map_err(|e| StoreError::io("remove", &path, e))?;
                }
            }
        }
        Ok(())
    }

    /// A complete folder: what a kill may have left is removed; damaged trajectories are set aside and run again, damaged tables cost the whole study.
    fn check_complete(&mut self) -> Result<(), StoreError> {
        let sums = Sums::read(&Sums::path(&self.dir));
        let damaged = match &sums {
            Ok(sums) => sums.damaged(&self.dir)?,
            Err(StoreError::Damaged { .. }) => vec!["SHA256SUMS".to_owned()],
            Err(_) => return sums.map(|_| ()),
        };
        remove_parts(&self.dir)?;
        for name in &damaged {
            let path = self.dir.join(name);
            if path.exists() {
                self.put_aside(&path)?;
            } else {
                self.set_aside.push(path);
            }
        }
        let parts = self.mine.iter().map(|p| p.index).filter(|&p| damaged.contains(&names(p).trajectories)).collect::<BTreeSet<_>>();
        // Comparators are written again at every opening.
        let n_made_again = parts.len() + usize::from(damaged.iter().any(|name| name == ORACLES));
        match sums {
            Ok(sums) if damaged.len() == n_made_again => self.repair = Some(Repair { parts, sums }),
            _ => {
                let path = Sums::path(&self.dir);
                remove_file(&path)?;
                let parts = self.dir.join("parts");
                fs::create_dir_all(&parts).map_err(|e| StoreError::io("make", &parts, e))?;
            }
        }
        Ok(())
    }

    /// Moves every file of a part that does not hold what it should to `damaged/`.
    fn set_damaged_aside(&mut self) -> Result<(), StoreError> {
        for part in self.mine.clone() {
            let n = names(part.index);
            if !self.dir.join(&n.sums).exists() {
                continue;
            }
            match check_part(&self.layout, &self.digest, &self.dir, &part) {
                Ok(()) => {}
                Err(StoreError::Damaged { .. }) => {
                    for name in [n.sums, n.episodes, n.changes, n.trajectories] {
                        let path = self.dir.join(name);
                        if path.exists() {
                            self.put_aside(&path)?;
                        }
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A free name in `damaged/`.
    fn place_aside(&self, path: &Path) -> Result<PathBuf, StoreError> {
        let folder = self.dir.join("damaged");
        fs::create_dir_all(&folder).map_err(|e| StoreError::io("make", &folder, e))?;
        let name = path.strip_prefix(&self.dir).unwrap_or(path).to_string_lossy().replace(['/', '\\'], "-");
        let aside = (0..).map(|i| folder.join(if i == 0 { name.clone() } else { format!("{name}.{i}") })).find(|p| !p.exists());
        Ok(aside.expect("some number is free"))
    }

    fn put_aside(&mut self, path: &Path) -> Result<(), StoreError> {
        let aside = self.place_aside(path)?;
        fs::rename(path, &aside).map_err(|e| StoreError::io("rename", path, e))?;
        self.set_aside.push(aside);
        Ok(())
    }
}
