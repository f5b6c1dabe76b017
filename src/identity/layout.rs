//! `--layout '{env}/{strategy}/{model}/num_trials-{_}.json'`: the user says where the parts stand in a path.
//!
//! A template is matched against the end of a path, component by component: as many components as it has. Literal text must
//! match, a field matches within one component, `{_}` matches anything and says nothing, `{{` and `}}` are braces.
//! Where several readings are possible, models take as much as they can and the other fields as little; `{temperature}`
//! takes only a number, `{task_range}` only `20-30` or `0--1`, and the strategies prefer τ-bench's own names.

use regex::Regex;
use thiserror::Error;

use super::Field;
use super::words::canonical_strategy;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("--layout {template:?}, character {position}: {problem}; {remedy}")]
pub struct LayoutError {
    /// The template as given.
    pub template: String,
    /// Where the problem is, in characters from one.
    pub position: usize,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// A parsed template.
#[derive(Debug, Clone)]
pub struct Layout {
    components: Vec<Component>,
}

/// One component: the expression it must match and the fields of its groups, in order.
#[derive(Debug, Clone)]
struct Component {
    regex: Regex,
    fields: Vec<Field>,
}

/// A piece of a template.
enum Piece {
    Literal(char),
    Field(Field),
    Ignored,
    Slash,
}

impl Layout {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// When a brace is not closed, a field is unknown or stands there twice, two fields touch, a component is empty, a shell
    /// wildcard is used, or no field is named.
    pub fn parse(template: &str) -> Result<Self, LayoutError> {
        let error = |position: usize, problem: String, remedy: &str| LayoutError {
            template: template.to_owned(),
            position: position + 1,
            problem,
            remedy: remedy.to_owned(),
        };
        let pieces = pieces(template, &error)?;
        check(&pieces, &error)?;
        let components = pieces
            .split(|(_, piece)| matches!(piece, Piece::Slash))
            .map(|component| {
                let start = component.first().map_or(0, |&(position, _)| position);
                compile(component).map_err(|cause| error(start, cause.to_string(), "write a shorter template"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { components })
    }

    /// Matches the template against the end of a path; `None` when it does not fit.
    ///
    /// Values are trimmed, short names of strategies (`fc`) are written out, and empty values are left out.
    pub fn apply(&self, path: &[&str]) -> Option<Vec<(Field, String)>> {
        let start = path.len().checked_sub(self.components.len())?;
        let mut values = Vec::new();
        for (component, text) in self.components.iter().zip(&path[start..]) {
            let found = component.regex.captures(text)?;
            for (field, group) in component.fields.iter().zip(found.iter().skip(1).flatten()) {
                let value = group.as_str().trim();
                let value = if *field == Field::Strategy { canonical_strategy(value) } else { value };
                if !value.is_empty() {
                    values.push((*field, value.to_owned()));
                }
            }
        }
        Some(values)
    }
}

/// Cuts a template into pieces with their positions.
fn pieces(template: &str, error: &impl Fn(usize, String, &str) -> LayoutError) -> Result<Vec<(usize, Piece)>, LayoutError> {
    let chars: Vec<char> = template.chars().collect();
    let mut pieces = Vec::new();
    let mut at = if template.starts_with("./") { 2 } else { 0 };
    while let Some(&c) = chars.get(at) {
        let doubled = chars.get(at + 1) == Some(&c);
        let start = at;
        at += 1;
        let piece = match c {
            '{' | '}' if doubled => {
                at += 1;
                Piece::Literal(c)
            }
            '{' => {
                let length =
                    chars[at..].iter().position(|&c| matches!(c, '}' | '{' | '/')).filter(|end| chars[at + end] == '}');
                let Some(length) = length else {
                    return Err(error(start, "`{` is not closed".to_owned(), "write `{{` for a brace in the name"));
                };
                let name: String = chars[at..at + length].iter().collect();
                at += length + 1;
                field_piece(&name).ok_or_else(|| {
                    error(
                        start,
                        format!("there is no field {name:?}"),
                        &format!("use one of {}, or _ for any text", Field::names()),
                    )
                })?
            }
            '}' => return Err(error(start, "`}` without `{`".to_owned(), "write `}}` for a brace in the name")),
            '*' | '?' => return Err(error(start, format!("`{c}` is no wildcard here"), "write {_} for any text")),
            '/' => Piece::Slash,
            other => Piece::Literal(other),
        };
        pieces.push((start, piece));
    }
    Ok(pieces)
}

fn field_piece(name: &str) -> Option<Piece> {
    if name.trim() == "_" { Some(Piece::Ignored) } else { Field::from_name(name.trim()).map(Piece::Field) }
}

/// Refuses templates that would match in ways nobody can predict.
fn check(pieces: &[(usize, Piece)], error: &impl Fn(usize, String, &str) -> LayoutError) -> Result<(), LayoutError> {
    let is_open = |piece: &Piece| matches!(piece, Piece::Field(_) | Piece::Ignored);
    let ends = pieces.last().is_none_or(|(_, piece)| matches!(piece, Piece::Slash));
    let begins = pieces.first().is_some_and(|(_, piece)| matches!(piece, Piece::Slash));
    for pair in pieces.windows(2) {
        let (position, first) = &pair[0];
        if is_open(first) && is_open(&pair[1].1) {
            return Err(error(pair[1].0, "two fields touch".to_owned(), "put text between them, as in {env}-{model}"));
        }
        if matches!((first, &pair[1].1), (Piece::Slash, Piece::Slash)) {
            return Err(error(*position, "empty path component".to_owned(), "remove one `/`"));
        }
    }
    if begins || ends {
        let position = if begins { 0 } else { pieces.last().map_or(0, |&(position, _)| position) };
        let remedy = "begin with a folder or file name and end with the file's name; the template fits the end of a path";
        return Err(error(position, "empty path component".to_owned(), remedy));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (position, piece) in pieces {
        if let Piece::Field(field) = piece
            && !seen.insert(*field)
        {
            let problem = format!("{{{}}} stands there twice", field.name());
            return Err(error(*position, problem, "write {_} in one of the places"));
        }
    }
    if seen.is_empty() {
        return Err(error(0, "no field is named".to_owned(), &format!("use at least one of {}", Field::names())));
    }
    Ok(())
}

/// Makes the expression of one component.
fn compile(pieces: &[(usize, Piece)]) -> Result<Component, regex::Error> {
    let mut pattern = String::from("^");
    let mut fields = Vec::new();
    for (_, piece) in pieces {
        match piece {
            Piece::Literal(c) => pattern.push_str(&regex::escape(&c.to_string())),
            Piece::Ignored => pattern.push_str("(?s:.*?)"),
            Piece::Field(field) => {
                pattern.push_str(expression(*field));
                fields.push(*field);
            }
            // Components were split at slashes.
            Piece::Slash => {}
        }
    }
    pattern.push('$');
    Ok(Component { regex: Regex::new(&pattern)?, fields })
}

/// The expression of a field, one group.
fn expression(field: Field) -> &'static str {
    match field {
        Field::Model | Field::UserModel => "(.+)",
        Field::Env => "(.+?)",
        Field::Strategy => "(tool[-_]calling|function[-_]calling|few[-_]shot|one-shot|.+?)",
        Field::UserStrategy => "(one-shot|few-shot|.+?)",
        Field::Temperature => r"(\d+(?:\.\d+)?(?:e-?\d+)?)",
        Field::TaskRange => r"(-?\d+--?\d+)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use proptest::prelude::*;

    fn said(template: &str, path: &str) -> String {
        let components: Vec<&str> = path.split('/').collect();
        match Layout::parse(template).unwrap().apply(&components) {
            None => "-".to_owned(),
            Some(values) => {
                values.iter().map(|(field, value)| format!("{}={value}", field.name())).collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn a_template_fits_the_end_of_a_path() {
        let template = "{env}/{strategy}/{model}/num_trials-{_}.json";
        let expected = "env=airline strategy=tool-calling model=4B";
        assert_eq!(said(template, "results/airline/fc/4B/num_trials-3.json"), expected);
        assert_eq!(said(template, "airline/fc/4B/num_trials-.json"), expected);
        assert_eq!(said(template, "results/airline/fc/4B/local/num_trials-3.json"), "env=fc strategy=4B model=local");
        assert_eq!(said(template, "fc/4B/num_trials-3.json"), "-");
        assert_eq!(said(template, "airline/fc/4B/num_trials-3.jsonl"), "-");
        assert_eq!(said("./{model}/x.json", "a/ m 1 /x.json"), "model=m 1");
    }

    #[test]
    fn fields_share_a_component() {
        let template = "{strategy}-{model}-{temperature}_range_{task_range}_user-{user_model}-{user_strategy}_{_}.json";
        assert_eq!(
            said(template, "tool-calling-gpt-4.1-mini-0.0_range_0--1_user-gpt-4.1-llm_0920134328__trials_1.json"),
            "strategy=tool-calling model=gpt-4.1-mini temperature=0.0 task_range=0--1 user_model=gpt-4.1 user_strategy=llm"
        );
        assert_eq!(said("{model}_{env}.json", "qwen3_8b_airline.json"), "model=qwen3_8b env=airline");
        assert_eq!(said("{{{env}}}.json", "{retail}.json"), "env=retail");
        assert_eq!(said("a.b/{env}", "axb/retail"), "-");
    }

    #[test]
    fn unusable_templates_say_where_and_what_to_do() {
        let errors: Vec<String> = [
            "{env}/{mode}/x.json",
            "{env/x.json",
            "env}/x.json",
            "{env}{model}.json",
            "{env}//x.json",
            "/{env}/x.json",
            "{env}/",
            "",
            "*/{env}.json",
            "{env}/{env}.json",
            "results/{_}.json",
            "é{",
        ]
        .iter()
        .map(|template| Layout::parse(template).unwrap_err().to_string())
        .collect();
        assert_snapshot!(errors.join("\n"), @r#"
        --layout "{env}/{mode}/x.json", character 7: there is no field "mode"; use one of env, model, strategy, user_model, user_strategy, temperature, task_range, or _ for any text
        --layout "{env/x.json", character 1: `{` is not closed; write `{{` for a brace in the name
        --layout "env}/x.json", character 4: `}` without `{`; write `}}` for a brace in the name
        --layout "{env}{model}.json", character 6: two fields touch; put text between them, as in {env}-{model}
        --layout "{env}//x.json", character 6: empty path component; remove one `/`
        --layout "/{env}/x.json", character 1: empty path component; begin with a folder or file name and end with the file's name; the template fits the end of a path
        --layout "{env}/", character 6: empty path component; begin with a folder or file name and end with the file's name; the template fits the end of a path
        --layout "", character 1: empty path component; begin with a folder or file name and end with the file's name; the template fits the end of a path
        --layout "*/{env}.json", character 1: `*` is no wildcard here; write {_} for any text
        --layout "{env}/{env}.json", character 7: {env} stands there twice; write {_} in one of the places
        --layout "results/{_}.json", character 1: no field is named; use at least one of env, model, strategy, user_model, user_strategy, temperature, task_range
        --layout "é{", character 2: `{` is not closed; write `{{` for a brace in the name
        "#);
    }

    proptest! {
        #[test]
        fn a_filled_template_is_read_back(env in "[a-z]{1,9}", model in "[A-Za-z0-9.-]{1,12}", folders in prop::collection::vec("[a-z]{1,5}", 0..4)) {
            let path = folders.iter().map(String::as_str).chain([env.as_str(), model.as_str(), "num_trials-3.json"]);
            let path: Vec<&str> = path.collect();
            let values = Layout::parse("{env}/{model}/num_trials-{_}.json").unwrap().apply(&path);
            prop_assert_eq!(values, Some(vec![(Field::Env, env.clone()), (Field::Model, model.clone())]));
        }

        #[test]
        fn no_template_is_too_strange(template in "[a-z{}_/*é]{0,20}", path in prop::collection::vec(any::<String>(), 0..4)) {
            if let Ok(layout) = Layout::parse(&template) {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                prop_assert!(layout.apply(&path).is_none_or(|values| values.len() <= 7));
            }
        }
    }
}
