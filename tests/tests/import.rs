//! Music from real files: what an import tells, what it reads from the tags, and that it can be found and played.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{FoundSong, Report, ScreenRole, SongQuery},
    client::Client,
    play::PlayState,
};
use jukeline_tests::{
    eventually,
    house::{House, HttpTransport, Phone},
    kafka::Kafka,
    machine::{self, Need},
    music, needs,
    postgres::Postgres,
    server::{Server, Setup},
};
use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use support::{doctor_is_happy, rows_of_sqlite};

fn import(server: &Server, folder: &Path) -> Result<String> {
    let output = server.command(&["songs", "import"])?.arg(folder).output()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{said}");
    Ok(said)
}

fn oggs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ogg"));
    files.sort_by_key(|path| (fs::metadata(path).map(|data| data.len()).unwrap_or(0), path.clone()));
    Ok(files)
}

/// The songs that a search finds.
async fn found(house: &House, words: &str) -> Result<Vec<FoundSong>> {
    let query = SongQuery { q: Some(words.into()), ..Default::default() };
    Ok(house.operator.songs(&house.room, &query).await?.songs)
}

/// Some of Debian's own music, beside files that are no good.
fn a_folder(take: usize) -> Result<(tempfile::TempDir, usize)> {
    let folder = tempfile::tempdir()?;
    let whole: Vec<PathBuf> =
        oggs(&machine::music()?)?.into_iter().filter(|path| seconds(path) > 15).take(take).collect();
    let below = folder.path().join("from Debian");
    fs::create_dir(&below)?;
    for path in &whole {
        symlink(path, below.join(path.file_name().context("a name")?)).or_else(|_| fs::copy(path, &below).map(drop))?;
    }
    let first = fs::read(&whole[0])?;
    fs::write(folder.path().join("once more.ogg"), &first)?;
    fs::write(folder.path().join("cut.ogg"), &first[..first.len() / 3])?;
    fs::write(folder.path().join("nothing.flac"), "")?;
    Ok((folder, whole.len()))
}

/// About how long a Vorbis file sounds: its size at 112 kbit/s, which is what these files have at the least.
fn seconds(path: &Path) -> u64 {
    fs::metadata(path).map(|data| data.len() / 24_000).unwrap_or(0)
}

#[tokio::test]
async fn debians_music_is_imported_found_and_played() -> Result<()> {
    needs!(Need::Music);
    let (folder, whole) = a_folder(6)?;
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let before = house.operator.setup().await?.songs;
    let said = import(&server, folder.path())?;
    ensure!(said.contains(&format!("{whole} songs imported, 1 here already, 2 refused:")), "{said}");
    for (file, why) in [("cut.ogg", "damaged"), ("nothing.flac", "empty")] {
        ensure!(said.lines().any(|line| line.contains(file) && line.contains(why)), "{file}: {said}");
    }
    let again = import(&server, folder.path())?;
    ensure!(again.contains(&format!("0 songs imported, {} here already", whole + 1)), "{again}");
    ensure!(house.operator.setup().await?.songs == before + whole as u64, "all of them once");

    // The server takes them in as well where it is asked to: nothing new.
    house.import(folder.path()).await?;
    let state = house.operator.setup().await?.import.context("an import")?;
    ensure!(state.imported == 0 && state.refused.len() == 2, "{state:?}");
    let rows = rows_of_sqlite(server.data()).await?;
    ensure!(rows["songs"].len() as u64 == before + whole as u64);

    let newest = SongQuery { list: Some("newest".into()), ..Default::default() };
    let songs = house.operator.songs(&house.room, &newest).await?.songs;
    let row = |song: &FoundSong| rows["songs"].iter().find(|row| row.contains(&song.song.id.to_string())).cloned();
    let real = songs
        .iter()
        .find(|song| row(song).is_some_and(|row| row.contains("from Debian")))
        .context("one of Debian's")?;
    ensure!(!real.song.artist.is_empty() && real.song.duration_ms > 10_000, "{real:?}");
    let title: String = real.song.title.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    eventually("the search to know it", Duration::from_secs(10), || async {
        let hits = found(&house, &title).await?;
        ensure!(hits.iter().any(|hit| hit.song.id == real.song.id), "{title}: {hits:?}");
        Ok(())
    })
    .await?;

    let mut screen = house.pair(&server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let phone = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let play = phone.queue(real.song.id).await?;
    ensure!(play.song.song.id == real.song.id && play.song.song.title == real.song.title);
    let (next, attempt) = screen.next_song().await?;
    ensure!(next == play.play);
    let sound = screen.plan.as_ref().and_then(|plan| plan.lineup.first()).context("in the line-up")?;
    ensure!(serde_json::to_string(sound)?.contains(&real.song.id.to_string()), "the player gets its real id");
    screen.report(next, attempt, Report::Started { position_ms: 0 }, 0).await?;
    screen.report(next, attempt, Report::Heard, 0).await?;
    screen.report(next, attempt, Report::Finished, 0).await?;
    eventually("the end of the song", Duration::from_secs(10), || async {
        let state = phone.api.play(next).await?.state;
        ensure!(state == PlayState::Finished, "{state:?}");
        Ok(())
    })
    .await?;
    doctor_is_happy(&server)
}

/// Makes a file of this kind with tags, 12 seconds of a tone of its own.
async fn made(folder: &Path, number: usize, (name, codec): (&str, &[&str])) -> Result<()> {
    let mut ffmpeg = Command::new(machine::program("ffmpeg")?);
    let tone = format!("sine=frequency={}:duration=12:sample_rate=48000", 220 + 110 * number);
    ffmpeg.args(["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", &tone]).args(codec);
    for tag in [
        format!("title=Café Nachtmusik {number}"),
        "artist=Björk Tanzorchester".into(),
        "album=Überall".into(),
        "date=1987".into(),
        "genre=Chanson".into(),
    ] {
        ffmpeg.args(["-metadata", &tag]);
    }
    ffmpeg.arg(folder.join(name));
    machine::run(ffmpeg).await.map(drop)
}

const KINDS: [(&str, &[&str]); 5] = [
    ("one.mp3", &["-c:a", "libmp3lame", "-b:a", "96k"]),
    ("two.flac", &["-c:a", "flac"]),
    ("three.opus", &["-c:a", "libopus", "-b:a", "64k"]),
    ("four.m4a", &["-c:a", "aac", "-b:a", "96k"]),
    ("five.ogg", &["-c:a", "libvorbis"]),
];

#[tokio::test]
async fn every_kind_of_sound_with_its_tags() -> Result<()> {
    needs!(Need::Ffmpeg);
    let folder = tempfile::tempdir()?;
    for (number, kind) in KINDS.into_iter().enumerate() {
        made(folder.path(), number, kind).await?;
    }
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, folder.path()).await?;
    let state = house.operator.setup().await?.import.context("an import")?;
    ensure!((state.imported, state.refused.len()) == (5, 0), "{state:?}");
    let rows = rows_of_sqlite(server.data()).await?;
    for ((name, _), codec) in KINDS.into_iter().zip(["mp3", "flac", "opus", "aac", "ogg-vorbis"]) {
        let row = rows["songs"].iter().find(|row| row.contains(name)).with_context(|| name.to_owned())?;
        ensure!(row.contains(&format!("'{codec}'")), "{name}: {row}");
        for tag in ["Café Nachtmusik", "Björk Tanzorchester", "Überall", "|1987|", "Chanson"] {
            ensure!(row.contains(tag), "{name} has no {tag}: {row}");
        }
    }
    let song = house.songs().await?[0];
    let quote = house.operator.quote(&house.room, song).await?.song;
    ensure!(
        (quote.year, quote.genre.as_deref(), quote.album.as_deref()) == (Some(1987), Some("Chanson"), Some("Überall"))
    );
    ensure!((11_900..12_200).contains(&quote.song.duration_ms), "{}", quote.song.duration_ms);

    for words in ["cafe nachtmusik", "CAFÉ", "bjork", "Björk tanz", "nachtmusk", "tanzorchestr", "uberall"] {
        let hits = found(&house, words).await?;
        ensure!(hits.len() == 5, "{words} finds {}", hits.len());
    }
    ensure!(found(&house, "cafe nachtmusik 3").await?.first().is_some_and(|hit| hit.song.title.ends_with('3')));
    ensure!(found(&house, "zyxwvut").await?.is_empty(), "what isn't there is not found");
    Ok(())
}

