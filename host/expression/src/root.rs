//! The object that unqualified names are looked up on (§2 of the reference).
use serde_json::Value;

use crate::beans::{Bean, Shape};
use crate::execution::{Context, EMPTY, Execution, Object};
use crate::value::{Map, Val};

/// Where names come from. Borrows everything; making one costs nothing.
#[derive(Debug, Clone)]
pub struct Root<'a> {
    own: Context<'a>,
    submitted: Option<Submitted<'a>>,
    variables: &'a Object,
    execution: Option<&'a Execution<'a>>,
    stage: Option<usize>,
    user: Option<&'a str>,
}

/// What a pipeline that is being submitted is looked up on.
#[derive(Debug, Clone, Copy)]
struct Submitted<'a> {
    trigger: &'a Value,
    template_variables: Option<&'a Value>,
}

impl<'a> Root<'a> {
    fn new(own: Context<'a>) -> Self {
        Root { own, submitted: None, variables: &EMPTY, execution: None, stage: None, user: None }
    }

    /// `{trigger, templateVariables}`: a pipeline that is being submitted.
    #[must_use]
    pub fn of_submission(trigger: &'a Value, template_variables: Option<&'a Value>) -> Self {
        Root { submitted: Some(Submitted { trigger, template_variables }), ..Root::new(Context::new(&EMPTY)) }
    }

    /// A plain context.
    pub fn of_context(context: &'a Object) -> Self {
        Root::new(Context::new(context))
    }

    /// `{execution, trigger}`: the ad-hoc evaluation on an execution.
    pub fn of_execution(execution: &'a Execution<'a>) -> Self {
        Root { execution: Some(execution), ..Root::new(Context::new(&EMPTY)) }
    }

    /// The root of a stage: its context, overlaid with execution, trigger and template variables, then
    /// outputs of itself and its ancestors.
    ///
    /// Nothing when the execution has no such stage.
    pub fn of_stage(execution: &'a Execution<'a>, stage: usize) -> Option<Self> {
        let own = execution.stages.get(stage)?.context;
        let user = execution.fields.get("authentication").and_then(|a| a.get("user")).and_then(Value::as_str);
        Some(Root { execution: Some(execution), stage: Some(stage), user, ..Root::new(own) })
    }

    /// The same root with other keys of its own (a context that is being worked on).
    #[must_use]
    pub fn with_context(mut self, context: &'a Object) -> Self {
        self.own = Context::new(context);
        self
    }

    /// The same root with variables that were evaluated before (§1.8); they win over the context.
    #[must_use]
    pub fn with_variables(mut self, variables: &'a Object) -> Self {
        self.variables = variables;
        self
    }

    /// The same root with another answer of `#currentUser()`.
    #[must_use]
    pub fn with_user(mut self, user: &'a str) -> Self {
        self.user = Some(user);
        self
    }

    /// The execution, where there is one.
    pub fn execution(&self) -> Option<&'a Execution<'a>> {
        self.execution
    }

    /// The stage being processed, where there is one.
    pub fn stage(&self) -> Option<usize> {
        self.stage
    }

