#include "cli/checkup.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/text_table.h"
#include "pipeline/error_policy.h"

namespace pg2athena::cli {
namespace {

constexpr std::size_t kWidth = 110;

std::string finding_of(const Error& error) {
  std::string text = error.message();
  for (const Error* cause = error.cause(); cause != nullptr; cause = cause->cause()) {
    text += ": " + cause->message();
  }
  return text;
}

}  // namespace

std::string_view to_string(Check::Verdict verdict) {
  switch (verdict) {
    case Check::Verdict::Ok:
      return "ok";
    case Check::Verdict::Warning:
      return "warning";
    case Check::Verdict::Failed:
      return "failed";
  }
  return "";
}

void Checkup::ok(std::string name, std::string finding) {
  add({.name = std::move(name), .finding = std::move(finding)});
}

void Checkup::warn(std::string name, std::string finding, std::string hint) {
  add({.name = std::move(name),
       .verdict = Check::Verdict::Warning,
       .finding = std::move(finding),
       .hint = std::move(hint)});
}

void Checkup::fail(std::string name, std::string finding, std::string hint) {
  fail(std::move(name), Error(ErrorKind::Unsupported, std::move(finding)).hint(std::move(hint)));
}

void Checkup::fail(std::string name, Error error) {
  add({.name = std::move(name),
       .verdict = Check::Verdict::Failed,
       .finding = finding_of(error),
       .hint = std::string(pipeline::hint_of(error)),
       .error = std::move(error)});
}

void Checkup::add(Check check) {
  checks_.push_back(std::move(check));
  listener_(checks_.back());
}

bool Checkup::failed() const {
  return std::ranges::find(checks_, Check::Verdict::Failed, &Check::verdict) != checks_.end();
}

bool Checkup::warned() const {
  return std::ranges::find(checks_, Check::Verdict::Warning, &Check::verdict) != checks_.end();
}

std::string check_text(const Check& check) {
  const std::string_view verdict = check.verdict == Check::Verdict::Ok        ? "ok"
                                   : check.verdict == Check::Verdict::Warning ? "warn"
                                                                              : "FAILED";
  constexpr std::string_view kIndent = "                         ";
  std::string text =
      wrapped(check.finding, kWidth, fmt::format("{:<7} {:<17}", verdict, check.name), kIndent);
  // What is to be copied stays in one piece, and in the line's end alone.
  if (!check.hint.empty()) text += fmt::format("{}→ {}\n", kIndent, printable(check.hint));
  return text;
}

std::string checkup_text(const Checkup& checkup) {
  const auto count = [&](Check::Verdict verdict) {
    return std::ranges::count(checkup.checks(), verdict, &Check::verdict);
  };
  const auto failed = count(Check::Verdict::Failed);
  const auto warned = count(Check::Verdict::Warning);
  if (failed == 0 && warned == 0) return fmt::format("All {} checks are ok.\n", checkup.checks().size());
  return fmt::format("{} of {} checks failed, {} gave a warning.\n", failed, checkup.checks().size(), warned);
}

}  // namespace pg2athena::cli
