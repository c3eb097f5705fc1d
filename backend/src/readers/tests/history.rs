//! History against a plain list of the same facts, through merges and for people who are gone.

use super::*;
use crate::{
    readers::history::{Person, Wanted},
    store::{
        accounts,
        places::{self, NewVenue},
    },
};

/// Those who hear songs: two with an account, a guest who becomes part of the first one, and somebody who is gone.
struct People {
    mara: AccountId,
    jo: AccountId,
    guest: AccountId,
    gone: AccountId,
}

impl People {
    async fn make(store: &Store) -> People {
        let mut tx = store.begin().await.expect("a transaction");
        let mut made = Vec::new();
        for _ in 0..4 {
            made.push(accounts::make_guest(&mut tx, store.kind(), 0, Timestamp(1)).await.expect("a guest"));
        }
        tx.commit().await.expect("committed");
        let [mara, jo, guest, gone] = made.try_into().expect("four");
        let goodbye = accounts::delete(store, gone, None, Timestamp(2)).await.expect("deleted");
        assert_eq!(goodbye, accounts::Goodbye::Gone);
        People { mara, jo, guest, gone }
    }

    async fn merge(&self, store: &Store) {
        let mut tx = store.begin().await.expect("a transaction");
        accounts::merge(store, &mut tx, self.guest, self.mara, Timestamp(3)).await.expect("merged");
        tx.commit().await.expect("committed");
    }

    /// The fact as one of these people's, heard at this venue.
    fn whose(&self, mut stamped: Stamped, at: VenueId) -> Stamped {
        let jukebox = stamped.jukebox.0.as_u128();
        let n = u128::from(stamped.version.n.unsigned_abs());
        if let Fact::Heard { play, account, venue, song, .. } = &mut stamped.fact {
            *play = PlayId(id(jukebox * 1000 + n));
            *account =
                [self.mara, self.jo, self.guest, self.gone][usize::try_from((n + song.0.as_u128()) % 4).expect("few")];
            *venue = at;
        }
        stamped
    }
}

type Line = (Timestamp, PlayId, SongId, u32);

/// What some accounts heard by the facts themselves, each once and newest first.
fn plainly(facts: &[Stamped], accounts: &[AccountId]) -> Vec<Line> {
    let line = |stamped: &Stamped| match stamped.fact {
        Fact::Heard { play, account, song, heard_at, night, .. } if accounts.contains(&account) => {
            Some((heard_at, play, song, night))
        }
        _ => None,
    };
    let mut lines: Vec<Line> = facts.iter().filter_map(line).collect();
    lines.sort_by(|one, other| other.cmp(one));
    lines
}

async fn lines(store: &Store, account: AccountId) -> Vec<Line> {
    let person = Person::find(store, account).await.expect("a person");
    let heard = person.heard(store, &Wanted::default(), 1_000).await.expect("a read");
    heard.iter().map(|played| (played.heard_at, played.play, played.song, played.night)).collect()
}

async fn equals_a_plain_list(case: Case) {
    let folder = tempfile::tempdir().expect("a folder");
    let context = context(folder.path()).await;
    let store = &context.store;
    let people = People::make(store).await;
    let mut tx = store.begin().await.expect("a transaction");
    let new = NewVenue { name: "The Still", city: "Leith", timezone: "Europe/London", position: None, radius_m: 75.0 };
    let venue = places::make_venue(&mut tx, &new, Timestamp(1)).await.expect("a venue");
    tx.commit().await.expect("committed");
    let history = Reader::named("history").expect("the history");
    let first = rows::stand_by(store, "history", history.version).await.expect("a row").building.expect("built").number;
    assert!(rows::flip(store, "history", first, false).await.expect("a flip"));

    let partitions = case
        .partitions()
        .into_iter()
        .map(|facts| facts.into_iter().map(|stamped| people.whose(stamped, venue)).collect::<Vec<_>>());
    let partitions: Vec<Vec<Stamped>> = partitions.collect();
    let facts: Vec<Stamped> = case.facts().concat().into_iter().map(|stamped| people.whose(stamped, venue)).collect();
    let are_right = async |hers: &[AccountId]| {
        assert_eq!(lines(store, people.mara).await, plainly(&facts, hers));
        assert_eq!(lines(store, people.jo).await, plainly(&facts, &[people.jo]));
        assert_eq!(lines(store, people.gone).await, []);
    };
    for (partition, facts) in (0..).zip(&partitions) {
        fold(&context, &Folding::new(history, first), partition, facts, &case.cuts).await;
    }
    are_right(&[people.mara]).await;
    assert_eq!(lines(store, people.guest).await, plainly(&facts, &[people.guest]));
    people.merge(store).await;
    are_right(&[people.mara, people.guest]).await;

    // Built anew it is the same, in another order of the partitions.
    let second = rows::wish(store, "history", history.version).await.expect("a wish");
    for (partition, facts) in [(1, &partitions[1]), (0, &partitions[0])] {
        fold(&context, &Folding::new(history, second), partition, facts, &case.cuts).await;
    }
    assert!(rows::flip(store, "history", second, false).await.expect("a flip"));
    are_right(&[people.mara, people.guest]).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_with_duplicates_restarts_and_merges_gives_a_plain_list(case in case()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(equals_a_plain_list(case));
    }
}
