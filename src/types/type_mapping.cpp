// The type table applied to a type, and to all that it is made of.
#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/number_text.h"
#include "types/lake_name.h"
#include "types/numeric_typmod.h"
#include "types/type_table.h"

namespace pg2athena::types {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeId;

const TypeRow& find_row(const PgType& type) {
  const auto by_name = [](std::string_view name) -> const TypeRow& { return *row_named(name); };
  switch (type.kind) {
    case PgKind::Array:
      return by_name("array");
    case PgKind::Composite:
      return by_name("composite");
    case PgKind::Enum:
      return by_name("enum");
    case PgKind::Range:
      return by_name("range");
    case PgKind::Multirange:
      return by_name("multirange");
    case PgKind::Base:
    case PgKind::Pseudo:
      break;
  }
  const auto found = std::ranges::find_if(type_table(), [&](const TypeRow& row) {
    return row.oid != 0
               ? row.oid == type.oid
               : !row.extension.empty() && row.extension == type.extension && row.name == type.type_name;
  });
  return found == type_table().end() ? by_name("any other") : *found;
}

bool is_string(const TypeForm& form) {
  return form.name == "string";
}

// Whether `as:` of a column means what the type is made of.
bool passes_as_on(const PgType& type, std::string_view as) {
  return as != "string" &&
         (type.kind == PgKind::Array || type.kind == PgKind::Range || type.kind == PgKind::Multirange);
}

// "decimal(18,4)" or "decimal(18)"; nothing for other texts. Whether a decimal can have these digits isn't
// looked at.
std::optional<NumericTypmod> parse_decimal(std::string_view text) {
  constexpr std::string_view kBegin = "decimal(";
  if (!text.starts_with(kBegin) || !text.ends_with(')')) return std::nullopt;
  text = text.substr(kBegin.size(), text.size() - kBegin.size() - 1);
  const auto number = [](std::string_view digits) -> std::optional<int> {
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    return parse_whole<int>(digits);
  };
  const std::size_t comma = text.find(',');
  const auto precision = number(text.substr(0, comma));
  const auto scale = comma == std::string_view::npos ? std::optional(0) : number(text.substr(comma + 1));
  if (!precision || !scale) return std::nullopt;
  return NumericTypmod{.precision = *precision, .scale = *scale};
}

// What of a numeric a chosen decimal can't hold.
std::string decimal_can_fail_on(const PgType& type, const NumericTypmod& decimal) {
  const auto typmod = numeric_typmod(type);
  if (!typmod) {
    return fmt::format("NaN, ±infinity, more than {} digits before the point or {} behind it",
                       decimal.precision - decimal.scale, decimal.scale);
  }
  std::string values = "NaN";
  const int before = std::max(typmod->precision - typmod->scale, 0);
  if (before > decimal.precision - decimal.scale) {
    values += fmt::format(", more than {} digits before the point", decimal.precision - decimal.scale);
  }
  if (typmod->scale > decimal.scale)
    values += fmt::format(", more than {} digits behind the point", decimal.scale);
  return values;
}

// "a, b": adds what isn't there yet.
void add_once(std::string& list, std::string_view entry, std::string_view separator) {
  if (entry.empty() || list.contains(entry)) return;
  if (!list.empty()) list += separator;
  list += entry;
}

class Mapper {
 public:
  // `in_text`: the value as a whole travels as text, because a part of it has no binary form of ours.
  Mapper(const MappingRules& rules, const TypeChoice& choice, bool in_text)
      : rules_(rules), choice_(choice), in_text_(in_text) {}

  Result<TypeMapping> map(const PgType& type) {
    PG2ATHENA_ASSIGN(TypeMapping mapping, map(type, choice_.as, /*inside=*/false, choice_.trim));
    if (choice_.trim && !trimmed_) {
      return fail(
          bad_choice(choice_, fmt::format("{} has no blanks to trim", type.name), "trim is for char(n)"));
    }
    return mapping;
  }

  bool needs_text() const { return needs_text_; }

 private:
  // What was chosen for one type of the tree.
  struct Chosen {
    std::string_view as;
    const TypeChoice* by;  // who chose it
    OnUnrepresentable policy;
    bool trim;
  };

  static Error bad_choice(const TypeChoice& choice, const std::string& message, std::string hint) {
    return Error(ErrorKind::InvalidArgument,
                 choice.place.empty() ? message : fmt::format("{}: {}", choice.place, message))
        .hint(std::move(hint));
  }

  Chosen chosen_for(const PgType& type, const TypeRow& row, std::string_view as,
                    std::optional<bool> trim) const {
    static const TypeChoice kNothing;
    const auto rule = rules_.by_type.find(row.name);
    const TypeChoice& by_type = rule == rules_.by_type.end() ? kNothing : rule->second;
    const bool here = !as.empty() && !passes_as_on(type, as);
    return {.as = here ? as : std::string_view(by_type.as),
            .by = here ? &choice_ : &by_type,
            .policy = choice_.on_unrepresentable.value_or(
                by_type.on_unrepresentable.value_or(OnUnrepresentable::Error)),
            .trim = row.oid == oid::kBpchar && trim.value_or(by_type.trim.value_or(false))};
  }

