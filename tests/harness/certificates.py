"""A certificate authority of the tests' own, and certificates for servers on loopback."""
import pathlib
import ssl
import subprocess

EXTENSIONS = """\
subjectAltName={names}
basicConstraints=CA:FALSE
keyUsage=digitalSignature
extendedKeyUsage=serverAuth
"""


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """Its certificate is in `file`."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.file = folder / "ca.pem"
        self.key = folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 30,
                "-keyout", self.key, "-out", self.file, "-subj", "/CN=Authority of the tests",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def files(self, names: str = "DNS:localhost,IP:127.0.0.1") -> tuple[pathlib.Path, pathlib.Path]:
        """A certificate for a server with these names, the only ones that it has, and its key."""
        name = "".join(c if c.isalnum() else "_" for c in names)
        key, request, certificate = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        if not certificate.exists():
            extensions = self.folder / f"{name}.ext"
            extensions.write_text(EXTENSIONS.format(names=names), encoding="utf-8")
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                    "-out", request, "-subj", "/CN=server of the tests")
            openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", 30,
                    "-extfile", extensions, "-out", certificate)
        return certificate, key

    def server(self, names: str = "DNS:localhost,IP:127.0.0.1") -> ssl.SSLContext:
        """For a server with these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files(names))
        return context

    def client(self) -> ssl.SSLContext:
        """For one who trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self.file))
