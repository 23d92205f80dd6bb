//! The worker of `oha-host` as a library that an interpreter loads: Python fills the C table with `ctypes` and calls [`oha_python_worker`], which runs
//! whole episodes, simulation and all, and calls back at each decision. `host/src/scaffold/python/oha_controller.py` is the other half.

use oha_host::plugin::isolation::served_main;
use oha_plugin_api::abi::Entry;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

/// Serves the supervisor that started this process, with the controllers of `entry` in place of a library, until it closes the channel. Returns
/// 0 then, 1 after a failure.
///
/// # Safety
/// `entry` keeps the boundary's contract for the rest of the process; `arguments` and `readable` point to so many NUL-terminated texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oha_python_worker(
    entry: *const Entry,
    arguments: *const *const c_char,
    n_arguments: usize,
    readable: *const *const c_char,
    n_readable: usize,
) -> i32 {
    // SAFETY: by this function's contract.
    let (arguments, readable) = unsafe { (texts(arguments, n_arguments), texts(readable, n_readable)) };
    let serve = || {
        // SAFETY: by this function's contract.
        unsafe { served_main(entry, &arguments, &oha_host::cli::ROLES, readable.into_iter().map(PathBuf::from).collect()) }
    };
    match catch_unwind(AssertUnwindSafe(serve)) {
        Ok(code) => i32::from(code != ExitCode::SUCCESS),
        Err(_) => 1,
    }
}

/// # Safety
/// `texts` points to `n` NUL-terminated texts.
unsafe fn texts(texts: *const *const c_char, n: usize) -> Vec<String> {
    // SAFETY: by this function's contract.
    (0..n).map(|i| unsafe { CStr::from_ptr(*texts.add(i)) }.to_string_lossy().into_owned()).collect()
}