  Result<TypeMapping> map(const PgType& type, std::string_view as, bool inside, std::optional<bool> trim) {
    const TypeRow& row = find_row(type);
    const Chosen chosen = chosen_for(type, row, as, trim);
    if (row.oid == oid::kBpchar && trim) trimmed_ = true;
    TypeMapping mapping{.row = &row,
                        .on_unrepresentable = chosen.policy == OnUnrepresentable::String
                                                  ? OnUnrepresentable::Error
                                                  : chosen.policy,
                        .trim = chosen.trim};
    PG2ATHENA_TRY(choose_form(type, chosen, mapping));
    if (chosen.policy == OnUnrepresentable::String && !mapping.can_fail_on.empty())
      use_form(type, string_form(row), mapping);
    if (mapping.form->column == nullptr) PG2ATHENA_TRY(map_parts(type, as, trim, mapping));
    if (!in_text_ && (mapping.form->from_binary == nullptr || !type.has_send)) {
      mapping.wire = WireForm::OutputText;
      needs_text_ |= inside;
    }
    if (in_text_) mapping.wire = WireForm::OutputText;
    describe(type, inside, mapping);
    return mapping;
  }

  // Whether a value in this form can be had where it stands.
  bool can_decode(const TypeForm& form) const {
    return !in_text_ || form.from_text != nullptr || is_string(form);
  }

  std::optional<Type> column_of(const PgType& type, const TypeForm& form) const {
    // A container's is made of its parts.
    return form.column == nullptr ? Type() : form.column(type, rules_);
  }

  static const TypeForm& string_form(const TypeRow& row) {
    return *std::ranges::find(row.forms, std::string_view("string"), &TypeForm::name);
  }

  void use_form(const PgType& type, const TypeForm& form, TypeMapping& mapping) const {
    mapping.form = &form;
    mapping.column = *column_of(type, form);
    mapping.can_fail_on = form.can_fail_on;
  }

  Result<void> choose_form(const PgType& type, const Chosen& chosen, TypeMapping& mapping) const {
    if (!chosen.as.empty()) return choose_named(type, chosen, mapping);
    const auto form = std::ranges::find_if(mapping.row->forms, [&](const TypeForm& candidate) {
      return can_decode(candidate) && column_of(type, candidate).has_value();
    });
    use_form(type, *form, mapping);  // the last, text, can hold everything
    return {};
  }

  Result<void> choose_named(const PgType& type, const Chosen& chosen, TypeMapping& mapping) const {
    const auto decimal = parse_decimal(chosen.as);
    const std::string_view name = decimal ? std::string_view("decimal") : chosen.as;
    const auto form = std::ranges::find(mapping.row->forms, name, &TypeForm::name);
    const bool numeric = mapping.row->oid == oid::kNumeric;
    if (form == mapping.row->forms.end() || decimal.has_value() != (numeric && name == "decimal")) {
      return fail(bad_choice(*chosen.by, fmt::format("{} can't be had as '{}'", type.name, chosen.as),
                             fmt::format("`as` can be {}", forms_text(*mapping.row))));
    }
    if (!can_decode(*form)) {
      return fail(bad_choice(
          *chosen.by,
          fmt::format("{} can't be had as '{}' inside of a value that travels as text", type.name, chosen.as),
          "a part of that value has no binary form; `as: string` takes it whole"));
    }
    if (!decimal) {
      use_form(type, *form, mapping);
      return {};
    }
    if (decimal->precision < 1 || decimal->precision > kMaxDecimalDigits || decimal->scale < 0 ||
        decimal->scale > decimal->precision) {
      return fail(
          bad_choice(*chosen.by, fmt::format("there is no {}", chosen.as),
                     fmt::format("a decimal(p,s) has p from 1 to {} digits, s of them behind the point",
                                 kMaxDecimalDigits)));
    }
    mapping.form = &*form;
    mapping.column = Type::decimal(decimal->precision, decimal->scale);
    mapping.can_fail_on = decimal_can_fail_on(type, *decimal);
    return {};
  }

  static std::string forms_text(const TypeRow& row) {
    std::vector<std::string> names;
    for (const TypeForm& form : row.forms) {
      if (form.name.empty()) continue;
      const bool with_digits = row.oid == oid::kNumeric && form.name == "decimal";
      names.push_back(with_digits ? "decimal(p,s)" : std::string(form.name));
    }
    return fmt::format("{}", fmt::join(names, ", "));
  }

  Result<void> map_parts(const PgType& type, std::string_view as, std::optional<bool> trim,
                         TypeMapping& mapping) {
    if (type.kind == PgKind::Composite) return map_attributes(type, as, mapping);
    PG2ATHENA_ASSIGN(TypeMapping part, map(type.element[0], as, /*inside=*/true, trim));
    if (type.kind == PgKind::Range) {
      const auto flag = [](const char* name) {
        return Field{.name = name, .type = Type::of(TypeId::Boolean), .nullable = false};
      };
      mapping.column = Type::structure({{.name = "lower", .type = part.column},
                                        {.name = "upper", .type = part.column},
                                        flag("lower_inc"),
                                        flag("upper_inc"),
                                        flag("empty")});
    } else {
      mapping.column = Type::list(part.column);
    }
    mapping.parts.push_back(std::move(part));
    return {};
  }