/// Waits until a search at each of these servers finds as many songs.
async fn found_everywhere(house: &House, servers: &[&Server], words: &str, songs: usize) -> Result<()> {
    for server in servers {
        let visitor = Client { transport: HttpTransport::new(&server.url())? };
        eventually(&format!("{songs} songs at {}", server.url()), Duration::from_secs(20), || async {
            let query = SongQuery { q: Some(words.into()), ..Default::default() };
            let hits = visitor.songs(&house.room, &query).await?.songs;
            ensure!(hits.len() == songs, "{} songs", hits.len());
            Ok(())
        })
        .await
        .with_context(|| server.log())?;
    }
    Ok(())
}

#[tokio::test]
async fn a_running_server_finds_what_a_command_imported() -> Result<()> {
    needs!(Need::Ffmpeg);
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    found_everywhere(&house, &[&server], "nachtmusik", 0).await?;
    let folder = tempfile::tempdir()?;
    for (number, kind) in KINDS.into_iter().enumerate().take(2) {
        made(folder.path(), number, kind).await?;
        let said = import(&server, folder.path())?;
        ensure!(said.contains("1 song"), "{said}");
        found_everywhere(&house, &[&server], "nachtmusik", number + 1).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_other_servers_find_what_one_imported() -> Result<()> {
    needs!(Need::Ffmpeg, Need::Kafka, Need::Postgres);
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start())?;
    let url = postgres.create_database("import").await?;
    // Each with a data folder, and so an index, of its own.
    let one = Setup::network(&kafka, &url).start().await?;
    let other = Setup::network(&kafka, &url).start().await?;
    let house = House::set_up(&one, &music::folder()?).await?;
    let folder = tempfile::tempdir()?;
    made(folder.path(), 0, KINDS[0]).await?;
    house.import(folder.path()).await?;
    found_everywhere(&house, &[&one, &other], "nachtmusik", 1).await?;
    made(folder.path(), 1, KINDS[1]).await?;
    import(&other, folder.path())?;
    found_everywhere(&house, &[&one, &other], "nachtmusik", 2).await?;
    // A third one that shares a folder with the first, both running.
    let third = Setup::network(&kafka, &url).data(one.data()).start().await?;
    made(folder.path(), 2, KINDS[2]).await?;
    import(&other, folder.path())?;
    found_everywhere(&house, &[&one, &other, &third], "nachtmusik", 3).await
}
