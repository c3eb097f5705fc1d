//! One golden file for each kind of record that was ever written: what is on the log stays readable, and says the same.
//! `JUKELINE_WRITE_GOLDEN=1` adds files for new kinds; a file that is there is never rewritten.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test: what fails is the finding")]

use jukeline_app::{
    api::{DeclineReason, PlayerStatus, Report, Resume},
    events::{Fact, PlayRequested, Request, SongState, StaffWord, Stamped},
    hold::Hold,
    id::{AccountId, JukeboxId, LotId, PlayId, PurchaseId, ScreenId, SongId, VenueId},
    ledger::{LedgerFact, StampedLedgerFact},
    play::{BreakCause, ReturnReason, SkipReason},
    song::Codec,
    time::Timestamp,
    version::Version,
};
use serde::{Serialize, de::DeserializeOwned};
use std::path::PathBuf;
use uuid::Uuid;

const PLAY: PlayId = PlayId(Uuid::from_u128(1));
const ACCOUNT: AccountId = AccountId(Uuid::from_u128(2));
const SONG: SongId = SongId(Uuid::from_u128(3));
const VENUE: VenueId = VenueId(Uuid::from_u128(4));
const SCREEN: ScreenId = ScreenId(Uuid::from_u128(5));
const LOT: LotId = LotId(Uuid::from_u128(6));
const PURCHASE: PurchaseId = PurchaseId(Uuid::from_u128(9));
const AT: Timestamp = Timestamp(1_767_225_600_000);

fn compare<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(topic: &str, name: &str, value: &T) {
    compare_version(topic, name, 1, value);
}

fn compare_version<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    topic: &str,
    name: &str,
    version: u32,
    value: &T,
) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{topic}.{name}.v{version}.json"));
    if std::env::var_os("JUKELINE_WRITE_GOLDEN").is_some() && !file.exists() {
        std::fs::write(&file, serde_json::to_string_pretty(value).unwrap() + "\n").unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    assert_eq!(&serde_json::from_str::<T>(&golden).unwrap(), value, "{topic}.{name} reads as something else");
    let written: serde_json::Value = serde_json::to_value(value).unwrap();
    assert_eq!(
        written,
        serde_json::from_str::<serde_json::Value>(&golden).unwrap(),
        "{topic}.{name} is written differently"
    );
}

#[test]
fn requests() {
    let resume = Some(Resume { play: PLAY, attempt: 1, position_ms: 7_000 });
    let reports = [
        ("started", Report::Started { position_ms: 0 }),
        ("heard", Report::Heard),
        ("finished", Report::Finished),
        ("broke", Report::Broke { position_ms: 9, cause: BreakCause::EndedEarly }),
        ("dropped", Report::Dropped),
    ];
    for (name, report) in reports {
        let request = Request::ScreenReported {
            screen: SCREEN,
            player_epoch: 2,
            received_at: AT,
            play: PLAY,
            attempt: 1,
            report,
            age_ms: 40,
        };
        compare("requests", &format!("ScreenReported-{name}"), &request);
    }
    let asked = PlayRequested {
        play: PLAY,
        account: ACCOUNT,
        song: SONG,
        price: 2,
        sooner: true,
        valid_until: AT.plus(30_000),
        received_at: AT,
    };
    let said = [
        ("skip", StaffWord::Skip { play: PLAY, reason: SkipReason::TooLoud }),
        ("pause", StaffWord::Pause),
        ("resume", StaffWord::Resume),
        ("volume", StaffWord::Volume { percent: 62 }),
        ("stop-after", StaffWord::StopAfter { play: PLAY }),
        ("sound-off", StaffWord::SoundOff),
    ];
    for (name, said) in said {
        compare("requests", &format!("StaffSaid-{name}"), &Request::StaffSaid { staff: ACCOUNT, said });
    }
    compare("requests", "PlayRequested", &Request::PlayRequested(asked));
    compare("requests", "TakeBackRequested", &Request::TakeBackRequested { play: PLAY, account: ACCOUNT });
    let claim = Uuid::from_u128(7);
    let claimed =
        Request::PlayerClaimed { screen: SCREEN, claim, received_at: AT, codecs: Codec::ALL.to_vec(), resume };
    compare("requests", "PlayerClaimed", &claimed);
}

