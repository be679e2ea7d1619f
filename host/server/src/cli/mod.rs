//! The command line: one file for each verb, what they share beside them.

mod answer;
mod apply;
mod cancel;
pub mod client;
mod compile_worker;
mod completions;
mod config;
mod control;
mod doctor;
pub mod error;
mod eval;
mod get;
mod live;
mod login;
mod openapi;
pub mod output;
mod patch;
mod pause;
mod plugin;
mod restart;
mod resume;
mod run;
pub mod sample;
mod serve;
mod show;
mod simulate;
mod skip;
mod system;
mod token;
mod trigger;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use client::{Client, Target};
use error::{CliError, Exit};
use output::Format;

const EXAMPLES: &str = "\
Examples:
  mainsheet serve --plugins target/plugins     serve on 127.0.0.1:8084, data in ./mainsheet-data
  mainsheet apply -f release.json              save an application or a pipeline
  mainsheet run shop release --follow          start it and watch it
  mainsheet get questions                      what waits for a person
  mainsheet answer 01JD… continue              answer it

Exit codes:
  0 done, or the execution succeeded    1 the execution, an expression or a case failed    2 wrong usage or configuration
  3 the execution was cancelled         4 server unreachable      5 the server refused";

/// Mainsheet: continuous deployment whose stages, triggers and clouds are sandboxed plugins.
#[derive(Parser)]
#[command(name = "mainsheet", version, after_help = EXAMPLES, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    target: Target,
    /// What results and errors are printed as.
    #[arg(long, short, global = true, value_enum, env = "MAINSHEET_OUTPUT", default_value_t)]
    output: Format,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Serve(serve::Arguments),
    Apply(apply::Arguments),
    Run(run::Arguments),
    Simulate(simulate::Arguments),
    Get(get::Arguments),
    Watch(watch::Arguments),
    Answer(answer::Arguments),
    Cancel(cancel::Arguments),
    Pause(pause::Arguments),
    Resume(resume::Arguments),
    Patch(patch::Arguments),
    Skip(skip::Arguments),
    Restart(restart::Arguments),
    System(system::Arguments),
    Eval(eval::Arguments),
    Plugin(plugin::Arguments),
    Token(token::Arguments),
    Trigger(trigger::Arguments),
    Login(login::Arguments),
    Config(config::Arguments),
    Doctor(doctor::Arguments),
    Openapi(openapi::Arguments),
    Completions(completions::Arguments),
    #[command(hide = true)]
    CompileWorker(compile_worker::Arguments),
}

/// What every verb is given.
pub struct Context {
    target: Target,
    format: Format,
}

impl Context {
    fn client(&self) -> Client {
        self.target.client()
    }

    fn json(&self) -> bool {
        self.format == Format::Json
    }
}

/// Runs the verb that the command line names. What it returns is the process's exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context { target: cli.target, format: cli.output };
    match dispatch(cli.verb, &context) {
        Ok(exit) => exit.into(),
        Err(error) => {
            error.print(context.format);
            error.exit.into()
        }
    }
}

fn dispatch(verb: Verb, context: &Context) -> Result<Exit, CliError> {
    match verb {
        Verb::Serve(arguments) => arguments.run(),
        Verb::Apply(arguments) => arguments.run(context),
        Verb::Run(arguments) => arguments.run(context),
        Verb::Simulate(arguments) => arguments.run(context),
        Verb::Get(arguments) => arguments.run(context),
        Verb::Watch(arguments) => arguments.run(context),
        Verb::Answer(arguments) => arguments.run(context),
        Verb::Cancel(arguments) => arguments.run(context),
        Verb::Pause(arguments) => arguments.run(context),
        Verb::Resume(arguments) => arguments.run(context),
        Verb::Patch(arguments) => arguments.run(context),
        Verb::Skip(arguments) => arguments.run(context),
        Verb::Restart(arguments) => arguments.run(context),
        Verb::System(arguments) => arguments.run(context),
        Verb::Eval(arguments) => arguments.run(context),
        Verb::Plugin(arguments) => arguments.run(context),
        Verb::Token(arguments) => arguments.run(context),
        Verb::Trigger(arguments) => arguments.run(context),
        Verb::Login(arguments) => arguments.run(context),
        Verb::Config(arguments) => arguments.run(context),
        Verb::Doctor(arguments) => arguments.run(context),
        Verb::Openapi(arguments) => arguments.run(),
        Verb::Completions(arguments) => arguments.run(),
        Verb::CompileWorker(arguments) => arguments.run(),
    }
}
