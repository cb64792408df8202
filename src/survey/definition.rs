//! The statements that build a version table again exactly as it stands: `pg_dump` before the drop
//! and after the rebuild agree byte for byte. Called by [`super::database`]; never writes.

use crate::model::quote_identifier;
use crate::system::{Session, SqlError};

/// CREATE TABLE, owner, indexes, comments, privileges, row security; in order, without rows.
pub(super) fn of_table(session: &Session, oid: u32) -> Result<Vec<String>, SqlError> {
    let mut statements = Vec::new();
    let head = &session.query(
        "SELECT format('%I.%I', n.nspname, c.relname), c.relpersistence = 'u', \
            pg_get_userbyid(c.relowner)::text, \
            (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(c.reloptions) o), \
            c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text, \
            (SELECT spcname::text FROM pg_tablespace s WHERE s.oid = c.reltablespace) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1",
        &[&oid],
    )?[0];
    let table: String = head.get(0);
    let owner = quote_identifier(head.get::<_, String>(2).as_str());
    let unlogged = if head.get(1) { "UNLOGGED " } else { "" };
    let options = head
        .get::<_, Option<String>>(3)
        .map(|options| format!(" WITH ({options})"))
        .unwrap_or_default();
    let tablespace = head
        .get::<_, Option<String>>(7)
        .map(|name| format!(" TABLESPACE {}", quote_identifier(&name)))
        .unwrap_or_default();
    let parts = texts(session, COLUMNS_AND_CONSTRAINTS, oid)?;
    statements.push(format!(
        "CREATE {unlogged}TABLE {table} (\n    {}\n){options}{tablespace}",
        parts.join(",\n    ")
    ));
    statements.push(format!("ALTER TABLE {table} OWNER TO {owner}"));
    statements.extend(texts(session, INDEXES, oid)?);
    statements.extend(texts(session, COMMENTS, oid)?);
    if head.get(4) {
        statements.push(format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"));
    }
    if head.get(5) {
        statements.push(format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY"));
    }
    match head.get::<_, String>(6).as_str() {
        "f" => statements.push(format!("ALTER TABLE {table} REPLICA IDENTITY FULL")),
        "n" => statements.push(format!("ALTER TABLE {table} REPLICA IDENTITY NOTHING")),
        _ => {}
    }
    statements.extend(texts(session, PRIVILEGES, oid)?);
    Ok(statements)
}

fn texts(session: &Session, sql: &str, oid: u32) -> Result<Vec<String>, SqlError> {
    let rows = session.query(sql, &[&oid])?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
}

const COLUMNS_AND_CONSTRAINTS: &str = "
SELECT x.line FROM (
    SELECT 0 AS part, f.attnum::int AS place, concat_ws(' ', format('%I', f.attname),
        format_type(f.atttypid, f.atttypmod),
        CASE WHEN f.attcollation <> t.typcollation
            THEN 'COLLATE ' || (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co
                JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = f.attcollation) END,
        'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN f.attnotnull THEN 'NOT NULL' END) AS line
    FROM pg_attribute f
    JOIN pg_type t ON t.oid = f.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = f.attrelid AND d.adnum = f.attnum
    WHERE f.attrelid = $1 AND f.attnum > 0 AND NOT f.attisdropped
    UNION ALL
    SELECT 1, row_number() OVER (ORDER BY o.contype = 'p' DESC, o.conname)::int,
        format('CONSTRAINT %I %s', o.conname, pg_get_constraintdef(o.oid))
    FROM pg_constraint o WHERE o.conrelid = $1 AND o.contype NOT IN ('n', 't')
) AS x ORDER BY x.part, x.place";

const INDEXES: &str = "
SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = $1 AND NOT EXISTS (
    SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.conrelid = i.indrelid)
ORDER BY 1";

const COMMENTS: &str = "
SELECT x.line FROM (
    SELECT d.objsubid AS place, CASE d.objsubid
        WHEN 0 THEN format('COMMENT ON TABLE %I.%I IS %L', n.nspname, c.relname, d.description)
        ELSE format('COMMENT ON COLUMN %I.%I.%I IS %L', n.nspname, c.relname, f.attname, d.description)
        END AS line
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid
    LEFT JOIN pg_attribute f ON f.attrelid = c.oid AND f.attnum = d.objsubid AND d.objsubid > 0
    WHERE c.oid = $1
    UNION ALL
    SELECT 10000, format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', o.conname, n.nspname, c.relname,
        d.description)
    FROM pg_constraint o
    JOIN pg_class c ON c.oid = o.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = o.oid
    WHERE o.conrelid = $1
    UNION ALL
    SELECT 20000, format('COMMENT ON INDEX %I.%I IS %L', n.nspname, ic.relname, d.description)
    FROM pg_index i
    JOIN pg_class ic ON ic.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = ic.relnamespace
    JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = ic.oid AND d.objsubid = 0
    WHERE i.indrelid = $1
) AS x ORDER BY x.place, x.line";

/// Where there is a list: everything is taken from the owner and given again, in the order of the stored
/// list, which `pg_dump` follows. Grants are made as the owner. A table that is made anew is born with the
/// default privileges of today; they are taken away, and where there is no list the owner has all again.
const PRIVILEGES: &str = "
WITH born AS (
    SELECT string_agg(DISTINCT ', ' || quote_ident(pg_get_userbyid(e.grantee)), '') AS with_them
    FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) e
    WHERE d.defaclobjtype = 'r' AND e.grantee <> 0
)
SELECT x.line FROM (
    SELECT -2::bigint AS place, ''::text AS privilege,
        format('REVOKE ALL ON TABLE %I.%I FROM PUBLIC, %I', n.nspname, c.relname,
            pg_get_userbyid(c.relowner)) || coalesce(born.with_them, '') AS line
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN born
    WHERE c.oid = $1 AND (c.relacl IS NOT NULL OR EXISTS (
        SELECT FROM pg_default_acl d WHERE d.defaclobjtype = 'r'))
    UNION ALL
    SELECT -1, '', format('GRANT ALL ON TABLE %I.%I TO %I', n.nspname, c.relname,
        pg_get_userbyid(c.relowner))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = $1 AND c.relacl IS NULL AND EXISTS (
        SELECT FROM pg_default_acl d WHERE d.defaclobjtype = 'r')
    UNION ALL
    SELECT i.place, e.privilege_type, format('GRANT %s ON TABLE %I.%I TO %s%s', e.privilege_type, n.nspname,
        c.relname, CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
        CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN unnest(c.relacl) WITH ORDINALITY AS i (item, place)
    CROSS JOIN aclexplode(ARRAY[i.item]) e
    WHERE c.oid = $1
    UNION ALL
    SELECT 100000 + f.attnum, e.privilege_type, format('GRANT %s (%I) ON TABLE %I.%I TO %s%s', e.privilege_type,
        f.attname, n.nspname, c.relname,
        CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
        CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute f ON f.attrelid = c.oid AND f.attacl IS NOT NULL
    CROSS JOIN aclexplode(f.attacl) e
    WHERE c.oid = $1
) AS x ORDER BY x.place, x.privilege";
