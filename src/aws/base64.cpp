#include "aws/base64.h"

#include <aws/common/encoding.h>

namespace pg2athena::aws {

std::string base64(std::span<const std::byte> bytes) {
  std::size_t length = 0;  // with the end of a C string
  if (aws_base64_compute_encoded_len(bytes.size(), &length) != AWS_OP_SUCCESS) return {};
  std::string text(length, '\0');
  const aws_byte_cursor from = aws_byte_cursor_from_array(bytes.data(), bytes.size());
  aws_byte_buf to = aws_byte_buf_from_empty_array(text.data(), text.size());
  if (aws_base64_encode(&from, &to) != AWS_OP_SUCCESS) return {};
  text.resize(to.len);
  return text;
}

}  // namespace pg2athena::aws
