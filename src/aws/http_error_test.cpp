#include "aws/http_error.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace pg2athena::aws {
namespace {

// What libcurl really says in each case is asked in tests/aws/test_http_client.py.

TEST(HttpError, An_origin_has_neither_path_nor_password) {
  EXPECT_EQ(origin_of("https://h:9000/a?b=c"), "https://h:9000");
  EXPECT_EQ(origin_of("https://user:pass@h/a@b"), "https://h");
  EXPECT_EQ(origin_of("https://[::1]:9000?x"), "https://[::1]:9000");
  EXPECT_EQ(origin_of("nonsense"), "nonsense");
}

TEST(HttpError, Each_says_what_where_and_what_to_do) {
  const HttpRequest request{.url = "https://lake.example:9000/bucket?secret=1",
                            .timeouts = {.total = std::chrono::seconds(30)}};
  const struct {
    TransferFailure failure;
    ErrorKind kind;
    const char* message;
  } cases[] = {
      {{.code = CURLE_COULDNT_RESOLVE_HOST},
       ErrorKind::Connection,
       "the host name lake.example can't be resolved"},
      {{.code = CURLE_COULDNT_RESOLVE_PROXY},
       ErrorKind::Connection,
       "the proxy's host name can't be resolved"},
      {{.code = CURLE_COULDNT_CONNECT, .system_error = ECONNREFUSED},
       ErrorKind::Connection,
       "https://lake.example:9000 refuses the connection"},
      {{.code = CURLE_COULDNT_CONNECT, .system_error = ENETUNREACH},
       ErrorKind::Connection,
       "can't connect to https://lake.example:9000: Network is unreachable"},
      {{.code = CURLE_OPERATION_TIMEDOUT},
       ErrorKind::Connection,
       "no connection with https://lake.example:9000 within 5s"},
      {{.code = CURLE_OPERATION_TIMEDOUT, .connected = true},
       ErrorKind::Connection,
       "https://lake.example:9000 didn't answer within 30s"},
      {{.code = CURLE_PEER_FAILED_VERIFICATION, .words = "self-signed"},
       ErrorKind::Authentication,
       "the certificate of https://lake.example:9000 isn't trusted: self-signed"},
      {{.code = CURLE_PEER_FAILED_VERIFICATION, .words = "SSL: no subject name"},
       ErrorKind::Authentication,
       "the certificate of https://lake.example:9000 is one for another host: SSL: no subject name"},
      {{.code = CURLE_SSL_CACERT_BADFILE},
       ErrorKind::InvalidArgument,
       "no certificates can be read from /ca.pem"},
      {{.code = CURLE_URL_MALFORMAT},
       ErrorKind::InvalidArgument,
       "https://lake.example:9000 isn't a URL that can be asked"},
      {{.code = CURLE_RECV_ERROR, .words = "Connection reset by peer"},
       ErrorKind::Connection,
       "the connection to https://lake.example:9000 was lost: Connection reset by peer"},
      {{.code = CURLE_GOT_NOTHING},
       ErrorKind::Connection,
       "the connection to https://lake.example:9000 was lost: Server returned nothing (no headers, no data)"},
  };
  for (const auto& [failure, kind, message] : cases) {
    const Error error = http_error(failure, request, "/ca.pem");
    EXPECT_EQ(error.kind(), kind) << error;
    EXPECT_EQ(error.message(), message);
    EXPECT_FALSE(error.hint().empty()) << error;
  }
}

}  // namespace
}  // namespace pg2athena::aws
