"""bench/s3's other side: one file to one object by boto3's transfer on AWS's own C runtime.

  upload_with_boto3.py FILE BUCKET KEY

What `upload_file` with preferred_transfer_client='crt' runs, built by hand because boto3 hands neither an endpoint nor
a CA on to it. Prints the seconds of the upload, and the CPU seconds of the process meanwhile.
"""
import os
import resource
import sys
import time

import botocore.session
from s3transfer.crt import (BotocoreCRTCredentialsWrapper, BotocoreCRTRequestSerializer, CRTTransferManager,
                            create_s3_crt_client)


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    path, bucket, key = sys.argv[1:]
    session = botocore.session.Session()
    region = os.environ["AWS_REGION"]
    credentials = BotocoreCRTCredentialsWrapper(session.get_credentials())
    client = create_s3_crt_client(region, credentials.to_crt_credentials_provider(), verify=os.environ["AWS_CA_BUNDLE"])
    serializer = BotocoreCRTRequestSerializer(
        session, {"region_name": region, "endpoint_url": os.environ["AWS_ENDPOINT_URL_S3"],
                  "config": botocore.config.Config(s3={"addressing_style": "path"})})
    with CRTTransferManager(client, serializer) as manager:
        begin, cpu = time.monotonic(), cpu_seconds()
        manager.upload(path, bucket, key).result()
        print(f"{time.monotonic() - begin:.3f} {cpu_seconds() - cpu:.3f}")


if __name__ == "__main__":
    import botocore.config
    main()
