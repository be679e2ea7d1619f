//! `#fromUrl` and what reads through it: the form is checked here, the fetch is a need.
use super::{Function, Parameter, helper, json, properties, required, yaml};
use crate::error::{Code, Eval, Fault};
use crate::eval::Evaluator;
use crate::need::Need;
use crate::options::UrlRules;

const URL: &[Parameter] = &[Parameter::Text("url")];

pub(super) const FROM_URL: Function = Function {
    name: "fromUrl",
    parameters: URL,
    variadic: false,
    returns: "String",
    about: "The body of a GET as text; fetched by the caller.",
    call: |eval, arguments| {
        let body = body(eval, required(arguments, 0)?)?;
        eval.text(body)
    },
};

pub(super) const JSON_FROM_URL: Function = Function {
    name: "jsonFromUrl",
    parameters: URL,
    variadic: false,
    returns: "list or map",
    about: "`#readJson` of `#fromUrl`.",
    call: |eval, arguments| {
        let body = body(eval, required(arguments, 0)?)?;
        json::read(eval, &body)
    },
};

pub(super) const YAML_FROM_URL: Function = Function {
    name: "yamlFromUrl",
    parameters: URL,
    variadic: false,
    returns: "any",
    about: "`#readYaml` of `#fromUrl`.",
    call: |eval, arguments| {
        let body = body(eval, required(arguments, 0)?)?;
        yaml::read(eval, &body)
    },
};

pub(super) const PROPERTIES_FROM_URL: Function = Function {
    name: "propertiesFromUrl",
    parameters: URL,
    variadic: false,
    returns: "map",
    about: "Java properties of `#fromUrl`, all values texts.",
    call: |eval, arguments| {
        let body = body(eval, required(arguments, 0)?)?;
        eval.charge(body.len().saturating_mul(2))?;
        Ok(properties::read(&body))
    },
};

fn body(eval: &mut Evaluator<'_>, url: &str) -> Eval<String> {
    if let Err(reason) = check(url, &eval.options.urls) {
        let mut fault = helper(format!("#fromUrl({url}) failed: {reason}"));
        fault.code = Code::UrlRefused;
        return Err(fault);
    }
    let need = Need::Url { url: url.to_owned() };
    match eval.options.answers.and_then(|answers| answers.get(&need)) {
        None => Err(Fault::need(need)),
        Some(Ok(answer)) => match answer.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(failed(url, "the answer is no text")),
        },
        Some(Err(error)) => Err(failed(url, error)),
    }
}

fn failed(url: &str, reason: &str) -> Box<Fault> {
    let mut fault = helper(format!("#from({url}) failed: {reason}"));
    fault.code = Code::NeedFailed;
    fault
}

/// The rules of §3 that need no name service.
fn check(url: &str, rules: &UrlRules) -> Result<(), &'static str> {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"));
    let rest = rest.ok_or("only absolute http and https URLs may be read")?;
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let bracketed = host.starts_with('[');
    let host = if bracketed {
        host.split_inclusive(']').next().unwrap_or_default()
    } else {
        host.split(':').next().unwrap_or_default()
    };
    let host = host.trim_end_matches('.');
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err("the URL names no host");
    }
    if !rules.literal_addresses && (bracketed || is_numeric_address(host)) {
        return Err("the host may not be a literal address");
    }
    let literal = bracketed || is_numeric_address(host);
    if !rules.local_names && !literal && (host == "localhost" || host.ends_with(".localhost") || !host.contains('.')) {
        return Err("the host may not be local");
    }
    if rules.refused_endings.iter().any(|ending| host.ends_with(ending.as_str())) {
        return Err("the host's domain may not be read");
    }
    Ok(())
}

/// `10.0.0.1`, but also `0x7f.1` and `2130706433`, which resolvers take as addresses.
fn is_numeric_address(host: &str) -> bool {
    host.split('.').all(|label| {
        let digits = label.strip_prefix("0x").unwrap_or(label);
        let hexadecimal = digits.len() < label.len() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal || (!label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::options::UrlRules;

    #[test]
    fn only_public_looking_hosts_are_named() {
        let rules = UrlRules::default();
        for good in ["https://example.com/a", "HTTP://user:pw@a.b.example:8080/x?y", "https://10.example.org"] {
            assert_eq!(check(good, &rules), Ok(()), "{good}");
        }
        for bad in [
            "file:///etc/passwd",
            "ftp://example.com",
            "http://",
            "http://localhost/",
            "http://10.0.0.1/",
            "http://[::1]/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://intranet/",
            "http://db.internal/",
            "http://a.local./",
            "//example.com",
            "http://example.com@127.0.0.1/",
        ] {
            assert!(check(bad, &rules).is_err(), "{bad}");
        }
    }
}
