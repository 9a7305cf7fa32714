"""Every value of files that our Parquet writer makes, read by pyarrow, DuckDB and DataFusion."""
import pyarrow.parquet as pq
import pytest

from parquet.conftest import NAMES
from parquet.readers import READERS, assert_reads_every_value


def test_each_generated_file_is_in_the_list(folder):
    assert sorted(path.stem for path in folder.glob("*.parquet")) == sorted(NAMES)


@pytest.mark.parametrize("reader", READERS)
def test_every_value_is_read(reader, file):
    assert_reads_every_value(reader, file)


def test_a_damaged_page_is_noticed(folder, tmp_path):
    """The checksums are where readers look for them, and of what they check."""
    good = (folder / "codec_none.parquet").read_bytes()
    damaged = bytearray(good)
    damaged[2000] ^= 1
    path = tmp_path / "damaged.parquet"
    path.write_bytes(damaged)
    with pytest.raises(OSError, match="CRC|checksum"):
        pq.read_table(path, page_checksum_verification=True)
