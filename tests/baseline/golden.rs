//! One rich history and the baseline that is written for it, to the letter: `golden.txt` beside this
//! file is what a reader of the new file sees. `REDISTILL_RENEW_DOCS=1` writes it again; what changed
//! is then to be read as a reviewer would.

use super::planned;
use crate::shapes::{borrowed, revision};
use crate::support::{Lab, Module, repository};

const GOLDEN: &str = "tests/baseline/golden.txt";

const CUSTOMERS: &str = r#"
op.create_table(
    "countries",
    sa.Column("code", sa.CHAR(2), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("vat", sa.Numeric(4, 2)),
)
op.create_table(
    "customers",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("country_code", sa.CHAR(2), sa.ForeignKey("countries.code", name="fk_customers_country")),
    sa.Column("settings", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
    sa.Column("deleted_at", sa.DateTime(timezone=True)),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.UniqueConstraint("email", name="uq_customers_email"),
    sa.CheckConstraint("position('@' in email) > 1", name="ck_customers_email"),
)
"#;

const COUNTRIES: &str = r#"
op.bulk_insert(
    sa.table("countries", sa.column("code"), sa.column("name"), sa.column("vat")),
    [
        {"code": "DE", "name": "Germany", "vat": 19},
        {"code": "CI", "name": "Côte d'Ivoire", "vat": None},
        {"code": "NL", "name": "Netherlands", "vat": 21},
    ],
)
"#;

const ORDERS: &str = r#"
state = postgresql.ENUM("open", "paid", "shipped", name="order_state")
op.create_table(
    "orders",
    sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
    sa.Column("customer_id", sa.BigInteger(), nullable=False),
    sa.Column("state", state, nullable=False, server_default="open"),
    sa.Column("net", sa.Numeric(12, 2), nullable=False),
    sa.Column("tax", sa.Numeric(12, 2), nullable=False, server_default="0"),
    sa.Column("gross", sa.Numeric(12, 2), sa.Computed("net + tax", persisted=True)),
    sa.Column("updated_at", sa.DateTime(timezone=True)),
    sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_orders_customer", ondelete="CASCADE"),
)
op.create_index("ix_orders_customer_id", "orders", ["customer_id"])
op.create_index("ix_orders_open", "orders", ["customer_id", sa.text("updated_at DESC NULLS LAST")], postgresql_where=sa.text("state = 'open'"))
op.add_column("customers", sa.Column("last_order_id", sa.BigInteger()))
op.create_foreign_key("fk_customers_last_order", "customers", "orders", ["last_order_id"], ["id"], ondelete="SET NULL")
op.create_index("uq_customers_email_lower", "customers", [sa.text("lower(email)")], unique=True, postgresql_where=sa.text("deleted_at IS NULL"))
"#;

const TOUCH: &str = r#"
op.execute("""
CREATE FUNCTION touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    -- the clock of the transaction
    NEW.updated_at := now();
    RETURN NEW;
END;
$$
""")
op.execute("CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch_updated_at()")
"#;

const OPEN_ORDERS: &str = r#"
op.execute("""
CREATE VIEW open_orders AS
SELECT o.id, c.email, o.gross
FROM orders o JOIN customers c ON c.id = o.customer_id
WHERE o.state = 'open' AND c.deleted_at IS NULL
""")
op.execute("GRANT SELECT ON open_orders TO PUBLIC")
op.create_table_comment("orders", "What a customer has bought")
op.alter_column("orders", "gross", comment="net and tax, kept by the server", existing_type=sa.Numeric(12, 2))
op.execute("COMMENT ON VIEW open_orders IS 'For the warehouse''s screens'")
"#;

#[test]
fn the_baseline_of_a_rich_history_to_the_letter() {
    let steps = [
        ("c001", "None", CUSTOMERS),
        ("c002", "\"c001\"", COUNTRIES),
        ("c003", "\"c002\"", ORDERS),
        ("c004", "\"c003\"", TOUCH),
        ("c005", "\"c004\"", OPEN_ORDERS),
    ];
    let files = steps.map(|(id, down, up)| {
        let text = revision(id, down, up, None).replace(
            "import sqlalchemy as sa\n",
            "import sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\n",
        );
        (format!("{id}_step.py"), text)
    });
    let lab = Lab::with_module(&Module {
        models: "",
        revisions: &borrowed(&files),
        configure: "include_name=lambda *_: False,",
        ..Module::default()
    });
    let module = planned(&lab, &[]);
    assert_eq!(module["lost"], serde_json::json!([]), "{module}");
    let text = module["baseline"].as_str().unwrap();
    // What no two runs have in common.
    let id = module["baseline_id"].as_str().unwrap_or_default();
    let text: String = text
        .replace(id, "0123456789ab")
        .lines()
        .map(|line| match line.split_once("Create Date: ") {
            Some((before, _)) => format!("{before}Create Date: 2026-01-01 00:00:00\n"),
            None => format!("{line}\n"),
        })
        .collect();
    // Other servers put some definitions otherwise.
    let major = "select current_setting('server_version_num')::int / 10000";
    if lab.column("postgres", major) != ["15"] {
        return;
    }
    let golden = repository(GOLDEN);
    if std::env::var_os("REDISTILL_RENEW_DOCS").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&golden).unwrap();
    assert!(text == expected, "{GOLDEN} is otherwise; now it is\n{text}");
}
