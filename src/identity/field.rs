//! The fields an identity is made of, by the names users write in `--layout` and `--map`.

/// One field of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Environment (domain).
    Env,
    /// The agent's model.
    Model,
    /// The agent's strategy.
    Strategy,
    /// The user simulator's model.
    UserModel,
    /// The user simulator's strategy.
    UserStrategy,
    /// Sampling temperature of the agent.
    Temperature,
    /// Task index range, `0--1` or `20-30`.
    TaskRange,
}

impl Field {
    /// All fields, in display order.
    pub const ALL: [Self; 7] =
        [Self::Env, Self::Model, Self::Strategy, Self::UserModel, Self::UserStrategy, Self::Temperature, Self::TaskRange];

    /// Returns the name written in templates and rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Model => "model",
            Self::Strategy => "strategy",
            Self::UserModel => "user_model",
            Self::UserStrategy => "user_strategy",
            Self::Temperature => "temperature",
            Self::TaskRange => "task_range",
        }
    }

    /// Finds a field by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// All names, for error texts.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_fields() {
        for field in Field::ALL {
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
        assert_eq!(Field::from_name("domain"), None);
    }
}
