#include "parquet/read_schema.h"

#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/int128.h"
#include "parquet/reader/leaf_type.h"

namespace pg2athena::parquet {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

// Walks the list of elements from front to back, which is the tree from left to right.
class SchemaWalk {
 public:
  explicit SchemaWalk(std::span<const SchemaElement> elements) : elements_(elements) {}

  Result<ReadSchema> read() {
    if (elements_.empty() || !elements_[0].num_children) return corrupt("the schema has no root");
    const SchemaElement& root = take();
    for (std::int32_t i = 0; i < *root.num_children; ++i) {
      PG2ATHENA_ASSIGN(Field field, node(Levels{}, static_cast<std::size_t>(i), true));
      read_.schema.fields.push_back(std::move(field));
    }
    if (next_ != elements_.size()) return corrupt("the schema has elements outside of its tree");
    return std::move(read_);
  }

 private:
  // Where in the tree a node is.
  struct Levels {
    std::uint16_t slot_definition = 0;  // at which a slot of the node is there: of a NULL struct's fields too
    std::uint16_t definition = 0;       // at which what is around the node isn't NULL
    std::uint16_t lists = 0;            // around it
  };

  // Goes back to what it was on the way out of a node.
  class Within {
   public:
    explicit Within(SchemaWalk& walk) : walk_(walk), names_(walk.path_.size()), steps_(walk.steps_.size()) {}
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;
    ~Within() {
      walk_.path_.resize(names_);
      walk_.steps_.resize(steps_);
    }

   private:
    SchemaWalk& walk_;
    std::size_t names_;
    std::size_t steps_;
  };

  std::unexpected<Error> failed(ErrorKind kind, std::string why) const {
    Error error(kind, std::move(why));
    if (path_.empty()) return fail(std::move(error));
    return fail(std::move(error).with("column", dotted_path(path_)));
  }
  std::unexpected<Error> corrupt(std::string why) const {
    return failed(ErrorKind::CorruptInput, std::move(why));
  }
  std::unexpected<Error> unsupported(std::string why) const {
    return failed(ErrorKind::Unsupported, std::move(why));
  }

  const SchemaElement& take() { return elements_[next_++]; }

  // The next element and what is beneath it, as a column. `own_repetition`: that it is Repeated isn't what a
  // LIST or MAP around it says already.
  Result<Field> node(Levels levels, std::size_t child, bool own_repetition) {
    if (next_ == elements_.size()) return corrupt("the schema ends before its tree does");
    const SchemaElement& element = elements_[next_];
    const Within within(*this);
    path_.push_back(element.name);
    // More than levels count; each has a few frames on the stack, and structs that are never NULL have no
    // levels.
    constexpr std::size_t kDeepest = 300;
    if (path_.size() > kDeepest) return unsupported("the schema is too deep");
    if (!element.repetition || *element.repetition < Repetition::Required ||
        *element.repetition > Repetition::Repeated) {
      return corrupt("a column has no repetition type");
    }
    if (*element.repetition == Repetition::Repeated && own_repetition)
      return bare_list(element, levels, child);
    const bool nullable = *element.repetition == Repetition::Optional;
    take();
    return content(element, levels, child, nullable);
  }

  // What an element is apart from its repetition.
  Result<Field> content(const SchemaElement& element, Levels levels, std::size_t child, bool nullable) {
    const ReadStep step{
        .child = child,
        .nullable = nullable,
        .lists = levels.lists,
        .slot_definition = levels.slot_definition,
        .value_definition = static_cast<std::uint16_t>(levels.definition + (nullable ? 1 : 0))};
    if (!element.num_children || (*element.num_children == 0 && element.type)) return leaf(element, step);
    if (*element.num_children <= 0) return unsupported("a group without fields");
    const auto kind = element.logical_type ? element.logical_type->kind : LogicalKind::Unknown;
    if (kind == LogicalKind::List) return list(element, step);
    if (kind == LogicalKind::Map) return map(element, step);
    if (element.logical_type) return unsupported("a group of an unknown logical type");
    return structure(element, step);
  }

  Result<Field> structure(const SchemaElement& element, const ReadStep& step) {
    steps_.push_back(step);
    Type type = Type::of(TypeId::Struct);
    const Levels inner{
        .slot_definition = step.slot_definition, .definition = step.value_definition, .lists = step.lists};
    for (std::int32_t i = 0; i < *element.num_children; ++i) {
      PG2ATHENA_ASSIGN(Field field, node(inner, static_cast<std::size_t>(i), true));
      type.children.push_back(std::move(field));
    }
    return Field{.name = element.name, .type = std::move(type), .nullable = step.nullable};
  }

