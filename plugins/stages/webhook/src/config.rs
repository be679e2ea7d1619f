//! Configuration of `webhook`, field by field after the reference, and what it asks of provider `http`.

use mainsheet_sdk::jsonpath::Path;
use mainsheet_sdk::prelude::*;

use crate::address;

/// Headers that only the engine may set.
const RESERVED: [&str; 5] = [
    "x-spinnaker-user",
    "x-spinnaker-accounts",
    "x-spinnaker-user-origin",
    "x-spinnaker-request-id",
    "x-spinnaker-execution-id",
];

/// Where the status address comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Resolution {
    /// The address that was called is asked with GET.
    #[default]
    GetMethod,
    /// The `Location` header of the reply.
    LocationHeader,
    /// A JSONPath into the body of the reply.
    WebhookResponse,
}

/// Calls an address, and may watch what it started.
#[config]
pub struct Webhook {
    /// Address to call.
    #[field(en = "URL", zh = "请求地址")]
    pub url: String,
    /// Method: GET, HEAD, POST, PUT, PATCH or DELETE.
    #[field(en = "Method", zh = "请求方法", default = "POST".to_owned())]
    #[schemars(extend("examples" = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]))]
    pub method: String,
    /// Body, sent as JSON, or as a form if a header `Content-Type: application/x-www-form-urlencoded` says so.
    #[field(en = "Payload", zh = "请求体", widget = "json")]
    pub payload: Value,
    /// Headers to send: text, or a list of texts.
    #[field(en = "Custom headers", zh = "自定义请求头", widget = "key-value")]
    pub custom_headers: Map<String, Value>,
    /// Account whose credentials are sent.
    #[field(en = "Account", zh = "账号", choices = "accounts")]
    pub account: Option<String>,
    /// Signs the body, so that the receiver knows who sent it: `{secret, algorithm, header, prefix}`.
    #[field(en = "Signature", zh = "签名", help_zh = "对请求体签名，供接收方校验", widget = "signature")]
    pub signature: Option<Value>,
    /// Statuses of the call that fail at once, even if they would be tried again.
    #[field(en = "Fail fast statuses", zh = "立即失败状态码", widget = "status-codes", default = vec![Integer(504)])]
    pub fail_fast_status_codes: Vec<Integer>,
    /// Further statuses of the call that are tried again, beside 429 and those from 500.
    #[field(en = "Retry statuses", zh = "重试状态码", widget = "status-codes")]
    pub webhook_retry_status_codes: Vec<Integer>,
    /// Watches a status address until it tells an end.
    #[field(en = "Wait for completion", zh = "等待完成")]
    pub wait_for_completion: Flag,
    /// Calls nothing and only watches.
    #[field(en = "Monitor only", zh = "仅监控")]
    pub monitor_only: Flag,
    /// Where the status address comes from.
    #[field(en = "Status URL from", zh = "状态地址来源")]
    pub status_url_resolution: Resolution,
    /// JSONPath of the status address in the reply, for `webhookResponse`.
    #[field(en = "Status URL JSONPath", zh = "状态地址 JSONPath")]
    pub status_url_json_path: String,
    /// The status address itself, for `monitorOnly`.
    #[field(en = "Status endpoint", zh = "状态地址")]
    pub status_endpoint: Option<String>,
    /// Seconds from the start of the stage before it first watches.
    #[field(en = "Wait before monitoring", zh = "监控前等待（秒）")]
    pub wait_before_monitor: Seconds,
    /// JSONPath of the status. Empty: the first answer without error is a success.
    #[field(en = "Status JSONPath", zh = "状态 JSONPath")]
    pub status_json_path: String,
    /// JSONPath of a text that tells the progress.
    #[field(en = "Progress JSONPath", zh = "进度 JSONPath")]
    pub progress_json_path: String,
    /// Statuses that mean success, with commas.
    #[field(en = "Success statuses", zh = "成功状态")]
    pub success_statuses: Csv,
    /// Statuses that mean cancelled, with commas.
    #[field(en = "Canceled statuses", zh = "取消状态")]
    pub canceled_statuses: Csv,
    /// Statuses that mean failure, with commas.
    #[field(en = "Terminal statuses", zh = "失败状态")]
    pub terminal_statuses: Csv,
    /// HTTP statuses of the status address after which it is asked again.
    #[field(en = "Retry statuses while monitoring", zh = "监控重试状态码", widget = "status-codes")]
    pub retry_status_codes: Vec<Integer>,
    /// Limits for single HTTP statuses of the status address: `{"404": {"maxAttempts": 3}}`.
    #[field(en = "Limited retries", zh = "有限重试", widget = "json")]
    pub retries: Map<String, Value>,
    /// Address that is called when the stage is cancelled or fails after the call.
    #[field(en = "Cancel endpoint", zh = "取消地址")]
    pub cancel_endpoint: Option<String>,
    /// Method of the cancel call.
    #[field(en = "Cancel method", zh = "取消请求方法", default = "POST".to_owned())]
    pub cancel_method: String,
    /// Body of the cancel call.
    #[field(en = "Cancel payload", zh = "取消请求体", widget = "json")]
    pub cancel_payload: Value,
    /// Artifacts to bind from the list `artifacts` of the reply's body.
    #[field(en = "Expected artifacts", zh = "期望制品", widget = "artifact")]
    pub expected_artifacts: Option<Vec<Value>>,
    /// Values for the placeholders of a preconfigured webhook.
    #[field(en = "Parameter values", zh = "参数值", widget = "key-value")]
    pub parameter_values: Map<String, Value>,
    /// Milliseconds that replace the limits of the call (5 minutes) and of watching (1 hour).
    #[field(widget = "hidden")]
    pub stage_timeout_ms: Option<Value>,
}

