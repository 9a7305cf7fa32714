// Whether the bounds of a chunk's pages ascend or descend.
#pragma once

#include "parquet/metadata.h"

namespace pg2athena::parquet {

// Bounds is NumberBounds or BytesBounds. Pages without bounds don't count (parquet.thrift, ColumnIndex).
template <typename Bounds>
class BoundaryTracker {
 public:
  void add(const Bounds& page) {
    if (page.empty()) return;
    if (!last_.empty()) {
      ascending_ = ascending_ && !(page.min() < last_.min()) && !(page.max() < last_.max());
      descending_ = descending_ && !(last_.min() < page.min()) && !(last_.max() < page.max());
    }
    last_ = page;
  }
  BoundaryOrder order() const {
    if (ascending_) return BoundaryOrder::Ascending;
    return descending_ ? BoundaryOrder::Descending : BoundaryOrder::Unordered;
  }
  void clear() { *this = BoundaryTracker(); }

 private:
  Bounds last_;
  bool ascending_ = true;
  bool descending_ = true;
};

}  // namespace pg2athena::parquet
