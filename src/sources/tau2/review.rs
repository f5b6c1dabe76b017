//! What reviewing models found: errors of agent and user, authentication.

use serde::de::MapAccess;

use crate::{
    records::ReviewError,
    redact::veil,
    sources::lenient::{List, Members, Object, Scalar, skip},
};

/// What is recorded where a severity should stand and does not.
const UNRATED: &str = "unrated";

/// `review` or `user_only_review`.
#[derive(Debug, Default)]
pub(super) struct Review {
    errors: List<Object<RawError>>,
}

#[derive(Debug, Default)]
struct RawError {
    source: Scalar,
    severity: Scalar,
    tags: List<Scalar>,
}

impl<'de> Members<'de> for Review {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "errors" => self.errors = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for RawError {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "source" => self.source = map.next_value()?,
            "severity" => self.severity = map.next_value()?,
            "error_tags" => self.tags = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// Returns the errors of the review of both sides, or else of the user's alone; `None` where there was neither.
pub(super) fn errors(both: &Object<Review>, user_only: &Object<Review>) -> Option<Vec<ReviewError>> {
    // The review of the user alone names no source.
    let (review, source) = match (&both.0, &user_only.0) {
        (Some(review), _) => (review, "unknown"),
        (None, Some(review)) => (review, "user"),
        (None, None) => return None,
    };
    let text = |value: &Scalar, other: &str| veil(value.text().unwrap_or(other)).into_owned();
    let errors = review.errors.objects().map(|error| {
        let mut tags: Vec<String> = error.tags.items().iter().filter_map(Scalar::text).map(|tag| veil(tag).into()).collect();
        tags.sort();
        ReviewError { source: text(&error.source, source), severity: text(&error.severity, UNRATED), tags }
    });
    Some(errors.collect())
}

/// `auth_classification`.
#[derive(Debug, Default)]
pub(super) struct Authentication {
    status: Scalar,
}

impl Authentication {
    /// Returns the verdict: `succeeded`, `failed` or `not_needed`.
    pub(super) fn verdict(&self) -> Option<String> {
        self.status.text().map(|status| veil(status).into_owned())
    }
}

impl<'de> Members<'de> for Authentication {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "status" => self.status = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(json: &str) -> Object<Review> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_review_without_errors_is_not_no_review() {
        let none = review("null");
        assert_eq!(errors(&none, &none), None);
        assert_eq!(errors(&review(r#"{"has_errors": false, "errors": []}"#), &none), Some(Vec::new()));
        let found = review(
            r#"{"errors": [{"source": "agent", "severity": "critical", "error_tags": ["b", "a"], "reasoning": "x"}, {}]}"#,
        );
        let error = |source: &str, severity: &str, tags: &[&str]| ReviewError {
            source: source.into(),
            severity: severity.into(),
            tags: tags.iter().map(|&tag| tag.into()).collect(),
        };
        let both = Some(vec![error("agent", "critical", &["a", "b"]), error("unknown", "unrated", &[])]);
        assert_eq!(errors(&found, &none), both);
        assert_eq!(errors(&none, &review(r#"{"errors": [{"severity": "minor"}]}"#)), Some(vec![error("user", "minor", &[])]));
    }
}
