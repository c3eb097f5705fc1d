use super::*;

fn index(songs: &[(&str, &str, &str)]) -> SongIndex {
    let index = SongIndex::in_memory().unwrap();
    let songs = songs.iter().map(|(title, artist, album)| song(title, artist, album));
    index.replace_all(songs).unwrap();
    index
}

fn song(title: &str, artist: &str, album: &str) -> SongText {
    SongText {
        song_id: title.to_owned(),
        title: title.to_owned(),
        artists: vec![artist.to_owned()],
        album: Some(album.to_owned()),
    }
}

fn found(index: &SongIndex, query: &str) -> Vec<String> {
    index.search(query, 10).unwrap().into_iter().map(|hit| hit.song_id).collect()
}

fn some() -> SongIndex {
    index(&[
        ("Halo", "Beyoncé", "I Am"),
        ("Jóga", "Björk", "Homogenic"),
        ("Yesterday Once More", "Carpenters", "Now & Then"),
        ("Yesterday", "The Beatles", "Help!"),
        ("Help!", "The Beatles", "Help!"),
        ("Thunderstruck", "AC/DC", "The Razors Edge"),
        ("夜のジュークボックス", "みどり線", "終電のあと"),
        ("Чёрный кот", "Тамара", "Песни"),
        ("Θάλασσα και φως", "The Hollow Linden", "Seven Fields"),
    ])
}

#[test]
fn finds_as_one_types_whatever_the_accents() {
    let index = some();
    for query in ["b", "be", "beyo", "beyonc", "BEYONCE", "halo bey", "beyoncé ha"] {
        assert!(found(&index, query).contains(&"Halo".to_owned()), "{query}");
    }
    for (query, title) in [
        ("bjork", "Jóga"),
        ("joga", "Jóga"),
        ("acdc", "Thunderstruck"),
        ("ac/dc", "Thunderstruck"),
        ("夜の", "夜のジュークボックス"),
        ("ボックス", "夜のジュークボックス"),
        ("終電", "夜のジュークボックス"),
        ("черн", "Чёрный кот"),
        ("θαλασσα", "Θάλασσα και φως"),
        ("razors", "Thunderstruck"),
    ] {
        assert_eq!(found(&index, query), [title], "{query}");
    }
}

#[test]
fn forgives_typos_in_longer_words_only() {
    let index = some();
    assert_eq!(found(&index, "bjrok"), ["Jóga"]);
    assert_eq!(found(&index, "beyonse"), ["Halo"]);
    assert_eq!(found(&index, "thnderstrukc"), ["Thunderstruck"]);
    assert_eq!(found(&index, "thundrest"), ["Thunderstruck"], "a typo in a beginning");
    assert_eq!(found(&index, "hxp"), [""; 0]);
    assert_eq!(found(&index, "qqqqqqqq"), [""; 0]);
}

#[test]
fn every_word_must_match() {
    let index = some();
    assert_eq!(found(&index, "yesterday beatles"), ["Yesterday"]);
    assert_eq!(found(&index, "yesterday bjork"), [""; 0]);
}

#[test]
fn ranks_title_above_album_and_exact_above_typo() {
    let index = some();
    assert_eq!(found(&index, "help"), ["Help!", "Yesterday"]);
    assert_eq!(found(&index, "yesterday"), ["Yesterday", "Yesterday Once More"]);
    let index = index_of_hats();
    let hits = index.search("lover", 10).unwrap();
    let order: Vec<_> = hits.iter().map(|hit| hit.song_id.as_str()).collect();
    assert_eq!(order[0], "Lover");
    assert_eq!(order[1], "Loverman");
    assert!(order[2..].contains(&"Clover") && order[2..].contains(&"Cover"), "{order:?}");
    assert!(hits.is_sorted_by(|one, two| one.score >= two.score), "{hits:?}");
}

fn index_of_hats() -> SongIndex {
    index(&[("Cover", "A", "B"), ("Loverman", "C", "D"), ("Lover", "E", "F"), ("Clover", "G", "H")])
}

#[test]
fn nothing_is_found_by_nothing() {
    let index = some();
    for query in ["", "   ", "?!", "'"] {
        assert_eq!(found(&index, query), [""; 0], "{query:?}");
    }
    assert_eq!(index.search("help", 0).unwrap(), []);
    assert_eq!(found(&index, &"very ".repeat(10_000)), [""; 0]);
    assert_eq!(found(&index, &"y".repeat(100_000)), [""; 0]);
}

#[test]
fn upsert_replaces_and_remove_forgets() {
    let index = some();
    let before = index.len();
    index.upsert([SongText { song_id: "Halo".into(), ..song("Corona", "Beyoncé", "") }]).unwrap();
    assert_eq!((index.len(), found(&index, "halo")), (before, vec![]));
    assert_eq!(found(&index, "corona"), ["Halo"]);
    index.remove(["Halo", "not there"]).unwrap();
    assert_eq!(found(&index, "corona"), [""; 0]);
    index.replace_all([]).unwrap();
    assert!(index.is_empty());
}

#[test]
fn lasts_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    SongIndex::open(folder.path()).unwrap().upsert([song("Halo", "Beyoncé", "")]).unwrap();
    let again = SongIndex::open(folder.path()).unwrap();
    assert_eq!(found(&again, "beyonce"), ["Halo"]);
}

#[test]
fn tells_what_it_lacks_whoever_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (SongIndex::open(folder.path()).unwrap(), SongIndex::open(folder.path()).unwrap());
    theirs.upsert([song("Halo", "Beyoncé", "I Am")]).unwrap();
    let asked = vec![song("Halo", "Beyoncé", "I Am"), song("Jóga", "Björk", "Homogenic")];
    assert_eq!(ours.missing(asked.clone()).unwrap(), asked[1..]);
    theirs.upsert([asked[0].clone()]).unwrap();
    theirs.remove(["Halo"]).unwrap();
    assert_eq!(ours.missing(asked.clone()).unwrap(), asked);
}

#[test]
fn a_writer_elsewhere_makes_it_busy() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (SongIndex::open(folder.path()).unwrap(), SongIndex::open(folder.path()).unwrap());
    let writing = theirs.write(false, |_| {
        assert!(matches!(ours.upsert([song("Halo", "Beyoncé", "I Am")]), Err(SearchError::Busy)));
        Ok(())
    });
    writing.unwrap();
    ours.upsert([song("Halo", "Beyoncé", "I Am")]).unwrap();
    assert_eq!(ours.len(), 1);
}
