//! The list of options.

/// One option: `key` in the file, `--key` on the command line, `MAINSHEET_KEY` in the environment.
#[derive(Debug)]
pub struct Setting {
    /// Kebab case.
    pub key: &'static str,
    /// What stands for the value in help texts.
    pub value_name: &'static str,
    /// The value when nobody gives one; empty means none.
    pub default: &'static str,
    /// May be given as a flag without a value.
    pub switch: bool,
    /// One or two sentences.
    pub help: &'static str,
}

/// Every option.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "data",
        value_name: "DIR",
        default: "mainsheet-data",
        switch: false,
        help: "Folder of the database, the cache of compiled components and the lock; created if absent",
    },
    Setting {
        key: "listen",
        value_name: "ADDRESS",
        default: "127.0.0.1:8084",
        switch: false,
        help: "Address and port of the API; port 0 takes a free one, and the ready line names it",
    },
    Setting {
        key: "plugins",
        value_name: "DIR",
        default: "",
        switch: false,
        help: "Watched folder: every *.wasm in it is installed, and again when it changes, with the grants of <name>.grants.json beside it",
    },
    Setting {
        key: "grant-wanted",
        value_name: "BOOL",
        default: "false",
        switch: true,
        help: "Give components of the watched folder the capabilities their manifests want; for folders whose contents you trust",
    },
    Setting {
        key: "allow-networks",
        value_name: "LIST",
        default: "",
        switch: false,
        help: "Private networks that plugins may reach, such as 10.0.0.0/8,127.0.0.0/8; without it they reach public addresses only",
    },
    Setting {
        key: "unrestricted-applications",
        value_name: "WHO",
        default: "closed",
        switch: false,
        help: "Who may use applications without permissions. closed: administrators and their own triggers. open: every member, as in Spinnaker",
    },
    Setting {
        key: "log-format",
        value_name: "FORMAT",
        default: "text",
        switch: false,
        help: "Shape of log lines on standard error: text or json",
    },
    Setting {
        key: "log-level",
        value_name: "FILTER",
        default: "info",
        switch: false,
        help: "error, warn, info, debug or trace, or pairs such as warn,engine=debug",
    },
    Setting {
        key: "synchronous",
        value_name: "MODE",
        default: "full",
        switch: false,
        help: "full: a commit survives a power cut. normal: it survives kill -9, but a power cut may lose the last moments",
    },
    Setting {
        key: "console",
        value_name: "URL",
        default: "",
        switch: false,
        help: "Address at which people reach the console, for links in notifications; without it they carry none",
    },
    Setting {
        key: "window-zone",
        value_name: "ZONE",
        default: "America/Los_Angeles",
        switch: false,
        help: "Time zone in which the hours of execution windows are meant, such as Europe/Berlin",
    },
    Setting {
        key: "workers",
        value_name: "COUNT",
        default: "",
        switch: false,
        help: "Threads of the server; by default one for each processor",
    },
    Setting {
        key: "quiet-from",
        value_name: "INSTANT",
        default: "",
        switch: false,
        help: "Beginning of the quiet period, such as 2026-12-24T18:00:00+01:00: triggers do not start pipelines that say `respectQuietPeriod`",
    },
    Setting {
        key: "quiet-until",
        value_name: "INSTANT",
        default: "",
        switch: false,
        help: "End of the quiet period; without both there is none",
    },
    Setting {
        key: "quiet-triggers",
        value_name: "LIST",
        default: "",
        switch: false,
        help: "Trigger types that start nothing in the quiet period, such as cron,webhook; by default all",
    },
    Setting {
        key: "trigger-zone",
        value_name: "ZONE",
        default: "Asia/Shanghai",
        switch: false,
        help: "Time zone of triggers that fire on dates and name none, such as Europe/Berlin",
    },
    Setting {
        key: "trigger-catch-up",
        value_name: "SECONDS",
        default: "600",
        switch: false,
        help: "The newest date of a trigger that came while the server was away is made up for if it is not older than this; 0: none is",
    },
    Setting {
        key: "trigger-events-most",
        value_name: "COUNT",
        default: "100000",
        switch: false,
        help: "Events of triggers that are kept; the oldest go",
    },
    Setting {
        key: "trigger-events-age",
        value_name: "DAYS",
        default: "30",
        switch: false,
        help: "Days for which events of triggers are kept",
    },
    Setting {
        key: "trigger-rate",
        value_name: "COUNT",
        default: "600",
        switch: false,
        help: "Requests a minute that each source of a webhook may send, those that nobody listens to taken together; 0: any number",
    },
];

impl Setting {
    /// The option called `key`.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Setting> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}
