#include "base/error.h"

#include <algorithm>
#include <ostream>

namespace pg2athena {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidArgument:
      return "invalid_argument";
    case ErrorKind::NotFound:
      return "not_found";
    case ErrorKind::PermissionDenied:
      return "permission_denied";
    case ErrorKind::NameCollision:
      return "name_collision";
    case ErrorKind::Unsupported:
      return "unsupported";
    case ErrorKind::RunInProgress:
      return "run_in_progress";
    case ErrorKind::Connection:
      return "connection";
    case ErrorKind::ServerBusy:
      return "server_busy";
    case ErrorKind::Authentication:
      return "authentication";
    case ErrorKind::LockNotAvailable:
      return "lock_not_available";
    case ErrorKind::Conflict:
      return "conflict";
    case ErrorKind::Database:
      return "database";
    case ErrorKind::SnapshotLost:
      return "snapshot_lost";
    case ErrorKind::GaveWay:
      return "gave_way";
    case ErrorKind::ChangedWhilePlanning:
      return "changed_while_planning";
    case ErrorKind::ValueTooLarge:
      return "value_too_large";
    case ErrorKind::Unrepresentable:
      return "unrepresentable";
    case ErrorKind::CorruptInput:
      return "corrupt_input";
    case ErrorKind::Service:
      return "service";
    case ErrorKind::Storage:
      return "storage";
    case ErrorKind::StorageFull:
      return "storage_full";
    case ErrorKind::UploadLost:
      return "upload_lost";
    case ErrorKind::Superseded:
      return "superseded";
    case ErrorKind::CommitFailed:
      return "commit_failed";
    case ErrorKind::CommitUnknown:
      return "commit_unknown";
    case ErrorKind::Different:
      return "different";
    case ErrorKind::Interrupted:
      return "interrupted";
    case ErrorKind::Internal:
      return "internal";
  }
  return "internal";
}

Error Error::with(std::string_view key, std::string value) && {
  if (context(key).empty()) context_.push_back({std::string(key), std::move(value)});
  return std::move(*this);
}

Error Error::hint(std::string text) && {
  if (hint_.empty()) hint_ = std::move(text);
  return std::move(*this);
}

Error Error::and_hint(std::string_view text) && {
  if (!hint_.empty()) hint_ += "; ";
  hint_ += text;
  return std::move(*this);
}

Error Error::because(Error cause) && {
  cause_ = std::make_shared<const Error>(std::move(cause));
  return std::move(*this);
}

std::string_view Error::context(std::string_view key) const {
  const auto found = std::ranges::find(context_, key, &Context::key);
  return found == context_.end() ? std::string_view() : std::string_view(found->value);
}

std::string Error::describe() const {
  std::string text(to_string(kind_));
  text += ": " + message_;
  if (!context_.empty()) {
    std::string_view separator = " (";
    for (const auto& [key, value] : context_) {
      text.append(separator).append(key).append("=").append(value);
      separator = ", ";
    }
    text += ")";
  }
  if (cause_) text += ": " + cause_->describe();
  return text;
}

std::ostream& operator<<(std::ostream& out, const Error& error) {
  return out << error.describe();
}

}  // namespace pg2athena
