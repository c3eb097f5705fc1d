//! The setup surface: `/setup`, `/setup/{token}` and `/staff/join/{code}`.

fn main() {
    jukeline_ui::setup::launch();
}
