//! The readable properties of every kind of bean.

/// Kinds of beans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Execution,
    Stage,
    Task,
    Trigger,
    BuildInfo,
    Artifact,
    ExpectedArtifact,
    Authentication,
    Paused,
    SourceControl,
}

/// What a getter answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// The value as it stands, null when missing.
    Value,
    /// A boolean, false when missing.
    Flag,
    /// A 64-bit number whatever its size.
    Long,
    /// A list, empty when missing.
    List,
    /// A map, empty when missing.
    Object,
    Status,
    Of(Shape),
    ListOf(Shape),
}

use Field::{Flag, List, ListOf, Long, Object, Of, Status, Value};

const EXECUTION: &[(&str, Field)] = &[
    ("id", Value),
    ("name", Value),
    ("application", Value),
    ("status", Status),
    ("authentication", Of(Shape::Authentication)),
    ("trigger", Of(Shape::Trigger)),
    ("stages", ListOf(Shape::Stage)),
    ("context", Object),
    ("buildTime", Long),
    ("startTime", Long),
    ("endTime", Long),
    ("startTimeExpiry", Long),
    ("canceled", Flag),
    ("canceledBy", Value),
    ("cancellationReason", Value),
    ("limitConcurrent", Flag),
    ("keepWaitingPipelines", Flag),
    ("maxConcurrentExecutions", Value),
    ("pipelineConfigId", Value),
    ("origin", Value),
    ("description", Value),
    ("notifications", List),
    ("initialConfig", Object),
    ("systemNotifications", List),
    ("templateVariables", Value),
    ("spelEvaluator", Value),
    ("paused", Of(Shape::Paused)),
    ("partition", Value),
    ("rootId", Value),
    ("additionalHeaders", Value),
];

const STAGE: &[(&str, Field)] = &[
    ("id", Value),
    ("refId", Value),
    ("type", Value),
    ("name", Value),
    ("status", Status),
    ("context", Object),
    ("outputs", Object),
    ("tasks", ListOf(Shape::Task)),
    ("startTime", Long),
    ("endTime", Long),
    ("startTimeExpiry", Long),
    ("scheduledTime", Long),
    ("parentStageId", Value),
    ("parent", Of(Shape::Stage)),
    ("topLevelStage", Of(Shape::Stage)),
    ("execution", Of(Shape::Execution)),
    ("requisiteStageRefIds", List),
    ("additionalMetricTags", Object),
    ("hasSucceeded", Flag),
    ("hasFailed", Flag),
    ("join", Flag),
    ("manualJudgmentType", Value),
    ("allowSiblingStagesToContinueOnFailure", Flag),
    ("continuePipelineOnFailure", Flag),
];

const TASK: &[(&str, Field)] = &[
    ("id", Value),
    ("name", Value),
    ("status", Status),
    ("implementingClass", Value),
    ("startTime", Long),
    ("endTime", Long),
    ("stageStart", Flag),
    ("stageEnd", Flag),
    ("loopStart", Flag),
    ("loopEnd", Flag),
    ("taskExceptionDetails", Object),
];

const TRIGGER: &[(&str, Field)] = &[
    ("type", Value),
    ("correlationId", Value),
    ("user", Value),
    ("parameters", Object),
    ("artifacts", ListOf(Shape::Artifact)),
    ("notifications", List),
    ("rebake", Flag),
    ("dryRun", Flag),
    ("strategy", Flag),
    ("resolvedExpectedArtifacts", ListOf(Shape::ExpectedArtifact)),
    ("other", Object),
];

const BUILD_INFO: &[(&str, Field)] = &[
    ("name", Value),
    ("number", Value),
    ("url", Value),
    ("result", Value),
    ("artifacts", List),
    ("scm", ListOf(Shape::SourceControl)),
    ("building", Flag),
    ("fullDisplayName", Value),
    ("timestamp", Value),
];

const ARTIFACT: &[(&str, Field)] = &[
    ("type", Value),
    ("name", Value),
    ("version", Value),
    ("location", Value),
    ("reference", Value),
    ("metadata", Object),
    ("artifactAccount", Value),
    ("provenance", Value),
    ("uuid", Value),
    ("customKind", Flag),
];

const EXPECTED_ARTIFACT: &[(&str, Field)] = &[
    ("id", Value),
    ("matchArtifact", Of(Shape::Artifact)),
    ("boundArtifact", Of(Shape::Artifact)),
    ("defaultArtifact", Of(Shape::Artifact)),
    ("usePriorArtifact", Flag),
    ("useDefaultArtifact", Flag),
];

const AUTHENTICATION: &[(&str, Field)] = &[("user", Value), ("allowedAccounts", List)];

const PAUSED: &[(&str, Field)] = &[
    ("pausedBy", Value),
    ("resumedBy", Value),
    ("pauseTime", Long),
    ("resumeTime", Long),
    ("paused", Flag),
    ("pausedMs", Long),
];

const SOURCE_CONTROL: &[(&str, Field)] = &[("name", Value), ("branch", Value), ("sha1", Value)];

impl Shape {
    pub const ALL: [Shape; 10] = [
        Shape::Execution,
        Shape::Stage,
        Shape::Task,
        Shape::Trigger,
        Shape::BuildInfo,
        Shape::Artifact,
        Shape::ExpectedArtifact,
        Shape::Authentication,
        Shape::Paused,
        Shape::SourceControl,
    ];

    /// Name of the kind, as messages show it.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Execution => "PipelineExecution",
            Shape::Stage => "StageExecution",
            Shape::Task => "TaskExecution",
            Shape::Trigger => "Trigger",
            Shape::BuildInfo => "BuildInfo",
            Shape::Artifact => "Artifact",
            Shape::ExpectedArtifact => "ExpectedArtifact",
            Shape::Authentication => "AuthenticationDetails",
            Shape::Paused => "PausedDetails",
            Shape::SourceControl => "SourceControl",
        }
    }

    /// Readable properties.
    pub fn fields(self) -> &'static [(&'static str, Field)] {
        match self {
            Shape::Execution => EXECUTION,
            Shape::Stage => STAGE,
            Shape::Task => TASK,
            Shape::Trigger => TRIGGER,
            Shape::BuildInfo => BUILD_INFO,
            Shape::Artifact => ARTIFACT,
            Shape::ExpectedArtifact => EXPECTED_ARTIFACT,
            Shape::Authentication => AUTHENTICATION,
            Shape::Paused => PAUSED,
            Shape::SourceControl => SOURCE_CONTROL,
        }
    }
}
