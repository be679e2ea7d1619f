//! Questions that people are asked, and their answers (reference access-control.md §4).

use domain::code::code;
use domain::execution::Fact;
use domain::principal::Principal;
use domain::question::{QuestionRow, Vote};
use domain::{Params, Problem, StageId};
use store::{Page, Write};

use crate::access::Attempt;
use crate::authorize::{Action, Resource, authorize};
use crate::{App, AppError, Caller, PageRequest, schema};

mod patched;

/// Most bytes of an answer: the bound on one value.
const LARGEST: usize = 1 << 20;

/// What became of an answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The question with this vote.
    pub question: QuestionRow,
    /// Whether this vote decided it.
    pub decided: bool,
}

impl App {
    /// Open questions of one execution, in the order asked.
    ///
    /// # Errors
    /// `access.denied`; an execution that does not exist asks nothing.
    pub async fn open_questions_of(&self, caller: &Caller, execution: &str) -> Result<Vec<QuestionRow>, AppError> {
        let mut all = self.inner.store.questions().of(&execution.into()).await?;
        if let Some(first) = all.first() {
            self.permit_read(caller, &first.application).await?;
        }
        all.retain(|question| question.closed.is_none());
        Ok(all)
    }

    /// Open questions of applications that `caller` may look at, newest first. A page may be short although there is a next one.
    ///
    /// # Errors
    /// `access.denied` for an application named; `request.cursor-invalid`.
    pub async fn open_questions(
        &self,
        caller: &Caller,
        application: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<QuestionRow>, AppError> {
        if let Some(application) = application {
            self.permit_read(caller, application).await?;
        }
        let named = application.map(Into::into);
        let Page { items, next } =
            self.inner.store.questions().open(named.as_ref(), page.after.as_ref(), page.limit).await?;
        let mut readable = Vec::with_capacity(items.len());
        for question in items {
            if self.may_read(caller, &question.application).await? {
                readable.push(question);
            }
        }
        Ok(Page { items: readable, next })
    }

    /// One question, open or closed.
    ///
    /// # Errors
    /// `question.unknown`, `access.denied`.
    pub async fn question(&self, caller: &Caller, id: &str) -> Result<QuestionRow, AppError> {
        let found = self.find_question(id).await?;
        // Whoever may answer it may look at it, although roles of a question need no READ on the application.
        if !caller.principal.holds_any(&found.question.roles) || found.question.roles.is_empty() {
            self.permit_read(caller, &found.application).await?;
        }
        Ok(found)
    }

    /// Answers a question. An approving answer counts toward the quorum, any other decides at once; what decides is told to the
    /// stage in the same unit.
    ///
    /// # Errors
    /// `question.unknown`, `access.denied` with the missing role, `question.closed`, `question.voted`, `question.role-used`,
    /// `question.answer-invalid` with pointers.
    pub async fn answer(&self, caller: &Caller, id: &str, answer: Params) -> Result<Answered, AppError> {
        self.answer_and_patch(caller, id, answer, &Params::object()).await
    }

    /// Takes a client's patch of a stage's context as the answer that it means: properties of what the stage asks say by `x-patch` which
    /// key of a patch they are (reference pipelines-and-stages.md §3.2). Who may answer and how often is as for any answer; other keys
    /// of the patch go the way of a patch, in the same unit. False where the patch answers nothing that is asked.
    ///
    /// # Errors
    /// As [`App::answer`].
    pub(crate) async fn answer_by_patch(
        &self,
        caller: &Caller,
        execution: &str,
        stage: &str,
        patch: &Params,
    ) -> Result<bool, AppError> {
        if patch.text().len() > LARGEST {
            return Ok(false);
        }
        let execution = execution.into();
        let derived = StageId::derive(&execution, &stage.into());
        let asked = self.inner.store.questions().of(&execution).await?;
        let own = asked.iter().filter(|row| row.closed.is_none());
        for row in own.filter(|row| row.stage == derived || row.stage.as_str() == stage) {
            if let Some((answer, rest)) = patched::answer(&row.question.schema, patch) {
                self.answer_and_patch(caller, &row.id(), answer, &rest).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// As [`App::answer`]; `patch` is laid over the stage's context in the same unit, which needs EXECUTE.
    async fn answer_and_patch(
        &self,
        caller: &Caller,
        id: &str,
        answer: Params,
        patch: &Params,
    ) -> Result<Answered, AppError> {
        let found = self.find_question(id).await?;
        let attempt = Attempt { action: "question.answer", noun: "question", subject: id };
        let execution = self.find_execution(&found.execution).await?;
        let acl = self.acl(&execution.application).await?;
        let resource = Resource::Question { acl: &acl, question: &found.question, submitter: &execution.principal };
        self.settle(caller, attempt, authorize(&caller.principal, Action::Answer, resource)).await?;
        if !patch.is_empty() {
            self.permit(caller, attempt, Action::Execute, &execution.application).await?;
        }
        check(&found, &answer)?;

        // Two votes must not both believe that the other is missing.
        let _deciding = self.inner.deciding.of(id).await;
        let mut found = self.find_question(id).await?;
        let vote = vote(&found, caller, answer, self.inner.environment.now())?;
        let decided = found.decides(&vote);
        let details = serde_json::json!({ "execution": found.execution.as_str(), "approves": vote.approves,
            "decides": decided, "role": vote.role, "via": caller.via() });
        let mut unit = vec![
            Write::Vote { question: id.to_owned(), vote: vote.clone(), closes: decided },
            Write::Audit(self.entry(caller, attempt, Params::new(details))),
        ];
        if !patch.is_empty() {
            let by = caller.principal.name.clone();
            let fact = Fact::Patched { stage: found.stage.clone(), by, patch: patch.clone() };
            unit.insert(1, Write::Inbox { execution: found.execution.clone(), fact });
        }
        if decided {
            let fact = Fact::Answered {
                stage: found.stage.clone(),
                run: found.run,
                label: found.label.clone(),
                by: Some(caller.principal.name.clone()),
                outcome: Ok(vote.answer.clone()),
            };
            unit.push(Write::Inbox { execution: found.execution.clone(), fact });
        }
        self.inner.store.write(unit).await?;
        found.closed = decided.then_some(vote.at);
        found.votes.push(vote);
        Ok(Answered { question: found, decided })
    }

    async fn find_question(&self, id: &str) -> Result<QuestionRow, AppError> {
        let found = self.inner.store.questions().get(id).await?;
        found.ok_or_else(|| AppError::not_found(code("question.unknown"), format!("There is no question `{id}`.")))
    }
}

fn check(question: &QuestionRow, answer: &Params) -> Result<(), AppError> {
    let code = code("question.answer-invalid");
    let mut problems = schema::problems(&question.question.schema, answer, "", &code);
    if answer.text().len() > LARGEST {
        problems.push(Problem::at("", code, "An answer may have at most 1 MiB."));
    }
    if problems.is_empty() { Ok(()) } else { Err(AppError::invalid("The answer", problems)) }
}

fn vote(question: &QuestionRow, caller: &Caller, answer: Params, now: domain::Timestamp) -> Result<Vote, AppError> {
    if question.closed.is_some() {
        let message = match question.votes.last() {
            Some(last) => format!("This question was closed already; the last to answer was {}.", last.by),
            None => "This question was closed already: it expired, or its stage ended.".to_owned(),
        };
        return Err(AppError::conflict(code("question.closed"), message));
    }
    if question.votes.iter().any(|vote| vote.by == caller.principal.name) {
        let message = "You have answered this question already; it waits for somebody else.";
        return Err(AppError::conflict(code("question.voted"), message));
    }
    let approves = question.approves(&answer);
    let role = if approves { role_of(question, &caller.principal)? } else { None };
    Ok(Vote { by: caller.principal.name.clone(), at: now, answer, approves, role })
}

/// The role that an approving vote is counted under: one that no earlier approval was, where each must be another.
fn role_of(question: &QuestionRow, principal: &Principal) -> Result<Option<String>, AppError> {
    let held = |role: &&String| principal.holds_any(std::slice::from_ref(*role));
    let mut own = question.question.roles.iter().filter(held);
    if !question.question.distinct_roles {
        return Ok(own.next().cloned());
    }
    let used = |role: &&String| {
        question.votes.iter().any(|vote| vote.approves && vote.role.as_ref().is_some_and(|used| used == *role))
    };
    let mut held_any = false;
    for role in own.by_ref() {
        held_any = true;
        if !used(&role) {
            return Ok(Some(role.clone()));
        }
    }
    if !held_any {
        return Ok(None);
    }
    let message = "Each approval must come from another of the roles, and yours has approved already.";
    Err(AppError::conflict(code("question.role-used"), message))
}
