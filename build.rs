//! Tells cargo that a new SQL file is a reason to build again: refinery's macro reads the folders.

fn main() {
    println!("cargo:rerun-if-changed=shared_schema_sql");
    println!("cargo:rerun-if-changed=tenant_template_sql");
}
