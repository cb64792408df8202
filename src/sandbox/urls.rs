//! URLs against SQLAlchemy itself. Here, because `system` may not know of the sandbox.

use std::time::Duration;

use super::python;
use crate::model::Secret;
use crate::system::connect::asked_by_url;
use crate::system::process::Process;

const URLS: [&str; 24] = [
    "postgresql://u:p@h:1/d",
    "postgresql+psycopg2://",
    "postgresql+psycopg2:///d",
    "postgresql+psycopg://u@h/d",
    "postgresql+asyncpg://u:p%40ss@h/d",
    "postgresql+pg8000://u:a+b@h:5/d",
    "postgresql+psycopg://u:a/b?c#d@h/d",
    "postgresql://u:p:q@h/d",
    "postgresql://u@v@h/d",
    "postgresql://u:p@v@h/d",
    "postgresql://:p@h/d",
    "postgresql://[::1]:6/d",
    "postgresql://[fe80::1%25eth0]/d",
    "postgresql+psycopg://h/d?sslmode=require&connect_timeout=3",
    "postgresql://h:6",
    "postgresql://h?sslmode=require",
    "postgresql://h/d%20e?application_name=a+b",
    "postgresql://h/?user=q&password=w%26+x&port=9",
    "postgresql://u@/d?host=/var/run/postgresql",
    "postgresql://u@/d?host=other:7",
    "postgresql://u@/d?host=other&port=7",
    "postgresql://u@localhost:5432/d?empty=&x",
    "postgresql://h:5432/d?mail=a@b",
    "postgresql+psycopg2://%75:%70@h/%64",
];

const SCRIPT: &str = r#"
import json, sys
from sqlalchemy.engine import make_url
for line in json.loads(sys.argv[1]):
    args = make_url(line).get_dialect()().create_connect_args(make_url(line))[1]
    pick = lambda *names: next((str(args[n]) for n in names if args.get(n) not in (None, "")), None)
    print(json.dumps([pick("host"), pick("port"), pick("user"), pick("password"), pick("dbname", "database")]))
"#;

#[test]
fn urls_are_taken_apart_as_sqlalchemy_does() {
    let folder = tempfile::tempdir().unwrap();

    let output = Process::new(python::provided().unwrap())
        .args(["-c", SCRIPT])
        .arg(serde_json::to_string(&URLS).unwrap())
        .directory(folder.path())
        .output(Duration::from_mins(2))
        .unwrap();
    let text = output.text();
    let expected: Vec<[Option<String>; 5]> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{text}")))
        .collect();
    assert_eq!(expected.len(), URLS.len(), "{text}");
    for (url, expected) in URLS.iter().zip(expected) {
        let asked = match asked_by_url(url) {
            Ok(asked) => asked,
            Err(error) => panic!("{url}: {error}"),
        };
        let password = asked.password.as_ref().map(Secret::expose);
        let ours = [
            asked.host,
            asked.port,
            asked.user,
            password.map(str::to_owned),
            asked.database,
        ]
        .map(|part| part.filter(|text| !text.is_empty()));
        assert_eq!(ours, expected, "{url}");
    }
}
