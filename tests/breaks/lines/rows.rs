//! Rows that the chain leaves.

use crate::breaks::{Check, Project};

/// 8. Rows that the chain itself leaves on an empty database: 92 in eleven tables.
#[test]
fn rows_of_eleven_tables_are_part_of_the_chain() {
    const COLUMNS: &str = r#"sa.Column("name", sa.Text(), nullable=False),
    sa.Column("data", postgresql.JSONB()),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("raw", sa.LargeBinary()),
    sa.Column("parts", postgresql.ARRAY(sa.Text())),"#;
    let (mut models, mut up, mut seed) = (String::new(), String::new(), String::new());
    for table in 0..11 {
        models += &format!(
            "sa.Table(\n    \"t{table}\", Base.metadata,\n    sa.Column(\"id\", sa.Integer(), primary_key=True),\n    \
             {COLUMNS}\n    sa.Column(\"above\", sa.Integer(), sa.ForeignKey(\"t{table}.id\")),\n)\n"
        );
        up += &format!(
            "op.create_table(\n    \"t{table}\",\n    sa.Column(\"id\", sa.Integer(), primary_key=True),\n    \
             {COLUMNS}\n    sa.Column(\"above\", sa.Integer(), sa.ForeignKey(\"t{table}.id\")),\n)\n"
        );
        // 4 in one table and 8 or 9 in the others: 92.
        let rows = if table == 0 {
            4
        } else {
            8 + i32::from(table > 2)
        };
        seed += &format!(
            r#"
op.get_bind().exec_driver_sql(r"""INSERT INTO t{table} (name, data, at, raw, parts)
    SELECT 'n' || n || ' it''s :x \', jsonb_build_object('k', n, 'none', null),
           '2020-01-01 00:00+00'::timestamptz + n * interval '1 day',
           decode(lpad(to_hex(n), 8, '0'), 'hex'), array['a,' || n, NULL, '\"'] FROM generate_series(1, {rows}) n""")
op.execute("UPDATE t{table} SET above = id - 1 WHERE id > 1")
"#
        );
    }
    let site = Project {
        models: &models,
        chain: &[&up, &seed],
        ..Project::default()
    }
    .build();
    let counted: i64 = (0..11)
        .map(|table| {
            let query = format!("select count(*) from t{table}");
            site.lab.column("app", &query)[0].parse::<i64>().unwrap()
        })
        .sum();
    assert_eq!(counted, 92);
    let rows = "insert into t1 (name) values ('mine'); delete from t2 where id > 3";
    site.follows_the_chain(rows, Check::Clean);
    site.follows_the_models(&[], &[], &[]);
}
