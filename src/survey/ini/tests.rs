use super::*;

/// Everything that is odd and legal, at once.
const NASTY: &str = r"# comment
; another
[DEFAULT]
Script_Location = %(here)s/shared
base: top
[alembic]
VERSION_LOCATIONS = %(here)s/a   # kept
    %(here)s/b ; kept

    %(base)s/c
  # a comment between
    last
sqlalchemy.url = postgresql://u:p%%40s;s#x@h/d?x=%%20
empty =
version_path_separator = os  # Use os.pathsep. Default configuration
key with spaces : value: with = both
=novalue
[other] ; trailing
  indented = 1
    more
  second = %(Indented)s!
[deep]
a = %(b)s
b = %(c)s
c = end
here = mine
x = %(here)s
[brackets] and ] more
y = 1
";

#[test]
fn keys_values_and_places() {
    let text = NASTY.replace("=novalue\n", "");
    let ini = Ini::parse(&text, "/p").unwrap();
    let sections: Vec<_> = ini.sections().collect();
    assert_eq!(sections, ["alembic", "other", "deep", "brackets] and "]);
    let get = |section, key| ini.get(section, key).unwrap().unwrap();
    assert_eq!(get("other", "script_location").value, "/p/shared");
    assert_eq!(get("other", "script_location").line, 4);
    assert_eq!(
        get("alembic", "version_locations").value,
        "/p/a   # kept\n/p/b ; kept\n\ntop/c\nlast"
    );
    assert_eq!(
        get("alembic", "sqlalchemy.url").value,
        "postgresql://u:p%40s;s#x@h/d?x=%20"
    );
    assert_eq!(get("alembic", "version_path_separator").line, 15);
    assert_eq!(get("deep", "a").value, "end");
    assert_eq!(get("deep", "x").value, "mine");
    assert_eq!(ini.get("nowhere", "a").unwrap(), None);
}

#[test]
fn what_python_refuses_is_refused_at_the_same_line() {
    let table = [
        ("[a]\nx = 1\n[a]\n", 3, "twice"),
        ("[a]\nx = 1\nX: 2\n", 3, "twice"),
        ("x = 1\n", 1, "no section header"),
        ("[a]\nnonsense\ny = 1\n", 2, "no option"),
        ("[a]\n= 1\n", 2, "no option"),
        ("\u{feff}[a]\nx = 1\n", 1, "no section header"),
    ];
    for (text, line, why) in table {
        let error = Ini::parse(text, "/p").unwrap_err();
        assert_eq!(error.line, line, "{text}");
        assert!(error.why.contains(why), "{text}: {}", error.why);
    }
    let ini = Ini::parse("[a]\nx = 100%\ny = %(gone)s\nz = %(z)s\n", "/p").unwrap();
    for (key, line) in [("x", 2), ("y", 3), ("z", 4)] {
        assert_eq!(ini.get("a", key).unwrap_err().line, line);
    }
}

/// Asks Python for every value of every section, or for the kind of error.
const ORACLE: &str = r"
import configparser, json, sys
answers = []
for text in json.loads(sys.argv[1]):
    parser = configparser.ConfigParser({'here': '/p'})
    try:
        parser.read_string(text)
    except configparser.Error:
        answers.append(None)
        continue
    values = {}
    for section in parser.sections():
        values[section] = {}
        for key in parser.options(section):
            try:
                values[section][key] = parser.get(section, key)
            except configparser.Error:
                values[section][key] = None
    answers.append(values)
print(json.dumps(answers))
";

#[test]
fn python_reads_the_same() {
    let mut texts = vec![NASTY.to_owned(), NASTY.replace("=novalue\n", "")];
    texts.push(NASTY.replace("=novalue\n", "").replace('\n', "\r\n"));
    let pieces = [
        "[alembic]\n",
        "[DEFAULT]\n",
        "[b]\n",
        "key = value\n",
        "key: other\n",
        "  more\n",
        "\n",
        "# note\n",
        "   ; note\n",
        "p = %(key)s\n",
        "q = 50%%\n",
        "r = %(gone)s\n",
        "bare\n",
        "K2 = a # b\n",
        "   x = 1\n",
        "        y\n",
        "z=\n",
        "s = %(p)s%(q)s\n",
        "t t = a=b:c\n",
    ];
    let mut state = 0x9e37_79b9_u32;
    for _ in 0..400 {
        let mut text = String::from("[alembic]\n");
        for _ in 0..9 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
        }
        texts.push(text.replacen(
            "[alembic]\n",
            if state % 7 == 0 { "" } else { "[first]\n" },
            1,
        ));
    }
    let output =
        crate::survey::test_python::run(ORACLE, &[&serde_json::to_string(&texts).unwrap()]);
    let answers: Vec<Option<BTreeMap<String, BTreeMap<String, Option<String>>>>> =
        serde_json::from_str(&output).unwrap();
    for (text, answer) in texts.iter().zip(answers) {
        let ours = Ini::parse(text, "/p").ok().map(|ini| {
            let values = |section: &str| -> BTreeMap<String, Option<String>> {
                ini.own_keys(section)
                    .chain(ini.defaults.keys().map(String::as_str))
                    .map(|key| {
                        let value = ini.get(section, key).ok().flatten();
                        (key.to_owned(), value.map(|setting| setting.value))
                    })
                    .collect()
            };
            ini.sections()
                .map(|name| (name.to_owned(), values(name)))
                .collect::<BTreeMap<_, _>>()
        });
        assert_eq!(ours, answer, "{text}");
    }
}
