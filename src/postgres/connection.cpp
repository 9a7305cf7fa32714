#include "postgres/connection.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <future>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <poll.h>

#include "postgres/server_error.h"

namespace pg2athena::postgres {
namespace {

using std::chrono::steady_clock;

// How often a wait looks whether stop was requested.
constexpr std::chrono::milliseconds kPollInterval{200};

// How long the server has to heed a request to cancel. It does so at its next check for interrupts, within
// milliseconds; one that doesn't is stopped, or the network is.
constexpr std::chrono::seconds kCancelPatience{5};

// Waits until the socket is ready, for at most this long. False when the time is up.
bool wait_for(int socket, PostgresPollingStatusType status, std::chrono::milliseconds most = kPollInterval) {
  pollfd descriptor = {.fd = socket,
                       .events = static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                       .revents = 0};
  return poll(&descriptor, 1, static_cast<int>(most.count())) > 0;
}

std::chrono::seconds connect_timeout(const ConnectionParameters& parameters) {
  const auto found = parameters.find("connect_timeout");
  int seconds = 0;
  if (found != parameters.end()) {
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), seconds);
  }
  // libpq's rule: nothing or zero waits for ever, 1 counts as 2.
  return seconds <= 0 ? std::chrono::hours(24) : std::chrono::seconds(std::max(seconds, 2));
}

std::string make_mark() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// Drives libpq's state machine: PQconnectdb would neither honour a stop nor let us set the verbosity in time.
Result<void> finish_connecting(PGconn* connection, std::chrono::seconds timeout,
                               const Cancellation& cancellation) {
  const auto deadline = steady_clock::now() + timeout;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (true) {
    PG2ATHENA_TRY(cancellation.check());
    if (steady_clock::now() > deadline) {
      return fail(ErrorKind::Connection, fmt::format("no answer within {} s", timeout.count()));
    }
    const int socket = PQsocket(connection);
    if (socket >= 0 && !wait_for(socket, status)) continue;
    status = PQconnectPoll(connection);
    if (status == PGRES_POLLING_OK) return {};
    if (status == PGRES_POLLING_FAILED) return fail(error_of_connecting(connection));
  }
}

}  // namespace

std::string_view QueryResult::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t QueryResult::integer(int row, int column) const {
  const std::string_view digits = text(row, column);
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Result<Connection> Connection::open(const ConnectionParameters& parameters, Cancellation& cancellation) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  ConnectionPtr connection(PQconnectStartParams(keywords.data(), values.data(), 0), &PQfinish);
  const auto with_source = [&](Error error) {
    return fail(std::move(error).with("source", describe_target(parameters)));
  };
  if (!connection) return fail(ErrorKind::Connection, "out of memory");
  if (PQstatus(connection.get()) == CONNECTION_BAD) return with_source(error_of_connecting(connection.get()));
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  PQsetNoticeReceiver(connection.get(), [](void*, const PGresult*) {}, nullptr);
  if (auto connected = finish_connecting(connection.get(), connect_timeout(parameters), cancellation);
      !connected) {
    return with_source(std::move(connected).error());
  }
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  return Connection(std::move(connection), describe_target(parameters), cancellation);
}

Connection::Connection(ConnectionPtr connection, std::string target, Cancellation& cancellation)
    : connection_(std::move(connection)),
      target_(std::move(target)),
      mark_(make_mark()),
      cancellation_(&cancellation) {
  // PQcancel opens a connection of its own and may be called from any thread. It waits until the server
  // closes that, which one that stands still never does: so it waits on a thread that nobody waits for.
  const std::shared_ptr<PGcancel> cancel(PQgetCancel(connection_.get()), &PQfreeCancel);
  cancel_ = [cancel] {
    std::promise<void> heard;
    std::future<void> when_heard = heard.get_future();
    try {
      std::thread([cancel, heard = std::move(heard)]() mutable {
        std::array<char, 256> message{};
        PQcancel(cancel.get(), message.data(), static_cast<int>(message.size()));
        heard.set_value();
      }).detach();
    } catch (const std::system_error&) {
      // No thread is to be had: who waits for the statement's end gives the connection up after a while.
      return when_heard;
    }
    return when_heard;
  };
  cancel_on_request_ = std::make_unique<Cancellation::Registration>(cancellation, cancel_);
}

