//! The past surface: `/r/{room}/charts` and `/elsewhere`, `/history`, `/favourites`, `/years/{year}`.

fn main() {
    jukeline_ui::past::launch();
}
