//! Lets an example link several controller libraries, each of which exports the entry of its own (GNU and LLVM linkers).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-examples=-Wl,-z,muldefs");
}
