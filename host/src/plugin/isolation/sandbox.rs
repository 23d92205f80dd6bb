//! What a worker may do: bounded memory and time, no writes, no network, no processes.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// What a worker is allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Limits {
    /// Address space in bytes; `None` for no bound.
    pub address_space: Option<u64>,
    /// Processor time of one job; `None` for no bound.
    pub cpu_time: Option<Duration>,
    /// Longest time without progress.
    pub stall: Duration,
    /// Whether the worker confines itself by Landlock and seccomp, where the kernel offers them.
    pub confine: bool,
}

impl Default for Limits {
    /// Four gibibytes, a minute without progress, any processor time, confined.
    fn default() -> Self {
        Self { address_space: Some(4 << 30), cpu_time: None, stall: Duration::from_secs(60), confine: true }
    }
}

/// Largest file that a worker may make of its log, in bytes.
const LOG_MAX: u64 = 16 << 20;

/// What `setrlimit` takes as its first argument.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
type Resource = libc::__rlimit_resource_t;
/// What `setrlimit` takes as its first argument.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
type Resource = libc::c_int;

fn set_limit(resource: Resource, soft: u64, hard: u64) {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: passes a whole structure. A limit that cannot be set leaves the one in force.
    unsafe { libc::setrlimit(resource, &raw const limit) };
}

/// Sets the limits that hold for the worker's whole life.
pub(super) fn limit(limits: &Limits) {
    if let Some(bytes) = limits.address_space {
        set_limit(libc::RLIMIT_AS, bytes, bytes);
    }
    set_limit(libc::RLIMIT_CORE, 0, 0);
    set_limit(libc::RLIMIT_FSIZE, LOG_MAX, LOG_MAX);
}

/// Allows the job that starts now its processor time on top of what was used before.
pub(super) fn start_cpu_time(limits: &Limits) {
    let Some(allowed) = limits.cpu_time else {
        return;
    };
    // SAFETY: an all-zero `rusage` is a valid value, and the call fills it.
    let used = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    };
    let until = used.unsigned_abs() + allowed.as_secs() + 1;
    set_limit(libc::RLIMIT_CPU, until, libc::RLIM_INFINITY);
}

/// Folders that loading a library may need: the system's libraries and the loader's tables.
#[cfg(target_os = "linux")]
const SYSTEM: [&str; 9] =
    ["/lib", "/lib64", "/usr", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/opt", "/nix/store", "/gnu/store"];

/// Forbids writing anywhere, and reading anywhere but below `readable` and the system's libraries. Returns a notice where that is not in force.
#[cfg(target_os = "linux")]
pub(super) fn confine_files(readable: &[PathBuf]) -> Option<String> {
    use landlock::{ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, path_beneath_rules};
    let abi = ABI::V3;
    let paths: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).chain(readable.iter().cloned()).collect();
    let restricted = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&paths, AccessFs::from_read(abi))))
        .and_then(|ruleset| ruleset.restrict_self());
    match restricted {
        Ok(status) if status.ruleset == RulesetStatus::FullyEnforced => None,
        Ok(status) if status.ruleset == RulesetStatus::PartiallyEnforced => {
            Some("this kernel's Landlock confines a controller's file access only in part".to_owned())
        }
        Ok(_) => Some("this kernel has no Landlock: a controller may read and write files".to_owned()),
        Err(error) => Some(format!("file access of controllers is not confined: {error}")),
    }
}

/// Forbids the network, and new processes and threads: such calls fail with EPERM. Returns a notice where that is not in force.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub(super) fn confine_calls() -> Option<String> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};
    use std::collections::BTreeMap;
    let mut denied = vec![
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_setsid,
        libc::SYS_setpgid,
    ];
    #[cfg(target_arch = "x86_64")]
    denied.extend([libc::SYS_fork, libc::SYS_vfork]);
    let confine = || -> Result<(), Box<dyn std::error::Error>> {
        let rules: BTreeMap<i64, Vec<_>> = denied.iter().map(|&call| (call, Vec::new())).collect();
        let arch = TargetArch::try_from(std::env::consts::ARCH)?;
        let errno = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, errno, arch)?.try_into()?;
        Ok(apply_filter(&filter)?)
    };
    confine().err().map(|error| format!("network and processes of controllers are not confined: {error}"))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn confine_files(_: &[PathBuf]) -> Option<String> {
    Some("this system cannot confine a controller's file access".to_owned())
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
pub(super) fn confine_calls() -> Option<String> {
    Some("this system cannot confine a controller's network and processes".to_owned())
}
