//! Operations: what executions have ordered, and how it stands.

use domain::code::code;
use domain::operation::{Operation, OperationKey};
use store::{OperationFilter, Page};

use crate::{App, AppError, Caller, PageRequest};

/// The id that people and clients use: `execution.stage.run.label`. Execution and stage have no dots.
#[must_use]
pub fn operation_id(key: &OperationKey) -> String {
    format!("{}.{}.{}.{}", key.execution, key.stage, key.run, key.label)
}

fn key_of(id: &str) -> Option<OperationKey> {
    let mut parts = id.splitn(4, '.');
    let (execution, stage, run, label) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(OperationKey { execution: execution.into(), stage: stage.into(), run: run.parse().ok()?, label: label.into() })
}

impl App {
    /// Operations of applications that `caller` may look at, newest first. A page may be short although there is a next one.
    ///
    /// # Errors
    /// `access.denied` for an application named; `request.cursor-invalid`.
    pub async fn operations(
        &self,
        caller: &Caller,
        filter: &OperationFilter,
        page: &PageRequest,
    ) -> Result<Page<Operation>, AppError> {
        if let Some(application) = &filter.application {
            self.permit_read(caller, application.as_str()).await?;
        }
        let Page { items, next } = self.inner.store.operations().list(filter, page.after.as_ref(), page.limit).await?;
        let mut readable = Vec::with_capacity(items.len());
        for operation in items {
            if self.may_read(caller, &operation.application).await? {
                readable.push(operation);
            }
        }
        Ok(Page { items: readable, next })
    }

    /// One operation.
    ///
    /// # Errors
    /// `operation.unknown`, `access.denied`.
    pub async fn operation(&self, caller: &Caller, id: &str) -> Result<Operation, AppError> {
        let unknown = || AppError::not_found(code("operation.unknown"), format!("There is no operation `{id}`."));
        let key = key_of(id).ok_or_else(unknown)?;
        let found = self.inner.store.operations().get(&key).await?.ok_or_else(unknown)?;
        self.permit_read(caller, &found.application).await?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_operation_whatever_the_label() {
        let key = OperationKey { execution: "01J".into(), stage: "01K".into(), run: 2, label: "deploy.prod/1".into() };
        assert_eq!(key_of(&operation_id(&key)), Some(key));
        assert_eq!(key_of("01J.01K.two.x"), None);
        assert_eq!(key_of("01J"), None);
    }
}
