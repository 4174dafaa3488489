//! The file of weights: `training/export.py` writes it.
//!
//! The magic, the BLAKE3 digest of all that follows, the header (JSON) and the vocabulary (a piece a line), each after its
//! length (`u32`), then all weights in the order in which [`Parts`] is asked for them. Numbers are little-endian.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::forward::{Layer, Network, Norm, TYPES, Top, WIDTH};
use crate::matrix::Linear;
use crate::wordpiece::WordPiece;

/// The first bytes; the digit is the version of the format and of what the network sees.
const MAGIC: &[u8; 8] = b"wcread3\n";

/// What the inner layer is wide.
const INNER: usize = 1536;

/// Bounds on what a header may ask for.
const MAX_LAYERS: usize = 12;
const MAX_POSITIONS: usize = 512;

/// Why weights cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The first bytes are others.
    #[error(
        "this is no file of weights for this version of whitecoat's reader (its first bytes are not `wcread3`)"
    )]
    NotWeights,
    /// The digest does not fit.
    #[error(
        "the file of weights has {bytes} bytes that do not fit its BLAKE3 digest: it is cut short or was altered"
    )]
    Altered {
        /// How long the file is.
        bytes: usize,
    },
    /// The digest fits, but not what it covers.
    #[error("the file of weights was made wrongly: {0}")]
    Wrong(&'static str),
}

/// What stands before the weights.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Header {
    /// How many layers posts and stories share, and how many each have of their own.
    shared: usize,
    layers: usize,
    pieces: usize,
    positions: usize,
    /// `item`, families, and ids of rules.
    pub(crate) heads: Vec<String>,
    pub(crate) calibration: Calibration,
    /// How many posts it was trained on, and the SHA-256 of their files.
    pub(crate) posts: u64,
    pub(crate) data_sha256: String,
}

/// How scores become log-odds, as posts that were not trained on showed it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Calibration {
    pub(crate) rule: Line,
    /// What scores add to that of a rule's own signals.
    pub(crate) evidence: Joined,
    /// What they make where a rule's own signals see nothing: a finding from nought on.
    pub(crate) alone: Joined,
    /// Rules of which the reader alone never makes a finding.
    pub(crate) never_alone: BTreeSet<String>,
    /// What is added for rules whose findings by the reader alone are right more often than others'.
    pub(crate) sooner_alone: BTreeMap<String, f32>,
    /// Rules of which the reader says nothing.
    pub(crate) never: BTreeSet<String>,
    /// What the score of a story counts beside its signs.
    pub(crate) story: Beside,
}

/// Log-odds of a story: what its signs count, what its score does, and always.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Beside {
    pub(crate) signs: f32,
    pub(crate) score: f32,
    pub(crate) shift: f32,
    /// The score from which on items that no signs tie are a story.
    pub(crate) alone: f32,
}

/// What scores count together: fitted on posts that the reader had not seen.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Joined {
    /// The learned signal's.
    pub(crate) learned: f32,
    /// Those of the rule's head, of its family's and of the item's.
    pub(crate) rule: f32,
    pub(crate) family: f32,
    pub(crate) item: f32,
    /// Always.
    pub(crate) shift: f32,
}

impl Joined {
    /// Without the learned signal.
    pub(crate) fn of(self, rule: f32, family: f32, item: f32) -> f32 {
        self.rule * rule + self.family * family + self.item * item + self.shift
    }
}

/// Log-odds are the slope times the score, and the shift.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) slope: f32,
    pub(crate) shift: f32,
}

impl Line {
    pub(crate) fn of(self, score: f32) -> f32 {
        self.slope * score + self.shift
    }
}

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) digest: String,
    pub(crate) header: Header,
    pub(crate) words: WordPiece,
    pub(crate) network: Network,
    pub(crate) posts: Top,
    pub(crate) stories: Top,
}

/// What is left of the bytes.
struct Parts<'b>(&'b [u8]);

