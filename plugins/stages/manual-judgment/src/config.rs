//! Configuration of `manualJudgment`, field by field after the reference.

use mainsheet_sdk::prelude::*;

/// Waits until a person decides whether to go on, and keeps what they chose.
#[config]
pub struct ManualJudgment {
    /// What the judge should know; shown with the question and in notifications.
    #[field(en = "Instructions", zh = "指引说明", help_zh = "展示给确认人，并用于通知", widget = "multiline")]
    pub instructions: String,
    /// Choices of which the judge picks one; later stages read it as `#judgment("stage name")`.
    #[field(
        en = "Options",
        zh = "输入选项",
        help_zh = "供确认人选择的选项，后续阶段可读取",
        widget = "question-options"
    )]
    pub judgment_inputs: Vec<JudgmentInput>,
    /// Later stages act as the person who judged "continue".
    #[field(en = "Propagate authentication", zh = "传递确认人身份", help_zh = "后续阶段以确认人的身份执行")]
    pub propagate_authentication_context: Flag,
    /// Roles of which the judge must hold one. Empty: whoever may run the pipeline.
    #[field(en = "Roles", zh = "可确认的角色", help_zh = "确认人须具备其中一个角色", choices = "roles")]
    pub selected_stage_roles: Vec<String>,
    /// As the roles above, and before them when not empty.
    #[field(en = "Required roles", zh = "必需的角色", help_zh = "不为空时优先于上面的角色", choices = "roles")]
    pub required_judgment_roles: Vec<String>,
    /// Whoever started the execution may not judge.
    #[field(en = "Prevent self approval", zh = "禁止发起人自行确认")]
    pub prevent_self_approval: Flag,
    /// Send the notifications below; without it only the first one, as old pipelines expect.
    #[field(en = "Send notifications", zh = "发送通知")]
    pub send_notifications: Flag,
    /// Who hears of it, and when: `manualJudgment`, `manualJudgmentContinue`, `manualJudgmentStop`.
    #[field(en = "Notifications", zh = "通知", widget = "notification-list")]
    pub notifications: Vec<Notification>,
}

/// One choice.
#[config]
pub struct JudgmentInput {
    /// What the judge picks and later stages read.
    #[field(en = "Value", zh = "选项")]
    pub value: Value,
}

/// One notification; other keys (`type`, `address`, `when`, `message` …) are the host's.
#[config]
pub struct Notification {
    /// Sends it again every so many milliseconds while the judgment is awaited; not above 0: once.
    #[field(en = "Repeat every", zh = "重复间隔（毫秒）", default = Millis(-1))]
    pub notify_every_ms: Millis,
}

impl ManualJudgment {
    /// Roles of which the judge must hold one.
    pub fn roles(&self) -> &[String] {
        if self.required_judgment_roles.is_empty() { &self.selected_stage_roles } else { &self.required_judgment_roles }
    }

    /// Whether not everybody who may run the pipeline may judge.
    pub fn is_restricted(&self) -> bool {
        !self.roles().is_empty() || self.prevent_self_approval.0
    }

    /// The shortest interval at which a notification wants to be repeated.
    pub fn reminder_interval(&self) -> Option<u32> {
        let intervals =
            self.notifications.iter().filter_map(|notification| u32::try_from(notification.notify_every_ms.0).ok());
        intervals.filter(|interval| *interval > 0).min()
    }
}
