// AWS's C runtime (aws-c-auth and what it stands on): its start and end, and its types beside ours.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <aws/common/byte_buf.h>
#include <aws/common/string.h>

struct aws_allocator;

namespace pg2athena::aws {

// The library's tables of errors and its state. One at a time in a process, made by main before anything of
// this folder that takes it, and destroyed after all of that.
class CrtLibrary {
 public:
  CrtLibrary();
  ~CrtLibrary();
  CrtLibrary(const CrtLibrary&) = delete;
  CrtLibrary& operator=(const CrtLibrary&) = delete;

  // Thread-safe.
  aws_allocator* allocator() const { return allocator_; }

 private:
  aws_allocator* allocator_;
};

// unique_ptr over an object of the runtime and the function that gives it back.
template <auto Release>
struct CrtReleaser {
  template <typename Object>
  void operator()(Object* object) const {
    Release(object);
  }
};
template <typename Object, auto Release>
using CrtPointer = std::unique_ptr<Object, CrtReleaser<Release>>;

using CrtString = CrtPointer<aws_string, aws_string_destroy>;

inline aws_byte_cursor cursor_of(std::string_view text) {
  return aws_byte_cursor_from_array(text.data(), text.size());
}
inline std::string text_of(aws_byte_cursor cursor) {
  return {reinterpret_cast<const char*>(cursor.ptr), cursor.len};
}

// "NAME (words)" of an error of the runtime.
std::string crt_error_text(int code);
// The same of the last one on this thread.
std::string last_crt_error();

}  // namespace pg2athena::aws
