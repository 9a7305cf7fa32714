#include "postgres/server_error.h"

#include <gtest/gtest.h>

namespace pg2athena::postgres {
namespace {

TEST(ServerError, States_have_the_kinds_that_the_error_policy_needs) {
  EXPECT_EQ(kind_of_sqlstate("3D000"), ErrorKind::NotFound);
  EXPECT_EQ(kind_of_sqlstate("42P01"), ErrorKind::NotFound);
  EXPECT_EQ(kind_of_sqlstate("42703"), ErrorKind::NotFound);
  EXPECT_EQ(kind_of_sqlstate("42501"), ErrorKind::PermissionDenied);
  EXPECT_EQ(kind_of_sqlstate("28P01"), ErrorKind::Authentication);
  EXPECT_EQ(kind_of_sqlstate("55P03"), ErrorKind::LockNotAvailable);
  EXPECT_EQ(kind_of_sqlstate("57P01"), ErrorKind::Connection);
  EXPECT_EQ(kind_of_sqlstate("08006"), ErrorKind::Connection);
  EXPECT_EQ(kind_of_sqlstate("25P02"), ErrorKind::Database) << "in a failed transaction";
  EXPECT_EQ(kind_of_sqlstate("22012"), ErrorKind::Database);
  EXPECT_EQ(kind_of_sqlstate(""), ErrorKind::Connection) << "libpq's own errors have none";
}

TEST(ServerError, A_connection_that_a_timeout_ended_says_which_and_what_to_do) {
  for (const auto& [state, setting] :
       {std::pair("25P03", "idle_in_transaction_session_timeout"), std::pair("57P05", "idle_session_timeout"),
        std::pair("25P04", "transaction_timeout")}) {
    EXPECT_EQ(kind_of_sqlstate(state), ErrorKind::Connection) << state;
    EXPECT_NE(timeout_hint(state).find(setting), std::string_view::npos) << state;
  }
  EXPECT_EQ(timeout_hint("57P01"), "");
}

// libpq 15's messages.
TEST(ServerError, Failures_of_TLS_say_what_to_do) {
  EXPECT_NE(tls_hint("SSL error: certificate verify failed").find("sslrootcert"), std::string_view::npos);
  EXPECT_NE(tls_hint("server certificate for \"db\" does not match host name \"127.0.0.2\""), "");
  EXPECT_NE(tls_hint("root certificate file \"/x\" does not exist"), "");
  EXPECT_NE(tls_hint("server does not support SSL, but SSL was required"), "");
  EXPECT_EQ(tls_hint("Connection refused"), "");
}

}  // namespace
}  // namespace pg2athena::postgres