impl<'b> Parts<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], LoadError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(LoadError::Wrong("weights are missing"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn text(&mut self) -> Result<&'b str, LoadError> {
        let length = self.take(4)?.try_into().map(u32::from_le_bytes).unwrap_or_default();
        str::from_utf8(self.take(length as usize)?).map_err(|_| LoadError::Wrong("a text is not UTF-8"))
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, LoadError> {
        let (numbers, _) = self.take(count * 4)?.as_chunks();
        let numbers: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(numbers)
        } else {
            Err(LoadError::Wrong("a weight is not a number"))
        }
    }

    fn norm(&mut self) -> Result<Norm, LoadError> {
        Ok(Norm { weights: self.floats(WIDTH)?, biases: self.floats(WIDTH)? })
    }

    fn linear(&mut self, inputs: usize, outputs: usize) -> Result<Linear, LoadError> {
        let (scales, biases) = (self.floats(outputs)?, self.floats(outputs)?);
        let weights = self.take(inputs * outputs)?;
        Linear::new(inputs, weights, scales, biases).ok_or(LoadError::Wrong("a layer has another size"))
    }

    fn layers(&mut self, count: usize) -> Result<Vec<Layer>, LoadError> {
        (0..count).map(|_| self.layer()).collect()
    }

    fn top(&mut self, layers: usize, heads: usize) -> Result<Top, LoadError> {
        Ok(Top {
            layers: self.layers(layers)?,
            head_weights: self.floats(heads * 2 * WIDTH)?,
            head_biases: self.floats(heads)?,
        })
    }

    fn layer(&mut self) -> Result<Layer, LoadError> {
        Ok(Layer {
            qkv: self.linear(WIDTH, 3 * WIDTH)?,
            out: self.linear(WIDTH, WIDTH)?,
            norm1: self.norm()?,
            up: self.linear(WIDTH, INNER)?,
            down: self.linear(INNER, WIDTH)?,
            norm2: self.norm()?,
        })
    }
}

/// Reads a file of weights.
pub(crate) fn load(bytes: &[u8]) -> Result<Loaded, LoadError> {
    let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(LoadError::NotWeights)?;
    let altered = LoadError::Altered { bytes: bytes.len() };
    let (digest, rest) = rest.split_first_chunk::<{ blake3::OUT_LEN }>().ok_or(altered.clone())?;
    if blake3::hash(rest) != *digest {
        return Err(altered);
    }
    let mut parts = Parts(rest);
    let header: Header =
        serde_json::from_str(parts.text()?).map_err(|_| LoadError::Wrong("its header is not as expected"))?;
    if header.shared.max(header.layers) > MAX_LAYERS
        || header.positions > MAX_POSITIONS
        || header.pieces > usize::from(u16::MAX)
    {
        return Err(LoadError::Wrong("its header asks for too much"));
    }
    let vocabulary = parts.text()?;
    if vocabulary.lines().count() != header.pieces {
        return Err(LoadError::Wrong("its vocabulary has another length"));
    }
    let words =
        WordPiece::new(vocabulary.lines()).ok_or(LoadError::Wrong("its vocabulary is not as expected"))?;
    let network = Network {
        word_scales: parts.floats(header.pieces)?,
        words: parts.take(header.pieces * WIDTH)?.iter().map(|byte| byte.cast_signed()).collect(),
        positions: parts.floats(header.positions * WIDTH)?,
        types: parts.floats(TYPES * WIDTH)?,
        norm: parts.norm()?,
        layers: parts.layers(header.shared)?,
    };
    let posts = parts.top(header.layers, header.heads.len())?;
    let stories = parts.top(header.layers, 1)?;
    if !parts.0.is_empty() {
        return Err(LoadError::Wrong("something stands after the weights"));
    }
    let digest = blake3::Hash::from_bytes(*digest).to_hex().to_string();
    Ok(Loaded { digest, header, words, network, posts, stories })
}
