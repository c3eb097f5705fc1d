//! `jukeline asyncapi`: the records on the log, described from the types (AsyncAPI 3.0).

use super::topics::TOPICS;
use jukeline_app::{
    events::{Request, SongState, Stamped},
    ledger::StampedLedgerFact,
};
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema, openapi::RefOr, openapi::schema::Schema};

/// The document as JSON.
pub fn document() -> Result<String, serde_json::Error> {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    let requests = collect::<Request>(&mut schemas);
    let plays = collect::<Stamped>(&mut schemas);
    let ledger = collect::<StampedLedgerFact>(&mut schemas);
    let songs = collect::<SongState>(&mut schemas);
    let mut channels = Map::new();
    for topic in TOPICS {
        let payload = match topic.name {
            "requests" => requests.as_str(),
            "plays" => plays.as_str(),
            "ledger" => ledger.as_str(),
            "songs" => songs.as_str(),
            _ => continue,
        };
        let message = json!({ "contentType": "application/json", "headers": headers(), "payload": { "$ref": format!("#/components/schemas/{payload}") } });
        channels.insert(
            topic.name.into(),
            json!({ "address": format!("jukeline.{}", topic.name), "messages": { payload: message } }),
        );
    }
    let schemas: Map<String, Value> = schemas
        .into_iter()
        .map(|(name, schema)| Ok((name, serde_json::to_value(schema)?)))
        .collect::<Result<_, serde_json::Error>>()?;
    serde_json::to_string_pretty(&json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Jukeline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Records as CloudEvents 1.0 (Kafka binding, binary mode). Delivery is at least once: drop duplicates by ce_id."
        },
        "channels": channels,
        "components": { "schemas": schemas }
    }))
}

fn collect<T: ToSchema + PartialSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) -> String {
    let name = T::name().into_owned();
    schemas.push((name.clone(), T::schema()));
    T::schemas(schemas);
    name
}

fn headers() -> Value {
    let text = json!({ "type": "string" });
    json!({ "type": "object", "properties": {
        "ce_specversion": text, "ce_id": text, "ce_type": text, "ce_source": text, "ce_time": text, "content-type": text
    } })
}