Error Connection::error(const PGresult* result) const {
  if (!connection_) return {ErrorKind::Connection, "the connection was given up"};
  Error error = error_of_result(result, connection_.get());
  constexpr std::string_view kQueryCanceled = "57014";
  if (cancellation_->requested() && error.context("sqlstate") == kQueryCanceled) {
    return cancellation_->check().error();
  }
  if (error.context("sqlstate") == kQueryCanceled) {
    return std::move(error).hint(
        "raise --statement-timeout (limits.statement_timeout), or ask the administrator who cancelled it; "
        "nothing was published");
  }
  return error;
}

// Whether it is no longer worth waiting.
Result<void> Connection::keep_patience(const Wait& wait) {
  const auto now = steady_clock::now();
  const auto give_up = [this](Error error) {
    connection_.reset();
    return fail(std::move(error));
  };
  if (cancellation_->requested()) {
    if (!stop_seen_) stop_seen_ = now;
    if (now - *stop_seen_ > kCancelPatience) return give_up(cancellation_->check().error());
  }
  if (answer_within_ && !copying_ && now - wait.since > *answer_within_) {
    return give_up(Error(ErrorKind::Connection,
                         fmt::format("the server has not answered for {} s", answer_within_->count())));
  }
  return {};
}

// What there is is taken before the first wait: to ask first whether there is something would be one more
// system call for each few kilobytes of a COPY. Of an encrypted connection, bytes may have come that the
// socket doesn't show any more: they wait in OpenSSL. (libpq's own waiting looks there, pqSocketCheck in
// src/interfaces/libpq/fe-misc.c, and has no call for it.) There it is taken once more after a short wait;
// what is left after that is less than a record, and the next one comes through the socket.
Result<void> Connection::wait_for_input(Wait& wait) {
  const bool encrypted = PQsslInUse(connection_.get()) != 0 || PQgssEncInUse(connection_.get()) != 0;
  const int time = wait.times++;
  if (time == 0) wait.since = steady_clock::now();
  if (time > 0) {
    const auto most = encrypted && time == 1 ? std::chrono::milliseconds(1) : kPollInterval;
    if (!wait_for(PQsocket(connection_.get()), PGRES_POLLING_READING, most)) {
      PG2ATHENA_TRY(keep_patience(wait));
      if (!encrypted) return {};
    }
  }
  // What fails here libpq reports with the next result.
  if (PQconsumeInput(connection_.get()) == 0 && PQstatus(connection_.get()) == CONNECTION_BAD) {
    return fail(error(nullptr));
  }
  return {};
}

Result<PGresult*> Connection::next_result() {
  Wait wait;
  while (PQisBusy(connection_.get()) != 0) PG2ATHENA_TRY(wait_for_input(wait));
  return PQgetResult(connection_.get());
}

// As PQexec does, which would wait without end; and which has the last result count, where here the first
// failure does: when a server ends the connection, the last is libpq's own word for it, without the SQLSTATE
// and the message that the server gave before.
Result<QueryResult> Connection::finish(int sent) {
  if (sent == 0) return fail(error(nullptr));
  QueryResult last(nullptr);
  while (true) {
    auto received = next_result();
    const bool failed = last.get() != nullptr && PQresultStatus(last.get()) == PGRES_FATAL_ERROR;
    if (!received && !failed) return fail(std::move(received).error());
    PGresult* const next = received.value_or(nullptr);
    if (next == nullptr) break;
    const ExecStatusType status = PQresultStatus(next);
    if (failed) {
      PQclear(next);
    } else {
      last = QueryResult(next);
    }
    if (status == PGRES_COPY_OUT || PQstatus(connection_.get()) == CONNECTION_BAD) break;
  }
  const ExecStatusType status = PQresultStatus(last.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_OUT) return last;
  return fail(error(last.get()));
}

