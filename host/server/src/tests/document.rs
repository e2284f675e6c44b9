//! The OpenAPI document and the routes are the same.

use std::collections::BTreeSet;

use tokio_util::sync::CancellationToken;

use super::client::{ask, request};
use super::house::House;
use crate::problem::Code;
use crate::site::{Site, assemble};

#[test]
fn every_route_is_in_the_document_and_the_other_way_round() {
    let document = crate::document();
    let described: BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let site = Site::new(super::house::idle(), CancellationToken::new()).unwrap();
    // The router tells its routes only to people who debug it.
    let told = format!("{:?}", assemble(&site).0);
    let routes: BTreeSet<String> =
        told.split('"').filter(|text| text.starts_with('/') && !text.contains("{*") && *text != "/").map(str::to_owned).collect();
    assert_eq!(routes, described);
}

#[test]
fn the_list_of_routes() {
    let document = crate::document();
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let role = operation[crate::site::ROLE].as_str().unwrap_or("-");
            lines.push(format!("{:<5} {path:<40} {role:<9} {}", method.to_uppercase(), operation["summary"].as_str().unwrap()));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_document_is_whole() {
    let document = crate::document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is named but not described");
    }
    let ids: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].to_string())
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
}

#[tokio::test]
async fn the_document_is_served() {
    let house = House::new().await;
    let reply = ask(house.address, request("GET", "/api/v1/openapi.json", &[])).await;
    assert_eq!(reply.json(), crate::document());
}

#[test]
fn codes_are_names() {
    let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        assert!(code.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", code.name());
        assert!(code.status().is_client_error() || code.status().is_server_error());
    }
}
