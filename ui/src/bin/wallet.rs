//! The wallet surface: `/wallet` and `/paid/{token}`.

fn main() {
    jukeline_ui::wallet::launch();
}
