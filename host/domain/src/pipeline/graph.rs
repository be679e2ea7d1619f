//! The graph of a pipeline's stages, as indices (reference pipelines-and-stages.md §2.4).

use std::collections::BTreeMap;

use super::definition::StageDefinition;
use crate::code::code;
use crate::id::RefId;
use crate::problem::{Problem, nearest};

/// Who waits for whom; indices are positions in the list of stages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// For each stage, what must be satisfied first.
    pub upstream: Vec<Vec<usize>>,
    /// For each stage, what waits for it.
    pub downstream: Vec<Vec<usize>>,
}

impl Graph {
    /// Builds the graph of `stages`.
    ///
    /// # Errors
    /// Every missing, duplicate or unknown reference, and each cycle's members, with pointers. Where Spinnaker hangs for ever (trap 67), we refuse.
    pub fn build(stages: &[StageDefinition]) -> Result<Graph, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut index_of: BTreeMap<&RefId, usize> = BTreeMap::new();
        for (index, stage) in stages.iter().enumerate() {
            let at = format!("/stages/{index}/refId");
            if stage.ref_id.as_str().is_empty() {
                problems.push(Problem::at(
                    at,
                    code("pipeline.ref-missing"),
                    format!("Stage `{}` has no `refId` although others have one; give each its own.", stage.name),
                ));
            } else if let Some(first) = index_of.insert(&stage.ref_id, index) {
                problems.push(Problem::at(
                    at,
                    code("pipeline.ref-duplicate"),
                    format!(
                        "`refId` {} is used twice, first by /stages/{first}; each stage needs its own.",
                        stage.ref_id
                    ),
                ));
            }
        }
        let mut graph = Graph { upstream: vec![Vec::new(); stages.len()], downstream: vec![Vec::new(); stages.len()] };
        for (index, stage) in stages.iter().enumerate() {
            for required in &stage.requires {
                match index_of.get(required) {
                    Some(&from) => {
                        graph.upstream[index].push(from);
                        graph.downstream[from].push(index);
                    }
                    None => problems.push(unknown_reference(index, stage, required, &index_of)),
                }
            }
        }
        problems.extend(graph.cycle(stages));
        if problems.is_empty() { Ok(graph) } else { Err(problems) }
    }

    /// Number of stages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.upstream.len()
    }

    /// True without any stage.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.upstream.is_empty()
    }

    fn cycle(&self, stages: &[StageDefinition]) -> Option<Problem> {
        let mut waiting: Vec<usize> = self.upstream.iter().map(Vec::len).collect();
        let mut free: Vec<usize> = (0..self.len()).filter(|&index| waiting[index] == 0).collect();
        let mut done = 0;
        while let Some(index) = free.pop() {
            done += 1;
            for &next in &self.downstream[index] {
                waiting[next] -= 1;
                if waiting[next] == 0 {
                    free.push(next);
                }
            }
        }
        if done == self.len() {
            return None;
        }
        let start = waiting.iter().position(|&count| count > 0)?;
        let path = self.walk_back(start, &waiting);
        let names: Vec<&str> = path.iter().map(|&index| stages[index].ref_id.as_str()).collect();
        let at = path.first().copied().unwrap_or(start);
        Some(Problem::at(
            format!("/stages/{at}/requisiteStageRefIds"),
            code("pipeline.cycle"),
            format!(
                "These stages wait for one another: {} → {}. Remove one of the references.",
                names.join(" → "),
                names[0]
            ),
        ))
    }

    /// From a stage that never becomes free, back along such stages until one repeats: the cycle, in the order they would run.
    fn walk_back(&self, start: usize, waiting: &[usize]) -> Vec<usize> {
        let mut path = vec![start];
        loop {
            let last = path[path.len() - 1];
            let Some(&before) = self.upstream[last].iter().find(|&&index| waiting[index] > 0) else {
                break;
            };
            if let Some(position) = path.iter().position(|&index| index == before) {
                path.drain(..position);
                break;
            }
            path.push(before);
        }
        path.reverse();
        path
    }
}

fn unknown_reference(
    index: usize,
    stage: &StageDefinition,
    required: &RefId,
    known: &BTreeMap<&RefId, usize>,
) -> Problem {
    let position = stage.requires.iter().position(|one| one == required).unwrap_or(0);
    let near = nearest(required.as_str(), known.keys().map(|id| id.as_str()));
    let hint = near.first().map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    Problem::at(
        format!("/stages/{index}/requisiteStageRefIds/{position}"),
        code("pipeline.ref-unknown"),
        format!("Stage `{}` waits for `{required}`, which no stage has as its `refId`.{hint}", stage.name),
    )
}
