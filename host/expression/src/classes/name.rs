//! Names of classes: what `T(...)` and `new` may say (§4.1).
use super::Class;
use crate::error::{Code, Eval, Fault};

/// What `T(...)` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClassRef {
    pub class: Class,
    pub primitive: bool,
    pub dimensions: u8,
}

/// Allowed types by full name; those of `java.lang` also by their short one.
pub(crate) const ALLOWED: [(&str, Class); 18] = [
    ("java.lang.String", Class::String),
    ("java.lang.Integer", Class::Integer),
    ("java.lang.Long", Class::Long),
    ("java.lang.Double", Class::Double),
    ("java.lang.Byte", Class::Byte),
    ("java.lang.Boolean", Class::Boolean),
    ("java.lang.Math", Class::Math),
    ("java.util.Date", Class::Date),
    ("java.util.Random", Class::Random),
    ("java.util.UUID", Class::Uuid),
    ("java.text.SimpleDateFormat", Class::SimpleDateFormat),
    ("java.time.LocalDate", Class::LocalDate),
    ("java.time.LocalDateTime", Class::LocalDateTime),
    ("java.time.Instant", Class::Instant),
    ("java.time.DayOfWeek", Class::DayOfWeek),
    ("java.time.temporal.ChronoUnit", Class::ChronoUnit),
    ("java.time.temporal.TemporalAdjusters", Class::TemporalAdjusters),
    ("java.net.URLEncoder", Class::UrlEncoder),
];

const PRIMITIVES: [(&str, Class, &str); 8] = [
    ("boolean", Class::Boolean, "Z"),
    ("byte", Class::Byte, "B"),
    ("char", Class::Character, "C"),
    ("double", Class::Double, "D"),
    ("float", Class::Float, "F"),
    ("int", Class::Integer, "I"),
    ("long", Class::Long, "J"),
    ("short", Class::Short, "S"),
];

/// Classes of `java.lang` that people try; named so that the message can say "not allowed".
const REFUSED: [&str; 14] = [
    "Object",
    "Number",
    "Float",
    "Short",
    "Character",
    "System",
    "Runtime",
    "Thread",
    "Class",
    "Process",
    "ProcessBuilder",
    "StringBuilder",
    "Iterable",
    "Enum",
];

/// The primitive of that name, whatever the case.
pub(crate) fn primitive(name: &str) -> Option<ClassRef> {
    let (_, class, _) = PRIMITIVES.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(name))?;
    Some(ClassRef { class: *class, primitive: true, dimensions: 0 })
}

/// The class of that name, if expressions may use it.
///
/// # Errors
/// Types that do not exist or are not allowed.
pub(crate) fn find(name: &str, dimensions: u8) -> Eval<ClassRef> {
    if let Some(found) = primitive(name).filter(|_| name.starts_with(char::is_lowercase)) {
        return Ok(ClassRef { dimensions, ..found });
    }
    let short = |full: &'static str| full.strip_prefix("java.lang.").filter(|short| !short.contains('.'));
    let allowed = ALLOWED.iter().find(|(full, _)| *full == name || short(full) == Some(name));
    if let Some((_, class)) = allowed {
        return Ok(ClassRef { class: *class, primitive: false, dimensions });
    }
    let simple = name.strip_prefix("java.lang.").unwrap_or(name);
    if name.starts_with("java.") || REFUSED.contains(&simple) {
        return Err(Fault::spel(Code::TypeRefused, 1021, format_args!("type '{name}' may not be used in expressions")));
    }
    let known = ALLOWED.iter().flat_map(|(full, _)| [*full, full.rsplit('.').next().unwrap_or(full)]);
    let fault = Fault::spel(Code::UnknownType, 1005, format_args!("type '{name}' cannot be found"));
    Err(fault.named(name, known))
}

impl Class {
    /// Full Java name.
    pub fn java_name(self) -> &'static str {
        if let Some((full, _)) = ALLOWED.iter().find(|(_, class)| *class == self) {
            return full;
        }
        match self {
            Class::Float => "java.lang.Float",
            Class::Short => "java.lang.Short",
            Class::Character => "java.lang.Character",
            Class::BigInteger => "java.math.BigInteger",
            Class::List => "java.util.ArrayList",
            Class::Map => "java.util.LinkedHashMap",
            Class::Set => "java.util.Set",
            Class::Values => "java.util.Collection",
            Class::Entry => "java.util.Map$Entry",
            Class::Array => "array",
            Class::Status => "com.netflix.spinnaker.orca.api.pipeline.models.ExecutionStatus",
            Class::Bean => "an object of the execution",
            Class::Reference => "java.lang.Class",
            Class::NotEvaluable => "com.netflix.spinnaker.kork.expressions.NotEvaluableExpression",
            Class::Null => "null",
            _ => "java.lang.Object",
        }
    }

    /// The letter of a primitive in the name of an array class.
    pub fn primitive_code(self) -> &'static str {
        PRIMITIVES.iter().find(|(_, class, _)| *class == self).map_or("", |(_, _, code)| code)
    }
}

impl ClassRef {
    /// `Class.getName`.
    pub fn java_name(self) -> String {
        let primitive = PRIMITIVES.iter().find(|(_, class, _)| self.primitive && *class == self.class);
        match (self.dimensions, primitive) {
            (0, Some((name, _, _))) => (*name).to_owned(),
            (0, None) => self.class.java_name().to_owned(),
            (_, Some((_, _, code))) => {
                format!("{}{code}", "[".repeat(usize::from(self.dimensions)))
            }
            (_, None) => format!("{}L{};", "[".repeat(usize::from(self.dimensions)), self.class.java_name()),
        }
    }

    /// `Class.toString`.
    pub fn java_string(self) -> String {
        if self.primitive && self.dimensions == 0 { self.java_name() } else { format!("class {}", self.java_name()) }
    }
}
