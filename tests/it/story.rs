//! The main job, lived by an unchanged supabase-js: `tests/node/story.mjs`.

use std::path::{Path, PathBuf};

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
