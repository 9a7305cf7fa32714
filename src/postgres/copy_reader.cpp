#include "postgres/copy_reader.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "postgres/row_guard.h"

namespace pg2athena::postgres {
namespace {

// A batch goes to the writer when it has this much: enough for tight loops, little enough for a core's cache.
constexpr std::size_t kBatchRows = std::size_t{16} * 1024;
constexpr std::size_t kBatchBytes = std::size_t{4} * 1024 * 1024;
// A block of rows ends here even when it has room for more.
constexpr std::size_t kBlockBytes = std::size_t{1024} * 1024;
// What a message has besides its row's fields: the field count; the first one the signature and header.
constexpr std::uint64_t kMessageBytes = 64;

}  // namespace

Result<std::unique_ptr<CopyReader>> CopyReader::start(Connection& connection, const ScanSource& source,
                                                      const std::optional<BlockRange>& blocks,
                                                      bool check_utf8) {
  PG2ATHENA_TRY(connection.start_copy(copy_statement(source, blocks)));
  return std::unique_ptr<CopyReader>(new CopyReader(connection, source, check_utf8));
}

CopyReader::CopyReader(Connection& connection, const ScanSource& source, bool check_utf8)
    : connection_(connection),
      source_(source),
      block_(source.columns.size()),
      most_message_bytes_(source.max_value_bytes + small_columns_bytes(source.columns) + kMessageBytes) {
  for (const ScanColumn& column : source.columns) {
    const bool number = column.type.oid == types::oid::kNumeric && !column.type.is_array();
    if (number && column.mapping.column.id == columnar::TypeId::String)
      number_text_columns_.push_back(decoders_.size());
    decoders_.push_back(types::make_copy_decoder(column.type, column.mapping, {.check_utf8 = check_utf8}));
  }
}

Result<bool> CopyReader::read(columnar::Batch& batch) {
  while (!ended_ && batch.rows() < kBatchRows && batch.size_bytes() < kBatchBytes) {
    PG2ATHENA_ASSIGN(const bool more, fill_block());
    PG2ATHENA_TRY(decode_block(batch));
    messages_.clear();
    rows_read_ += block_.rows();
    block_.clear();
    ended_ = !more;
  }
  return batch.rows() != 0;
}

// Takes rows apart until the block is full. False when the COPY is over.
Result<bool> CopyReader::fill_block() {
  std::size_t block_bytes = 0;
  while (!block_.full() && block_bytes < kBlockBytes) {
    auto received = connection_.next_copy_message();
    if (!received) return fail(if_too_large(std::move(received).error()));
    std::optional<Connection::Message> message = std::move(*received);
    if (!message) {
      if (!started_) return fail(ErrorKind::CorruptInput, "the server's COPY data is broken: no header");
      return false;
    }
    bytes_read_ += message->size;
    largest_message_ = std::max<std::uint64_t>(largest_message_, message->size);
    block_bytes += message->size;
    std::span<const std::byte> bytes = std::as_bytes(std::span(message->data.get(), message->size));
    if (!started_) {
      PG2ATHENA_ASSIGN(bytes, skip_copy_header(bytes));
      started_ = true;
    }
    // The server sends one row a message, the first behind the header. The protocol does not promise that, so
    // rows may share a message here; one that is cut by a message's end is an error.
    while (!bytes.empty()) {
      if (block_.full())
        return fail(ErrorKind::CorruptInput, "the server's COPY data is broken: too long a message");
      PG2ATHENA_ASSIGN(const RowBlock::Added added, block_.add(bytes));
      if (added == RowBlock::Added::Trailer && !bytes.empty()) {
        return fail(ErrorKind::CorruptInput, "the server's COPY data is broken: rows behind the trailer");
      }
    }
    if (block_.rows() != 0) block_bytes += last_row_number_text();
    messages_.push_back(std::move(message->data));
    if (message->size > most_message_bytes_) return fail(last_row_too_large());
  }
  return true;
}

// What the last row's numbers take as text, which may be ten thousand times what they have on the wire:
// 1e131071.
std::size_t CopyReader::last_row_number_text() const {
  // numeric_send: digits, weight, sign and scale in 16 bits each; a digit of the weight is four of the text.
  constexpr std::size_t kHeader = 8;
  std::size_t bytes = 0;
  for (const std::size_t i : number_text_columns_) {
    const types::WireValue value = block_.column(i).back();
    if (value.is_null() || value.bytes().size() < kHeader) continue;
    const int weight = load_be<std::int16_t>(value.data() + 2);
    bytes += static_cast<std::size_t>(std::max(weight + 1, 0)) * 4 + load_be<std::uint16_t>(value.data() + 6);
  }
  return bytes;
}

// The server's guard has spoken, or something else went wrong.
Error CopyReader::if_too_large(Error error) {
  const auto row = parse_guard_message(error.message(), source_);
  if (!row) return error;
  too_large_bytes_ = row->bytes;
  ended_ = true;
  return large_row_error(*row, source_);
}

// What the guard can't foresee, because it is stored in a form that is much smaller.
Error CopyReader::last_row_too_large() {
  LargeRow row;
  for (std::size_t i = 0; i < source_.columns.size(); ++i) {
    const types::WireValue value = block_.column(i).back();
    const std::uint64_t bytes = value.is_null() ? 0 : static_cast<std::uint64_t>(value.length());
    row.bytes += bytes;
    if (bytes <= row.column_bytes) continue;
    row.column_bytes = bytes;
    row.column = i;
  }
  too_large_bytes_ = row.bytes;
  failed_row_ = rows_read_ + block_.rows() - 1;
  ended_ = true;
  return large_row_error(row, source_);
}

std::uint64_t CopyReader::bytes_held() const {
  // libpq's input buffer doubles until a message fits, is then filled by reading ahead, and never shrinks.
  constexpr std::uint64_t kReadAhead = 8192;  // pqReadData wants so much room at the end
  return std::bit_ceil(largest_message_ + kReadAhead) + messages_.capacity() * sizeof(CopyMessage) +
         block_.memory_bytes();
}

Result<void> CopyReader::decode_block(columnar::Batch& batch) {
  for (std::size_t i = 0; i < decoders_.size(); ++i) {
    const auto decoded = decoders_[i]->decode(block_.column(i), batch.columns[i]);
    if (!decoded) return fail(value_error(i, decoded.error()));
  }
  return {};
}

Error CopyReader::value_error(std::size_t column, const types::DecodeFailure& failure) {
  failed_row_ = rows_read_ + failure.index;
  ended_ = true;
  const bool unrepresentable = types::is_unrepresentable(failure.problem);
  return Error(unrepresentable ? ErrorKind::Unrepresentable : ErrorKind::CorruptInput,
               std::string(types::to_string(failure.problem)))
      .with("table", source_.display())
      .with("column", source_.columns[column].name)
      .with("type", source_.columns[column].type.name);
}

}  // namespace pg2athena::postgres
