//! Charts as they were answered last. One is kept for what it depends on, and not for the room that asked: rooms of one
//! venue share their chart, and all rooms of a network the network's. What a room asks for is remembered beside it.

use crate::{
    http::{
        kept::{Ages, KeptAnswer, KeptAnswers},
        problem::Answer,
    },
    readers::{Mark, charts::Place},
};
use axum::body::Bytes;
use jukeline_app::{
    api::{Chart, ChartQuery, NightRule},
    charts::Nights,
};
use std::{num::NonZeroUsize, time::Duration};

/// Each is a few kilobytes.
const CHARTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// Each is a few hundred bytes: what every room of a large network asks for.
const ASKED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);
/// A night turns, and hours are changed, without a record.
const AGES: Ages = Ages { at_least: Duration::from_secs(1), at_most: Duration::from_secs(20) };

/// What a chart depends on, beside what was heard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChartKey {
    /// Where songs count.
    pub place: Place,
    /// What was asked, genre included.
    pub query: ChartQuery,
    /// The nights that count; nothing for all.
    pub nights: Option<Nights>,
    /// What a night is, as the answer says it.
    pub night_rule: NightRule,
}

/// A chart in both of its forms: it is printed once for all who ask, and read again by nobody.
pub struct MadeChart {
    /// The chart.
    pub chart: Chart,
    /// The same as JSON.
    pub body: Bytes,
}

/// Charts by what they depend on, and what each room's question depends on.
pub struct KeptCharts {
    asked: KeptAnswers<(String, ChartQuery), ChartKey>,
    charts: KeptAnswers<ChartKey, MadeChart>,
}

impl Default for KeptCharts {
    fn default() -> KeptCharts {
        KeptCharts { asked: KeptAnswers::new(AGES, ASKED), charts: KeptAnswers::new(AGES, CHARTS) }
    }
}

impl KeptCharts {
    /// The chart that is kept for a room's question, or the one that is made: `found` tells what the question depends
    /// on, `made` answers that.
    pub(super) async fn get<M>(
        &self,
        room: &str,
        query: &ChartQuery,
        mark: Mark,
        found: impl Future<Output = Answer<ChartKey>>,
        made: impl FnOnce(ChartKey) -> M,
    ) -> Answer<KeptAnswer<MadeChart>>
    where
        M: Future<Output = Answer<MadeChart>>,
    {
        // No record moves what a question depends on: it ages by itself.
        let asked = self.asked.get((room.to_owned(), query.clone()), Mark::default(), found).await?;
        let key = ChartKey::clone(&asked.made);
        let chart = self.charts.get(key.clone(), mark, async { made(key).await }).await?;
        // A night may have turned for the room before the chart itself is too old.
        Ok(KeptAnswer { good_until: chart.good_until.min(asked.good_until), ..chart })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::{
        api::{ChartScope, ChartWindow},
        id::VenueId,
    };
    use std::sync::atomic::{AtomicUsize, Ordering};
    use uuid::Uuid;

    fn query(scope: ChartScope) -> ChartQuery {
        ChartQuery { window: ChartWindow::Tonight, scope, genre: None }
    }

    fn key(place: Place, scope: ChartScope, night: u32) -> ChartKey {
        ChartKey { place, query: query(scope), nights: Some((night, night)), night_rule: NightRule::EachVenuesOwn }
    }

    fn chart(key: &ChartKey) -> MadeChart {
        let chart = Chart {
            query: key.query.clone(),
            nights: key.nights,
            compared_with: None,
            night_rule: key.night_rule,
            entries: Vec::new(),
        };
        MadeChart { chart, body: format!("{key:?}").into() }
    }

    #[tokio::test]
    async fn rooms_share_what_does_not_depend_on_them() {
        let (charts, made) = (KeptCharts::default(), AtomicUsize::new(0));
        let ask = async |room: &str, scope: ChartScope, key: ChartKey| {
            let make = |key: ChartKey| {
                made.fetch_add(1, Ordering::Relaxed);
                async move { Ok(chart(&key)) }
            };
            let found = std::future::ready(Ok(key.clone()));
            let kept =
                charts.get(room, &query(scope), Mark::default(), found, make).await.map_err(|_| ()).expect("kept");
            assert_eq!(kept.made.body, format!("{key:?}"), "its own");
            made.load(Ordering::Relaxed)
        };
        let network = |night| key(Place::Network, ChartScope::Network, night);
        let venue = |id| key(Place::Venue(VenueId(Uuid::from_u128(id))), ChartScope::Here, 20_261_126);
        assert_eq!(ask("copper", ChartScope::Network, network(20_261_126)).await, 1);
        assert_eq!(ask("tin", ChartScope::Network, network(20_261_126)).await, 1, "the same chart");
        assert_eq!(ask("far", ChartScope::Network, network(20_261_127)).await, 2, "its night is another already");
        assert_eq!(ask("copper", ChartScope::Here, venue(1)).await, 3);
        assert_eq!(ask("cellar", ChartScope::Here, venue(1)).await, 3, "two rooms of a venue");
        assert_eq!(ask("tin", ChartScope::Here, venue(2)).await, 4);
    }
}
