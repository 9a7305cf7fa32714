#include "pipeline/error_policy.h"

#include <algorithm>
#include <array>
#include <limits>

namespace pg2athena::pipeline {
namespace {

using enum ErrorKind;

constexpr std::array kPolicies = {
    ErrorPolicy{InvalidArgument, ExitCode::Usage, Again::Never, "pg2athena --help shows how it is used"},
    ErrorPolicy{NotFound, ExitCode::Refused, Again::Never,
                "check the name; pg2athena plan lists what is there"},
    ErrorPolicy{PermissionDenied, ExitCode::Refused, Again::Never,
                "grant the role USAGE on the schema and SELECT on the table"},
    ErrorPolicy{NameCollision, ExitCode::Refused, Again::Never,
                "leave one of them out (exclude), or give a query another name"},
    ErrorPolicy{Unsupported, ExitCode::Refused, Again::Never, ""},
    ErrorPolicy{RunInProgress, ExitCode::Refused, Again::Never, "wait until the other run has ended"},
    ErrorPolicy{Connection, ExitCode::Failed, Again::Shard,
                "check host, port and network, and that the server runs; nothing was published; run again"},
    ErrorPolicy{ServerBusy, ExitCode::Failed, Again::Connecting,
                "the server takes no connection: lower limits.workers, make room in max_connections, or wait "
                "until it has started; nothing was published"},
    ErrorPolicy{Authentication, ExitCode::Failed, Again::Never,
                "check user and password: PGPASSWORD, ~/.pgpass, PGPASSFILE or the configuration's "
                "source.password; and the server's pg_hba.conf"},
    ErrorPolicy{LockNotAvailable, ExitCode::Failed, Again::Never, "run again when the other session is done"},
    ErrorPolicy{Conflict, ExitCode::Failed, Again::Shard,
                "nothing was published; run when the server has less to do at once"},
    ErrorPolicy{Database, ExitCode::Failed, Again::Never,
                "nothing was published; the server's log may say more"},
    ErrorPolicy{
        SnapshotLost, ExitCode::Failed, Again::Never,
        "nothing was published; run again; if it happens again, look for what ends idle connections: a "
        "proxy, a firewall, an administrator"},
    ErrorPolicy{GaveWay, ExitCode::Failed, Again::Never, "nothing was published; run again"},
    ErrorPolicy{ChangedWhilePlanning, ExitCode::Failed, Again::Run, "nothing was published; run again"},
    ErrorPolicy{ValueTooLarge, ExitCode::Failed, Again::Never,
                "nothing was published; give the run more memory, or read the table by --query without the "
                "value"},
    ErrorPolicy{
        Unrepresentable, ExitCode::Failed, Again::Never,
        "nothing was published; mend the value, or say in a configuration what becomes of such values: "
        "`types: {column: {on_unrepresentable: null}}` at the table; also clamp, and string for text"},
    ErrorPolicy{
        CorruptInput, ExitCode::Failed, Again::Never,
        "nothing was published; what stands between us and the server or the folder changes data, or this is "
        "a bug: please report it"},
    ErrorPolicy{Service, ExitCode::Failed, Again::Never,
                "nothing was published; AWS's documentation names the code"},
    ErrorPolicy{Storage, ExitCode::Failed, Again::Never, "check the target folder and its rights"},
    ErrorPolicy{StorageFull, ExitCode::Failed, Again::Never,
                "make room on the target; nothing was published; run again"},
    ErrorPolicy{UploadLost, ExitCode::Failed, Again::Shard, "nothing was published; run again"},
    ErrorPolicy{Superseded, ExitCode::Failed, Again::Never,
                "another run published the table meanwhile; its result stands"},
    ErrorPolicy{CommitFailed, ExitCode::Failed, Again::Never, "nothing was published; run again"},
    ErrorPolicy{CommitUnknown, ExitCode::CommitUnknown, Again::Never,
                "run pg2athena publish on the target: it finishes the run if it was decided"},
    ErrorPolicy{
        Different, ExitCode::Different, Again::Never,
        "nothing was published. A view or query that has other rows each time it is read, by random() "
        "or clock_timestamp(), is different too; otherwise run again, and look at what stands between "
        "the server, this machine and the target"},
    ErrorPolicy{Interrupted, ExitCode::Interrupted, Again::Never, "nothing was published"},
    ErrorPolicy{Internal, ExitCode::Failed, Again::Never, "this is a bug: please report it"},
};

}  // namespace

const ErrorPolicy& policy_of(ErrorKind kind) {
  // Every kind has its row (error_policy_test.cpp).
  const auto* const found = std::ranges::find(kPolicies, kind, &ErrorPolicy::kind);
  return found == kPolicies.end() ? kPolicies.back() : *found;
}

bool shard_again(const Error& error) {
  const Again again = policy_of(error.kind()).again;
  return again == Again::Shard || again == Again::Connecting;
}

bool connect_again(const Error& error) {
  return policy_of(error.kind()).again == Again::Connecting;
}

RetryPolicy shard_retries(std::optional<std::chrono::milliseconds> retry_for) {
  // The time between two attempts is mostly the connection's own; what fails this often fails for a reason.
  // No deadline: a shard may take an hour, and its second failure come after any.
  constexpr int kAttempts = 5;
  return {.attempts = retry_for ? kAttempts : 1,
          .base = std::chrono::milliseconds(200),
          .longest = std::chrono::seconds(5),
          .deadline = std::chrono::hours(24 * 365)};
}

RetryPolicy connection_retries(std::optional<std::chrono::milliseconds> retry_for) {
  return {.attempts = retry_for ? std::numeric_limits<int>::max() : 1,
          .base = std::chrono::milliseconds(200),
          .longest = std::chrono::seconds(10),
          .deadline = retry_for.value_or(std::chrono::milliseconds(0))};
}

std::string_view hint_of(const Error& error) {
  return error.hint().empty() ? policy_of(error.kind()).hint : std::string_view(error.hint());
}

}  // namespace pg2athena::pipeline
