//! A Jenkins server, as operations see it: addresses, crumbs, refusals.

use mainsheet_sdk::http::{Request, Response};
use mainsheet_sdk::prelude::*;
use mainsheet_sdk::provider::OperationCall;

/// Where a server is, and whose credentials it gets.
pub struct Server {
    address: String,
    identity: Option<String>,
}

impl Server {
    /// The server that a stage names: an address, or an account that has one.
    ///
    /// # Errors
    /// `jenkins.server-unknown`.
    pub fn new(master: &str, call: &OperationCall) -> Result<Self, Failure> {
        let of_account = call.account.as_ref().and_then(|account| account.config.get("address")?.as_str());
        let address = if master.contains("://") { Some(master) } else { of_account };
        let Some(address) = address else {
            let message = format!("`{master}` is neither an address nor an account with one.");
            return Err(Failure::new(FailureClass::NotFound, code("jenkins.server-unknown"), message));
        };
        let identity = call.account.as_ref().map(|account| account.name.clone());
        Ok(Self { address: address.trim_end_matches('/').to_owned(), identity })
    }

    /// Address of a job; folders are separated by `/` and each part is encoded.
    pub fn job(&self, job: &str) -> String {
        let parts = job.split('/').filter(|part| !part.is_empty()).map(|part| format!("/job/{}", encoded(part)));
        format!("{}{}", self.address, parts.collect::<String>())
    }

    /// Address of a build of a job.
    pub fn build(&self, job: &str, number: &Value) -> String {
        format!("{}/{}", self.job(job), shown(number))
    }

    /// Reads JSON. Failures of the server, and a server that cannot be reached, may be tried again.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn read(&self, address: &str) -> Result<Value, Failure> {
        self.get(address)?.json()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn get(&self, address: &str) -> Result<Response, Failure> {
        let response = Request::get(address).identity(self.identity.clone()).send()?;
        if response.status < 300 { Ok(response) } else { Err(refused(&response, address)) }
    }

    /// Changes something, with the crumb that the server asks for where it protects itself against forged requests.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn post(&self, address: &str, form: &[(String, String)]) -> Result<Response, Failure> {
        let crumb = match self.read(&format!("{}/crumbIssuer/api/json", self.address)) {
            Ok(crumb) => Some(crumb),
            Err(failure) if failure.class == FailureClass::NotFound => None,
            Err(failure) => return Err(failure),
        };
        let mut request = Request::new("POST", address).identity(self.identity.clone());
        request.redirects = 0;
        let member = |name: &str| crumb.as_ref().and_then(|crumb| crumb.get(name)?.as_str());
        if let (Some(field), Some(crumb)) = (member("crumbRequestField"), member("crumb")) {
            request = request.header(field, crumb);
        }
        if !form.is_empty() {
            let pairs = form.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
            request.body = pairs.collect::<Vec<_>>().join("&").into_bytes();
            request = request.header("Content-Type", "application/x-www-form-urlencoded");
        }
        let response = request.send()?;
        if response.status < 400 { Ok(response) } else { Err(refused(&response, address)) }
    }
}

/// A text as it is, anything else as JSON.
pub fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn refused(response: &Response, address: &str) -> Failure {
    let class = match response.status {
        401 | 403 => FailureClass::Denied,
        404 => FailureClass::NotFound,
        429 => FailureClass::Throttled,
        500.. => FailureClass::Unavailable,
        _ => FailureClass::InvalidInput,
    };
    Failure::new(class, code("http.status"), format!("{address} answered {}.", response.status))
}

/// Everything but letters, digits and `-_.~` as `%XX`.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
