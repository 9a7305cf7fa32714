#include "types/well_known_binary.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace pg2athena::types {
namespace {

constexpr std::uint32_t kZ = 0x80000000;
constexpr std::uint32_t kM = 0x40000000;
constexpr std::uint32_t kSrid = 0x20000000;

// What stands behind a geometry's type (lwin_wkb.c: lwgeom_from_wkb_state).
enum class Body : std::uint8_t { Unknown, Point, Points, Rings, Geometries };

Body body_of(std::uint32_t type) {
  switch (type) {
    case 1:
      return Body::Point;
    case 2:  // LineString
    case 8:  // CircularString
      return Body::Points;
    case 3:   // Polygon
    case 17:  // Triangle
      return Body::Rings;
    case 4:   // MultiPoint
    case 5:   // MultiLineString
    case 6:   // MultiPolygon
    case 7:   // GeometryCollection
    case 9:   // CompoundCurve
    case 10:  // CurvePolygon
    case 11:  // MultiCurve
    case 12:  // MultiSurface
    case 15:  // PolyhedralSurface
    case 16:  // TIN
      return Body::Geometries;
    default:
      return Body::Unknown;
  }
}

class Converter {
 public:
  Converter(std::span<const std::byte> in, ByteBuffer& out) : in_(in), out_(out) {}

  bool geometry(int depth) {
    // LW_PARSER_MAX_DEPTH in liblwgeom: PostGIS has no deeper ones.
    constexpr int kMaxDepth = 200;
    if (depth > kMaxDepth || in_.empty()) return false;
    const auto order = std::to_integer<unsigned>(in_[0]);
    if (order > 1) return false;
    little_ = order == 1;
    if (!copy(1)) return false;
    std::uint32_t type = 0;
    if (!number(type)) return false;
    const std::uint32_t base = type & ~(kZ | kM | kSrid);
    const bool has_z = (type & kZ) != 0;
    const bool has_m = (type & kM) != 0;
    const Body body = body_of(base);
    if (body == Body::Unknown) return false;
    put(base + (has_z ? 1000U : 0U) + (has_m ? 2000U : 0U));
    if (std::uint32_t srid = 0; (type & kSrid) != 0 && !number(srid)) return false;
    const std::size_t point_bytes = sizeof(double) * (2U + (has_z ? 1U : 0U) + (has_m ? 1U : 0U));
    switch (body) {
      case Body::Point:
        return copy(point_bytes);
      case Body::Points:
        return points(point_bytes);
      case Body::Rings:
        return each([&] { return points(point_bytes); });
      case Body::Geometries:
        return each([&] { return geometry(depth + 1); });
      case Body::Unknown:
        break;
    }
    return false;
  }

  bool at_end() const { return in_.empty(); }

 private:
  std::uint32_t ordered(std::uint32_t value) const {
    constexpr bool kNativeLittle = std::endian::native == std::endian::little;
    return little_ == kNativeLittle ? value : __builtin_bswap32(value);
  }

  bool number(std::uint32_t& value) {
    if (in_.size() < sizeof value) return false;
    std::memcpy(&value, in_.data(), sizeof value);
    value = ordered(value);
    in_ = in_.subspan(sizeof value);
    return true;
  }

  void put(std::uint32_t value) {
    value = ordered(value);
    std::memcpy(out_.extend(sizeof value), &value, sizeof value);
  }

  bool copy(std::size_t bytes) {
    if (in_.size() < bytes) return false;
    out_.append(in_.first(bytes));
    in_ = in_.subspan(bytes);
    return true;
  }

  bool points(std::size_t point_bytes) {
    std::uint32_t count = 0;
    if (!number(count) || count > in_.size() / point_bytes) return false;
    put(count);
    return copy(count * point_bytes);
  }

  // A count, and so many of something. Each takes bytes, so a count that lies ends soon.
  template <typename Take>
  bool each(Take take) {
    std::uint32_t count = 0;
    if (!number(count)) return false;
    put(count);
    // What is taken may change the byte order, for itself.
    const bool little = little_;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!take()) return false;
      little_ = little;
    }
    return true;
  }

  std::span<const std::byte> in_;
  ByteBuffer& out_;
  bool little_ = true;
};

}  // namespace

bool append_iso_wkb(std::span<const std::byte> ewkb, ByteBuffer& out) {
  Converter converter(ewkb, out);
  return converter.geometry(0) && converter.at_end();
}

}  // namespace pg2athena::types
