//! The demo store of `souk dev`.

use crate::app::AppState;

/// Makes the demo store unless it is there.
pub async fn ensure(_app: &AppState) -> anyhow::Result<()> {
    std::future::ready(Ok(())).await
}