    pub(crate) fn user(&self) -> &'a str {
        self.user.filter(|user| !user.is_empty()).unwrap_or("anonymous")
    }

    /// A name, by the lookup order; nothing when nobody has it.
    pub(crate) fn get(&self, name: &str) -> Option<Val<'a>> {
        match name {
            "parameters" => return Some(self.parameters()),
            "scmInfo" => return Some(self.scm_info()),
            _ => {}
        }
        if let Some(value) = self.variables.get(name) {
            return Some(Val::from_json(value));
        }
        if let Some(value) = self.overlaid(name) {
            return Some(value);
        }
        if let Some(value) = self.own.get(name) {
            return Some(Val::from_json(value));
        }
        self.execution?.output(self.stage?, name)
    }

    /// Whether the root itself has the name; inherited outputs do not count.
    pub(crate) fn contains(&self, name: &str) -> bool {
        matches!(name, "parameters" | "scmInfo")
            || self.own.contains_key(name)
            || self.variables.contains_key(name)
            || self.overlaid(name).is_some()
    }

    fn overlaid(&self, name: &str) -> Option<Val<'a>> {
        if let Some(submitted) = &self.submitted {
            return match name {
                "trigger" => Some(Val::from_json(submitted.trigger)),
                "templateVariables" => submitted.template_variables.map(Val::from_json),
                _ => None,
            };
        }
        let execution = self.execution?;
        match name {
            "execution" => Some(Val::Bean(Bean::Execution(execution))),
            "trigger" => Some(execution.trigger.map_or(Val::Null, |trigger| Val::Map(Map::Trigger(trigger)))),
            "templateVariables" => self.template_variables().map(|variables| Val::Map(Map::Json(variables))),
            _ => None,
        }
    }

    /// Only stages of version 4 see them, and only if there are any.
    fn template_variables(&self) -> Option<&'a Object> {
        self.stage?;
        let execution = self.execution?;
        let version = execution.text("spelEvaluator").unwrap_or_default();
        let variables = execution.fields.get("templateVariables")?.as_object()?;
        (version.eq_ignore_ascii_case("v4") && !variables.is_empty()).then_some(variables)
    }

    fn trigger(&self) -> Option<&'a Object> {
        match self.execution {
            Some(execution) => execution.trigger,
            None if self.submitted.is_some() => self.submitted.and_then(|submitted| submitted.trigger.as_object()),
            None => self.own.get("trigger").and_then(Value::as_object),
        }
    }

    /// The trigger's parameters if there are any, else the context's own, else none.
    fn parameters(&self) -> Val<'a> {
        let triggered = self.trigger().and_then(|trigger| trigger.get("parameters")).and_then(Value::as_object);
        match triggered.filter(|parameters| !parameters.is_empty()) {
            Some(parameters) => Val::Map(Map::Json(parameters)),
            None => self.own.get("parameters").map_or(Val::Map(Map::Json(&EMPTY)), Val::from_json),
        }
    }

    /// The commit that a build was made of: of several, the first that is on neither main branch.
    fn scm_info(&self) -> Val<'a> {
        let Some(commits) = self.commits() else {
            return Val::Null;
        };
        let commits: Vec<&Object> = commits.iter().filter_map(Value::as_object).collect();
        let branch = |commit: &Object| commit.get("branch").and_then(Value::as_str).map(str::to_owned);
        let on_main = |commit: &Object| matches!(branch(commit).as_deref(), Some("master" | "develop"));
        let chosen = if commits.len() > 1 { commits.iter().find(|commit| !on_main(commit)) } else { None };
        match chosen.or(commits.first()) {
            Some(commit) => Val::Bean(Bean::Data(Shape::SourceControl, commit)),
            None => Val::Null,
        }
    }

    fn commits(&self) -> Option<&'a [Value]> {
        let trigger = self.trigger();
        let built = trigger.is_some_and(|trigger| {
            let has = |name: &str| trigger.get(name).is_some_and(|value| !value.is_null());
            (has("master") && has("job") && has("buildNumber"))
                || trigger.get("type").and_then(Value::as_str) == Some("concourse")
        });
        let of_build = trigger.filter(|_| built).and_then(|trigger| trigger.get("buildInfo")?.get("scm")?.as_array());
        let of_context = || match self.own.get("scmInfo") {
            Some(Value::Array(commits)) if commits.len() == 1 => Some(commits),
            _ => None,
        };
        of_build.filter(|commits| !commits.is_empty()).or_else(of_context).map(Vec::as_slice)
    }

    /// Own entries: variables and overlays over the context.
    pub(crate) fn entries(&self) -> Vec<(Val<'a>, Val<'a>)> {
        self.own_names().into_iter().map(|name| (Val::borrowed(name), self.get(name).unwrap_or(Val::Null))).collect()
    }

    fn own_names(&self) -> Vec<&'a str> {
        let mut names: Vec<&'a str> = self.own.keys().map(String::as_str).collect();
        let implied = ["execution", "trigger", "templateVariables", "parameters", "scmInfo"];
        let added = implied.into_iter().filter(|name| self.contains(name));
        for name in added.chain(self.variables.keys().map(String::as_str)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Every name that can be read, for "did you mean".
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.own_names().into_iter().map(str::to_owned).collect();
        if let (Some(execution), Some(stage)) = (self.execution, self.stage) {
            names.extend(execution.visible_names(stage));
        }
        names
    }
}