/// A complaint about one field.
pub fn invalid(pointer: &str, message: &str) -> Failure {
    problem(pointer, message).into()
}

fn problem(pointer: &str, message: &str) -> Problem {
    Problem { pointer: pointer.to_owned(), code: "configuration.invalid".to_owned(), message: message.to_owned() }
}

impl Webhook {
    /// What the schema cannot say.
    pub fn problems(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.monitor_only.0 && !self.wait_for_completion.0 {
            problems.push(problem("/monitorOnly", "needs waitForCompletion: there would be nothing to do"));
        }
        if self.url.trim().is_empty() && !(self.monitor_only.0 && self.status_endpoint.is_some()) {
            problems.push(problem("/url", "is missing"));
        }
        let paths = [
            ("/statusUrlJsonPath", &self.status_url_json_path),
            ("/statusJsonPath", &self.status_json_path),
            ("/progressJsonPath", &self.progress_json_path),
        ];
        let written = paths.into_iter().filter(|(_, path)| !path.trim().is_empty());
        problems
            .extend(written.filter_map(|(pointer, path)| Some(problem(pointer, &Path::parse(path).err()?.message))));
        problems
    }

    /// An operation of provider `http` with the stage's account.
    pub fn operation(&self, kind: &str, input: Value) -> Operation {
        Operation::new(kind, input).provider("http").account(self.account.clone())
    }

    /// The headers, without those that only the engine may set.
    pub fn headers(&self) -> Map<String, Value> {
        let free = self.custom_headers.iter().filter(|(name, _)| !RESERVED.contains(&name.to_lowercase().as_str()));
        free.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Input of the call.
    ///
    /// # Errors
    /// When there is no address.
    pub fn create_input(&self) -> Result<Value, Failure> {
        if self.url.trim().is_empty() {
            return Err(invalid("/url", "is missing"));
        }
        let mut input = json!({
            "url": self.url, "method": self.method, "headers": self.headers(), "body": self.payload,
            "failFastStatusCodes": self.fail_fast_status_codes, "retryStatusCodes": self.webhook_retry_status_codes,
            "signature": self.signature,
        });
        self.limit(&mut input, "retryFor");
        Ok(input)
    }

    /// Input of watching.
    pub fn poll_input(&self, address: String) -> Value {
        let mut input = json!({
            "url": address, "headers": self.headers(), "statusJsonPath": self.status_json_path, "progressJsonPath": self.progress_json_path,
            "successStatuses": self.success_statuses, "canceledStatuses": self.canceled_statuses, "terminalStatuses": self.terminal_statuses,
            "retryStatusCodes": self.retry_status_codes, "retries": self.retries,
        });
        self.limit(&mut input, "giveUpAfter");
        input
    }

    /// The stage's own timeout replaces an operation's limit. As text it is ignored, as everywhere in a pipeline.
    fn limit(&self, input: &mut Value, key: &str) {
        if let (Some(members), Some(limit @ Value::Number(_))) = (input.as_object_mut(), &self.stage_timeout_ms) {
            members.insert(key.to_owned(), limit.clone());
        }
    }

    /// The address of the cancel call, if there is one.
    pub fn cancel_endpoint(&self) -> Option<&str> {
        self.cancel_endpoint.as_deref().map(str::trim).filter(|endpoint| !endpoint.is_empty())
    }

    /// The address to watch.
    ///
    /// # Errors
    /// `webhook.no-status-url` if the reply does not tell it.
    pub fn status_address(&self, reply: &Value) -> Result<String, Failure> {
        let told = match self.status_url_resolution {
            _ if self.monitor_only.0 => self
                .status_endpoint
                .clone()
                .filter(|endpoint| !endpoint.trim().is_empty())
                .or_else(|| Some(self.url.clone())),
            Resolution::GetMethod => Some(self.url.clone()),
            Resolution::LocationHeader => {
                address::header(reply, "location").map(|location| address::resolve(&self.url, &location))
            }
            Resolution::WebhookResponse => self.address_in(reply)?,
        };
        told.map(|address| address.trim().to_owned()).filter(|address| !address.is_empty()).ok_or_else(|| {
            Failure::new(
                FailureClass::InvalidInput,
                code("webhook.no-status-url"),
                "The status URL couldn't be resolved from the reply; see statusUrlResolution.",
            )
        })
    }

    fn address_in(&self, reply: &Value) -> Result<Option<String>, Failure> {
        let body = reply.get("body").unwrap_or(&Value::Null);
        let found = Path::parse(&self.status_url_json_path)?.find(body);
        Ok(found.and_then(|found| found.as_str().map(str::to_owned)))
    }
}
