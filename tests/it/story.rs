//! What an unchanged supabase-js lives: the main job (`tests/node/story.mjs`), and the management of
//! a catalog by an owner's own front end (`tests/node/writing.mjs`).

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::client::PASSWORD;
use crate::support::{Platform, World, skip};

/// The story's own Node, if its packages are installed: `scripts/test` does that.
fn node() -> Option<PathBuf> {
    let node = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/node_modules/.bin/node");
    node.exists().then_some(node)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_with_supabase_js_on_all_three_files() {
    let Some(node) = node() else {
        skip("story", "run scripts/test, or npm ci in tests/node");
        return;
    };
    let world = World::new().await;
    let platform = Platform::serve(&world).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = tokio::process::Command::new(node)
        .arg(folder.join("node/story.mjs"))
        .args([&platform.url, platform.publishable(), platform.secret()])
        .arg(folder.join("data/shopify"))
        .output()
        .await
        .unwrap();

    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{failed}");
    assert!(told.trim_end().ends_with("the story holds"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_is_managed_with_supabase_js_alone() {
    let Some(node) = node() else {
        skip("story", "run scripts/test, or npm ci in tests/node");
        return;
    };
    let world = World::new().await;
    let platform = Platform::serve(&world).await;
    let owner = platform.sign_up("", "owner@example.com").await;
    platform.open_store(&owner, "acme").await;
    let path = "/v1/stores/acme/publish";
    platform.ask("POST", path, Some(&owner.token), Some(json!({}))).await.is("200");

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = tokio::process::Command::new(node)
        .arg(folder.join("node/writing.mjs"))
        .args([&platform.url, platform.publishable(), "acme", &owner.email, PASSWORD])
        .output()
        .await
        .unwrap();

    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{failed}");
    assert!(told.trim_end().ends_with("the catalog is managed"), "{told}");
}
