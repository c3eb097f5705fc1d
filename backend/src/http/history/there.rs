//! The room where a song of one's own might be played again.

use crate::{
    context::Context,
    http::{
        problem::{Answer, ApiProblem},
        songs::Obstacles,
    },
    store::{
        places::{self, Room},
        songs::SongRow,
    },
};
use jukeline_app::api::{Code, FoundSong, Here};

/// The room that was asked for with what stands in the way of songs there; none was, and nothing does.
pub(in crate::http) struct There(Option<(Room, Obstacles)>);

impl There {
    /// Looks at the room of that name. One that isn't there is a refusal.
    pub(in crate::http) async fn find(context: &Context, room: Option<&str>) -> Answer<There> {
        let Some(name) = room else { return Ok(There(None)) };
        let room = places::room(&context.store, name).await?.ok_or(ApiProblem::from(Code::NotFound))?;
        let obstacles = Obstacles::read(context, room.jukebox).await?;
        Ok(There(Some((room, obstacles))))
    }

    /// A song, with why it can't be played there now, if so.
    pub(in crate::http) fn song(&self, row: &SongRow) -> FoundSong {
        let refusal = self.0.as_ref().and_then(|(_, obstacles)| obstacles.refusal(row));
        FoundSong { song: row.brief.clone(), album: row.album.clone(), refusal }
    }

    /// What a song costs there.
    pub(in crate::http) fn here(&self) -> Option<Here> {
        let (room, obstacles) = self.0.as_ref()?;
        Some(Here {
            room: room.room.clone(),
            venue_name: room.venue_name.clone(),
            price: obstacles.price(),
            open: obstacles.takes_songs(),
        })
    }

    /// Which night it is there.
    pub(in crate::http) fn night(&self) -> Option<u32> {
        self.0.as_ref().map(|(_, obstacles)| obstacles.night())
    }
}
