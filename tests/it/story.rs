//! Stories lived by an unchanged supabase-js: the main job (`tests/node/story.mjs`), every way of
//! reading (`reading.mjs`), and the management of a catalog by an owner's own front end
//! (`writing.mjs`).

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::client::PASSWORD;
use crate::support::{Platform, World, skip};

/// The story's own Node, if its packages are installed: `scripts/test` does that.
fn node() -> Option<PathBuf> {
    let node = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/node_modules/.bin/node");
    node.exists().then_some(node)
}

/// Tells a story over a platform of its own, and answers what it said; the arguments follow the
/// platform's address and publishable key.
async fn tell(
    file: &str,
    arguments: impl AsyncFnOnce(&Platform, &Path) -> Vec<String>,
) -> Option<String> {
    let Some(node) = node() else {
        skip("story", "run scripts/test, or npm ci in tests/node");
        return None;
    };
    let world = World::new().await;
    let platform = Platform::serve(&world).await;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = tokio::process::Command::new(node)
        .arg(folder.join("node").join(file))
        .args([&platform.url, platform.publishable()])
        .args(arguments(&platform, &folder).await)
        .output()
        .await
        .unwrap();

    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{failed}");
    let told = told.trim_end().strip_suffix("the story holds").unwrap_or_else(|| panic!("{told}"));
    Some(told.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_with_supabase_js_on_all_three_files() {
    tell("story.mjs", async |platform, folder| {
        let files = folder.join("data/shopify").display().to_string();
        vec![platform.secret().to_owned(), files]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_reading_with_supabase_js() {
    let Some(told) = tell("reading.mjs", async |_, _| Vec::new()).await else { return };
    assert!(told.lines().count() >= 30, "{told}");
    let page = include_str!("../../docs/postgrest-compatibility.md");
    for feature in told.lines() {
        assert!(page.contains(&format!("| {feature} |")), "the page does not name: {feature}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_is_managed_with_supabase_js_alone() {
    tell("writing.mjs", async |platform, _| {
        let owner = platform.sign_up("", "owner@example.com").await;
        platform.open_store(&owner, "acme").await;
        let path = "/v1/stores/acme/publish";
        platform.ask("POST", path, Some(&owner.token), Some(json!({}))).await.is("200");
        vec!["acme".to_owned(), owner.email, PASSWORD.to_owned()]
    })
    .await;
}
