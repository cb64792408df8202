//! Many places of one kind in one finding: the first few, and how many more.

use std::path::Path;

use crate::model::Location;
use crate::rules::finding::Finding;

/// So many places are listed.
const LISTED: usize = 5;

/// Points at the first place and lists the first few, relative to `root`.
pub(super) fn listing(
    mut finding: Finding,
    root: &Path,
    places: &[(&Location, String)],
) -> Finding {
    if let Some((first, _)) = places.first() {
        finding = finding.at(first);
    }
    for (place, what) in places.iter().take(LISTED) {
        let path = place.path.strip_prefix(root).unwrap_or(&place.path);
        let colon = if what.is_empty() { "" } else { ": " };
        finding = finding.seen(format!("{}:{}{colon}{what}", path.display(), place.line));
    }
    if places.len() > LISTED {
        finding = finding.seen(format!("and {} more", places.len() - LISTED));
    }
    finding
}