Result<QueryResult> Connection::execute(const std::string& sql) {
  PG2ATHENA_TRY(cancellation_->check());
  return finish(PQsendQuery(connection_.get(), sql.c_str()));
}

Result<QueryResult> Connection::execute(const std::string& sql,
                                        std::initializer_list<std::string> parameters) {
  PG2ATHENA_TRY(cancellation_->check());
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  return finish(PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                  values.data(), nullptr, nullptr, 0));
}

Result<std::vector<DescribedColumn>> Connection::describe(const std::string& sql) {
  PG2ATHENA_TRY(cancellation_->check());
  PG2ATHENA_TRY(finish(PQsendPrepare(connection_.get(), "", sql.c_str(), 0, nullptr)));
  PG2ATHENA_ASSIGN(const QueryResult description, finish(PQsendDescribePrepared(connection_.get(), "")));
  PGresult* const result = description.get();
  std::vector<DescribedColumn> columns;
  for (int i = 0; i < PQnfields(result); ++i) {
    columns.push_back({.name = PQfname(result, i), .type = PQftype(result, i), .typmod = PQfmod(result, i)});
  }
  return columns;
}

Result<void> Connection::start_copy(const std::string& sql) {
  copying_ = true;
  PG2ATHENA_TRY(execute(sql));
  return {};
}

Result<std::optional<Connection::Message>> Connection::next_copy_message() {
  char* data = nullptr;
  int size = PQgetCopyData(connection_.get(), &data, 1);
  for (Wait wait; size == 0; size = PQgetCopyData(connection_.get(), &data, 1)) {
    PG2ATHENA_TRY(wait_for_input(wait));
  }
  if (size > 0) return Message{.data = CopyMessage(data, &PQfreemem), .size = static_cast<std::size_t>(size)};
  constexpr int kEnd = -1;
  copying_ = false;
  // At the end, and after a failure, the result says how the COPY went; one more call makes the connection
  // idle again.
  PG2ATHENA_ASSIGN(PGresult * ended, next_result());
  const QueryResult end(ended);
  const bool done = size == kEnd && PQresultStatus(ended) == PGRES_COMMAND_OK;
  if (!done) return fail(error(ended));
  while (true) {
    PG2ATHENA_ASSIGN(PGresult * rest, next_result());
    if (rest == nullptr) return std::nullopt;
    PQclear(rest);
  }
}

Result<void> Connection::abandon_copy() {
  const auto deadline = steady_clock::now() + kAnswerWithin;
  const std::future<void> heard = cancel_();
  const auto keep_waiting = [&]() -> Result<void> {
    PG2ATHENA_TRY(cancellation_->check());
    // The request may have gone nowhere: all of the rest is not worth reading.
    if (steady_clock::now() <= deadline) return {};
    connection_.reset();
    return fail(ErrorKind::Connection, "the server did not heed a request to cancel a COPY");
  };
  while (true) {
    PG2ATHENA_TRY(keep_waiting());
    auto next = next_copy_message();
    // The COPY's own end, which is an error of the server's.
    if (!next || !*next) break;
  }
  // The COPY may have come to its end by itself, and the request would cancel whatever runs when it arrives.
  // The server closes the request's connection when it has signalled the backend (processCancelRequest in
  // src/backend/postmaster/postmaster.c).
  while (heard.wait_for(kPollInterval) != std::future_status::ready) PG2ATHENA_TRY(keep_waiting());
  while (true) {
    PG2ATHENA_ASSIGN(PGresult * rest, next_result());
    if (rest == nullptr) return {};
    PQclear(rest);
  }
}

std::string Connection::parameter_status(const char* name) const {
  const char* const value = PQparameterStatus(connection_.get(), name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace pg2athena::postgres
