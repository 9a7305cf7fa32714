"""The parsers of containers read what a live server prints: against the parts that the server itself takes out."""
import pytest

from harness import container_text

ODD_TEXTS = ["", " ", "a", "NULL", "null", "a,b", '"', '""', "\\", "\\\\", 'a"b\\c', "{}", "(", ")", "[", "]", "{a}", "(1,2)",
             "[1,2)", "=>", '"a"=>"b"', "\n", "\t", "'", "é", "日本", "empty", " lead", "trail ", ";", "%"]


@pytest.mark.parametrize("elements", [[], [None], [None, None], ODD_TEXTS, [None, *ODD_TEXTS, None]])
def test_Arrays_are_read_as_PostgreSQL_wrote_them(database, elements):
    printed = database.value("SELECT %s::text[]::text", (elements,))
    assert container_text.array_elements(printed) == tuple(elements)


def test_Arrays_of_boxes_have_a_semicolon_between_their_elements(database):
    printed = database.value("SELECT ARRAY['(1,2),(3,4)', NULL, '(5,6),(7,8)']::box[]::text")
    assert container_text.array_elements(printed, ";") == ("(3,4),(1,2)", None, "(7,8),(5,6)")


def test_Arrays_within_arrays_are_read_level_by_level(database):
    database.execute("CREATE TYPE holder AS (a text[])")
    printed = database.value("SELECT ARRAY[ROW(ARRAY['a,\"b\\', NULL])::holder, NULL, ROW(NULL)::holder]::text")
    first, second, third = container_text.array_elements(printed)
    [inner] = container_text.record_fields(first)
    assert container_text.array_elements(inner) == ('a,"b\\', None)
    assert second is None and container_text.record_fields(third) == (None,)


@pytest.mark.parametrize("text", ["{{1,2},{3,4}}", "[0:1]={a,b}", "", "a", "{a", '{"a"b}', "{,}", "{a,,b}"])
def test_What_is_no_one_dimensional_array_is_refused(text):
    with pytest.raises(ValueError):
        container_text.array_elements(text)


def test_Fields_of_composites_are_read_as_PostgreSQL_wrote_them(database):
    for text, printed in database.query("SELECT t, ROW(1, t, NULL, t)::text FROM unnest(%s) AS t", (ODD_TEXTS,)):
        assert container_text.record_fields(printed) == ("1", text, None, text)


def test_Composites_within_composites_are_read_level_by_level(database):
    printed = database.value("SELECT ROW(ROW('a\"b\\,', NULL, ''), ROW(ROW(1, ')')), NULL)::text")
    first, second, third = container_text.record_fields(printed)
    assert container_text.record_fields(first) == ('a"b\\,', None, "")
    [inner] = container_text.record_fields(second)
    assert container_text.record_fields(inner) == ("1", ")")
    assert third is None


def test_A_composite_of_one_NULL_and_one_of_two_are_different():
    assert container_text.record_fields("()") == (None,)
    assert container_text.record_fields("(,)") == (None, None)


@pytest.mark.parametrize("text", ["", "1,2", "(1,2", "(a b\"c)", '("a"b)'])
def test_What_is_no_composite_is_refused(text):
    with pytest.raises(ValueError):
        container_text.record_fields(text)


def test_Ranges_are_read_as_PostgreSQL_takes_them_apart(database):
    database.execute('CREATE TYPE textrange AS RANGE (subtype = text, collation = "C")')
    ranges = database.query(
        """SELECT r::text, lower(r), upper(r), lower_inc(r), upper_inc(r), isempty(r)
           FROM (SELECT textrange(lower, 'É,"\\', bounds)
                 FROM unnest(%s) AS lower, unnest('{[),(],(),[]}'::text[]) AS bounds
                 WHERE lower < 'É' COLLATE "C" OR lower IS NULL) AS t (r)""", ([*ODD_TEXTS, None],))
    assert len(ranges) > 100
    for printed, *parts in ranges:
        assert container_text.range_parts(printed) == tuple(parts)


def test_An_empty_range_has_no_bounds():
    assert container_text.range_parts("empty") == (None, None, False, False, True)


@pytest.mark.parametrize("text", ["", "[1,2", "1,2)", "[1)", "[1,2)x", "[1,2,3)"])
def test_What_is_no_range_is_refused(text):
    with pytest.raises((ValueError, IndexError)):
        container_text.range_parts(text)


@pytest.mark.parametrize("literal, count", [("{}", 0), ("{[1,2]}", 1), ("{(,1),[5,9),(20,)}", 3)])
def test_Multiranges_are_read_as_PostgreSQL_unnests_them(database, literal, count):
    parts = database.query("SELECT lower(r)::text, upper(r)::text, lower_inc(r), upper_inc(r), isempty(r)"
                           " FROM unnest(%s::int4multirange) AS r", (literal,))
    printed = database.value("SELECT %s::int4multirange::text", (literal,))
    assert container_text.multirange_parts(printed) == tuple(parts)
    assert len(parts) == count


def test_Multiranges_of_texts_are_read_with_their_quotes(database):
    database.execute('CREATE TYPE textrange AS RANGE (subtype = text, collation = "C")')
    printed = database.value("SELECT textmultirange(textrange('a,', 'b\"'), textrange('c}', NULL, '(]'))::text")
    assert container_text.multirange_parts(printed) == (("a,", 'b"', True, False, False),
                                                        ("c}", None, False, False, False))


def test_hstore_is_read_as_PostgreSQL_takes_it_apart(database):
    database.execute("CREATE EXTENSION hstore")
    values = [None if i % 5 == 0 else text for i, text in enumerate(ODD_TEXTS)]
    printed = database.value("SELECT hstore(%s::text[], %s::text[])::text", (ODD_TEXTS, values))
    assert container_text.hstore_pairs(printed) == tuple(sorted(zip(ODD_TEXTS, values)))
    assert container_text.hstore_pairs("") == ()


@pytest.mark.parametrize("text", ["a=>1", '"a"', '"a"=>"b" "c"=>"d"', '"a"=>null'])
def test_What_is_no_hstore_is_refused(text):
    with pytest.raises(ValueError):
        container_text.hstore_pairs(text)
