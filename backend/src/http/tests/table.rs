//! The table of audiences against what the router really has.

use super::World;
use crate::http::{audience::ROUTES, routes, shared::Shared};
use std::collections::BTreeSet;

/// The methods that axum registers, in the order in which it prints them.
const METHODS: [&str; 9] = ["get", "head", "delete", "options", "patch", "post", "put", "trace", "connect"];

/// Every registered method and path, read from the router's own description of itself: axum tells it in no other way.
fn registered(world: &World) -> BTreeSet<String> {
    let text = format!("{:?}", routes(&Shared::new(&world.context.config)));
    let (text, _) = text.split_once(", fallback_router:").expect("the part with the routes");
    let (handlers, paths) = text.split_once("node: Node { paths: {").expect("paths");
    let paths: Vec<(usize, String)> = paths
        .split("RouteId(")
        .skip(1)
        .filter_map(|part| {
            let (id, rest) = part.split_once("): \"")?;
            Some((id.parse().ok()?, rest.split('"').next()?.to_owned()))
        })
        .collect();
    let mut found = BTreeSet::new();
    for (id, path) in paths {
        let marker = format!("RouteId({id}): ");
        let Some((_, described)) = handlers.split_once(&marker) else { continue };
        if !described.starts_with("MethodRouter") {
            continue;
        }
        let described = described.split("RouteId(").next().unwrap_or(described);
        for method in METHODS {
            let unset = described.contains(&format!(" {method}: None"));
            if !unset {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_route_states_its_audience() {
    let world = World::new().await;
    // Static files are a service of their own, which knows its methods itself.
    let stated = ROUTES.iter().filter(|(_, path, _)| *path != "/ui/{*path}");
    let stated: BTreeSet<String> = stated.map(|(method, path, _)| format!("{method} {path}")).collect();
    let registered = registered(&world);
    assert!(registered.len() > 30, "the router's description has changed: {registered:?}");
    assert_eq!(registered.difference(&stated).collect::<Vec<_>>(), Vec::<&String>::new(), "without an audience");
    assert_eq!(stated.difference(&registered).collect::<Vec<_>>(), Vec::<&String>::new(), "not registered");
}

#[tokio::test]
async fn nobody_gets_what_is_not_for_anyone() {
    use crate::http::audience::Audience;
    let world = World::new().await;
    for (method, path, audience) in ROUTES {
        let closed = match audience {
            Audience::Session
            | Audience::Owner
            | Audience::Staff(_)
            | Audience::Operator
            | Audience::Screen
            | Audience::SessionOrScreen => true,
            Audience::Anyone | Audience::Ticket | Audience::SetupLink | Audience::Operations => false,
        };
        let id = uuid::Uuid::from_u128(1).to_string();
        let concrete = path.replace("{room}", "copper");
        let concrete = ["{song}", "{play}", "{jukebox}", "{venue}", "{account}", "{invitation}", "{purchase}"]
            .iter()
            .fold(concrete, |path, name| path.replace(name, &id));
        if closed {
            let answer = world.send(method.clone(), &concrete, "", None).await;
            // A body that isn't there may be noticed first; what never happens is an answer.
            assert!(matches!(answer.status, 401 | 415), "{method} {path}: {} {}", answer.status, answer.body);
        }
    }
}
