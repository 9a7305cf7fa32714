// Errors as values. Every function that can fail returns Result<T>; nothing in this project throws across a
// function's boundary, and exceptions of libraries are turned into Errors where they enter.
#pragma once

#include <expected>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pg2athena {

// What went wrong, from the operator's point of view. Closed on purpose: pipeline/error_policy maps each kind
// to an exit code, to "try again or not", and to a hint, in one table.
enum class ErrorKind {
  InvalidArgument,       // the command line or the configuration
  NotFound,              // an object that was named isn't there
  PermissionDenied,      // a right that the plan needs is missing
  NameCollision,         // two names become one in the lake
  Unsupported,           // the plan can't do this, and says so before the first row
  RunInProgress,         // another run holds this table and target
  Connection,            // no connection, or it was lost
  ServerBusy,            // the server takes no connection now: it has too many, or is starting up
  Authentication,        // the server refused the login
  LockNotAvailable,      // somebody holds, or waits for, a lock that conflicts with ours
  Conflict,              // the server ended our statement for another's sake: deadlock, recovery conflict
  Database,              // any other error that the server reports
  SnapshotLost,          // no connection holds the run's snapshot any more
  GaveWay,               // the run ended itself so that others could go on
  ChangedWhilePlanning,  // the catalog moved between the plan and the read
  ValueTooLarge,         // a row with more bytes than max_value_size
  Unrepresentable,       // a value that its column's type can't hold
  CorruptInput,          // bytes from outside that break their format
  Service,               // any other error that an AWS service reports
  Storage,               // the target refused a read or a write
  StorageFull,           // no room left on the target
  UploadLost,            // the store gave an upload of ours up; another one, under another key, may do
  Superseded,            // another run published this table first
  CommitFailed,          // the run is known not to be published
  CommitUnknown,         // nobody knows whether the run is published; never treated as CommitFailed
  Different,             // a verification found that the lake isn't what its source or its records say
  Interrupted,           // the operator asked us to stop
  Internal,              // a bug of ours
};

std::string_view to_string(ErrorKind kind);

// One failure: what (message), where (context), what to do (hint), and what caused it.
class Error {
 public:
  struct Context {
    std::string key;  // "table", "shard", "column", "sqlstate", …
    std::string value;
    bool operator==(const Context&) const = default;
  };

  // The message is a clause for the operator, without a full stop and without what the context says.
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  // Adds where it happened. The innermost value of a key wins: a caller that knows less does not overwrite
  // it.
  Error with(std::string_view key, std::string value) &&;
  // Says what to do; replaces the error policy's general hint for this kind. The first hint wins.
  Error hint(std::string text) &&;
  // Says what to do besides: behind the hint that there is.
  Error and_hint(std::string_view text) &&;
  // Keeps what caused this one.
  Error because(Error cause) &&;

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  const std::vector<Context>& context() const { return context_; }
  // The value of a context key, or an empty string.
  std::string_view context(std::string_view key) const;
  const Error* cause() const { return cause_.get(); }

  // Everything on one line, for logs and tests: "kind: message (table=…, sqlstate=…): cause".
  std::string describe() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  std::vector<Context> context_;
  std::shared_ptr<const Error> cause_;
};

// So that a failing test prints the error.
std::ostream& operator<<(std::ostream& out, const Error& error);

template <typename T>
using Result = std::expected<T, Error>;

// An Error on its way out of a function that returns any Result.
template <typename... Args>
std::unexpected<Error> fail(ErrorKind kind, Args&&... args) {
  return std::unexpected<Error>(Error(kind, std::forward<Args>(args)...));
}
inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace pg2athena

#define PG2ATHENA_CONCAT_INNER(a, b) a##b
#define PG2ATHENA_CONCAT(a, b) PG2ATHENA_CONCAT_INNER(a, b)

// Leaves the function with the error of a Result, if it has one. (GCC 12's std::expected has no and_then.)
#define PG2ATHENA_TRY(...)                                                             \
  do {                                                                                 \
    if (auto pg2athena_result = (__VA_ARGS__); !pg2athena_result) {                    \
      return std::unexpected<::pg2athena::Error>(std::move(pg2athena_result).error()); \
    }                                                                                  \
  } while (false)

// PG2ATHENA_ASSIGN(auto file, open(path)): the value of a Result, or leaves with its error.
#define PG2ATHENA_ASSIGN(declaration, ...) \
  PG2ATHENA_ASSIGN_INNER(PG2ATHENA_CONCAT(pg2athena_result_, __LINE__), declaration, __VA_ARGS__)
#define PG2ATHENA_ASSIGN_INNER(result, declaration, ...)                   \
  auto result = (__VA_ARGS__);                                             \
  if (!result) {                                                           \
    return std::unexpected<::pg2athena::Error>(std::move(result).error()); \
  }                                                                        \
  declaration = std::move(*result)
