use super::*;

async fn plan(store: &Store, wanted: &Wanted, sql: String, numbers: &[i64]) -> String {
    let query = wanted.bind(sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))));
    let query = numbers.iter().fold(query, |query, number| query.bind(*number));
    let rows = query.fetch_all(store.read()).await.expect("a plan");
    let lines: Vec<String> = rows.iter().map(|row| row.try_get("detail").expect("text")).collect();
    lines.join("\n")
}

#[tokio::test]
async fn a_chart_of_the_network_reads_the_rows_of_its_window_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_sqlite(folder.path()).await.expect("a store");
    for genre in [None, Some("Rock".to_owned())] {
        let wanted = Wanted { place: Place::Network, genre };
        let window =
            plan(&store, &wanted, ranking_sql(&wanted, (20_261_101, 20_261_130)), &[20_261_101, 20_261_130, 10]).await;
        assert!(window.contains("(generation=? AND last_night=? AND first_night=?)"), "{window}");
        let last = plan(&store, &wanted, last_night_sql(&wanted), &[20_261_020, 20_261_126]).await;
        assert!(last.contains("(generation=? AND last_night>? AND last_night<?)"), "{last}");
        assert!(!last.contains("TEMP B-TREE"), "from the newest on, without sorting: {last}");
    }
}

#[test]
fn windows_have_rows_of_their_own_and_other_nights_are_added_up() {
    for nights in [(EVER, EVER), (20_261_130, 20_261_130), (20_261_123, 20_261_129), (20_261_101, 20_261_130)] {
        assert!(is_window(nights), "{nights:?}");
    }
    for nights in [(20_261_129, 20_261_130), (20_261_101, 20_261_129)] {
        assert!(!is_window(nights), "{nights:?}");
    }
}
