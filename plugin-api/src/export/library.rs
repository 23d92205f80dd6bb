//! The controllers of a library, and the functions of its entry.

use super::slot::Slot;
use super::{DynController, panic_message};
use crate::abi::{self, Build, Create, Describe, Entry, Instance, Sink, Status, Text};
use crate::{Config, Controller, ControllerError, Descriptor, EpisodeSpec};
use core::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

type Make = fn(&Config, &EpisodeSpec, u64) -> Result<Box<dyn DynController>, ControllerError>;

/// One controller of a library.
#[derive(Clone, Copy)]
pub struct Registration {
    descriptor: fn() -> Descriptor,
    make: Make,
    create: fn(&str, &str, u64) -> Result<Instance, ControllerError>,
}

impl Registration {
    /// The registration of `C`.
    #[must_use]
    pub const fn of<C: Controller>() -> Self {
        Self {
            descriptor: C::descriptor,
            make: |config, spec, seed| Ok(Box::new(C::new(config, spec, seed)?)),
            create: |config, spec, seed| Slot::<C>::create(config, spec, seed),
        }
    }

    /// What the controller says about itself.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor {
        (self.descriptor)()
    }

    /// An instance that is called directly, without the boundary. `config` is checked as the boundary would.
    ///
    /// # Errors
    /// A refused configuration, or one that does not fit the episode.
    pub fn make(&self, config: &serde_json::Value, spec: &EpisodeSpec, seed: u64) -> Result<Box<dyn DynController>, ControllerError> {
        (self.make)(&Config::check(&self.descriptor(), config)?, spec, seed)
    }

    /// An instance behind the C table; `config_json` and `spec_json` as in [`Entry::create`].
    ///
    /// # Errors
    /// Texts that are no JSON of the right shape, a refused configuration, or one that does not fit the episode.
    pub fn create(&self, config_json: &str, spec_json: &str, seed: u64) -> Result<Instance, ControllerError> {
        (self.create)(config_json, spec_json, seed)
    }
}

/// Everything that one library exports.
pub struct Library {
    registrations: &'static [Registration],
    description: OnceLock<String>,
}

impl Library {
    /// A library of these controllers.
    #[must_use]
    pub const fn new(registrations: &'static [Registration]) -> Self {
        Self { registrations, description: OnceLock::new() }
    }

    /// The entry with these two functions.
    #[must_use]
    pub const fn entry(describe: Describe, create: Create) -> Entry {
        Entry {
            magic: abi::MAGIC,
            struct_size: size_of::<Entry>() as u32,
            abi_major: abi::MAJOR,
            abi_minor: abi::MINOR,
            reserved: 0,
            layout_hash: abi::LAYOUT_HASH,
            describe: Some(describe),
            create: Some(create),
            get_extension: Some(library_extension),
        }
    }

    /// The controllers, in the order of the export line.
    #[must_use]
    pub const fn registrations(&self) -> &'static [Registration] {
        self.registrations
    }

    /// The controller `id`.
    ///
    /// # Errors
    /// When the library holds none of this name.
    pub fn find(&self, id: &str) -> Result<&'static Registration, ControllerError> {
        self.registrations.iter().find(|r| r.descriptor().id == id).ok_or_else(|| {
            let known: Vec<String> = self.registrations.iter().map(|r| r.descriptor().id).collect();
            ControllerError::new(format!("unknown controller `{id}`; this library holds {}", known.join(", ")))
        })
    }

    /// The descriptors as a JSON array.
    pub fn description(&self) -> &str {
        self.description.get_or_init(|| {
            let descriptors: Vec<Descriptor> = self.registrations.iter().map(Registration::descriptor).collect();
            serde_json::to_string(&descriptors).expect("descriptors are plain data with text keys")
        })
    }

    /// [`Entry::describe`].
    ///
    /// # Safety
    /// `out` may be written.
    pub unsafe fn describe(&'static self, out: *mut Text) -> Status {
        match catch_unwind(AssertUnwindSafe(|| self.description())) {
            Ok(text) => {
                // SAFETY: by this function's contract.
                unsafe { out.write(Text::of(text)) };
                Status::OK
            }
            Err(_) => Status::FATAL,
        }
    }

    /// [`Entry::create`].
    ///
    /// # Safety
    /// The texts are NUL-terminated or null, `out` may be written, `error` is valid or null.
    pub unsafe fn create(
        &'static self,
        id: *const c_char,
        config_json: *const c_char,
        episode_json: *const c_char,
        seed: u64,
        out: *mut Instance,
        error: *const Sink,
    ) -> Status {
        let made = catch_unwind(AssertUnwindSafe(|| {
            // SAFETY: by this function's contract.
            let (id, config, episode) =
                unsafe { (text(id, "id")?, text(config_json, "config_json")?, text(episode_json, "episode_json")?) };
            self.find(id)?.create(config, episode, seed)
        }));
        let (message, status) = match made {
            Ok(Ok(instance)) => {
                // SAFETY: by this function's contract.
                unsafe { out.write(instance) };
                return Status::OK;
            }
            Ok(Err(error)) => (error.to_string(), Status::ERROR),
            Err(panic) => (format!("panic: {}", panic_message(&*panic)), Status::FATAL),
        };
        // SAFETY: `error` is valid or null, and its parts belong together.
        unsafe {
            if let Some(sink) = error.as_ref()
                && let Some(write) = sink.write
            {
                write(sink.context, message.as_ptr(), message.len());
            }
        }
        status
    }
}

/// [`Entry::get_extension`]: the only extension of libraries so far is [`abi::BUILD`].
unsafe extern "C" fn library_extension(id: *const c_char) -> *const c_void {
    static BUILD: Build = Build { struct_size: size_of::<Build>() as u32, reserved: 0, describe: Some(describe_build) };
    // SAFETY: the host passes a NUL-terminated text, or null.
    if !id.is_null() && unsafe { CStr::from_ptr(id) } == abi::BUILD { (&raw const BUILD).cast() } else { core::ptr::null() }
}

unsafe extern "C" fn describe_build(out: *mut Text) -> Status {
    const TEXT: &str = if cfg!(debug_assertions) {
        concat!("Rust, oha-plugin-api ", env!("CARGO_PKG_VERSION"), ", debug")
    } else {
        concat!("Rust, oha-plugin-api ", env!("CARGO_PKG_VERSION"), ", release")
    };
    // SAFETY: the host passes a text to write to.
    unsafe { out.write(Text::of(TEXT)) };
    Status::OK
}

/// # Safety
/// `text` is null or NUL-terminated.
unsafe fn text<'a>(text: *const c_char, what: &str) -> Result<&'a str, ControllerError> {
    if text.is_null() {
        return Err(ControllerError::new(format!("{what} is null")));
    }
    // SAFETY: by this function's contract.
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|error| ControllerError::new(format!("{what} is not UTF-8: {error}")))
}
