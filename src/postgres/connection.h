// One connection to a server. Not thread-safe, except that a requested Cancellation cancels its running
// query.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "base/cancellation.h"
#include "base/error.h"
#include "postgres/connection_parameters.h"
#include "types/pg_type.h"

namespace pg2athena::postgres {

// The rows of a query, as text.
class QueryResult {
 public:
  explicit QueryResult(PGresult* result) : result_(result, &PQclear) {}
  int rows() const { return PQntuples(result_.get()); }
  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // Empty for NULL.
  std::string_view text(int row, int column) const;
  bool boolean(int row, int column) const { return text(row, column) == "t"; }
  // 0 for NULL and for what isn't a number.
  std::int64_t integer(int row, int column) const;
  PGresult* get() const { return result_.get(); }

 private:
  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

// One column of what a statement returns, from a Describe. Domains appear as their base types
// (SendRowDescriptionMessage in src/backend/access/common/printtup.c).
struct DescribedColumn {
  std::string name;
  types::Oid type = 0;
  std::int32_t typmod = -1;
  bool operator==(const DescribedColumn&) const = default;
};

// A message of a COPY, as libpq handed it over: one row, in libpq's own memory.
using CopyMessage = std::unique_ptr<char, decltype(&PQfreemem)>;

class Connection {
 public:
  // Connects; waits as long as connect_timeout says, or until stop is requested. Notices are discarded.
  static Result<Connection> open(const ConnectionParameters& parameters, Cancellation& cancellation);

  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = default;

  // What waits for the server below waits without end, as a statement may take hours; but when stop was
  // requested only some seconds for the server to heed it. With this no statement but a COPY takes longer
  // either: who is asked what takes no time, and doesn't answer, is lost. A connection that isn't waited for
  // any more is closed: Interrupted, or Connection. Nothing: without end again.
  void expect_answers_within(std::optional<std::chrono::seconds> time) { answer_within_ = time; }
  static constexpr std::chrono::seconds kAnswerWithin{30};

  // One statement, or several without parameters (an implicit transaction, if none is open).
  Result<QueryResult> execute(const std::string& sql);
  // One statement with parameters $1 … as text.
  Result<QueryResult> execute(const std::string& sql, std::initializer_list<std::string> parameters);
  // What a statement would return; it is parsed, rewritten and thereby locked and checked, but not run.
  Result<std::vector<DescribedColumn>> describe(const std::string& sql);

  // Starts COPY … TO STDOUT. Until next_copy_message has returned nothing, no other statement may run.
  Result<void> start_copy(const std::string& sql);
  struct Message {
    CopyMessage data;
    std::size_t size;
  };
  // The next message; nothing at the end of the COPY.
  Result<std::optional<Message>> next_copy_message();
  // Cancels a COPY that is not at its end, so that other statements can run. Its transaction has failed by
  // then.
  Result<void> abandon_copy();

  // Of the server process behind the connection, as it was said at the login. A pooler says a number of its
  // own.
  int process_id() const { return PQbackendPID(connection_.get()); }
  // Random, and no other connection's: what the session is marked with (session.h).
  const std::string& mark() const { return mark_; }
  // Where it goes, for people.
  const std::string& target() const { return target_; }
  int server_version() const { return PQserverVersion(connection_.get()); }  // 150004 for 15.4
  // A setting that the server reports of itself (server_encoding, in_hot_standby …); empty when it doesn't.
  std::string parameter_status(const char* name) const;

 private:
  using ConnectionPtr = std::unique_ptr<PGconn, decltype(&PQfinish)>;

  Connection(ConnectionPtr connection, std::string target, Cancellation& cancellation);
  struct Wait {
    std::chrono::steady_clock::time_point since;  // the first time
    int times = 0;
  };
  // Waits for bytes from the server and takes them in, or whatever there is after a while.
  Result<void> wait_for_input(Wait& wait);
  Result<void> keep_patience(const Wait& wait);
  // The next result of what was sent; null when there is none.
  Result<PGresult*> next_result();
  // The last result of what was sent (`sent` is libpq's word that it was).
  Result<QueryResult> finish(int sent);
  // The failure of `result`, or that we were asked to stop.
  Error error(const PGresult* result) const;

  ConnectionPtr connection_;
  std::string target_;
  std::string mark_;
  Cancellation* cancellation_;
  std::optional<std::chrono::seconds> answer_within_;
  bool copying_ = false;
  std::optional<std::chrono::steady_clock::time_point> stop_seen_;
  // Asks the server to cancel what runs, and doesn't wait; what it returns does, until the server has heard
  // it or can't be reached.
  std::function<std::future<void>()> cancel_;
  std::unique_ptr<Cancellation::Registration> cancel_on_request_;
};

}  // namespace pg2athena::postgres
