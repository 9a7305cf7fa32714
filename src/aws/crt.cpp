#include "aws/crt.h"

#include <aws/auth/auth.h>
#include <aws/common/allocator.h>
#include <aws/common/error.h>
#include <fmt/format.h>

namespace pg2athena::aws {

CrtLibrary::CrtLibrary() : allocator_(aws_default_allocator()) {
  // Starts the libraries below it, too.
  aws_auth_library_init(allocator_);
}

CrtLibrary::~CrtLibrary() {
  aws_auth_library_clean_up();
}

std::string crt_error_text(int code) {
  return fmt::format("{} ({})", aws_error_name(code), aws_error_str(code));
}

std::string last_crt_error() {
  return crt_error_text(aws_last_error());
}

}  // namespace pg2athena::aws