#[test]
fn facts_about_plays() {
    let staff = ReturnReason::Staff { said: SkipReason::WrongMood };
    let facts = [
        Fact::Queued {
            play: PLAY,
            account: ACCOUNT,
            song: SONG,
            venue: VENUE,
            price: 2,
            sooner: false,
            rules: 3,
            round: 4,
            rank: 1_048_576,
            after: None,
            about: AT,
            latest: AT.plus(60_000),
        },
        Fact::Declined { play: PLAY, account: ACCOUNT, reason: DeclineReason::Dearer { price: 3 } },
        Fact::Handed { plays: vec![(PLAY, 1)], player_epoch: 2 },
        Fact::Recalled { play: PLAY, reason: ReturnReason::TakenBack },
        Fact::Started { play: PLAY, attempt: 1, anchor: AT },
        Fact::Heard { play: PLAY, account: ACCOUNT, song: SONG, venue: VENUE, heard_at: AT, night: 20_251_231 },
        Fact::Finished { play: PLAY, account: ACCOUNT, price: 2 },
        Fact::Returned { play: PLAY, account: ACCOUNT, reason: staff, staff: Some(ACCOUNT), price: 2 },
        Fact::PlayedUnpaid { play: PLAY },
        // The first records knew paused and not paused only.
        floor_set(None),
    ];
    let stamped =
        |fact| Stamped { jukebox: JukeboxId(Uuid::from_u128(8)), version: Version { epoch: 1, n: 9 }, at: AT, fact };
    for fact in facts {
        compare("plays", fact.name(), &stamped(fact.clone()));
    }
    compare_version("plays", "FloorSet", 2, &stamped(floor_set(Some(Hold::SoundOff))));
}

fn floor_set(hold: Option<Hold>) -> Fact {
    Fact::FloorSet {
        paused: true,
        volume: 80,
        player: PlayerStatus::Online,
        player_epoch: 2,
        claim: None,
        anchor: Some((PLAY, AT)),
        paused_at_ms: Some(5_000),
        hold,
    }
}

#[test]
fn facts_about_credits() {
    let facts = [
        LedgerFact::Granted { account: ACCOUNT, lot: LOT, amount: 20 },
        LedgerFact::Reserved { account: ACCOUNT, play: PLAY, amount: 2 },
        LedgerFact::Captured { account: ACCOUNT, play: PLAY, amount: 2 },
        LedgerFact::Released { account: ACCOUNT, play: PLAY, amount: 2 },
        LedgerFact::Forfeited { account: ACCOUNT, amount: 18 },
        LedgerFact::Bought {
            account: ACCOUNT,
            purchase: PURCHASE,
            lot: LOT,
            amount: 10,
            minor: 950,
            currency: "EUR".into(),
        },
        LedgerFact::Refunded { account: ACCOUNT, purchase: PURCHASE, amount: 12, minor: 950, currency: "EUR".into() },
        LedgerFact::ClawedBack { account: ACCOUNT, purchase: PURCHASE, amount: 7, owed: 3 },
        LedgerFact::Expired { account: ACCOUNT, amount: 2 },
    ];
    for fact in facts {
        let name = fact.name();
        // The first records had no version of their account.
        compare("ledger", name, &StampedLedgerFact { version: None, fact: fact.clone() });
        let version = Some(Version { epoch: 1, n: 9 });
        compare_version("ledger", name, 2, &StampedLedgerFact { version, fact });
    }
}

#[test]
fn songs() {
    let song = SongState {
        song: SONG,
        version: Version { epoch: 1, n: 1 },
        title: "The Long Way Round".into(),
        artists: vec!["The Quiet Hours".into(), "Ada".into()],
        album: Some("Night Ferry".into()),
        year: Some(1994),
        genre: Some("Folk".into()),
        duration_ms: 187_000,
        isrc: Some("GBAYE9400001".into()),
        musicbrainz: None,
        explicit: false,
    };
    compare("songs", "SongImported", &song);
}

#[test]
fn a_field_from_a_newer_version_is_ignored() {
    let newer = r#"{"type":"Finished","play":"00000000-0000-0000-0000-000000000001","account":"00000000-0000-0000-0000-000000000002","price":2,"tip":1}"#;
    assert_eq!(serde_json::from_str::<Fact>(newer).unwrap(), Fact::Finished { play: PLAY, account: ACCOUNT, price: 2 });
}
