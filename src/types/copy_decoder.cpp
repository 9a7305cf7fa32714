#include "types/copy_decoder.h"

#include <utility>

namespace pg2athena::types {

std::string_view to_string(ValueProblem problem) {
  switch (problem) {
    case ValueProblem::None:
      return "no problem";
    case ValueProblem::NaN:
      return "NaN, which a decimal can't hold";
    case ValueProblem::Infinity:
      return "an infinity, which the column's type can't hold";
    case ValueProblem::TimestampTooLate:
      return "a timestamp after 294247-01-10 04:00:54.775807, which 64-bit microseconds since 1970 can't "
             "hold";
    case ValueProblem::TimeTooLate:
      return "the time 24:00:00, which microseconds of a day can't hold";
    case ValueProblem::DecimalOverflow:
      return "a number with more digits than the decimal holds";
    case ValueProblem::DecimalInexact:
      return "a number with digits behind the decimal's scale";
    case ValueProblem::ArrayDimensions:
      return "an array with more than one dimension";
    case ValueProblem::ArrayLowerBound:
      return "an array whose first subscript is not 1";
    case ValueProblem::InvalidUtf8:
      return "text that is not valid UTF-8";
    case ValueProblem::NullInRequired:
      return "NULL in a column that the catalog declares NOT NULL";
    case ValueProblem::WrongLength:
      return "a value whose length is not its type's";
    case ValueProblem::WrongFormat:
      return "a value whose bytes break its type's binary form";
    case ValueProblem::TooLarge:
      return "more than 4 GiB in one batch";
  }
  std::unreachable();
}

bool is_unrepresentable(ValueProblem problem) {
  switch (problem) {
    case ValueProblem::NaN:
    case ValueProblem::Infinity:
    case ValueProblem::TimestampTooLate:
    case ValueProblem::TimeTooLate:
    case ValueProblem::DecimalOverflow:
    case ValueProblem::DecimalInexact:
    case ValueProblem::ArrayDimensions:
    case ValueProblem::ArrayLowerBound:
    case ValueProblem::InvalidUtf8:
      return true;
    case ValueProblem::None:
    case ValueProblem::NullInRequired:
    case ValueProblem::WrongLength:
    case ValueProblem::WrongFormat:
    case ValueProblem::TooLarge:
      return false;
  }
  std::unreachable();
}

bool has_nearest(ValueProblem problem) {
  switch (problem) {
    case ValueProblem::Infinity:
    case ValueProblem::TimestampTooLate:
    case ValueProblem::TimeTooLate:
    case ValueProblem::DecimalOverflow:
    case ValueProblem::DecimalInexact:
      return true;
    default:
      return false;
  }
}

ValuePolicy::Outcome ValuePolicy::settle(ValueProblem problem, const columnar::Column& out) const {
  if (!is_unrepresentable(problem)) return Outcome::Failure;
  if (policy_ == OnUnrepresentable::Null && out.nullable) {
    if (coerced_ != nullptr) ++coerced_->nulls;
    return Outcome::Null;
  }
  if (policy_ == OnUnrepresentable::Clamp && has_nearest(problem)) {
    if (coerced_ != nullptr) ++coerced_->clamped;
    return Outcome::Nearest;
  }
  return Outcome::Failure;
}

}  // namespace pg2athena::types
