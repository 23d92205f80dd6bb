//! The `oha-host` binary.

fn main() -> std::process::ExitCode {
    oha_host::cli::main()
}
