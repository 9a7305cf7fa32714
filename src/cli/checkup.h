// The checks of `pg2athena doctor`, one after the other, with what to do about those that fail.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace pg2athena::cli {

struct Check {
  enum class Verdict : std::uint8_t { Ok, Warning, Failed };

  std::string name;  // "conditional put"
  Verdict verdict = Verdict::Ok;
  std::string finding;              // what was found, in one line
  std::string hint = {};            // what to do; empty: nothing
  std::optional<Error> error = {};  // of a check that failed
};

std::string_view to_string(Check::Verdict verdict);

class Checkup {
 public:
  // Called with each check as soon as it is done.
  using Listener = std::function<void(const Check&)>;
  explicit Checkup(Listener listener) : listener_(std::move(listener)) {}

  void ok(std::string name, std::string finding);
  void warn(std::string name, std::string finding, std::string hint);
  void fail(std::string name, std::string finding, std::string hint);
  // A failure with the error's message and hint.
  void fail(std::string name, Error error);

  // The value's finding, or the error.
  template <typename T, typename Finding>
  bool take(const std::string& name, const Result<T>& result, Finding finding) {
    if (!result) {
      fail(name, result.error());
      return false;
    }
    ok(name, finding());
    return true;
  }

  const std::vector<Check>& checks() const { return checks_; }
  bool failed() const;
  bool warned() const;

 private:
  void add(Check check);

  const Listener listener_;
  std::vector<Check> checks_;
};

// "ok      put           …", and the hint below.
std::string check_text(const Check& check);
// The last line.
std::string checkup_text(const Checkup& checkup);

}  // namespace pg2athena::cli
