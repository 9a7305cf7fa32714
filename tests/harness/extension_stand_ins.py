"""PostGIS's and pgvector's types where these extensions aren't installed: the same names, the same bytes on the wire.

A stand-in is a base type of PostgreSQL's own functions for bytea: it is written as bytea is, '\\x…', and sends these
bytes. That it belongs to an extension is told to the catalog by hand, which is the only thing that tells the program.
"""

TYPES = {"postgis": ("geometry", "geography"), "vector": ("vector",)}

TYPE = """
    CREATE TYPE {name};
    CREATE FUNCTION {name}_in(cstring) RETURNS {name} LANGUAGE internal IMMUTABLE STRICT AS 'byteain';
    CREATE FUNCTION {name}_out({name}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'byteaout';
    CREATE FUNCTION {name}_recv(internal) RETURNS {name} LANGUAGE internal IMMUTABLE STRICT AS 'bytearecv';
    CREATE FUNCTION {name}_send({name}) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'byteasend';
    CREATE TYPE {name} (INPUT = {name}_in, OUTPUT = {name}_out, RECEIVE = {name}_recv, SEND = {name}_send,
                        INTERNALLENGTH = VARIABLE, STORAGE = extended);
    -- Objects of an extension: deptype e, DEPENDENCY_EXTENSION (catalog/dependency.h).
    INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
    SELECT 'pg_type'::regclass, '{name}'::regtype, 0, 'pg_extension'::regclass, oid, 0, 'e'
    FROM pg_extension WHERE extname = '{extension}'"""


def install(database, extension: str) -> None:
    """Makes the types of the extension in a database of a superuser."""
    database.execute("""
        INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
        SELECT max(oid::bigint) + 1, %s, 10, 'public'::regnamespace, true, '0' FROM pg_extension""", (extension,))
    for name in TYPES[extension]:
        database.execute(TYPE.format(name=name, extension=extension))


def is_available(database, extension: str) -> bool:
    return bool(database.query("SELECT FROM pg_available_extensions WHERE name = %s", (extension,)))