  Result<void> map_attributes(const PgType& type, std::string_view as, TypeMapping& mapping) {
    if (!as.empty()) {
      return fail(
          bad_choice(choice_, fmt::format("{} can't be had as '{}'", type.name, as), "`as` can be string"));
    }
    if (type.attributes.empty()) {
      return fail(
          Error(ErrorKind::Unsupported, fmt::format("the composite type {} has no attributes", type.name))
              .hint("`as: string` takes its text; or leave the column out with `columns`"));
    }
    std::vector<Field> fields;
    std::map<std::string, std::string> taken;
    for (const PgAttribute& attribute : type.attributes) {
      std::string name = lake_name(attribute.name);
      if (const auto [other, is_new] = taken.emplace(name, attribute.name); !is_new) {
        return fail(
            Error(ErrorKind::NameCollision,
                  fmt::format("the attributes \"{}\" and \"{}\" of {} would both be named {} in the lake",
                              other->second, attribute.name, type.name, name))
                .hint("`as: string` takes the column as text; or read the table by a query"));
      }
      PG2ATHENA_ASSIGN(TypeMapping part, map(attribute.type, "", /*inside=*/true, std::nullopt));
      std::string source = name == attribute.name ? "" : attribute.name;
      fields.push_back({.name = std::move(name), .type = part.column, .source_name = std::move(source)});
      mapping.parts.push_back(std::move(part));
    }
    mapping.column = Type::structure(std::move(fields));
    return {};
  }

  // What the plan says about it.
  void describe(const PgType& type, bool inside, TypeMapping& mapping) const {
    const bool any_other = mapping.row->forms.size() == 1 && mapping.form->from_binary == nullptr;
    if (mapping.row->oid == oid::kNumeric && is_string(*mapping.form) && !numeric_digits_fit(type)) {
      mapping.note = type.typmod < 0 ? "numeric without precision: exact text"
                                     : fmt::format("more than {} digits: exact text", kMaxDecimalDigits);
    } else if (any_other || (is_string(*mapping.form) && mapping.row->forms.size() > 1)) {
      mapping.note = "as PostgreSQL's output text";
    }
    if (inside && !mapping.note.empty()) mapping.note = fmt::format("{} {}", type.name, mapping.note);
    if (mapping.column.id == TypeId::String && rules_.sql_ascii) {
      add_once(mapping.can_fail_on, "text that is not UTF-8", ", ");
    }
    mapping.loses = mapping.form->loses;
    if (mapping.trim) add_once(mapping.loses, "the blanks at its end", ", ");
    if (!milliseconds_suffice(type)) mapping.athena = mapping.form->athena;
    for (const TypeMapping& part : mapping.parts) {
      add_once(mapping.note, part.note, "; ");
      add_once(mapping.can_fail_on, part.can_fail_on, ", ");
      add_once(mapping.loses, part.loses, ", ");
      add_once(mapping.athena, part.athena, "; ");
    }
  }

  static bool numeric_digits_fit(const PgType& type) {
    const auto typmod = numeric_typmod(type);
    return typmod && typmod->digits() <= kMaxDecimalDigits;
  }

  // timestamp(3) and below have nothing that a reader of milliseconds would round.
  static bool milliseconds_suffice(const PgType& type) {
    return (type.oid == oid::kTimestamp || type.oid == oid::kTimestamptz) && type.typmod >= 0 &&
           type.typmod <= 3;
  }

  const MappingRules& rules_;
  const TypeChoice& choice_;
  bool in_text_;
  bool needs_text_ = false;
  bool trimmed_ = false;
};

}  // namespace

Result<TypeMapping> map_type(const PgType& type, const MappingRules& rules, const TypeChoice& choice) {
  Mapper binary(rules, choice, /*in_text=*/false);
  auto mapping = binary.map(type);
  if (!mapping || !binary.needs_text()) return mapping;
  return Mapper(rules, choice, /*in_text=*/true).map(type);
}

std::optional<std::uint64_t> numeric_digits(const PgType& type) {
  if (type.oid != oid::kNumeric) return std::nullopt;
  const auto typmod = numeric_typmod(type);
  return typmod ? std::optional(static_cast<std::uint64_t>(typmod->digits())) : std::nullopt;
}

DecoderPtr make_copy_decoder(const PgType& type, const TypeMapping& mapping, const DecoderOptions& options) {
  const DecoderContext context{.type = type, .mapping = mapping, .options = options};
  if (mapping.wire == WireForm::Binary) return mapping.form->from_binary(context);
  return mapping.form->from_text != nullptr ? mapping.form->from_text(context) : make_text_decoder(context);
}

}  // namespace pg2athena::types
