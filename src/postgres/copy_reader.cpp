#include "postgres/copy_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "postgres/row_guard.h"

namespace pg2athena::postgres {
namespace {

// A batch goes to the writer when it has this much: enough for tight loops, little enough for a core's cache.
constexpr std::size_t kBatchRows = std::size_t{16} * 1024;
constexpr std::size_t kBatchBytes = std::size_t{4} * 1024 * 1024;
// A block of rows ends here even when it has room for more.
constexpr std::uint64_t kBlockBytes = std::uint64_t{1024} * 1024;
// Messages of common rows are copied behind one another, and given back at once: a block of a thousand would
// be as many pieces of memory, asked for and given back out of turn, which takes longer than the copy.
constexpr std::size_t kSmallMessage = 4096;
constexpr std::size_t kSmallMessages = std::size_t{256} * 1024;

std::uint64_t decoded_bytes(const ScanColumn& column, const types::WireValue& value) {
  return types::decoded_bytes(column.type, column.mapping, value.bytes());
}

}  // namespace

Result<std::unique_ptr<CopyReader>> CopyReader::start(Connection& connection, const ScanSource& source,
                                                      const ShardRange& range, bool check_utf8,
                                                      std::optional<std::size_t> order_by) {
  // A database without an encoding sends its bytes as they are only to a session that asks for none. In one
  // of UTF8 the server checks them itself (pg_server_to_any in mbutils.c), and ends the COPY without saying
  // where.
  if (check_utf8) PG2ATHENA_TRY(connection.execute("SET LOCAL client_encoding TO 'SQL_ASCII'"));
  PG2ATHENA_TRY(connection.start_copy(copy_statement(source, range, order_by)));
  return std::unique_ptr<CopyReader>(new CopyReader(connection, source, check_utf8));
}

CopyReader::CopyReader(Connection& connection, const ScanSource& source, bool check_utf8)
    : connection_(connection),
      source_(source),
      coerced_(source.columns.size()),
      block_(source.columns.size()),
      small_messages_(std::make_unique_for_overwrite<std::byte[]>(kSmallMessages)) {
  for (const ScanColumn& column : source.columns) {
    if (types::grows(column.mapping)) growing_.push_back(decoders_.size());
    const types::DecoderOptions options{.check_utf8 = check_utf8, .coerced = &coerced_[decoders_.size()]};
    decoders_.push_back(types::make_copy_decoder(column.type, column.mapping, options));
  }
}

Result<bool> CopyReader::read(columnar::Batch& batch) {
  while (!ended_ && batch.rows() < kBatchRows && batch.size_bytes() < kBatchBytes) {
    PG2ATHENA_ASSIGN(const bool more, fill_block());
    PG2ATHENA_TRY(decode_block(batch));
    messages_.clear();
    small_bytes_ = 0;
    rows_read_ += block_.rows();
    block_.clear();
    ended_ = !more;
  }
  return batch.rows() != 0;
}

// Takes rows apart until the block is full. False when the COPY is over.
Result<bool> CopyReader::fill_block() {
  block_bytes_ = 0;
  while (!block_.full() && block_bytes_ < kBlockBytes) {
    auto received = connection_.next_copy_message();
    if (!received) return fail(if_too_large(std::move(received).error()));
    std::optional<Connection::Message> message = std::move(*received);
    if (!message) {
      if (!started_) return fail(ErrorKind::CorruptInput, "the server's COPY data is broken: no header");
      return false;
    }
    bytes_read_ += message->size;
    largest_message_ = std::max<std::uint64_t>(largest_message_, message->size);
    block_bytes_ += message->size;
    std::span<const std::byte> bytes = keep(std::move(*message));
    if (!started_) {
      PG2ATHENA_ASSIGN(bytes, skip_copy_header(bytes));
      started_ = true;
    }
    // The server sends one row a message, the first behind the header. The protocol does not promise that, so
    // rows may share a message here; one that is cut by a message's end is an error.
    while (!bytes.empty()) {
      if (block_.full())
        return fail(ErrorKind::CorruptInput, "the server's COPY data is broken: too long a message");
      const std::size_t before = bytes.size();
      PG2ATHENA_ASSIGN(const RowBlock::Added added, block_.add(bytes));
      if (added == RowBlock::Added::Row) PG2ATHENA_TRY(check_last_row(before - bytes.size()));
      if (added == RowBlock::Added::Trailer && !bytes.empty()) {
        return fail(ErrorKind::CorruptInput, "the server's COPY data is broken: rows behind the trailer");
      }
    }
  }
  return true;
}

// Until the block is decoded.
std::span<const std::byte> CopyReader::keep(Connection::Message message) {
  if (message.size > std::min(kSmallMessage, kSmallMessages - small_bytes_)) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span(message.data.get(), message.size));
    messages_.push_back(std::move(message.data));
    return bytes;
  }
  std::byte* const place = small_messages_.get() + small_bytes_;
  std::memcpy(place, message.data.get(), message.size);
  small_bytes_ += message.size;
  return {place, message.size};
}

// What the guard can't foresee, because it is stored in a form that is much smaller, ends here, before it is
// decoded. Few rows are as large with all that they have as their large values may be; only those are
// measured column by column.
Result<void> CopyReader::check_last_row(std::size_t row_bytes) {
  const std::uint64_t growth = last_row_growth();
  block_bytes_ += growth;
  if (row_bytes + growth <= source_.max_value_bytes) return {};
  const LargeRow row = last_row_size();
  if (row.bytes <= source_.max_value_bytes) return {};
  too_large_bytes_ = row.bytes;
  failed_row_ = rows_read_ + block_.rows() - 1;
  ended_ = true;
  return fail(large_row_error(row, source_));
}

std::uint64_t CopyReader::last_row_growth() const {
  std::uint64_t growth = 0;
  for (const std::size_t i : growing_) {
    const types::WireValue value = block_.column(i).back();
    if (value.is_null()) continue;
    const std::uint64_t bytes = decoded_bytes(source_.columns[i], value);
    growth += bytes - std::min<std::uint64_t>(bytes, value.bytes().size());
  }
  return growth;
}

// As the guard counts: the columns that can be large.
LargeRow CopyReader::last_row_size() const {
  LargeRow row;
  for (std::size_t i = 0; i < source_.columns.size(); ++i) {
    const types::WireValue value = block_.column(i).back();
    if (value.is_null() || most_bytes(source_.columns[i])) continue;
    row.add(i, decoded_bytes(source_.columns[i], value));
  }
  return row;
}

// The server's guard has spoken, or something else went wrong.
Error CopyReader::if_too_large(Error error) {
  const auto row = parse_guard_message(error.message(), source_);
  if (!row) return error;
  too_large_bytes_ = row->bytes;
  ended_ = true;
  return large_row_error(*row, source_);
}

std::uint64_t CopyReader::bytes_held() const {
  // libpq's input buffer doubles until a message fits, is then filled by reading ahead, and never shrinks.
  constexpr std::uint64_t kReadAhead = 8192;  // pqReadData wants so much room at the end
  return std::bit_ceil(largest_message_ + kReadAhead) + messages_.capacity() * sizeof(CopyMessage) +
         kSmallMessages + block_.memory_bytes();
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
