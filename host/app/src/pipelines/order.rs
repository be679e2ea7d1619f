//! The order in which an application lists its pipelines (reference pipelines-and-stages.md §1.1, `index`).

use domain::code::code;
use domain::id::{ApplicationName, PipelineId};
use domain::{Params, Problem};
use store::Write;

use crate::access::Attempt;
use crate::authorize::Action;
use crate::{App, AppError, Caller};

/// Most pipelines that are put in order at once.
const MOST: u32 = 10_000;

impl App {
    /// Moves the pipeline that stands at `from` in its application's list to `to`, counted from 0; the others close up. Documents
    /// and revisions stay as they are. Returns the new order.
    ///
    /// # Errors
    /// `application.unknown`, `access.denied`, `pipeline.index-invalid` for a place that the list does not have.
    pub async fn move_pipeline(
        &self,
        caller: &Caller,
        application: &str,
        from: usize,
        to: usize,
    ) -> Result<Vec<PipelineId>, AppError> {
        let name = ApplicationName::from(application);
        let attempt = Attempt { action: "pipeline.move", noun: "application", subject: application };
        self.permit(caller, attempt, Action::Write, &name).await?;
        let _deciding = self.inner.deciding.of(&format!("order/{}", application.to_ascii_lowercase())).await;
        let listed = self.inner.store.pipelines().list(&name, None, MOST).await?.items;
        let mut order: Vec<PipelineId> = listed.into_iter().map(|pipeline| pipeline.id).collect();
        for (field, place) in [("from", from), ("to", to)] {
            if place >= order.len() {
                let message =
                    format!("`{field}` is {place}, but the list has places 0 to {}.", order.len().saturating_sub(1));
                let problem = Problem::at(format!("/{field}"), code("pipeline.index-invalid"), message);
                return Err(AppError::invalid("The move", vec![problem]));
            }
        }
        let moved = order.remove(from);
        order.insert(to, moved);
        let details = serde_json::json!({ "from": from, "to": to, "via": caller.via() });
        let entry = self.entry(caller, attempt, Params::new(details));
        self.inner.store.write(vec![Write::OrderPipelines(order.clone()), Write::Audit(entry)]).await?;
        Ok(order)
    }
}
