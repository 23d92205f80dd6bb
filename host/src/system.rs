//! What is asked of the operating system directly, as no library in use offers it.

/// Gives memory that was freed back to the system.
///
/// A study's head (a manifest of a million seeds, say) is made and freed before its episodes run, and the allocator would keep its pages between those that are
/// still in use: what a process takes would be the sum of its stages, not the largest.
pub fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the call takes no pointer and may be made at any time by any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Whether a hang-up of the terminal is ignored, as `nohup` arranges it.
#[must_use]
pub fn is_hangup_ignored() -> bool {
    // SAFETY: a null action only asks; `sigaction` is plain data for which all zeros are valid.
    unsafe {
        let mut current: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGHUP, std::ptr::null(), &raw mut current) == 0 && current.sa_sigaction == libc::SIG_IGN
    }
}

/// Ignores a hang-up of the terminal from now on.
pub fn ignore_hangup() {
    // SAFETY: to ignore a signal installs no handler of ours.
    unsafe {
        libc::signal(libc::SIGHUP, libc::SIG_IGN);
    }
}
