//! The condition `clusterSize`: how many server groups a cluster has in each region, asked of the account's provider.

use std::collections::BTreeMap;

use mainsheet_sdk::prelude::*;

use crate::condition::unmet;
use crate::config::{CheckPreconditions, problem};

/// Milliseconds between two tries at a provider that cannot answer now, and after which that is given up.
const AGAIN: u32 = 5_000;
const GIVE_UP: f64 = 30_000.0;

/// Codes of class `not-found` that tell of a provider which was not even asked.
const UNASKED: [&str; 4] = ["provider.unknown", "provider.unknown-query", "query.unknown", "query.kind-unknown"];

/// Holds if the number of server groups compares true in every region.
pub async fn check(config: &CheckPreconditions, flow: &Flow) -> Result<(), Failure> {
    let comparison = Comparison::read(config.text("comparison"))?;
    let expected = match config.context.get("expected") {
        None | Some(Value::Null) => 1,
        Some(value) => whole(value).ok_or_else(|| problem("/context/expected", "is no whole number"))?,
    };
    let cluster = cluster(config).ok_or_else(|| problem("/context/cluster", "is missing"))?;
    let only_enabled = flag(config.context.get("onlyEnabledServerGroups"));
    let groups = server_groups(config, flow, &cluster).await?;
    let mut sizes: BTreeMap<String, i64> = regions(config).into_iter().map(|region| (region, 0)).collect();
    let anywhere = sizes.is_empty();
    for group in groups.iter().filter(|group| !(only_enabled && flag(group.get("disabled")))) {
        let region =
            if anywhere { "all regions" } else { group.get("region").and_then(Value::as_str).unwrap_or_default() };
        if anywhere {
            *sizes.entry(region.to_owned()).or_insert(0) += 1;
        } else if let Some(size) = sizes.get_mut(region) {
            *size += 1;
        }
    }
    if anywhere && sizes.is_empty() {
        sizes.insert("all regions".to_owned(), 0);
    }
    match sizes.iter().find(|(_, size)| !comparison.holds(**size, expected)) {
        None => Ok(()),
        Some((region, size)) => {
            let word = comparison.word();
            Err(unmet(
                config,
                format!("Cluster `{cluster}` has {size} server groups in {region}; it has to be {word} {expected}."),
            ))
        }
    }
}

/// What the provider knows of the cluster; one that does not exist has none. Asked again while the provider cannot answer.
async fn server_groups(config: &CheckPreconditions, flow: &Flow, cluster: &str) -> Result<Vec<Value>, Failure> {
    let text = |key: &str| Some(config.text(key)).filter(|text| !text.is_empty()).map(str::to_owned);
    let query = Query {
        account: text("credentials").or_else(|| text("account")),
        provider: config.cloud_provider.clone(),
        kind: "server-groups".to_owned(),
        input: json!({ "cluster": cluster, "regions": regions(config), "moniker": config.context.get("moniker") }),
        max_age: 0,
    };
    for attempt in 1_u32.. {
        match flow.query(format!("server-groups/{attempt}"), query.clone()).await {
            Ok(answer) => return Ok(answer.as_array().cloned().unwrap_or_default()),
            Err(failure) if failure.class == FailureClass::NotFound && !UNASKED.contains(&failure.code.as_str()) => {
                return Ok(Vec::new());
            }
            Err(failure) if failure.class.may_be_tried_again() && flow.now() - flow.started() < GIVE_UP => {
                flow.active(format!("again/{attempt}"), AGAIN).await;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(Vec::new())
}

fn cluster(config: &CheckPreconditions) -> Option<String> {
    let moniker = config.context.get("moniker").and_then(|moniker| moniker.get("cluster")?.as_str());
    [config.text("cluster"), moniker.unwrap_or_default()].into_iter().find(|name| !name.is_empty()).map(str::to_owned)
}

fn regions(config: &CheckPreconditions) -> Vec<String> {
    let listed = config.context.get("regions").and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn flag(value: Option<&Value>) -> bool {
    value.is_some_and(|value| {
        value == &Value::Bool(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    })
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// How the size is compared with what is expected.
#[derive(Clone, Copy)]
enum Comparison {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    fn read(word: &str) -> Result<Self, Failure> {
        Ok(match word {
            "" | "==" => Self::Equal,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            other => {
                let message = format!("`{other}` is no comparison; there are ==, <, <=, > and >=");
                return Err(problem("/context/comparison", &message).into());
            }
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    fn holds(self, size: i64, expected: i64) -> bool {
        match self {
            Self::Equal => size == expected,
            Self::Less => size < expected,
            Self::AtMost => size <= expected,
            Self::Greater => size > expected,
            Self::AtLeast => size >= expected,
        }
    }
}
