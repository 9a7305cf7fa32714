#include "cli/exit_codes.h"

#include <array>

namespace pg2athena::cli {

std::span<const ExitCodeMeaning> exit_codes() {
  using pipeline::ExitCode;
  static constexpr std::array kCodes = {
      ExitCodeMeaning{ExitCode::Done, "Done: every table of the run is published."},
      ExitCodeMeaning{
          ExitCode::Failed,
          "Failed: the connection, the server, the disk, a value that can't be represented, another run that "
          "published a table first; or a result that stdout did not take. Nothing of the run is visible, but "
          "for tables that the summary lists as published. Of verify: something could not be looked at or "
          "isn't finished."},
      ExitCodeMeaning{ExitCode::Usage, "Usage: the command line or the configuration file can't be meant."},
      ExitCodeMeaning{
          ExitCode::Refused,
          "Refused by the plan, before a row was read: an object or a right is missing, two names "
          "collide, row security would hide rows, or another run holds the table."},
      ExitCodeMeaning{ExitCode::Different,
                      "Different: verify found that what is published isn't as it was written; or run "
                      "--verify, that what "
                      "it wrote isn't what the source has, and published nothing. The result says what."},
      ExitCodeMeaning{
          ExitCode::CommitUnknown,
          "Commit unknown: nobody can tell whether the run was decided. The command publish finishes "
          "it if it was; delete nothing before."},
      ExitCodeMeaning{ExitCode::Interrupted,
                      "Interrupted by SIGINT, SIGTERM or SIGHUP; nothing of the run is visible."},
  };
  return kCodes;
}

}  // namespace pg2athena::cli
