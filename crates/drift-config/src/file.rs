//! One configuration file: read with a bound on its size, parsed by `toml` with the place of every key.
//! A file that is absent is no error; one that is there and unusable is.

use std::{
    io::{ErrorKind, Read as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use figment::value::{Dict, Num, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    error::ConfigError,
    keys::KeyPath,
    layer::{Layer, LayerData, Place, Source, SourceOrigin},
    problem::{MAX_PROBLEMS, Problem, code, line_column},
};

/// Configuration is written by hand: anything near this is another file by mistake.
pub const MAX_FILE_SIZE: u64 = 1 << 20;

/// A configuration file and its text, without byte-order mark.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    pub layer: Layer,
    pub path: PathBuf,
    pub text: String,
}

impl ConfigFile {
    /// `None` if there is no such file. The path is used as it is: nothing is searched for.
    pub fn read(layer: Layer, path: &Path) -> Result<Option<ConfigFile>, ConfigError> {
        let text = read(path)?;
        Ok(text.map(|text| ConfigFile { layer, path: path.to_owned(), text }))
    }
}

fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    // Looked at before it is opened, because opening a FIFO would wait for a writer.
    match fs_err::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(ConfigError::NotAFile { path: path.to_owned() });
        }
        Ok(metadata) if metadata.len() > MAX_FILE_SIZE => {
            return Err(ConfigError::TooLarge { path: path.to_owned() });
        }
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error)),
    }
    let mut bytes = Vec::new();
    let file = fs_err::File::open(path).map_err(unreadable)?;
    // The size may have changed since, or be unknown, as in /proc.
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(ConfigError::TooLarge { path: path.to_owned() });
    }
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    match std::str::from_utf8(&bytes[start..]) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[start..start + error.valid_up_to()]);
            let (line, column) = line_column(&valid, valid.len());
            Err(ConfigError::NotUtf8 { path: path.to_owned(), line, column })
        }
    }
}

/// The values of a text. With syntax errors, all of them are returned and the values are not to be used.
pub(crate) fn parse_toml(file: &ConfigFile) -> (LayerData, Vec<Problem>) {
    let layer = file.layer;
    let origin = match layer {
        Layer::Default => SourceOrigin::Default,
        layer => SourceOrigin::File { layer, path: file.path.clone() },
    };
    let source = Arc::new(Source { origin, text: file.text.clone() });
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let mut parsed = Parsed { source: source.clone(), data: LayerData::new(layer) };
    let problems: Vec<Problem> =
        errors.iter().take(MAX_PROBLEMS).map(|error| parsed.syntax_problem(error)).collect();
    if problems.is_empty() {
        parsed.data.dict = parsed.table(root.get_ref(), &KeyPath::default());
    }
    (parsed.data, problems)
}

struct Parsed {
    source: Arc<Source>,
    data: LayerData,
}

impl Parsed {
    fn table(&mut self, table: &DeTable<'_>, path: &KeyPath) -> Dict {
        let mut dict = Dict::new();
        for (key, value) in table {
            let name = key.get_ref();
            let path = path.child(name);
            let figment_value = self.value(value, &path, key.span());
            dict.insert(name.to_string(), figment_value);
        }
        dict
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, path: &KeyPath, key: Range<usize>) -> Value {
        self.data.places.insert(path.clone(), self.place(key, value.span()));
        match value.get_ref() {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Boolean(flag) => Value::from(*flag),
            DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::from(i64::try_from(number).map_or(Num::I128(number), Num::I64)),
                Err(_) => Value::from(number.to_string()),
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) => Value::from(number),
                Err(_) => Value::from(number.to_string()),
            },
            DeValue::Datetime(time) => Value::from(time.to_string()),
            DeValue::Array(items) => {
                let items = items.iter().enumerate();
                let item = |(index, item): (usize, &Spanned<DeValue<'_>>)| {
                    self.value(item, &path.child(&index.to_string()), item.span())
                };
                Value::from(items.map(item).collect::<Vec<Value>>())
            }
            DeValue::Table(table) => Value::from(self.table(table, path)),
        }
    }

    fn place(&self, key: Range<usize>, value: Range<usize>) -> Place {
        Place { source: self.source.clone(), key, value }
    }

    fn syntax_problem(&self, error: &toml::de::Error) -> Problem {
        let span = error.span().unwrap_or(0..0);
        let place = self.place(span.clone(), span);
        // The parser explains over several lines; the caret shows the rest.
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        Problem::error(code::SYNTAX, message).at_value(&place)
    }
}
