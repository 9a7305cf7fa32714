#include "columnar/gather.h"

#include <vector>

namespace pg2athena::columnar {
namespace {

void gather_validity(const Column& from, std::span<const RowRange> slots, Column& to) {
  if (!from.nullable) return;
  for (const RowRange& range : slots) {
    // Counting is only needed where there is something to count.
    if (from.null_count == 0) {
      to.validity.append_ones(range.rows());
      continue;
    }
    for (std::uint32_t slot = range.begin; slot < range.end; ++slot) {
      const bool valid = from.validity[slot];
      to.validity.push_back(valid);
      to.null_count += valid ? 0 : 1;
    }
  }
}

void gather_fixed(const Column& from, std::span<const RowRange> slots, Column& to) {
  const std::size_t width = from.type.width();
  to.values.reserve(to.length * width);
  for (const RowRange& range : slots) {
    to.values.append(from.values.data() + range.begin * width, range.rows() * width);
  }
}

// What stands between the offsets of each range is in one piece. `take` gets that piece's begin and end.
template <typename Take>
void gather_offsets(const Column& from, std::span<const RowRange> slots, Column& to, Take take) {
  to.offsets.reserve(to.length + 1);
  for (const RowRange& range : slots) {
    const std::uint32_t piece = from.offsets[range.begin];
    // Modulo 2^32, as all pieces together are no more than there are in `from`.
    const std::uint32_t moved = to.offsets.back() - piece;
    for (std::uint32_t slot = range.begin; slot < range.end; ++slot) {
      to.offsets.push_back(from.offsets[slot + 1] + moved);
    }
    take(piece, from.offsets[range.end]);
  }
}

void gather_bytes(const Column& from, std::span<const RowRange> slots, Column& to) {
  gather_offsets(from, slots, to, [&](std::uint32_t begin, std::uint32_t end) {
    to.values.append(from.values.data() + begin, end - begin);
  });
}

void gather_list(const Column& from, std::span<const RowRange> slots, Column& to) {
  std::vector<RowRange> entries;
  gather_offsets(from, slots, to, [&](std::uint32_t begin, std::uint32_t end) {
    if (begin == end) return;
    if (!entries.empty() && entries.back().end == begin) {
      entries.back().end = end;
    } else {
      entries.push_back({.begin = begin, .end = end});
    }
  });
  gather(from.children[0], entries, to.children[0]);
}

}  // namespace

void gather(const Column& from, std::span<const RowRange> slots, Column& to) {
  to.clear();
  for (const RowRange& range : slots) to.length += range.rows();
  gather_validity(from, slots, to);
  switch (from.type.storage()) {
    case Storage::Bytes:
      return gather_bytes(from, slots, to);
    case Storage::List:
      return gather_list(from, slots, to);
    case Storage::Struct:
      // A NULL's slot in a child is there as well, whatever it holds.
      for (std::size_t i = 0; i < from.children.size(); ++i) gather(from.children[i], slots, to.children[i]);
      return;
    case Storage::Byte:
    case Storage::Int32:
    case Storage::Int64:
    case Storage::Int128:
    case Storage::Float:
    case Storage::Double:
      return gather_fixed(from, slots, to);
  }
}

void gather(const Batch& from, std::span<const RowRange> rows, Batch& to) {
  for (std::size_t i = 0; i < from.columns.size(); ++i) gather(from.columns[i], rows, to.columns[i]);
}

}  // namespace pg2athena::columnar
