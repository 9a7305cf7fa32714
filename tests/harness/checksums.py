"""Checksums in the form that S3's headers have: base64 of the number, highest byte first."""
import base64

import anycrc


def crc64nvme(data: bytes) -> str:
    return base64.b64encode(anycrc.Model("CRC64-NVME").calc(data).to_bytes(8, "big")).decode()


def crc32c(data: bytes) -> str:
    return base64.b64encode(anycrc.Model("CRC32-ISCSI").calc(data).to_bytes(4, "big")).decode()
