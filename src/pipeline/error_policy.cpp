#include "pipeline/error_policy.h"

#include <algorithm>
#include <array>

namespace pg2athena::pipeline {
namespace {

using enum ErrorKind;

constexpr std::array kPolicies = {
    ErrorPolicy{InvalidArgument, ExitCode::Usage, false, "pg2athena --help shows how it is used"},
    ErrorPolicy{NotFound, ExitCode::Refused, false, "check the name; pg2athena plan lists what is there"},
    ErrorPolicy{PermissionDenied, ExitCode::Refused, false,
                "grant the role USAGE on the schema and SELECT on the table"},
    ErrorPolicy{NameCollision, ExitCode::Refused, false,
                "leave one of them out (exclude), or give a query another name"},
    ErrorPolicy{Unsupported, ExitCode::Refused, false, ""},
    ErrorPolicy{RunInProgress, ExitCode::Refused, false, "wait until the other run has ended"},
    ErrorPolicy{Connection, ExitCode::Failed, false,
                "check host, port and network, and that the server runs; nothing was published; run again"},
    ErrorPolicy{Authentication, ExitCode::Failed, false,
                "check user and password: PGPASSWORD, ~/.pgpass, PGPASSFILE or the configuration's "
                "source.password; and "
                "the server's pg_hba.conf"},
    ErrorPolicy{LockNotAvailable, ExitCode::Failed, false, "run again when the other session is done"},
    ErrorPolicy{Database, ExitCode::Failed, false, "nothing was published; the server's log may say more"},
    ErrorPolicy{ChangedWhilePlanning, ExitCode::Failed, true, "nothing was published; run again"},
    ErrorPolicy{ValueTooLarge, ExitCode::Failed, false,
                "nothing was published; give the run more memory, or read the table by --query without the "
                "value"},
    ErrorPolicy{
        Unrepresentable, ExitCode::Failed, false,
        "nothing was published; mend the value, or say in a configuration what becomes of such values: "
        "`types: {column: {on_unrepresentable: null}}` at the table; also clamp, and string for text"},
    ErrorPolicy{
        CorruptInput, ExitCode::Failed, false,
        "nothing was published; what stands between us and the server or the folder changes data, or this is "
        "a bug: please report it"},
    ErrorPolicy{Service, ExitCode::Failed, false,
                "nothing was published; AWS's documentation names the code"},
    ErrorPolicy{Storage, ExitCode::Failed, false, "check the target folder and its rights"},
    ErrorPolicy{StorageFull, ExitCode::Failed, false,
                "make room on the target; nothing was published; run again"},
    ErrorPolicy{Superseded, ExitCode::Failed, false,
                "another run published the table meanwhile; its result stands"},
    ErrorPolicy{CommitFailed, ExitCode::Failed, false, "nothing was published; run again"},
    ErrorPolicy{CommitUnknown, ExitCode::CommitUnknown, false,
                "run pg2athena publish on the target: it finishes the run if it was decided"},
    ErrorPolicy{Interrupted, ExitCode::Interrupted, false, "nothing was published"},
    ErrorPolicy{Internal, ExitCode::Failed, false, "this is a bug: please report it"},
};

}  // namespace

const ErrorPolicy& policy_of(ErrorKind kind) {
  // Every kind has its row (error_policy_test.cpp).
  const auto* const found = std::ranges::find(kPolicies, kind, &ErrorPolicy::kind);
  return found == kPolicies.end() ? kPolicies.back() : *found;
}

std::string_view hint_of(const Error& error) {
  return error.hint().empty() ? policy_of(error.kind()).hint : std::string_view(error.hint());
}

}  // namespace pg2athena::pipeline