  // A step into a list, and the levels of its elements.
  Levels enter_list(ReadStep step) {
    step.is_list = true;
    step.element_definition = static_cast<std::uint16_t>(step.value_definition + 1);
    steps_.push_back(step);
    return {.slot_definition = step.element_definition,
            .definition = step.element_definition,
            .lists = static_cast<std::uint16_t>(step.lists + 1)};
  }

  // A repeated field that stands for a list itself: never NULL, and neither are its elements.
  Result<Field> bare_list(const SchemaElement& element, Levels levels, std::size_t child) {
    const Levels inner = enter_list({.child = child,
                                     .lists = levels.lists,
                                     .slot_definition = levels.slot_definition,
                                     .value_definition = levels.definition});
    take();
    PG2ATHENA_ASSIGN(Field field, content(element, inner, 0, false));
    return list_field(element.name, false, std::move(field));
  }

  static Field list_field(const std::string& name, bool nullable, Field element) {
    Type type = Type::of(TypeId::List);
    type.children.push_back(std::move(element));
    return {.name = name, .type = std::move(type), .nullable = nullable};
  }

  Result<Field> list(const SchemaElement& element, const ReadStep& step) {
    if (*element.num_children != 1 || next_ == elements_.size() ||
        elements_[next_].repetition != Repetition::Repeated) {
      return corrupt("a list isn't made of one repeated field");
    }
    const SchemaElement& repeated = elements_[next_];
    const Levels inner = enter_list(step);
    const bool three_levels = repeated.num_children == 1 && !repeated.logical_type &&
                              repeated.name != "array" && repeated.name != element.name + "_tuple";
    std::optional<Field> field;
    if (three_levels) {
      const Within within(*this);
      path_.push_back(take().name);
      PG2ATHENA_ASSIGN(field, node(inner, 0, true));
    } else {
      PG2ATHENA_ASSIGN(field, node(inner, 0, false));
    }
    return list_field(element.name, step.nullable, std::move(*field));
  }

  Result<Field> map(const SchemaElement& element, const ReadStep& step) {
    if (*element.num_children != 1 || next_ == elements_.size() ||
        elements_[next_].repetition != Repetition::Repeated) {
      return corrupt("a map isn't made of one repeated field");
    }
    if (elements_[next_].num_children != 2) return unsupported("a map whose entries aren't key and value");
    const Levels inner = enter_list(step);
    path_.push_back(take().name);
    // The entry, which is there where the list has an element.
    steps_.push_back(
        {.lists = inner.lists, .slot_definition = inner.definition, .value_definition = inner.definition});
    Type type = Type::of(TypeId::Map);
    for (std::size_t i = 0; i < 2; ++i) {
      PG2ATHENA_ASSIGN(Field field, node(inner, i, true));
      type.children.push_back(std::move(field));
    }
    return Field{.name = element.name, .type = std::move(type), .nullable = step.nullable};
  }

  Result<Field> leaf(const SchemaElement& element, const ReadStep& step) {
    if (!element.type) return corrupt("a column has neither a type nor fields");
    auto type = leaf_type(element);
    if (!type) return fail(std::move(type).error().with("column", dotted_path(path_)));
    if (step.value_definition > std::numeric_limits<std::uint8_t>::max()) {
      return unsupported("a column nested deeper than levels count");
    }
    // Every leaf has the names on its way, and a few bytes of a schema may make many of them.
    constexpr std::size_t kMostNames = std::size_t{1} << 18U;
    names_ += path_.size();
    if (names_ > kMostNames) return unsupported("a schema of too many and too deep columns");
    steps_.push_back(step);
    read_.leaves.push_back({.path = path_,
                            .steps = steps_,
                            .physical = *element.type,
                            .fixed_bytes = type->fixed_bytes,
                            .type = type->type,
                            .multiplier = type->multiplier,
                            .max_definition = static_cast<std::uint8_t>(step.value_definition),
                            .max_repetition = static_cast<std::uint8_t>(step.lists)});
    for (ReadStep& passed : steps_) passed.first = false;
    return Field{.name = element.name, .type = std::move(type->type), .nullable = step.nullable};
  }

  std::span<const SchemaElement> elements_;
  std::size_t next_ = 0;
  ReadSchema read_;
  std::vector<std::string> path_;
  std::vector<ReadStep> steps_;
  std::size_t names_ = 0;  // of all leaves' paths
};

}  // namespace

std::string ReadLeaf::dotted_path() const {
  return parquet::dotted_path(path);
}

Result<ReadSchema> read_schema(std::span<const SchemaElement> elements) {
  return SchemaWalk(elements).read();
}

}  // namespace pg2athena::parquet
