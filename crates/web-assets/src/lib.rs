//! The built web pages, inside of the binary. `build.rs` makes them from `web/` with npm; with
//! `DREAM_WEB=skip`, or without npm, one placeholder page stands in for all of them (rules 34).

/// A file of the pages.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// What it holds.
    pub bytes: &'static [u8],
    /// Its media type, with a charset where it is text.
    pub content_type: &'static str,
}

/// The document of every page. It holds `<!--context-->` inside its head and
/// `<title>dream-api</title>`, once each, for the server to replace.
pub fn index() -> &'static str {
    INDEX
}

/// A file of the pages by its name below `/assets-web/`. Names carry a hash of the content, so that
/// an answer may be cached for good; only `manifest.webmanifest` and `sw.js` are always called so.
pub fn asset(name: &str) -> Option<Asset> {
    let at = ASSETS.binary_search_by(|(known, _)| (*known).cmp(name));
    at.ok().map(|at| ASSETS[at].1)
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_places_that_the_server_fills() {
        let (head, body) = index().split_once("</head>").unwrap();
        for place in ["<!--context-->", "<title>dream-api</title>"] {
            assert_eq!(head.matches(place).count(), 1, "{place}");
            assert!(!body.contains(place), "{place}");
        }
        assert!(index().contains("<html lang=\"en\""));
    }

    #[test]
    fn the_document_obeys_its_policy() {
        for tag in index().split("<script").skip(1) {
            let (attributes, rest) = tag.split_once('>').unwrap();
            assert!(attributes.contains(" src=\"/assets-web/"), "{attributes}");
            assert!(rest.starts_with("</script>"), "a script without a file");
        }
        assert!(!index().contains("<style"));
        assert!(!index().contains(" style="));
    }

    #[test]
    fn every_file_that_the_document_names_is_there() {
        let named = index().split("/assets-web/").skip(1);
        for name in named.filter_map(|rest| rest.split('"').next()) {
            assert!(asset(name).is_some(), "{name}");
        }
    }

    #[test]
    fn files_are_found_by_their_whole_name() {
        assert!(ASSETS.is_sorted_by(|(a, _), (b, _)| a < b));
        for (name, file) in ASSETS {
            assert_eq!(asset(name).unwrap().bytes, file.bytes);
            assert!(!name.contains(".map"), "{name} is a source map");
        }
        for name in ["", "index.html", "../Cargo.toml", "assets-web"] {
            assert!(asset(name).is_none(), "{name}");
        }
    }
}
