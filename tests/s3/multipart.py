"""A multipart upload by boto3, with the checksums and the encryption that the program asks for."""
import dataclasses

from harness.checksums import crc64nvme
from harness.minio import KMS_KEY

SMALLEST_PART = 5 << 20   # of all but the last

# The requests of one, for the proxy's rules.
BEGIN = {"method": "POST", "query": "uploads"}
PART = {"method": "PUT", "query": "partNumber"}


@dataclasses.dataclass
class Upload:
    client: object
    bucket: str
    key: str
    id: str = ""
    parts: list[dict] = dataclasses.field(default_factory=list)
    data: bytes = b""

    @property
    def address(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.key, "UploadId": self.id}

    def begin(self) -> "Upload":
        self.id = self.client.create_multipart_upload(
            Bucket=self.bucket, Key=self.key, ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT",
            ServerSideEncryption="aws:kms", SSEKMSKeyId=KMS_KEY, Metadata={"attempt": "7"})["UploadId"]
        return self

    def send(self, data: bytes) -> "Upload":
        """The next part."""
        number, checksum = len(self.parts) + 1, crc64nvme(data)
        sent = self.client.upload_part(**self.address, PartNumber=number, Body=data, ChecksumCRC64NVME=checksum)
        self.parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumCRC64NVME": checksum})
        self.data += data
        return self

    def complete(self, **options) -> dict:
        checksums = {"ChecksumCRC64NVME": crc64nvme(self.data), "ChecksumType": "FULL_OBJECT"}
        return self.client.complete_multipart_upload(**self.address, MultipartUpload={"Parts": self.parts},
                                                     **{**checksums, **options})

    def abort(self) -> None:
        self.client.abort_multipart_upload(**self.address)
