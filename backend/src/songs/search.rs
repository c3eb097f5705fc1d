//! Full-text search over the songs: as one types, forgiving typos and accents.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tantivy::collector::TopDocs;
use tantivy::directory::error::LockError;
use tantivy::query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Score, TantivyDocument, TantivyError, Term};

use super::words::{starts, words, words_and_joined};

/// The layout of the index; a folder with another one is left alone and the songs are indexed afresh.
const LAYOUT: &str = "songs-1";
/// Beginnings of up to this many letters are indexed as words of their own; longer ones match few words anyway.
const LONGEST_START: usize = 4;
/// Words behind these are not looked at: no title needs them, and each costs time.
const MOST_WORDS: usize = 10;
const WRITER_BYTES: usize = 64 << 20;

/// What the index knows of one song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SongText {
    /// The song's id (a UUID in its usual form).
    pub song_id: String,
    /// Title.
    pub title: String,
    /// Artists, at least one.
    pub artists: Vec<String>,
    /// Title of the album.
    pub album: Option<String>,
}

/// A song that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The song's id, as it was given.
    pub song_id: String,
    /// Higher is better, within one answer only.
    pub score: f32,
}

/// Why the index could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Its folder could not be made.
    #[error("the search index: {0}")]
    Folder(#[from] std::io::Error),
    /// Another process writes to it now.
    #[error("the search index: another process writes to it")]
    Busy,
    /// The index refused to open, to write or to read.
    #[error("the search index: {0}")]
    Index(#[from] TantivyError),
}

#[derive(Clone, Copy)]
struct Fields {
    song_id: Field,
    title: Field,
    artists: Field,
    /// Every word of title, artists and album, once.
    words: Field,
    title_starts: Field,
    starts: Field,
}

/// The index of all songs. Cheap to search from many threads; writers take turns.
pub struct SongIndex {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    writing: Mutex<()>,
}

impl SongIndex {
    /// Opens the index in `folder`, or makes an empty one there. It holds nothing that can't be made again from the
    /// songs: when it is damaged, delete the folder.
    ///
    /// # Errors
    /// When the folder can't be used or its content can't be read.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let folder = folder.join(LAYOUT);
        std::fs::create_dir_all(&folder)?;
        let (schema, fields) = schema();
        let directory = tantivy::directory::MmapDirectory::open(&folder).map_err(TantivyError::from)?;
        Self::new(Index::open_or_create(directory, schema)?, fields)
    }

    /// An empty index that is gone with the process.
    ///
    /// # Errors
    /// Only what [`Self::open`] may meet after the folder is open.
    pub fn in_memory() -> Result<Self, SearchError> {
        let (schema, fields) = schema();
        Self::new(Index::create_in_ram(schema), fields)
    }

    fn new(index: Index, fields: Fields) -> Result<Self, SearchError> {
        // A thread watches the folder: another process may import into it (`jukeline songs import`). Own writes reload by
        // hand, so that they are seen at once.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::OnCommitWithDelay).try_into()?;
        Ok(Self { index, reader, fields, writing: Mutex::new(()) })
    }

    /// Number of songs in the index.
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// No songs at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything and indexes `songs`; searches see the old songs until it is done.
    ///
    /// # Errors
    /// When the index can't be written; it then keeps what it had.
    pub fn replace_all(&self, songs: impl IntoIterator<Item = SongText>) -> Result<(), SearchError> {
        self.write(true, |writer| {
            writer.delete_all_documents()?;
            songs.into_iter().try_for_each(|song| writer.add_document(self.document(&song)).map(drop))
        })
    }

    /// Adds songs, replacing those with the same id.
    ///
    /// # Errors
    /// When the index can't be written; it then keeps what it had.
    pub fn upsert(&self, songs: impl IntoIterator<Item = SongText>) -> Result<(), SearchError> {
        self.write(false, |writer| {
            songs.into_iter().try_for_each(|song| {
                writer.delete_term(Term::from_field_text(self.fields.song_id, &song.song_id));
                writer.add_document(self.document(&song)).map(drop)
            })
        })
    }

    /// Takes songs out of the index; ids that are not in it are fine.
    ///
    /// # Errors
    /// When the index can't be written; it then keeps what it had.
    pub fn remove<'a>(&self, song_ids: impl IntoIterator<Item = &'a str>) -> Result<(), SearchError> {
        self.write(false, |writer| {
            for song_id in song_ids {
                writer.delete_term(Term::from_field_text(self.fields.song_id, song_id));
            }
            Ok(())
        })
    }

    /// Those of `songs` that the index doesn't have, whichever process wrote to it.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn missing(&self, songs: Vec<SongText>) -> Result<Vec<SongText>, SearchError> {
        self.reader.reload()?;
        let searcher = self.reader.searcher();
        let mut missing = Vec::new();
        for song in songs {
            if searcher.doc_freq(&Term::from_field_text(self.fields.song_id, &song.song_id))? == 0 {
                missing.push(song);
            }
        }
        Ok(missing)
    }

    fn write(
        &self,
        merge_all: bool,
        change: impl FnOnce(&mut IndexWriter) -> tantivy::Result<()>,
    ) -> Result<(), SearchError> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer: IndexWriter = match self.index.writer_with_num_threads(1, WRITER_BYTES) {
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) => return Err(SearchError::Busy),
            made => made?,
        };
        change(&mut writer)?;
        writer.commit()?;
        let segments = self.index.searchable_segment_ids()?;
        if merge_all && segments.len() > 1 {
            // One segment is searched several times faster than many: each has a dictionary of its own.
            writer.merge(&segments).wait()?;
        }
        writer.wait_merging_threads()?;
        self.reader.reload()?;
        Ok(())
    }

    fn document(&self, song: &SongText) -> TantivyDocument {
        let fields = self.fields;
        let title = words_and_joined(&song.title);
        let artists: Vec<String> = song.artists.iter().flat_map(|artist| words_and_joined(artist)).collect();
        let album = song.album.as_deref().map(words_and_joined).unwrap_or_default();
        let mut all: Vec<&str> = title.iter().chain(&artists).chain(&album).map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        let mut document = TantivyDocument::new();
        document.add_text(fields.song_id, &song.song_id);
        document.add_text(fields.title, title.join(" "));
        document.add_text(fields.artists, artists.join(" "));
        document.add_text(fields.title_starts, starts_of(title.iter().map(String::as_str)));
        document.add_text(fields.starts, starts_of(all.iter().copied()));
        document.add_text(fields.words, all.join(" "));
        document
    }

    /// Finds songs in which every word of `query` stands somewhere: in title (counts most), artists or album. The
    /// last word may be a beginning. When fewer than `limit` songs match so, words of four letters and more may
    /// have one typo, of eight and more two; such songs come behind all others. A query without a letter finds
    /// nothing.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn search(&self, query: &str, limit: usize) -> Result<Vec<Hit>, SearchError> {
        let mut typed = words(query);
        typed.truncate(MOST_WORDS);
        if typed.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let mut hits = self.best(&self.exact(&typed), limit)?;
        if hits.len() < limit && typed.iter().any(|word| typos(word) > 0) {
            self.append_fuzzy(&typed, limit, &mut hits)?;
        }
        Ok(hits)
    }

    fn append_fuzzy(&self, typed: &[String], limit: usize, hits: &mut Vec<Hit>) -> Result<(), SearchError> {
        let lowest = hits.last().map_or(f32::INFINITY, |hit| hit.score);
        let fuzzy = self.best(&self.forgiving(typed), limit)?;
        let highest = fuzzy.first().map_or(0.0, |hit| hit.score);
        // Scaled to stand below the last exact hit, so that one answer is in one order.
        let scale = if highest > lowest { lowest * 0.99 / highest } else { 1.0 };
        for hit in fuzzy {
            if hits.len() < limit && hits.iter().all(|known| known.song_id != hit.song_id) {
                hits.push(Hit { score: hit.score * scale, ..hit });
            }
        }
        Ok(())
    }

    fn best(&self, query: &dyn Query, limit: usize) -> Result<Vec<Hit>, SearchError> {
        let searcher = self.reader.searcher();
        let found: Vec<(Score, tantivy::DocAddress)> =
            searcher.search(query, &TopDocs::with_limit(limit).order_by_score())?;
        let mut hits = Vec::with_capacity(found.len());
        for (score, address) in found {
            let document: TantivyDocument = searcher.doc(address)?;
            let song_id = document.get_first(self.fields.song_id).and_then(|value| value.as_str());
            hits.extend(song_id.map(|song_id| Hit { song_id: song_id.to_owned(), score }));
        }
        Ok(hits)
    }

    /// Every word must stand in the song, the last one at least as a beginning. One list of songs for each word
    /// decides what matches; where it matches only adds to the score.
    fn exact(&self, typed: &[String]) -> BooleanQuery {
        let mut clauses = Vec::new();
        for (index, word) in typed.iter().enumerate() {
            let last = index + 1 == typed.len();
            clauses
                .push((Occur::Must, if last { self.beginning(word) } else { self.term(self.fields.words, word, 1.0) }));
            clauses.push((Occur::Should, self.term(self.fields.title, word, 2.0)));
            clauses.push((Occur::Should, self.term(self.fields.artists, word, 1.0)));
            if last && word.chars().count() <= LONGEST_START {
                clauses.push((Occur::Should, self.term(self.fields.title_starts, word, 0.5)));
            }
        }
        BooleanQuery::new(clauses)
    }

    fn beginning(&self, word: &str) -> Box<dyn Query> {
        if word.chars().count() <= LONGEST_START {
            return self.term(self.fields.starts, word, 0.5);
        }
        let term = Term::from_field_text(self.fields.words, word);
        boosted(Box::new(FuzzyTermQuery::new_prefix(term, 0, true)), 0.5)
    }

    fn forgiving(&self, typed: &[String]) -> BooleanQuery {
        let clauses = typed.iter().enumerate().map(|(index, word)| {
            let last = index + 1 == typed.len();
            let mut ways = vec![
                (Occur::Should, self.term(self.fields.title, word, 2.0)),
                (Occur::Should, self.term(self.fields.words, word, 1.0)),
            ];
            if last {
                ways.push((Occur::Should, self.beginning(word)));
            }
            let typo = |distance: u8, whole: bool, boost: f32| {
                let term = Term::from_field_text(self.fields.words, word);
                let query = if whole { FuzzyTermQuery::new } else { FuzzyTermQuery::new_prefix };
                (Occur::Should, boosted(Box::new(query(term, distance, true)), boost))
            };
            ways.extend((1..=typos(word)).map(|distance| typo(distance, true, 0.4 / f32::from(distance))));
            if last && word.chars().count() > LONGEST_START {
                ways.push(typo(1, false, 0.2));
            }
            (Occur::Must, Box::new(BooleanQuery::new(ways)) as Box<dyn Query>)
        });
        BooleanQuery::new(clauses.collect())
    }

    fn term(&self, field: Field, word: &str, boost: f32) -> Box<dyn Query> {
        let query = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
        boosted(Box::new(query), boost)
    }
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, boost))
}

/// How many typos a word may have.
fn typos(word: &str) -> u8 {
    match word.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

fn starts_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = words.flat_map(|word| starts(word, LONGEST_START)).collect();
    all.sort_unstable();
    all.dedup();
    all.join(" ")
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing =
        TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
    let folded = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        song_id: builder.add_text_field("song_id", STRING | STORED),
        title: builder.add_text_field("title", folded.clone()),
        artists: builder.add_text_field("artists", folded.clone()),
        words: builder.add_text_field("words", folded.clone()),
        title_starts: builder.add_text_field("title_starts", folded.clone()),
        starts: builder.add_text_field("starts", folded),
    };
    (builder.build(), fields)
}

#[cfg(test)]
mod tests;
